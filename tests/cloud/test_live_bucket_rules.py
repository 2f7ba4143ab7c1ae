"""What S3 does by rules of a bucket, in the local cloud."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import grpc
import pytest

from tests.support.buckets import bucket_policy, make_bucket, or_none, s3_of
from tests.support.live import obeys
from tests.support.provider import ACCOUNT, REGION

if TYPE_CHECKING:
    from tests.support.live import Bench
    from tests.support.provider import Props

pytestmark = pytest.mark.cloud

LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
NOTIFICATION = "aws:s3/bucketNotification:BucketNotification"


_EXPIRE = {
    "id": "expire",
    "status": "Enabled",
    "filter": {},
    "noncurrentVersionExpiration": {"noncurrentDays": 30},
    "abortIncompleteMultipartUpload": {"daysAfterInitiation": 7},
}
_EVERYTHING = [
    {
        "id": "and",
        "status": "Enabled",
        "filter": {
            "and": {"prefix": "a/", "tags": {"k": "v", "l": "w"}, "objectSizeGreaterThan": 100},
        },
        "expiration": {"days": 400},
        "transitions": [
            {"days": 30, "storageClass": "STANDARD_IA"},
            {"days": 90, "storageClass": "GLACIER"},
        ],
        "noncurrentVersionTransitions": [
            {"noncurrentDays": 30, "newerNoncurrentVersions": 2, "storageClass": "STANDARD_IA"}
        ],
        "noncurrentVersionExpiration": {"noncurrentDays": 60, "newerNoncurrentVersions": 3},
    },
    {
        "id": "tag",
        "status": "Disabled",
        "filter": {"tag": {"key": "k", "value": "v"}},
        "expiration": {"days": 3},
    },
    {
        "id": "marker",
        "status": "Enabled",
        "filter": {"prefix": ""},
        "expiration": {"expiredObjectDeleteMarker": True},
    },
    {"id": "prefix", "status": "Enabled", "prefix": "old/", "expiration": {"days": 1}},
    {"id": "size", "status": "Enabled", "filter": {"objectSizeLessThan": 500}, "expiration": {"days": 2}},
]


def test_lifecycle(bench: Bench) -> None:
    s3 = s3_of(bench)
    bucket = make_bucket(s3, "shop-dev-lifecycle")

    def look() -> dict[str, object]:
        rules = s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
        return {rule.get("ID", ""): rule for rule in rules}

    obeys(
        bench,
        LIFECYCLE,
        "lifecycle",
        {"bucket": bucket, "rules": [_EXPIRE]},
        look=lambda _kept: or_none(look),
        seen={
            "expire": {
                "ID": "expire",
                "Status": "Enabled",
                "Filter": {},
                "NoncurrentVersionExpiration": {"NoncurrentDays": 30},
                "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
            }
        },
        changes=[
            (
                {"bucket": bucket, "rules": _EVERYTHING},
                {
                    "and": {
                        "ID": "and",
                        "Status": "Enabled",
                        "Filter": {
                            "And": {
                                "Prefix": "a/",
                                "Tags": [{"Key": "k", "Value": "v"}, {"Key": "l", "Value": "w"}],
                                "ObjectSizeGreaterThan": 100,
                            }
                        },
                        "Expiration": {"Days": 400},
                        "Transitions": [
                            {"Days": 30, "StorageClass": "STANDARD_IA"},
                            {"Days": 90, "StorageClass": "GLACIER"},
                        ],
                        "NoncurrentVersionTransitions": [
                            {
                                "NoncurrentDays": 30,
                                "NewerNoncurrentVersions": 2,
                                "StorageClass": "STANDARD_IA",
                            }
                        ],
                        "NoncurrentVersionExpiration": {"NoncurrentDays": 60, "NewerNoncurrentVersions": 3},
                    },
                    "tag": {
                        "ID": "tag",
                        "Status": "Disabled",
                        "Filter": {"Tag": {"Key": "k", "Value": "v"}},
                        "Expiration": {"Days": 3},
                    },
                    "marker": {
                        "ID": "marker",
                        "Status": "Enabled",
                        "Filter": {"Prefix": ""},
                        "Expiration": {"ExpiredObjectDeleteMarker": True},
                    },
                    "prefix": {
                        "ID": "prefix",
                        "Status": "Enabled",
                        "Filter": {"Prefix": "old/"},
                        "Expiration": {"Days": 1},
                    },
                    "size": {
                        "ID": "size",
                        "Status": "Enabled",
                        "Filter": {"ObjectSizeLessThan": 500},
                        "Expiration": {"Days": 2},
                    },
                    "expire": None,
                },
            )
        ],
        drift=lambda _kept: s3.put_bucket_lifecycle_configuration(
            Bucket=bucket,
            LifecycleConfiguration={
                "Rules": [
                    {
                        "ID": "expire",
                        "Status": "Enabled",
                        "Filter": {"Prefix": "only/"},
                        "NoncurrentVersionExpiration": {"NoncurrentDays": 1},
                    }
                ]
            },
        ),
    )


def test_notification(bench: Bench) -> None:
    s3 = s3_of(bench)
    sqs = bench.cloud.client("sqs", ACCOUNT)
    bucket = make_bucket(s3, "shop-dev-notification")
    sqs.create_queue(QueueName="notified")
    url = sqs.get_queue_url(QueueName="notified")["QueueUrl"]
    arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:notified"
    queue: Props = {
        "queueArn": arn,
        "events": ["s3:ObjectCreated:*"],
        "filterPrefix": "a/",
        "filterSuffix": ".csv",
    }
    inputs: Props = {"bucket": bucket, "queues": [queue]}
    with pytest.raises(grpc.RpcError, match="Unable to validate the following destination configurations"):
        bench.client.make(NOTIFICATION, "notification", inputs)
    policy = json.loads(bucket_policy(bucket, "Allow", Service="s3.amazonaws.com"))
    policy["Statement"][0] |= {"Action": "sqs:SendMessage", "Resource": arn}
    del policy["Statement"][0]["Condition"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(policy)})
    kept = bench.client.make(NOTIFICATION, "notification", inputs)
    found = s3.get_bucket_notification_configuration(Bucket=bucket)
    [configured] = found["QueueConfigurations"]
    assert configured["QueueArn"] == arn
    assert configured.get("Id", "").startswith("tf-s3-queue-")
    assert configured.get("Filter") == {
        "Key": {"FilterRules": [{"Name": "prefix", "Value": "a/"}, {"Name": "suffix", "Value": ".csv"}]}
    }
    refreshed = bench.client.refresh(kept)
    assert (refreshed.inputs, refreshed.outputs) == (kept.inputs, kept.outputs)
    named: Props = {
        "bucket": bucket,
        "eventbridge": True,
        "queues": [{"id": "one", "queueArn": arn, "events": ["s3:ObjectRemoved:*"]}],
    }
    kept = bench.client.change(kept, named)
    found = s3.get_bucket_notification_configuration(Bucket=bucket)
    assert "EventBridgeConfiguration" in found
    assert found["QueueConfigurations"] == [{"Id": "one", "QueueArn": arn, "Events": ["s3:ObjectRemoved:*"]}]
    read = bench.client.read(NOTIFICATION, "notification", bucket)
    assert bench.client.difference(read, named) == {}
    s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration={})
    drifted = bench.client.refresh(kept)
    assert {path.partition("[")[0] for path in bench.client.difference(drifted, named)} == {
        "eventbridge",
        "queues",
    }
    kept = bench.client.change(drifted, named)
    assert "EventBridgeConfiguration" in s3.get_bucket_notification_configuration(Bucket=bucket)
    bench.client.delete(kept)
    found = s3.get_bucket_notification_configuration(Bucket=bucket)
    assert set(found) == {"ResponseMetadata"}


def test_notification_of_a_function_that_does_not_let_s3_in(bench: Bench) -> None:
    s3 = s3_of(bench)
    bucket = make_bucket(s3, "shop-dev-functions")
    arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:nobody"
    inputs: Props = {
        "bucket": bucket,
        "lambdaFunctions": [{"lambdaFunctionArn": arn, "events": ["s3:ObjectCreated:*"]}],
    }
    with pytest.raises(grpc.RpcError, match=r"InvalidArgument: Unable to validate .*lambda_\.Permission"):
        bench.client.make(NOTIFICATION, "functions", inputs)
