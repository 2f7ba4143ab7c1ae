"""Rules across the resources of one run: timeouts, names and kinds that must fit together."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final, TypeAlias

from pavedroad.provider.function_names import function_name
from pavedroad.provider.limits.finding import Finding, quote
from pavedroad.provider.naming import rule_for
from pavedroad.provider.values import Properties, Secret, Unknown, Value, flag, items, number, text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pavedroad.provider.account import Account
    from pavedroad.provider.registry import Entry, Registry
    from pavedroad.provider.sdk import ResourceShape

QUEUE: Final = "aws:sqs/queue:Queue"
FUNCTION: Final = "aws:lambda/function:Function"
MAPPING: Final = "aws:lambda/eventSourceMapping:EventSourceMapping"
_FIFO: Final = ".fifo"
_DEFAULT_VISIBILITY_SECONDS: Final = 30
_DEFAULT_TIMEOUT_SECONDS: Final = 3
_ARN_PARTS: Final = 6

# Types whose physical name is one of its kind in a region (or, for IAM and S3, in all of them).
_UNIQUE: Final = frozenset(
    {
        QUEUE,
        FUNCTION,
        "aws:cloudwatch/compositeAlarm:CompositeAlarm",
        "aws:cloudwatch/dashboard:Dashboard",
        "aws:cloudwatch/eventBus:EventBus",
        "aws:cloudwatch/logGroup:LogGroup",
        "aws:cloudwatch/metricAlarm:MetricAlarm",
        "aws:dynamodb/table:Table",
        "aws:iam/group:Group",
        "aws:iam/instanceProfile:InstanceProfile",
        "aws:iam/policy:Policy",
        "aws:iam/role:Role",
        "aws:iam/user:User",
        "aws:kinesis/stream:Stream",
        "aws:kms/alias:Alias",
        "aws:s3/bucket:Bucket",
        "aws:secretsmanager/secret:Secret",
        "aws:sfn/stateMachine:StateMachine",
        "aws:signer/signingProfile:SigningProfile",
        "aws:sns/topic:Topic",
    }
)
_NAMES: Final = {
    "aws:cloudwatch/compositeAlarm:CompositeAlarm": "alarmName",
    "aws:cloudwatch/dashboard:Dashboard": "dashboardName",
}
_EVERYWHERE: Final = ("aws:iam/", "aws:s3/bucket:", "aws:cloudwatch/dashboard:")

Relation: TypeAlias = "Callable[[Properties, Account, Registry], Iterator[Finding]]"


def check_relations(
    shape: ResourceShape, urn: str, inputs: Properties, account: Account, registry: Registry
) -> Iterator[Finding]:
    """What the resources planned so far refuse to the one that comes now."""
    yield from _duplicate(shape, urn, inputs, account, registry)
    if shape.token == MAPPING:
        yield from _twice(urn, inputs, account, registry)
    for relation in RELATIONS.get(shape.token, ()):
        yield from relation(inputs, account, registry)


def _duplicate(
    shape: ResourceShape, urn: str, inputs: Properties, account: Account, registry: Registry
) -> Iterator[Finding]:
    if shape.token not in _UNIQUE:
        return
    rule = rule_for(shape)
    key = _NAMES.get(shape.token) or (rule.property if rule else "")
    name = text(inputs.get(key))
    everywhere = shape.token.startswith(_EVERYWHERE)
    if name is None:
        return
    for entry in registry.having(shape.token, key, name):
        if entry.urn != urn and (everywhere or entry.account.region == account.region):
            where = "" if everywhere else f" in {account.region}"
            other = entry.urn.rpartition("::")[2]
            yield Finding(
                key,
                f'{key}: got {quote(name)}, which "{other}" of this run already '
                f"has{where}; give each its own name",
            )
            return


def planned_function(name: Value, account: Account, registry: Registry) -> Entry | None:
    """The planned function that a name, an ARN or a qualified ARN means."""
    given = text(name)
    if given is None or not function_name(given).is_at(account):
        return None
    plain = function_name(given).name
    return next(
        (
            entry
            for entry in registry.having(FUNCTION, "name", plain)
            if entry.account.region == account.region
        ),
        None,
    )


def _twice(urn: str, inputs: Properties, account: Account, registry: Registry) -> Iterator[Finding]:
    """AWS takes one mapping of a source to a function."""
    source, given = text(inputs.get("eventSourceArn")), text(inputs.get("functionName"))
    if source is None or given is None:
        return
    for other in registry.having(MAPPING, "eventSourceArn", source):
        theirs = text(other.inputs.get("functionName"))
        if (
            other.urn != urn
            and theirs is not None
            and function_name(theirs).same(function_name(given), account)
        ):
            yield Finding(
                "eventSourceArn",
                f'eventSourceArn: got a source that "{_logical(other)}" of this run maps to the same '
                "function already, allowed one mapping of a source to a function (Lambda)",
            )
            return


def _mapping(inputs: Properties, account: Account, registry: Registry) -> Iterator[Finding]:
    source = text(inputs.get("eventSourceArn"))
    queue = registry.by_arn(QUEUE, source) if source else None
    function = planned_function(inputs.get("functionName"), account, registry)
    if queue is None or function is None:
        return
    visibility = _figure(queue.inputs.get("visibilityTimeoutSeconds"), _DEFAULT_VISIBILITY_SECONDS)
    timeout = _figure(function.inputs.get("timeout"), _DEFAULT_TIMEOUT_SECONDS)
    if visibility is not None and timeout is not None and visibility < timeout:
        yield Finding(
            "eventSourceArn",
            f'eventSourceArn: got queue "{_logical(queue)}" with a visibility timeout of '
            f"{visibility:g} seconds, allowed "
            f'at least the timeout of function "{_logical(function)}", {timeout:g} seconds (Lambda); raise '
            "visibilityTimeoutSeconds, best to six times the timeout",
        )


def _dead_letters(inputs: Properties, account: Account, registry: Registry) -> Iterator[Finding]:
    del registry
    policy = text(inputs.get("redrivePolicy"))
    if policy is None:
        return
    try:
        target = text(json.loads(policy).get("deadLetterTargetArn"))
    except (ValueError, AttributeError):
        return  # the table of limits has said that it is no JSON object
    if not target:
        return
    parts = target.split(":")
    if len(parts) == _ARN_PARTS and (parts[3] != account.region or parts[4] != account.account):
        yield Finding(
            "redrivePolicy",
            f"redrivePolicy: got a dead-letter queue in {parts[3]} of account {parts[4]}, allowed one in "
            f"{account.region} of account {account.account}, as the queue itself (SQS)",
        )
    fifo = inputs.get("fifoQueue")
    own = bool(flag(fifo))
    if not isinstance(fifo, Unknown) and own != target.endswith(_FIFO):
        kind = "FIFO" if own else "standard"
        yield Finding(
            "redrivePolicy",
            f"redrivePolicy: got {quote(target)} for a {kind} queue, allowed a "
            "dead-letter queue of the same kind",
        )


def _subscription(inputs: Properties, account: Account, registry: Registry) -> Iterator[Finding]:
    del account, registry
    topic, endpoint = text(inputs.get("topic")), text(inputs.get("endpoint"))
    if text(inputs.get("protocol")) != "sqs" or topic is None or endpoint is None:
        return
    if endpoint.endswith(_FIFO) and not topic.endswith(_FIFO):
        yield Finding(
            "endpoint",
            f"endpoint: got FIFO queue {quote(endpoint)} for a standard topic, "
            "allowed a standard queue (SNS)",
        )


def _layers(inputs: Properties, account: Account, registry: Registry) -> Iterator[Finding]:
    del registry
    for index, layer in enumerate(items(inputs.get("layers"))):
        parts = (text(layer) or "").split(":")
        if len(parts) > _ARN_PARTS and parts[3] and parts[3] != account.region:
            yield Finding(
                f"layers[{index}]",
                f"layers[{index}]: got a layer in {parts[3]}, allowed one in "
                f"{account.region}, the function's region",
            )


def _concurrency(inputs: Properties, account: Account, registry: Registry) -> Iterator[Finding]:
    function = planned_function(inputs.get("functionName"), account, registry)
    wanted = number(inputs.get("provisionedConcurrentExecutions"))
    reserved = _figure(function.inputs.get("reservedConcurrentExecutions"), -1) if function else None
    if wanted is not None and reserved is not None and 0 <= reserved < wanted:
        yield Finding(
            "provisionedConcurrentExecutions",
            f"provisionedConcurrentExecutions: got {wanted:g}, allowed at most the function's "
            f"reservedConcurrentExecutions, {reserved:g} (Lambda)",
        )


def _recorded_version(inputs: Properties, account: Account, registry: Registry) -> Iterator[Finding]:
    function = planned_function(inputs.get("functionName"), account, registry)
    version = text(inputs.get("functionVersion"))
    weights = inputs.get("routingConfig")
    if function is not None and version == "$LATEST" and weights is not None:
        yield Finding(
            "routingConfig",
            "routingConfig: got weights for an alias on $LATEST, allowed only "
            "between published versions (Lambda)",
        )


def _figure(value: Value, default: float) -> float | None:
    # A secret figure decides nothing: the message would tell it.
    return default if value is None else None if isinstance(value, Secret) else number(value)


def _logical(entry: Entry) -> str:
    return entry.urn.rpartition("::")[2]


RELATIONS: Final[dict[str, tuple[Relation, ...]]] = {
    MAPPING: (_mapping,),
    "aws:lambda/alias:Alias": (_recorded_version,),
    "aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig": (_concurrency,),
    FUNCTION: (_layers,),
    QUEUE: (_dead_letters,),
    "aws:sns/topicSubscription:TopicSubscription": (_subscription,),
}
"""By type token of the resource that comes later."""
