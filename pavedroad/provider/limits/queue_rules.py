"""Rules within a queue or topic: FIFO settings, dead letters, encryption."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final, TypeAlias

from pavedroad.provider.limits.finding import Finding, quote, refuse
from pavedroad.provider.limits.models import interval
from pavedroad.provider.values import (
    Properties,
    Unknown,
    Value,
    flag,
    items,
    number,
    text,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_FIFO: Final = ".fifo"
_RECEIVES: Final = (1, 1000)
_SOURCE_QUEUES: Final = 10

Rule: TypeAlias = "Callable[[Properties], Iterator[Finding]]"


def fifo_name(kind: str) -> Rule:
    """A name and the kind of queue or topic say the same."""

    def rule(inputs: Properties) -> Iterator[Finding]:
        name, fifo = text(inputs.get("name")), inputs.get(kind)
        if name is None or isinstance(fifo, Unknown):
            return
        if name.endswith(_FIFO) and not flag(fifo):
            yield Finding(
                "name",
                f"name: got {quote(name)} without {kind}; set {kind} to true or drop the suffix {_FIFO}",
            )
        if flag(fifo) and not name.endswith(_FIFO):
            yield Finding("name", f"name: got {quote(name)} with {kind} true; a FIFO name ends with {_FIFO}")

    return rule


def queue(inputs: Properties) -> Iterator[Finding]:
    """FIFO settings stand on FIFO queues only, and a queue has one kind of encryption."""
    fifo = inputs.get("fifoQueue")
    if not isinstance(fifo, Unknown) and not flag(fifo):
        for key in ("contentBasedDeduplication", "deduplicationScope", "fifoThroughputLimit"):
            value = inputs.get(key)
            if value not in (None, False, "") and not isinstance(value, Unknown):
                yield Finding(
                    key,
                    f"{key}: got {quote(value)} on a standard queue; set fifoQueue to true or leave it out",
                )
    scope, limit = text(inputs.get("deduplicationScope")), text(inputs.get("fifoThroughputLimit"))
    if limit == "perMessageGroupId" and scope == "queue":
        yield refuse(
            "deduplicationScope", scope, "messageGroup when fifoThroughputLimit is perMessageGroupId"
        )
    if text(inputs.get("kmsMasterKeyId")) and flag(inputs.get("sqsManagedSseEnabled")):
        yield Finding(
            "sqsManagedSseEnabled",
            "sqsManagedSseEnabled: got true beside kmsMasterKeyId; a queue has one kind "
            "of encryption, give one of them",
        )


def parsed(value: Value) -> Value:
    """A document as a tree; nothing when it is none, which the table of limits has said."""
    source = text(value)
    if source is None:
        return None
    try:
        return json.loads(source)
    except ValueError:
        return None  # the table of limits has said that it is no JSON


def redrive(inputs: Properties) -> Iterator[Finding]:
    """Dead-letter target and number of receives."""
    policy = parsed(inputs.get("redrivePolicy"))
    if not isinstance(policy, dict):
        return
    for key in ("deadLetterTargetArn", "maxReceiveCount"):
        if policy.get(key) is None:
            yield Finding(
                "redrivePolicy", f"redrivePolicy: got no {key}, SQS requires it; add {key} to the document"
            )
    count = policy.get("maxReceiveCount")
    amount = number(count)
    if count is not None and (
        isinstance(count, str) or amount is None or not _RECEIVES[0] <= amount <= _RECEIVES[1]
    ):
        yield refuse(
            "redrivePolicy.maxReceiveCount", count, f"a whole number from {interval(*_RECEIVES)} (SQS)"
        )


def redrive_allow(inputs: Properties) -> Iterator[Finding]:
    """Which queues may use this one for their dead letters."""
    policy = parsed(inputs.get("redriveAllowPolicy"))
    if not isinstance(policy, dict):
        return
    kind, queues = policy.get("redrivePermission"), items(policy.get("sourceQueueArns"))
    if kind not in {"allowAll", "denyAll", "byQueue"}:
        yield refuse("redriveAllowPolicy.redrivePermission", kind, "allowAll, denyAll or byQueue (SQS)")
    if kind == "byQueue" and not 1 <= len(queues) <= _SOURCE_QUEUES:
        yield refuse(
            "redriveAllowPolicy.sourceQueueArns", queues, f"1 to {_SOURCE_QUEUES} queues with byQueue (SQS)"
        )
    if kind in {"allowAll", "denyAll"} and queues:
        yield refuse("redriveAllowPolicy.sourceQueueArns", queues, f"none with {kind} (SQS)")
