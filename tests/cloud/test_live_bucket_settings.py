"""Settings of S3 buckets in the local cloud."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import grpc
import pytest
from botocore.exceptions import ClientError

from tests.support.live import obeys
from tests.support.provider import ACCOUNT, REGION

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_s3 import S3Client

    from tests.support.live import Bench
    from tests.support.provider import Props

pytestmark = pytest.mark.cloud

POLICY = "aws:s3/bucketPolicy:BucketPolicy"
VERSIONING = "aws:s3/bucketVersioning:BucketVersioning"
ENCRYPTION = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
ACCESS = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
OWNERSHIP = "aws:s3/bucketOwnershipControls:BucketOwnershipControls"
CORS = "aws:s3/bucketCorsConfiguration:BucketCorsConfiguration"
LOGGING = "aws:s3/bucketLogging:BucketLogging"
LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
NOTIFICATION = "aws:s3/bucketNotification:BucketNotification"


def _s3(bench: Bench) -> S3Client:
    return bench.cloud.client("s3", ACCOUNT)


def _bucket(s3: S3Client, name: str) -> str:
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    return name


def _or_none(look: Callable[[], dict[str, object]]) -> dict[str, object] | None:
    try:
        return look()
    except ClientError:
        return None


def _statement(bucket: str, effect: str = "Deny", **who: str) -> str:
    statement = {
        "Effect": effect,
        "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
        "Principal": who or "*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def test_policy(bench: Bench) -> None:
    s3 = _s3(bench)
    bucket = _bucket(s3, "shop-dev-policy")
    other = json.dumps({"Version": "2012-10-17", "Id": "other", "Statement": []})
    account = _statement(bucket, "Allow", AWS=f"arn:aws:iam::{ACCOUNT}:root")
    obeys(
        bench,
        POLICY,
        "policy",
        {"bucket": bucket, "policy": _statement(bucket)},
        look=lambda _kept: _or_none(
            lambda: {"policy": json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])}
        ),
        seen={"policy": json.loads(_statement(bucket))},
        changes=[({"bucket": bucket, "policy": account}, {"policy": json.loads(account)})],
        drift=lambda _kept: s3.put_bucket_policy(Bucket=bucket, Policy=other),
    )


def test_policy_names_a_role_that_is_not_there(bench: Bench) -> None:
    s3 = _s3(bench)
    bucket = _bucket(s3, "shop-dev-principal")
    policy = _statement(bucket, "Allow", AWS=f"arn:aws:iam::{ACCOUNT}:role/ghost")
    with pytest.raises(grpc.RpcError, match="MalformedPolicy: Invalid principal in policy"):
        bench.client.make(POLICY, "principal", {"bucket": bucket, "policy": policy})
    assert _or_none(lambda: {"policy": s3.get_bucket_policy(Bucket=bucket)["Policy"]}) is None


def test_versioning(bench: Bench) -> None:
    """What was on can only be suspended, also when the resource is deleted."""
    s3 = _s3(bench)
    bucket = _bucket(s3, "shop-dev-versioning")
    enabled: Props = {"bucket": bucket, "versioningConfiguration": {"status": "Enabled"}}
    suspended: Props = {"bucket": bucket, "versioningConfiguration": {"status": "Suspended"}}
    disabled: Props = {"bucket": bucket, "versioningConfiguration": {"status": "Disabled"}}
    kept = bench.client.make(VERSIONING, "versioning", disabled)
    assert "Status" not in s3.get_bucket_versioning(Bucket=bucket)
    for inputs, status in ((enabled, "Enabled"), (suspended, "Suspended"), (enabled, "Enabled")):
        kept = bench.client.change(kept, inputs)
        assert s3.get_bucket_versioning(Bucket=bucket).get("Status") == status
        refreshed = bench.client.refresh(kept)
        assert (refreshed.inputs, refreshed.outputs) == (kept.inputs, kept.outputs)
    with pytest.raises(grpc.RpcError, match="cannot be updated from Enabled or Suspended to Disabled"):
        bench.client.change(kept, disabled)
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})
    drifted = bench.client.refresh(kept)
    assert set(bench.client.difference(drifted, enabled)) == {"versioningConfiguration.status"}
    kept = bench.client.change(drifted, enabled)
    read = bench.client.read(VERSIONING, "versioning", bucket)
    assert bench.client.difference(read, enabled) == {}
    bench.client.delete(kept)
    assert s3.get_bucket_versioning(Bucket=bucket).get("Status") == "Suspended"


def test_encryption(bench: Bench) -> None:
    """Deleted, it goes back to what every bucket has."""
    s3 = _s3(bench)
    bucket = _bucket(s3, "shop-dev-encryption")
    key = bench.cloud.client("kms", ACCOUNT).create_key()["KeyMetadata"].get("Arn", "")
    plain: Props = {
        "bucket": bucket,
        "rules": [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"}}],
    }
    keyed: Props = {
        "bucket": bucket,
        "rules": [
            {
                "applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": key},
                "bucketKeyEnabled": True,
            }
        ],
    }

    def look() -> object:
        found = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"][0]
        default = found.get("ApplyServerSideEncryptionByDefault", {})
        return (
            default.get("SSEAlgorithm"),
            default.get("KMSMasterKeyID"),
            found.get("BucketKeyEnabled", False),
        )

    kept = bench.client.make(ENCRYPTION, "encryption", plain)
    for inputs, seen in ((keyed, ("aws:kms", key, True)), (plain, ("AES256", None, False))):
        kept = bench.client.change(kept, inputs)
        assert look() == seen
        refreshed = bench.client.refresh(kept)
        assert (refreshed.inputs, refreshed.outputs) == (kept.inputs, kept.outputs)
        read = bench.client.read(ENCRYPTION, "encryption", bucket)
        assert bench.client.difference(read, inputs) == {}
    s3.put_bucket_encryption(
        Bucket=bucket,
        ServerSideEncryptionConfiguration={
            "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}]
        },
    )
    drifted = bench.client.refresh(kept)
    assert bench.client.difference(drifted, plain)
    kept = bench.client.change(drifted, plain)
    assert look() == ("AES256", None, False)
    bench.client.delete(bench.client.change(kept, keyed))
    assert look() == ("AES256", None, False)
    read = bench.client.read(ENCRYPTION, "encryption", bucket)
    assert bench.client.difference(read, plain) == {}, "what every bucket has says more than the program"


def test_public_access_block(bench: Bench) -> None:
    s3 = _s3(bench)
    bucket = _bucket(s3, "shop-dev-access")
    names = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
    closed = {"bucket": bucket, **dict.fromkeys(names, True)}

    def look() -> dict[str, object]:
        return {**s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]}

    obeys(
        bench,
        ACCESS,
        "access",
        closed,
        look=lambda _kept: _or_none(look),
        seen={name[0].upper() + name[1:]: True for name in names},
        changes=[
            (
                {"bucket": bucket, "blockPublicAcls": True},
                {"BlockPublicAcls": True, "BlockPublicPolicy": False, "RestrictPublicBuckets": False},
            )
        ],
        drift=lambda _kept: s3.put_public_access_block(
            Bucket=bucket,
            PublicAccessBlockConfiguration={
                "BlockPublicAcls": False,
                "BlockPublicPolicy": True,
                "IgnorePublicAcls": True,
                "RestrictPublicBuckets": True,
            },
        ),
    )
    kept = bench.client.make(ACCESS, "kept", {**closed, "skipDestroy": True})
    bench.client.delete(kept)
    assert look()["BlockPublicAcls"] is True


def test_ownership(bench: Bench) -> None:
    s3 = _s3(bench)
    bucket = _bucket(s3, "shop-dev-ownership")

    def look() -> dict[str, object]:
        found = s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]
        return {"ownership": found["Rules"][0]["ObjectOwnership"]}

    obeys(
        bench,
        OWNERSHIP,
        "ownership",
        {"bucket": bucket, "rule": {"objectOwnership": "BucketOwnerPreferred"}},
        look=lambda _kept: _or_none(look),
        seen={"ownership": "BucketOwnerPreferred"},
        changes=[
            (
                {"bucket": bucket, "rule": {"objectOwnership": "BucketOwnerEnforced"}},
                {"ownership": "BucketOwnerEnforced"},
            )
        ],
        drift=lambda _kept: s3.put_bucket_ownership_controls(
            Bucket=bucket, OwnershipControls={"Rules": [{"ObjectOwnership": "ObjectWriter"}]}
        ),
    )


def test_cors(bench: Bench) -> None:
    s3 = _s3(bench)
    bucket = _bucket(s3, "shop-dev-cors")
    rule = {"allowedMethods": ["GET"], "allowedOrigins": ["https://a.example"]}
    full = {
        **rule,
        "id": "one",
        "allowedHeaders": ["x-a"],
        "exposeHeaders": ["x-b"],
        "maxAgeSeconds": 300,
    }
    obeys(
        bench,
        CORS,
        "cors",
        {"bucket": bucket, "corsRules": [rule]},
        look=lambda _kept: _or_none(lambda: {"rules": s3.get_bucket_cors(Bucket=bucket)["CORSRules"]}),
        seen={"rules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["https://a.example"]}]},
        changes=[
            (
                {"bucket": bucket, "corsRules": [full]},
                {
                    "rules": [
                        {
                            "ID": "one",
                            "AllowedMethods": ["GET"],
                            "AllowedOrigins": ["https://a.example"],
                            "AllowedHeaders": ["x-a"],
                            "ExposeHeaders": ["x-b"],
                            "MaxAgeSeconds": 300,
                        }
                    ]
                },
            )
        ],
        drift=lambda _kept: s3.put_bucket_cors(
            Bucket=bucket,
            CORSConfiguration={"CORSRules": [{"AllowedMethods": ["PUT"], "AllowedOrigins": ["*"]}]},
        ),
    )


def test_logging(bench: Bench) -> None:
    s3 = _s3(bench)
    bucket = _bucket(s3, "shop-dev-logging")
    target = _bucket(s3, "shop-dev-logs")
    grant = {
        "grantee": {"type": "Group", "uri": "http://acs.amazonaws.com/groups/s3/LogDelivery"},
        "permission": "READ",
    }

    def look() -> dict[str, object]:
        found = s3.get_bucket_logging(Bucket=bucket)["LoggingEnabled"]
        return {
            "bucket": found["TargetBucket"],
            "prefix": found["TargetPrefix"],
            "grants": [item.get("Permission") for item in found.get("TargetGrants", [])],
        }

    def looked() -> dict[str, object] | None:
        return look() if "LoggingEnabled" in s3.get_bucket_logging(Bucket=bucket) else None

    inputs = {"bucket": bucket, "targetBucket": target, "targetPrefix": "a/"}
    obeys(
        bench,
        LOGGING,
        "logging",
        inputs,
        look=lambda _kept: looked(),
        seen={"bucket": target, "prefix": "a/", "grants": []},
        changes=[
            (
                {"bucket": bucket, "targetBucket": target, "targetPrefix": "b/", "targetGrants": [grant]},
                {"prefix": "b/", "grants": ["READ"]},
            )
        ],
        drift=lambda _kept: s3.put_bucket_logging(
            Bucket=bucket,
            BucketLoggingStatus={"LoggingEnabled": {"TargetBucket": target, "TargetPrefix": "other/"}},
        ),
    )


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
    s3 = _s3(bench)
    bucket = _bucket(s3, "shop-dev-lifecycle")

    def look() -> dict[str, object]:
        rules = s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
        return {rule.get("ID", ""): rule for rule in rules}

    obeys(
        bench,
        LIFECYCLE,
        "lifecycle",
        {"bucket": bucket, "rules": [_EXPIRE]},
        look=lambda _kept: _or_none(look),
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
    s3 = _s3(bench)
    sqs = bench.cloud.client("sqs", ACCOUNT)
    bucket = _bucket(s3, "shop-dev-notification")
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
    policy = json.loads(_statement(bucket, "Allow", Service="s3.amazonaws.com"))
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
    s3 = _s3(bench)
    bucket = _bucket(s3, "shop-dev-functions")
    arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:nobody"
    inputs: Props = {
        "bucket": bucket,
        "lambdaFunctions": [{"lambdaFunctionArn": arn, "events": ["s3:ObjectCreated:*"]}],
    }
    with pytest.raises(grpc.RpcError, match=r"InvalidArgument: Unable to validate .*lambda_\.Permission"):
        bench.client.make(NOTIFICATION, "functions", inputs)
