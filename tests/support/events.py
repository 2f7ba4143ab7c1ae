"""Events and contexts in the shape in which Lambda hands them to a function, as recorded from AWS."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from aws_lambda_powertools.utilities.typing import LambdaContext

QUEUE_ARN = "arn:aws:sqs:eu-west-1:111122223333:pavedroad-dev-orders"


@dataclass(frozen=True, kw_only=True)
class Sent:
    """One message of an SQS event; `correlation_id` None = sent without attributes."""

    body: str
    message_id: str = "059f36b4-87a3-44ab-83d2-661975830a7d"
    receive_count: int = 1
    correlation_id: str | None = "corr-1"


def sqs_event(*messages: Sent) -> dict[str, object]:
    """What an event source mapping of a queue sends."""
    return {"Records": [_record(message) for message in messages]}


def receipt_handle(message_id: str) -> str:
    """The receipt handle that `sqs_event` gives a message."""
    return f"AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a-{message_id}"


def _record(message: Sent) -> dict[str, object]:
    attributes = {}
    if message.correlation_id is not None:
        attributes = {
            "correlation_id": _string(message.correlation_id),
            "schema_version": _string("1"),
        }
    return {
        "messageId": message.message_id,
        "receiptHandle": receipt_handle(message.message_id),
        "body": message.body,
        "attributes": {
            "ApproximateReceiveCount": str(message.receive_count),
            "AWSTraceHeader": "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1",
            "SentTimestamp": "1545082649183",
            "SenderId": "AROAEXAMPLE:pavedroad-dev-orders-submit-orders",
            "ApproximateFirstReceiveTimestamp": "1545082649185",
        },
        "messageAttributes": attributes,
        "md5OfBody": hashlib.md5(message.body.encode(errors="replace"), usedforsecurity=False).hexdigest(),
        "eventSource": "aws:sqs",
        "eventSourceARN": QUEUE_ARN,
        "awsRegion": "eu-west-1",
    }


def _string(value: str) -> dict[str, object]:
    return {"stringValue": value, "stringListValues": [], "binaryListValues": [], "dataType": "String"}


def lambda_context(function_name: str = "pavedroad-dev-orders-accept-orders") -> LambdaContext:
    """A context as the runtime passes it, with the names that the functions log."""
    context = LambdaContext()
    context._function_name = function_name
    context._function_version = "7"
    context._aws_request_id = "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"
    return context
