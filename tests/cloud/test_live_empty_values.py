"""Inputs that are given and empty: to AWS they are none, so they neither fail nor drift."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import pytest

from tests.support.lambda_cases import inputs, role
from tests.support.provider import ACCOUNT, FUNCTION, QUEUE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.support.live import Bench
    from tests.support.provider import Kept, Plain, Props

pytestmark = pytest.mark.cloud

FILTER: Final = "aws:cloudwatch/logMetricFilter:LogMetricFilter"
MACHINE: Final = "aws:sfn/stateMachine:StateMachine"
RULE: Final = "aws:cloudwatch/eventRule:EventRule"
STREAM: Final = "aws:kinesis/stream:Stream"
URL: Final = "aws:lambda/functionUrl:FunctionUrl"


def rests(bench: Bench, kept: Kept, asked: Mapping[str, Plain]) -> None:
    refreshed = bench.client.refresh(kept)
    assert (refreshed.inputs, refreshed.outputs) == (kept.inputs, kept.outputs)
    assert bench.client.difference(refreshed, asked) == {}


@pytest.mark.parametrize(
    ("token", "given"),
    [
        (QUEUE, {"name": "shop-dev-bare", "redrivePolicy": "", "policy": "", "kmsMasterKeyId": ""}),
        (
            RULE,
            {"name": "shop-dev-bare", "scheduleExpression": "rate(1 hour)", "roleArn": "", "description": ""},
        ),
        (STREAM, {"name": "shop-dev-bare", "shardCount": 1, "kmsKeyId": "", "shardLevelMetrics": []}),
    ],
)
def test_an_empty_value_is_none(bench: Bench, token: str, given: Props) -> None:
    made = bench.client.make(token, "bare", given)
    rests(bench, made, given)
    changed = bench.client.change(made, {**given, "tags": {"team": "shop"}})
    rests(bench, changed, {**given, "tags": {"team": "shop"}})
    bench.client.delete(changed)


def test_a_machine_without_a_log_group(bench: Bench) -> None:
    given: Props = {
        "name": "shop-dev-bare",
        "definition": json.dumps({"StartAt": "End", "States": {"End": {"Type": "Succeed"}}}),
        "roleArn": role(bench, "states.amazonaws.com"),
        "loggingConfiguration": {"level": "OFF", "includeExecutionData": False, "logDestination": ""},
    }
    made = bench.client.make(MACHINE, "bare", given)
    rests(bench, made, given)
    bench.client.delete(made)


def test_a_metric_filter_without_dimensions_and_unit(bench: Bench) -> None:
    bench.cloud.client("logs", ACCOUNT).create_log_group(logGroupName="/shop/dev/bare")
    given: Props = {
        "name": "bare",
        "logGroupName": "/shop/dev/bare",
        "pattern": "",
        "metricTransformation": {
            "name": "errors",
            "namespace": "shop",
            "value": "1",
            "defaultValue": "",
            "dimensions": {},
            "unit": "None",
        },
    }
    made = bench.client.make(FILTER, "bare", given)
    rests(bench, made, given)
    bench.client.delete(made)


def test_a_function_and_its_url(bench: Bench) -> None:
    given = inputs(
        bench,
        description="",
        kmsKeyArn="",
        publish=True,
        layers=[],
        environment={"variables": {"EMPTY": ""}},
        deadLetterConfig={"targetArn": ""},
    )
    made = bench.client.make(FUNCTION, "bare", given)
    rests(bench, made, given)
    url: Props = {"functionName": made.id, "authorizationType": "AWS_IAM", "qualifier": "", "cors": {}}
    there = bench.client.make(URL, "bare", url)
    rests(bench, there, url)
    bench.cloud.client("lambda", ACCOUNT).update_function_configuration(
        FunctionName=made.id, Environment={"Variables": {}}
    )
    assert bench.client.difference(bench.client.refresh(made), given), "a variable that is empty is one"
