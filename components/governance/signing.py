"""Code signing: the profile that signs archives and the configuration that refuses everything else.

`Enforce` in every environment: a configuration that only warns protects nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pulumi_aws import lambda_, signer

from components._base import Component, known_after
from components._naming import Kind, physical_name

if TYPE_CHECKING:
    from pulumi import Output, ResourceOptions

    from components._naming import Scope

PLATFORM: Final = "AWSLambda-SHA384-ECDSA"  # the one Signer platform for Lambda
_VALIDITY_MONTHS: Final = 135  # Signer's longest; a shorter one would stop new versions of unchanged code


@dataclass(frozen=True, kw_only=True)
class SigningArgs:
    """Attributes: scope: where profile and configuration live."""

    scope: Scope


class Signing(Component):
    """A signing profile and the configuration that trusts it alone.

    Attributes:
        profile_name: Name of the profile, known at plan time.
        profile_version_arn: Version that the configuration trusts.
        config_arn: Code signing configuration for functions.
    """

    TYPE = "pavedroad:governance:Signing"

    profile_name: Output[str]
    profile_version_arn: Output[str]
    config_arn: Output[str]

    def __init__(self, name: str, args: SigningArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        profile_name = physical_name(args.scope, name, Kind.SIGNING_PROFILE)
        profile = signer.SigningProfile(
            name,
            name=profile_name,
            platform_id=PLATFORM,
            signature_validity_period={"value": _VALIDITY_MONTHS, "type": "MONTHS"},
            opts=self.child(),
        )
        config = lambda_.CodeSigningConfig(
            f"{name}-config",
            description=f"Only code signed with {profile_name} is deployed",
            allowed_publishers={"signing_profile_version_arns": [profile.version_arn]},
            policies={"untrusted_artifact_on_deployment": "Enforce"},
            opts=self.child(),
        )
        self.profile_name = known_after(profile_name, profile)
        self.profile_version_arn = profile.version_arn
        self.config_arn = config.arn
        self.finish({"profileName": self.profile_name, "configArn": self.config_arn})
