"""The grammar of policies: what IAM and the services refuse as malformed, whatever the policy allows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pavedroad.provider.limits.finding import Finding, quote, refuse
from pavedroad.provider.limits.queue_rules import parsed
from pavedroad.provider.values import Properties, Unknown, Value, entries, is_unknown, items, text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pavedroad.provider.limits.queue_rules import Rule

_SOURCE: Final = "IAM policy grammar"
_VERSIONS: Final = frozenset({"2012-10-17", "2008-10-17"})
_KEYS: Final = frozenset(
    {
        "Action",
        "Condition",
        "Effect",
        "NotAction",
        "NotPrincipal",
        "NotResource",
        "Principal",
        "Resource",
        "Sid",
    }
)
_PRINCIPALS: Final = frozenset({"AWS", "CanonicalUser", "Federated", "Service"})
_ACTION: Final = re.compile(r"\*|[A-Za-z0-9-]+:[A-Za-z0-9*?]+")
_TRUST_ACTION: Final = re.compile(r"sts:[A-Za-z*?]+")
_SID: Final = re.compile(r"[A-Za-z0-9]*")
_ACCOUNT: Final = re.compile(r"\d{12}")
_SERVICE: Final = re.compile(r"[a-z0-9.-]+\.amazonaws\.com(\.cn)?|[a-z0-9.-]+\.amazon\.com")


def identity_policy(path: str) -> Rule:
    """What a role, a user or a group may do: whose it is, the policy does not say."""

    def rule(inputs: Properties) -> Iterator[Finding]:
        yield from _document(path, inputs.get(path), _identity)

    return rule


def inline_policies(inputs: Properties) -> Iterator[Finding]:
    """The policies that stand within a role."""
    for policy in items(inputs.get("inlinePolicies")):
        document = dict(entries(policy)).get("policy")
        yield from _document("inlinePolicies", document, _identity)


def trust_policy(path: str) -> Rule:
    """Who may become a role."""

    def rule(inputs: Properties) -> Iterator[Finding]:
        yield from _document(path, inputs.get(path), _trust)

    return rule


def resource_policy(path: str) -> Rule:
    """Who may do what with one resource."""

    def rule(inputs: Properties) -> Iterator[Finding]:
        yield from _document(path, inputs.get(path), _resource)

    return rule


def statements_of(document: Value) -> list[Properties]:
    """The statements of a policy, given as text or as a map; none while something in it is not known."""
    tree = parsed(document) if text(document) is not None else document
    if is_unknown(tree):
        return []
    found = dict(entries(tree)).get("Statement")
    several = items(found) or [found]
    return [dict(entries(item)) for item in several if isinstance(item, dict)]


def _document(
    path: str, document: Value, check: Callable[[str, Properties], Iterator[Finding]]
) -> Iterator[Finding]:
    tree = parsed(document) if text(document) is not None else document
    if not isinstance(tree, dict) or is_unknown(tree):
        return  # no document, not known yet, or no JSON, which the table of limits has said
    version = tree.get("Version")
    if version is not None and version not in _VERSIONS:
        yield refuse(path, version, f'the Version "2012-10-17" or "2008-10-17" ({_SOURCE})')
    statements = statements_of(tree)
    if not statements:
        yield Finding(path, f"{path}: got no statement, allowed one or more under Statement ({_SOURCE})")
    sids = [text(statement.get("Sid")) for statement in statements if statement.get("Sid") is not None]
    for sid in sorted({sid for sid in sids if sid and sids.count(sid) > 1}):
        yield Finding(
            path, f"{path}: got the Sid {quote(sid)} twice, allowed once in a policy ({_SOURCE}); rename one"
        )
    for statement in statements:
        yield from _statement(path, statement)
        yield from check(path, statement)


def _statement(path: str, statement: Properties) -> Iterator[Finding]:
    for key in sorted(set(statement) - _KEYS):
        yield Finding(
            path, f"{path}: got the element {quote(key)} in a statement, allowed {_listed()} ({_SOURCE})"
        )
    if statement.get("Effect") not in {"Allow", "Deny"}:
        yield refuse(path, statement.get("Effect"), f"the Effect Allow or Deny ({_SOURCE})")
    yield from _one_of(path, statement, "Action", "NotAction")
    for action in _texts(statement.get("Action", statement.get("NotAction"))):
        if not _ACTION.fullmatch(action):
            yield refuse(path, action, f"an action with its service, such as s3:GetObject ({_SOURCE})")


def _identity(path: str, statement: Properties) -> Iterator[Finding]:
    for key in ("Principal", "NotPrincipal"):
        if key in statement:
            yield Finding(
                path,
                f"{path}: got {key}, allowed none in what an identity may do ({_SOURCE}); leave it out",
            )
    yield from _one_of(path, statement, "Resource", "NotResource")
    for resource in _texts(statement.get("Resource", statement.get("NotResource"))):
        if resource != "*" and not resource.startswith("arn:"):
            yield refuse(path, resource, f"an ARN or * as Resource ({_SOURCE})")
    sid = text(statement.get("Sid"))
    if sid is not None and not _SID.fullmatch(sid):
        yield refuse(path, sid, f"letters and digits in a Sid ({_SOURCE})")


def _trust(path: str, statement: Properties) -> Iterator[Finding]:
    for key in ("Resource", "NotResource", "NotPrincipal"):
        if key in statement:
            yield Finding(
                path, f"{path}: got {key}, allowed none in a trust policy (IAM CreateRole); leave it out"
            )
    yield from _principal(path, statement)
    for action in _texts(statement.get("Action", statement.get("NotAction"))):
        if not _TRUST_ACTION.fullmatch(action):
            yield refuse(path, action, "actions of STS, such as sts:AssumeRole (IAM CreateRole)")


def _resource(path: str, statement: Properties) -> Iterator[Finding]:
    yield from _principal(path, statement)
    yield from _one_of(path, statement, "Resource", "NotResource")


def _principal(path: str, statement: Properties) -> Iterator[Finding]:
    who = statement.get("Principal", statement.get("NotPrincipal"))
    if who is None:
        yield Finding(
            path,
            f"{path}: got a statement without Principal, allowed one that names who it is about ({_SOURCE})",
        )
        return
    if isinstance(who, str):
        if who != "*":
            yield refuse(path, who, f"* or a map of principals, such as Service or AWS ({_SOURCE})")
        return
    for kind, named in entries(who):
        if kind not in _PRINCIPALS:
            yield refuse(path, kind, f"AWS, CanonicalUser, Federated or Service as principal ({_SOURCE})")
        for name in _texts(named):
            if kind == "Service" and not _SERVICE.fullmatch(name):
                yield refuse(path, name, f"a service such as lambda.amazonaws.com ({_SOURCE})")
            if kind == "AWS" and not _names_identity(name):
                yield refuse(path, name, f"an account, an ARN or * as AWS principal ({_SOURCE})")


def _names_identity(name: str) -> bool:
    # A deleted role stands there by its unique id.
    return name == "*" or name.startswith(("arn:", "AROA", "AIDA")) or _ACCOUNT.fullmatch(name) is not None


def _one_of(path: str, statement: Properties, *keys: str) -> Iterator[Finding]:
    given = [key for key in keys if statement.get(key) is not None]
    if len(given) != 1:
        got = " and ".join(given) or "neither"
        yield Finding(
            path, f"{path}: got {got} in a statement, allowed one of {' and '.join(keys)} ({_SOURCE})"
        )


def _texts(value: Value) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [item for item in items(value) if isinstance(item, str) and not isinstance(item, Unknown)]


def _listed() -> str:
    return ", ".join(sorted(_KEYS))
