"""What comes with an invocation, and which version answers it."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, cast

import pytest
from botocore.exceptions import ClientError

from tests.support.cloud_functions import archive, deploy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.support.cloud import Cloud

TELL = """
import os
def handle(event, context):
    return {
        "id": context.aws_request_id, "arn": context.invoked_function_arn,
        "version": context.function_version,
        "client": context.client_context and context.client_context.custom,
        "trace": os.environ["_X_AMZN_TRACE_ID"],
    }
"""
AGAIN = """
import boto3, json
def handle(event, context):
    client = boto3.client("lambda")
    reply = client.invoke(FunctionName=context.function_name, Payload=json.dumps({"n": event["n"] + 1}))
    return json.loads(reply["Payload"].read())
"""
INVOKING = {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": "*"}


def told(payload: object) -> Mapping[str, object]:
    return cast("Mapping[str, object]", payload)


def test_the_answer_s_request_id_is_the_context_s_and_the_log_s(cloud: Cloud) -> None:
    function = deploy(cloud, TELL)

    answer = function.call()

    assert told(answer.payload)["id"] == answer.request_id
    assert function.log()[0] == f"START RequestId: {answer.request_id} Version: $LATEST"


def test_a_client_context_reaches_the_handler(cloud: Cloud) -> None:
    client = base64.b64encode(json.dumps({"custom": {"k": "v"}}).encode()).decode()

    assert told(deploy(cloud, TELL).call(client_context=client).payload)["client"] == {"k": "v"}


def test_tracing_is_sampled_only_where_it_is_active(cloud: Cloud) -> None:
    actions = ["xray:PutTraceSegments", "xray:PutTelemetryRecords"]
    sending = {"Effect": "Allow", "Action": actions, "Resource": "*"}
    active = deploy(cloud, TELL, sending, TracingConfig={"Mode": "Active"})
    passive = deploy(cloud, TELL)

    assert ";Sampled=1;" in str(told(active.call().payload)["trace"])
    assert ";Sampled=0;" in str(told(passive.call().payload)["trace"])


def test_an_alias_stands_in_the_arn(cloud: Cloud) -> None:
    function = deploy(cloud, TELL)
    client = cloud.client("lambda")
    version = client.publish_version(FunctionName=function.name)["Version"]
    client.create_alias(FunctionName=function.name, Name="live", FunctionVersion=version)

    answer = function.call(qualifier="live")

    assert told(answer.payload)["arn"] == f"{function.arn}:live"
    assert told(answer.payload)["version"] == answer.version == "1"


def test_a_weighted_alias_shares_its_calls(cloud: Cloud) -> None:
    function = deploy(cloud, TELL)
    client = cloud.client("lambda")
    client.publish_version(FunctionName=function.name)
    client.update_function_code(FunctionName=function.name, ZipFile=archive({"app.py": TELL + "\n"}))
    client.publish_version(FunctionName=function.name)
    client.create_alias(
        FunctionName=function.name,
        Name="live",
        FunctionVersion="1",
        RoutingConfig={"AdditionalVersionWeights": {"2": 0.5}},
    )

    answers = [function.call(qualifier="live") for _ in range(40)]

    versions = [told(answer.payload)["version"] for answer in answers]
    assert versions == [answer.version for answer in answers]
    assert 8 <= versions.count("2") <= 32
    assert {told(answer.payload)["arn"] for answer in answers} == {f"{function.arn}:live"}


def test_reserved_concurrency_holds_for_an_alias(cloud: Cloud) -> None:
    function = deploy(cloud, TELL)
    client = cloud.client("lambda")
    client.publish_version(FunctionName=function.name)
    client.create_alias(FunctionName=function.name, Name="live", FunctionVersion="1")
    client.put_function_concurrency(FunctionName=function.name, ReservedConcurrentExecutions=0)

    with pytest.raises(ClientError, match="TooManyRequestsException"):
        function.call(qualifier="live")


def test_a_function_that_invokes_itself_is_stopped_after_sixteen_turns(cloud: Cloud) -> None:
    function = deploy(cloud, AGAIN, INVOKING, Timeout=60, MemorySize=512)

    failure = told(function.call({"n": 1}).payload)

    assert failure["errorType"] == "RecursiveInvocationException"
    assert len([line for line in function.log() if line.startswith("START")]) == 16
