"""Takes a list of orders from a caller and puts the valid ones on the queue."""

from __future__ import annotations

import random
import time
import uuid
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from lambdas.shared import environment
from lambdas.shared.aws import sqs_client
from lambdas.shared.journal import Journal
from lambdas.shared.notes import Metric
from lambdas.submit_orders.logic import Patience, Queue, Result, read_request, submit
from lambdas.submit_orders.store import OrderQueue

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

ENVIRONMENT: Final = (*environment.COMMON, "QUEUE_URL", "MAX_MESSAGE_BYTES")
"""Every environment variable that the function reads."""


@dataclass(frozen=True, kw_only=True)
class Dependencies:
    """What the function works with."""

    journal: Journal
    queue: Queue
    patience: Patience
    max_message_bytes: int


@cache
def dependencies() -> Dependencies:
    """Built for the first event, used by all that follow in this environment."""
    variables = environment.read(ENVIRONMENT)
    client = sqs_client(variables.integer("FUNCTION_TIMEOUT_SECONDS"))
    return Dependencies(
        journal=Journal.of(variables),
        queue=OrderQueue(client=client, queue_url=variables.text("QUEUE_URL")),
        patience=Patience(jitter=lambda bound: random.uniform(0, bound), sleep=time.sleep),  # noqa: S311 - jitter
        max_message_bytes=variables.integer("MAX_MESSAGE_BYTES"),
    )


def handle(event: object, context: LambdaContext) -> Result:
    """Queue the orders of `event` and return the fate of each.

    Raises:
        InvalidRequest: The event is no such request.
        AwsFault: The queue cannot be reached or refuses the function.
    """
    needs = dependencies()
    request = read_request(event, new_id=lambda: str(uuid.uuid4()))
    with needs.journal.invocation(context), needs.journal.correlated(request.correlation_id):
        result = submit(
            request,
            queue=needs.queue,
            patience=needs.patience,
            max_message_bytes=needs.max_message_bytes,
        )
        needs.journal.count(Metric.SUBMITTED, len(result["accepted"]))
        needs.journal.count(Metric.INVALID, len(result["rejected"]))
        for refused in result["rejected"]:
            needs.journal.note("order_rejected", order_id=refused["order_id"], code=refused["code"])
        for failed in result["failed"]:
            needs.journal.error("order_not_sent", order_id=failed["order_id"], code=failed["code"])
        return result
