"""The few properties that tell what a new resource will be."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from pavedroad.command.display.facts import key_facts

if TYPE_CHECKING:
    from pavedroad.engine.events import Json


@pytest.mark.parametrize(
    ("token", "inputs", "facts"),
    [
        (
            "aws:lambda/function:Function",
            {
                "runtime": "python3.13",
                "memorySize": 256.0,
                "timeout": 30.0,
                "architectures": ["arm64"],
                "layers": [""],
            },
            ("python3.13", "memory 256 MB", "timeout 30 s", "arm64", "1 layer"),
        ),
        (
            "aws:sqs/queue:Queue",
            {"visibilityTimeoutSeconds": 90.0, "messageRetentionSeconds": 1209600.0, "fifoQueue": True},
            ("visibility 90 s", "retention 14 d", "fifo queue"),
        ),
        ("aws:cloudwatch/logGroup:LogGroup", {"retentionInDays": 30.0}, ("retention 30 d",)),
        (
            "aws:kms/key:Key",
            {"enableKeyRotation": True, "deletionWindowInDays": 30.0},
            ("rotated", "deletion window 30 d"),
        ),
        (
            "aws:cloudfront/distribution:Distribution",
            {"viewerCertificate": {"minimumProtocolVersion": "TLSv1"}, "origins": [{}, {}]},
            ("minimum protocol version TLSv1", "2 origins"),
        ),
        ("aws:other/thing:Thing", {"name": "n", "description": "d"}, ("n",)),
        ("aws:other/thing:Thing", {}, ()),
    ],
)
def test_facts_are_short_phrases_with_units(
    token: str, inputs: dict[str, object], facts: tuple[str, ...]
) -> None:
    assert key_facts(token, inputs) == facts  # pyright: ignore[reportArgumentType] - a table of JSON values


@pytest.mark.parametrize("value", ["[unknown]", None, "", False, []])
def test_what_is_not_set_or_not_known_is_no_fact(value: Json) -> None:
    assert key_facts("aws:iam/role:Role", {"name": value}) == ()


def test_an_alarm_reads_as_a_comparison() -> None:
    alarm = {
        "metricName": "Errors",
        "comparisonOperator": "GreaterThanOrEqualToThreshold",
        "threshold": 1.0,
        "evaluationPeriods": 3.0,
        "period": 60.0,
    }

    assert key_facts("aws:cloudwatch/metricAlarm:MetricAlarm", alarm) == ("Errors >= 1", "3 x 60 s")
    assert key_facts("aws:cloudwatch/metricAlarm:MetricAlarm", {"metricQueries": [{}]}) == ()


def test_a_grant_lists_its_actions_the_common_ones_last() -> None:
    policy = {
        "Statement": [
            {"Effect": "Allow", "Action": ["logs:PutLogEvents", "sqs:SendMessage"]},
            {"Effect": "Allow", "Action": "sqs:SendMessage"},
            {"Effect": "Deny", "Action": "s3:*"},
        ]
    }

    facts = key_facts("aws:iam/rolePolicy:RolePolicy", {"policy": json.dumps(policy)})

    assert facts == ("sqs:SendMessage", "logs:PutLogEvents")


@pytest.mark.parametrize("policy", ["[unknown]", "{broken", 7, None, '{"Statement": 3}', "[]"])
def test_a_grant_that_cannot_be_read_has_no_facts(policy: str | int | None) -> None:
    assert key_facts("aws:iam/rolePolicy:RolePolicy", {"policy": policy}) == ()
