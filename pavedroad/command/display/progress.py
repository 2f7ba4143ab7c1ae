"""What happens while a run lasts: one moving line, only on a terminal."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final, Self, TypeGuard

from pavedroad.command.display.tree import short_type
from pavedroad.command.display.values import one_line, shorten
from pavedroad.command.display.wording import Operation
from pavedroad.engine.events import (
    Op,
    PolicyEvent,
    PolicyPackEvent,
    ResOpFailedEvent,
    ResourcePreEvent,
    ResOutputsEvent,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import TracebackType

    from rich.console import Console

    from pavedroad.engine.events import EngineEvent

_SPINNER: Final = 3


class Progress:
    """A spinner with counts. A context manager; silent when the console is no terminal.

    `see` may be called from any thread.

    Args:
        console: Where it moves.
        stack: Name of the stack.
        operation: What is done to it.
        plan: Events that tell what will be done, where that is known.
    """

    def __init__(
        self,
        console: Console,
        *,
        stack: str,
        operation: Operation = Operation.PREVIEW,
        plan: Sequence[EngineEvent] = (),
    ) -> None:
        self._head = f"{operation.doing} {stack}"
        self._plans = operation.only_looks
        self._expected = {event.metadata.urn for event in plan if _is_change(event)}
        self._done: set[str] = set()
        self._failed = 0
        self._room = console.width - _SPINNER
        self._resources = 0
        self._results = 0
        self._packs = 0
        self._now = "starting"
        self._lock = threading.Lock()
        self._status = (
            console.status(self._text(), spinner="dots")
            if console.is_terminal and not console.is_dumb_terminal
            else None
        )

    def __enter__(self) -> Self:
        """Start to move."""
        if self._status:
            self._status.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave no trace on the terminal."""
        if self._status:
            self._status.stop()

    def see(self, event: EngineEvent) -> None:
        """Take one event in."""
        if not self._status:
            return
        with self._lock:
            if isinstance(event, ResourcePreEvent):
                self._resources += 1
                self._now = f"{one_line(event.metadata.name)} ({short_type(event.metadata.type)})"
            elif isinstance(event, PolicyPackEvent):
                self._packs += 1
                self._now = f"policy pack {event.policy_pack_name} is ready"
            elif isinstance(event, PolicyEvent):
                self._results += 1
            elif isinstance(event, ResOutputsEvent):
                if _is_change(event) or event.metadata.urn in self._expected:
                    self._done.add(event.metadata.urn)
            elif isinstance(event, ResOpFailedEvent):
                self._failed += 1
            else:
                return
            self._status.update(self._text())

    def _text(self) -> str:
        head = f"{self._head} · {', '.join(self._counts())} · "
        # One line: two would jump.
        return (head + shorten(self._now, max(0, self._room - len(head)))).replace("[", "\\[")

    def _counts(self) -> Iterator[str]:
        if self._plans:
            yield f"resources: {self._resources}"
        else:
            # An update may do more than was planned; a count beyond its total would look like a fault.
            total = f" of {len(self._expected)}" if self._done <= self._expected else ""
            yield f"done: {len(self._done)}{total}"
        if self._failed:
            yield f"failed: {self._failed}"
        if self._packs:
            yield f"policy results: {self._results}"


def _is_change(event: EngineEvent) -> TypeGuard[ResourcePreEvent | ResOutputsEvent]:
    return isinstance(event, ResourcePreEvent | ResOutputsEvent) and event.metadata.op is not Op.SAME
