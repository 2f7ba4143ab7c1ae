"""What the S3 types share: what is not there yet, and buckets that are emptied."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pavedroad.provider.live.contract import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import ObjectIdentifierTypeDef

    from pavedroad.provider.live.contract import Call

_BATCH: Final = 1000
"""S3 DeleteObjects: keys a request."""


def versions_of(s3: S3Client, bucket: str, key: str | None = None) -> Iterator[ObjectIdentifierTypeDef]:
    """All versions and delete markers in a bucket, or of one object in it."""
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=key or ""):
        for entry in (*page.get("Versions", []), *page.get("DeleteMarkers", [])):
            name = entry.get("Key", "")
            if key is None or name == key:
                yield {"Key": name, "VersionId": entry.get("VersionId", "null")}


def remove(s3: S3Client, bucket: str, objects: Iterable[ObjectIdentifierTypeDef], *, bypass: bool) -> None:
    """Delete versions for good.

    Args:
        s3: The API.
        bucket: Where they are.
        objects: Keys and version ids.
        bypass: Whether retention in governance mode is passed over.

    Raises:
        Refused: S3 keeps one, for example under a lock.
    """
    found = list(objects)
    for start in range(0, len(found), _BATCH):
        part = found[start : start + _BATCH]
        answer = s3.delete_objects(
            Bucket=bucket, Delete={"Objects": part, "Quiet": True}, BypassGovernanceRetention=bypass
        )
        for fault in answer.get("Errors", []):
            raise Refused(
                fault.get("Code", "AccessDenied"), f"{fault.get('Key', '')}: {fault.get('Message', '')}"
            )


def only(call: Call, known: frozenset[str], where: str) -> None:
    """Refuse inputs that the local cloud would not act on.

    Args:
        call: The operation.
        known: Inputs that are acted on.
        where: What to use for the others.

    Raises:
        Refused: There are others.
    """
    others = sorted(set(call.inputs) - known)
    if others:
        raise Refused("NotSupported", f"{', '.join(others)}: not set in the local cloud; {where}")
