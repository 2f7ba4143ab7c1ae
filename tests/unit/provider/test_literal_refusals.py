"""What AWS refuses and literals tell at preview; what is not known or secret these rules never refuse."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import pytest

from tests.support.provider import ACCOUNT, FUNCTION, FUNCTION_INPUTS, REGION, UNKNOWN, changed, secret

if TYPE_CHECKING:
    from tests.support.provider import Client, Props

ARCHIVE: Final = "aws:cloudwatch/eventArchive:EventArchive"
CLIENT: Final = "aws:cognito/userPoolClient:UserPoolClient"
PARAMETER: Final = "aws:ssm/parameter:Parameter"
POOL: Final = "aws:cognito/userPool:UserPool"
RULE: Final = "aws:cloudwatch/eventRule:EventRule"
SCHEDULE: Final = "aws:scheduler/schedule:Schedule"
STREAM: Final = "aws:kinesis/stream:Stream"
SUBSCRIPTION: Final = "aws:sns/topicSubscription:TopicSubscription"
_QUEUE: Final = f"arn:aws:sqs:{REGION}:{ACCOUNT}:orders"
_FUNCTION: Final = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:orders"
_SNAP: Final[Props] = {"snapStart": {"applyOn": "PublishedVersions"}}
_OAUTH: Final[Props] = {
    "allowedOauthFlowsUserPoolClient": True,
    "allowedOauthFlows": ["code"],
    "allowedOauthScopes": ["openid"],
    "callbackUrls": ["https://shop.example/in"],
}
GOOD: Final[dict[str, Props]] = {
    ARCHIVE: {"name": "all", "eventSourceArn": f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/default"},
    CLIENT: {"userPoolId": f"{REGION}_a", "name": "site"},
    FUNCTION: FUNCTION_INPUTS,
    PARAMETER: {"name": "/shop/limit", "type": "String", "value": "10"},
    POOL: {"name": "people"},
    RULE: {"name": "orders"},
    SCHEDULE: {
        "name": "nightly",
        "scheduleExpression": "cron(0 4 * * ? *)",
        "flexibleTimeWindow": {"mode": "OFF"},
        "target": {"arn": _QUEUE, "roleArn": f"arn:aws:iam::{ACCOUNT}:role/r"},
    },
    STREAM: {"name": "clicks", "shardCount": 1},
    SUBSCRIPTION: {
        "topic": f"arn:aws:sns:{REGION}:{ACCOUNT}:orders",
        "protocol": "sqs",
        "endpoint": _QUEUE,
    },
}


def _pattern(pattern: object) -> Props:
    return {"eventPattern": json.dumps(pattern)}


def _dead(target: str) -> Props:
    return {"deadLetterConfig": {"targetArn": target}}


_NOT_BOTH: Final = "are required if user pool client is allowed to use OAuth flows"
BAD: Final[list[tuple[str, Props, str, str]]] = [
    (SCHEDULE, {"scheduleExpressionTimezone": "Mars"}, "scheduleExpressionTimezone", "Invalid Schedule"),
    (SCHEDULE, {"scheduleExpressionTimezone": "Europe"}, "scheduleExpressionTimezone", 'got "Europe"'),
    (SCHEDULE, {"scheduleExpressionTimezone": "../UTC"}, "scheduleExpressionTimezone", "IANA"),
    (POOL, {"mfaConfiguration": "ON"}, "mfaConfiguration", "without a factor"),
    (
        POOL,
        {"mfaConfiguration": "ON", "softwareTokenMfaConfiguration": {"enabled": False}},
        "mfaConfiguration",
        "give one of emailMfaConfiguration, smsConfiguration, softwareTokenMfaConfiguration",
    ),
    (CLIENT, {**_OAUTH, "allowedOauthScopes": None}, "allowedOauthScopes", _NOT_BOTH),
    (CLIENT, {**_OAUTH, "allowedOauthFlows": []}, "allowedOauthFlows", _NOT_BOTH),
    (CLIENT, {**_OAUTH, "callbackUrls": None}, "callbackUrls", "with the flow code"),
    (CLIENT, {**_OAUTH, "allowedOauthFlows": ["implicit"], "callbackUrls": []}, "callbackUrls", "implicit"),
    (FUNCTION, {"handler": ""}, "handler", "got an empty text with packageType Zip"),
    (RULE, _pattern({"source": "a"}), "eventPattern", 'Reason: "source" must be an object or an array'),
    (RULE, _pattern({"source": ["a"], "detail": {"kind": 1}}), "eventPattern", 'Reason: "kind" must be'),
    (RULE, _pattern({"$or": [{"source": ["a"]}, {"detail": None}]}), "eventPattern", '"detail" must be'),
    (RULE, _pattern(["a"]), "eventPattern", "allowed a JSON object"),
    (RULE, {"eventPattern": "source=a"}, "eventPattern", "allowed a JSON object"),
    (ARCHIVE, _pattern({"source": "a"}), "eventPattern", 'Reason: "source" must be an object or an array'),
    (RULE, {"scheduleExpression": "cron(0 4 * * * *)"}, "scheduleExpression", "allowed ? as the day"),
    (RULE, {"scheduleExpression": "cron(0 4 1 * MON *)"}, "scheduleExpression", "or as the day of week"),
    (RULE, {"scheduleExpression": "cron(0 4 * * ?)"}, "scheduleExpression", "allowed six fields"),
    (RULE, {"scheduleExpression": "rate(1 hours)"}, "scheduleExpression", "rate(1 day), but rate(2 days)"),
    (SCHEDULE, {"scheduleExpression": "rate(0 hours)"}, "scheduleExpression", 'got "rate(0 hours)"'),
    (SCHEDULE, {"scheduleExpression": "rate(soon)"}, "scheduleExpression", 'got "rate(soon)"'),
    (STREAM, {"retentionPeriod": 23}, "retentionPeriod", "got 23, allowed 24 to 8760 hours"),
    (STREAM, {"retentionPeriod": 8761}, "retentionPeriod", "got 8761, allowed 24 to 8760 hours"),
    (SUBSCRIPTION, {"endpoint": "orders"}, "endpoint", "allowed the ARN of a queue for protocol sqs"),
    (SUBSCRIPTION, {"endpoint": f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/orders"}, "endpoint", "ARN"),
    (SUBSCRIPTION, {"protocol": "lambda"}, "endpoint", "allowed the ARN of a function"),
    (
        SUBSCRIPTION,
        {"protocol": "firehose", "endpoint": "orders", "subscriptionRoleArn": "r"},
        "endpoint",
        "allowed the ARN of a delivery stream",
    ),
    *(
        (PARAMETER, {"name": name}, "name", "can't be prefixed with")
        for name in ("aws-limit", "AWSlimit", "/aws/limit", "ssm/limit", "/Ssm-limit")
    ),
    (FUNCTION, _dead(_FUNCTION), "deadLetterConfig.targetArn", "the ARN of an SQS queue or an SNS topic"),
    (FUNCTION, {**_SNAP, "runtime": "python3.11"}, "snapStart.applyOn", "python3.11 is not supported"),
    (FUNCTION, {**_SNAP, "runtime": "nodejs22.x"}, "snapStart.applyOn", "nodejs22.x is not supported"),
    (FUNCTION, {**_SNAP, "runtime": "java8.al2"}, "snapStart.applyOn", "java8.al2 is not supported"),
    (FUNCTION, {**_SNAP, "runtime": "dotnet6"}, "snapStart.applyOn", "dotnet6 is not supported"),
    (FUNCTION, {**_SNAP, "runtime": "provided.al2023"}, "snapStart.applyOn", "is not supported"),
]
TAKEN: Final[list[tuple[str, Props]]] = [
    *((SCHEDULE, {"scheduleExpressionTimezone": zone}) for zone in ("UTC", "Europe/Berlin", "Etc/GMT+3")),
    *((SCHEDULE, {"scheduleExpression": f"rate({rate})"}) for rate in ("1 hours", "1 hour", "2 hours")),
    (POOL, {"mfaConfiguration": "OFF"}),
    (POOL, {"mfaConfiguration": "ON", "softwareTokenMfaConfiguration": {"enabled": True}}),
    (
        POOL,
        {
            "mfaConfiguration": "ON",
            "smsConfiguration": {"externalId": "e", "snsCallerArn": f"arn:aws:iam::{ACCOUNT}:role/sms"},
        },
    ),
    (CLIENT, {}),
    (CLIENT, _OAUTH),
    (CLIENT, {**_OAUTH, "allowedOauthFlows": ["client_credentials"], "callbackUrls": None}),
    (
        RULE,
        _pattern(
            {
                "source": ["a", {"prefix": "b"}],
                "detail": {"total": [{"numeric": [">", 1]}]},
                "$or": [{"account": ["1"]}, {"region": ["r"]}],
            }
        ),
    ),
    *((RULE, {"scheduleExpression": f"cron(0 4 {days} *)"}) for days in ("* * ?", "? * MON", "1 * ?")),
    (ARCHIVE, _pattern({"source": ["a"]})),
    *((STREAM, {"retentionPeriod": hours}) for hours in (24, 8760)),
    (SUBSCRIPTION, {"protocol": "lambda", "endpoint": f"{_FUNCTION}:live"}),
    (SUBSCRIPTION, {"protocol": "https", "endpoint": "https://shop.example/in"}),
    (SUBSCRIPTION, {"protocol": "email", "endpoint": "shop@shop.example"}),
    *((PARAMETER, {"name": name}) for name in ("/shop/aws", "laws", "/shop/ssm/limit")),
    (FUNCTION, _dead(_QUEUE)),
    (FUNCTION, _dead(f"arn:aws:sns:{REGION}:{ACCOUNT}:orders")),
    *((FUNCTION, {**_SNAP, "runtime": runtime}) for runtime in ("java11", "java21", "python3.12", "dotnet8")),
]


@pytest.mark.parametrize(("token", "change", "field", "words"), BAD)
def test_what_literals_tell_is_refused_by_name(
    aws: Client, token: str, change: Props, field: str, words: str
) -> None:
    failures = aws.check(token, "x", changed(GOOD[token], change)).failures

    assert field in failures
    assert words in failures[field]


@pytest.mark.parametrize(("token", "change"), TAKEN)
def test_what_aws_takes_is_taken(aws: Client, token: str, change: Props) -> None:
    assert aws.check(token, "x", changed(GOOD[token], change)).failures == {}


@pytest.mark.parametrize(("token", "change", "field", "words"), BAD)
def test_what_is_not_known_is_not_refused(
    aws: Client, token: str, change: Props, field: str, words: str
) -> None:
    """One by one, and all together."""
    del words
    given = [key for key, value in change.items() if value is not None]
    head = field.partition(".")[0]
    for keys in ([head], given):
        unknown = dict.fromkeys(keys, UNKNOWN)
        assert field not in aws.check(token, "x", changed(GOOD[token], {**change, **unknown})).failures


# That no form fits an expression is said of a secret too, without a word of it.
@pytest.mark.parametrize(
    ("token", "change", "field", "words"), [case for case in BAD if "rate(" not in str(case[1])]
)
def test_what_is_secret_is_not_refused(
    aws: Client, token: str, change: Props, field: str, words: str
) -> None:
    del words
    hidden = {key: secret(value) for key, value in change.items() if value is not None}

    assert field not in aws.check(token, "x", changed(GOOD[token], {**change, **hidden})).failures
