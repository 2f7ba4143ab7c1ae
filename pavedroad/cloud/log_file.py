"""Reads the emulator's log while it grows."""

from __future__ import annotations

import os
import time
from collections import deque
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_POLL_SECONDS: Final = 0.2


def last_lines(log: Path, count: int) -> list[str]:
    """The last lines, without their ends."""
    with log.open(encoding="utf-8", errors="replace") as file:
        return [line.rstrip("\n") for line in deque(file, maxlen=count)]


def follow_lines(
    log: Path, first: Iterable[str] = (), *, poll_seconds: float = _POLL_SECONDS
) -> Iterator[str]:
    """Lines as they come, for ever; goes on with the new file when the cloud is started anew.

    Args:
        log: The file.
        first: What is given out before; reading begins at the end of the file as it is now.
        poll_seconds: How often the file is looked at.
    """
    file = log.open(encoding="utf-8", errors="replace")
    try:
        file.seek(0, 2)
        yield from first
        begun = ""
        while True:
            begun += file.readline()
            if begun.endswith("\n"):
                yield begun.rstrip("\n")
                begun = ""
            elif _is_replaced(log, file.fileno()):
                file.close()
                file = log.open(encoding="utf-8", errors="replace")
            else:
                time.sleep(poll_seconds)
    finally:
        file.close()


def _is_replaced(log: Path, descriptor: int) -> bool:
    try:
        return not os.path.samestat(os.fstat(descriptor), log.stat())
    except FileNotFoundError:
        return False
