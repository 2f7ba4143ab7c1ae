"""What the Foundation hands to every component: where it builds, and the shared things it builds with."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pulumi import Input

    from components._naming import Scope


class Tier(Enum):
    """How much an environment is worth keeping."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"

    @property
    def keeps_state(self) -> bool:
        """Whether resources that hold data are protected against deletion."""
        return self is Tier.PRODUCTION


@dataclass(frozen=True, kw_only=True)
class Platform:
    """The shared ground of all components of one stack.

    Attributes:
        scope: Project, environment, partition, region and account; the source of all names and ARNs.
        tier: Decides protection of what holds data.
        boundary_arn: Permissions boundary of every role.
        company_layer_arn: Layer version that every function carries first.
        code_signing_config_arn: Signing configuration of every function.
        signing_profile_name: Signer profile that signs functions.
        artifact_bucket_name: Versioned bucket that holds archives, unsigned and signed.
        alarm_topic_arn: Topic that alarms call when they go off and when they are well again.
        encryption_key_arn: Key of the stack, for whatever asks for a customer key.
    """

    scope: Scope
    tier: Tier
    boundary_arn: Input[str]
    company_layer_arn: Input[str]
    code_signing_config_arn: Input[str]
    signing_profile_name: Input[str]
    artifact_bucket_name: Input[str]
    alarm_topic_arn: Input[str]
    encryption_key_arn: Input[str]
