"""`pavedroad check`: policy packs over resources that already are, with no program and no provider."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pavedroad import engine
from pavedroad.command.display.wording import Operation
from pavedroad.command.failure import CommandError
from pavedroad.command.operation import run_operation, tell, terminable
from pavedroad.command.request import RunOptions, run_request
from pavedroad.engine.project import load_project

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from pavedroad.command.failure import ExitCode
    from pavedroad.engine.events import EngineEvent
    from pavedroad.engine.request import RunRequest, RunResult
    from pavedroad.engine.state import State


@dataclass(frozen=True, kw_only=True)
class CheckOptions(RunOptions):
    """The options of `pavedroad check`; see the help of each."""

    file: Path | None = None
    resources: Path | None = None
    all_verdicts: bool = False


def run_check(options: CheckOptions) -> ExitCode:
    """Judge the resources, show the results, and say how the command ends.

    Raises:
        CommandError: An option is missing, or does not fit the project.
        EngineError: The file is not of its form.
    """
    if options.all_verdicts:
        return _tell_all(options)
    if not options.packs:
        raise CommandError("there is nothing to check against", remedy="Name a pack with --policy-pack DIR.")
    request = run_request(options, only_plan=True)
    subjects = _subjects(options, request)

    def judge(request: RunRequest, on_event: Callable[[EngineEvent], None]) -> RunResult:
        return engine.check(request, subjects, on_event)

    with terminable():
        ran = run_operation(Operation.CHECK, request, log=options.log_path, call=judge)
    return tell(ran, as_json=options.as_json, subject=f"resources: {len(subjects)}")


def _tell_all(options: CheckOptions) -> ExitCode:
    if options.event_log or options.pack_configs:
        raise CommandError(
            "--all-verdicts asks the rules one by one: there are no events, and no pack to configure",
            remedy="Leave --event-log and --policy-pack-config out, or leave out --all-verdicts.",
        )
    from pavedroad.command.verdicts import print_verdicts  # noqa: PLC0415 - loads the policies

    request = run_request(options, only_plan=True)
    packs = [pack.path for pack in request.policy_packs]
    return print_verdicts(_subjects(options, request), packs, strict=options.strict)


def _subjects(options: CheckOptions, request: RunRequest) -> Sequence[State]:
    if options.file and not options.resources:
        return engine.exported_resources(_readable(options, "--file", options.file))
    if options.resources and not options.file:
        project = load_project(request.project_dir).name
        path = _readable(options, "--resources", options.resources)
        return engine.listed_resources(path, project=project, stack=request.stack)
    both = options.file and options.resources
    raise CommandError(
        "--file and --resources are both given" if both else "no resources are named",
        remedy="Give --file STATE for an exported state, or --resources FILE for a list.",
    )


def _readable(options: CheckOptions, option: str, given: Path) -> Path:
    path = (options.cwd / given).absolute()
    try:
        path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text in UTF-8"
        raise CommandError(
            f"{option}: {path} cannot be read: {reason}", remedy="Name another file."
        ) from error
    return path
