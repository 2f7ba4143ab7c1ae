"""`pavedroad destroy`: show what the stack holds, ask, then delete all of it."""

from __future__ import annotations

from dataclasses import dataclass

from pavedroad.command.consent import consents, demand_consent
from pavedroad.command.console import console
from pavedroad.command.display.model import read_events
from pavedroad.command.display.report import show_list
from pavedroad.command.display.wording import Operation
from pavedroad.command.failure import ExitCode, complain
from pavedroad.command.held import held_as
from pavedroad.command.operation import run_operation, tell, terminable
from pavedroad.command.request import RunOptions, run_request
from pavedroad.engine.events import Op


@dataclass(frozen=True, kw_only=True)
class DestroyOptions(RunOptions):
    """The options of `pavedroad destroy`; see the help of each."""

    yes: bool = False


def run_destroy(options: DestroyOptions) -> ExitCode:
    """Delete what the stack holds, show the result, and say how the command ends.

    Raises:
        CommandError: An option does not fit the project, or nobody can be asked.
    """
    demand_consent(yes=options.yes, as_json=options.as_json, instead="pavedroad state export")
    request = run_request(options)
    plan = held_as(Op.DELETE, request)
    if plan and not options.yes:
        held = read_events(plan, operation=Operation.DESTROY)
        show_list(held, console())
        if not consents(f"Delete all that stack {request.stack} holds, with its data?"):
            complain("not confirmed; nothing was deleted")
            return ExitCode.ERROR
    with terminable():
        ran = run_operation(Operation.DESTROY, request, log=options.log_path, plan=plan)
    return tell(ran, as_json=options.as_json)
