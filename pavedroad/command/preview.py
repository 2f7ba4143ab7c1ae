"""`pavedroad preview`: ask the engine for a plan, show progress, then the report.

Relative paths are meant from `cwd`, as with the Pulumi CLI.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rich.console import Console

from pavedroad.command.console import console
from pavedroad.command.digest import digest
from pavedroad.command.display.model import read_events
from pavedroad.command.display.progress import Progress
from pavedroad.command.display.report import show_report
from pavedroad.command.failure import CommandError, ExitCode, complain
from pavedroad.command.recorder import Recorder
from pavedroad.engine import preview
from pavedroad.engine.request import EngineError, Outcome, PolicyPack, RunRequest

if TYPE_CHECKING:
    from collections.abc import Generator
    from types import FrameType

    from pavedroad.engine.events import EngineEvent

UNKNOWN_OUTPUTS: Final = "PAVEDROAD_UNKNOWN_OUTPUTS"
_EXIT_CODES: Final = {
    Outcome.SUCCEEDED: ExitCode.WELL,
    Outcome.FAILED: ExitCode.ERROR,
    Outcome.POLICY_VIOLATION: ExitCode.POLICY_VIOLATION,
    Outcome.CANCELLED: ExitCode.CANCELLED,
}
_OUTCOMES: Final = {
    Outcome.SUCCEEDED: "the plan is well",
    Outcome.FAILED: "failed",
    Outcome.POLICY_VIOLATION: "refused: a mandatory policy is violated",
    Outcome.CANCELLED: "cancelled",
}


@dataclass(frozen=True, kw_only=True)
class PreviewOptions:
    """The options of `pavedroad preview`; see the help of each."""

    stack: str | None
    cwd: Path
    packs: tuple[Path, ...] = ()
    pack_configs: tuple[Path, ...] = ()
    provider_path: Path | None = None
    unknown_outputs: bool = False
    strict: bool = False
    as_json: bool = False
    event_log: Path | None = None
    parallel: int = 0


def run_preview(options: PreviewOptions) -> ExitCode:
    """Preview, show the result, and say how the command ends.

    Raises:
        CommandError: An option does not fit the project.
    """
    request = run_request(options)
    log_path = options.cwd / options.event_log if options.event_log else None
    with _terminable(), Recorder(log_path) as recorder:
        outcome = _run(request, recorder)
    code = _EXIT_CODES[outcome]
    if options.as_json:
        document = digest(recorder.events, result=outcome.value, exit_code=code)
        sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2, default=dict) + "\n")
        sys.stdout.flush()
    elif recorder.planned:
        show_report(read_events(recorder.told), console(), outcome=_OUTCOMES[outcome])
    if recorder.error:
        complain(f"error: {recorder.error}")
    elif outcome is Outcome.CANCELLED:
        complain("cancelled")
    if recorder.log_error:
        complain(f"error: {recorder.log_error}")
        return code if code is not ExitCode.WELL else ExitCode.ERROR
    return code


def run_request(options: PreviewOptions) -> RunRequest:
    """What the engine is asked for.

    Raises:
        CommandError: An option does not fit the project.
    """
    cwd = options.cwd.resolve()
    configs = options.pack_configs
    if configs and len(configs) != len(options.packs):
        raise CommandError(
            f"--policy-pack-config is given {len(configs)} times for {len(options.packs)} policy packs",
            remedy="Give one --policy-pack-config for each --policy-pack, in the same order, or none at all.",
        )
    files = configs or (None,) * len(options.packs)
    return RunRequest(
        project_dir=cwd,
        stack=options.stack or _only_stack(cwd),
        policy_packs=tuple(
            PolicyPack(
                path=(cwd / pack).resolve(),
                config_file=(cwd / file).resolve() if file else None,
                properties={"strict": True} if options.strict else {},
            )
            for pack, file in zip(options.packs, files, strict=True)
        ),
        provider_dirs={"aws": _provider(options, cwd)},
        override_project_plugins=options.provider_path is not None,
        provider_environment={UNKNOWN_OUTPUTS: "1"} if options.unknown_outputs else {},
        parallel=options.parallel,
    )


def _run(request: RunRequest, recorder: Recorder) -> Outcome:
    try:
        with Progress(Console(stderr=True), stack=request.stack) as progress:

            def see(event: EngineEvent) -> None:
                recorder.see(event)
                progress.see(event)

            return preview(request, see).outcome
    except EngineError as error:
        recorder.failed(str(error))
        return Outcome.FAILED
    except KeyboardInterrupt:
        recorder.cancelled()
        return Outcome.CANCELLED


def _only_stack(project: Path) -> str:
    stacks = sorted(
        path.name.removeprefix("Pulumi.").removesuffix(".yaml") for path in project.glob("Pulumi.?*.yaml")
    )
    if len(stacks) == 1:
        return stacks[0]
    if stacks:
        raise CommandError(
            f"{project} has {len(stacks)} stacks and none is named",
            remedy=f"Name one with --stack: {', '.join(stacks)}.",
        )
    raise CommandError(
        f"{project} has no stack: there is no Pulumi.<stack>.yaml",
        remedy="Start in the project's folder, name it with --cwd, or make a Pulumi.<stack>.yaml.",
    )


def _provider(options: PreviewOptions, cwd: Path) -> Path:
    if options.provider_path is None:
        return Path(__file__).resolve().parent.parent / "provider" / "plugin"
    folder = (cwd / options.provider_path).resolve()
    plugin = folder / "pulumi-resource-aws"
    if not os.access(plugin, os.X_OK):
        raise CommandError(
            f"--provider-path: there is no executable pulumi-resource-aws in {folder}",
            remedy="Name the folder that holds the provider plugin, or leave the option out to use our own.",
        )
    return folder


@contextlib.contextmanager
def _terminable() -> Generator[None]:
    """Give a termination the end that Ctrl-C has: the engine ends its children, the log is closed."""

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        signal.raise_signal(signal.SIGINT)

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
