"""Signed code: archive, object in the versioned bucket, Signer job, and the signed object that it leaves.

The key of the unsigned object holds the archive's content hash, so equal code is never signed twice and a
change of code always is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulumi import FileAsset
from pulumi_aws import s3, signer

from components._packaging import content_hash

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pulumi import Input, Output
    from pulumi_aws.signer import outputs

    from components._base import Component


@dataclass(frozen=True, kw_only=True)
class SignedCode:
    """Attributes: bucket, key: where the signed object lies. digest: content hash of the unsigned archive."""

    bucket: Output[str]
    key: Output[str]
    digest: str


def add_signed_code(
    owner: Component,
    name: str,
    archive: Path,
    *,
    bucket_name: Input[str],
    profile_name: Input[str],
) -> SignedCode:
    """Upload and sign an archive; both resources are children of the owner.

    Args:
        owner: Component whose code it is.
        name: Logical name of the owner; also the folder in the bucket.
        archive: Deterministic zip.
        bucket_name: Versioned artifact bucket.
        profile_name: Signing profile.
    """
    digest = content_hash(archive)
    upload = s3.BucketObjectv2(
        f"{name}-archive",
        bucket=bucket_name,
        key=f"unsigned/{name}/{digest}.zip",
        source=FileAsset(str(archive)),
        content_type="application/zip",
        opts=owner.child(),
    )
    job = signer.SigningJob(
        f"{name}-signature",
        profile_name=profile_name,
        source={"s3": {"bucket": upload.bucket, "key": upload.key, "version": upload.version_id}},
        destination={"s3": {"bucket": upload.bucket, "prefix": f"signed/{name}/"}},
        ignore_signing_job_failure=False,
        opts=owner.child(),
    )
    signed = job.signed_objects.apply(_signed_object)
    return SignedCode(
        bucket=signed.apply(lambda place: place[0]), key=signed.apply(lambda place: place[1]), digest=digest
    )


def _signed_object(signed: Sequence[outputs.SigningJobSignedObject]) -> tuple[str, str]:
    places = (signed[0].s3s or []) if signed else []
    if not places or not places[0].bucket or not places[0].key:
        raise ValueError("signing job: it left no signed object; look at its status in AWS Signer")
    return places[0].bucket, places[0].key
