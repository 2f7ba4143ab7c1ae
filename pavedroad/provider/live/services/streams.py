"""Kinesis: data streams and their consumers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from pavedroad.provider.live.contract import LiveType, Refused
from pavedroad.provider.live.plain import flag_in, map_in, number_in, text_in, texts_in
from pavedroad.provider.live.retrying import absent
from pavedroad.provider.live.services._waiting import settled
from pavedroad.provider.live.services._wire import plainly, retag, tag_map

if TYPE_CHECKING:
    from mypy_boto3_kinesis.literals import MetricsNameType, StreamModeType
    from mypy_boto3_kinesis.type_defs import StreamDescriptionSummaryTypeDef

    from pavedroad.provider.live.contract import Call
    from pavedroad.provider.live.plain import Plain, Plains

_ON_DEMAND: Final = "ON_DEMAND"
_PROVISIONED: Final = "PROVISIONED"
_HOURS: Final = 24
_KMS: Final = "KMS"


def _summary(call: Call, name: str) -> StreamDescriptionSummaryTypeDef:
    return call.clients.kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]


def _ready(call: Call, name: str) -> StreamDescriptionSummaryTypeDef:
    """The stream, when it takes the next change."""
    return settled(
        lambda: _summary(call, name),
        lambda stream: stream["StreamStatus"] == "ACTIVE",
        what=f"the stream {name}",
    )


def _name(arn: str) -> str:
    return arn.rpartition("/")[2]


def _mode(properties: Plains) -> StreamModeType:
    mode = text_in(map_in(properties, "streamModeDetails"), "streamMode") or _PROVISIONED
    return cast("StreamModeType", mode)


def _create_stream(call: Call) -> str:
    kinesis, name, mode = call.clients.kinesis, call.text("name"), _mode(call.inputs)
    if mode == _ON_DEMAND:
        kinesis.create_stream(StreamName=name, StreamModeDetails={"StreamMode": mode})
    else:
        shards = number_in(call.inputs, "shardCount", 1)
        kinesis.create_stream(StreamName=name, ShardCount=shards, StreamModeDetails={"StreamMode": mode})
    arn = _ready(call, name)["StreamARN"]
    _configure(call, name)
    return arn


def _configure(call: Call, name: str) -> None:
    """Let a stream have what is asked for, besides its shards."""
    _retain(call, name)
    _encrypt(call, name)
    _measure(call, name)
    kinesis = call.clients.kinesis
    retag(
        tag_map(kinesis.list_tags_for_stream(StreamName=name)["Tags"]),
        call.tags,
        tag=lambda tags: kinesis.add_tags_to_stream(StreamName=name, Tags=tags),
        untag=lambda keys: kinesis.remove_tags_from_stream(StreamName=name, TagKeys=keys),
    )


def _retain(call: Call, name: str) -> None:
    hours, now = number_in(call.inputs, "retentionPeriod", _HOURS), _ready(call, name)["RetentionPeriodHours"]
    if hours > now:
        call.clients.kinesis.increase_stream_retention_period(StreamName=name, RetentionPeriodHours=hours)
    elif hours < now:
        call.clients.kinesis.decrease_stream_retention_period(StreamName=name, RetentionPeriodHours=hours)


def _encrypt(call: Call, name: str) -> None:
    kinesis, stream = call.clients.kinesis, _ready(call, name)
    key, now = text_in(call.inputs, "kmsKeyId"), stream.get("KeyId", "")
    wanted = text_in(call.inputs, "encryptionType") == _KMS
    if wanted and now != key:
        kinesis.start_stream_encryption(StreamName=name, EncryptionType=_KMS, KeyId=key)
    elif not wanted and stream.get("EncryptionType") == _KMS:
        kinesis.stop_stream_encryption(StreamName=name, EncryptionType=_KMS, KeyId=now)


def _metrics(stream: StreamDescriptionSummaryTypeDef) -> list[str]:
    return sorted(
        metric
        for monitoring in stream.get("EnhancedMonitoring", [])
        for metric in monitoring.get("ShardLevelMetrics", [])
    )


def _measure(call: Call, name: str) -> None:
    wanted, now = set(texts_in(call.inputs, "shardLevelMetrics")), set(_metrics(_ready(call, name)))
    gone = cast("list[MetricsNameType]", sorted(now - wanted))
    new = cast("list[MetricsNameType]", sorted(wanted - now))
    if gone:
        call.clients.kinesis.disable_enhanced_monitoring(StreamName=name, ShardLevelMetrics=gone)
    if new:
        call.clients.kinesis.enable_enhanced_monitoring(StreamName=name, ShardLevelMetrics=new)


def _read_stream(call: Call, arn: str) -> Plains:
    name = _name(arn)
    stream = _summary(call, name)
    mode = stream.get("StreamModeDetails", {}).get("StreamMode", _PROVISIONED)
    return {
        "name": name,
        "arn": stream["StreamARN"],
        "encryptionType": stream.get("EncryptionType", "NONE"),
        "kmsKeyId": stream.get("KeyId"),
        "retentionPeriod": stream["RetentionPeriodHours"],
        # Kinesis counts the shards of a stream on demand by itself.
        "shardCount": stream["OpenShardCount"] if mode == _PROVISIONED else None,
        "shardLevelMetrics": [*_metrics(stream)],
        "streamModeDetails": {"streamMode": mode},
        "tags": tag_map(call.clients.kinesis.list_tags_for_stream(StreamName=name)["Tags"]),
    }


def _update_stream(call: Call, arn: str) -> None:
    kinesis, name, mode = call.clients.kinesis, _name(arn), _mode(call.inputs)
    now = _ready(call, name)
    if now.get("StreamModeDetails", {}).get("StreamMode") != mode:
        kinesis.update_stream_mode(StreamARN=arn, StreamModeDetails={"StreamMode": mode})
        now = _ready(call, name)
    shards, open_now = number_in(call.inputs, "shardCount", 1), now["OpenShardCount"]
    if mode == _PROVISIONED and shards != open_now:
        _limit(shards, open_now)
        kinesis.update_shard_count(StreamName=name, TargetShardCount=shards, ScalingType="UNIFORM_SCALING")
    _configure(call, name)


def _limit(wanted: int, now: int) -> None:
    """Kinesis at most doubles or halves at a time."""
    if wanted > 2 * now or 2 * wanted < now:
        way = "up over double" if wanted > now else "down below half"
        raise Refused(
            "InvalidArgumentException",
            f"UpdateShardCount cannot scale {way} your current open shard count. Current open shard count: "
            f"{now} Target shard count: {wanted}",
        )


def _delete_stream(call: Call, arn: str) -> None:
    force = flag_in(call.before, "enforceConsumerDeletion")
    stream = _summary(call, _name(arn))
    if stream.get("ConsumerCount") and not force:
        raise Refused(
            "ResourceInUseException",
            f"Stream {_name(arn)} under account {call.account} has registered consumers; deregister them, or "
            "set enforceConsumerDeletion to true.",
        )
    call.clients.kinesis.delete_stream(StreamName=_name(arn), EnforceConsumerDeletion=force)


def _locate_stream(call: Call, given: str) -> tuple[str, Plains]:
    # The official provider takes the name.
    name = _name(given)
    return _summary(call, name)["StreamARN"], {"name": name}


# Consumers


def _find_consumer(call: Call) -> str | None:
    from botocore.exceptions import ClientError  # noqa: PLC0415 - a preview needs no boto3

    try:
        found = call.clients.kinesis.describe_stream_consumer(
            StreamARN=call.text("streamArn"), ConsumerName=call.text("name")
        )
    except ClientError as error:
        if absent(error):
            return None
        raise
    return found["ConsumerDescription"]["ConsumerARN"]


def _create_consumer(call: Call) -> str:
    made = call.clients.kinesis.register_stream_consumer(
        StreamARN=call.text("streamArn"), ConsumerName=call.text("name")
    )
    return made["Consumer"]["ConsumerARN"]


def _read_consumer(call: Call, arn: str) -> Plains:
    found = call.clients.kinesis.describe_stream_consumer(ConsumerARN=arn)["ConsumerDescription"]
    created: Plain = plainly(found["ConsumerCreationTimestamp"])
    return {
        "arn": arn,
        "creationTimestamp": created,
        "name": found["ConsumerName"],
        "streamArn": found["StreamARN"],
    }


def _update_consumer(_call: Call, _arn: str) -> None:
    """Nothing but tags changes in place, and the emulator keeps none."""


def _delete_consumer(call: Call, arn: str) -> None:
    call.clients.kinesis.deregister_stream_consumer(ConsumerARN=arn)


TYPES: Final[dict[str, LiveType]] = {
    "aws:kinesis/stream:Stream": LiveType(
        create=_create_stream,
        read=_read_stream,
        update=_update_stream,
        delete=_delete_stream,
        locate=_locate_stream,
        write_only=frozenset({"enforceConsumerDeletion", "maxRecordSizeInKib", "warmThroughputMibPs"}),
    ),
    "aws:kinesis/streamConsumer:StreamConsumer": LiveType(
        create=_create_consumer,
        read=_read_consumer,
        update=_update_consumer,
        delete=_delete_consumer,
        find=_find_consumer,
        write_only=frozenset({"tags"}),
        tagged=False,
    ),
}
