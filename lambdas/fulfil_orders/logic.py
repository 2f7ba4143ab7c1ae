"""The last step of an order: mark it fulfilled, once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

from lambdas.shared.clock import Clock, timestamp
from lambdas.shared.delivery import Failure, Message
from lambdas.shared.faults import AwsFault
from lambdas.shared.messages import Unreadable, parse_fulfilment
from lambdas.shared.notes import Metric, Notes
from lambdas.shared.order import Status

READY: Final = {"workflow": Status.CHARGED, "queue": Status.RECEIVED}
"""The status that an order has when it comes here, by orchestration."""


@dataclass(frozen=True)
class Refused:
    """The order was not in the status to be fulfilled; None = it has no record."""

    status: str | None


class Fulfilments(Protocol):
    """The order table."""

    def fulfil(self, order_id: str, ready: Status, at: str) -> Refused | None:
        """Turn `ready` into FULFILLED; None = done."""
        ...


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What fulfilling an order needs.

    Attributes:
        fulfilments: The order table.
        ready: The status that the order must have.
        notes: Counts and logs.
        clock: The time.
    """

    fulfilments: Fulfilments
    ready: Status
    notes: Notes
    clock: Clock


def fulfil(message: Message, desk: Desk) -> Failure | None:
    """Process one message; None means that it is done and can go."""
    wanted = parse_fulfilment(message.body)
    if isinstance(wanted, Unreadable):
        return Failure(code=wanted.code, permanent=True, order_id=wanted.order_id)
    try:
        refused = desk.fulfilments.fulfil(wanted.order_id, desk.ready, timestamp(desk.clock()))
    except AwsFault as fault:
        return Failure.of(fault, wanted.order_id)
    if refused is None:
        desk.notes.count(Metric.FULFILLED)
        desk.notes.note("order_fulfilled", order_id=wanted.order_id, message_id=message.message_id)
        return None
    return _judge(refused, wanted.order_id, message, desk.notes)


def _judge(refused: Refused, order_id: str, message: Message, notes: Notes) -> Failure | None:
    if refused.status == Status.FULFILLED:
        notes.note("order_already_fulfilled", order_id=order_id, message_id=message.message_id)
        return None
    if refused.status is None:
        return Failure(code="order_missing", permanent=True, order_id=order_id)
    # An order that still moves may become ready; one that is rejected or failed never will.
    moving = refused.status in {Status.RECEIVED, Status.PROCESSING, Status.CHARGED}
    return Failure(
        code="order_not_ready",
        permanent=not moving,
        order_id=order_id,
        detail=f"status {refused.status}",
    )
