"""`pavedroad up`: plan, show, ask, then make the stack what its program says."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pavedroad import engine
from pavedroad.command.consent import consents, demand_consent
from pavedroad.command.console import console
from pavedroad.command.display.report import show_report
from pavedroad.command.display.wording import Operation
from pavedroad.command.failure import ExitCode, complain
from pavedroad.command.local_cloud import BEGAN_ANEW, Joined, joined
from pavedroad.command.operation import run_operation, tell, terminable
from pavedroad.command.request import RunOptions, run_request
from pavedroad.engine.request import Outcome


@dataclass(frozen=True, kw_only=True)
class UpOptions(RunOptions):
    """The options of `pavedroad up`; see the help of each."""

    yes: bool = False
    refresh: bool = False


def run_up(options: UpOptions) -> ExitCode:
    """Update the stack, show the result, and say how the command ends.

    Raises:
        CommandError: An option does not fit the project, or nobody can be asked.
        EngineError: Another run has the stack.
    """
    demand_consent(yes=options.yes, as_json=options.as_json, instead="pavedroad preview")
    request = run_request(options)
    # Under one lock: what is asked about is what is carried out, whoever else comes in between.
    with terminable(), engine.locked(request, "up") as held:
        return _up(options, joined(held, options))


def _up(options: UpOptions, cloud: Joined) -> ExitCode:
    request = cloud.request
    if cloud.anew:
        complain(BEGAN_ANEW)
        # Of a part of the stack nobody can say that it is what the cloud has.
        request = replace(request, targets=(), excludes=())
    if options.refresh or cloud.anew:
        # First and by itself: a plan against what is no longer true would not be the one that is carried out.
        refreshed = run_operation(Operation.REFRESH, request, log=options.log_path)
        if refreshed.outcome is not Outcome.SUCCEEDED:
            return tell(refreshed, as_json=options.as_json)
        if not options.as_json and refreshed.report.changes and not cloud.anew:
            tell(refreshed, as_json=False)
    request = cloud.request
    cloud.remember()
    planned = run_operation(Operation.PREVIEW, request, log=options.log_path)
    plan = planned.report
    if planned.outcome is not Outcome.SUCCEEDED:
        code = tell(planned, as_json=options.as_json)
        complain("nothing was changed")
        return code
    asked = plan.changes and not options.yes
    if asked:
        show_report(plan, console(), outcome="this is the plan")
        if not consents(f"Update stack {request.stack} as planned?"):
            complain("not confirmed; nothing was changed")
            return ExitCode.ERROR
    done = run_operation(Operation.UPDATE, request, log=options.log_path, plan=planned.recorder.events)
    return tell(done, as_json=options.as_json, before=plan if asked else None)
