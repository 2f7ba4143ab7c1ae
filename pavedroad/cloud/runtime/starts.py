"""How many environments begin at the same time: as many as there are processors.

Lambda begins a thousand at once, each on a machine that has room. Here they would share two processors and
all be late: messages become visible again while the batches that hold them still wait for their interpreter.
Who waits for its turn takes an environment that has become free meanwhile.
"""

from __future__ import annotations

import os
import threading
import time
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable

AT_ONCE: Final = max(2, os.cpu_count() or 2)
LONGEST_WAIT_SECONDS: Final = 10.0
"""When none has begun or come to its end for so long, one more begins all the same: an initialisation may
itself wait for a function that is to begin. All that wait would begin at once if each counted for itself, and
then none would come to its end."""

_LOOK_SECONDS: Final = 0.5
"""Who waits is told when something has become free, and looks by itself only in case that it was not: a
hundred that look again and again leave the cloud no time to answer those that they wait for."""

_turns: Final = threading.Semaphore(AT_ONCE)
_lock: Final = threading.Lock()
_starting = 0
_moved = 0.0
"""When one began or came to its end last, on the monotonic clock."""

_waiting: Final[dict[threading.Event, str]] = {}
"""What wakes each that waits, in the order of their coming, and what it waits for."""


@dataclass
class Line:
    """How long an invocation waits until its environment has begun; another thread may look meanwhile.

    Attributes:
        ended: Seconds of the waits that are over.
        since: When the present one began, on the monotonic clock; None between them.
    """

    ended: float = 0.0
    since: float | None = None

    @property
    def seconds(self) -> float:
        """Until now."""
        with _lock:
            return self.ended + (0.0 if self.since is None else time.monotonic() - self.since)

    def begin(self) -> None:
        """It waits from now on."""
        with _lock:
            self.since = time.monotonic()

    def end(self) -> None:
        """It waits no more."""
        with _lock:
            if self.since is not None:
                self.ended, self.since = self.ended + time.monotonic() - self.since, None


_line: ContextVar[Line | None] = ContextVar("pavedroad_line", default=None)


@contextmanager
def measured() -> Generator[Line]:
    """Tell how long what is invoked within waits to begin; threads that copy the context count, too."""
    line = Line()
    token = _line.set(line)
    try:
        yield line
    finally:
        _line.reset(token)


def all_taken() -> bool:
    """Whether one more would have to wait."""
    return _starting >= AT_ONCE


def wait_for_turn(free: Callable[[], bool], key: str = "") -> Callable[[], None] | None:
    """Wait until an environment may begin.

    Args:
        free: Takes an environment that is free by now, if there is one.
        key: What `freed` names when one may be.

    Returns:
        What to call once it has begun, or None when one was free.
    """
    told = threading.Event()
    line = _line.get() or Line()
    line.begin()
    with _lock:
        _waiting[told] = key
    try:
        while True:
            told.clear()  # before it looks: what becomes free from here on is told
            if free():
                line.end()
                return None
            if _turns.acquire(blocking=False):
                return _begin(line, _turns.release)
            if _is_stuck():
                return _begin(line, lambda: None)
            told.wait(_LOOK_SECONDS)
    finally:
        with _lock:
            del _waiting[told]


def freed(key: str) -> None:
    """Tell the first of those that wait for it that an environment may be free."""
    with _lock:
        _tell(told for told, wanted in _waiting.items() if wanted == key)


def _tell(waiting: Iterable[threading.Event]) -> None:
    """Wake the first that is not awake already; the caller holds the lock."""
    first = next((told for told in waiting if not told.is_set()), None)
    if first is not None:
        first.set()


def _is_stuck() -> bool:
    """Whether nothing has moved for too long; asked once for each one that may begin out of turn."""
    with _lock:
        stuck = time.monotonic() > _moved + LONGEST_WAIT_SECONDS
        if stuck:
            _count(0)
    return stuck


def _begin(line: Line, release: Callable[[], None]) -> Callable[[], None]:
    with _lock:
        _count(1)

    def begun() -> None:
        line.end()
        release()
        with _lock:
            _count(-1)
            _tell(_waiting)

    return begun


def _count(change: int) -> None:
    """Note that something moved; the caller holds the lock."""
    global _starting, _moved  # noqa: PLW0603 - one count for the process
    _starting += change
    _moved = time.monotonic()
