"""Waits until a resource is ready for the next call, by looking at it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final, TypeVar

from pavedroad.provider.live.contract import Refused

if TYPE_CHECKING:
    from collections.abc import Callable

_T = TypeVar("_T")
_PATIENCE_SECONDS: Final = 30.0
_POLL_SECONDS: Final = 0.1


def settled(look: Callable[[], _T], done: Callable[[_T], bool], *, what: str) -> _T:
    """What is there, as soon as it is as it shall be.

    Args:
        look: Asks the service.
        done: Whether the answer is the one that is waited for.
        what: Names the resource.

    Raises:
        Refused: It was not in time.
    """
    end = time.monotonic() + _PATIENCE_SECONDS
    while True:
        found = look()
        if done(found):
            return found
        if time.monotonic() > end:
            raise Refused("ResourceNotReady", f"{what} is not ready after {_PATIENCE_SECONDS:g} seconds")
        time.sleep(_POLL_SECONDS)
