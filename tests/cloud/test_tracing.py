"""Traces: what runs sends its segments with its own role."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, cast

import pytest

from tests.support.cloud_functions import LOGGING, deploy, make_role, unique
from tests.support.waiting import eventually

if TYPE_CHECKING:
    from tests.support.cloud import Cloud

CODE = """
import os
def handle(event, context):
    print("trace", os.environ["_X_AMZN_TRACE_ID"])
    if event.get("fail"):
        raise ValueError("bad")
"""
SENDING = {
    "Effect": "Allow",
    "Action": ["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
    "Resource": "*",
}
ASKING = {"Effect": "Allow", "Action": ["xray:GetSamplingRules", "xray:GetSamplingTargets"], "Resource": "*"}
ACTIVE = {"Mode": "Active"}


def segments(cloud: Cloud, trace: str) -> list[dict[str, Any]]:
    client = cast("Any", cloud.client("xray"))
    traces = client.batch_get_traces(TraceIds=[trace])["Traces"]
    return [json.loads(segment["Document"]) for found in traces for segment in found["Segments"]]


def root(lines: list[str]) -> str:
    return next(match[1] for line in lines if (match := re.search(r"trace Root=([^;]+);", line)))


def test_an_active_function_sends_a_segment_of_each_invocation(cloud: Cloud) -> None:
    function = deploy(cloud, CODE, SENDING, TracingConfig=ACTIVE)

    function.call({"fail": True})

    trace = root(function.log())
    (segment,) = segments(cloud, trace)
    assert segment["name"] == function.name
    assert segment["origin"] == "AWS::Lambda::Function"
    assert segment["fault"] is True
    assert segment["cause"]["exceptions"] == [{"type": "ValueError", "message": "bad"}]
    assert segment["end_time"] >= segment["start_time"]
    assert f"XRAY TraceId: {trace}\tSegmentId: {segment['id']}\tSampled: true" in function.log()[-1]


def test_a_function_that_passes_traces_through_sends_none(cloud: Cloud) -> None:
    function = deploy(cloud, CODE, SENDING, TracingConfig={"Mode": "PassThrough"})

    function.call()

    assert segments(cloud, root(function.log())) == []


def test_a_role_that_may_not_send_leaves_no_trace_and_the_invocation_succeeds(cloud: Cloud) -> None:
    function = deploy(cloud, CODE, SENDING, TracingConfig=ACTIVE)
    document = json.dumps({"Version": "2012-10-17", "Statement": [LOGGING]})
    cloud.client("iam").put_role_policy(RoleName=function.name, PolicyName="own", PolicyDocument=document)

    assert function.call().error is None

    assert segments(cloud, root(function.log())) == []
    assert f"{function.arn} is not traced" in cloud.log()
    assert "xray:PutTraceSegments" in cloud.log()
    assert "xray:PutTelemetryRecords" in cloud.log()


def test_a_function_that_calls_x_ray_itself_needs_the_permission(cloud: Cloud) -> None:
    code = """
import boto3, json
def handle(event, context):
    boto3.client("xray").put_trace_segments(TraceSegmentDocuments=[json.dumps(event)])
"""
    trace = f"1-00000000-{unique('').strip('-'):0<24}"
    event = {"trace_id": trace, "id": "1", "name": "n", "start_time": 1, "end_time": 2}

    assert "xray:PutTraceSegments" in str(deploy(cloud, code).call(event).failure["errorMessage"])
    assert deploy(cloud, code, SENDING).call(event).error is None
    assert [segment["name"] for segment in segments(cloud, trace)] == ["n"]


@pytest.mark.parametrize("may_ask", [True, False])
def test_a_traced_machine_and_its_functions_share_a_trace(cloud: Cloud, may_ask: bool) -> None:  # noqa: FBT001 - a case
    function = deploy(cloud, CODE, SENDING, TracingConfig=ACTIVE)
    states = cloud.client("stepfunctions")
    invoking = {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": f"{function.arn}*"}
    asking = [ASKING] if may_ask else []
    role = make_role(cloud, unique("sm"), invoking, SENDING, *asking, service="states.amazonaws.com")
    definition = {"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": function.arn, "End": True}}}
    machine = states.create_state_machine(
        name=unique("m"),
        definition=json.dumps(definition),
        roleArn=role,
        tracingConfiguration={"enabled": True},
    )["stateMachineArn"]
    run = states.start_execution(stateMachineArn=machine)["executionArn"]
    ended = eventually(
        lambda: states.describe_execution(executionArn=run)["status"], lambda s: s != "RUNNING"
    )

    assert ended == "SUCCEEDED"
    own = {"AWS::Lambda::Function"} | ({"AWS::StepFunctions::StateMachine"} if may_ask else set())
    trace = root(function.log())
    eventually(lambda: {segment["origin"] for segment in segments(cloud, trace)}, lambda found: found == own)
