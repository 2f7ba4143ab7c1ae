"""What Lambda looks at before it takes events from a source: AWS refuses what the emulator lets pass."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pavedroad.provider.live.contract import Refused
from pavedroad.provider.live.retrying import absent
from pavedroad.provider.live.services._functions import configuration

if TYPE_CHECKING:
    from pavedroad.provider.function_names import FunctionName
    from pavedroad.provider.live.contract import Call

_CODE: Final = "InvalidParameterValueException"
_DEFAULT_TIMEOUT_SECONDS: Final = 3
_NO_QUEUE: Final = (
    "Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. "
    "SQS Error Message: The specified queue does not exist."
)
_NO_STREAM: Final = (
    "Received Exception while reading from provided stream. Stream {} under account {} not found."
)


def service_of(arn: str) -> str:
    """The service of a source, e.g. `sqs`; empty for what has no ARN."""
    return (arn.split(":") + [""] * 3)[2]


def is_stream(arn: str) -> bool:
    """Whether a source is read record by record, from a position."""
    return service_of(arn) in {"dynamodb", "kinesis"}


def refuse_source(call: Call, arn: str, function: FunctionName) -> None:
    """Make sure that a source is there and fits the function.

    Raises:
        ClientError: There is no such function.
        Refused: There is no such source, or its messages come back before the function is done with them.
    """
    from botocore.exceptions import ClientError  # noqa: PLC0415 - a preview needs no boto3

    settings = configuration(call, function.name, function.qualifier)
    try:
        if service_of(arn) == "sqs":
            _refuse_visibility(call, arn, settings.get("Timeout", _DEFAULT_TIMEOUT_SECONDS))
        elif service_of(arn) == "dynamodb":
            _refuse_table_stream(call, arn)
        elif service_of(arn) == "kinesis":
            call.clients.kinesis.describe_stream_summary(StreamARN=arn)
    except ClientError as error:
        if not absent(error):
            raise
        missing = _NO_STREAM.format(arn.rpartition("/")[2], arn.split(":")[4])
        raise Refused(_CODE, _NO_QUEUE if service_of(arn) == "sqs" else missing) from error


def _refuse_visibility(call: Call, arn: str, timeout: int) -> None:
    sqs = call.clients.sqs
    account, name = arn.split(":")[4:6]
    url = sqs.get_queue_url(QueueName=name, QueueOwnerAWSAccountId=account)["QueueUrl"]
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])["Attributes"]
    visibility = int(found["VisibilityTimeout"])
    if visibility < timeout:
        raise Refused(
            _CODE,
            f"Queue visibility timeout: {visibility} seconds is less than Function timeout: "
            f"{timeout} seconds",
        )


def _refuse_table_stream(call: Call, arn: str) -> None:
    table = call.clients.dynamodb.describe_table(TableName=arn.split("/")[1])["Table"]
    if table.get("LatestStreamArn") != arn:
        raise Refused(_CODE, f"Stream not found: {arn}")
