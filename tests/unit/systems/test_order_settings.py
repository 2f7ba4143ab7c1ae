"""Each rule of order_processing's settings, with the text that a user reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from systems.order_processing.settings import OrderProcessingSettings
from tests.support.settings import load, orders, problems, project

if TYPE_CHECKING:
    from pathlib import Path

POLLERS = {"min": 2, "max": 4}
FILE = "(Pulumi.dev.yaml)"

RANGES: list[tuple[str, object, str]] = [
    ("enabled", "yes", 'got "yes", allowed true or false'),
    ("orchestration", "both", 'got "both", allowed workflow, queue'),
    ("retention_seconds", 59, "got 59, allowed 60 to 1209600"),
    ("retention_seconds", 1_209_601, "got 1209601, allowed 60 to 1209600"),
    ("dlq_retention_seconds", 1_209_601, "got 1209601, allowed 60 to 1209600"),
    ("max_receive_count", 0, "got 0, allowed 1 to 1000"),
    ("max_receive_count", 1001, "got 1001, allowed 1 to 1000"),
    ("retry_delay_seconds", 901, "got 901, allowed 0 to 900"),
    ("batch_size", 0, "got 0, allowed 1 to 10000"),
    ("batch_size", "10", 'got "10", allowed 1 to 10000'),
    ("batch_size", True, "got true, allowed 1 to 10000"),
    ("batching_window_seconds", 301, "got 301, allowed 0 to 300"),
    ("max_concurrency", 1, "got 1, allowed 2 to 1000 or null"),
    ("max_concurrency", 1001, "got 1001, allowed 2 to 1000 or null"),
    ("reserved_concurrency", 0, "got 0, allowed 1 or more or null"),
    ("function_timeout_seconds", 901, "got 901, allowed 1 to 900"),
    ("max_message_bytes", 262_145, "got 262145, allowed 1024 to 262144"),
    ("max_message_bytes", 1023, "got 1023, allowed 1024 to 262144"),
    ("max_order_total", 0, "got 0, allowed 1 or more"),
    ("currencies", ["eur"], 'got ["eur"], allowed a list of three capital letters, at least 1'),
    ("currencies", [], "got [], allowed a list of three capital letters, at least 1"),
    ("payment_mode", "cash", 'got "cash", allowed simulated, http'),
    (
        "payment_url",
        "http://pay.example.com",
        'got "http://pay.example.com", allowed an https address or null',
    ),
    ("kms_key", "alias/orders", 'got "alias/orders", allowed the ARN of a KMS key or null'),
    ("alarm_topic", "alarms", 'got "alarms", allowed the ARN of an SNS topic or null'),
    ("log_level", "LOUD", 'got "LOUD", allowed DEBUG, INFO, WARN, ERROR'),
    ("workflow_timeout_seconds", 59, "got 59, allowed 60 to 31536000"),
    ("age_alarm_seconds", 59, "got 59, allowed 60 to 1209600"),
]


@pytest.mark.parametrize(("field", "value", "text"), RANGES)
def test_a_value_out_of_range_names_path_value_allowed_and_file(
    tmp_path: Path, field: str, value: object, text: str
) -> None:
    project(tmp_path, dev=orders(**{field: value}))

    assert problems(tmp_path) == [f"order_processing.{field}: {text} {FILE}"]


def test_only_retentions_that_cloudwatch_knows_are_taken(tmp_path: Path) -> None:
    project(tmp_path, dev=orders(log_retention_days=31))

    (problem,) = problems(tmp_path)
    assert problem.startswith("order_processing.log_retention_days: got 31, allowed 1, 3, 5, 7, 14, 30, 60,")


def test_a_map_with_a_hole_names_the_missing_key(tmp_path: Path) -> None:
    project(tmp_path, dev=orders(provisioned_pollers={"min": 2}))

    assert problems(tmp_path) == [
        f"order_processing.provisioned_pollers.max: missing, allowed 2 to 2000 {FILE}"
    ]


CONFLICTS: list[tuple[dict[str, object], str]] = [
    (
        {"dlq_retention_seconds": 86_400},
        "dlq_retention_seconds must be greater than retention_seconds (172800), got 86400",
    ),
    (
        {"retention_seconds": 100_000, "dlq_retention_seconds": 100_000},
        "dlq_retention_seconds must be greater than retention_seconds (100000), got 100000",
    ),
    ({"batch_size": 11}, "batch_size above 10 needs batching_window_seconds of at least 1"),
    (
        {"visibility_timeout_seconds": 60},
        "visibility_timeout_seconds: got 60, allowed 180 (6 \N{MULTIPLICATION SIGN} 30 + 0) to 43200",
    ),
    (
        {"visibility_timeout_seconds": 0},
        "visibility_timeout_seconds: got 0, allowed 180 (6 \N{MULTIPLICATION SIGN} 30 + 0) to 43200",
    ),
    (
        {"visibility_timeout_seconds": 43_201},
        "visibility_timeout_seconds: got 43201, allowed 180 (6 \N{MULTIPLICATION SIGN} 30 + 0) to 43200",
    ),
    (
        {"visibility_timeout_seconds": 5699, "function_timeout_seconds": 900, "batching_window_seconds": 300},
        "visibility_timeout_seconds: got 5699, allowed 5700 (6 \N{MULTIPLICATION SIGN} 900 + 300) to 43200",
    ),
    (
        {"max_concurrency": 50, "reserved_concurrency": 20},
        "max_concurrency 50 exceeds reserved_concurrency 20: the function would throttle its own queue",
    ),
    (
        {"reserved_concurrency": 9},
        "max_concurrency 10 exceeds reserved_concurrency 9: the function would throttle its own queue",
    ),
    (
        {"reserved_concurrency": 1},
        "reserved_concurrency 1: maximum concurrency starts at 2: use a FIFO queue with one group",
    ),
    (
        {"max_concurrency": 10, "provisioned_pollers": POLLERS},
        (
            "provisioned_pollers: not together with max_concurrency (10); remove one, or set max_concurrency "
            "to null where it is inherited"
        ),
    ),
    (
        {"max_concurrency": None},
        "max_concurrency: null needs provisioned_pollers; the mapping must be capped",
    ),
    (
        {"provisioned_pollers": POLLERS, "reserved_concurrency": 4},
        "reserved_concurrency 4 without max_concurrency would throttle its own queue: 5 or more is required",
    ),
    (
        {"provisioned_pollers": POLLERS, "reserved_concurrency": 50, "max_receive_count": 2},
        "max_receive_count 2: 3 or more is required with reserved_concurrency and no max_concurrency",
    ),
    (
        {
            "max_concurrency": 1000,
            "batch_size": 200,
            "batching_window_seconds": 1,
            "function_timeout_seconds": 60,
        },
        (
            "max_concurrency 1000 \N{MULTIPLICATION SIGN} batch_size 200 puts 200000 messages in flight, "
            "allowed 120000"
        ),
    ),
    (
        {"batch_size": 300, "batching_window_seconds": 1},
        (
            "batch_size 300: a full batch needs 30 s, timeout is 30 s; allowed are batches that need 67% of "
            "function_timeout_seconds"
        ),
    ),
    (
        {"payment_mode": "http", "payment_secret": "orders/payment"},
        "payment_url: https address required for payment_mode http",
    ),
    (
        {"payment_mode": "http", "payment_url": "https://pay.example.com"},
        "payment_secret: secret name required for payment_mode http",
    ),
]


@pytest.mark.parametrize(("settings", "text"), CONFLICTS)
def test_values_that_contradict_each_other_are_refused(
    tmp_path: Path, settings: dict[str, object], text: str
) -> None:
    project(tmp_path, dev=orders(**settings))

    assert problems(tmp_path) == [f"order_processing: {text} {FILE}"]


def test_pollers_that_cannot_be_are_refused_at_their_own_path(tmp_path: Path) -> None:
    project(tmp_path, dev=orders(provisioned_pollers={"min": 5, "max": 4}))

    assert problems(tmp_path) == [f"order_processing.provisioned_pollers: min 5 must not exceed max 4 {FILE}"]


@pytest.mark.parametrize(
    "settings",
    [
        {"batch_size": 11, "batching_window_seconds": 1},
        {"visibility_timeout_seconds": 180},
        {"visibility_timeout_seconds": 43_200},
        {"reserved_concurrency": 10},
        {"provisioned_pollers": POLLERS},
        {"provisioned_pollers": POLLERS, "max_concurrency": None},
        {"provisioned_pollers": POLLERS, "reserved_concurrency": 5},
        {"payment_mode": "http", "payment_url": "https://pay.example.com/v1", "payment_secret": "a/b"},
        {"max_receive_count": 2, "function_timeout_seconds": 2},
        {"retention_seconds": 60},
    ],
)
def test_what_the_rules_allow_is_accepted(tmp_path: Path, settings: dict[str, object]) -> None:
    project(tmp_path, dev=orders(**settings))

    assert problems(tmp_path) == []


@pytest.mark.parametrize(
    ("settings", "least"),
    [({}, 180), ({"function_timeout_seconds": 2}, 12), ({"batching_window_seconds": 5}, 185)],
)
def test_visibility_follows_from_timeout_and_window(settings: dict[str, int], least: int) -> None:
    assert OrderProcessingSettings.model_validate(settings).visibility_seconds == least


def test_a_visibility_set_by_hand_is_kept() -> None:
    assert OrderProcessingSettings(visibility_timeout_seconds=200).visibility_seconds == 200


def test_pollers_take_the_place_of_the_cap(tmp_path: Path) -> None:
    project(tmp_path, dev=orders(provisioned_pollers=POLLERS))

    settings = load(tmp_path).systems.order_processing
    assert settings.mapping_concurrency is None
    assert settings.max_concurrency == 10


def test_an_alarm_that_comes_after_the_loss_is_warned_of(tmp_path: Path) -> None:
    project(tmp_path, dev=orders(retention_seconds=600))

    assert load(tmp_path).warnings == (
        (
            "order_processing: age_alarm_seconds 900 is not below retention_seconds (600): "
            f"orders expire before the alarm fires {FILE}"
        ),
    )
