"""A state machine writes its executions to its log group."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

import pytest

from tests.support.cloud_functions import unique
from tests.support.cloud_machines import allow, service_role
from tests.support.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_stepfunctions.literals import LogLevelType

    from tests.support.cloud import Cloud

HERE = "eu-west-1:000000000000"
ENTERED = ["ExecutionStarted", "PassStateEntered", "PassStateExited", "FailStateEntered", "ExecutionFailed"]
AGAIN = ["ExecutionRedriven", "FailStateEntered", "ExecutionFailed"]


def failing(cloud: Cloud, level: LogLevelType, *, with_data: bool = False) -> tuple[str, str]:
    """An execution that fails, and the log group of its machine."""
    role, group = service_role(cloud, "states.amazonaws.com"), unique("/executions")
    allow(cloud, role, "*", "logs:*")
    cloud.client("logs").create_log_group(logGroupName=group)
    states = {"Begin": {"Type": "Pass", "Next": "End"}, "End": {"Type": "Fail", "Error": "Wrong"}}
    sfn = cloud.client("stepfunctions")
    machine = sfn.create_state_machine(
        name=unique("logged"),
        definition=json.dumps({"StartAt": "Begin", "States": states}),
        roleArn=role,
        loggingConfiguration={
            "level": level,
            "includeExecutionData": with_data,
            "destinations": [
                {"cloudWatchLogsLogGroup": {"logGroupArn": f"arn:aws:logs:{HERE}:log-group:{group}:*"}}
            ],
        },
    )["stateMachineArn"]
    run = sfn.start_execution(stateMachineArn=machine, input='{"a": 1}')["executionArn"]
    eventually(lambda: sfn.describe_execution(executionArn=run)["status"] == "FAILED")
    return run, group


def written(cloud: Cloud, group: str) -> list[Mapping[str, object]]:
    """What is in a log group."""
    found = cloud.client("logs").filter_log_events(logGroupName=group)["events"]
    return [cast("Mapping[str, object]", json.loads(event.get("message", ""))) for event in found]


def logged(cloud: Cloud, level: LogLevelType, *, with_data: bool = False) -> list[Mapping[str, object]]:
    """What a failing execution writes."""
    run, group = failing(cloud, level, with_data=with_data)
    if level == "OFF":
        return written(cloud, group)
    found = eventually(
        lambda: written(cloud, group), lambda seen: any(each["type"] == "ExecutionFailed" for each in seen)
    )
    assert {event["execution_arn"] for event in found} == {run}
    return found


@pytest.mark.parametrize(
    ("level", "expected"),
    [("ALL", ENTERED), ("ERROR", ["ExecutionFailed"]), ("FATAL", ["ExecutionFailed"]), ("OFF", [])],
)
def test_the_level_chooses_what_is_written(cloud: Cloud, level: LogLevelType, expected: list[str]) -> None:
    assert [event["type"] for event in logged(cloud, level)] == expected


@pytest.mark.parametrize("with_data", [False, True])
def test_input_is_written_only_when_asked_for(cloud: Cloud, *, with_data: bool) -> None:
    first = logged(cloud, "ALL", with_data=with_data)[0]

    assert cast("Mapping[str, object]", first["details"]).get("input") == ('{"a": 1}' if with_data else None)


def test_a_redrive_is_counted_from_its_own_event_on(cloud: Cloud) -> None:
    run, group = failing(cloud, "ALL")

    cloud.client("stepfunctions").redrive_execution(executionArn=run)

    found = eventually(lambda: written(cloud, group), lambda seen: len(seen) == len(ENTERED) + len(AGAIN))
    told = [(event["type"], event["redrive_count"]) for event in found]
    assert told == [*((kind, "0") for kind in ENTERED), *((kind, "1") for kind in AGAIN)]
