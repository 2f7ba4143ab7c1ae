"""`pavedroad refresh`: bring the state up to what there is. It changes no resource, so it does not ask.

With `--preview-only` the state stays as it is too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pavedroad import engine
from pavedroad.command.display.wording import Operation
from pavedroad.command.held import held_as
from pavedroad.command.local_cloud import joined, planned
from pavedroad.command.operation import run_operation, tell, terminable
from pavedroad.command.request import RunOptions, run_request
from pavedroad.engine.events import Op
from pavedroad.engine.request import Outcome

if TYPE_CHECKING:
    from pavedroad.command.failure import ExitCode


@dataclass(frozen=True, kw_only=True)
class RefreshOptions(RunOptions):
    """The options of `pavedroad refresh`; see the help of each."""

    preview_only: bool = False
    clear_pending_creates: bool = False


def run_refresh(options: RefreshOptions) -> ExitCode:
    """Read every resource anew, show what differs, and say how the command ends.

    Raises:
        CommandError: An option does not fit the project.
        EngineError: Another run has the stack.
    """
    request = replace(
        run_request(options, only_plan=options.preview_only),
        clear_pending_creates=options.clear_pending_creates,
    )
    with terminable():
        if options.preview_only:
            ran = run_operation(
                Operation.REFRESH,
                planned(request, options),
                log=options.log_path,
                call=engine.preview_refresh,
                only_plan=True,
            )
        else:
            with engine.locked(request, "refresh") as held:
                cloud = joined(held, options)
                plan = held_as(Op.REFRESH, cloud.request)
                ran = run_operation(Operation.REFRESH, cloud.request, log=options.log_path, plan=plan)
                if ran.outcome is Outcome.SUCCEEDED and not (options.targets or options.excludes):
                    cloud.remember()
    return tell(ran, as_json=options.as_json)
