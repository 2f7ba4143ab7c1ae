"""Rules within a table's indexes and capacity, and within a key's policy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pavedroad.provider.limits.finding import Finding, refuse
from pavedroad.provider.limits.queue_rules import parsed
from pavedroad.provider.values import Properties, Unknown, Value, at, flag, is_unknown, items, number, text

if TYPE_CHECKING:
    from collections.abc import Iterator

_INDEXES: Final = ("globalSecondaryIndexes", "localSecondaryIndexes")
_MENDING: Final = frozenset({"*", "kms:*", "kms:put*", "kms:putkeypolicy"})


def table_capacity(inputs: Properties) -> Iterator[Finding]:
    """A table with provisioned capacity says how much, for itself and for its indexes."""
    mode = inputs.get("billingMode")
    if isinstance(mode, Unknown) or text(mode) == "PAY_PER_REQUEST":
        return
    for path, block in (("", inputs), *_named(inputs, "globalSecondaryIndexes")):
        for key in ("readCapacity", "writeCapacity"):
            value = at(block, key)
            amount = number(value)
            if value is None or (amount is not None and amount < 1):
                yield refuse(
                    f"{path}{key}", value, "1 or more; or set billingMode to PAY_PER_REQUEST (DynamoDB)"
                )


def table_indexes(inputs: Properties) -> Iterator[Finding]:
    """What an index copies; a local one needs a table that sorts."""
    if items(inputs.get("localSecondaryIndexes")) and inputs.get("rangeKey") is None:
        yield Finding(
            "localSecondaryIndexes",
            "localSecondaryIndexes: got an index on a table without rangeKey; give the table one (DynamoDB)",
        )
    for kind in _INDEXES:
        for path, block in _named(inputs, kind):
            projection, names = text(at(block, "projectionType")), at(block, "nonKeyAttributes")
            if is_unknown(names) or projection is None:
                continue
            if projection == "INCLUDE" and not items(names):
                yield Finding(
                    f"{path}nonKeyAttributes",
                    f"{path}nonKeyAttributes: got nothing with INCLUDE; say which attributes it copies",
                )
            if projection != "INCLUDE" and items(names):
                yield Finding(
                    f"{path}nonKeyAttributes",
                    f"{path}nonKeyAttributes: got names with {projection}, allowed with INCLUDE only",
                )


def table_expiry(inputs: Properties) -> Iterator[Finding]:
    """Expiry goes by an attribute."""
    ttl = inputs.get("ttl")
    if flag(at(ttl, "enabled")) and at(ttl, "attributeName") in (None, ""):
        yield Finding(
            "ttl.attributeName",
            "ttl.attributeName: got nothing with enabled true; name the attribute with the time",
        )


def _named(inputs: Properties, kind: str) -> list[tuple[str, Value]]:
    return [(f"{kind}[{index}].", block) for index, block in enumerate(items(inputs.get(kind)))]


def key_policy(inputs: Properties) -> Iterator[Finding]:
    """Somebody of an account can mend the policy: KMS refuses one that locks everybody out."""
    policy = parsed(inputs.get("policy"))
    if not isinstance(policy, dict) or flag(inputs.get("bypassPolicyLockoutSafetyCheck")):
        return
    statements = policy.get("Statement")
    several = statements if isinstance(statements, list) else [statements]
    if not any(_mends(statement) for statement in several):
        yield Finding(
            "policy",
            "policy: got no statement that lets an IAM principal put another policy (kms:PutKeyPolicy); "
            "allow it to the account's root, or set bypassPolicyLockoutSafetyCheck (KMS)",
        )


def _mends(statement: Value) -> bool:
    if not isinstance(statement, dict) or statement.get("Effect") != "Allow":
        return False
    who = statement.get("Principal")
    person = who == "*" or (isinstance(who, dict) and bool(who.get("AWS")))
    actions = statement.get("Action")
    named = actions if isinstance(actions, list) else [actions]
    return person and (
        "NotAction" in statement or any((text(name) or "").lower() in _MENDING for name in named)
    )
