"""Tasks of state machines that are functions: the time that they have."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING

from pavedroad.cloud.runtime import starts
from tests.support.cloud_functions import Deployed, deploy, make_role, unique
from tests.support.waiting import eventually

if TYPE_CHECKING:
    from pathlib import Path

    from mypy_boto3_stepfunctions.type_defs import DescribeExecutionOutputTypeDef

    from tests.support.cloud import Cloud

SHORT_SECONDS = 1
ENOUGH_SECONDS = 5
"""For an invocation that does nothing, on any machine."""


def run(cloud: Cloud, function: Deployed, seconds: int) -> DescribeExecutionOutputTypeDef:
    """Run a machine whose one task has so much time, and tries again once."""
    invoking = {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": f"{function.arn}*"}
    role = make_role(cloud, unique("sm"), invoking, service="states.amazonaws.com")
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": function.arn},
        "TimeoutSeconds": seconds,
        "Retry": [{"ErrorEquals": ["States.Timeout"], "MaxAttempts": 1}],
        "End": True,
    }
    definition = json.dumps({"StartAt": "Call", "States": {"Call": task}})
    states = cloud.client("stepfunctions")
    machine = states.create_state_machine(name=unique("m"), definition=definition, roleArn=role)
    execution = states.start_execution(stateMachineArn=machine["stateMachineArn"])["executionArn"]
    return eventually(
        lambda: states.describe_execution(executionArn=execution), lambda seen: seen["status"] != "RUNNING"
    )


def calls(function: Deployed) -> int:
    """How often a function was invoked."""
    return sum(line.startswith("START") for line in function.log())


def test_what_a_task_waits_for_its_turn_is_no_part_of_its_time(cloud: Cloud, tmp_path: Path) -> None:
    """It would be tried again while its first try still waits, and then both would do the work."""
    go = tmp_path / "go"
    slow = f"""
import pathlib, time, uuid
pathlib.Path({str(tmp_path)!r}, uuid.uuid4().hex).touch()
while not pathlib.Path({str(go)!r}).exists(): time.sleep(0.05)
def handle(event, context): pass
"""
    client = cloud.client("lambda")
    for _ in range(starts.AT_ONCE):
        client.invoke(FunctionName=deploy(cloud, slow).name, InvocationType="Event", Payload=b"{}")
    eventually(lambda: len(list(tmp_path.iterdir())), lambda begun: begun == starts.AT_ONCE)
    function = deploy(cloud, "def handle(event, context): pass")
    letting = threading.Timer(ENOUGH_SECONDS + 1, go.touch)
    letting.start()

    ended = run(cloud, function, ENOUGH_SECONDS)

    letting.join()
    assert ended["status"] == "SUCCEEDED"
    assert calls(function) == 1


def test_what_a_task_works_is_its_time(cloud: Cloud) -> None:
    slow = f"import time\ndef handle(event, context): time.sleep({3 * SHORT_SECONDS})"

    ended = run(cloud, deploy(cloud, slow), SHORT_SECONDS)

    assert (ended["status"], ended.get("error")) == ("FAILED", "States.Timeout")
