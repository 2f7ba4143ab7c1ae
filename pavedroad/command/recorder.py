"""What happened in a run: the events in order, kept for the report and written to the event log."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Self

from pavedroad.command.event_log import EventLog
from pavedroad.command.failure import CommandError
from pavedroad.engine.events import (
    CancelEvent,
    DiagnosticEvent,
    PolicyEvent,
    ResourcePreEvent,
    SummaryEvent,
)

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from pavedroad.engine.events import EngineEvent


class Recorder:
    """A context manager; closes the log on the way out.

    Args:
        log: File for the event log, or None.
        planning: Whether the run only plans.

    Attributes:
        events: All events so far.
        error: Why the run broke off, or empty.
        log_error: Why the event log is not complete, or empty; the run goes on without it.
    """

    def __init__(self, log: Path | None, *, planning: bool) -> None:
        self._planning = planning
        self.events: list[EngineEvent] = []
        self.error = ""
        self.log_error = ""
        self._log = EventLog(log) if log else None
        self._started = time.monotonic()

    def __enter__(self) -> Self:
        """The recorder itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the log."""
        if self._log:
            self._log.close()

    def see(self, event: EngineEvent) -> None:
        """Take one event in."""
        self.events.append(event)
        if self._log and not self.log_error:
            try:
                self._log.write(event)
            except CommandError as error:
                # Raised into the engine it would end the run midway; the command reports it at the end.
                self.log_error = str(error)

    @property
    def worth_showing(self) -> bool:
        """Whether there is anything to show: a step, a policy result or a message."""
        return (
            any(isinstance(event, ResourcePreEvent | PolicyEvent) for event in self.events) or not self.error
        )

    @property
    def told(self) -> list[EngineEvent]:
        """The events without the error that ended the run: it is told by itself."""
        return [event for event in self.events if not self._is_error(event)]

    def _is_error(self, event: EngineEvent) -> bool:
        return (
            isinstance(event, DiagnosticEvent)
            and bool(self.error)
            and event.message.strip() == self.error.strip()
        )

    def failed(self, error: str) -> None:
        """End the events of a run that broke off: its error and a summary, as a reader of the log expects."""
        self.error = error
        if not any(self._is_error(event) for event in self.events):
            self.see(DiagnosticEvent(severity="error", message=error))
        if not any(isinstance(event, SummaryEvent) for event in self.events):
            self.see(
                SummaryEvent(
                    duration_seconds=time.monotonic() - self._started,
                    resource_changes={},
                    policy_packs={},
                    result="failed",
                    is_preview=self._planning,
                )
            )

    def cancelled(self) -> None:
        """End the events of a run that was stopped from outside."""
        if not any(isinstance(event, CancelEvent) for event in self.events):
            self.see(CancelEvent())
