"""Sorting a list of orders into those that go to the queue and those that go back, and sending with patience.

Pure but for the collaborators that are passed in. The caller learns the fate of every order: accepted,
rejected with its reason, or failed to be sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol, TypedDict, cast

from lambdas.shared.messages import is_correlation_id, message_bytes
from lambdas.shared.order import Order, canonical
from lambdas.shared.retry import backoff_seconds
from lambdas.shared.validate_order import Refusal, RefusalCode, validate_order

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_ENTRIES: Final = 10
"""SQS quota "Message batch size": entries of one SendMessageBatch."""

MAX_BATCH_BYTES: Final = 1024 * 1024
"""SQS quota: bodies and attributes of one SendMessageBatch together."""

TRIES: Final = 3
BACKOFF_BASE_SECONDS: Final = 0.2
BACKOFF_CAP_SECONDS: Final = 2.0


class InvalidRequest(Exception):  # noqa: N818 - the name that callers of the function see
    """The event is not a request to submit orders."""


@dataclass(frozen=True)
class Request:
    """A well-formed event."""

    orders: Sequence[object]
    correlation_id: str


@dataclass(frozen=True)
class Entry:
    """One order on its way to the queue.

    Attributes:
        index: Place in the request; also the entry's id in its batch.
        order_id: Of the order.
        body: Canonical form.
        size: What SQS counts, in bytes.
    """

    index: int
    order_id: str
    body: str
    size: int


@dataclass(frozen=True)
class Unsent:
    """An entry that the queue did not take; `sender_fault` means that trying again is pointless."""

    index: int
    code: str
    sender_fault: bool


class Rejected(TypedDict):
    """An order that was refused."""

    index: int
    order_id: str | None
    code: str
    message: str


class Failed(TypedDict):
    """A valid order that could not be sent; submitting it again is safe."""

    index: int
    order_id: str
    code: str


class Result(TypedDict):
    """What the caller gets."""

    correlation_id: str
    accepted: list[str]
    rejected: list[Rejected]
    failed: list[Failed]


class Queue(Protocol):
    """Where orders go."""

    def send(self, entries: Sequence[Entry], correlation_id: str) -> list[Unsent]:
        """Send one batch and return what was not taken.

        Raises:
            AwsFault: The call itself failed.
        """
        ...


@dataclass(frozen=True)
class Patience:
    """How to wait between tries.

    Attributes:
        jitter: A random number from 0 to its argument, in seconds.
        sleep: Waits that long.
    """

    jitter: Callable[[float], float]
    sleep: Callable[[float], None]


def read_request(event: object, new_id: Callable[[], str]) -> Request:
    """The request in `event`; a correlation id is made when the caller gives none.

    Raises:
        InvalidRequest: The event has another form.
    """
    allowed = "allowed {orders: [...], correlation_id?: 1 to 128 printable characters without blanks}"
    if not isinstance(event, Mapping):
        raise InvalidRequest(f"event: got no object, {allowed}")
    fields = cast("Mapping[str, object]", event)
    unknown = sorted(fields.keys() - {"orders", "correlation_id"})
    if unknown:
        raise InvalidRequest(f"event: got unknown fields {', '.join(map(ascii, unknown))}, {allowed}")
    orders = fields.get("orders")
    if not isinstance(orders, list):
        raise InvalidRequest(f"orders: got no array, {allowed}")
    correlation_id = fields.get("correlation_id")
    if correlation_id is None:
        correlation_id = new_id()
    if not isinstance(correlation_id, str) or not is_correlation_id(correlation_id):
        raise InvalidRequest(f"correlation_id: got no usable id, {allowed}")
    return Request(cast("list[object]", orders), correlation_id)


def sort_orders(request: Request, max_message_bytes: int) -> tuple[list[Entry], list[Rejected]]:
    """The entries to send and the orders to refuse, both in the request's order."""
    entries: dict[str, Entry] = {}
    rejected: list[Rejected] = []
    for index, document in enumerate(request.orders):
        judged = _judge(index, document, request.correlation_id, entries.keys(), max_message_bytes)
        if isinstance(judged, Entry):
            entries[judged.order_id] = judged
        else:
            rejected.append(
                Rejected(index=index, order_id=judged.order_id, code=judged.code, message=judged.message)
            )
    return list(entries.values()), rejected


def batches(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    """The entries in groups that one SendMessageBatch takes: by count and by bytes, order kept."""
    batch: list[Entry] = []
    size = 0
    for entry in entries:
        if batch and (len(batch) == MAX_ENTRIES or size + entry.size > MAX_BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(entry)
        size += entry.size
    if batch:
        yield batch


def submit(request: Request, *, queue: Queue, patience: Patience, max_message_bytes: int) -> Result:
    """Send every valid order and tell what became of each.

    Raises:
        AwsFault: The queue cannot be reached or refuses the function. Submitting everything again is safe.
    """
    entries, rejected = sort_orders(request, max_message_bytes)
    unsent: dict[int, str] = {}
    for batch in batches(entries):
        unsent.update(_send(batch, request.correlation_id, queue, patience))
    return Result(
        correlation_id=request.correlation_id,
        accepted=[entry.order_id for entry in entries if entry.index not in unsent],
        rejected=rejected,
        failed=[
            Failed(index=entry.index, order_id=entry.order_id, code=unsent[entry.index])
            for entry in entries
            if entry.index in unsent
        ],
    )


def _judge(
    index: int, document: object, correlation_id: str, taken: Iterable[str], max_message_bytes: int
) -> Entry | Refusal:
    order = validate_order(document)
    if not isinstance(order, Order):
        return order
    if order.order_id in taken:
        message = f"order_id: {order.order_id} stands earlier in this request, allowed once"
        return Refusal(RefusalCode.DUPLICATE_IN_REQUEST, message, order.order_id)
    body = canonical(order)
    size = message_bytes(body, correlation_id)
    if size > max_message_bytes:
        message = f"order: got {size} bytes with attributes, allowed {max_message_bytes}"
        return Refusal(RefusalCode.TOO_LARGE, message, order.order_id)
    return Entry(index, order.order_id, body, size)


def _send(batch: list[Entry], correlation_id: str, queue: Queue, patience: Patience) -> dict[int, str]:
    """Send one batch, again what may succeed; the codes of what did not, by index."""
    refused: dict[int, str] = {}
    waiting = batch
    for attempt in range(1, TRIES + 1):
        unsent = {failure.index: failure for failure in queue.send(waiting, correlation_id)}
        refused.update({index: failure.code for index, failure in unsent.items() if failure.sender_fault})
        waiting = [e for e in waiting if e.index in unsent and not unsent[e.index].sender_fault]
        if not waiting:
            return refused
        if attempt < TRIES:
            bound = backoff_seconds(
                attempt, base_seconds=BACKOFF_BASE_SECONDS, cap_seconds=BACKOFF_CAP_SECONDS
            )
            patience.sleep(patience.jitter(bound))
        else:
            refused.update({entry.index: unsent[entry.index].code for entry in waiting})
    return refused
