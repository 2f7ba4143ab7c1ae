"""Signing jobs in the local cloud."""

from __future__ import annotations

from typing import TYPE_CHECKING

import grpc
import pytest

from tests.support.provider import ACCOUNT, REGION

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from tests.support.live import Bench
    from tests.support.provider import Plain, Props

pytestmark = pytest.mark.cloud

JOB = "aws:signer/signingJob:SigningJob"


def _s3(bench: Bench) -> S3Client:
    return bench.cloud.client("s3", ACCOUNT)


def _bucket(s3: S3Client, name: str, *, versioned: bool = False) -> str:
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    if versioned:
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return name


def _job(bucket: str, version: Plain, key: str = "unsigned/x.zip") -> Props:
    return {
        "profileName": "shop_dev",
        "source": {"s3": {"bucket": bucket, "key": key, "version": version}},
        "destination": {"s3": {"bucket": bucket, "prefix": "signed/"}},
    }


def test_signing_job(bench: Bench) -> None:
    """It copies the version that it names, to the key that the preview promised."""
    s3 = _s3(bench)
    bucket = _bucket(s3, "shop-dev-signing", versioned=True)
    version = s3.put_object(Bucket=bucket, Key="unsigned/x.zip", Body=b"old")["VersionId"]
    s3.put_object(Bucket=bucket, Key="unsigned/x.zip", Body=b"new")
    inputs = _job(bucket, version)
    made = bench.client.make(JOB, "x", inputs)
    key = f"signed/{made.id}.zip"
    assert made.outputs["signedObjects"] == [{"s3s": [{"bucket": bucket, "key": key}]}]
    assert made.outputs["status"] == "Succeeded"
    assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == b"old"
    bench.interrupt(made)
    assert bench.client.make(JOB, "x", inputs).id == made.id
    assert len(s3.list_object_versions(Bucket=bucket, Prefix="signed/")["Versions"]) == 1
    refreshed = bench.client.refresh(made)
    assert (refreshed.inputs, refreshed.outputs) == (made.inputs, made.outputs)
    assert bench.client.difference(refreshed, inputs) == {}
    bench.client.delete(made)
    assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == b"old"
    s3.delete_object(Bucket=bucket, Key=key)
    assert bench.client.refresh(made).id == ""


def test_signing_job_promises_its_key(bench: Bench) -> None:
    s3 = _s3(bench)
    bucket = _bucket(s3, "shop-dev-promise", versioned=True)
    version = s3.put_object(Bucket=bucket, Key="unsigned/x.zip", Body=b"x")["VersionId"]
    promised = bench.client.plan(JOB, "promised", _job(bucket, version))
    checked = bench.client.check(JOB, "promised", _job(bucket, version))
    made = bench.client.create(JOB, "promised", checked.inputs, preview=False)
    assert made.outputs["signedObjects"] == promised.outputs["signedObjects"]


def test_signing_job_without_its_source(bench: Bench) -> None:
    s3 = _s3(bench)
    bucket = _bucket(s3, "shop-dev-nothing", versioned=True)
    plain = _bucket(s3, "shop-dev-unversioned")
    version = s3.put_object(Bucket=bucket, Key="there", Body=b"x")["VersionId"]
    s3.put_object(Bucket=plain, Key="unsigned/x.zip", Body=b"x")
    cases = {
        "no object": (
            _job(bucket, version),
            "ResourceNotFoundException: there is no version .* of unsigned/x.zip",
        ),
        "no version": (
            _job(bucket, "nothing", "there"),
            "ResourceNotFoundException: there is no version nothing",
        ),
        "no bucket": (_job("shop-dev-missing", "1"), "ResourceNotFoundException"),
        "not versioned": (_job(plain, "null"), "ValidationException: .*versioning must be enabled"),
        "empty": (_job(plain, ""), "ValidationException: .*version should not be empty"),
    }
    for name, (inputs, words) in cases.items():
        with pytest.raises(grpc.RpcError, match=words):
            bench.client.make(JOB, name, inputs)
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket, Prefix="signed/")
