"""What a caller asks of the engine, and what it answers. Pure data."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pavedroad.engine.locking import StackLock


class EngineError(Exception):
    """A run cannot start or go on; the text says what, where and how to mend it. Never carries a secret."""


@dataclass(frozen=True, kw_only=True)
class PolicyPack:
    """A policy pack to run.

    Attributes:
        path: Folder that holds PulumiPolicy.yaml and __main__.py.
        config_file: JSON file in the format of `pulumi --policy-pack-config`, or None.
        properties: Set on every policy whose config schema has a property of that name (`{"strict": True}`).
    """

    path: Path
    config_file: Path | None = None
    properties: Mapping[str, bool | int | str] = field(default_factory=dict[str, "bool | int | str"])


@dataclass(frozen=True, kw_only=True)
class RunRequest:
    """One operation on one stack.

    Attributes:
        project_dir: Folder that holds Pulumi.yaml.
        stack: Stack name; its configuration is Pulumi.<stack>.yaml.
        policy_packs: Packs that decide on the plan.
        provider_dirs: Provider plugin folders by package name: {"aws": <folder with pulumi-resource-aws>};
            they win over `plugins.providers` in Pulumi.yaml only when `override_project_plugins` is true.
        override_project_plugins: True when the caller named the folders by hand (`--provider-path`).
        provider_environment: Extra environment of the provider processes.
        parallel: How many steps may run at once; 0 means the engine's default.
        state_file: The stack's state; None is .pavedroad/state/<stack>.json in the project.
        continue_on_error: After a failure go on with what does not depend on it.
        refresh: Read every resource from its provider before an update is planned.
        clear_pending_creates: Forget the creates that an earlier run did not see the end of; for a refresh.
        targets: Globs over URNs of what may change; empty is everything.
        excludes: Globs over URNs of what must stay as it is.
        ambient_plugins: Whether a provider plugin may be searched on PATH, when no folder is known for it.
        dry_run: Set by the engine itself: whether the operation only plans.
        lock: What the caller holds the stack by, set by `locked`; without it an operation that acts takes
            the stack for itself.
    """

    project_dir: Path
    stack: str
    policy_packs: tuple[PolicyPack, ...] = ()
    provider_dirs: Mapping[str, Path] = field(default_factory=dict[str, "Path"])
    override_project_plugins: bool = False
    provider_environment: Mapping[str, str] = field(default_factory=dict[str, str])
    parallel: int = 0
    state_file: Path | None = None
    continue_on_error: bool = False
    refresh: bool = False
    clear_pending_creates: bool = False
    targets: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    ambient_plugins: bool = False
    dry_run: bool = True
    lock: StackLock | None = None

    @property
    def partial(self) -> bool:
        """Whether only a part of the stack is meant."""
        return bool(self.targets or self.excludes)


class Outcome(Enum):
    """How a run ended."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    POLICY_VIOLATION = "policy-violation"
    CANCELLED = "cancelled"


@dataclass(frozen=True, kw_only=True)
class RunResult:
    """The end of a run: outcome, counts of steps by operation, stack outputs with secrets masked."""

    outcome: Outcome
    resource_changes: Mapping[str, int]
    outputs: Mapping[str, object]
    duration_seconds: float
