"""All that AWS would refuse in one resource, each field once."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from pavedroad.provider.limits import models
from pavedroad.provider.limits.finding import Finding
from pavedroad.provider.limits.limit import check_limit
from pavedroad.provider.limits.members import OPERATIONS
from pavedroad.provider.limits.relations import check_relations
from pavedroad.provider.limits.rules import check_rules
from pavedroad.provider.limits.table import LIMITS
from pavedroad.provider.values import Secret, is_secret

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pavedroad.provider.account import Account
    from pavedroad.provider.registry import Registry
    from pavedroad.provider.sdk import ResourceShape
    from pavedroad.provider.values import Properties, Value

_HIDDEN: Final = (
    "{path}: got [secret], which AWS would refuse; the reason would tell it, "
    "take the secret mark off to see more"
)
# Shorter texts stand in many words by chance; the field itself is hidden all the same.
_SHORTEST_SECRET: Final = 4


def refusals(
    shape: ResourceShape, urn: str, inputs: Properties, account: Account, registry: Registry
) -> list[Finding]:
    """What the table of limits, the rules, the planned resources and the service's model refuse.

    Where several refuse one field, the first of that order speaks: its words are the plainer ones.
    """
    found: dict[str, Finding] = {}
    for finding in _fixed(shape.token, inputs):
        found.setdefault(finding.path, _without_secrets(finding, inputs, fixed=True))
    for finding in (
        *check_rules(shape.token, inputs),
        *check_relations(shape, urn, inputs, account, registry),
    ):
        found.setdefault(finding.path, _without_secrets(finding, inputs, fixed=False))
    for finding in _model(shape.token, inputs):
        found.setdefault(finding.path, _without_secrets(finding, inputs, fixed=True))
    return list(found.values())


def _fixed(token: str, inputs: Properties) -> Iterator[Finding]:
    for limit in LIMITS.get(token, ()):
        yield from check_limit(limit, inputs)


def _without_secrets(finding: Finding, inputs: Properties, *, fixed: bool) -> Finding:
    """A refusal that tells nothing of a secret.

    Args:
        finding: The refusal.
        inputs: The resource's inputs.
        fixed: Whether what is allowed is a fixed text; else it may quote other values.
    """
    head = finding.path.partition(".")[0].partition("[")[0]
    told = any(secret in finding.reason for secret in _secrets([*inputs.values()]))
    if not told and not is_secret(inputs.get(head)):
        return finding
    allowed = finding.reason.partition(", allowed ")[2] if fixed else ""
    reason = (
        f"{finding.path}: got [secret], allowed {allowed}" if allowed else _HIDDEN.format(path=finding.path)
    )
    return Finding(finding.path, reason)


def _secrets(value: Value, *, inside: bool = False) -> Iterator[str]:
    if isinstance(value, Secret):
        yield from _secrets(value.value, inside=True)
    elif isinstance(value, list):
        for item in value:
            yield from _secrets(item, inside=inside)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _secrets(item, inside=inside)
    elif inside and isinstance(value, str) and len(value) >= _SHORTEST_SECRET:
        yield value


def _model(token: str, inputs: Properties) -> Iterator[Finding]:
    operation = OPERATIONS.get(token)
    if operation is not None:
        given: Properties = {key: value for key, value in inputs.items() if not key.startswith("__")}
        yield from models.check(
            operation.service, _input(operation.service, operation.name), "", given, operation.renamed
        )


@cache
def _input(service: str, name: str) -> str:
    return models.member(service, name, "")
