"""Check refuses settings of buckets and objects that S3 refuses, and takes those that it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.support.provider import Client, Plain, Props

LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
NOTIFICATION = "aws:s3/bucketNotification:BucketNotification"
CORS = "aws:s3/bucketCorsConfiguration:BucketCorsConfiguration"
ENCRYPTION = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
OBJECT = "aws:s3/bucketObjectv2:BucketObjectv2"

RULE: Props = {
    "id": "old",
    "status": "Enabled",
    "filter": {"prefix": "a/"},
    "expiration": {"days": 90},
    "transitions": [{"days": 30, "storageClass": "STANDARD_IA"}],
    "noncurrentVersionExpiration": {"noncurrentDays": 1},
    "abortIncompleteMultipartUpload": {"daysAfterInitiation": 1},
}
TAG: Props = {"tag": {"key": "k", "value": "v"}}


def _rules(*changes: Props) -> Props:
    rules: list[Plain] = []
    for index, change in enumerate(changes):
        rule = {**RULE, "id": f"r{index}", **change}
        rules.append({key: value for key, value in rule.items() if value is not None})
    return {"bucket": "b-1", "rules": rules}


@pytest.mark.parametrize(
    "inputs",
    [
        _rules({}),
        _rules({}, {"filter": None}, {"filter": {}}, {"filter": None, "prefix": "a/"}),
        _rules({"filter": TAG, "abortIncompleteMultipartUpload": None}),
        _rules({"filter": {"and": {"prefix": "a", "objectSizeLessThan": 1}}}),
        _rules({"expiration": {"expiredObjectDeleteMarker": True}}),
    ],
)
def test_good_rules_of_life_are_taken(aws: Client, inputs: Props) -> None:
    assert aws.check(LIFECYCLE, "x", inputs).failures == {}


@pytest.mark.parametrize(
    ("inputs", "field", "words"),
    [
        (_rules({"id": "a"}, {"id": "a"}), "rules", 'got the id "a" twice'),
        (_rules({"id": "a" * 256}), "rules[0].id", "at most 255 characters"),
        (_rules({"status": "On"}), "rules[0].status", 'got "On"'),
        (
            _rules(
                dict.fromkeys(
                    (
                        "expiration",
                        "transitions",
                        "noncurrentVersionExpiration",
                        "abortIncompleteMultipartUpload",
                    )
                )
            ),
            "rules[0]",
            "got no action",
        ),
        (_rules({"prefix": "a/"}), "rules[0].prefix", "beside filter"),
        (_rules({"filter": {"prefix": "a", **TAG}}), "rules[0].filter", "got prefix and tag"),
        (_rules({"filter": TAG}), "rules[0].abortIncompleteMultipartUpload", "with a filter by tags"),
        (
            _rules(
                {"filter": {"and": {"tags": {"a": "b"}}}, "expiration": {"expiredObjectDeleteMarker": True}}
            ),
            "rules[0].expiredObjectDeleteMarker",
            "with a filter by tags",
        ),
        (
            _rules({"expiration": {"days": 1, "date": "2030-01-01"}}),
            "rules[0].expiration",
            "got date and days",
        ),
        (
            _rules({"expiration": {"days": 0}, "transitions": None}),
            "rules[0].expiration.days",
            "1 day or more",
        ),
        (
            _rules({"noncurrentVersionExpiration": {"noncurrentDays": 0}}),
            "rules[0].noncurrentVersionExpiration.noncurrentDays",
            "1 day or more",
        ),
        (
            _rules({"abortIncompleteMultipartUpload": {"daysAfterInitiation": 0}}),
            "rules[0].abortIncompleteMultipartUpload.daysAfterInitiation",
            "1 day or more",
        ),
        (
            _rules({"transitions": [{"days": 29, "storageClass": "ONEZONE_IA"}]}),
            "rules[0].transitions[0].days",
            "at least 30 for ONEZONE_IA",
        ),
        (
            _rules({"transitions": [{"days": 90, "storageClass": "GLACIER"}]}),
            "rules[0].transitions[0].days",
            "fewer than expiration.days, 90",
        ),
        (
            _rules({"transitions": [{"days": 40, "date": "2030-01-01", "storageClass": "GLACIER"}]}),
            "rules[0].transitions[0]",
            "got date and days",
        ),
        (_rules(*({} for _ in range(1001))), "rules", "got 1001 rules"),
    ],
)
def test_rules_of_life_that_s3_refuses(aws: Client, inputs: Props, field: str, words: str) -> None:
    assert words in aws.check(LIFECYCLE, "x", inputs).failures[field]


def _told(kind: str, *events: str, prefix: str = "", suffix: str = "") -> Props:
    arn = {"queues": "queueArn", "topics": "topicArn", "lambdaFunctions": "lambdaFunctionArn"}[kind]
    return {arn: "arn", "events": [*events], "filterPrefix": prefix, "filterSuffix": suffix}


PUT = "s3:ObjectCreated:Put"


@pytest.mark.parametrize(
    ("left", "right", "refused"),
    [
        (_told("queues", PUT), _told("topics", PUT), True),
        (_told("queues", "s3:ObjectCreated:*"), _told("topics", PUT), True),
        (_told("queues", PUT, prefix="a/"), _told("topics", PUT, prefix="a/b"), True),
        (_told("queues", PUT, suffix=".csv"), _told("topics", PUT, prefix="a"), True),
        (_told("queues", PUT), _told("topics", "s3:ObjectRemoved:*"), False),
        (_told("queues", PUT, prefix="a/"), _told("topics", PUT, prefix="b/"), False),
        (_told("queues", PUT, suffix=".csv"), _told("topics", PUT, suffix=".png"), False),
    ],
)
def test_receivers_of_the_same_change(aws: Client, left: Props, right: Props, *, refused: bool) -> None:
    failures = aws.check(NOTIFICATION, "x", {"bucket": "b-1", "queues": [left], "topics": [right]}).failures
    assert ("topics[0]" in failures) is refused
    if refused:
        assert "for keys that queues[0] has too" in failures["topics[0]"]


@pytest.mark.parametrize(
    ("token", "inputs", "field", "words"),
    [
        (
            CORS,
            {"bucket": "b-1", "corsRules": [{"allowedMethods": ["OPTIONS"], "allowedOrigins": ["*"]}]},
            "corsRules[0].allowedMethods",
            'got "OPTIONS", allowed DELETE, GET, HEAD, POST, PUT',
        ),
        (
            CORS,
            {"bucket": "b-1", "corsRules": [{"allowedMethods": ["GET"], "allowedOrigins": ["*.a.*"]}]},
            "corsRules[0].allowedOrigins",
            "at most one *",
        ),
        (
            CORS,
            {"bucket": "b-1", "corsRules": [{"allowedMethods": ["GET"], "allowedOrigins": ["*"]}] * 101},
            "corsRules",
            "got 101 rules",
        ),
        (
            ENCRYPTION,
            {
                "bucket": "b-1",
                "rules": [
                    {"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256", "kmsMasterKeyId": "k"}}
                ],
            },
            "rules[0].applyServerSideEncryptionByDefault.kmsMasterKeyId",
            "none with AES256",
        ),
        (
            OBJECT,
            {"bucket": "b-1", "key": "k", "tags": {f"t{number}": "v" for number in range(11)}},
            "tags",
            "got 11 tags, allowed at most 10",
        ),
        (
            OBJECT,
            {"bucket": "b-1", "key": "k", "metadata": {"Colour": "red"}},
            "metadata.Colour",
            "lower case",
        ),
    ],
)
def test_other_settings_that_s3_refuses(
    aws: Client, token: str, inputs: Props, field: str, words: str
) -> None:
    assert words in aws.check(token, "x", inputs).failures[field]
