"""`pavedroad import`: take resources that exist into the stack, and print the code that defines them."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from pavedroad import engine
from pavedroad.command.consent import consents, demand_consent
from pavedroad.command.console import console
from pavedroad.command.definitions import definitions
from pavedroad.command.display.report import show_report
from pavedroad.command.display.values import printable
from pavedroad.command.display.wording import Operation
from pavedroad.command.failure import CommandError, ExitCode, complain
from pavedroad.command.import_file import one_resource, read_file
from pavedroad.command.local_cloud import joined, planned
from pavedroad.command.operation import run_operation, tell, terminable
from pavedroad.command.request import RunOptions, run_request
from pavedroad.engine.events import Op, ResOutputsEvent
from pavedroad.engine.project import load_project
from pavedroad.engine.request import Outcome

if TYPE_CHECKING:
    from pathlib import Path

    from pavedroad.command.display.model import Report
    from pavedroad.command.import_file import Wanted
    from pavedroad.command.operation import Ran
    from pavedroad.engine.request import RunRequest


@dataclass(frozen=True, kw_only=True)
class ImportOptions(RunOptions):
    """The options of `pavedroad import`; see the help of each."""

    type: str = ""
    name: str = ""
    id: str = ""
    parent: str = ""
    provider: str = ""
    protect: bool = True
    file: Path | None = None
    yes: bool = False
    preview_only: bool = False


def run_import(options: ImportOptions) -> ExitCode:
    """Import the resources, show the result and the code, and say how the command ends.

    Raises:
        CommandError: An option does not fit, or nobody can be asked.
        EngineError: Another run has the stack, or the project cannot be read.
    """
    request = run_request(options, only_plan=options.preview_only)
    wanted = _wanted(options, request)
    if options.preview_only:
        with terminable():
            plan = _run(planned(request, options), wanted, options, only_plan=True)
        return _tell(plan, wanted, options)
    demand_consent(yes=options.yes, as_json=options.as_json, instead="pavedroad import --preview-only")
    # Under one lock: what is asked about is what is carried out, whoever else comes in between.
    with terminable(), engine.locked(request, "import") as held:
        return _import(options, wanted, joined(held, options).request)


def _import(options: ImportOptions, wanted: Wanted, request: RunRequest) -> ExitCode:
    # First only planned: of several resources none is imported when one of them does not exist.
    plan = _run(request, wanted, options, only_plan=True)
    if plan.outcome is not Outcome.SUCCEEDED:
        code = tell(plan, as_json=options.as_json)
        complain("nothing was changed")
        return code
    report = plan.report
    asked = report.changes and not options.yes
    if asked:
        show_report(report, console(), outcome="this is the plan")
        if not consents(f"Import into stack {request.stack} as planned?"):
            complain("not confirmed; nothing was changed")
            return ExitCode.ERROR
    done = _run(request, wanted, options, plan=plan)
    return _tell(done, wanted, options, before=report if asked else None)


def _wanted(options: ImportOptions, request: RunRequest) -> Wanted:
    given = [options.type, options.name, options.id]
    if options.file:
        if any(given) or options.parent or options.provider:
            raise CommandError(
                "--file is given together with a resource on the command line",
                remedy="Give TYPE NAME ID, or --file FILE with all resources in it.",
            )
        path = (options.cwd / options.file).absolute()
        project = load_project(request.project_dir).name
        return read_file(path, project=project, stack=request.stack, protect=options.protect)
    if not all(given):
        missing = ", ".join(
            name for name, value in zip(("TYPE", "NAME", "ID"), given, strict=True) if not value
        )
        raise CommandError(
            f"no resource is named: {missing} is missing",
            remedy="Give TYPE NAME ID, e.g. aws:sqs/queue:Queue orders URL-OF-THE-QUEUE, or --file FILE.",
        )
    return one_resource(
        options.type,
        options.name,
        options.id,
        parent=options.parent,
        provider=options.provider,
        protect=options.protect,
    )


def _run(
    request: RunRequest,
    wanted: Wanted,
    options: ImportOptions,
    *,
    plan: Ran | None = None,
    only_plan: bool = False,
) -> Ran:
    return run_operation(
        Operation.IMPORT,
        request,
        log=options.log_path,
        plan=plan.recorder.events if plan else (),
        call=partial(engine.preview_import if only_plan else engine.import_resources, imports=wanted.imports),
        only_plan=only_plan,
    )


def _tell(ran: Ran, wanted: Wanted, options: ImportOptions, before: Report | None = None) -> ExitCode:
    found = [
        event.metadata.new
        for event in ran.recorder.events
        if isinstance(event, ResOutputsEvent) and event.metadata.op is Op.IMPORT and event.metadata.new
    ]
    code = definitions(found, wanted.names) if found else ""
    ended = tell(ran, as_json=options.as_json, before=before, extra={"definitions": code})
    if code and not options.as_json:
        instead = "updates fail, because it is protected" if options.protect else "the next update deletes it"
        complain(f"\nAdd this to the program: as long as it lacks what was imported, {instead}.")
        sys.stdout.write(f"\n{printable(code)}")
        sys.stdout.flush()
    return ended
