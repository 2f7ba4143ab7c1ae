"""Listens to the fulfilment queue and marks each order fulfilled."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from lambdas.fulfil_orders.logic import READY, Desk, fulfil
from lambdas.fulfil_orders.store import OrderTable
from lambdas.shared import environment
from lambdas.shared.aws import dynamodb_client, sqs_client
from lambdas.shared.clock import utc_now
from lambdas.shared.consumer import Delays, QueueDelays, consume
from lambdas.shared.journal import Journal

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
    from aws_lambda_powertools.utilities.typing import LambdaContext

ENVIRONMENT: Final = (
    *environment.COMMON,
    "QUEUE_URL",
    "TABLE_NAME",
    "ORCHESTRATION",
    "RETRY_DELAY_SECONDS",
    "VISIBILITY_TIMEOUT_SECONDS",
)
"""Every environment variable that the function reads."""


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
    table = OrderTable(client=dynamodb_client(timeout_seconds), table_name=variables.text("TABLE_NAME"))
    desk = Desk(
        fulfilments=table,
        ready=READY[variables.one_of("ORCHESTRATION", READY)],
        notes=journal,
        clock=utc_now,
    )
    delays = QueueDelays.of(variables, sqs_client(timeout_seconds))
    return Dependencies(journal=journal, desk=desk, delays=delays)


def handle(event: dict[str, object], context: LambdaContext) -> PartialItemFailureResponse:
    """Fulfil the orders of an SQS event and name the messages that shall come again."""
    needs = dependencies()
    with needs.journal.invocation(context):
        return consume(
            event,
            context,
            process=lambda message: fulfil(message, needs.desk),
            delays=needs.delays,
            journal=needs.journal,
        )
