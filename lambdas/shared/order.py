"""An order as the functions know it, its canonical form and what follows from it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

SCHEMA: Final = 1
"""Version of the order document and of the fulfilment message."""


class Status(StrEnum):
    """Where an order stands; every change is a conditional write."""

    RECEIVED = "RECEIVED"
    PROCESSING = "PROCESSING"
    CHARGED = "CHARGED"
    FULFILLED = "FULFILLED"
    REJECTED = "REJECTED"
    FAILED = "FAILED"


@dataclass(frozen=True, kw_only=True)
class Item:
    """One line of an order; `unit_price` counts minor units (cents)."""

    sku: str
    quantity: int
    unit_price: int


@dataclass(frozen=True, kw_only=True)
class Order:
    """A valid order.

    Attributes:
        order_id: Identity, and the name of its workflow execution.
        customer_id: Who ordered.
        placed_at: RFC 3339, UTC.
        currency: ISO 4217.
        items: 1 to 100 lines.
        file: Path of the document that the order came from; carried through, never opened.
    """

    order_id: str
    customer_id: str
    placed_at: str
    currency: str
    items: tuple[Item, ...]
    file: str | None = None

    @property
    def total(self) -> int:
        """What the order costs, in minor units."""
        return sum(item.quantity * item.unit_price for item in self.items)


def canonical(order: Order) -> str:
    """The order as JSON: known fields only, keys sorted, no spaces. Equal orders give equal text."""
    return _compact(_document(order))


def payload_hash(order: Order) -> str:
    """SHA-256 of the canonical form, in hexadecimal."""
    return hashlib.sha256(canonical(order).encode()).hexdigest()


def workflow_input(order: Order, correlation_id: str) -> str:
    """What an execution starts with: the canonical order and the id that all its log lines carry."""
    return _compact({**_document(order), "correlation_id": correlation_id})


def _document(order: Order) -> dict[str, object]:
    items = [{"sku": i.sku, "quantity": i.quantity, "unit_price": i.unit_price} for i in order.items]
    document: dict[str, object] = {
        "schema": SCHEMA,
        "order_id": order.order_id,
        "customer_id": order.customer_id,
        "placed_at": order.placed_at,
        "currency": order.currency,
        "items": items,
    }
    return document if order.file is None else {**document, "file": order.file}


def _compact(document: dict[str, object]) -> str:
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
