"""What the queue consumers share: one record at a time, a partial batch response, a retry delay a message.

A fault of one record never becomes a fault of the function: AWS takes a raised exception, or a response of
the wrong shape, for the failure of the whole batch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,  # pyright: ignore[reportUnknownVariableType] - it leaves `Callable` open
)

from lambdas.shared.aws import faults
from lambdas.shared.delivery import Failure, Message
from lambdas.shared.faults import AwsFault
from lambdas.shared.messages import CORRELATION_ID, is_correlation_id
from lambdas.shared.retry import visibility_delay_seconds

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
    from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
    from aws_lambda_powertools.utilities.typing import LambdaContext
    from mypy_boto3_sqs import SQSClient

    from lambdas.shared.delivery import Process
    from lambdas.shared.environment import Variables
    from lambdas.shared.journal import Journal


class Delays(Protocol):
    """Gives a failed message its own retry delay."""

    def delay(self, receipt_handle: str, receive_count: int) -> None:
        """Make the message visible again after the delay for its receive count.

        Raises:
            AwsFault: The queue did not take the change; its own timeout stands.
        """
        ...


@dataclass(frozen=True, kw_only=True)
class QueueDelays:
    """The retry delays of one queue.

    Attributes:
        client: SQS.
        queue_url: The queue that the messages come from.
        retry_delay_seconds: Delay after the first receive; 0 = always the visibility timeout.
        visibility_timeout_seconds: The queue's own timeout.
    """

    client: SQSClient
    queue_url: str
    retry_delay_seconds: int
    visibility_timeout_seconds: int

    @classmethod
    def of(cls, variables: Variables, client: SQSClient) -> QueueDelays:
        """The delays that the function's environment asks for."""
        return cls(
            client=client,
            queue_url=variables.text("QUEUE_URL"),
            retry_delay_seconds=variables.integer("RETRY_DELAY_SECONDS"),
            visibility_timeout_seconds=variables.integer("VISIBILITY_TIMEOUT_SECONDS"),
        )

    def delay(self, receipt_handle: str, receive_count: int) -> None:
        """Make the message visible again after the delay for its receive count."""
        seconds = visibility_delay_seconds(
            receive_count,
            retry_delay_seconds=self.retry_delay_seconds,
            visibility_timeout_seconds=self.visibility_timeout_seconds,
        )
        if seconds is not None:
            with faults():
                self.client.change_message_visibility(
                    QueueUrl=self.queue_url, ReceiptHandle=receipt_handle, VisibilityTimeout=seconds
                )


class _RecordFailedError(Exception):
    """Tells the batch processor that a record failed; the reason is already logged."""


def consume(
    event: dict[str, object], context: LambdaContext, *, process: Process, delays: Delays, journal: Journal
) -> PartialItemFailureResponse:
    """Process every record of an SQS event by itself.

    Args:
        event: The SQS event.
        context: Of the invocation.
        process: Handles one message; what it raises counts as a transient failure of that message.
        delays: Asked for each failed message, after the whole batch is done.
        journal: Gets one ERROR line a failed message.

    Returns:
        The ids of the failed messages, in AWS's shape.
    """
    failed: list[SQSRecord] = []

    def handle_record(record: SQSRecord) -> None:
        message = _message_of(record)
        with journal.correlated(message.correlation_id):
            failure = _process_safely(process, message)
            if failure is not None:
                failed.append(record)
                _report(journal, message, failure)
                raise _RecordFailedError(failure.code)

    processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)
    response = process_partial_response(event, handle_record, processor, context)
    # Only now: a delay that began earlier could run out while the batch is still at work.
    for record in failed:
        _delay(record, delays, journal)
    _report_unread(response, failed, journal)
    return response


def _message_of(record: SQSRecord) -> Message:
    attribute = record.message_attributes[CORRELATION_ID]  # None when the message has no such attribute
    given = None if attribute is None else attribute.string_value
    return Message(
        message_id=record.message_id,
        body=record.body,
        receive_count=_receive_count(record),
        correlation_id=given if given is not None and is_correlation_id(given) else record.message_id,
    )


def _receive_count(record: SQSRecord) -> int:
    return int(record.attributes.approximate_receive_count)


def _process_safely(process: Process, message: Message) -> Failure | None:
    try:
        return process(message)
    except AwsFault as fault:
        return Failure.of(fault)
    except Exception as error:  # noqa: BLE001 - one record must not fail its neighbours, whatever it holds
        return Failure(code="unexpected_error", permanent=False, detail=type(error).__name__)


def _report(journal: Journal, message: Message, failure: Failure) -> None:
    journal.error(
        "order_failed",
        code=failure.code,
        message_id=message.message_id,
        order_id=failure.order_id,
        receive_count=message.receive_count,
        permanent=failure.permanent,
        detail=failure.detail,
    )


def _report_unread(response: PartialItemFailureResponse, failed: list[SQSRecord], journal: Journal) -> None:
    """Name the records that failed before anybody could look at their message."""
    reported = {record.message_id for record in failed}
    for item in response["batchItemFailures"]:
        message_id = str(item["itemIdentifier"])
        if message_id not in reported:
            journal.error(
                "order_failed",
                code="unreadable_record",
                message_id=message_id,
                order_id=None,
                receive_count=None,
                permanent=True,
            )


def _delay(record: SQSRecord, delays: Delays, journal: Journal) -> None:
    try:
        delays.delay(record.receipt_handle, _receive_count(record))
    except AwsFault as fault:
        journal.warn("retry_delay_failed", code=fault.code, message_id=record.message_id, detail=fault.detail)
