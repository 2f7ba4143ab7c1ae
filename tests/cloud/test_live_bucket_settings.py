"""Settings of S3 buckets in the local cloud."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import grpc
import pytest

from tests.support.buckets import bucket_policy, make_bucket, or_none, s3_of
from tests.support.live import obeys
from tests.support.provider import ACCOUNT

if TYPE_CHECKING:
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


def test_policy(bench: Bench) -> None:
    s3 = s3_of(bench)
    bucket = make_bucket(s3, "shop-dev-policy")
    other = json.dumps({"Version": "2012-10-17", "Id": "other", "Statement": []})
    account = bucket_policy(bucket, "Allow", AWS=f"arn:aws:iam::{ACCOUNT}:root")
    obeys(
        bench,
        POLICY,
        "policy",
        {"bucket": bucket, "policy": bucket_policy(bucket)},
        look=lambda _kept: or_none(
            lambda: {"policy": json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])}
        ),
        seen={"policy": json.loads(bucket_policy(bucket))},
        changes=[({"bucket": bucket, "policy": account}, {"policy": json.loads(account)})],
        drift=lambda _kept: s3.put_bucket_policy(Bucket=bucket, Policy=other),
    )


def test_policy_names_a_role_that_is_not_there(bench: Bench) -> None:
    s3 = s3_of(bench)
    bucket = make_bucket(s3, "shop-dev-principal")
    policy = bucket_policy(bucket, "Allow", AWS=f"arn:aws:iam::{ACCOUNT}:role/ghost")
    with pytest.raises(grpc.RpcError, match="MalformedPolicy: Invalid principal in policy"):
        bench.client.make(POLICY, "principal", {"bucket": bucket, "policy": policy})
    assert or_none(lambda: {"policy": s3.get_bucket_policy(Bucket=bucket)["Policy"]}) is None


def test_versioning(bench: Bench) -> None:
    """What was on can only be suspended, also when the resource is deleted."""
    s3 = s3_of(bench)
    bucket = make_bucket(s3, "shop-dev-versioning")
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
    s3 = s3_of(bench)
    bucket = make_bucket(s3, "shop-dev-encryption")
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
    s3 = s3_of(bench)
    bucket = make_bucket(s3, "shop-dev-access")
    names = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
    closed = {"bucket": bucket, **dict.fromkeys(names, True)}

    def look() -> dict[str, object]:
        return {**s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]}

    obeys(
        bench,
        ACCESS,
        "access",
        closed,
        look=lambda _kept: or_none(look),
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
    s3 = s3_of(bench)
    bucket = make_bucket(s3, "shop-dev-ownership")

    def look() -> dict[str, object]:
        found = s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]
        return {"ownership": found["Rules"][0]["ObjectOwnership"]}

    obeys(
        bench,
        OWNERSHIP,
        "ownership",
        {"bucket": bucket, "rule": {"objectOwnership": "BucketOwnerPreferred"}},
        look=lambda _kept: or_none(look),
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
    s3 = s3_of(bench)
    bucket = make_bucket(s3, "shop-dev-cors")
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
        look=lambda _kept: or_none(lambda: {"rules": s3.get_bucket_cors(Bucket=bucket)["CORSRules"]}),
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
    s3 = s3_of(bench)
    bucket = make_bucket(s3, "shop-dev-logging")
    target = make_bucket(s3, "shop-dev-logs")
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
