"""What logic may tell about its work, without knowing how it is logged or measured."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol


class Metric(StrEnum):
    """Every metric of the system; the dashboard shows them under these names."""

    SUBMITTED = "OrdersSubmitted"
    ACCEPTED = "OrdersAccepted"
    DUPLICATE = "OrdersDuplicate"
    INVALID = "OrdersInvalid"
    CONFLICT = "OrdersConflict"
    FULFILLED = "OrdersFulfilled"


class Notes(Protocol):
    """What logic may tell: it counts and notes, and knows nothing of logs and metrics."""

    def count(self, metric: Metric, value: int = 1) -> None:
        """Add `value` to `metric`."""
        ...

    def note(self, event: str, **ids: str | int | bool | None) -> None:
        """Log one line about something expected."""
        ...
