"""Charging an order exactly once, however often the workflow asks.

Each try is counted in the order's record first. The payment's own identity follows from the order's, so that
a repeated charge is the same charge; an order that already carries a charge is answered with that.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, Protocol, TypeAlias, TypedDict

from lambdas.shared.clock import Clock, timestamp

if TYPE_CHECKING:
    from lambdas.shared.order import Order

CARD_DECLINED: Final = "card_declined"

_DECLINED_PREFIX: Final = "declined-"
_FLAKY: Final = re.compile(r"flaky-([0-9]+)-")
_CHARGE_ID_DIGITS: Final = 24


class Charged(TypedDict):
    """The money is taken."""

    outcome: Literal["charged"]
    charge_id: str


class Declined(TypedDict):
    """The customer cannot pay: an answer, not an error."""

    outcome: Literal["declined"]
    reason: str


Outcome: TypeAlias = Charged | Declined


class PaymentFault(Exception):  # noqa: N818 - the name that the execution's history shows
    """The payment provider gave no answer that decides; trying again is right."""


class NotChargeable(Exception):  # noqa: N818 - the name that the execution's history shows
    """The order's record is missing or in a status in which nothing may be charged."""


@dataclass(frozen=True)
class Attempt:
    """A counted try to charge."""

    number: int


@dataclass(frozen=True)
class Standing:
    """Why no try was counted: the record as it stands, or None for both where there is no record."""

    status: str | None
    charge_id: str | None


class Attempts(Protocol):
    """The order table."""

    def begin(self, order_id: str, try_id: str, at: str) -> Attempt | Standing:
        """Count a try if the order is PROCESSING; the same try counts once."""
        ...


class Payments(Protocol):
    """Who takes the money."""

    def charge(self, order: Order, attempt: Attempt) -> Outcome:
        """Charge the order's total.

        Raises:
            PaymentFault: It is not known whether the money was taken; asking again is safe.
        """
        ...


class SimulatedPayments:
    """Payments for environments without money; the customer's name decides what happens."""

    def charge(self, order: Order, attempt: Attempt) -> Outcome:
        """Decline `declined-*`, fail the first n tries of `flaky-<n>-*`, charge everybody else."""
        if order.customer_id.startswith(_DECLINED_PREFIX):
            return Declined(outcome="declined", reason=CARD_DECLINED)
        flaky = _FLAKY.match(order.customer_id)
        if flaky and attempt.number <= int(flaky[1]):
            raise PaymentFault(f"simulated fault of try {attempt.number} of {flaky[1]}")
        return Charged(outcome="charged", charge_id=charge_id_of(order.order_id))


def charge(order: Order, try_id: str, *, attempts: Attempts, payments: Payments, clock: Clock) -> Outcome:
    """Charge `order` once.

    Args:
        order: What to charge.
        try_id: Of this try: each invocation of the function is one.
        attempts: Where tries are counted.
        payments: Who takes the money.
        clock: Tells the time of the try.

    Raises:
        NotChargeable: Its record does not allow it.
        PaymentFault: The provider gave no answer; the workflow tries again.
    """
    begun = attempts.begin(order.order_id, try_id, timestamp(clock()))
    if isinstance(begun, Attempt):
        return payments.charge(order, begun)
    if begun.charge_id is not None:
        return Charged(outcome="charged", charge_id=begun.charge_id)
    raise NotChargeable(
        f"order {order.order_id}: got status {begun.status or 'none, it has no record'}, allowed PROCESSING"
    )


def charge_id_of(order_id: str) -> str:
    """The identity of the one charge that an order can have."""
    return f"ch_{hashlib.sha256(order_id.encode()).hexdigest()[:_CHARGE_ID_DIGITS]}"
