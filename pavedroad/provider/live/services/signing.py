"""Signing jobs: AWS Signer reads one version of an object and leaves a signed copy beside the job's id.

The local cloud's own Signer writes a receipt in place of the archive, so the copy is made here, through S3,
at the key that a preview promises. It is not signed: nothing that runs in the local cloud checks signatures.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pavedroad.provider.live.contract import LiveType, Refused
from pavedroad.provider.live.plain import map_in, maps_in, text_in
from pavedroad.provider.live.retrying import absent
from pavedroad.provider.live.services._wire import instant

if TYPE_CHECKING:
    from pavedroad.provider.live.contract import Call
    from pavedroad.provider.live.plain import Plains


def _signed(known: Plains) -> tuple[str, str]:
    """Bucket and key of the signed copy."""
    for signed in maps_in(known, "signedObjects"):
        for place in maps_in(signed, "s3s"):
            return text_in(place, "bucket"), text_in(place, "key")
    return "", ""


def _create(call: Call) -> str:
    source = map_in(map_in(call.inputs, "source"), "s3")
    bucket, key, version = (text_in(source, name) for name in ("bucket", "key", "version"))
    _check_source(call, bucket, key, version)
    target, signed = _signed(call.predicted)
    call.clients.s3.copy_object(
        Bucket=target,
        Key=signed,
        CopySource={"Bucket": bucket, "Key": key, "VersionId": version},
    )
    return text_in(call.predicted, "jobId")


def _check_source(call: Call, bucket: str, key: str, version: str) -> None:
    from botocore.exceptions import ClientError  # noqa: PLC0415 - a preview needs no boto3

    s3 = call.clients.s3
    if not version:
        raise Refused("ValidationException", "StartSigningJobRequest:source:version should not be empty")
    try:
        if s3.get_bucket_versioning(Bucket=bucket).get("Status") != "Enabled":
            raise Refused(
                "ValidationException",
                f"S3 bucket {bucket} does not have versioning enabled; a signing job reads one version of an "
                "object, so versioning must be enabled",
            )
        s3.head_object(Bucket=bucket, Key=key, VersionId=version)
    except ClientError as error:
        if not absent(error):
            raise
        raise Refused(
            "ResourceNotFoundException", f"there is no version {version} of {key} in S3 bucket {bucket}"
        ) from error


def _read(call: Call, identity: str) -> Plains:
    bucket, key = _signed(call.before or call.predicted)
    head = call.clients.s3.head_object(Bucket=bucket, Key=key)
    made = instant(head["LastModified"])
    return {
        "completedAt": made,
        "createdAt": made,
        "jobId": identity,
        "signedObjects": [{"s3s": [{"bucket": bucket, "key": key}]}],
    }


def _delete(_call: Call, _identity: str) -> None:
    """Leave the signed copy, as AWS does: a job is history, and its object belongs to the bucket."""


TYPES: Final[dict[str, LiveType]] = {
    "aws:signer/signingJob:SigningJob": LiveType(create=_create, read=_read, delete=_delete, tagged=False),
}
