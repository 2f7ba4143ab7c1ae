"""What the options of a verb ask of the engine.

Relative paths are meant from `cwd`, as with the Pulumi CLI.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pavedroad.command.failure import CommandError
from pavedroad.engine.request import PolicyPack, RunRequest

UNKNOWN_OUTPUTS: Final = "PAVEDROAD_UNKNOWN_OUTPUTS"
RECORD: Final = "PAVEDROAD_RECORD"
"""Tells the stand-in provider where it keeps what exists."""

_FOLDER: Final = ".pavedroad"


@dataclass(frozen=True, kw_only=True)
class StackOptions:
    """The options that name a stack; see the help of each."""

    stack: str | None = None
    cwd: Path = Path()
    state: Path | None = None


@dataclass(frozen=True, kw_only=True)
class RunOptions(StackOptions):
    """The options of a run; a verb leaves those that it does not have at their defaults."""

    packs: tuple[Path, ...] = ()
    pack_configs: tuple[Path, ...] = ()
    provider_path: Path | None = None
    ambient_plugins: bool = False
    no_cloud: bool = False
    unknown_outputs: bool = False
    strict: bool = False
    as_json: bool = False
    event_log: Path | None = None
    parallel: int = 0
    continue_on_error: bool = False
    targets: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()

    @property
    def log_path(self) -> Path | None:
        """Where the event log goes."""
        return self.cwd / self.event_log if self.event_log else None


def stack_request(options: StackOptions) -> RunRequest:
    """Which stack is meant, for what only reads its state.

    Raises:
        CommandError: The project has no such stack, or several and none is named.
    """
    cwd = options.cwd.resolve()
    stack = options.stack or _only_stack(cwd)
    return RunRequest(project_dir=cwd, stack=stack, state_file=_state_path(options, cwd, stack))


def existing_state(request: RunRequest) -> None:
    """Demand that the stack has a state: a verb that only reads must not take a wrong name for an empty one.

    Raises:
        CommandError: There is none.
    """
    path = request.state_file
    if path is not None and not path.exists():
        raise CommandError(
            f"stack {request.stack} has no state: there is no {path}",
            remedy="Bring the stack up first (pavedroad up), or name its state with --state FILE.",
        )


def run_request(options: RunOptions, *, only_plan: bool = False) -> RunRequest:
    """What the engine is asked for.

    Args:
        options: The options of the verb.
        only_plan: Nothing will be made: the provider needs its record only when there is one.

    Raises:
        CommandError: An option does not fit the project.
    """
    cwd = options.cwd.resolve()
    stack = options.stack or _only_stack(cwd)
    record = cwd / _FOLDER / stack / "record.sqlite"
    return RunRequest(
        project_dir=cwd,
        stack=stack,
        policy_packs=_packs(options, cwd),
        provider_dirs={"aws": _provider(options, cwd)},
        override_project_plugins=options.provider_path is not None,
        ambient_plugins=options.ambient_plugins,
        provider_environment={
            **({RECORD: str(record)} if record.exists() or not only_plan else {}),
            **({UNKNOWN_OUTPUTS: "1"} if options.unknown_outputs else {}),
        },
        parallel=options.parallel,
        state_file=_state_path(options, cwd, stack),
        continue_on_error=options.continue_on_error,
        targets=options.targets,
        excludes=options.excludes,
    )


def _state_path(options: StackOptions, cwd: Path, stack: str) -> Path:
    if options.state is None:
        return cwd / _FOLDER / "state" / f"{stack}.json"
    path = (cwd / options.state).resolve()
    if path.is_dir():
        raise CommandError(
            f"--state: {path} is a folder", remedy="Name the file that holds the stack's state."
        )
    return path


def _packs(options: RunOptions, cwd: Path) -> tuple[PolicyPack, ...]:
    configs = options.pack_configs
    if configs and len(configs) != len(options.packs):
        raise CommandError(
            f"--policy-pack-config is given {len(configs)} times for {len(options.packs)} policy packs",
            remedy="Give one --policy-pack-config for each --policy-pack, in the same order, or none at all.",
        )
    files = configs or (None,) * len(options.packs)
    return tuple(
        PolicyPack(
            path=(cwd / pack).resolve(),
            config_file=(cwd / file).resolve() if file else None,
            properties={"strict": True} if options.strict else {},
        )
        for pack, file in zip(options.packs, files, strict=True)
    )


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


def _provider(options: RunOptions, cwd: Path) -> Path:
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
