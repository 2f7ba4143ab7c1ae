"""The Foundation: what every system of an environment stands on.

Permissions boundary, encryption key, alarm topic, artifact bucket, code signing and the company layer, handed
on as one `Platform`. Left out: networks and subscriptions to the alarm topic; they come with their systems.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from components._base import Component
from components._platform import Platform, Tier
from components.compute.layer import CompanyLayer, CompanyLayerArgs
from components.data.artifact_bucket import ArtifactBucket, ArtifactBucketArgs
from components.data.key import EncryptionKey, EncryptionKeyArgs
from components.governance.boundary import PermissionsBoundary, PermissionsBoundaryArgs
from components.governance.signing import Signing, SigningArgs
from components.observability.alarm_topic import AlarmTopic, AlarmTopicArgs

if TYPE_CHECKING:
    from pulumi import Input, ResourceOptions

    from components._naming import Scope

_LAYER_VERSION_ARN: Final = re.compile(
    r"arn:aws[a-z-]*:lambda:[a-z0-9-]+:[0-9]{12}:layer:[A-Za-z0-9_-]{1,140}:[1-9][0-9]*"
)
_TOPIC_ARN: Final = re.compile(r"arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}")


@dataclass(frozen=True, kw_only=True)
class FoundationArgs:
    """What the Foundation needs.

    Attributes:
        scope: Project, environment, partition, region and account.
        tier: Production protects what holds data.
        company_layer_arn: Version of a layer published elsewhere; none = it is published here.
        alarm_topic_arn: Topic kept elsewhere; none = it is made here.
        regions: Regions beside the scope's own in which roles may act.
        artifact_retention_days: How long replaced archives are kept.
    """

    scope: Scope
    tier: Tier
    company_layer_arn: str | None = None
    alarm_topic_arn: str | None = None
    regions: tuple[str, ...] = ()
    artifact_retention_days: int = 90

    def __post_init__(self) -> None:
        """Refuse ARNs that name no version of a layer, or no topic."""
        if self.company_layer_arn is not None and not _LAYER_VERSION_ARN.fullmatch(self.company_layer_arn):
            raise ValueError(
                f"company_layer_arn: got {self.company_layer_arn!r}, "
                "allowed arn:aws:lambda:<region>:<account>:layer:<name>:<version>"
            )
        if self.alarm_topic_arn is not None and not _TOPIC_ARN.fullmatch(self.alarm_topic_arn):
            raise ValueError(
                f"alarm_topic_arn: got {self.alarm_topic_arn!r}, "
                "allowed arn:aws:sns:<region>:<account>:<name>"
            )


class Foundation(Component):
    """The shared ground of one environment.

    Attributes:
        platform: What components are given.
    """

    TYPE = "pavedroad:systems:Foundation"

    platform: Platform

    def __init__(self, name: str, args: FoundationArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        scope = args.scope
        boundary = PermissionsBoundary(
            "boundary", PermissionsBoundaryArgs(scope=scope, regions=args.regions), self.child()
        )
        key = EncryptionKey(
            "key",
            EncryptionKeyArgs(scope=scope, tier=args.tier, description=f"Data at rest of {scope.prefix}"),
            self.child(),
        )
        bucket = ArtifactBucket(
            "artifacts",
            ArtifactBucketArgs(scope=scope, tier=args.tier, noncurrent_days=args.artifact_retention_days),
            self.child(),
        )
        signing = Signing("signing", SigningArgs(scope=scope), self.child())
        topic_arn: Input[str] = (
            args.alarm_topic_arn
            or AlarmTopic("alarms", AlarmTopicArgs(scope=scope, key_arn=key.arn), self.child()).arn
        )
        layer_arn: Input[str] = (
            args.company_layer_arn
            or CompanyLayer(
                "company-layer",
                CompanyLayerArgs(
                    scope=scope,
                    artifact_bucket_name=bucket.name,
                    signing_profile_name=signing.profile_name,
                ),
                self.child(),
            ).arn
        )
        self.platform = Platform(
            scope=scope,
            tier=args.tier,
            boundary_arn=boundary.arn,
            company_layer_arn=layer_arn,
            code_signing_config_arn=signing.config_arn,
            signing_profile_name=signing.profile_name,
            artifact_bucket_name=bucket.name,
            alarm_topic_arn=topic_arn,
            encryption_key_arn=key.arn,
        )
        self.finish(
            {
                "boundaryArn": boundary.arn,
                "companyLayerArn": layer_arn,
                "codeSigningConfigArn": signing.config_arn,
                "artifactBucketName": bucket.name,
                "alarmTopicArn": topic_arn,
                "encryptionKeyArn": key.arn,
            }
        )
