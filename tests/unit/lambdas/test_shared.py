"""The small shared modules: time, waiting, environment, calls to AWS, task input."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta, timezone

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError
from hypothesis import given
from hypothesis import strategies as st

from lambdas.shared import environment
from lambdas.shared.aws import client_config, faults
from lambdas.shared.clock import timestamp, utc_now
from lambdas.shared.environment import ConfigurationError, Variables
from lambdas.shared.faults import AwsFault
from lambdas.shared.retry import backoff_seconds, visibility_delay_seconds
from lambdas.shared.task import InvalidTaskInput, TaskInput, read_task_input
from tests.support.order_fakes import NOW, NOW_TEXT, order, order_document


def test_a_timestamp_is_utc_with_milliseconds_and_z() -> None:
    elsewhere = NOW.astimezone(timezone(timedelta(hours=5)))

    assert timestamp(NOW) == timestamp(elsewhere) == NOW_TEXT
    assert utc_now().utcoffset() == timedelta(0)
    assert datetime.fromisoformat(timestamp(NOW)) == NOW


@pytest.mark.parametrize(
    ("receive_count", "seconds"), [(1, 10), (2, 20), (3, 40), (4, 80), (5, 160), (6, 180), (1000, 180)]
)
def test_the_retry_delay_doubles_up_to_the_visibility_timeout(receive_count: int, seconds: int) -> None:
    assert (
        visibility_delay_seconds(receive_count, retry_delay_seconds=10, visibility_timeout_seconds=180)
        == seconds
    )


def test_without_a_retry_delay_the_visibility_timeout_stands() -> None:
    assert visibility_delay_seconds(3, retry_delay_seconds=0, visibility_timeout_seconds=180) is None


@given(st.integers(0, 10_000), st.integers(1, 900), st.integers(1, 43_200))
def test_a_retry_delay_is_always_one_that_sqs_takes(receives: int, delay: int, visibility: int) -> None:
    seconds = visibility_delay_seconds(
        receives, retry_delay_seconds=delay, visibility_timeout_seconds=visibility
    )

    assert seconds is not None
    assert min(delay, visibility) <= seconds <= visibility


def test_the_backoff_doubles_up_to_its_cap() -> None:
    bounds = [backoff_seconds(attempt, base_seconds=0.2, cap_seconds=1.0) for attempt in (1, 2, 3, 4, 50)]

    assert bounds == [0.2, 0.4, 0.8, 1.0, 1.0]


def variables(**values: str) -> Variables:
    return Variables(frozenset({"NAME", "COUNT", "MODE"}), values)


def test_variables_are_read_by_type() -> None:
    read = variables(NAME="table", COUNT="30", MODE="http")

    assert read.text("NAME") == read.optional("NAME") == "table"
    assert read.integer("COUNT") == 30
    assert read.one_of("MODE", ("simulated", "http")) == "http"
    assert variables(NAME="").optional("NAME") is None


@pytest.mark.parametrize("count", ["", "-1", "3.5", "many", "٣", " 3"])
def test_a_number_that_is_none_is_refused_by_name(count: str) -> None:
    with pytest.raises(ConfigurationError, match=r"COUNT: got .*, allowed"):
        variables(COUNT=count).integer("COUNT")


def test_a_missing_text_an_unknown_choice_and_an_undeclared_name_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="NAME: got nothing"):
        variables().text("NAME")
    with pytest.raises(ConfigurationError, match="MODE: got 'cash', allowed simulated, http"):
        variables(MODE="cash").one_of("MODE", ("simulated", "http"))
    with pytest.raises(ConfigurationError, match=r"PATH: not in the declared list \(COUNT, MODE, NAME\)"):
        variables(PATH="/bin").optional("PATH")


def test_the_environment_is_read_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NAME", "table")

    assert environment.read(["NAME"]).text("NAME") == "table"


def timeouts(limit: int) -> tuple[float, float]:
    options = vars(client_config(limit))
    return options["connect_timeout"], options["read_timeout"]


@pytest.mark.parametrize("limit", [1, 2, 3, 10, 30, 60, 900])
def test_client_timeouts_are_shorter_than_the_functions(limit: int) -> None:
    connect, read = timeouts(limit)

    assert 0 < connect + read < limit
    assert read <= 5
    assert vars(client_config(limit))["retries"] == {"mode": "adaptive", "total_max_attempts": 3}


@pytest.mark.parametrize("limit", [10, 30, 60])
def test_all_tries_of_a_hanging_call_end_before_the_function_does(limit: int) -> None:
    assert 3 * sum(timeouts(limit)) <= limit * 0.75


def raised(code: str, message: str) -> AwsFault:
    with pytest.raises(AwsFault) as caught, faults():
        raise ClientError({"Error": {"Code": code, "Message": message}}, "StartExecution")
    return caught.value


def test_a_denial_keeps_its_text_because_that_names_the_action() -> None:
    fault = raised("AccessDeniedException", "not authorized to perform: states:StartExecution")

    assert fault.code == "AccessDeniedException"
    assert fault.detail == "StartExecution: not authorized to perform: states:StartExecution"


def test_any_other_text_stays_out_because_it_may_quote_the_payload() -> None:
    fault = raised("ValidationException", "value secret-4711 is not valid")

    assert (fault.code, fault.detail) == ("ValidationException", "StartExecution: ValidationException")
    assert "4711" not in str(fault)


def test_an_error_of_the_client_is_named_by_its_class() -> None:
    with pytest.raises(AwsFault) as caught, faults():
        raise ConnectTimeoutError(endpoint_url="https://sqs.example")

    assert caught.value.code == "ConnectTimeoutError"


def test_an_error_of_our_own_passes_unchanged() -> None:
    with pytest.raises(KeyError), faults():
        raise KeyError("ours")


def test_a_task_reads_the_workflows_input() -> None:
    assert read_task_input({**order_document(), "correlation_id": "corr-1"}) == TaskInput(order(), "corr-1")


@pytest.mark.parametrize(
    ("event", "said"),
    [
        ({**order_document(currency="secret"), "correlation_id": "c"}, "currency: bad_value"),
        (order_document(), "correlation_id"),
        ({**order_document(), "correlation_id": "a b"}, "correlation_id"),
        ("order", "order: bad_type"),
    ],
)
def test_other_input_is_a_fault_of_the_state_machine_told_without_values(event: object, said: str) -> None:
    with pytest.raises(InvalidTaskInput, match=said) as caught:
        read_task_input(event)

    assert "secret" not in str(caught.value)


def test_the_sdk_does_not_tell_where_it_found_its_credentials(caplog: pytest.LogCaptureFixture) -> None:
    client_config(2)

    with caplog.at_level(logging.INFO):  # as Lambda sets it for a function's whole process
        logging.getLogger("botocore.credentials").info("Found credentials in environment variables.")
        logging.getLogger("botocore.credentials").warning("Refreshing failed.")

    assert [record.message for record in caplog.records] == ["Refreshing failed."]
