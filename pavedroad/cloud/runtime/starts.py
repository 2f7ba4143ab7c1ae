"""How many environments begin at the same time: as many as there are processors.

Lambda begins a thousand at once, each on a machine that has room. Here they would share two processors and
all be late: messages become visible again while the batches that hold them still wait for their interpreter.
Who waits for its turn takes an environment that has become free meanwhile.
"""

from __future__ import annotations

import os
import threading
import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

AT_ONCE: Final = max(2, os.cpu_count() or 2)
LONGEST_WAIT_SECONDS: Final = 10.0
"""After it, one begins all the same: an initialisation may itself wait for a function that is to begin."""

_LOOK_SECONDS: Final = 0.02
_turns: Final = threading.Semaphore(AT_ONCE)
_lock: Final = threading.Lock()
_starting = 0


def all_taken() -> bool:
    """Whether one more would have to wait."""
    return _starting >= AT_ONCE


def wait_for_turn(free: Callable[[], bool]) -> Callable[[], None] | None:
    """Wait until an environment may begin.

    Args:
        free: Takes an environment that is free by now, if there is one.

    Returns:
        What to call once it has begun, or None when one was free.
    """
    deadline = time.monotonic() + LONGEST_WAIT_SECONDS
    while True:
        if free():
            return None
        if _turns.acquire(timeout=_LOOK_SECONDS):
            return _begin(_turns.release)
        if time.monotonic() > deadline:
            return _begin(lambda: None)


def _begin(release: Callable[[], None]) -> Callable[[], None]:
    global _starting  # noqa: PLW0603 - one count for the process
    with _lock:
        _starting += 1

    def begun() -> None:
        global _starting  # noqa: PLW0603 - as above
        with _lock:
            _starting -= 1
        release()

    return begun
