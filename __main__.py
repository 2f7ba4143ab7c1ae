"""The program of every environment: read settings, lay the foundation, build the enabled systems."""

from __future__ import annotations

from pathlib import Path

import pulumi
import pulumi_aws as aws

from components._naming import Scope
from components._platform import Tier
from systems.alarm_mail import AlarmMail, AlarmMailArgs
from systems.foundation import Foundation, FoundationArgs
from systems.registry import SYSTEMS
from systems.settings import load

settings = load(Path(__file__).parent)
for warning in settings.warnings:
    pulumi.log.warn(warning)

# One provider for all: every resource carries the tags and can only land in the account of the environment.
provider = aws.Provider(
    "aws",
    region=settings.region,
    allowed_account_ids=[settings.account],
    profile=settings.profile,
    default_tags={"tags": settings.tags},
)
everywhere = pulumi.ResourceOptions(providers=[provider])

foundation = Foundation(
    "foundation",
    FoundationArgs(
        scope=Scope(
            project=settings.project,
            environment=settings.environment,
            partition=settings.partition,
            region=settings.region,
            account=settings.account,
        ),
        tier=Tier(settings.tier),
        company_layer_arn=settings.foundation.company_layer_arn,
        alarm_topic_arn=settings.foundation.alarm_topic_arn,
    ),
    everywhere,
)
if settings.foundation.alarm_emails:
    AlarmMail(
        "alarm-mail",
        AlarmMailArgs(
            topic_arn=foundation.platform.alarm_topic_arn, addresses=settings.foundation.alarm_emails
        ),
        everywhere,
    )
for name, build in SYSTEMS.items():
    if name in settings.enabled_systems:
        pulumi.export(name, build(settings, foundation.platform, everywhere))
