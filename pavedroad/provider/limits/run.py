"""All that AWS would refuse in one resource, each field once."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from pavedroad.provider.limits import models
from pavedroad.provider.limits.limit import check_limit
from pavedroad.provider.limits.members import OPERATIONS
from pavedroad.provider.limits.relations import check_relations
from pavedroad.provider.limits.rules import check_rules
from pavedroad.provider.limits.table import LIMITS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pavedroad.provider.account import Account
    from pavedroad.provider.limits.finding import Finding
    from pavedroad.provider.registry import Registry
    from pavedroad.provider.sdk import ResourceShape
    from pavedroad.provider.values import Properties


def refusals(
    shape: ResourceShape, urn: str, inputs: Properties, account: Account, registry: Registry
) -> list[Finding]:
    """What the table of limits, the rules, the planned resources and the service's model refuse.

    Where several refuse one field, the first of that order speaks: its words are the plainer ones.
    """
    found: dict[str, Finding] = {}
    for finding in _all(shape, urn, inputs, account, registry):
        found.setdefault(finding.path, finding)
    return list(found.values())


def _all(
    shape: ResourceShape, urn: str, inputs: Properties, account: Account, registry: Registry
) -> Iterator[Finding]:
    for limit in LIMITS.get(shape.token, ()):
        yield from check_limit(limit, inputs)
    yield from check_rules(shape.token, inputs)
    yield from check_relations(shape, urn, inputs, account, registry)
    yield from _model(shape.token, inputs)


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
