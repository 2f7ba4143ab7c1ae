"""One operation of the engine as every verb runs it: progress while it lasts, then a report or a document."""

from __future__ import annotations

import contextlib
import json
import signal
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from rich.console import Console

from pavedroad import engine
from pavedroad.command.console import console
from pavedroad.command.digest import digest
from pavedroad.command.display.model import read_events
from pavedroad.command.display.progress import Progress
from pavedroad.command.display.report import show_report
from pavedroad.command.display.wording import Operation
from pavedroad.command.failure import ExitCode, complain
from pavedroad.command.local_cloud import live_types
from pavedroad.command.recorder import Recorder
from pavedroad.engine.request import EngineError, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Generator, Mapping, Sequence
    from pathlib import Path
    from types import FrameType

    from pavedroad.command.display.model import Report
    from pavedroad.engine.events import EngineEvent, Json
    from pavedroad.engine.request import RunRequest, RunResult

_EXIT_CODES: Final = {
    Outcome.SUCCEEDED: ExitCode.WELL,
    Outcome.FAILED: ExitCode.ERROR,
    Outcome.POLICY_VIOLATION: ExitCode.POLICY_VIOLATION,
    Outcome.CANCELLED: ExitCode.CANCELLED,
}
_SUCCEEDED: Final = {
    Operation.PREVIEW: "the plan is well",
    Operation.UPDATE: "the stack is as the program says",
    Operation.REFRESH: "the state tells what there is",
    Operation.DESTROY: "nothing is left of the stack",
    Operation.IMPORT: "the resources are in the stack",
    Operation.CHECK: "no mandatory policy is violated",
}
_PARTLY: Final = {
    Operation.UPDATE: "what was meant is as the program says; the rest was left as it is",
    Operation.DESTROY: "what was meant is deleted; the rest was left as it is",
}
_PLANNED: Final = "this is the plan; nothing was changed"
_VIOLATED: Final = "a mandatory policy is violated"
_OTHERWISE: Final = {
    Outcome.FAILED: "failed",
    Outcome.POLICY_VIOLATION: _VIOLATED,
    Outcome.CANCELLED: "cancelled",
}
Call: TypeAlias = "Callable[[RunRequest, Callable[[EngineEvent], None]], RunResult]"
_SAVED: Final = "; what was done is saved"


@dataclass(frozen=True, kw_only=True)
class Ran:
    """An operation that has ended.

    Attributes:
        plan: The events of the plan that it carried out; empty when none was made.
        recorder: Its own events and errors.
        only_plan: Nothing was carried out.
        live: Types that are made in the local cloud; None when none is meant.
        partial: Only a part of the stack was meant.
    """

    operation: Operation
    outcome: Outcome
    recorder: Recorder
    plan: tuple[EngineEvent, ...] = ()
    only_plan: bool = False
    live: Collection[str] | None = None
    partial: bool = False

    @property
    def code(self) -> ExitCode:
        """How the command ends after it."""
        code = _EXIT_CODES[self.outcome]
        return ExitCode.ERROR if code is ExitCode.WELL and self.recorder.log_error else code

    @property
    def report(self) -> Report:
        """All that it told, to be shown."""
        return read_events(
            self.recorder.told,
            operation=self.operation,
            plan=self.plan,
            live=self.live,
            partial=self.partial,
        )


def run_operation(
    operation: Operation,
    request: RunRequest,
    *,
    log: Path | None,
    plan: Sequence[EngineEvent] = (),
    call: Call | None = None,
    only_plan: bool = False,
) -> Ran:
    """Do it and watch it; an error of the engine or Ctrl-C is an outcome like others.

    Args:
        operation: What to do.
        request: The stack and how.
        log: File for the event log, or None.
        plan: Events that tell what it is going to do, where that is known.
        call: What does it; by default the engine's operation of that name.
        only_plan: Whether that only tells what it would do; some operations never do more.

    Raises:
        CommandError: The event log cannot be written.
    """
    looks = only_plan or operation.only_looks
    with Recorder(log, planning=looks) as recorder:
        progress = Progress(Console(stderr=True), stack=request.stack, operation=operation, plan=plan)
        outcome = _run(call or _call(operation), request, recorder, progress)
    return Ran(
        operation=operation,
        outcome=outcome,
        recorder=recorder,
        plan=tuple(plan),
        only_plan=looks,
        live=live_types(request),
        partial=request.partial,
    )


def _run(call: Call, request: RunRequest, recorder: Recorder, progress: Progress) -> Outcome:
    def see(event: EngineEvent) -> None:
        recorder.see(event)
        progress.see(event)

    try:
        with progress:
            return call(request, see).outcome
    except EngineError as error:
        recorder.failed(str(error))
        return Outcome.FAILED
    except KeyboardInterrupt:
        recorder.cancelled()
        return Outcome.CANCELLED


def _call(operation: Operation) -> Call:
    match operation:
        case Operation.UPDATE:
            return engine.up
        case Operation.REFRESH:
            return engine.refresh
        case Operation.DESTROY:
            return engine.destroy
        case _:
            return engine.preview


def tell(
    ran: Ran,
    *,
    as_json: bool,
    before: Report | None = None,
    subject: str = "",
    extra: Mapping[str, Json] | None = None,
) -> ExitCode:
    """Show how an operation ended, and say how the command ends.

    Args:
        ran: The operation.
        as_json: Whether standard output gets one JSON document.
        before: The plan that the reader has seen: what policies said there is not said again.
        subject: What the result is about, where the report does not show it.
        extra: What else the document tells.
    """
    if as_json:
        document = digest(
            ran.recorder.events,
            operation=ran.operation,
            plan=ran.plan,
            only_plan=ran.only_plan,
            result=ran.outcome.value,
            exit_code=ran.code,
        )
        document |= extra or {}
        sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2, default=dict) + "\n")
        sys.stdout.flush()
    elif ran.recorder.worth_showing:
        show_report(ran.report, console(), outcome=_words(ran, subject), before=before)
    if ran.recorder.error:
        complain(f"error: {ran.recorder.error}")
    elif ran.outcome is Outcome.CANCELLED:
        complain("cancelled")
    if ran.recorder.log_error:
        complain(f"error: {ran.recorder.log_error}")
    return ran.code


def _words(ran: Ran, subject: str) -> str:
    planned = ran.only_plan and not ran.operation.only_looks
    done = _PARTLY.get(ran.operation, "") if ran.partial else ""
    words = _OTHERWISE.get(ran.outcome, _PLANNED if planned else done or _SUCCEEDED[ran.operation])
    if words is _VIOLATED and ran.operation is not Operation.CHECK:
        words = f"refused: {words}"
    if ran.outcome is not Outcome.SUCCEEDED and not ran.only_plan:
        words += _SAVED
    return f"{subject}; {words}" if subject else words


@contextlib.contextmanager
def terminable() -> Generator[None]:
    """Give a termination the end that Ctrl-C has: the engine ends its children, the log is closed."""

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        signal.raise_signal(signal.SIGINT)

    before = signal.signal(signal.SIGTERM, interrupt)
    # A script's background job is started with Ctrl-C ignored, and a termination would be ignored with it.
    ctrl_c = signal.getsignal(signal.SIGINT)
    if ctrl_c is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, ctrl_c)
        signal.signal(signal.SIGTERM, before)
