"""What a function writes: JSON lines with ids, metrics with one dimension."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest

from lambdas.shared.environment import Variables
from lambdas.shared.journal import Journal
from lambdas.shared.notes import Metric
from tests.support.events import lambda_context
from tests.support.order_fakes import Lines, metrics_of

if TYPE_CHECKING:
    from collections.abc import Mapping


def test_a_line_names_function_version_request_and_correlation_id() -> None:
    lines = Lines()
    journal = lines.journal()

    with journal.invocation(lambda_context()), journal.correlated("corr-1"):
        journal.note("order_accepted", order_id="order-1")

    (line,) = lines.read()
    expected: Mapping[str, object] = {
        "level": "INFO",
        "event": "order_accepted",
        "order_id": "order-1",
        "correlation_id": "corr-1",
        "function_name": "pavedroad-dev-orders-accept-orders",
        "function_version": "7",
        "function_request_id": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
    }
    assert expected.items() <= line.items()
    assert {"timestamp", "service"} <= line.keys()


def test_a_correlation_id_ends_with_its_record() -> None:
    lines = Lines()
    journal = lines.journal()

    with pytest.raises(ZeroDivisionError), journal.correlated("corr-1"):
        _ = 1 / 0
    journal.warn("afterwards")

    (line,) = lines.read("WARNING")
    assert "correlation_id" not in line


def test_lines_below_the_level_are_not_written() -> None:
    lines = Lines()
    journal = lines.journal(level="ERROR")

    journal.note("quiet")
    journal.warn("quiet")
    journal.error("loud", code="boom")

    assert [line["event"] for line in lines.read()] == ["loud"]


def test_metrics_have_the_namespace_and_the_environment_as_only_dimension(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "would-be-a-second-dimension")
    journal = Lines().journal()

    with journal.invocation(lambda_context()):
        journal.count(Metric.ACCEPTED)
        journal.count(Metric.ACCEPTED, 2)
        journal.count(Metric.CONFLICT, 0)

    (line,) = metrics_of(capsys.readouterr().out)
    (directive,) = cast("dict[str, list[dict[str, object]]]", line["_aws"])["CloudWatchMetrics"]
    assert directive["Namespace"] == "Pavedroad/Orders"
    assert directive["Dimensions"] == [["Env"]]
    assert directive["Metrics"] == [{"Name": "OrdersAccepted", "Unit": "Count"}]
    assert line["Env"] == "dev"
    assert line["OrdersAccepted"] == [1.0, 2.0]


def test_each_invocation_publishes_its_own_metrics_even_when_it_fails(
    capsys: pytest.CaptureFixture[str],
) -> None:
    journal = Lines().journal()

    def fail() -> None:
        with journal.invocation(lambda_context()):
            journal.count(Metric.INVALID)
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    with journal.invocation(lambda_context()):
        pass
    with journal.invocation(lambda_context()):
        journal.count(Metric.INVALID)

    lines = metrics_of(capsys.readouterr().out)
    assert [(line["OrdersInvalid"], line["Env"]) for line in lines] == [([1.0], "dev"), ([1.0], "dev")]


def test_the_running_functions_journal_follows_its_environment(capsys: pytest.CaptureFixture[str]) -> None:
    values = {"ENVIRONMENT": "prod", "LOG_LEVEL": "WARN"}
    journal = Journal.of(Variables(frozenset(values), values))

    with journal.invocation(lambda_context()):
        journal.count(Metric.SUBMITTED)

    (line,) = metrics_of(capsys.readouterr().out)
    assert line["Env"] == "prod"
