"""S3 buckets; their settings are resources of their own.

The settings that a bucket can also carry itself, which the official provider has given up, are refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pavedroad.provider.live.contract import LiveType, Refused
from pavedroad.provider.live.plain import flag_in
from pavedroad.provider.live.retrying import absent, code_of, retrying
from pavedroad.provider.live.services._buckets import only, remove, versions_of
from pavedroad.provider.live.services._tags import listed, mapped

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.literals import BucketLocationConstraintType
    from mypy_boto3_s3.type_defs import CreateBucketRequestTypeDef

    from pavedroad.provider.live.contract import Call
    from pavedroad.provider.live.plain import Plains

_ACTED_ON: Final = frozenset(
    {"bucket", "bucketPrefix", "forceDestroy", "objectLockEnabled", "region", "tags", "tagsAll"}
)
_INSTEAD: Final = "use a resource of its own, such as aws.s3.BucketVersioning, which takes the same settings"
# The region without a name of its own in S3's oldest API; there S3 accepts a second create.
_FIRST_REGION: Final = "us-east-1"


def _create(call: Call) -> str:
    from botocore.exceptions import ClientError  # noqa: PLC0415 - a preview needs no boto3

    only(call, _ACTED_ON, _INSTEAD)
    s3, name = call.clients.s3, call.text("bucket")
    wanted: CreateBucketRequestTypeDef = {"Bucket": name}
    if call.region == _FIRST_REGION:
        try:
            s3.head_bucket(Bucket=name)
        except ClientError as error:
            if not absent(error):
                raise
        else:
            raise Refused("BucketAlreadyOwnedByYou", f"{name} exists already and you own it.")
    else:
        place: BucketLocationConstraintType = call.region  # pyright: ignore[reportAssignmentType] - the stubs list the regions of their day
        wanted["CreateBucketConfiguration"] = {"LocationConstraint": place}
    if flag_in(call.inputs, "objectLockEnabled"):
        wanted["ObjectLockEnabledForBucket"] = True
    s3.create_bucket(**wanted)
    retrying(lambda: _tag(call, name))
    return name


def _read(call: Call, name: str) -> Plains:
    s3 = call.clients.s3
    head = s3.head_bucket(Bucket=name)
    return {
        "arn": f"arn:{call.partition}:s3:::{name}",
        "bucket": name,
        "bucketRegion": head.get("BucketRegion", call.region),
        "objectLockEnabled": _locks(s3, name),
        "tags": mapped(_tags(s3, name)),
    }


def _tags(s3: S3Client, name: str) -> list[dict[str, object]]:
    from botocore.exceptions import ClientError  # noqa: PLC0415 - a preview needs no boto3

    try:
        return [{**tag} for tag in s3.get_bucket_tagging(Bucket=name)["TagSet"]]
    except ClientError as error:
        if code_of(error) == "NoSuchTagSet":
            return []
        raise


def _locks(s3: S3Client, name: str) -> bool:
    from botocore.exceptions import ClientError  # noqa: PLC0415 - a preview needs no boto3

    try:
        found = s3.get_object_lock_configuration(Bucket=name).get("ObjectLockConfiguration", {})
    except ClientError as error:
        if code_of(error) == "ObjectLockConfigurationNotFoundError":
            return False
        raise
    return found.get("ObjectLockEnabled") == "Enabled"


def _tag(call: Call, name: str) -> None:
    s3 = call.clients.s3
    if call.tags:
        s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": listed(call.tags)})
    elif _tags(s3, name):
        s3.delete_bucket_tagging(Bucket=name)


def _update(call: Call, name: str) -> None:
    only(call, _ACTED_ON, _INSTEAD)
    if call.wants("tags"):
        _tag(call, name)


def _delete(call: Call, name: str) -> None:
    """Delete a bucket; with `forceDestroy` all objects in it and their versions too."""
    s3 = call.clients.s3
    if flag_in(call.inputs, "forceDestroy"):
        remove(s3, name, versions_of(s3, name), bypass=_locks(s3, name))
    s3.delete_bucket(Bucket=name)


TYPES: Final[dict[str, LiveType]] = {
    "aws:s3/bucket:Bucket": LiveType(
        create=_create,
        read=_read,
        update=_update,
        delete=_delete,
        locate=lambda _call, name: (name, {"bucket": name}),
        write_only=frozenset({"forceDestroy"}),
    ),
}
