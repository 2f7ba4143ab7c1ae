"""The workflow's second task: take the money, once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from lambdas.charge_order.logic import (
    Attempts,
    NotChargeable,
    Outcome,
    PaymentFault,
    Payments,
    SimulatedPayments,
    charge,
)
from lambdas.charge_order.store import HttpPayments, OrderTable, PaymentSecret, payment_seconds
from lambdas.shared import environment
from lambdas.shared.aws import dynamodb_client, secrets_client
from lambdas.shared.clock import utc_now
from lambdas.shared.faults import AwsFault
from lambdas.shared.journal import Journal
from lambdas.shared.task import read_task_input

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from lambdas.shared.environment import Variables

ENVIRONMENT: Final = (
    *environment.COMMON,
    "TABLE_NAME",
    "PAYMENT_MODE",
    "PAYMENT_URL",
    "PAYMENT_SECRET",
)
"""Every environment variable that the function reads; the last two only in mode `http`."""


@dataclass(frozen=True, kw_only=True)
class Dependencies:
    """What the function works with."""

    journal: Journal
    attempts: Attempts
    payments: Payments


@cache
def dependencies() -> Dependencies:
    """Built for the first event, used by all that follow in this environment."""
    variables = environment.read(ENVIRONMENT)
    client = dynamodb_client(variables.integer("FUNCTION_TIMEOUT_SECONDS"))
    return Dependencies(
        journal=Journal.of(variables),
        attempts=OrderTable(client=client, table_name=variables.text("TABLE_NAME")),
        payments=_payments(variables),
    )


def handle(event: object, context: LambdaContext) -> Outcome:
    """Charge the order in the workflow's input.

    Raises:
        InvalidTaskInput: The event is no such input.
        NotChargeable: The order's record does not allow it.
        PaymentFault: The provider gave no answer; the workflow tries again.
        AwsFault: The table or the secret cannot be reached.
    """
    needs = dependencies()
    task = read_task_input(event)
    with needs.journal.invocation(context), needs.journal.correlated(task.correlation_id):
        try:
            outcome = charge(
                task.order,
                context.aws_request_id,
                attempts=needs.attempts,
                payments=needs.payments,
                clock=utc_now,
            )
        except (AwsFault, NotChargeable, PaymentFault) as error:
            needs.journal.error(
                "charge_failed", order_id=task.order.order_id, code=type(error).__name__, detail=str(error)
            )
            raise
        needs.journal.note("charge_decided", order_id=task.order.order_id, code=outcome["outcome"])
        return outcome


def _payments(variables: Variables) -> Payments:
    if variables.one_of("PAYMENT_MODE", ("simulated", "http")) == "simulated":
        return SimulatedPayments()
    timeout_seconds = variables.integer("FUNCTION_TIMEOUT_SECONDS")
    secret = PaymentSecret(client=secrets_client(timeout_seconds), secret_id=variables.text("PAYMENT_SECRET"))
    return HttpPayments.at(
        variables.text("PAYMENT_URL"), secret=secret, timeout_seconds=payment_seconds(timeout_seconds)
    )
