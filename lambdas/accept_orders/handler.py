"""Listens to the order queue: records each order once and starts its workflow, or sends it on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from lambdas.accept_orders.logic import Desk, NextStep, accept
from lambdas.accept_orders.store import FulfilmentQueue, OrderTable, Workflow
from lambdas.shared import environment
from lambdas.shared.aws import dynamodb_client, sqs_client, stepfunctions_client
from lambdas.shared.clock import utc_now
from lambdas.shared.consumer import Delays, QueueDelays, consume
from lambdas.shared.journal import Journal

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
    from aws_lambda_powertools.utilities.typing import LambdaContext
    from mypy_boto3_sqs import SQSClient

    from lambdas.shared.environment import Variables

ENVIRONMENT: Final = (
    *environment.COMMON,
    "QUEUE_URL",
    "TABLE_NAME",
    "STATE_MACHINE_ARN",
    "NEXT_QUEUE_URL",
    "MAX_INPUT_BYTES",
    "RETRY_DELAY_SECONDS",
    "VISIBILITY_TIMEOUT_SECONDS",
)
"""Every environment variable that the function reads; exactly one of the two next steps is set."""


@dataclass(frozen=True, kw_only=True)
class Dependencies:
    """What the function works with."""

    journal: Journal
    desk: Desk
    delays: Delays


@cache
def dependencies() -> Dependencies:
    """Built for the first event, used by all that follow in this environment."""
    variables = environment.read(ENVIRONMENT)
    timeout_seconds = variables.integer("FUNCTION_TIMEOUT_SECONDS")
    journal = Journal.of(variables)
    sqs = sqs_client(timeout_seconds)
    table = OrderTable(client=dynamodb_client(timeout_seconds), table_name=variables.text("TABLE_NAME"))
    desk = Desk(
        records=table,
        next_step=_next_step(variables, timeout_seconds, sqs),
        notes=journal,
        clock=utc_now,
        max_input_bytes=variables.integer("MAX_INPUT_BYTES"),
    )
    return Dependencies(journal=journal, desk=desk, delays=QueueDelays.of(variables, sqs))


def handle(event: dict[str, object], context: LambdaContext) -> PartialItemFailureResponse:
    """Accept the orders of an SQS event and name the messages that shall come again."""
    needs = dependencies()
    with needs.journal.invocation(context):
        return consume(
            event,
            context,
            process=lambda message: accept(message, needs.desk),
            delays=needs.delays,
            journal=needs.journal,
        )


def _next_step(variables: Variables, timeout_seconds: int, sqs: SQSClient) -> NextStep:
    machine = variables.optional("STATE_MACHINE_ARN")
    queue_url = variables.optional("NEXT_QUEUE_URL")
    if machine is not None and queue_url is None:
        return Workflow(client=stepfunctions_client(timeout_seconds), state_machine_arn=machine)
    if queue_url is not None and machine is None:
        return FulfilmentQueue(client=sqs, queue_url=queue_url)
    raise environment.ConfigurationError(
        "STATE_MACHINE_ARN and NEXT_QUEUE_URL: got both or neither, allowed exactly one; "
        "the setting `orchestration` decides which"
    )
