"""What the engine does for its caller: plan a stack, change it, read it."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING

from pavedroad.engine import values
from pavedroad.engine.locking import StackLock
from pavedroad.engine.project import load_project
from pavedroad.engine.runner import Run, state_file
from pavedroad.engine.state import STACK_TYPE
from pavedroad.engine.statefile import exported

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from pavedroad.engine.events import EngineEvent
    from pavedroad.engine.importing import Import
    from pavedroad.engine.request import RunRequest, RunResult
    from pavedroad.engine.values import Wire


def preview(request: RunRequest, on_event: Callable[[EngineEvent], None]) -> RunResult:
    """Plan a stack: what an update would do, and what the policy packs say to it.

    Args:
        request: What to plan.
        on_event: Called with each event, in order, from one thread.

    Raises:
        EngineError: The run cannot start or go on: a file is missing, a plugin died.
        KeyboardInterrupt: It was interrupted; every process is gone.
    """
    return asyncio.run(Run(request, on_event, "update", dry_run=True).run())


def up(request: RunRequest, on_event: Callable[[EngineEvent], None]) -> RunResult:
    """Update a stack to what its program says. Arguments and errors are those of `preview`."""
    return asyncio.run(Run(request, on_event, "update").run())


def refresh(request: RunRequest, on_event: Callable[[EngineEvent], None]) -> RunResult:
    """Read every resource of a stack anew. Arguments and errors are those of `preview`."""
    return asyncio.run(Run(request, on_event, "refresh").run())


def preview_refresh(request: RunRequest, on_event: Callable[[EngineEvent], None]) -> RunResult:
    """Tell what a refresh would find; the state stays. Arguments and errors are those of `preview`."""
    return asyncio.run(Run(request, on_event, "refresh", dry_run=True).run())


def destroy(request: RunRequest, on_event: Callable[[EngineEvent], None]) -> RunResult:
    """Delete every resource of a stack. Arguments and errors are those of `preview`."""
    return asyncio.run(Run(request, on_event, "destroy").run())


def preview_destroy(request: RunRequest, on_event: Callable[[EngineEvent], None]) -> RunResult:
    """Plan what a destroy would do. Arguments and errors are those of `preview`."""
    return asyncio.run(Run(request, on_event, "destroy", dry_run=True).run())


def import_resources(
    request: RunRequest, on_event: Callable[[EngineEvent], None], imports: Sequence[Import]
) -> RunResult:
    """Take resources that exist into a stack; nothing is changed outside.

    Args:
        request: The stack.
        on_event: As for `preview`.
        imports: The resources; what is in the stack already under the same id is passed over.

    Raises:
        EngineError: The run cannot start or go on.
        KeyboardInterrupt: It was interrupted.
    """
    return asyncio.run(Run(request, on_event, "import", imports=imports).run())


def preview_import(
    request: RunRequest, on_event: Callable[[EngineEvent], None], imports: Sequence[Import]
) -> RunResult:
    """Tell what an import would do; the state stays. Arguments and errors are those of `import_resources`."""
    return asyncio.run(Run(request, on_event, "import", dry_run=True, imports=imports).run())


@contextlib.contextmanager
def locked(request: RunRequest, doing: str) -> Generator[RunRequest]:
    """Hold a stack for several operations: what was planned is what is carried out.

    Args:
        request: The stack.
        doing: What for; another run is refused with it and with our pid.

    Yields:
        The request to make under the lock.

    Raises:
        EngineError: Another run has the stack, or the project cannot be read.
    """
    lock = StackLock(state_file(request, load_project(request.project_dir)).path, request.stack)
    lock.take(doing)
    try:
        yield replace(request, lock=lock)
    finally:
        lock.release()


def outputs(request: RunRequest, *, show_secrets: bool = False) -> dict[str, Wire]:
    """The stack's outputs, as its state holds them.

    Args:
        request: Which stack.
        show_secrets: Whether secrets stand in clear text; else they are masked.

    Raises:
        EngineError: The project or the state cannot be read.
    """
    loaded = state_file(request, load_project(request.project_dir)).load()
    for state in loaded.resources:
        if state.type == STACK_TYPE and not state.delete:
            return values.reveal_props(state.outputs) if show_secrets else values.masked_props(state.outputs)
    return {}


def export_state(request: RunRequest, *, show_secrets: bool = False) -> dict[str, Wire]:
    """The stack's state as a version 3 deployment.

    Args:
        request: Which stack.
        show_secrets: Whether secrets stand in clear text; else they stay encrypted.

    Raises:
        EngineError: The project or the state cannot be read.
    """
    return exported(state_file(request, load_project(request.project_dir)), show_secrets=show_secrets)
