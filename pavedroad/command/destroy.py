"""`pavedroad destroy`: show what the stack holds, ask, then delete all of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pavedroad import engine
from pavedroad.command.consent import consents, demand_consent
from pavedroad.command.console import console
from pavedroad.command.display.model import read_events
from pavedroad.command.display.report import show_list
from pavedroad.command.display.wording import Operation
from pavedroad.command.failure import ExitCode, complain
from pavedroad.command.held import held_as
from pavedroad.command.local_cloud import joined, planned
from pavedroad.command.operation import run_operation, tell, terminable
from pavedroad.command.request import RunOptions, run_request
from pavedroad.engine.events import Op

if TYPE_CHECKING:
    from pavedroad.engine.request import RunRequest


@dataclass(frozen=True, kw_only=True)
class DestroyOptions(RunOptions):
    """The options of `pavedroad destroy`; see the help of each."""

    yes: bool = False
    preview_only: bool = False


def run_destroy(options: DestroyOptions) -> ExitCode:
    """Delete what the stack holds, show the result, and say how the command ends.

    Raises:
        CommandError: An option does not fit the project, or nobody can be asked.
        EngineError: Another run has the stack.
    """
    if options.preview_only:
        with terminable():
            ran = run_operation(
                Operation.DESTROY,
                planned(run_request(options, only_plan=True), options),
                log=options.log_path,
                call=engine.preview_destroy,
                only_plan=True,
            )
        return tell(ran, as_json=options.as_json)
    instead = "pavedroad destroy --preview-only"
    demand_consent(yes=options.yes, as_json=options.as_json, instead=instead)
    # Under one lock: what is asked about is what is deleted, whoever else comes in between.
    with terminable(), engine.locked(run_request(options), "destroy") as held:
        return _destroy(options, joined(held, options).request)


def _destroy(options: DestroyOptions, request: RunRequest) -> ExitCode:
    plan = held_as(Op.DELETE, request)
    if plan and not options.yes:
        held = read_events(plan, operation=Operation.DESTROY)
        show_list(held, console())
        if not consents(f"Delete all that stack {request.stack} holds, with its data?"):
            complain("not confirmed; nothing was deleted")
            return ExitCode.ERROR
    ran = run_operation(Operation.DESTROY, request, log=options.log_path, plan=plan)
    return tell(ran, as_json=options.as_json)
