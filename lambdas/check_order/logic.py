"""Whether an order may be charged. A refusal is an answer of the business, not an error."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, TypedDict

if TYPE_CHECKING:
    from collections.abc import Collection

    from lambdas.shared.order import Order

TOTAL_ABOVE_LIMIT: Final = "total_above_limit"
CURRENCY_NOT_SUPPORTED: Final = "currency_not_supported"


class Decision(TypedDict):
    """What the workflow branches on; `reason` is set on a refusal."""

    decision: Literal["accept", "reject"]
    total: int
    reason: str | None


def check(order: Order, *, max_order_total: int, currencies: Collection[str]) -> Decision:
    """Decide on `order`; `max_order_total` counts minor units and is itself allowed."""
    # The currency first: a total in a currency that we do not know compares with nothing.
    if order.currency not in currencies:
        return Decision(decision="reject", total=order.total, reason=CURRENCY_NOT_SUPPORTED)
    if order.total > max_order_total:
        return Decision(decision="reject", total=order.total, reason=TOTAL_ABOVE_LIMIT)
    return Decision(decision="accept", total=order.total, reason=None)
