"""Code signing: attached (L2), enforced (L3a), by listed publishers (L3b), from signed objects (L3c).

A configuration that warns, or that trusts any publisher, protects nothing. What lies outside the stack cannot
be inspected at preview, so it must be listed. A value of an own account may turn out to belong to the stack;
only a decision with the stack in view can tell, and without it such values are undecided.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from guardrails.verdict import (
    PASS,
    Finding,
    Maybe,
    Unknown,
    Verdict,
    combine,
    not_applicable,
    undecided,
    violation,
)
from guardrails.wording import matches, quote

if TYPE_CHECKING:
    from collections.abc import Sequence

LAMBDA_PLATFORM: Final = "AWSLambda-SHA384-ECDSA"
_CONFIG: Final = "codeSigningConfigArn"
_POLICY: Final = "policies.untrustedArtifactOnDeployment"
_PUBLISHERS: Final = "allowedPublishers.signingProfileVersionArns"
_IMAGE: Final = "Image"
_CONFIG_ARN: Final = re.compile(
    r"arn:aws[a-z-]*:lambda:[a-z0-9-]+:(?P<account>\d{12}):code-signing-config:csc-[A-Za-z0-9]+"
)


@dataclass(frozen=True, kw_only=True)
class SignedFunction:
    """A function as far as its signing configuration is concerned.

    Attributes:
        package_type: Zip or Image; absent is Zip.
        config: codeSigningConfigArn.
        in_stack: Whether a configuration of the stack stands behind it; None when the stack is not in view.
    """

    package_type: Maybe[str] = None
    config: Maybe[str] = None
    in_stack: bool | None = None


@dataclass(frozen=True, kw_only=True)
class StackProfile:
    """A signing profile of the same stack that a configuration depends on."""

    name: str
    platform: Maybe[str]
    version_arn: Maybe[str] = None


@dataclass(frozen=True, kw_only=True)
class PublisherStandard:
    """Who may sign.

    Attributes:
        profile_arns: Globs on signing profile version ARNs.
        own_accounts: Accounts whose unlisted profiles may turn out to be of the stack.
        allow_stack_profiles: Whether profiles of the stack itself may sign.
    """

    profile_arns: tuple[str, ...]
    own_accounts: tuple[str, ...]
    allow_stack_profiles: bool = True


@dataclass(frozen=True, kw_only=True)
class Artifact:
    """Where the code of a function or layer comes from.

    Attributes:
        label: `function` or the layer's name.
        bucket: Whether an S3 bucket and key are set.
        unique: Whether the object is one of a signing job of the stack, or a version of it is named.
    """

    label: str
    bucket: bool
    unique: bool


def signing_attached(facts: SignedFunction) -> Verdict:
    """L2: a signing configuration is set; its ARN has the right form."""
    image = _image(facts)
    if image:
        return image
    if isinstance(facts.config, Unknown):
        return PASS
    if not facts.config:
        fact, code = f"{_CONFIG} is not set", "unsigned"
    elif _CONFIG_ARN.fullmatch(facts.config):
        return PASS
    else:
        fact, code = f"{_CONFIG} is {quote(facts.config)}", "malformed"
    requirement = "the ARN of a code signing config is required"
    return violation(Finding(key="signing:config", code=code, fact=fact, requirement=requirement))


def signing_enforced(policy: Maybe[str]) -> Verdict:
    """L3a, of a configuration: untrusted code is refused, not only reported."""
    if isinstance(policy, Unknown):
        return undecided(_POLICY)
    if policy == "Enforce":
        return PASS
    fact = f"{_POLICY} is {quote(policy)}" if policy else f"{_POLICY} is not set, which means Warn"
    return violation(
        Finding(key="signing:policy", code="warn-only", fact=fact, requirement="Enforce is required")
    )


def signing_config_known(
    facts: SignedFunction, listed: Sequence[str], own_accounts: Sequence[str]
) -> Verdict:
    """L3a, of a function: its configuration is of the stack, where it is judged itself, or listed."""
    if facts.package_type == _IMAGE:
        return not_applicable("container images cannot be signed")
    if not isinstance(facts.config, Unknown) and not facts.config:
        return not_applicable("no code signing config")
    if facts.in_stack or (isinstance(facts.config, str) and facts.config in listed):
        return PASS
    if isinstance(facts.config, Unknown):
        return undecided(_CONFIG)
    found = _CONFIG_ARN.fullmatch(facts.config)
    if facts.in_stack is None and found and found["account"] in own_accounts:
        return undecided(_CONFIG)
    return violation(
        Finding(
            key="signing:foreign-config",
            code="foreign-config",
            fact=f"{_CONFIG} is {quote(facts.config)}, which is not of this stack",
            requirement="a config of the stack or a listed one is required",
        )
    )


def publishers_listed(
    publishers: tuple[str | Unknown, ...] | Unknown,
    profiles: tuple[StackProfile, ...] | None,
    standard: PublisherStandard,
) -> Verdict:
    """L3b: at least one publisher, all of them listed or profiles of the stack for Lambda.

    Args:
        publishers: Signing profile version ARNs of a configuration.
        profiles: Profiles of the stack behind them; None when the stack is not in view.
        standard: Who may sign.
    """
    if isinstance(publishers, tuple) and not publishers:
        return violation(
            Finding(
                key="publishers:none",
                code="publisher",
                fact=f"{_PUBLISHERS} is empty",
                requirement="at least one listed signing profile version is required",
            )
        )
    judged = [_profile(profile, standard) for profile in profiles or ()]
    if isinstance(publishers, Unknown):
        return combine(*judged) if profiles else undecided(_PUBLISHERS)
    opened = [
        (index, item)
        for index, item in enumerate(publishers)
        if isinstance(item, Unknown) or not matches(item, standard.profile_arns)
    ]
    # Which element a profile stands behind is not recorded; only how many there are.
    explained = {profile.version_arn for profile in profiles or () if isinstance(profile.version_arn, str)}
    rest = [(index, item) for index, item in opened if item not in explained]
    spare = sum(1 for profile in profiles or () if not isinstance(profile.version_arn, str))
    return combine(*judged, *(_publisher(index, item, profiles, standard) for index, item in rest[spare:]))


def artifacts_signed(artifacts: Sequence[Artifact]) -> Verdict:
    """L3c: every artifact under an enforcing configuration is one certain object in S3."""
    findings = [
        Finding(
            key=f"artifact:{artifact.label}",
            code="unpinned" if artifact.bucket else "local",
            fact=(
                f"the {artifact.label} is made from an S3 object without a version"
                if artifact.bucket
                else f"the {artifact.label} is made from a local archive"
            ),
            requirement="a signed S3 object is required, because its signing config enforces",
        )
        for artifact in artifacts
        if not artifact.unique
    ]
    return violation(*findings)


def _image(facts: SignedFunction) -> Verdict | None:
    if facts.package_type == _IMAGE:
        return not_applicable("container images cannot be signed")
    if isinstance(facts.package_type, Unknown) and not isinstance(facts.config, Unknown) and not facts.config:
        return undecided("packageType")
    return None


def _profile(profile: StackProfile, standard: PublisherStandard) -> Verdict:
    if not standard.allow_stack_profiles and not (
        isinstance(profile.version_arn, str) and matches(profile.version_arn, standard.profile_arns)
    ):
        return violation(
            Finding(
                key=f"publisher:{profile.name}",
                code="publisher",
                fact=f"the publisher {profile.name} is a profile of the stack itself",
                requirement="a listed signing profile version is required",
            )
        )
    if isinstance(profile.platform, Unknown):
        return undecided(f"{profile.name}.platformId")
    if profile.platform == LAMBDA_PLATFORM:
        return PASS
    return violation(
        Finding(
            key=f"publisher:{profile.name}",
            code="platform",
            fact=f"the publisher {profile.name} has the platform {quote(profile.platform or 'none', 60)}",
            requirement=f"{LAMBDA_PLATFORM} is required",
            remedy=f"Set platformId of {profile.name} to {LAMBDA_PLATFORM}",
        )
    )


def _publisher(
    index: int,
    item: str | Unknown,
    profiles: tuple[StackProfile, ...] | None,
    standard: PublisherStandard,
) -> Verdict:
    path = f"{_PUBLISHERS}[{index}]"
    if isinstance(item, Unknown):
        return undecided(path)
    parts = item.split(":")
    own = len(parts) > 4 and parts[4] in standard.own_accounts  # noqa: PLR2004 - the account is an ARN's fifth part
    if profiles is None and own and standard.allow_stack_profiles:
        return undecided(path)
    return violation(
        Finding(
            key=f"publisher:{quote(item, 100)}",
            code="publisher",
            fact=f"{path} is {quote(item, 100)}",
            requirement="a listed signing profile version is required",
        )
    )
