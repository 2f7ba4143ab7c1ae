"""Asynchronous invocations: how often they are tried, and where their outcome goes."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.cloud_functions import ACCOUNT, Deployed, deploy, make_role, unique
from tests.support.waiting import eventually

if TYPE_CHECKING:
    from mypy_boto3_lambda.type_defs import DestinationConfigTypeDef

    from tests.support.cloud import Cloud

CODE = """
def handle(event, context):
    print("attempt", context.aws_request_id)
    if event.get("fail"):
        raise ValueError("bad order")
    return {"done": event}
"""


class Box:
    """A queue that something is delivered to."""

    def __init__(self, cloud: Cloud) -> None:
        self.sqs = cloud.client("sqs")
        name = unique("box")
        self.url = self.sqs.create_queue(QueueName=name)["QueueUrl"]
        self.arn = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:{name}"
        self.sending = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": self.arn}

    def take(self) -> dict[str, Any]:
        """The next message."""

        def look() -> list[Any]:
            return self.sqs.receive_message(QueueUrl=self.url, MessageAttributeNames=["All"]).get(
                "Messages", []
            )

        return eventually(look)[0]


def attempts(function: Deployed) -> list[str]:
    return [line.removeprefix("attempt ") for line in function.log() if line.startswith("attempt")]


def send(cloud: Cloud, function: Deployed, event: object, qualifier: str = "") -> None:
    name = f"{function.name}:{qualifier}" if qualifier else function.name
    cloud.client("lambda").invoke(FunctionName=name, InvocationType="Event", Payload=json.dumps(event))


def configure(
    cloud: Cloud, function: Deployed, qualifier: str, retries: int, destinations: DestinationConfigTypeDef
) -> None:
    cloud.client("lambda").put_function_event_invoke_config(
        FunctionName=function.name,
        Qualifier=qualifier,
        MaximumRetryAttempts=retries,
        DestinationConfig=destinations,
    )


def test_an_alias_has_its_own_retries_and_destination(cloud: Cloud) -> None:
    box = Box(cloud)
    function = deploy(cloud, CODE, box.sending)
    client = cloud.client("lambda")
    client.publish_version(FunctionName=function.name)
    client.create_alias(FunctionName=function.name, Name="live", FunctionVersion="1")
    configure(cloud, function, "live", 1, {"OnFailure": {"Destination": box.arn}})

    send(cloud, function, {"fail": True}, "live")

    record = json.loads(box.take()["Body"])
    ids = attempts(function)
    assert len(ids) == 2
    assert set(ids) == {record["requestContext"]["requestId"]}
    assert record["requestContext"] | {"requestId": ""} == {
        "requestId": "",
        "functionArn": f"{function.arn}:live",
        "condition": "RetriesExhausted",
        "approximateInvokeCount": 2,
    }
    assert record["requestPayload"] == {"fail": True}
    assert record["responseContext"] == {
        "statusCode": 200,
        "executedVersion": "1",
        "functionError": "Unhandled",
    }
    assert record["responsePayload"]["errorType"] == "ValueError"
    assert record["responsePayload"]["stackTrace"]
    assert record["version"] == "1.0"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", record["timestamp"])


def test_success_goes_to_its_destination(cloud: Cloud) -> None:
    box = Box(cloud)
    function = deploy(cloud, CODE, box.sending)
    configure(cloud, function, "$LATEST", 0, {"OnSuccess": {"Destination": box.arn}})

    send(cloud, function, {"n": 1})

    record = json.loads(box.take()["Body"])
    assert record["requestContext"]["condition"] == "Success"
    assert record["requestContext"]["functionArn"] == f"{function.arn}:$LATEST"
    assert record["responseContext"] == {"statusCode": 200, "executedVersion": "$LATEST"}
    assert record["responsePayload"] == {"done": {"n": 1}}


def test_a_destination_that_the_role_may_not_reach_stays_empty(cloud: Cloud) -> None:
    box = Box(cloud)
    function = deploy(cloud, CODE)
    configure(cloud, function, "$LATEST", 0, {"OnFailure": {"Destination": box.arn}})

    send(cloud, function, {"fail": True})

    eventually(
        lambda: f"DestinationDeliveryFailures of {function.name}: {box.arn} is not reached" in cloud.log()
    )
    assert "is not authorized to perform: sqs:SendMessage" in cloud.log()
    assert "Messages" not in box.sqs.receive_message(QueueUrl=box.url)


def test_a_dead_letter_is_the_event_with_the_reason_beside_it(cloud: Cloud) -> None:
    box = Box(cloud)
    function = deploy(cloud, CODE, box.sending, DeadLetterConfig={"TargetArn": box.arn})

    send(cloud, function, {"fail": True})

    message = box.take()
    ids = attempts(function)
    assert json.loads(message["Body"]) == {"fail": True}
    assert len(ids) == 3
    assert {name: value["StringValue"] for name, value in message["MessageAttributes"].items()} == {
        "RequestID": ids[0],
        "ErrorCode": "200",
        "ErrorMessage": "bad order",
    }


def test_a_throttled_event_waits_and_runs(cloud: Cloud) -> None:
    function = deploy(cloud, CODE)
    client = cloud.client("lambda")
    client.put_function_concurrency(FunctionName=function.name, ReservedConcurrentExecutions=0)
    configure(cloud, function, "$LATEST", 0, {})
    send(cloud, function, {})

    client.delete_function_concurrency(FunctionName=function.name)

    eventually(lambda: len(attempts(function)) == 1)


def test_a_topic_s_function_is_retried_and_its_event_kept(cloud: Cloud) -> None:
    box = Box(cloud)
    code = "def handle(event, context): raise ValueError('no')"
    function = deploy(cloud, code, box.sending, DeadLetterConfig={"TargetArn": box.arn})
    sns = cloud.client("sns")
    topic = sns.create_topic(Name=unique("t"))["TopicArn"]
    cloud.client("lambda").add_permission(
        FunctionName=function.name,
        StatementId="topic",
        Action="lambda:InvokeFunction",
        Principal="sns.amazonaws.com",
        SourceArn=topic,
    )
    sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=function.arn)

    sns.publish(TopicArn=topic, Message="hello")

    assert json.loads(box.take()["Body"])["Records"][0]["Sns"]["Message"] == "hello"
    assert len([line for line in function.log() if line.startswith("START")]) == 3


def test_a_rule_s_function_is_retried_and_its_event_kept(cloud: Cloud) -> None:
    box = Box(cloud)
    code = "def handle(event, context): raise ValueError('no')"
    function = deploy(cloud, code, box.sending, DeadLetterConfig={"TargetArn": box.arn})
    events, rule = cloud.client("events"), unique("rule")
    arn = events.put_rule(Name=rule, EventPattern=json.dumps({"source": [rule]}))["RuleArn"]
    cloud.client("lambda").add_permission(
        FunctionName=function.name,
        StatementId="rule",
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
        SourceArn=arn,
    )
    events.put_targets(Rule=rule, Targets=[{"Id": "1", "Arn": function.arn}])

    events.put_events(Entries=[{"Source": rule, "DetailType": "d", "Detail": '{"n": 1}'}])

    assert json.loads(box.take()["Body"])["detail"] == {"n": 1}
    assert len([line for line in function.log() if line.startswith("START")]) == 3


@pytest.mark.parametrize("failure", ["Declined", "Lambda.TooManyRequestsException"])
def test_a_state_machine_catches_by_the_name_of_the_error(cloud: Cloud, failure: str) -> None:
    code = "class Declined(Exception): pass\ndef handle(event, context): raise Declined('no')"
    function = deploy(cloud, code)
    if failure != "Declined":
        cloud.client("lambda").put_function_concurrency(
            FunctionName=function.name, ReservedConcurrentExecutions=0
        )
    states = cloud.client("stepfunctions")
    invoking = {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": f"{function.arn}*"}
    role = make_role(cloud, unique("sm"), invoking, service="states.amazonaws.com")
    definition = {
        "StartAt": "Call",
        "States": {
            "Call": {
                "Type": "Task",
                "Resource": "arn:aws:states:::lambda:invoke",
                "Parameters": {"FunctionName": function.arn},
                "Catch": [{"ErrorEquals": [failure], "Next": "Caught"}],
                "End": True,
            },
            "Caught": {"Type": "Pass", "End": True},
        },
    }
    machine = states.create_state_machine(name=unique("m"), definition=json.dumps(definition), roleArn=role)
    run = states.start_execution(stateMachineArn=machine["stateMachineArn"])["executionArn"]

    ended = eventually(
        lambda: states.describe_execution(executionArn=run), lambda d: d["status"] != "RUNNING"
    )

    assert ended["status"] == "SUCCEEDED"
    assert json.loads(ended.get("output", "{}"))["Error"] == failure
