"""What happens while a run lasts: one moving line, only on a terminal."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final, Self

from pavedroad.command.display.tree import short_type
from pavedroad.command.display.values import one_line, shorten
from pavedroad.engine.events import PolicyEvent, PolicyPackEvent, ResourcePreEvent

if TYPE_CHECKING:
    from types import TracebackType

    from rich.console import Console

    from pavedroad.engine.events import EngineEvent

_SPINNER: Final = 3


class Progress:
    """A spinner with counts. A context manager; silent when the console is no terminal.

    `see` may be called from any thread.
    """

    def __init__(self, console: Console, *, stack: str) -> None:
        self._stack = stack
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
            else:
                return
            self._status.update(self._text())

    def _text(self) -> str:
        counts = f"resources: {self._resources}"
        if self._packs:
            counts += f", policy results: {self._results}"
        head = f"Previewing {self._stack} · {counts} · "
        # One line: two would jump.
        return (head + shorten(self._now, max(0, self._room - len(head)))).replace("[", "\\[")
