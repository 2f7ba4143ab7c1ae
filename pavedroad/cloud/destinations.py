"""Sends records about invocations to queues, topics, functions and event buses, with the function's role."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Final, Literal

from botocore.exceptions import BotoCoreError, ClientError

from pavedroad.cloud.role_calls import RoleClients
from pavedroad.cloud.seams import Seam

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_sns.type_defs import MessageAttributeValueTypeDef as TopicAttribute
    from mypy_boto3_sqs.type_defs import MessageAttributeValueTypeDef as QueueAttribute

_cloudwatch: Final = Seam("services.cloudwatch", "record_metric")
_logger: Final = logging.getLogger("pavedroad.destinations")
_OUTCOMES: Final = {True: "Success", False: "Failure"}

Metric = Literal["DestinationDeliveryFailures", "DeadLetterErrors"]


def check() -> None:
    """Make sure that the emulator's names are there.

    Raises:
        CorrectionError: One is not.
    """
    _cloudwatch.check()


def send_record(
    config: Mapping[str, object], destination: str, record: Mapping[str, object], *, success: bool
) -> None:
    """Send the record of an invocation or a batch; a failure is a warning and a metric.

    Args:
        config: The function whose role sends it.
        destination: ARN of a queue, a topic, a function or an event bus.
        record: As AWS writes it.
        success: What it tells, for the event bus's detail type.
    """
    body = json.dumps(record)
    clients = RoleClients(config)
    service = destination.split(":")[2]
    try:
        if service == "sqs":
            clients.sqs().send_message(QueueUrl=_queue_url(destination), MessageBody=body)
        elif service == "sns":
            clients.sns().publish(TopicArn=destination, Message=body)
        elif service == "lambda":
            clients.functions().invoke(FunctionName=destination, InvocationType="Event", Payload=body)
        elif service != "events":
            _failed(config, destination, f"no destination at {service}", "DestinationDeliveryFailures")
        else:
            answer = clients.events().put_events(
                Entries=[
                    {
                        "Source": "lambda",
                        "DetailType": f"Lambda Function Invocation Result - {_OUTCOMES[success]}",
                        "Detail": body,
                        "EventBusName": destination,
                        "Resources": [str(config.get("FunctionArn", "")), destination],
                    }
                ]
            )
            if answer["FailedEntryCount"]:
                _failed(config, destination, str(answer["Entries"][0]), "DestinationDeliveryFailures")
    except (ClientError, BotoCoreError) as error:
        _failed(config, destination, str(error), "DestinationDeliveryFailures")


def send_dead_letter(
    config: Mapping[str, object], target: str, event: object, *, request_id: str, status: int, message: str
) -> None:
    """Send an event that was given up to the function's dead-letter queue or topic: the event as it came.

    Args:
        config: The function.
        target: ARN of a queue or a topic.
        event: The payload.
        request_id: Of the invocation.
        status: HTTP status of the last attempt.
        message: The error's first kilobyte.
    """
    body = json.dumps(event)
    texts = {"RequestID": request_id, "ErrorCode": str(status), "ErrorMessage": message[:1024]}
    kinds = {"ErrorCode": "Number"}
    try:
        if target.split(":")[2] == "sqs":
            queued: dict[str, QueueAttribute] = {
                name: {"DataType": kinds.get(name, "String"), "StringValue": text}
                for name, text in texts.items()
                if text
            }
            RoleClients(config).sqs().send_message(
                QueueUrl=_queue_url(target), MessageBody=body, MessageAttributes=queued
            )
        else:
            told: dict[str, TopicAttribute] = {
                name: {"DataType": kinds.get(name, "String"), "StringValue": text}
                for name, text in texts.items()
                if text
            }
            RoleClients(config).sns().publish(TopicArn=target, Message=body, MessageAttributes=told)
    except (ClientError, BotoCoreError) as error:
        _failed(config, target, str(error), "DeadLetterErrors")


def _queue_url(arn: str) -> str:
    _, _, _, region, account, name = arn.split(":")
    return f"https://sqs.{region}.amazonaws.com/{account}/{name}"


def _failed(config: Mapping[str, object], target: str, why: str, metric: Metric) -> None:
    name = str(config.get("FunctionName", ""))
    _logger.warning("%s of %s: %s is not reached and the record is dropped: %s", metric, name, target, why)
    _cloudwatch["record_metric"]("AWS/Lambda", metric, 1, "Count", {"FunctionName": name})
