"""Waiting for a condition, never for a time."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

_T = TypeVar("_T")


def eventually(
    look: Callable[[], _T], holds: Callable[[_T], bool] = bool, *, within: float = 120, every: float = 0.1
) -> _T:
    """What is seen once it holds.

    Args:
        look: What is looked at.
        holds: Whether that is what is waited for; by default, whether it is true.
        every: Seconds between two looks.
        within: Seconds until the test fails; generous, because machines differ.

    Raises:
        AssertionError: It did not hold in time; the text shows what was seen last.
    """
    end = time.monotonic() + within
    while True:
        seen = look()
        if holds(seen):
            return seen
        assert time.monotonic() < end, f"not within {within:g} seconds; seen last: {seen!r}"
        time.sleep(every)
