"""What Lambda refuses of a function and what belongs to it, told at preview."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.provider import ACCOUNT, FUNCTION, FUNCTION_INPUTS, REGION, changed

if TYPE_CHECKING:
    from tests.support.provider import Client, Props

MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping"
ASYNC = "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig"
ALIAS = "aws:lambda/alias:Alias"
URL = "aws:lambda/functionUrl:FunctionUrl"
QUEUE_ARN = f"arn:aws:sqs:{REGION}:{ACCOUNT}:orders"
STREAM = f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/orders"
TABLE_STREAM = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/orders/stream/2026"
GOOD: dict[str, Props] = {
    FUNCTION: FUNCTION_INPUTS,
    MAPPING: {"eventSourceArn": STREAM, "functionName": "f", "startingPosition": "LATEST"},
    ASYNC: {"functionName": "f"},
    ALIAS: {"functionName": "f", "functionVersion": "2", "name": "live"},
    URL: {"functionName": "f", "authorizationType": "AWS_IAM"},
}
FILES: Props = {
    "arn": f"arn:aws:elasticfilesystem:{REGION}:{ACCOUNT}:access-point/fsap-0123456789abcdef0",
    "localMountPath": "/mnt/a",
}
SNAP: Props = {"applyOn": "PublishedVersions"}
CASES: list[tuple[str, Props, str, str]] = [
    (
        FUNCTION,
        {"environment": {"variables": {"AWS_REGION": "x"}}},
        "environment.variables.AWS_REGION",
        "Lambda sets itself",
    ),
    (
        FUNCTION,
        {"environment": {"variables": {"LAMBDA_TASK_ROOT": "x"}}},
        "environment.variables.LAMBDA_TASK_ROOT",
        "rename the variable",
    ),
    (FUNCTION, {"runtime": "python2.7"}, "runtime", 'got "python2.7", allowed a supported runtime'),
    (FUNCTION, {"runtime": "python4.0"}, "runtime", "one of"),
    (
        FUNCTION,
        {"loggingConfig": {"logFormat": "Text", "systemLogLevel": "INFO"}},
        "loggingConfig.systemLogLevel",
        "only JSON logs have levels",
    ),
    (
        FUNCTION,
        {"snapStart": SNAP, "ephemeralStorage": {"size": 513}},
        "ephemeralStorage.size",
        "at most 512 MB with SnapStart",
    ),
    (
        FUNCTION,
        {"snapStart": SNAP, "fileSystemConfig": FILES},
        "fileSystemConfig",
        "with SnapStart",
    ),
    (
        FUNCTION,
        {"deadLetterConfig": {"targetArn": f"{QUEUE_ARN}.fifo"}},
        "deadLetterConfig.targetArn",
        "a standard queue",
    ),
    (
        ASYNC,
        {"destinationConfig": {"onFailure": {"destination": f"{QUEUE_ARN}.fifo"}}},
        "destinationConfig.onFailure.destination",
        "a standard queue",
    ),
    (
        ALIAS,
        {"routingConfig": {"additionalVersionWeights": {"1": 0.1, "3": 0.1}}},
        "routingConfig.additionalVersionWeights",
        "got 2 versions, allowed one",
    ),
    (
        ALIAS,
        {"routingConfig": {"additionalVersionWeights": {"$LATEST": 0.1}}},
        "routingConfig.additionalVersionWeights.$LATEST",
        "published versions",
    ),
    (URL, {"authorizationType": "OPEN"}, "authorizationType", "one of"),
    (URL, {"qualifier": "7"}, "qualifier", "matches"),
    (MAPPING, {"startingPosition": None}, "startingPosition", "got nothing for a stream"),
    (MAPPING, {"startingPosition": "AT_TIMESTAMP"}, "startingPositionTimestamp", "add the time"),
    (
        MAPPING,
        {"eventSourceArn": TABLE_STREAM, "startingPosition": "AT_TIMESTAMP"},
        "startingPosition",
        "for a table's stream",
    ),
    (
        MAPPING,
        {"eventSourceArn": QUEUE_ARN, "startingPosition": None, "maximumRetryAttempts": 3},
        "maximumRetryAttempts",
        "only streams have it",
    ),
    (
        MAPPING,
        {"filterCriteria": {"filters": [{"pattern": f'{{"a": [{n}]}}'} for n in range(11)]}},
        "filterCriteria.filters",
        "at most 10 filters",
    ),
]


@pytest.mark.parametrize("token", GOOD)
def test_a_good_resource_is_taken(aws: Client, token: str) -> None:
    assert aws.check(token, "x", GOOD[token]).failures == {}


@pytest.mark.parametrize(("token", "change", "field", "words"), CASES)
def test_one_bad_field_is_refused_by_name(
    aws: Client, token: str, change: Props, field: str, words: str
) -> None:
    inputs = changed(GOOD[token], change)

    failures = aws.check(token, "x", inputs).failures

    assert set(failures) == {field}
    assert words in failures[field]


@pytest.mark.parametrize(
    "name", ["f", f"{ACCOUNT}:function:f", f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:f", "f:$LATEST"]
)
def test_a_source_is_mapped_to_a_function_once(aws: Client, name: str) -> None:
    aws.check(MAPPING, "first", GOOD[MAPPING])
    failures = aws.check(MAPPING, "second", {**GOOD[MAPPING], "functionName": name}).failures

    assert '"first" of this run maps to the same function' in failures["eventSourceArn"]


@pytest.mark.parametrize(
    "change",
    [
        {"functionName": "f:live"},
        {"functionName": "g"},
        {"functionName": f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:f"},
        {"eventSourceArn": f"{STREAM}-2"},
    ],
)
def test_another_source_or_function_is_taken(aws: Client, change: Props) -> None:
    aws.check(MAPPING, "first", GOOD[MAPPING])

    assert aws.check(MAPPING, "second", {**GOOD[MAPPING], **change}).failures == {}
    # A second check of the same resource is not a second resource.
    assert aws.check(MAPPING, "first", GOOD[MAPPING]).failures == {}
