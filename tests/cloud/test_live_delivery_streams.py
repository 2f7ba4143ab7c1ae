"""Firehose delivery streams in the local cloud."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.support.live import obeys
from tests.support.provider import ACCOUNT, REGION, Kept, Props
from tests.support.seen import gone

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_firehose import FirehoseClient

    from tests.support.live import Bench

pytestmark = pytest.mark.cloud

DELIVERY = "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream"
BUCKET_ARN = "arn:aws:s3:::shop-dev-archive"
BACKUP_ARN = "arn:aws:s3:::shop-dev-backup"
FUNCTION_ARN = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:shop-dev-clean"
ROLE = "shop-dev-firehose"
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "firehose.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
)
ROLE_ARN = f"arn:aws:iam::{ACCOUNT}:role/{ROLE}"


@pytest.fixture
def firehose(bench: Bench) -> FirehoseClient:
    return bench.cloud.client("firehose", ACCOUNT)


def _look(firehose: FirehoseClient, name: str) -> Callable[[Kept], dict[str, object] | None]:
    def see() -> dict[str, object]:
        found = firehose.describe_delivery_stream(DeliveryStreamName=name)["DeliveryStreamDescription"]
        tags = firehose.list_tags_for_delivery_stream(DeliveryStreamName=name)["Tags"]
        bucket = found["Destinations"][0].get("ExtendedS3DestinationDescription", {})
        logging = bucket.get("CloudWatchLoggingOptions", {})
        return {
            **{key: value for key, value in bucket.items() if key != "CloudWatchLoggingOptions"},
            "logs": logging.get("LogGroupName") if logging.get("Enabled") else None,
            "tags": {tag["Key"]: tag.get("Value") for tag in tags},
            "type": found["DeliveryStreamType"],
        }

    def look(_kept: Kept) -> dict[str, object] | None:
        return gone(see)

    return look


def test_delivery_to_s3(bench: Bench, firehose: FirehoseClient) -> None:
    name = "shop-dev-delivery"
    s3 = {"bucketArn": BUCKET_ARN, "roleArn": ROLE_ARN}
    first = {"name": name, "destination": "extended_s3"}
    kept = obeys(
        bench,
        DELIVERY,
        "delivery",
        {**first, "extendedS3Configuration": s3, "tags": {"team": "shop"}},
        look=_look(firehose, name),
        seen={
            "BucketARN": BUCKET_ARN,
            "BufferingHints": {"SizeInMBs": 5, "IntervalInSeconds": 300},
            "logs": None,
            "tags": {"team": "shop"},
        },
        changes=[
            (
                {
                    **first,
                    "extendedS3Configuration": {
                        **s3,
                        "bufferingInterval": 60,
                        "bufferingSize": 64,
                        "compressionFormat": "GZIP",
                        "prefix": "in/!{partitionKeyFromQuery:kind}/",
                        "errorOutputPrefix": "bad/",
                        "fileExtension": ".json",
                        "kmsKeyArn": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/k",
                        "cloudwatchLoggingOptions": {
                            "enabled": True,
                            "logGroupName": "/firehose",
                            "logStreamName": "s3",
                        },
                        "processingConfiguration": {
                            "enabled": True,
                            "processors": [
                                {
                                    "type": "Lambda",
                                    "parameters": [
                                        {"parameterName": "LambdaArn", "parameterValue": FUNCTION_ARN}
                                    ],
                                }
                            ],
                        },
                        "s3BackupMode": "Enabled",
                        "s3BackupConfiguration": {"bucketArn": BACKUP_ARN, "roleArn": ROLE_ARN},
                    },
                    "tags": {"owner": "you"},
                },
                {
                    "BufferingHints": {"SizeInMBs": 64, "IntervalInSeconds": 60},
                    "CompressionFormat": "GZIP",
                    "Prefix": "in/!{partitionKeyFromQuery:kind}/",
                    "ErrorOutputPrefix": "bad/",
                    "EncryptionConfiguration": {
                        "KMSEncryptionConfig": {"AWSKMSKeyARN": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/k"}
                    },
                    "ProcessingConfiguration": {
                        "Enabled": True,
                        "Processors": [
                            {
                                "Type": "Lambda",
                                "Parameters": [
                                    {"ParameterName": "LambdaArn", "ParameterValue": FUNCTION_ARN}
                                ],
                            }
                        ],
                    },
                    "S3BackupMode": "Enabled",
                    "logs": "/firehose",
                    "tags": {"owner": "you"},
                },
            )
        ],
        drift=lambda kept: firehose.update_destination(
            DeliveryStreamName=name,
            CurrentDeliveryStreamVersionId=str(kept.outputs["versionId"]),
            DestinationId=str(kept.outputs["destinationId"]),
            ExtendedS3DestinationUpdate={"BucketARN": BACKUP_ARN, "RoleARN": ROLE_ARN},
        ),
    )
    assert kept.id == f"arn:aws:firehose:{REGION}:{ACCOUNT}:deliverystream/{name}"


def test_the_destination_of_a_second_stream_is_its_first(bench: Bench, firehose: FirehoseClient) -> None:
    for name in ("shop-dev-one", "shop-dev-two"):
        kept = bench.client.make(
            DELIVERY,
            name,
            {
                "name": name,
                "destination": "extended_s3",
                "extendedS3Configuration": {"bucketArn": BUCKET_ARN, "roleArn": ROLE_ARN},
            },
        )
        found = firehose.describe_delivery_stream(DeliveryStreamName=name)["DeliveryStreamDescription"]
        (destination,) = found["Destinations"]
        assert kept.outputs["destinationId"] == destination["DestinationId"]


def test_delivery_from_a_stream_with_encryption(bench: Bench, firehose: FirehoseClient) -> None:
    bench.cloud.client("iam", ACCOUNT).create_role(RoleName=ROLE, AssumeRolePolicyDocument=TRUST)
    name = "shop-dev-sourced"
    kept = bench.client.make(
        DELIVERY,
        "sourced",
        {
            "name": name,
            "destination": "extended_s3",
            "extendedS3Configuration": {
                "bucketArn": BUCKET_ARN,
                "roleArn": ROLE_ARN,
                "dynamicPartitioningConfiguration": {"enabled": True, "retryDuration": 60},
                "dataFormatConversionConfiguration": {
                    "inputFormatConfiguration": {"deserializer": {"openXJsonSerDe": {}}},
                    "outputFormatConfiguration": {"serializer": {"parquetSerDe": {"compression": "SNAPPY"}}},
                    "schemaConfiguration": {"databaseName": "d", "tableName": "t", "roleArn": ROLE_ARN},
                },
            },
            "kinesisSourceConfiguration": {
                "kinesisStreamArn": f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/s",
                "roleArn": ROLE_ARN,
            },
        },
    )
    refreshed = bench.client.refresh(kept)
    assert (refreshed.inputs, refreshed.outputs) == (kept.inputs, kept.outputs)
    found = firehose.describe_delivery_stream(DeliveryStreamName=name)["DeliveryStreamDescription"]
    assert found["DeliveryStreamType"] == "KinesisStreamAsSource"
    bucket = found["Destinations"][0].get("ExtendedS3DestinationDescription", {})
    assert bucket.get("DynamicPartitioningConfiguration") == {
        "Enabled": True,
        "RetryOptions": {"DurationInSeconds": 60},
    }
    conversion = bucket.get("DataFormatConversionConfiguration", {})
    assert conversion.get("OutputFormatConfiguration") == {
        "Serializer": {"ParquetSerDe": {"Compression": "SNAPPY"}}
    }

    direct: Props = {
        "name": "shop-dev-sealed",
        "destination": "extended_s3",
        "extendedS3Configuration": {"bucketArn": BUCKET_ARN, "roleArn": ROLE_ARN},
    }
    kept = bench.client.make(DELIVERY, "sealed", direct)
    sealed = bench.client.change(kept, {**direct, "serverSideEncryption": {"enabled": True}})
    told = firehose.describe_delivery_stream(DeliveryStreamName="shop-dev-sealed")
    encryption = told["DeliveryStreamDescription"].get("DeliveryStreamEncryptionConfiguration", {})
    assert encryption.get("Status") == "ENABLED"
    firehose.stop_delivery_stream_encryption(DeliveryStreamName="shop-dev-sealed")
    drifted = bench.client.refresh(sealed)
    assert bench.client.difference(drifted, {**direct, "serverSideEncryption": {"enabled": True}})


def test_other_destinations_are_refused_in_words(bench: Bench) -> None:
    with pytest.raises(Exception, match=r"delivers to S3 only.*allowed is destination extended_s3"):
        bench.client.make(DELIVERY, "web", {"name": "web", "destination": "http_endpoint"})
