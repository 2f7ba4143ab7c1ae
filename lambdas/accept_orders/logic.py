"""Taking one order from the queue: check it, record it once, hand it to the next step.

A rerun after a crash anywhere is harmless: the record is written only where there is none, and the next step
is begun again while the record still says RECEIVED.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from lambdas.shared.clock import Clock, timestamp
from lambdas.shared.delivery import Failure, Message
from lambdas.shared.faults import AwsFault
from lambdas.shared.messages import Unreadable, parse_json
from lambdas.shared.notes import Metric, Notes
from lambdas.shared.order import Order, Status, payload_hash, workflow_input
from lambdas.shared.validate_order import Refusal, RefusalCode, validate_order


@dataclass(frozen=True, kw_only=True)
class Record:
    """A new order's record, with status RECEIVED."""

    order_id: str
    payload_hash: str
    correlation_id: str
    received_at: str
    total: int
    file: str | None


@dataclass(frozen=True)
class Stored:
    """What the table knows of an order."""

    payload_hash: str
    status: str


class Records(Protocol):
    """The order table."""

    def add(self, record: Record) -> bool:
        """Write the record if the table has none for its order; whether it was written."""
        ...

    def find(self, order_id: str) -> Stored | None:
        """The present record, read consistently."""
        ...


class NextStep(Protocol):
    """Where an accepted order goes on."""

    def begin(self, order: Order, correlation_id: str) -> bool:
        """Hand the order on; False when that had been done before."""
        ...


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What accepting an order needs.

    Attributes:
        records: The order table.
        next_step: Workflow or second queue.
        notes: Counts and logs.
        clock: The time.
        max_input_bytes: Limit of the next step's input.
    """

    records: Records
    next_step: NextStep
    notes: Notes
    clock: Clock
    max_input_bytes: int


def accept(message: Message, desk: Desk) -> Failure | None:
    """Process one message; None means that it is done and can go."""
    order = _read(message, desk.max_input_bytes)
    if isinstance(order, Failure):
        _count_once(message, desk.notes, Metric.INVALID)
        return order
    try:
        return _take(order, message, desk)
    except AwsFault as fault:
        return Failure.of(fault, order.order_id)


def _read(message: Message, max_input_bytes: int) -> Order | Failure:
    if _bytes(message.body) > max_input_bytes:
        return Failure(code=RefusalCode.TOO_LARGE, permanent=True)
    document = parse_json(message.body)
    if isinstance(document, Unreadable):
        return Failure(code=document.code, permanent=True)
    order = validate_order(document)
    if isinstance(order, Refusal):
        return Failure(code=order.code, permanent=True, order_id=order.order_id)
    # The input also carries the correlation id, so it can be too large where the body was not.
    if _bytes(workflow_input(order, message.correlation_id)) > max_input_bytes:
        return Failure(code=RefusalCode.TOO_LARGE, permanent=True, order_id=order.order_id)
    return order


def _take(order: Order, message: Message, desk: Desk) -> Failure | None:
    record = Record(
        order_id=order.order_id,
        payload_hash=payload_hash(order),
        correlation_id=message.correlation_id,
        received_at=timestamp(desk.clock()),
        total=order.total,
        file=order.file,
    )
    if desk.records.add(record):
        desk.notes.count(Metric.ACCEPTED)
        desk.next_step.begin(order, message.correlation_id)
        desk.notes.note("order_accepted", order_id=order.order_id, message_id=message.message_id)
        return None
    return _take_again(order, record.payload_hash, message, desk)


def _take_again(order: Order, new_hash: str, message: Message, desk: Desk) -> Failure | None:
    """The table has a record already: a duplicate, an interrupted first try, or another order's id."""
    stored = desk.records.find(order.order_id)
    if stored is None:
        # Deleted between the two calls; the next receive finds the table as it then is.
        return Failure(code="order_vanished", permanent=False, order_id=order.order_id)
    if stored.payload_hash != new_hash:
        _count_once(message, desk.notes, Metric.CONFLICT)
        return Failure(code="order_conflict", permanent=True, order_id=order.order_id)
    interrupted = stored.status == Status.RECEIVED
    if interrupted:
        desk.next_step.begin(order, message.correlation_id)
    desk.notes.count(Metric.DUPLICATE)
    desk.notes.note(
        "order_duplicate", order_id=order.order_id, message_id=message.message_id, resumed=interrupted
    )
    return None


def _count_once(message: Message, notes: Notes, metric: Metric) -> None:
    """Count a permanent failure at its first receive only: the same message comes back several times."""
    if message.receive_count == 1:
        notes.count(metric)


def _bytes(text: str) -> int:
    return len(text.encode(errors="surrogatepass"))
