"""An execution that failed is redriven: it goes on where it failed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, cast

import pytest
from botocore.exceptions import ClientError

from pavedroad.cloud.corrections.machine_redrives import refusal
from tests.support.cloud_functions import deploy, unique
from tests.support.cloud_machines import allow, service_role
from tests.support.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from mypy_boto3_stepfunctions import SFNClient
    from mypy_boto3_stepfunctions.literals import StateMachineTypeType
    from mypy_boto3_stepfunctions.type_defs import DescribeExecutionOutputTypeDef

    from tests.support.cloud import Cloud

HERE = "eu-west-1:000000000000"
NOW = datetime(2026, 11, 21, tzinfo=UTC)
State = dict[str, object]


@dataclass(frozen=True)
class Made:
    """A machine whose role may do what a test lets it do."""

    cloud: Cloud
    arn: str
    role: str

    @property
    def states(self) -> SFNClient:
        return self.cloud.client("stepfunctions")

    def start(self, given: str = "{}") -> str:
        return self.states.start_execution(stateMachineArn=self.arn, input=given)["executionArn"]

    def ended(self, execution: str) -> DescribeExecutionOutputTypeDef:
        return eventually(
            lambda: self.states.describe_execution(executionArn=execution),
            lambda seen: seen["status"] != "RUNNING",
        )

    def failed(self, given: str = "{}") -> str:
        """Run it until it fails; the execution."""
        execution = self.start(given)
        assert self.ended(execution)["status"] == "FAILED"
        return execution

    def redriven(self, execution: str) -> DescribeExecutionOutputTypeDef:
        """Redrive an execution and wait for its end."""
        self.states.redrive_execution(executionArn=execution)
        return self.ended(execution)

    def history(self, execution: str) -> list[str]:
        """The history of an execution that has ended: its status is told a moment before its last event."""
        events = eventually(
            lambda: self.states.get_execution_history(executionArn=execution, maxResults=1000)["events"],
            lambda seen: seen[-1]["type"].startswith("Execution"),
        )
        assert [event["id"] for event in events] == list(range(1, len(events) + 1))
        return [event["type"] for event in events]

    def since(self, execution: str, kind: str) -> list[str]:
        """What the history tells from the last event of a kind."""
        types = self.history(execution)
        return types[len(types) - 1 - types[::-1].index(kind) :]


def make(
    cloud: Cloud,
    states: Mapping[str, State],
    *,
    kind: StateMachineTypeType = "STANDARD",
    language: str = "JSONPath",
) -> Made:
    role = service_role(cloud, "states.amazonaws.com")
    definition = {"QueryLanguage": language, "StartAt": next(iter(states)), "States": states}
    made = cloud.client("stepfunctions").create_state_machine(
        name=unique("redriven"), definition=json.dumps(definition), roleArn=role, type=kind
    )
    return Made(cloud, made["stateMachineArn"], role)


def queue(cloud: Cloud) -> tuple[str, str]:
    """URL and ARN of a new queue."""
    name = unique("queue")
    return cloud.client("sqs").create_queue(QueueName=name)["QueueUrl"], f"arn:aws:sqs:{HERE}:{name}"


def depth(cloud: Cloud, url: str) -> int:
    found = cloud.client("sqs").get_queue_attributes(
        QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"]
    )
    return int(found["Attributes"]["ApproximateNumberOfMessages"])


def sending(url: str, **more: object) -> State:
    """A task that the machine's role may do or not."""
    parameters = {"QueueUrl": url, "MessageBody": "m"}
    resource = "arn:aws:states:::sqs:sendMessage"
    return {"Type": "Task", "Resource": resource, "Parameters": parameters, "End": True, **more}


def sender(cloud: Cloud, **more: object) -> tuple[Made, str]:
    """A machine that sends to a queue once it may, and the queue's ARN."""
    url, arn = queue(cloud)
    return make(cloud, {"Begin": {"Type": "Pass", "Next": "Send"}, "Send": sending(url, **more)}), arn


def code(call: Callable[[], object]) -> str:
    """The error that a call is refused with."""
    with pytest.raises(ClientError) as refused:
        call()
    return refused.value.response.get("Error", {}).get("Code", "")


def test_what_ended_is_not_run_again_and_its_output_and_variables_are_kept(cloud: Cloud) -> None:
    function = deploy(cloud, "import uuid\ndef handle(event, context): return {'id': uuid.uuid4().hex}")
    url, arn = queue(cloud)
    first: State = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Arguments": {"FunctionName": function.arn},
        "Assign": {"made": "{% $states.result.Payload.id %}"},
        "Output": {"answer": "{% $states.result.Payload.id %}"},
        "Next": "Send",
    }
    second: State = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage",
        "Arguments": {"QueueUrl": url, "MessageBody": "{% $made %}"},
        "Output": {"variable": "{% $made %}", "input": "{% $states.input.answer %}"},
        "End": True,
    }
    machine = make(cloud, {"Call": first, "Send": second}, language="JSONata")
    allow(cloud, machine.role, function.arn, "lambda:InvokeFunction")
    execution = machine.failed()
    allow(cloud, machine.role, arn, "sqs:SendMessage")  # and the function no more

    ended = machine.redriven(execution)

    assert ended["status"] == "SUCCEEDED"
    (message,) = cloud.client("sqs").receive_message(QueueUrl=url, WaitTimeSeconds=0).get("Messages", [])
    sent = message.get("Body")
    assert json.loads(ended.get("output", "")) == {"variable": sent, "input": sent}
    assert sum(line.startswith("START") for line in function.log()) == 1


def test_history_and_description_tell_the_redrive(cloud: Cloud) -> None:
    machine, arn = sender(cloud)
    execution = machine.failed()
    before = machine.states.describe_execution(executionArn=execution)
    allow(cloud, machine.role, arn, "sqs:SendMessage")

    moment = machine.states.redrive_execution(executionArn=execution)["redriveDate"]

    after = machine.ended(execution)
    assert machine.history(execution) == [
        *("ExecutionStarted", "PassStateEntered", "PassStateExited"),
        *("TaskStateEntered", "TaskScheduled", "TaskFailed", "ExecutionFailed"),
        *("ExecutionRedriven", "TaskScheduled", "TaskSucceeded", "TaskStateExited", "ExecutionSucceeded"),
    ]
    assert (before.get("redriveStatus"), before.get("redriveCount")) == ("REDRIVABLE", 0)
    assert not {"redriveDate", "redriveStatusReason"} & set(before)
    assert (after.get("redriveStatus"), after.get("redriveCount")) == ("NOT_REDRIVABLE", 1)
    assert after.get("redriveStatusReason") == "Execution is SUCCEEDED and cannot be redriven"
    assert after.get("redriveDate") == moment
    assert "error" not in after
    (listed,) = machine.states.list_executions(stateMachineArn=machine.arn)["executions"]
    assert (listed.get("redriveCount"), listed.get("redriveDate")) == (1, moment)


def test_a_second_redrive_counts_two_and_retries_begin_anew(cloud: Cloud) -> None:
    machine, _arn = sender(cloud, Retry=[{"ErrorEquals": ["States.ALL"], "MaxAttempts": 1}])
    execution = machine.failed()

    assert [machine.redriven(execution)["status"] for _ in range(2)] == ["FAILED", "FAILED"]

    events = machine.states.get_execution_history(executionArn=execution)["events"]
    counts = [event.get("executionRedrivenEventDetails") for event in events]
    assert [told.get("redriveCount") for told in counts if told] == [1, 2]
    types = machine.history(execution)
    assert types.count("TaskScheduled") == 3 * 2
    assert types.count("ExecutionFailed") == 3
    assert machine.states.describe_execution(executionArn=execution).get("redriveCount") == 2


def test_a_fail_state_fails_again(cloud: Cloud) -> None:
    machine = make(
        cloud, {"Begin": {"Type": "Pass", "Next": "Stop"}, "Stop": {"Type": "Fail", "Error": "Wrong"}}
    )
    execution = machine.failed()

    ended = machine.redriven(execution)

    assert (ended["status"], ended.get("error")) == ("FAILED", "Wrong")
    assert machine.since(execution, "ExecutionRedriven") == [
        "ExecutionRedriven",
        "FailStateEntered",
        "ExecutionFailed",
    ]


@pytest.mark.parametrize(("state", "mode"), [("Parallel", ""), ("Map", "INLINE"), ("Map", "DISTRIBUTED")])
@pytest.mark.parametrize("tries", [1, 2])
def test_branches_and_items_that_succeeded_are_not_run_again(
    cloud: Cloud, state: str, mode: str, tries: int
) -> None:
    """But by the state's own Retry, which runs all of them."""
    (good, may), (bad, later) = queue(cloud), queue(cloud)
    retry = [{"ErrorEquals": ["States.ALL"], "MaxAttempts": tries - 1}] if tries > 1 else []
    around: State = {
        "Type": state,
        "End": True,
        "Retry": retry,
        "ResultSelector": {"all.$": "$[*].MessageId"},
    }
    if state == "Parallel":
        around["Branches"] = [{"StartAt": "Send", "States": {"Send": sending(url)}} for url in (good, bad)]
    else:
        task = sending("", Parameters={"QueueUrl.$": "$", "MessageBody": "m"})
        config = {"Mode": mode, **({"ExecutionType": "STANDARD"} if mode == "DISTRIBUTED" else {})}
        around["ItemProcessor"] = {
            "ProcessorConfig": config,
            "StartAt": "Send",
            "States": {"Send": task},
        }
    machine = make(cloud, {"Both": around})
    allowed = ("sqs:SendMessage", "states:StartExecution")  # a distributed map starts its items
    allow(cloud, machine.role, [may, machine.arn], *allowed)
    execution = machine.failed(json.dumps([good, bad]))
    assert depth(cloud, good) == tries
    allow(cloud, machine.role, [may, later, machine.arn], *allowed)

    ended = machine.redriven(execution)

    assert ended["status"] == "SUCCEEDED"
    assert (depth(cloud, good), depth(cloud, bad)) == (tries, 1)
    assert len(set(json.loads(ended.get("output", ""))["all"])) == 2


def test_an_aborted_execution_goes_on_and_its_former_run_does_not(cloud: Cloud, tmp_path: Path) -> None:
    go, begun = tmp_path / "go", tmp_path / "begun"
    begun.mkdir()
    waiting = f"""
import pathlib, time, uuid
def handle(event, context):
    pathlib.Path({str(begun)!r}, uuid.uuid4().hex).touch()
    while not pathlib.Path({str(go)!r}).exists(): time.sleep(0.05)
"""
    function = deploy(cloud, waiting, Timeout=60)
    task: State = {"Type": "Task", "Resource": function.arn, "End": True}
    machine = make(cloud, {"Call": task})
    allow(cloud, machine.role, function.arn, "lambda:InvokeFunction")
    execution = machine.start()
    eventually(lambda: len(list(begun.iterdir())), lambda seen: seen == 1)
    machine.states.stop_execution(executionArn=execution)

    machine.states.redrive_execution(executionArn=execution)

    eventually(lambda: len(list(begun.iterdir())), lambda seen: seen == 2)
    go.touch()
    assert machine.ended(execution)["status"] == "SUCCEEDED"
    eventually(lambda: sum(line.startswith("REPORT") for line in function.log()) == 2)
    assert machine.since(execution, "ExecutionAborted") == [
        *("ExecutionAborted", "ExecutionRedriven"),
        *("TaskScheduled", "TaskSucceeded", "TaskStateExited", "ExecutionSucceeded"),
    ]


def test_the_same_client_token_is_the_same_redrive(cloud: Cloud) -> None:
    machine, arn = sender(cloud)
    execution = machine.failed()
    allow(cloud, machine.role, arn, "sqs:SendMessage")
    redrive = machine.states.redrive_execution

    first = redrive(executionArn=execution, clientToken="one")
    machine.ended(execution)
    again = redrive(executionArn=execution, clientToken="one")

    assert again["redriveDate"] == first["redriveDate"]
    assert machine.ended(execution).get("redriveCount") == 1
    assert code(lambda: redrive(executionArn=execution, clientToken="two")) == "ExecutionNotRedrivable"


def test_what_cannot_be_redriven_is_refused(cloud: Cloud) -> None:
    states = cloud.client("stepfunctions")
    succeeded = make(cloud, {"Do": {"Type": "Pass", "End": True}})
    running = make(cloud, {"Do": {"Type": "Wait", "Seconds": 2_000, "End": True}})
    express = make(cloud, {"Do": {"Type": "Fail"}}, kind="EXPRESS")
    done, goes, quick = succeeded.start(), running.start(), express.start()
    succeeded.ended(done)
    express.ended(quick)

    assert code(lambda: states.redrive_execution(executionArn=done)) == "ExecutionNotRedrivable"
    assert code(lambda: states.redrive_execution(executionArn=goes)) == "ExecutionNotRedrivable"
    assert code(lambda: states.redrive_execution(executionArn=quick)) == "InvalidArn"
    assert code(lambda: states.redrive_execution(executionArn=f"{done}x")) == "ExecutionDoesNotExist"
    assert code(lambda: states.redrive_execution(executionArn=succeeded.arn)) == "InvalidArn"
    states.stop_execution(executionArn=goes)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({}, ""),
        ({"status": "RUNNING"}, "Execution is RUNNING and cannot be redriven"),
        ({"stopDate": NOW - timedelta(days=15)}, "Execution redrivable period exceeded"),
        ({"startDate": NOW - timedelta(days=366)}, "Execution has exceeded the max execution time"),
        ({"events": [{}] * 24_999}, "Execution history event limit exceeded"),
        ({"mapRunArn": "arn"}, "Execution is redriven with its Map Run"),
    ],
)
def test_aws_s_reasons_against_a_redrive(changed: dict[str, object], reason: str) -> None:
    moments = {"startDate": NOW - timedelta(days=14), "stopDate": NOW - timedelta(days=13)}
    execution: dict[str, object] = {"status": "FAILED", "events": [], **moments, **changed}
    plain = {
        name: value.isoformat() if isinstance(value, datetime) else value for name, value in execution.items()
    }

    assert refusal(plain, {"type": "STANDARD"}, NOW) == reason


def test_a_caller_needs_the_action_on_the_execution(cloud: Cloud) -> None:
    machine, _arn = sender(cloud)
    execution = machine.failed()
    root = {"AWS": "arn:aws:iam::000000000000:root"}
    us = {"Effect": "Allow", "Principal": root, "Action": "sts:AssumeRole"}
    role = cloud.client("iam").create_role(
        RoleName=unique("operator"),
        AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [us]}),
    )["Role"]["Arn"]
    keys = cloud.client("sts").assume_role(RoleArn=role, RoleSessionName="operator")["Credentials"]
    client = cloud.client_with_keys(
        "stepfunctions", keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"]
    )
    operator = cast("SFNClient", client)

    for action, resource in [("states:StartExecution", "*"), ("states:RedriveExecution", f"{execution}x")]:
        allow(cloud, role, resource, action)
        with pytest.raises(ClientError, match=rf"(?s)AccessDenied.*states:RedriveExecution.*{execution}"):
            operator.redrive_execution(executionArn=execution)
    assert machine.states.describe_execution(executionArn=execution).get("redriveCount") == 0

    allow(cloud, role, execution, "states:RedriveExecution")
    operator.redrive_execution(executionArn=execution)

    assert machine.ended(execution).get("redriveCount") == 1


def test_the_name_of_a_redriven_execution_stays_taken(cloud: Cloud) -> None:
    machine, _arn = sender(cloud)
    execution = machine.failed()
    machine.redriven(execution)
    start, name = machine.states.start_execution, execution.rpartition(":")[2]

    assert code(lambda: start(stateMachineArn=machine.arn, name=name)) == "ExecutionAlreadyExists"


def test_status_events_tell_the_redrive(cloud: Cloud) -> None:
    url, arn = queue(cloud)
    machine, may = sender(cloud)
    events, rule = cloud.client("events"), unique("rule")
    pattern = {"source": ["aws.states"], "detail": {"stateMachineArn": [machine.arn]}}
    service = {"Service": "events.amazonaws.com"}
    send = {"Effect": "Allow", "Principal": service, "Action": "sqs:SendMessage", "Resource": arn}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [send]})
    cloud.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    events.put_rule(Name=rule, EventPattern=json.dumps(pattern))
    events.put_targets(Rule=rule, Targets=[{"Id": "queue", "Arn": arn}])
    execution = machine.failed()
    allow(cloud, machine.role, may, "sqs:SendMessage")

    machine.redriven(execution)

    eventually(lambda: depth(cloud, url), lambda seen: seen == 4)
    found = cloud.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=0)
    details = [json.loads(message.get("Body", ""))["detail"] for message in found.get("Messages", [])]
    told = [(each["status"], each["redriveCount"], each["redriveStatus"]) for each in details]
    assert sorted(told) == [
        ("FAILED", 0, "REDRIVABLE"),
        ("RUNNING", 0, "NOT_REDRIVABLE"),
        ("RUNNING", 1, "NOT_REDRIVABLE"),
        ("SUCCEEDED", 1, "NOT_REDRIVABLE"),
    ]
    dates = {each["redriveCount"]: each["redriveDate"] for each in details}
    assert dates[0] is None
    assert isinstance(dates[1], int)
