"""Rules within a function, its event source mapping and its concurrency."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pavedroad.provider.limits.finding import Finding, quote, refuse
from pavedroad.provider.limits.models import interval
from pavedroad.provider.values import (
    Properties,
    Unknown,
    at,
    items,
    number,
    text,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

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


def function(inputs: Properties) -> Iterator[Finding]:
    """Time, memory, storage, package and layers."""
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
        if inputs.get(key) in (None, ""):
            got = "nothing" if inputs.get(key) is None else "an empty text"
            yield Finding(key, f"{key}: got {got} with packageType Zip, Lambda requires it; add {key}")
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


def mapping_batch(inputs: Properties) -> Iterator[Finding]:
    """How many messages of a queue make a batch."""
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


def mapping(inputs: Properties) -> Iterator[Finding]:
    """What goes with which source, and ways to limit concurrency that exclude each other."""
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
        "maximumRecordAgeInSeconds",
        "maximumRetryAttempts",
        "tumblingWindowInSeconds",
    ):
        if queue and inputs.get(key) not in (None, False, 0):
            yield Finding(
                key,
                f"{key}: got {quote(inputs.get(key))} for an SQS queue; only streams have it, leave it out",
            )
    yield from _position(inputs)
    sources = [key for key in ("eventSourceArn", "selfManagedEventSource") if inputs.get(key) is not None]
    if len(sources) != 1:
        yield Finding(
            "eventSourceArn",
            f"eventSourceArn: got {' and '.join(sources) or 'nothing'}; a mapping has one source",
        )


def _position(inputs: Properties) -> Iterator[Finding]:
    """A stream is read from a position; only Kinesis and Kafka know a time as one."""
    service = ((text(inputs.get("eventSourceArn")) or "").split(":") + [""] * 3)[2]
    given = inputs.get("startingPosition")
    if service in {"dynamodb", "kinesis"} and given is None:
        yield Finding(
            "startingPosition", "startingPosition: got nothing for a stream; add LATEST or TRIM_HORIZON"
        )
    if service == "dynamodb" and text(given) == "AT_TIMESTAMP":
        yield refuse("startingPosition", given, "LATEST or TRIM_HORIZON for a table's stream (Lambda)")
    elif text(given) == "AT_TIMESTAMP" and inputs.get("startingPositionTimestamp") is None:
        yield Finding(
            "startingPositionTimestamp",
            "startingPositionTimestamp: got nothing with startingPosition AT_TIMESTAMP; add the time",
        )


def provisioned(inputs: Properties) -> Iterator[Finding]:
    """Only what is published can be kept warm."""
    if text(inputs.get("qualifier")) == "$LATEST":
        yield refuse("qualifier", "$LATEST", "an alias or a published version (Lambda)")
