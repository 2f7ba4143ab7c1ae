"""What the workflow's tasks share: reading their input."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from lambdas.shared.messages import CORRELATION_ID, is_correlation_id
from lambdas.shared.order import Order
from lambdas.shared.validate_order import validate_order

if TYPE_CHECKING:
    from collections.abc import Mapping


class InvalidTaskInput(Exception):  # noqa: N818 - the name that the execution's history shows
    """A task got something else than the workflow's input: the state machine's definition is wrong."""


@dataclass(frozen=True)
class TaskInput:
    """The order of an execution and the id that its log lines carry."""

    order: Order
    correlation_id: str


def read_task_input(event: object) -> TaskInput:
    """The workflow's input.

    Raises:
        InvalidTaskInput: `event` is no valid order with a correlation id.
    """
    order = validate_order(event)
    if not isinstance(order, Order):
        # The field and the kind of refusal only: an exception's text goes to the log, values must not.
        where = order.message.partition(": got")[0]
        raise InvalidTaskInput(
            f"task input: {where}: {order.code}; the workflow has to pass its own input on"
        )
    given = cast("Mapping[str, object]", event).get(CORRELATION_ID)
    if not isinstance(given, str) or not is_correlation_id(given):
        raise InvalidTaskInput("task input: correlation_id: got no usable id, allowed what the workflow got")
    return TaskInput(order, given)
