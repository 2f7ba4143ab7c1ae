"""What is watched: every alarm with its figures, and what the dashboard shows."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

import pytest

from systems.order_processing.settings import OrderProcessingSettings
from tests.support.orders import FUNCTIONS, MACHINE, build, physical

if TYPE_CHECKING:
    from tests.support.mocks import Recording


@pytest.fixture(scope="module")
def workflow() -> Recording:
    return build()


@pytest.fixture(scope="module")
def queue_mode() -> Recording:
    return build(OrderProcessingSettings(orchestration="queue"))


def alarm_lines(recording: Recording) -> set[tuple[str, str, str, float, int]]:
    """(dimension value, metric, comparison, threshold, periods) of every alarm."""
    lines: set[tuple[str, str, str, float, int]] = set()
    for alarm in recording.of_type("aws:cloudwatch/metricAlarm:MetricAlarm"):
        inputs = alarm.inputs
        (subject,) = inputs["dimensions"].values()
        sign = {"GreaterThanOrEqualToThreshold": ">=", "GreaterThanThreshold": ">"}[
            inputs["comparisonOperator"]
        ]
        periods = int(inputs["evaluationPeriods"])
        lines.add((subject, inputs["metricName"], sign, inputs["threshold"], periods))
    return lines


def test_the_alarms_are_those_that_an_operator_needs(workflow: Recording) -> None:
    depth, age = "ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage"
    wanted = {(physical(name), depth, ">=", 1, 1) for name in ("dlq", "fulfilment-dlq", "submit-failures")}
    wanted |= {(physical(name), age, ">", 900, 5) for name in ("", "fulfilment")}
    wanted |= {(physical(name), age, ">", 86_400, 1) for name in ("", "fulfilment")}
    for name in FUNCTIONS:
        limit = 48_000 if name == "submit-orders" else 24_000
        wanted |= {
            (physical(name), "Errors", ">=", 1, 1),
            (physical(name), "Throttles", ">=", 1, 1),
            (physical(name), "Duration", ">", limit, 3),
        }
    wanted |= {
        (MACHINE, metric, ">=", 1, 1)
        for metric in ("ExecutionsFailed", "ExecutionsTimedOut", "ExecutionsAborted", "ExecutionThrottled")
    }

    assert alarm_lines(workflow) == wanted


def test_every_alarm_calls_the_topic_and_takes_silence_for_health(workflow: Recording) -> None:
    for alarm in workflow.of_type("aws:cloudwatch/metricAlarm:MetricAlarm"):
        assert alarm.inputs["alarmActions"] == ["arn:aws:sns:eu-west-1:111122223333:pavedroad-dev-alarms"]
        assert alarm.inputs["treatMissingData"] == "notBreaching"
        assert alarm.inputs["period"] == 60


def test_a_topic_of_its_own_takes_the_place_of_the_shared_one() -> None:
    topic = "arn:aws:sns:eu-west-1:111122223333:orders-on-call"
    recording = build(OrderProcessingSettings(alarm_topic=topic))

    alarms = recording.of_type("aws:cloudwatch/metricAlarm:MetricAlarm")
    assert all(alarm.inputs["alarmActions"] == [topic] for alarm in alarms)


def widgets(recording: Recording) -> dict[str, list[list[Any]]]:
    body = recording.one("aws:cloudwatch/dashboard:Dashboard").document("dashboardBody")
    return {w["properties"]["title"]: w["properties"]["metrics"] for w in body["widgets"]}


def test_the_dashboard_shows_queues_functions_executions_and_orders(workflow: Recording) -> None:
    shown = widgets(workflow)

    assert list(shown) == [
        "Waiting and in flight",
        "Age of the oldest message (s)",
        "Dead-letter queues",
        "Invocations",
        "Errors",
        "Duration p99 (ms)",
        "Concurrent executions",
        "Executions by result",
        "Orders",
    ]
    assert len(shown["Waiting and in flight"]) == 4
    assert len(shown["Dead-letter queues"]) == 3
    assert len(shown["Invocations"]) == 5


def test_the_dashboard_shows_the_metrics_that_the_functions_publish(workflow: Recording) -> None:
    notes = importlib.import_module("lambdas.shared.notes")
    journal = importlib.import_module("lambdas.shared.journal")
    orders = widgets(workflow)["Orders"]

    assert [line[1] for line in orders] == [metric.value for metric in notes.Metric]
    assert all(line[0] == journal.NAMESPACE and line[2:4] == [journal.DIMENSION, "dev"] for line in orders)


def test_the_dashboard_of_queue_mode_has_no_executions(queue_mode: Recording) -> None:
    assert "Executions by result" not in widgets(queue_mode)
    assert len(widgets(queue_mode)["Invocations"]) == 3
