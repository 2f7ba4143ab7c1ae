"""S3 buckets, objects and signing jobs in the local cloud."""

from __future__ import annotations

import base64
import io
import zipfile
from hashlib import sha256
from typing import TYPE_CHECKING

import grpc
import pytest
from botocore.exceptions import ClientError

from pavedroad.provider.values import ARCHIVE, ASSET, SIGNATURE
from tests.support.live import obeys, working_on
from tests.support.provider import ACCOUNT, REGION

if TYPE_CHECKING:
    from pathlib import Path

    from mypy_boto3_s3 import S3Client

    from tests.support.live import Bench
    from tests.support.provider import Plain, Props

pytestmark = pytest.mark.cloud

BUCKET = "aws:s3/bucket:Bucket"
OBJECT = "aws:s3/bucketObjectv2:BucketObjectv2"


def _s3(bench: Bench) -> S3Client:
    return bench.cloud.client("s3", ACCOUNT)


def _bucket(s3: S3Client, name: str, *, versioned: bool = False) -> str:
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    if versioned:
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return name


def _look_bucket(s3: S3Client, name: str) -> dict[str, object] | None:
    if name not in {bucket.get("Name") for bucket in s3.list_buckets()["Buckets"]}:
        return None
    try:
        tags = {tag["Key"]: tag["Value"] for tag in s3.get_bucket_tagging(Bucket=name)["TagSet"]}
    except ClientError:
        tags = {}
    return {"tags": tags, "region": s3.get_bucket_location(Bucket=name)["LocationConstraint"]}


def _asset(**parts: Plain) -> Props:
    return {SIGNATURE: ASSET, "hash": str(sorted(parts.items())), **parts}


def test_bucket(bench: Bench) -> None:
    s3 = _s3(bench)
    name = "shop-dev-plain"
    obeys(
        bench,
        BUCKET,
        "plain",
        {"bucket": name, "tags": {"team": "shop"}},
        look=lambda _kept: _look_bucket(s3, name),
        seen={"tags": {"team": "shop"}, "region": REGION},
        changes=[
            ({"bucket": name}, {"tags": {}}),
            ({"bucket": name, "tags": {"a": "b"}}, {"tags": {"a": "b"}}),
        ],
        drift=lambda _kept: s3.put_bucket_tagging(
            Bucket=name, Tagging={"TagSet": [{"Key": "team", "Value": "other"}]}
        ),
    )


def test_bucket_with_locked_objects(bench: Bench) -> None:
    s3 = _s3(bench)
    made = bench.client.make(BUCKET, "locked", {"bucket": "shop-dev-locked", "objectLockEnabled": True})
    found = s3.get_object_lock_configuration(Bucket="shop-dev-locked")["ObjectLockConfiguration"]
    assert found.get("ObjectLockEnabled") == "Enabled"
    refreshed = bench.client.refresh(made)
    assert (refreshed.inputs, refreshed.outputs) == (made.inputs, made.outputs)


def test_bucket_that_is_taken(bench: Bench) -> None:
    """Also in the region where S3 itself says yes to a second create."""
    s3 = _s3(bench)
    _bucket(s3, "shop-dev-taken")
    with pytest.raises(grpc.RpcError, match="BucketAlreadyOwnedByYou"):
        bench.client.make(BUCKET, "taken", {"bucket": "shop-dev-taken"})
    bench.cloud.client("s3", ACCOUNT, "us-east-1").create_bucket(Bucket="shop-dev-first")
    with (
        working_on(bench.cloud, region="us-east-1") as there,
        pytest.raises(grpc.RpcError, match="BucketAlreadyOwnedByYou"),
    ):
        there.client.make(BUCKET, "first", {"bucket": "shop-dev-first"})
    with (
        working_on(bench.cloud, account="444455556666") as other,
        pytest.raises(grpc.RpcError, match="BucketAlreadyExists"),
    ):
        other.client.make(BUCKET, "taken", {"bucket": "shop-dev-taken"})


def test_bucket_with_content(bench: Bench) -> None:
    """It stays unless the program says that its content may go: all versions of it."""
    s3 = _s3(bench)
    kept = bench.client.make(BUCKET, "full", {"bucket": "shop-dev-full"})
    s3.put_bucket_versioning(Bucket=kept.id, VersioningConfiguration={"Status": "Enabled"})
    for _ in range(2):
        s3.put_object(Bucket=kept.id, Key="a", Body=b"1")
    s3.delete_object(Bucket=kept.id, Key="a")
    with pytest.raises(grpc.RpcError, match="BucketNotEmpty"):
        bench.client.delete(kept)
    forced = bench.client.change(kept, {"bucket": "shop-dev-full", "forceDestroy": True})
    bench.client.delete(forced)
    assert _look_bucket(s3, kept.id) is None


def test_bucket_with_settings_of_old(bench: Bench) -> None:
    with pytest.raises(
        grpc.RpcError, match="versioning: not set in the local cloud; use a resource of its own"
    ):
        bench.client.make(BUCKET, "old", {"bucket": "shop-dev-old", "versioning": {"enabled": True}})


def _look_object(s3: S3Client, bucket: str, key: str) -> dict[str, object] | None:
    try:
        found = s3.get_object(Bucket=bucket, Key=key)
    except s3.exceptions.NoSuchKey:
        return None
    return {
        "body": found["Body"].read(),
        "type": found["ContentType"],
        "cache": found.get("CacheControl"),
        "disposition": found.get("ContentDisposition"),
        "encoding": found.get("ContentEncoding"),
        "language": found.get("ContentLanguage"),
        "class": found.get("StorageClass", "STANDARD"),
        "encryption": found.get("ServerSideEncryption"),
        "metadata": found["Metadata"],
        "tags": {tag["Key"]: tag["Value"] for tag in s3.get_object_tagging(Bucket=bucket, Key=key)["TagSet"]},
    }


@pytest.mark.parametrize("versioned", [False, True])
def test_object(bench: Bench, *, versioned: bool) -> None:
    s3 = _s3(bench)
    bucket = _bucket(s3, f"shop-dev-objects-{versioned}".lower(), versioned=versioned)
    inputs = {"bucket": bucket, "key": "a/b.json", "content": "{}", "tags": {"team": "shop"}}
    seen = {
        "body": b"{}",
        "type": "application/json",
        "cache": None,
        "class": "STANDARD",
        "metadata": {},
        "tags": {"team": "shop"},
    }
    changed = {
        **inputs,
        "content": "new",
        "contentType": "text/plain",
        "cacheControl": "no-store",
        "contentDisposition": "attachment",
        "contentEncoding": "identity",
        "contentLanguage": "en",
        "storageClass": "STANDARD_IA",
        "metadata": {"colour": "red"},
        "tags": {"owner": "you"},
    }
    kept = obeys(
        bench,
        OBJECT,
        "b",
        inputs,
        look=lambda _kept: _look_object(s3, bucket, "a/b.json"),
        seen=seen,
        changes=[
            (
                changed,
                {
                    "body": b"new",
                    "type": "text/plain",
                    "cache": "no-store",
                    "disposition": "attachment",
                    "encoding": "identity",
                    "language": "en",
                    "class": "STANDARD_IA",
                    "metadata": {"colour": "red"},
                    "tags": {"owner": "you"},
                },
            ),
            ({**changed, "tags": {}}, {"tags": {}, "body": b"new"}),
        ],
        drift=lambda _kept: s3.put_object_tagging(
            Bucket=bucket, Key="a/b.json", Tagging={"TagSet": [{"Key": "team", "Value": "other"}]}
        ),
        imported=lambda _kept: f"s3://{bucket}/a/b.json",
        blind=frozenset({"content"}),
    )
    assert kept.id == f"{bucket}/a/b.json"
    assert bool(kept.outputs["versionId"]) == versioned
    left = s3.list_object_versions(Bucket=bucket)
    assert not left.get("Versions")
    assert not left.get("DeleteMarkers")


def test_object_version_grows_with_content_only(bench: Bench) -> None:
    s3 = _s3(bench)
    bucket = _bucket(s3, "shop-dev-versions", versioned=True)
    first = bench.client.make(OBJECT, "v", {"bucket": bucket, "key": "v", "content": "1"})
    tagged = bench.client.change(first, {"bucket": bucket, "key": "v", "content": "1", "tags": {"a": "b"}})
    assert tagged.outputs["versionId"] == first.outputs["versionId"]
    second = bench.client.change(tagged, {"bucket": bucket, "key": "v", "content": "2", "tags": {"a": "b"}})
    assert second.outputs["versionId"] != first.outputs["versionId"]
    assert s3.get_object(Bucket=bucket, Key="v")["VersionId"] == second.outputs["versionId"]
    assert s3.get_object_tagging(Bucket=bucket, Key="v")["TagSet"] == [{"Key": "a", "Value": "b"}]


def test_object_leaves_its_neighbours(bench: Bench) -> None:
    """Its versions go, those of a key that starts alike stay."""
    s3 = _s3(bench)
    bucket = _bucket(s3, "shop-dev-neighbours", versioned=True)
    kept = bench.client.make(OBJECT, "n", {"bucket": bucket, "key": "n", "content": "1"})
    s3.put_object(Bucket=bucket, Key="next", Body=b"2")
    bench.client.delete(kept)
    assert [item.get("Key") for item in s3.list_object_versions(Bucket=bucket)["Versions"]] == ["next"]


def test_object_content(bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From a file, a text, an archive, base64; paths start at the working folder."""
    s3 = _s3(bench)
    bucket = _bucket(s3, "shop-dev-contents")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "index.html").write_text("<p>", encoding="utf-8")
    cases: dict[str, tuple[Props, bytes]] = {
        "file": ({"source": _asset(path="site/index.html")}, b"<p>"),
        "text": ({"source": _asset(text="words")}, b"words"),
        "base64": ({"contentBase64": base64.b64encode(b"\0\1").decode()}, b"\0\1"),
        "empty": ({}, b""),
    }
    for key, (given, body) in cases.items():
        bench.client.make(OBJECT, f"content-{key}", {"bucket": bucket, "key": key, **given})
        assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == body, key
    archive: Props = {SIGNATURE: ARCHIVE, "hash": "x", "path": "site"}
    bench.client.make(OBJECT, "content-archive", {"bucket": bucket, "key": "site.zip", "source": archive})
    stored = s3.get_object(Bucket=bucket, Key="site.zip")
    assert stored["ContentType"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(stored["Body"].read())) as opened:
        assert opened.read("index.html") == b"<p>"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"source": _asset(path="/nowhere/at/all")}, "AssetNotFound: /nowhere/at/all: No such file"),
        ({"source": _asset(uri="https://example.com/x")}, "use a local path"),
        ({"contentBase64": "???"}, "InvalidContent: contentBase64: .*encode the content in base64"),
    ],
)
def test_object_that_cannot_be_made(bench: Bench, given: Props, words: str) -> None:
    s3 = _s3(bench)
    if _look_bucket(s3, "shop-dev-refusing") is None:
        _bucket(s3, "shop-dev-refusing")
    with pytest.raises(grpc.RpcError, match=words):
        bench.client.make(OBJECT, "refused", {"bucket": "shop-dev-refusing", "key": "x", **given})


def test_object_with_too_many_tags_of_the_provider(bench: Bench) -> None:
    s3 = _s3(bench)
    bucket = _bucket(s3, "shop-dev-tags")
    own: dict[str, Plain] = {f"t{number}": "v" for number in range(6)}
    bench.client.configure(
        region=REGION,
        allowedAccountIds=f'["{ACCOUNT}"]',
        defaultTags={"tags": {f"d{number}": "v" for number in range(5)}},
    )
    with pytest.raises(grpc.RpcError, match="BadRequest: Object tags cannot be greater than 10; got 11"):
        bench.client.make(OBJECT, "tags", {"bucket": bucket, "key": "x", "content": "x", "tags": own})


def test_object_with_checksum_and_encryption(bench: Bench) -> None:
    s3 = _s3(bench)
    bucket = _bucket(s3, "shop-dev-checked")
    key = bench.cloud.client("kms", ACCOUNT).create_key()["KeyMetadata"].get("Arn", "")
    inputs: Props = {
        "bucket": bucket,
        "key": "x",
        "content": "x",
        "checksumAlgorithm": "SHA256",
        "kmsKeyId": key,
        "bucketKeyEnabled": True,
    }
    made = bench.client.make(OBJECT, "checked", inputs)
    assert made.outputs["checksumSha256"] == base64.b64encode(sha256(b"x").digest()).decode()
    head = s3.head_object(Bucket=bucket, Key="x")
    assert (head.get("ServerSideEncryption"), head.get("SSEKMSKeyId")) == ("aws:kms", key)
    assert made.outputs["serverSideEncryption"] == "aws:kms"
    refreshed = bench.client.refresh(made)
    assert (refreshed.inputs, refreshed.outputs) == (made.inputs, made.outputs)
    assert bench.client.difference(refreshed, inputs) == {}


def test_object_with_etag_sees_another_content(bench: Bench) -> None:
    s3 = _s3(bench)
    bucket = _bucket(s3, "shop-dev-etag")
    inputs: Props = {
        "bucket": bucket,
        "key": "x",
        "content": "x",
        "etag": "9dd4e461268c8034f5c8564e155c67a6",
    }
    made = bench.client.make(OBJECT, "etag", inputs)
    assert bench.client.difference(bench.client.refresh(made), inputs) == {}
    s3.put_object(Bucket=bucket, Key="x", Body=b"y")
    drifted = bench.client.refresh(made)
    assert set(bench.client.difference(drifted, inputs)) == {"etag"}
    bench.client.change(drifted, inputs)
    assert s3.get_object(Bucket=bucket, Key="x")["Body"].read() == b"x"


def test_object_under_a_lock(bench: Bench) -> None:
    """A held version goes only when the program says so."""
    s3 = _s3(bench)
    bench.client.make(BUCKET, "holds", {"bucket": "shop-dev-holds", "objectLockEnabled": True})
    inputs: Props = {
        "bucket": "shop-dev-holds",
        "key": "x",
        "content": "x",
        "objectLockLegalHoldStatus": "ON",
        "objectLockMode": "GOVERNANCE",
        "objectLockRetainUntilDate": "2099-01-01T00:00:00Z",
    }
    made = bench.client.make(OBJECT, "held", inputs)
    refreshed = bench.client.refresh(made)
    assert (refreshed.inputs, refreshed.outputs) == (made.inputs, made.outputs)
    with pytest.raises(grpc.RpcError, match="AccessDenied"):
        bench.client.delete(made)
    longer = bench.client.change(
        made, {**inputs, "objectLockRetainUntilDate": "2100-01-01T00:00:00Z", "forceDestroy": True}
    )
    until = s3.get_object_retention(Bucket="shop-dev-holds", Key="x")["Retention"].get("RetainUntilDate")
    assert until is not None
    assert until.isoformat() == "2100-01-01T00:00:00+00:00"
    assert longer.outputs["versionId"] == made.outputs["versionId"]
    bench.client.delete(longer)
    assert not s3.list_object_versions(Bucket="shop-dev-holds").get("Versions")
