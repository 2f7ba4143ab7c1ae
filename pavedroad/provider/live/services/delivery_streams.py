"""Data Firehose: delivery streams to S3. Other destinations deliver nothing here and are refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from pavedroad.provider.live.contract import LiveType, Refused
from pavedroad.provider.live.plain import flag_in, map_in, text_in
from pavedroad.provider.live.services._delivery_names import EXTENDED_S3, UNTOLD
from pavedroad.provider.live.services._tags import listed
from pavedroad.provider.live.services._waiting import settled
from pavedroad.provider.live.services._wire import retag, sent, tag_map, told

if TYPE_CHECKING:
    from mypy_boto3_firehose.type_defs import (
        CreateDeliveryStreamInputTypeDef,
        DeliveryStreamDescriptionTypeDef,
        DeliveryStreamEncryptionConfigurationInputTypeDef,
        ExtendedS3DestinationUpdateTypeDef,
        TagTypeDef,
    )

    from pavedroad.provider.live.contract import Call
    from pavedroad.provider.live.plain import Plains

_DESTINATION: Final = "extended_s3"
_OWNED: Final = "AWS_OWNED_CMK"


def _described(call: Call, name: str) -> DeliveryStreamDescriptionTypeDef:
    return call.clients.firehose.describe_delivery_stream(DeliveryStreamName=name)[
        "DeliveryStreamDescription"
    ]


def _ready(call: Call, name: str) -> DeliveryStreamDescriptionTypeDef:
    return settled(
        lambda: _described(call, name),
        lambda stream: stream["DeliveryStreamStatus"] == "ACTIVE",
        what=f"the delivery stream {name}",
    )


def _name(arn: str) -> str:
    return arn.rpartition("/")[2]


def _only_s3(call: Call) -> None:
    destination = text_in(call.inputs, "destination")
    if destination != _DESTINATION or "mskSourceConfiguration" in call.inputs:
        got = destination if destination != _DESTINATION else "a source in MSK"
        raise Refused(
            "NotSupported",
            f"the local cloud delivers to S3 only, from direct puts or a Kinesis stream: got {got}, allowed "
            f"is destination {_DESTINATION} with extendedS3Configuration; try it in an account of AWS, or "
            "leave the stream out of this stack",
        )


def _encryption(call: Call) -> DeliveryStreamEncryptionConfigurationInputTypeDef | None:
    asked = map_in(call.inputs, "serverSideEncryption")
    if not flag_in(asked, "enabled"):
        return None
    key = text_in(asked, "keyArn")
    if text_in(asked, "keyType") == "CUSTOMER_MANAGED_CMK":
        return {"KeyType": "CUSTOMER_MANAGED_CMK", "KeyARN": key}
    return {"KeyType": _OWNED}


def _create(call: Call) -> str:
    _only_s3(call)
    name, source = call.text("name"), map_in(call.inputs, "kinesisSourceConfiguration")
    wanted: dict[str, object] = {
        "DeliveryStreamName": name,
        "DeliveryStreamType": "KinesisStreamAsSource" if source else "DirectPut",
        "ExtendedS3DestinationConfiguration": _s3(call, "S3BackupConfiguration"),
    }
    if source:
        wanted["KinesisStreamSourceConfiguration"] = {
            "KinesisStreamARN": text_in(source, "kinesisStreamArn"),
            "RoleARN": text_in(source, "roleArn"),
        }
    encryption = _encryption(call)
    if encryption:
        wanted["DeliveryStreamEncryptionConfigurationInput"] = encryption
    if call.tags:
        wanted["Tags"] = listed(call.tags)
    call.clients.firehose.create_delivery_stream(**cast("CreateDeliveryStreamInputTypeDef", wanted))
    return _ready(call, name)["DeliveryStreamARN"]


def _s3(call: Call, backup: str) -> dict[str, object]:
    """The destination with the defaults of what is not asked for; a change would leave that as it was."""
    asked = map_in(call.inputs, "extendedS3Configuration")
    defaults: Plains = {
        "bufferingInterval": 300,
        "bufferingSize": 5,
        "compressionFormat": "UNCOMPRESSED",
        "errorOutputPrefix": "",
        "prefix": "",
        "s3BackupMode": "Disabled",
        "cloudwatchLoggingOptions": {"enabled": False},
        "dataFormatConversionConfiguration": {"enabled": False},
        "processingConfiguration": {"enabled": False, "processors": []},
    }
    members = sent(EXTENDED_S3, {**defaults, **asked})
    if "kmsKeyArn" not in asked:
        members["EncryptionConfiguration"] = {"NoEncryptionConfig": "NoEncryption"}
    if "S3BackupConfiguration" in members:
        members[backup] = members.pop("S3BackupConfiguration")
    return members


def _read(call: Call, arn: str) -> Plains:
    name = _name(arn)
    stream = _described(call, name)
    destination = stream["Destinations"][0]
    bucket = told(EXTENDED_S3, destination.get("ExtendedS3DestinationDescription", {}))
    known = map_in(call.inputs, "extendedS3Configuration")
    bucket.update({key: known[key] for key in UNTOLD if key in known})
    if not call.inputs or "extendedS3Configuration" not in call.inputs:
        bucket = {key: value for key, value in bucket.items() if not _default(key, bucket)}
    source = stream.get("Source", {}).get("KinesisStreamSourceDescription", {})
    encryption = stream.get("DeliveryStreamEncryptionConfiguration", {})
    enabled = encryption.get("Status") == "ENABLED"
    tags = call.clients.firehose.list_tags_for_delivery_stream(DeliveryStreamName=name)["Tags"]
    return {
        "arn": stream["DeliveryStreamARN"],
        "destination": _DESTINATION,
        "destinationId": destination["DestinationId"],
        "extendedS3Configuration": bucket,
        "kinesisSourceConfiguration": {
            "kinesisStreamArn": source.get("KinesisStreamARN"),
            "roleArn": source.get("RoleARN"),
        }
        if source
        else None,
        "name": name,
        "serverSideEncryption": {
            "enabled": True,
            "keyArn": encryption.get("KeyARN", ""),
            "keyType": encryption.get("KeyType", _OWNED),
        }
        if enabled
        else {"enabled": False}
        if "serverSideEncryption" in call.inputs
        else None,
        "tags": tag_map(tags),
        "versionId": stream["VersionId"],
    }


def _default(key: str, bucket: Plains) -> bool:
    """Whether a part of a destination is as it is when nobody asks for anything."""
    value = bucket[key]
    if isinstance(value, dict):
        return value.get("enabled") is False
    usual = {"bufferingInterval": 300, "bufferingSize": 5, "compressionFormat": "UNCOMPRESSED"}
    return value in ("", "Disabled") or usual.get(key) == value


def _update(call: Call, arn: str) -> None:
    _only_s3(call)
    firehose, name = call.clients.firehose, _name(arn)
    if call.wants("extendedS3Configuration"):
        now = _ready(call, name)
        wanted = _s3(call, "S3BackupUpdate")
        firehose.update_destination(
            DeliveryStreamName=name,
            CurrentDeliveryStreamVersionId=now["VersionId"],
            DestinationId=now["Destinations"][0]["DestinationId"],
            ExtendedS3DestinationUpdate=cast("ExtendedS3DestinationUpdateTypeDef", wanted),
        )
    if call.wants("serverSideEncryption"):
        encryption = _encryption(call)
        if encryption:
            firehose.start_delivery_stream_encryption(
                DeliveryStreamName=name, DeliveryStreamEncryptionConfigurationInput=encryption
            )
        else:
            firehose.stop_delivery_stream_encryption(DeliveryStreamName=name)
        _ready(call, name)
    if call.wants("tags"):
        retag(
            tag_map(firehose.list_tags_for_delivery_stream(DeliveryStreamName=name)["Tags"]),
            call.tags,
            tag=lambda tags: firehose.tag_delivery_stream(
                DeliveryStreamName=name, Tags=cast("list[TagTypeDef]", listed(tags))
            ),
            untag=lambda keys: firehose.untag_delivery_stream(DeliveryStreamName=name, TagKeys=keys),
        )


def _delete(call: Call, arn: str) -> None:
    call.clients.firehose.delete_delivery_stream(DeliveryStreamName=_name(arn))


TYPES: Final[dict[str, LiveType]] = {
    "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream": LiveType(
        create=_create, read=_read, update=_update, delete=_delete
    ),
}
