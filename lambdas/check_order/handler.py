"""The workflow's first task: may this order be charged?"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from lambdas.check_order.logic import Decision, check
from lambdas.shared import environment
from lambdas.shared.journal import Journal
from lambdas.shared.task import read_task_input

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

ENVIRONMENT: Final = (*environment.COMMON, "MAX_ORDER_TOTAL", "CURRENCIES")
"""Every environment variable that the function reads."""


@dataclass(frozen=True, kw_only=True)
class Dependencies:
    """What the function works with."""

    journal: Journal
    max_order_total: int
    currencies: frozenset[str]


@cache
def dependencies() -> Dependencies:
    """Built for the first event, used by all that follow in this environment."""
    variables = environment.read(ENVIRONMENT)
    return Dependencies(
        journal=Journal.of(variables),
        max_order_total=variables.integer("MAX_ORDER_TOTAL"),
        currencies=frozenset(variables.text("CURRENCIES").split(",")),
    )


def handle(event: object, context: LambdaContext) -> Decision:
    """Decide on the order in the workflow's input.

    Raises:
        InvalidTaskInput: The event is no such input.
    """
    needs = dependencies()
    task = read_task_input(event)
    with needs.journal.invocation(context), needs.journal.correlated(task.correlation_id):
        decision = check(task.order, max_order_total=needs.max_order_total, currencies=needs.currencies)
        needs.journal.note("order_checked", order_id=task.order.order_id, code=decision["reason"])
        return decision
