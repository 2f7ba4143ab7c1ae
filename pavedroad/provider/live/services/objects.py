"""S3 objects: their content is known by the program alone, all else is read back."""

from __future__ import annotations

import base64
import binascii
import mimetypes
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypedDict
from urllib.parse import urlencode

from pavedroad.provider.live.contract import LiveType, Refused
from pavedroad.provider.live.plain import flag_in, map_in, strings_in, text_in
from pavedroad.provider.live.services._archives import zipped
from pavedroad.provider.live.services._buckets import remove, versions_of
from pavedroad.provider.live.services._tags import listed, mapped
from pavedroad.provider.live.services._wire import instant
from pavedroad.provider.values import ARCHIVE, SIGNATURE

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import HeadObjectOutputTypeDef, PutObjectRequestTypeDef

    from pavedroad.provider.live.contract import Call
    from pavedroad.provider.live.plain import Plain, Plains

# Property: what PutObject and HeadObject both call it.
_SETTINGS: Final = {
    "cacheControl": "CacheControl",
    "contentDisposition": "ContentDisposition",
    "contentEncoding": "ContentEncoding",
    "contentLanguage": "ContentLanguage",
    "contentType": "ContentType",
    "kmsKeyId": "SSEKMSKeyId",
    "objectLockLegalHoldStatus": "ObjectLockLegalHoldStatus",
    "objectLockMode": "ObjectLockMode",
    "serverSideEncryption": "ServerSideEncryption",
    "storageClass": "StorageClass",
    "websiteRedirect": "WebsiteRedirectLocation",
}
_CHECKSUMS: Final = {
    "checksumCrc32": "ChecksumCRC32",
    "checksumCrc32c": "ChecksumCRC32C",
    "checksumCrc64nvme": "ChecksumCRC64NVME",
    "checksumSha1": "ChecksumSHA1",
    "checksumSha256": "ChecksumSHA256",
}
# Changes that S3 takes without a new content; every other one writes the object again.
_BESIDE: Final = frozenset(
    {
        "acl",
        "forceDestroy",
        "objectLockLegalHoldStatus",
        "objectLockMode",
        "objectLockRetainUntilDate",
        "overrideProvider",
        "region",
        "tags",
        "tagsAll",
    }
)
_BYTES: Final = "application/octet-stream"
_FILE: Final = "file://"
_MOST_TAGS: Final = 10


class _Place(TypedDict):
    Bucket: str
    Key: str


def _place(call: Call) -> _Place:
    return {"Bucket": call.text("bucket"), "Key": call.text("key").removeprefix("/")}


def _identity(call: Call) -> str:
    place = _place(call)
    return f"{place['Bucket']}/{place['Key']}"


def content(call: Call) -> bytes:
    """What an object shall hold.

    Raises:
        Refused: A file is missing, or a text is not in base64.
    """
    source = map_in(call.inputs, "source")
    if source:
        return zipped(source) if source.get(SIGNATURE) == ARCHIVE else _asset(source)
    encoded = text_in(call.inputs, "contentBase64")
    if encoded:
        try:
            return base64.b64decode(encoded, validate=True)
        except binascii.Error as error:
            raise Refused(
                "InvalidContent", f"contentBase64: {error}; encode the content in base64"
            ) from error
    return text_in(call.inputs, "content").encode()


def _asset(asset: Plains) -> bytes:
    path, uri = text_in(asset, "path"), text_in(asset, "uri")
    if uri:
        if not uri.startswith(_FILE):
            raise Refused("AssetNotFound", f"{uri}: no connection is opened for an asset; use a local path")
        path = uri.removeprefix(_FILE)
    if not path:
        return text_in(asset, "text").encode()
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise Refused("AssetNotFound", f"{path}: {error.strerror}; build the file first") from error


def _put(call: Call) -> None:
    asked: Plains = {**call.inputs}
    asked.setdefault("contentType", mimetypes.guess_type(call.text("key"))[0] or _BYTES)
    if asked.get("kmsKeyId"):
        asked.setdefault("serverSideEncryption", "aws:kms")
    settings: dict[str, Plain] = {
        member: asked[name] for name, member in _SETTINGS.items() if asked.get(name) not in (None, "")
    }
    if "bucketKeyEnabled" in asked:
        settings["BucketKeyEnabled"] = flag_in(asked, "bucketKeyEnabled")
    for name, member in (
        ("acl", "ACL"),
        ("checksumAlgorithm", "ChecksumAlgorithm"),
        ("objectLockRetainUntilDate", "ObjectLockRetainUntilDate"),
    ):
        if asked.get(name):
            settings[member] = asked[name]
    wanted: PutObjectRequestTypeDef = {
        **_place(call),
        "Body": content(call),
        "Metadata": strings_in(asked, "metadata"),
        **settings,  # pyright: ignore[reportAssignmentType] - the names are S3's, as the test of each shows
    }
    tags = _tags(call)
    if tags:
        wanted["Tagging"] = urlencode(tags)
    call.clients.s3.put_object(**wanted)


def _tags(call: Call) -> dict[str, str]:
    if len(call.tags) > _MOST_TAGS:
        raise Refused(
            "BadRequest",
            f"Object tags cannot be greater than {_MOST_TAGS}; got {len(call.tags)} with the provider's own",
        )
    return call.tags


def _create(call: Call) -> str:
    _put(call)
    return _identity(call)


def _read(call: Call, _identity: str) -> Plains:
    s3, place = call.clients.s3, _place(call)
    head = s3.head_object(**place, ChecksumMode="ENABLED")
    found: Plains = {name: _member(head, member) for name, member in _SETTINGS.items()}
    version = head.get("VersionId", "")
    found |= {
        "arn": f"arn:{call.partition}:s3:::{place['Bucket']}/{place['Key']}",
        "bucket": place["Bucket"],
        "etag": head["ETag"].strip('"'),
        "key": call.text("key"),
        "metadata": {**head["Metadata"]},
        # S3 encrypts everything; the local cloud does not say so where nobody asked.
        "serverSideEncryption": head.get("ServerSideEncryption", "AES256"),
        "storageClass": head.get("StorageClass", "STANDARD"),
        "tags": mapped(s3.get_object_tagging(**place)["TagSet"]),
        "versionId": "" if version == "null" else version,
    }
    if "ObjectLockRetainUntilDate" in head:
        found["objectLockRetainUntilDate"] = instant(head["ObjectLockRetainUntilDate"])
    if text_in(call.inputs, "checksumAlgorithm"):
        found |= {name: _member(head, member) for name, member in _CHECKSUMS.items()}
    return found


def _member(head: HeadObjectOutputTypeDef, member: str) -> Plain:
    value = {**head}.get(member)
    return value if isinstance(value, str) else None


def _update(call: Call, _identity: str) -> None:
    s3, place = call.clients.s3, _place(call)
    if call.changed - _BESIDE:
        _put(call)
        return
    if call.wants("tags"):
        s3.put_object_tagging(**place, Tagging={"TagSet": listed(_tags(call))})
    if call.wants("acl"):
        s3.put_object_acl(**place, ACL=text_in(call.inputs, "acl") or "private")  # pyright: ignore[reportArgumentType] - S3 refuses what it does not know
    if call.wants("objectLockLegalHoldStatus"):
        held = text_in(call.inputs, "objectLockLegalHoldStatus") == "ON"
        s3.put_object_legal_hold(**place, LegalHold={"Status": "ON" if held else "OFF"})
    if call.wants("objectLockMode") or call.wants("objectLockRetainUntilDate"):
        _retain(call, place)


def _retain(call: Call, place: _Place) -> None:
    mode, until = text_in(call.inputs, "objectLockMode"), text_in(call.inputs, "objectLockRetainUntilDate")
    call.clients.s3.put_object_retention(
        **place,
        Retention={"Mode": mode, "RetainUntilDate": until} if mode else {},  # pyright: ignore[reportArgumentType] - as above
        BypassGovernanceRetention=flag_in(call.inputs, "forceDestroy"),
    )


def _delete(call: Call, _identity: str) -> None:
    """Delete an object; in a versioned bucket all its versions, and with `forceDestroy` the held ones too."""
    s3, place = call.clients.s3, _place(call)
    if not text_in(call.before, "versionId"):
        s3.delete_object(**place)
        return
    force = flag_in(call.inputs, "forceDestroy")
    versions = list(versions_of(s3, place["Bucket"], place["Key"]))
    if force and text_in(call.before, "objectLockLegalHoldStatus") == "ON":
        for version in versions:
            s3.put_object_legal_hold(
                **place, VersionId=version.get("VersionId", ""), LegalHold={"Status": "OFF"}
            )
    remove(s3, place["Bucket"], versions, bypass=force)


def _locate(_call: Call, identity: str) -> tuple[str, Plains]:
    own = identity.removeprefix("s3://")
    bucket, _, key = own.partition("/")
    return own, {"bucket": bucket, "key": key}


TYPES: Final[dict[str, LiveType]] = {
    "aws:s3/bucketObjectv2:BucketObjectv2": LiveType(
        create=_create,
        read=_read,
        update=_update,
        delete=_delete,
        locate=_locate,
        write_only=frozenset(
            {
                "acl",
                "bucketKeyEnabled",
                "checksumAlgorithm",
                "content",
                "contentBase64",
                "forceDestroy",
                "overrideProvider",
                "source",
                "sourceHash",
            }
        ),
    ),
}
