"""Work that calls of the program have begun, and that goes on when the program is gone.

gRPC cancels the handler of a call whose caller has died. A program dies of its first failed resource, while
others are still being made: those must come to their end, and to the state.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Coroutine

    _T = TypeVar("_T")


class UnderWay:
    """The work of one run."""

    def __init__(self) -> None:
        """Nothing is under way."""
        self._tasks: set[asyncio.Task[object]] = set()

    async def result(self, work: Coroutine[None, None, _T]) -> _T:
        """The result of some work; it goes on when whoever waits for it is cancelled."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._forget)
        return await asyncio.shield(task)

    async def cancel(self) -> None:
        """Break off what is left."""
        left = tuple(self._tasks)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    def _forget(self, task: asyncio.Task[object]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # looked at: nobody may be left to hear of it
