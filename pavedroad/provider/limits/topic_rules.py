"""Rules within a topic or a subscription: FIFO settings, protocols, filter policies."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pavedroad.provider.limits.finding import Finding, quote, refuse
from pavedroad.provider.limits.queue_rules import parsed
from pavedroad.provider.values import Properties, Unknown, Value, entries, flag, is_open, items, text

if TYPE_CHECKING:
    from collections.abc import Iterator

_FIFO: Final = ".fifo"
_FIFO_ONLY: Final = ("archivePolicy", "contentBasedDeduplication", "fifoThroughputScope")
_RAW: Final = frozenset({"firehose", "http", "https", "sqs"})
_HTTP: Final = frozenset({"http", "https"})
# Protocols whose endpoint is a resource of the service of the same name.
_SERVICES: Final = frozenset({"firehose", "lambda", "sqs"})
_KEYS: Final = 5
_COMBINATIONS: Final = 150
_BODY: Final = "MessageBody"
_OR: Final = "$or"
_MATCHERS: Final = frozenset(
    {"anything-but", "cidr", "equals-ignore-case", "exists", "numeric", "prefix", "suffix", "wildcard"}
)
_COMPARISONS: Final = frozenset({"<", "<=", "=", ">", ">="})


def topic(inputs: Properties) -> Iterator[Finding]:
    """FIFO settings stand on FIFO topics only."""
    fifo = inputs.get("fifoTopic")
    if isinstance(fifo, Unknown) or flag(fifo):
        return
    for key in _FIFO_ONLY:
        value = inputs.get(key)
        if value not in (None, False, "") and not isinstance(value, Unknown):
            yield Finding(
                key, f"{key}: got {quote(value)} on a standard topic; set fifoTopic to true or leave it out"
            )


def subscription(inputs: Properties) -> Iterator[Finding]:
    """What a protocol takes, and where dead letters go."""
    protocol, topic_arn = text(inputs.get("protocol")), text(inputs.get("topic"))
    if protocol is not None and topic_arn is not None and topic_arn.endswith(_FIFO) and protocol != "sqs":
        yield refuse(
            "protocol", inputs.get("protocol"), "sqs for a FIFO topic, which delivers to queues only (SNS)"
        )
    if protocol is not None and flag(inputs.get("rawMessageDelivery")) and protocol not in _RAW:
        yield Finding(
            "rawMessageDelivery",
            f"rawMessageDelivery: got true for protocol {protocol}, allowed for {', '.join(sorted(_RAW))}",
        )
    if protocol is not None and text(inputs.get("deliveryPolicy")) and protocol not in _HTTP:
        yield Finding(
            "deliveryPolicy",
            f"deliveryPolicy: got a policy for protocol {protocol}, allowed for http and https (SNS)",
        )
    if protocol == "firehose" and inputs.get("subscriptionRoleArn") is None:
        yield Finding(
            "subscriptionRoleArn",
            "subscriptionRoleArn: got nothing for protocol firehose; give the role that writes to the stream",
        )
    redrive = parsed(inputs.get("redrivePolicy"))
    if isinstance(redrive, dict) and text(redrive.get("deadLetterTargetArn")) is None:
        yield Finding(
            "redrivePolicy",
            "redrivePolicy: got no deadLetterTargetArn, SNS requires it; add the ARN of a queue",
        )


def endpoint(inputs: Properties) -> Iterator[Finding]:
    """A queue, a function and a stream are named by their ARN."""
    protocol, given = text(inputs.get("protocol")), text(inputs.get("endpoint"))
    if protocol not in _SERVICES or given is None or not is_open(inputs.get("protocol"), inputs["endpoint"]):
        return
    if not re.match(rf"arn:[^:]+:{protocol}:.", given):
        kind = {"firehose": "a delivery stream", "lambda": "a function", "sqs": "a queue"}[protocol]
        yield refuse(
            "endpoint", given, f"the ARN of {kind} for protocol {protocol} (SNS Subscribe: InvalidParameter)"
        )


def filter_policy(inputs: Properties) -> Iterator[Finding]:
    """The form of a filter policy: SNS refuses what it could never match."""
    policy = parsed(inputs.get("filterPolicy"))
    if policy is None:
        return
    if not isinstance(policy, dict):
        yield _wrong("", "a JSON object of keys and lists of values")
        return
    scope = inputs.get("filterPolicyScope")
    nested = isinstance(scope, Unknown) or text(scope) == _BODY
    yield from _keys(policy, "", nested=nested)
    if _OR in str(policy):
        return  # what counts as a key or a combination there, SNS does not say
    leaves = list(_leaves(policy))
    if len(leaves) > _KEYS:
        yield Finding(
            "filterPolicy",
            f"filterPolicy: got {len(leaves)} keys, allowed at most {_KEYS} (SNS filter policies)",
        )
    combinations = 1
    for leaf in leaves:
        combinations *= max(len(leaf), 1)
    if combinations > _COMBINATIONS:
        yield Finding(
            "filterPolicy",
            f"filterPolicy: got {combinations} combinations of values, allowed at most {_COMBINATIONS} (SNS)",
        )


def _wrong(place: str, allowed: str) -> Finding:
    # Values of the document are not quoted: it may be a secret.
    where = f" at {place}" if place else ""
    return Finding(
        "filterPolicy", f"filterPolicy: got something else{where}, allowed {allowed} (SNS filter policies)"
    )


def _keys(policy: dict[str, Value], place: str, *, nested: bool) -> Iterator[Finding]:
    for key, value in policy.items():
        path = f"{place}.{key}" if place else key
        if key == _OR:
            yield from _either(value, path, nested=nested)
        elif isinstance(value, dict):
            if nested:
                yield from _keys(value, path, nested=nested)
            else:
                yield _wrong(path, "a list of values; only filterPolicyScope MessageBody goes deeper")
        elif not isinstance(value, list) or not value:
            yield _wrong(path, "a list of one value or more")
        else:
            for item in value:
                yield from _matcher(item, path)


def _either(value: Value, path: str, *, nested: bool) -> Iterator[Finding]:
    branches = items(value)
    if len(branches) < 2 or not all(isinstance(branch, dict) for branch in branches):  # noqa: PLR2004 - one of several
        yield _wrong(path, "a list of two objects or more")
        return
    for branch in branches:
        if isinstance(branch, dict):
            yield from _keys(branch, path, nested=nested)


def _matcher(item: Value, path: str) -> Iterator[Finding]:
    if isinstance(item, list):
        yield _wrong(path, "texts, numbers, true, false, null and matchers, no list in a list")
    if not isinstance(item, dict):
        return
    names = sorted(item)
    if len(names) != 1 or names[0] not in _MATCHERS:
        yield _wrong(path, f"a matcher with one of {', '.join(sorted(_MATCHERS))}")
    elif names[0] == "exists" and not isinstance(item["exists"], bool):
        yield _wrong(path, "true or false for exists")
    elif names[0] == "numeric" and not _is_comparison(item["numeric"]):
        yield _wrong(path, 'numeric as an operator and a number, once or twice, such as [">", 0, "<=", 5]')


def _is_comparison(value: Value) -> bool:
    parts = value if isinstance(value, list) else []
    pairs = list(zip(parts[::2], parts[1::2], strict=False))
    return len(parts) in {2, 4} and all(
        operator in _COMPARISONS and isinstance(figure, (int, float)) for operator, figure in pairs
    )


def _leaves(policy: Value) -> Iterator[list[Value]]:
    for _, value in entries(policy):
        if isinstance(value, list):
            yield value
        else:
            yield from _leaves(value)
