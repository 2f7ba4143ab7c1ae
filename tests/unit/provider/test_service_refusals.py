"""What AWS refuses of topics, alarms, dashboards, tables, keys and machines."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import pytest

from tests.support.provider import ACCOUNT, REGION, UNKNOWN, changed, secret

if TYPE_CHECKING:
    from tests.support.provider import Client, Props

TOPIC: Final = "aws:sns/topic:Topic"
SUBSCRIPTION: Final = "aws:sns/topicSubscription:TopicSubscription"
ALARM: Final = "aws:cloudwatch/metricAlarm:MetricAlarm"
FILTER: Final = "aws:cloudwatch/logMetricFilter:LogMetricFilter"
DASHBOARD: Final = "aws:cloudwatch/dashboard:Dashboard"
TABLE: Final = "aws:dynamodb/table:Table"
KEY: Final = "aws:kms/key:Key"
MACHINE: Final = "aws:sfn/stateMachine:StateMachine"
_STANDARD: Final = f"arn:aws:sns:{REGION}:{ACCOUNT}:orders"
_QUEUE: Final = f"arn:aws:sqs:{REGION}:{ACCOUNT}:orders"
_QUERY: Final[Props] = {"id": "calls", "expression": "1", "returnData": True}
_INDEX: Final[Props] = {"name": "by-day", "hashKey": "id", "projectionType": "ALL"}
GOOD: Final[dict[str, Props]] = {
    TOPIC: {"name": "orders"},
    SUBSCRIPTION: {"topic": _STANDARD, "protocol": "sqs", "endpoint": _QUEUE},
    ALARM: {
        "name": "errors",
        "namespace": "AWS/Lambda",
        "metricName": "Errors",
        "statistic": "Sum",
        "period": 60,
        "evaluationPeriods": 1,
        "threshold": 1,
        "comparisonOperator": "GreaterThanThreshold",
    },
    FILTER: {
        "name": "errors",
        "logGroupName": "orders",
        "pattern": "ERROR",
        "metricTransformation": {"name": "Errors", "namespace": "shop", "value": "1"},
    },
    DASHBOARD: {"dashboardName": "orders", "dashboardBody": '{"widgets": []}'},
    TABLE: {
        "name": "orders",
        "hashKey": "id",
        "attributes": [{"name": "id", "type": "S"}],
        "billingMode": "PAY_PER_REQUEST",
    },
    KEY: {},
    MACHINE: {"name": "steps", "roleArn": f"arn:aws:iam::{ACCOUNT}:role/steps"},
}


def _dashboard(*widgets: object) -> Props:
    return {"dashboardBody": json.dumps({"widgets": list(widgets)})}


def _filter(policy: object) -> Props:
    return {"filterPolicy": json.dumps(policy)}


def _state(state: object) -> Props:
    return {"definition": json.dumps({"StartAt": "One", "States": {"One": state}})}


def _key(statement: object) -> Props:
    return {"policy": json.dumps({"Version": "2012-10-17", "Statement": statement})}


_TEXT: Final = {"type": "text", "properties": {"markdown": "x"}}
_SERVICE: Final = {
    "Effect": "Allow",
    "Principal": {"Service": "logs.amazonaws.com"},
    "Action": "kms:*",
    "Resource": "*",
}
_ROOT: Final = {**_SERVICE, "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}}
BAD: Final[list[tuple[str, Props, str, str]]] = [
    (TOPIC, {"contentBasedDeduplication": True}, "contentBasedDeduplication", "on a standard topic"),
    (TOPIC, {"fifoThroughputScope": "Topic"}, "fifoThroughputScope", "on a standard topic"),
    (TOPIC, {"sqsSuccessFeedbackSampleRate": 101}, "sqsSuccessFeedbackSampleRate", "0 to 100 per cent"),
    (
        SUBSCRIPTION,
        {"topic": f"{_STANDARD}.fifo", "protocol": "lambda"},
        "protocol",
        "sqs for a FIFO topic",
    ),
    (
        SUBSCRIPTION,
        {"protocol": "lambda", "rawMessageDelivery": True},
        "rawMessageDelivery",
        "protocol lambda",
    ),
    (SUBSCRIPTION, {"deliveryPolicy": "{}"}, "deliveryPolicy", "allowed for http and https"),
    (SUBSCRIPTION, {"protocol": "firehose"}, "subscriptionRoleArn", "give the role"),
    (SUBSCRIPTION, {"redrivePolicy": '{"maxReceiveCount": 1}'}, "redrivePolicy", "no deadLetterTargetArn"),
    (SUBSCRIPTION, _filter(["order"]), "filterPolicy", "JSON object"),
    (
        SUBSCRIPTION,
        _filter({"kind": "order"}),
        "filterPolicy",
        "at kind, allowed a list of one value or more",
    ),
    (SUBSCRIPTION, _filter({"kind": []}), "filterPolicy", "a list of one value or more"),
    (SUBSCRIPTION, _filter({"of": {"kind": ["a"]}}), "filterPolicy", "only filterPolicyScope MessageBody"),
    (SUBSCRIPTION, _filter({"kind": [{"starts": "a"}]}), "filterPolicy", "a matcher with one of"),
    (SUBSCRIPTION, _filter({"kind": [{"exists": "yes"}]}), "filterPolicy", "true or false for exists"),
    (SUBSCRIPTION, _filter({"kind": [{"numeric": [">"]}]}), "filterPolicy", "an operator and a number"),
    (SUBSCRIPTION, _filter({"kind": [["a"]]}), "filterPolicy", "no list in a list"),
    (SUBSCRIPTION, _filter({"$or": [{"kind": ["a"]}]}), "filterPolicy", "two objects or more"),
    (SUBSCRIPTION, _filter({str(n): ["a"] for n in range(6)}), "filterPolicy", "got 6 keys"),
    (
        SUBSCRIPTION,
        _filter({"a": list(range(20)), "b": list(range(8))}),
        "filterPolicy",
        "got 160 combinations",
    ),
    (ALARM, {"statistic": None}, "statistic", "neither statistic nor extendedStatistic"),
    (ALARM, {"comparisonOperator": None}, "comparisonOperator", "requires it"),
    (ALARM, {"evaluationPeriods": None}, "evaluationPeriods", "requires it"),
    (ALARM, {"threshold": None}, "threshold", "give a number"),
    (ALARM, {"namespace": None}, "namespace", "beside metricName"),
    (ALARM, {"period": None}, "period", "beside metricName"),
    (ALARM, {"period": 300, "evaluationPeriods": 289}, "evaluationPeriods", "at most 288"),
    (
        ALARM,
        {"metricName": None, "metricQueries": [{**_QUERY, "id": "Calls"}]},
        "metricQueries[0].id",
        "small letter",
    ),
    (ALARM, {"metricName": None, "metricQueries": [_QUERY, _QUERY]}, "metricQueries[1].id", "of its own"),
    (
        ALARM,
        {"metricName": None, "metricQueries": [{"id": "calls", "returnData": True}]},
        "metricQueries[0]",
        "both or neither",
    ),
    (
        ALARM,
        {"metricName": None, "metricQueries": [{**_QUERY, "returnData": False}]},
        "metricQueries",
        "got 0 queries with returnData",
    ),
    (
        FILTER,
        {
            "metricTransformation": {
                "name": "Errors",
                "namespace": "shop",
                "value": "1",
                "defaultValue": "0",
                "dimensions": {"route": "$.route"},
            }
        },
        "metricTransformation.defaultValue",
        "beside dimensions",
    ),
    (DASHBOARD, {"dashboardBody": "{"}, "dashboardBody", "JSON"),
    (DASHBOARD, {"dashboardBody": "[]"}, "dashboardBody", "an object with widgets"),
    (DASHBOARD, {"dashboardBody": '{"widgets": {}}'}, "dashboardBody", "a list of widgets"),
    (DASHBOARD, _dashboard("x"), "dashboardBody", "widgets[0]: got no object"),
    (DASHBOARD, _dashboard({**_TEXT, "type": "graph"}), "dashboardBody", "got another type"),
    (DASHBOARD, _dashboard({"type": "text"}), "dashboardBody", "got no properties"),
    (DASHBOARD, _dashboard({**_TEXT, "width": 25}), "dashboardBody", "whole number from 1 to 24"),
    (TABLE, {"billingMode": "PROVISIONED"}, "readCapacity", "1 or more"),
    (
        TABLE,
        {
            "billingMode": "PROVISIONED",
            "readCapacity": 1,
            "writeCapacity": 1,
            "globalSecondaryIndexes": [{**_INDEX, "readCapacity": 1}],
        },
        "globalSecondaryIndexes[0].writeCapacity",
        "1 or more",
    ),
    (
        TABLE,
        {"localSecondaryIndexes": [{"name": "by-day", "rangeKey": "id", "projectionType": "ALL"}]},
        "localSecondaryIndexes",
        "without rangeKey",
    ),
    (
        TABLE,
        {"globalSecondaryIndexes": [{**_INDEX, "projectionType": "INCLUDE"}]},
        "globalSecondaryIndexes[0].nonKeyAttributes",
        "say which attributes",
    ),
    (
        TABLE,
        {"globalSecondaryIndexes": [{**_INDEX, "nonKeyAttributes": ["total"]}]},
        "globalSecondaryIndexes[0].nonKeyAttributes",
        "allowed with INCLUDE only",
    ),
    (TABLE, {"ttl": {"enabled": True}}, "ttl.attributeName", "name the attribute"),
    (KEY, _key([_SERVICE]), "policy", "kms:PutKeyPolicy"),
    (KEY, _key([{**_ROOT, "Effect": "Deny"}]), "policy", "kms:PutKeyPolicy"),
    (KEY, _key([{**_ROOT, "Action": ["kms:Decrypt"]}]), "policy", "kms:PutKeyPolicy"),
    (MACHINE, _state({"Type": "Task", "End": True}), "definition.States.One", "got none of Resource"),
    (MACHINE, _state({"Type": "Choice"}), "definition.States.One", "got none of Choices"),
    (MACHINE, _state({"Type": "Wait", "End": True}), "definition.States.One", "a Wait state has one"),
    (
        MACHINE,
        _state({"Type": "Wait", "Seconds": 1, "Timestamp": "x", "End": True}),
        "definition.States.One",
        "got several of",
    ),
    (
        MACHINE,
        _state({"Type": "Parallel", "Branches": [], "End": True}),
        "definition.States.One",
        "got none of Branches",
    ),
    (MACHINE, _state({"Type": "Map", "End": True}), "definition.States.One", "got none of ItemProcessor"),
]
TAKEN: Final[list[tuple[str, Props]]] = [
    (TOPIC, {"name": "orders.fifo", "fifoTopic": True, "contentBasedDeduplication": True}),
    (SUBSCRIPTION, {"topic": f"{_STANDARD}.fifo"}),
    (SUBSCRIPTION, {"rawMessageDelivery": True, **_filter({"kind": ["a", 1, True, None, {"prefix": "x"}]})}),
    (SUBSCRIPTION, _filter({"total": [{"numeric": [">", 0, "<=", 5]}], "of": [{"anything-but": ["x"]}]})),
    (SUBSCRIPTION, _filter({"$or": [{"kind": ["a"]}, {"of": ["b"]}]})),
    (SUBSCRIPTION, {"filterPolicyScope": "MessageBody", **_filter({"of": {"kind": ["a"]}})}),
    (ALARM, {"period": 3600, "evaluationPeriods": 168}),
    (ALARM, {"statistic": None, "extendedStatistic": "p99"}),
    (
        ALARM,
        {
            "metricName": None,
            "namespace": None,
            "statistic": None,
            "period": None,
            "threshold": None,
            "comparisonOperator": "GreaterThanUpperThreshold",
            "thresholdMetricId": "band",
            "metricQueries": [_QUERY, {"id": "band", "expression": "2", "returnData": True}],
        },
    ),
    (DASHBOARD, _dashboard({**_TEXT, "x": 0, "y": 40, "width": 24, "height": 3})),
    (KEY, _key([_SERVICE, _ROOT])),
    (KEY, _key(_ROOT)),
    (KEY, {**_key([_SERVICE]), "bypassPolicyLockoutSafetyCheck": True}),
    (MACHINE, _state({"Type": "Wait", "Seconds": 1, "End": True})),
]


@pytest.mark.parametrize(("token", "change", "field", "words"), BAD)
def test_what_aws_refuses_is_refused_by_name(
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
    del field, words
    unknown = {key: UNKNOWN for key, value in change.items() if value is not None}
    if unknown:
        assert aws.check(token, "x", changed(GOOD[token], {**change, **unknown})).failures == {}


@pytest.mark.parametrize(("token", "change", "field", "words"), BAD)
def test_documents_that_are_secret_are_not_quoted(
    aws: Client, token: str, change: Props, field: str, words: str
) -> None:
    del field, words
    hidden = {key: secret(value) for key, value in change.items() if value is not None}
    for reason in aws.check(token, "x", changed(GOOD[token], {**change, **hidden})).failures.values():
        assert 'got "' not in reason
