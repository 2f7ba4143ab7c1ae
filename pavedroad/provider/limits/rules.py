"""Rules within one resource that no single limit can say: properties that demand or exclude each other."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final, TypeAlias

from pavedroad.provider.limits.definition import check_definition
from pavedroad.provider.limits.finding import Finding, quote, refuse
from pavedroad.provider.limits.models import interval
from pavedroad.provider.limits.table import TAG_KEY_HIGH, TAG_VALUE_HIGH, TAGS_HIGH
from pavedroad.provider.values import (
    Properties,
    Unknown,
    Value,
    at,
    entries,
    flag,
    is_unknown,
    items,
    number,
    text,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_FIFO: Final = ".fifo"
# Lambda quotas: a function on Lambda's own capacity; one on a capacity provider may have more (botocore's
# model).
_TIMEOUT_SECONDS: Final = (1, 900)
_MEMORY_MB: Final = (128, 10240)
_STORAGE_MB: Final = (512, 10240)
_CAPACITY_TIMEOUT_SECONDS: Final = (1, 5400)
_CAPACITY_MEMORY_MB: Final = (128, 32768)
_CAPACITY_STORAGE_MB: Final = (512, 32768)
_QUEUE_BATCH: Final = 10
_RECEIVES: Final = (1, 1000)
_SOURCE_QUEUES: Final = 10
_INDEXES: Final = ("globalSecondaryIndexes", "localSecondaryIndexes")

Rule: TypeAlias = "Callable[[Properties], Iterator[Finding]]"


def check_rules(token: str, inputs: Properties) -> Iterator[Finding]:
    """What the rules of a type refuse; unknown values are never refused."""
    yield from tags(inputs)
    for rule in RULES.get(token, ()):
        yield from rule(inputs)


def tags(inputs: Properties) -> Iterator[Finding]:
    """Number, length and reserved prefix of tags."""
    given = inputs.get("tags")
    found = list(entries(given))
    if len(found) > TAGS_HIGH:
        yield Finding("tags", f"tags: got {len(found)} tags, allowed at most {TAGS_HIGH} (AWS tagging)")
    for key, value in found:
        if not 1 <= len(key) <= TAG_KEY_HIGH:
            yield Finding(
                "tags", f"tags: got a key of {len(key)} characters, allowed 1 to {TAG_KEY_HIGH} (AWS tagging)"
            )
        if key.lower().startswith("aws:"):
            yield Finding(
                f"tags.{key}", f"tags.{key}: got a key that starts with aws:, which AWS keeps; rename it"
            )
        content = text(value)
        if content is not None and len(content) > TAG_VALUE_HIGH:
            yield Finding(
                f"tags.{key}",
                f"tags.{key}: got a value of {len(content)} characters, allowed at most "
                f"{TAG_VALUE_HIGH} (AWS tagging)",
            )


def _fifo_name(kind: str) -> Rule:
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


def _queue(inputs: Properties) -> Iterator[Finding]:
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


def _parsed(value: Value) -> Value:
    source = text(value)
    if source is None:
        return None
    try:
        return json.loads(source)
    except ValueError:
        return None  # the table of limits has said that it is no JSON


def _redrive(inputs: Properties) -> Iterator[Finding]:
    policy = _parsed(inputs.get("redrivePolicy"))
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


def _redrive_allow(inputs: Properties) -> Iterator[Finding]:
    policy = _parsed(inputs.get("redriveAllowPolicy"))
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


def _function(inputs: Properties) -> Iterator[Finding]:
    capacity = inputs.get("capacityProviderConfig") is not None
    for key, (low, high) in (
        ("timeout", _CAPACITY_TIMEOUT_SECONDS if capacity else _TIMEOUT_SECONDS),
        ("memorySize", _CAPACITY_MEMORY_MB if capacity else _MEMORY_MB),
        ("ephemeralStorage.size", _CAPACITY_STORAGE_MB if capacity else _STORAGE_MB),
    ):
        value = at(inputs, *key.split("."))
        if value is None or isinstance(value, Unknown):
            continue
        amount = number(value)
        if amount is None or not low <= amount <= high or not float(amount).is_integer():
            unit = "seconds" if key == "timeout" else "MB"
            yield refuse(key, value, f"a whole number from {interval(low, high)} {unit} (Lambda quotas)")
    yield from _package(inputs)
    layers = [name for item in items(inputs.get("layers")) if (name := text(item)) is not None]
    versionless = [layer.rpartition(":")[0] for layer in layers]
    for layer in sorted({name for name in versionless if versionless.count(name) > 1}):
        yield Finding(
            "layers", f"layers: got {quote(layer)} more than once, allowed one version of a layer (Lambda)"
        )


def _package(inputs: Properties) -> Iterator[Finding]:
    kind = inputs.get("packageType")
    if isinstance(kind, Unknown):
        return
    image = text(kind) == "Image"
    wrong = [key for key in ("runtime", "handler", "layers") if image and inputs.get(key) is not None]
    for key in wrong:
        yield Finding(
            key,
            f"{key}: got {quote(inputs.get(key))} with packageType Image; an image "
            "brings its own, leave it out",
        )
    for key in ("runtime", "handler") if not image else ():
        if inputs.get(key) is None:
            yield Finding(key, f"{key}: got nothing with packageType Zip, Lambda requires it; add {key}")
    if image and inputs.get("codeSigningConfigArn") is not None:
        yield Finding(
            "codeSigningConfigArn",
            "codeSigningConfigArn: got a value with packageType Image; Lambda "
            "cannot verify images, leave it out",
        )
    sources = [key for key in ("code", "s3Bucket", "imageUri") if inputs.get(key) is not None]
    if len(sources) != 1:
        got = " and ".join(sources) or "none of them"
        yield Finding(
            "code", f"code: got {got}; a function takes exactly one of code, s3Bucket with s3Key, imageUri"
        )
    if "s3Bucket" in sources and inputs.get("s3Key") is None:
        yield Finding("s3Key", "s3Key: got nothing beside s3Bucket; add the key of the archive")


def _mapping_batch(inputs: Properties) -> Iterator[Finding]:
    source = text(inputs.get("eventSourceArn"))
    if source is None or source.split(":")[2:3] != ["sqs"]:
        return
    batch, window = number(inputs.get("batchSize")) or 0, inputs.get("maximumBatchingWindowInSeconds")
    seconds = number(window) or 0
    if source.endswith(_FIFO):
        if batch > _QUEUE_BATCH:
            yield refuse(
                "batchSize", inputs.get("batchSize"), f"1 to {_QUEUE_BATCH} for a FIFO queue (Lambda)"
            )
        if seconds > 0:
            yield refuse("maximumBatchingWindowInSeconds", window, "0 or nothing for a FIFO queue (Lambda)")
    elif batch > _QUEUE_BATCH and not isinstance(window, Unknown) and seconds < 1:
        yield refuse(
            "batchSize",
            inputs.get("batchSize"),
            f"1 to {_QUEUE_BATCH} unless maximumBatchingWindowInSeconds is 1 or more (Lambda)",
        )


def _mapping(inputs: Properties) -> Iterator[Finding]:
    source = text(inputs.get("eventSourceArn"))
    queue = source is not None and source.split(":")[2:3] == ["sqs"]
    if inputs.get("scalingConfig") is not None and inputs.get("provisionedPollerConfig") is not None:
        yield Finding(
            "provisionedPollerConfig",
            "provisionedPollerConfig: got a value beside scalingConfig; give maximum "
            "concurrency or provisioned pollers",
        )
    if source is not None and not queue and inputs.get("scalingConfig") is not None:
        yield Finding(
            "scalingConfig",
            "scalingConfig: got a value for a source that is no SQS queue; leave it out (Lambda)",
        )
    low = number(at(inputs, "provisionedPollerConfig", "minimumPollers"))
    high = number(at(inputs, "provisionedPollerConfig", "maximumPollers"))
    if low is not None and high is not None and low > high:
        yield refuse(
            "provisionedPollerConfig.minimumPollers", low, f"at most maximumPollers, {quote(high)} (Lambda)"
        )
    for key in (
        "startingPosition",
        "parallelizationFactor",
        "bisectBatchOnFunctionError",
        "tumblingWindowInSeconds",
    ):
        if queue and inputs.get(key) not in (None, False):
            yield Finding(
                key,
                f"{key}: got {quote(inputs.get(key))} for an SQS queue; only streams have it, leave it out",
            )
    sources = [key for key in ("eventSourceArn", "selfManagedEventSource") if inputs.get(key) is not None]
    if len(sources) != 1:
        yield Finding(
            "eventSourceArn",
            f"eventSourceArn: got {' and '.join(sources) or 'nothing'}; a mapping has one source",
        )


def _alarm(inputs: Properties) -> Iterator[Finding]:
    if inputs.get("statistic") is not None and inputs.get("extendedStatistic") is not None:
        yield Finding(
            "extendedStatistic", "extendedStatistic: got a value beside statistic; give one of the two"
        )
    single, several = inputs.get("metricName") is not None, inputs.get("metricQueries") is not None
    if single == several:
        got = "both" if single else "neither"
        yield Finding(
            "metricName", f"metricName: got {got} of metricName and metricQueries; give one of the two"
        )
    period = number(inputs.get("period"))
    if period is not None and period not in {10, 20, 30} and (period < 1 or period % 60):
        yield refuse("period", period, "10, 20, 30 or a multiple of 60 seconds (CloudWatch PutMetricAlarm)")
    points, periods = number(inputs.get("datapointsToAlarm")), number(inputs.get("evaluationPeriods"))
    if points is not None and periods is not None and points > periods:
        yield refuse("datapointsToAlarm", points, f"at most evaluationPeriods, {quote(periods)} (CloudWatch)")


def _table_keys(inputs: Properties) -> Iterator[Finding]:
    declared = [at(item, "name") for item in items(inputs.get("attributes"))]
    if is_unknown(inputs.get("attributes")):
        return
    known = {text(name) for name in declared}
    used = {text(inputs.get("hashKey")): "hashKey", text(inputs.get("rangeKey")): "rangeKey"}
    for kind in _INDEXES:
        for index in items(inputs.get(kind)):
            used.setdefault(text(at(index, "hashKey")), f"{kind}.hashKey")
            used.setdefault(text(at(index, "rangeKey")), f"{kind}.rangeKey")
            for key in items(at(index, "keySchemas")):
                used.setdefault(text(at(key, "attributeName")), f"{kind}.keySchemas")
    for name, path in used.items():
        if name is not None and name not in known:
            yield Finding(
                path,
                f"{path}: got {quote(name)}, which attributes does not declare; add it there with its type",
            )
    if is_unknown([inputs.get(key) for key in ("hashKey", "rangeKey", *_INDEXES)]):
        return
    for name in sorted(name for name in known if name is not None and name not in used):
        yield Finding(
            "attributes",
            f"attributes: got {quote(name)}, which is no key; DynamoDB takes keys only, leave it out",
        )


def _table_stream(inputs: Properties) -> Iterator[Finding]:
    if flag(inputs.get("streamEnabled")) and inputs.get("streamViewType") is None:
        yield Finding(
            "streamViewType",
            "streamViewType: got nothing with streamEnabled true; say which images it carries",
        )
    if text(inputs.get("billingMode")) == "PAY_PER_REQUEST":
        for key in ("readCapacity", "writeCapacity"):
            if number(inputs.get(key)):
                yield Finding(
                    key, f"{key}: got {quote(inputs.get(key))} with billingMode PAY_PER_REQUEST; leave it out"
                )


def _machine(inputs: Properties) -> Iterator[Finding]:
    yield from check_definition(_parsed(inputs.get("definition")))
    level, target = (
        text(at(inputs, "loggingConfiguration", "level")),
        at(inputs, "loggingConfiguration", "logDestination"),
    )
    if level not in (None, "OFF") and target is None:
        yield Finding(
            "loggingConfiguration.logDestination",
            f"loggingConfiguration.logDestination: got nothing with level {level}; "
            "give the log group's ARN and :*",
        )
    known = text(target)
    if known and not known.endswith(":*"):
        yield refuse(
            "loggingConfiguration.logDestination", target, "the ARN of a log group that ends with :*"
        )


def _routes(inputs: Properties) -> Iterator[Finding]:
    weights = [number(at(route, "weight")) for route in items(inputs.get("routingConfigurations"))]
    known = [weight for weight in weights if weight is not None]
    if weights and len(known) == len(weights) and sum(known) != 100:  # noqa: PLR2004 - per cent
        yield Finding(
            "routingConfigurations",
            f"routingConfigurations: got weights that add up to {sum(known):g}, allowed 100",
        )


def _provisioned(inputs: Properties) -> Iterator[Finding]:
    if text(inputs.get("qualifier")) == "$LATEST":
        yield refuse("qualifier", "$LATEST", "an alias or a published version (Lambda)")


def _object(inputs: Properties) -> Iterator[Finding]:
    sources = [key for key in ("source", "content", "contentBase64") if inputs.get(key) is not None]
    if len(sources) > 1:
        yield Finding(
            "source",
            f"source: got {' and '.join(sources)}; an object has one of source, content, contentBase64",
        )


def _rotation(inputs: Properties) -> Iterator[Finding]:
    kind, spec = text(inputs.get("keyUsage")), text(inputs.get("customerMasterKeySpec"))
    symmetric = spec in (None, "SYMMETRIC_DEFAULT") and kind in (None, "ENCRYPT_DECRYPT")
    if flag(inputs.get("enableKeyRotation")) and not symmetric:
        yield refuse(
            "enableKeyRotation",
            inputs.get("enableKeyRotation"),
            "false for a key that is not symmetric encryption (KMS)",
        )


RULES: Final[dict[str, tuple[Rule, ...]]] = {
    "aws:sqs/queue:Queue": (_fifo_name("fifoQueue"), _queue, _redrive, _redrive_allow),
    "aws:sqs/redrivePolicy:RedrivePolicy": (_redrive,),
    "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy": (_redrive_allow,),
    "aws:sns/topic:Topic": (_fifo_name("fifoTopic"),),
    "aws:lambda/function:Function": (_function,),
    "aws:lambda/eventSourceMapping:EventSourceMapping": (_mapping_batch, _mapping),
    "aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig": (_provisioned,),
    "aws:cloudwatch/metricAlarm:MetricAlarm": (_alarm,),
    "aws:dynamodb/table:Table": (_table_keys, _table_stream),
    "aws:sfn/stateMachine:StateMachine": (_machine,),
    "aws:sfn/alias:Alias": (_routes,),
    "aws:s3/bucketObjectv2:BucketObjectv2": (_object,),
    "aws:kms/key:Key": (_rotation,),
}
"""By type token."""
