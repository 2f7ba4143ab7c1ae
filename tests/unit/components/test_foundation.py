"""The Foundation: one platform from its parts, or from parts that live elsewhere."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest

from components._platform import Platform, Tier
from systems.foundation import Foundation, FoundationArgs
from tests.support.components import LAYER_ARN, SCOPE, TOPIC_ARN
from tests.support.mocks import Recording, record

OUTPUTS = [f.name for f in fields(Platform) if f.name not in {"scope", "tier"}]
KNOWN_AT_ONCE = {
    "boundary_arn": "arn:aws:iam::111122223333:policy/pavedroad-dev-boundary",
    "signing_profile_name": "pavedroad_dev_signing",
    "artifact_bucket_name": "pavedroad-dev-artifacts-111122223333-eu-west-1",
    "alarm_topic_arn": "arn:aws:sns:eu-west-1:111122223333:pavedroad-dev-alarms",
}


def build(args: FoundationArgs, *, preview: bool = True) -> Recording:
    def make() -> dict[str, Any]:
        ground = Foundation("foundation", args).platform
        return {name: getattr(ground, name) for name in OUTPUTS}

    return record(make, preview=preview)


OWN = FoundationArgs(scope=SCOPE, tier=Tier.DEVELOPMENT)


def test_names_that_we_choose_are_known_at_the_first_preview() -> None:
    values = build(OWN).values

    assert {name: values[name] for name in KNOWN_AT_ONCE} == KNOWN_AT_ONCE


def test_everything_is_known_after_an_update() -> None:
    values = build(OWN, preview=False).values

    assert all(isinstance(value, str) for value in values.values())
    assert values["company_layer_arn"].endswith(":layer:pavedroad-company:1")


def test_a_layer_and_a_topic_from_elsewhere_are_not_made_again() -> None:
    args = FoundationArgs(
        scope=SCOPE, tier=Tier.PRODUCTION, company_layer_arn=LAYER_ARN, alarm_topic_arn=TOPIC_ARN
    )
    run = build(args)

    assert (run.values["company_layer_arn"], run.values["alarm_topic_arn"]) == (LAYER_ARN, TOPIC_ARN)
    assert not run.of_type("aws:lambda/layerVersion:LayerVersion")
    assert not run.of_type("aws:sns/topic:Topic")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("company_layer_arn", "arn:aws:lambda:eu-west-1:111122223333:layer:pavedroad-company"),
        ("alarm_topic_arn", "alarms"),
    ],
)
def test_arns_that_name_nothing_are_refused(field: str, value: str) -> None:
    with pytest.raises(ValueError, match=f"{field}: got '{value}'"):
        FoundationArgs(**{"scope": SCOPE, "tier": Tier.DEVELOPMENT, field: value})  # pyright: ignore[reportArgumentType] - field by name
