"""Buckets, objects, tables and streams."""

from __future__ import annotations

import mimetypes
from typing import TYPE_CHECKING, Final

from pavedroad.provider.predict.row import Computed, Counted, Row
from pavedroad.provider.values import UNKNOWN, Unknown, Value, flag, text

if TYPE_CHECKING:
    from pavedroad.provider.predict.subject import Subject

_TABLE_ARN: Final = "arn:{@partition}:dynamodb:{@region}:{@account}:table/{name}"
_LABEL: Final = "1970-01-01T00:00:00.000"
_BUCKET_ARN: Final = "arn:{@partition}:s3:::{bucket}"
# Hosted zones of S3's website endpoints, by region (AWS General Reference, Amazon S3 endpoints).
_ZONES: Final = {
    "ap-northeast-1": "Z2M4EHUR26P7ZW",
    "ap-south-1": "Z11RGJOFQNVJUP",
    "ap-southeast-1": "Z3O0J2DXBE1FTB",
    "ap-southeast-2": "Z1WCIGYICN2BYD",
    "ca-central-1": "Z1QDHH18159H29",
    "eu-central-1": "Z21DNDUVLTQW6Q",
    "eu-north-1": "Z3BAZG2TWCNX0D",
    "eu-west-1": "Z1BKCTXD74EZPE",
    "eu-west-2": "Z3GKZC51ZF0DB4",
    "eu-west-3": "Z3R1K369G5AVDG",
    "sa-east-1": "Z7KQH4QJS55SO",
    "us-east-1": "Z3AQBSTGFYJSTF",
    "us-east-2": "Z2O1EMRO9K5GLX",
    "us-west-1": "Z2F56UZL2M1ACD",
    "us-west-2": "Z3BJ6K6RIION7M",
}


def _zone(subject: Subject) -> Value:
    return _ZONES.get(subject.account.region, UNKNOWN)


def _stream(template: str) -> Computed:
    """A table's stream is labelled with the time of its making: there when asked for, but not known."""

    def computed(subject: Subject) -> Value | Counted:
        enabled = subject.read("streamEnabled")
        if isinstance(enabled, Unknown) or flag(enabled):
            return Counted(template, ("streamEnabled", "streamViewType"))
        return ""

    return computed


def _capacity(subject: Subject) -> Value:
    mode = subject.read("billingMode")
    if isinstance(mode, Unknown):
        return UNKNOWN
    return 0 if mode == "PAY_PER_REQUEST" else UNKNOWN


def _view_type(subject: Subject) -> Value:
    enabled = subject.read("streamEnabled")
    return "" if not isinstance(enabled, Unknown) and not flag(enabled) else UNKNOWN


def _content_type(subject: Subject) -> Value:
    key = text(subject.read("key"))
    return UNKNOWN if key is None else (mimetypes.guess_type(key)[0] or "application/octet-stream")


def _object_id(subject: Subject) -> Value:
    bucket, key = text(subject.read("bucket")), text(subject.read("key"))
    return UNKNOWN if bucket is None or key is None else f"{bucket}/{key.removeprefix('/')}"


def _object_arn(subject: Subject) -> Value:
    place = _object_id(subject)
    return f"arn:{subject.account.partition}:s3:::{place}" if isinstance(place, str) else UNKNOWN


def _etag(subject: Subject) -> Value:
    # S3 computes it from a content that a plan does not read.
    return subject.read("etag") or UNKNOWN


# Each of these writes the object anew, which makes a version in a versioned bucket.
_CONTENT: Final = (
    "bucketKeyEnabled",
    "cacheControl",
    "content",
    "contentBase64",
    "contentDisposition",
    "contentEncoding",
    "contentLanguage",
    "contentType",
    "etag",
    "kmsKeyId",
    "metadata",
    "serverSideEncryption",
    "source",
    "sourceHash",
    "storageClass",
    "websiteRedirect",
)
_OF_BUCKET: Final = Row(id="{bucket}")
_OBJECT: Final[dict[str, Value | Counted | Computed]] = {
    "key": "{@logical}",
    "arn": _object_arn,
    "contentType": _content_type,
    "etag": _etag,
    "serverSideEncryption": lambda subject: "AES256" if subject.read("kmsKeyId") is None else "aws:kms",
    "bucketKeyEnabled": False,
    "storageClass": "STANDARD",
    "versionId": Counted("{@alnum32}", _CONTENT),
}
_ROW_BUCKET: Final = Row(
    id="{bucket}",
    outputs={
        "arn": _BUCKET_ARN,
        "bucketDomainName": "{bucket}.s3.{@suffix}",
        "bucketRegionalDomainName": "{bucket}.s3.{@region}.{@suffix}",
        "bucketRegion": "{@region}",
        "hostedZoneId": _zone,
        "requestPayer": "BucketOwner",
        "objectLockEnabled": False,
    },
    defaults={"forceDestroy": False},
)

ROWS: Final[dict[str, Row]] = {
    "aws:s3/bucket:Bucket": _ROW_BUCKET,
    "aws:s3/bucketV2:BucketV2": _ROW_BUCKET,
    "aws:s3/bucketPolicy:BucketPolicy": _OF_BUCKET,
    "aws:s3/bucketVersioning:BucketVersioning": _OF_BUCKET,
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": Row(
        id="{bucket}",
        defaults={
            "blockPublicAcls": False,
            "blockPublicPolicy": False,
            "ignorePublicAcls": False,
            "restrictPublicBuckets": False,
            "skipDestroy": False,
        },
    ),
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": _OF_BUCKET,
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": Row(
        id="{bucket}",
        outputs={"expectedBucketOwner": "", "transitionDefaultMinimumObjectSize": "all_storage_classes_128K"},
    ),
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": _OF_BUCKET,
    "aws:s3/bucketNotification:BucketNotification": Row(id="{bucket}", defaults={"eventbridge": False}),
    "aws:s3/bucketLogging:BucketLogging": _OF_BUCKET,
    "aws:s3/bucketCorsConfiguration:BucketCorsConfiguration": _OF_BUCKET,
    "aws:s3/bucketWebsiteConfiguration:BucketWebsiteConfiguration": _OF_BUCKET,
    "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": _OF_BUCKET,
    "aws:s3/bucketObjectv2:BucketObjectv2": Row(
        id=_object_id, outputs={**_OBJECT, "acl": ""}, defaults={"forceDestroy": False}
    ),
    "aws:s3/bucketObject:BucketObject": Row(
        id=_object_id, outputs=_OBJECT, defaults={"acl": "private", "forceDestroy": False}
    ),
    "aws:dynamodb/table:Table": Row(
        id="{name}",
        outputs={
            "arn": _TABLE_ARN,
            "streamArn": _stream(f"{_TABLE_ARN}/stream/{_LABEL}"),
            "streamLabel": _stream(_LABEL),
            "streamViewType": _view_type,
            "readCapacity": _capacity,
            "writeCapacity": _capacity,
            "pointInTimeRecovery": {"enabled": False},
            "globalSecondaryIndexes": [],
        },
        defaults={
            "billingMode": "PROVISIONED",
            "deletionProtectionEnabled": False,
            "streamEnabled": False,
            "tableClass": "STANDARD",
            "ttl": {"attributeName": "", "enabled": False},
        },
    ),
    "aws:kinesis/stream:Stream": Row(
        id="{arn}",
        outputs={
            "arn": "arn:{@partition}:kinesis:{@region}:{@account}:stream/{name}",
            "maxRecordSizeInKib": 1024,
        },
        defaults={
            "encryptionType": "NONE",
            "enforceConsumerDeletion": False,
            "kmsKeyId": None,
            "retentionPeriod": 24,
            "shardLevelMetrics": None,
            "streamModeDetails": {"streamMode": "PROVISIONED"},
        },
    ),
    "aws:kinesis/streamConsumer:StreamConsumer": Row(
        id="{arn}",
        outputs={
            "arn": "{streamArn}/consumer/{name}:{@digits10}",
            "creationTimestamp": Counted("1970-01-01T00:00:00Z", once=True),
        },
    ),
    "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream": Row(
        id="{arn}",
        outputs={
            "arn": "arn:{@partition}:firehose:{@region}:{@account}:deliverystream/{name}",
            "destinationId": "destinationId-000000000001",
            "versionId": Counted(),
        },
    ),
    "aws:ecr/repository:Repository": Row(
        id="{name}",
        outputs={
            "registryId": "{@account}",
            "arn": "arn:{@partition}:ecr:{@region}:{@account}:repository/{name}",
            "repositoryUrl": "{@account}.dkr.ecr.{@region}.{@suffix}/{name}",
        },
        defaults={"imageTagMutability": "MUTABLE"},
    ),
    "aws:efs/fileSystem:FileSystem": Row(
        id="fs-0{@hex16}",
        outputs={
            "arn": "arn:{@partition}:elasticfilesystem:{@region}:{@account}:file-system/fs-0{@hex16}",
            "dnsName": "fs-0{@hex16}.efs.{@region}.{@suffix}",
            "ownerId": "{@account}",
        },
    ),
}
