"""Writes the state of a stack: once for all steps that wait for it at the same time.

A write costs some milliseconds, and more the larger the stack is. Steps run side by side, and a step waits
until the state stands in the file: were each to write it by itself, a large stack would do little else.
"""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Saving:
    """The saving of one stack's state.

    Args:
        compose: The text of the state as it is at this moment.
        replace: Puts a text in the file's place, atomically; called in a thread.
    """

    def __init__(self, compose: Callable[[], str], replace: Callable[[str], None]) -> None:
        self._compose = compose
        self._replace = replace
        self._next: asyncio.Task[None] | None = None
        self._turn = asyncio.Lock()
        self._writing = threading.Lock()
        # Changes are numbered: a write that comes late must not undo a later one.
        self._changes = 0
        self._written = 0

    async def saved(self) -> None:
        """Return when a change that was just made stands in the file.

        Raises:
            EngineError: The file cannot be written.
        """
        self.later()
        if self._next is None:
            self._next = asyncio.create_task(self._write())
        await asyncio.shield(self._next)

    def later(self) -> None:
        """Take note of a change that need not be in the file before something else is."""
        self._changes += 1

    def close(self) -> None:
        """Write what is not in the file yet.

        Raises:
            EngineError: The file cannot be written.
        """
        if self._written < self._changes:
            self._put(self._changes, self._compose())

    async def _write(self) -> None:
        async with self._turn:
            self._next = None  # whatever changes from here on is in the next one
            number, text = self._changes, self._compose()
            await asyncio.to_thread(self._put, number, text)

    def _put(self, number: int, text: str) -> None:
        with self._writing:
            if number > self._written:
                self._replace(text)
                self._written = number
