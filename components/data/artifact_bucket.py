"""The bucket for archives of code: versioned (Signer asks for a version), private, encrypted, TLS only.

Encrypted with S3's own key: Signer and Lambda read objects with the rights of whoever deploys, and a customer
key would add key grants to each deployer and protect nothing more than the bucket policy does.
Left out: access logs (they need a second bucket), replication.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pulumi_aws import s3

from components._base import Component, known_after
from components._iam import deny_insecure_transport, resource_policy_document
from components._naming import Kind, physical_name

if TYPE_CHECKING:
    from pulumi import Output, ResourceOptions

    from components._naming import Scope
    from components._platform import Tier

_ABORT_UPLOAD_DAYS: Final = 7
_DEFAULT_RETENTION_DAYS: Final = 90


@dataclass(frozen=True, kw_only=True)
class ArtifactBucketArgs:
    """What an artifact bucket needs.

    Attributes:
        scope: Where it lives.
        tier: Production protects the bucket.
        noncurrent_days: Days after which replaced versions are deleted; time enough to go back to a release.
    """

    scope: Scope
    tier: Tier
    noncurrent_days: int = _DEFAULT_RETENTION_DAYS

    def __post_init__(self) -> None:
        """Refuse a retention that would delete a version on the day it is replaced."""
        if self.noncurrent_days < 1:
            raise ValueError(f"noncurrent_days: got {self.noncurrent_days}, allowed 1 or more")


class ArtifactBucket(Component):
    """A private, versioned bucket.

    Attributes:
        name: Bucket name, known at plan time; usable once versioning and encryption are on.
    """

    TYPE = "pavedroad:data:ArtifactBucket"

    name: Output[str]

    def __init__(self, name: str, args: ArtifactBucketArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        scope = args.scope
        # Bucket names are one namespace for all of AWS: account and region make ours unique.
        bucket_name = physical_name(scope, f"{name}-{scope.account}-{scope.region}", Kind.BUCKET)
        arn = scope.arn("s3", bucket_name)
        keep = args.tier.keeps_state
        bucket = s3.Bucket(
            name, bucket=bucket_name, force_destroy=not keep, opts=self.child(protect=keep or None)
        )
        in_bucket = known_after(bucket_name, bucket)
        versioning = s3.BucketVersioning(
            f"{name}-versioning",
            bucket=in_bucket,
            versioning_configuration={"status": "Enabled"},
            opts=self.child(),
        )
        encryption = s3.BucketServerSideEncryptionConfiguration(
            f"{name}-encryption",
            bucket=in_bucket,
            rules=[{"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}}],
            opts=self.child(),
        )
        block = s3.BucketPublicAccessBlock(
            f"{name}-public-access",
            bucket=in_bucket,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=self.child(),
        )
        s3.BucketOwnershipControls(
            f"{name}-ownership",
            bucket=in_bucket,
            rule={"object_ownership": "BucketOwnerEnforced"},
            opts=self.child(),
        )
        s3.BucketPolicy(
            f"{name}-policy",
            bucket=in_bucket,
            policy=resource_policy_document([deny_insecure_transport("s3", (arn, f"{arn}/*"))]),
            # S3 answers a conflict when policy and public access block change at the same time.
            opts=self.child(depends_on=[block]),
        )
        s3.BucketLifecycleConfiguration(
            f"{name}-lifecycle",
            bucket=known_after(bucket_name, versioning),
            rules=[
                {
                    "id": "expire-replaced-versions",
                    "status": "Enabled",
                    "filter": {},
                    "noncurrent_version_expiration": {"noncurrent_days": args.noncurrent_days},
                    "abort_incomplete_multipart_upload": {"days_after_initiation": _ABORT_UPLOAD_DAYS},
                }
            ],
            opts=self.child(),
        )
        self.name = known_after(bucket_name, bucket, versioning, encryption)
        self.finish({"name": self.name})
