"""Orders, and the stand-ins for everything that the order functions talk to."""

from __future__ import annotations

import io
import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from lambdas.accept_orders.logic import Record, Stored
from lambdas.charge_order.logic import Attempt, Standing
from lambdas.fulfil_orders.logic import Refused
from lambdas.shared.journal import Journal
from lambdas.shared.order import Order, Status
from lambdas.shared.validate_order import validate_order

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from lambdas.shared.faults import AwsFault
    from lambdas.shared.notes import Metric
    from lambdas.submit_orders.logic import Entry, Unsent

NOW = datetime(2026, 3, 1, 12, 30, 15, 250_000, tzinfo=UTC)
NOW_TEXT = "2026-03-01T12:30:15.250Z"

_SERVICES = count()


def order_document(**changes: object) -> dict[str, object]:
    """A valid order as JSON gives it; `changes` replace fields, None removes one."""
    document: dict[str, object] = {
        "schema": 1,
        "order_id": "order-1",
        "customer_id": "customer-1",
        "placed_at": "2026-03-01T12:00:00Z",
        "currency": "EUR",
        "items": [{"sku": "TEA-01", "quantity": 2, "unit_price": 450}],
    }
    document.update(changes)
    return {name: value for name, value in document.items() if value is not None}


def order(**changes: object) -> Order:
    """A valid order."""
    valid = validate_order(order_document(**changes))
    assert isinstance(valid, Order), valid
    return valid


def order_body(**changes: object) -> str:
    """A valid order as a queue message's body."""
    return json.dumps(order_document(**changes))


identifiers = st.from_regex(r"[A-Za-z0-9_-]{1,64}", fullmatch=True)

items = st.fixed_dictionaries(
    {
        "sku": st.from_regex(r"[A-Z0-9-]{1,32}", fullmatch=True),
        "quantity": st.integers(1, 1000),
        "unit_price": st.integers(0, 10_000_000),
    }
)

order_documents = st.fixed_dictionaries(
    {
        "schema": st.just(1),
        "order_id": identifiers,
        "customer_id": identifiers,
        "placed_at": st.datetimes(min_value=datetime(1000, 1, 1)).map(  # noqa: DTZ001 - written with Z below
            lambda moment: moment.isoformat(timespec="milliseconds") + "Z"
        ),
        "currency": st.from_regex(r"[A-Z]{3}", fullmatch=True),
        "items": st.lists(items, min_size=1, max_size=5),
    },
    optional={"file": st.text(st.characters(categories=("L", "N", "P")), min_size=1, max_size=80)},
)
"""Valid orders."""

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
"""Anything that JSON can say."""


@dataclass
class FakeNotes:
    """Remembers what logic told."""

    counts: Counter[str] = field(default_factory=Counter)
    events: list[dict[str, str | int | bool | None]] = field(default_factory=list)

    def count(self, metric: Metric, value: int = 1) -> None:
        self.counts[metric.value] += value

    def note(self, event: str, **ids: str | int | bool | None) -> None:
        self.events.append({"event": event, **ids})


@dataclass
class FakeRecords:
    """The order table in memory, with its conditional writes."""

    items: dict[str, Stored] = field(default_factory=dict)
    added: list[Record] = field(default_factory=list)
    fault: AwsFault | None = None
    vanish: bool = False

    def add(self, record: Record) -> bool:
        if self.fault:
            raise self.fault
        if record.order_id in self.items:
            return False
        self.items[record.order_id] = Stored(record.payload_hash, Status.RECEIVED)
        self.added.append(record)
        return True

    def find(self, order_id: str) -> Stored | None:
        return None if self.vanish else self.items.get(order_id)


@dataclass
class FakeNextStep:
    """Remembers what it began, once an order, as a state machine does by name."""

    begun: list[tuple[str, str]] = field(default_factory=list)
    faults: list[Exception] = field(default_factory=list)

    def begin(self, order: Order, correlation_id: str) -> bool:
        if self.faults:
            raise self.faults.pop(0)
        if order.order_id in {known for known, _ in self.begun}:
            return False
        self.begun.append((order.order_id, correlation_id))
        return True


@dataclass
class FakeQueue:
    """Takes entries; `answers` says for each call which are not taken."""

    answers: list[list[Unsent]] = field(default_factory=list)
    calls: list[list[int]] = field(default_factory=list)
    fault: AwsFault | None = None

    def send(self, entries: Sequence[Entry], correlation_id: str) -> list[Unsent]:
        assert correlation_id
        if self.fault:
            raise self.fault
        self.calls.append([entry.index for entry in entries])
        return self.answers.pop(0) if self.answers else []


@dataclass
class FakeAttempts:
    """Counts tries; answers `standing` instead when it is set."""

    standing: Standing | None = None
    counted: list[tuple[str, str, str]] = field(default_factory=list)

    def begin(self, order_id: str, try_id: str, at: str) -> Attempt | Standing:
        if self.standing:
            return self.standing
        self.counted.append((order_id, try_id, at))
        return Attempt(len(self.counted))


@dataclass
class FakeFulfilments:
    """The order table's statuses in memory."""

    statuses: dict[str, Status] = field(default_factory=dict)
    fault: AwsFault | None = None

    def fulfil(self, order_id: str, ready: Status, at: str) -> Refused | None:
        assert at == NOW_TEXT
        if self.fault:
            raise self.fault
        present = self.statuses.get(order_id)
        if present != ready:
            return Refused(present)
        self.statuses[order_id] = Status.FULFILLED
        return None


@dataclass
class FakeDelays:
    """Remembers which messages got a delay; `fault` refuses all."""

    asked: list[tuple[str, int]] = field(default_factory=list)
    fault: AwsFault | None = None

    def delay(self, receipt_handle: str, receive_count: int) -> None:
        self.asked.append((receipt_handle, receive_count))
        if self.fault:
            raise self.fault


@dataclass
class Lines:
    """A journal that writes to memory; `read` parses what it wrote."""

    stream: io.StringIO = field(default_factory=io.StringIO)

    def journal(self, level: str = "INFO") -> Journal:
        """A journal with a logger of its own, since Python's loggers live as long as the process."""
        return Journal(
            environment="dev", level=level, service=f"orders-test-{next(_SERVICES)}", stream=self.stream
        )

    def read(self, level: str | None = None) -> list[dict[str, object]]:
        """The lines so far, of one level or of all."""
        lines = [json.loads(line) for line in self.stream.getvalue().splitlines()]
        return [line for line in lines if level in (None, line["level"])]


def metrics_of(stdout: str) -> list[dict[str, object]]:
    """The embedded-metric lines in what a function printed."""
    lines = [json.loads(line) for line in stdout.splitlines() if line.startswith("{")]
    return [line for line in lines if "_aws" in line]


def fixed(value: Mapping[str, object] | object) -> Callable[[], object]:
    """A function without arguments that gives `value`: stands in for a handler's `dependencies`."""
    return lambda: value


def now() -> datetime:
    """The tests' clock."""
    return NOW
