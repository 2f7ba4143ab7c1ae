"""Check refuses what AWS would refuse of rules, schedules, streams, parameters and HTTP APIs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.provider import ACCOUNT, REGION, UNKNOWN, changed, secret

if TYPE_CHECKING:
    from tests.support.provider import Client, Props

RULE = "aws:cloudwatch/eventRule:EventRule"
TARGET = "aws:cloudwatch/eventTarget:EventTarget"
SCHEDULE = "aws:scheduler/schedule:Schedule"
STREAM = "aws:kinesis/stream:Stream"
PARAMETER = "aws:ssm/parameter:Parameter"
SECRET = "aws:secretsmanager/secret:Secret"
POOL = "aws:cognito/userPool:UserPool"
AUTHORIZER = "aws:apigatewayv2/authorizer:Authorizer"
ROUTE = "aws:apigatewayv2/route:Route"
ARN = f"{REGION}:{ACCOUNT}"
OFF: Props = {"mode": "OFF"}
GOOD: dict[str, Props] = {
    RULE: {"name": "daily", "scheduleExpression": "rate(1 day)"},
    TARGET: {"rule": "daily", "targetId": "t", "arn": f"arn:aws:sqs:{ARN}:orders", "input": "{}"},
    SCHEDULE: {
        "name": "nightly",
        "scheduleExpression": "cron(0 4 * * ? *)",
        "flexibleTimeWindow": OFF,
        "target": {"arn": f"arn:aws:sqs:{ARN}:orders", "roleArn": f"arn:aws:iam::{ACCOUNT}:role/r"},
    },
    STREAM: {"name": "clicks", "shardCount": 1},
    PARAMETER: {"name": "/shop/limit", "type": "String", "value": "10", "allowedPattern": "^[0-9]+$"},
    SECRET: {"name": "shop/key", "recoveryWindowInDays": 7},
    POOL: {"name": "people", "passwordPolicy": {"minimumLength": 12}},
    AUTHORIZER: {
        "apiId": "a",
        "name": "users",
        "authorizerType": "JWT",
        "jwtConfiguration": {"audiences": ["a"], "issuer": "https://i.example"},
    },
    ROUTE: {"apiId": "a", "routeKey": "GET /", "authorizationType": "JWT", "authorizerId": "u"},
}
BAD: list[tuple[str, Props, str, str]] = [
    (RULE, {"scheduleExpression": None}, "eventPattern", "got neither"),
    (RULE, {"eventBusName": "shop"}, "scheduleExpression", "on the default bus only"),
    (RULE, {"scheduleExpression": "rate(0 days)"}, "scheduleExpression", 'got "rate(0 days)"'),
    (RULE, {"scheduleExpression": "rate(1 days)"}, "scheduleExpression", "rate(1 day), but rate(2 days)"),
    (RULE, {"scheduleExpression": "rate(2 day)"}, "scheduleExpression", 'got "rate(2 day)"'),
    (RULE, {"scheduleExpression": "daily"}, "scheduleExpression", 'got "daily"'),
    (RULE, {"name": "a b"}, "name", "got"),
    (TARGET, {"inputPath": "$.detail"}, "inputPath", "beside input"),
    (TARGET, {"arn": f"arn:aws:sqs:{ARN}:orders.fifo"}, "sqsTarget", "give messageGroupId"),
    (TARGET, {"arn": f"arn:aws:states:{ARN}:stateMachine:m"}, "roleArn", "needs a role"),
    (SCHEDULE, {"scheduleExpression": "at(tomorrow)"}, "scheduleExpression", 'got "at(tomorrow)"'),
    (
        SCHEDULE,
        {"flexibleTimeWindow": {"mode": "FLEXIBLE"}},
        "flexibleTimeWindow.maximumWindowInMinutes",
        "allowed 1 to 1440 minutes",
    ),
    (
        SCHEDULE,
        {"flexibleTimeWindow": {"mode": "OFF", "maximumWindowInMinutes": 5}},
        "flexibleTimeWindow.maximumWindowInMinutes",
        "with mode OFF",
    ),
    (SCHEDULE, {"state": "ON"}, "state", 'got "ON"'),
    (STREAM, {"shardCount": None}, "shardCount", "give at least 1"),
    (STREAM, {"streamModeDetails": {"streamMode": "ON_DEMAND"}}, "shardCount", "leave it out"),
    (STREAM, {"encryptionType": "KMS"}, "kmsKeyId", "name a key"),
    (PARAMETER, {"insecureValue": "11"}, "value", "got value and insecureValue"),
    (PARAMETER, {"value": None}, "value", "got nothing"),
    (PARAMETER, {"value": "ten"}, "value", "does not match allowedPattern"),
    (PARAMETER, {"value": "1" * 4097}, "value", "got a text of 4097 bytes, allowed at most 4096"),
    (PARAMETER, {"type": "Text"}, "type", 'got "Text"'),
    (SECRET, {"recoveryWindowInDays": 3}, "recoveryWindowInDays", "0 or 7 to 30 days"),
    (POOL, {"passwordPolicy": {"minimumLength": 5}}, "passwordPolicy.minimumLength", "got 5"),
    (AUTHORIZER, {"jwtConfiguration": None}, "jwtConfiguration", "with authorizerType JWT"),
    (AUTHORIZER, {"authorizerType": "REQUEST"}, "authorizerUri", "name the function"),
    (ROUTE, {"authorizerId": None}, "authorizerId", "name the authorizer"),
]


@pytest.mark.parametrize("token", GOOD)
def test_a_good_resource_is_taken(aws: Client, token: str) -> None:
    assert aws.check(token, "x", GOOD[token]).failures == {}


@pytest.mark.parametrize(("token", "change", "field", "words"), BAD)
def test_one_bad_field_is_refused_by_name(
    aws: Client, token: str, change: Props, field: str, words: str
) -> None:
    inputs = changed(GOOD[token], change)

    failures = aws.check(token, "x", inputs).failures

    assert field in failures
    assert words in failures[field]


@pytest.mark.parametrize("token", GOOD)
def test_unknown_values_are_never_refused(aws: Client, token: str) -> None:
    for field in GOOD[token]:
        assert aws.check(token, "x", {**GOOD[token], field: UNKNOWN}).failures == {}, field


@pytest.mark.parametrize("value", ["ten-4711", "4711" * 2000])
def test_a_secret_value_is_not_in_the_text(aws: Client, value: str) -> None:
    inputs = {**GOOD[PARAMETER], "type": "SecureString", "value": secret(value)}

    reason = aws.check(PARAMETER, "x", inputs).failures["value"]

    assert "4711" not in reason
