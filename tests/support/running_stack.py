"""A stack of the project, brought up in a local cloud for tests."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from pavedroad import engine
from pavedroad.engine.request import Outcome, RunRequest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.support.cloud import Cloud

ROOT: Final = Path(__file__).resolve().parents[2]
PLUGIN: Final = ROOT / "pavedroad" / "provider" / "plugin"


@dataclass(frozen=True)
class Ran:
    """What an operation did."""

    outcome: Outcome
    changes: Mapping[str, int]
    errors: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class RunningStack:
    """A stack of the project, with its state and record in a folder of the test.

    Attributes:
        cloud: Where its live resources are.
        request: What the engine is asked for.
    """

    cloud: Cloud
    request: RunRequest

    def up(self, **changes: object) -> Ran:
        """Update it; `changes` are fields of the request."""
        return self._run("up", changes)

    def refresh(self) -> Ran:
        """Read every resource anew."""
        return self._run("refresh", {})

    def destroy(self) -> Ran:
        """Delete every resource."""
        return self._run("destroy", {})

    @property
    def outputs(self) -> dict[str, object]:
        """The stack's outputs."""
        return cast("dict[str, object]", engine.outputs(self.request))

    @property
    def resources(self) -> list[dict[str, object]]:
        """What the state holds."""
        deployment = cast("dict[str, object]", engine.export_state(self.request)["deployment"])
        return cast("list[dict[str, object]]", deployment.get("resources", []))

    def _run(self, operation: str, changes: Mapping[str, object]) -> Ran:
        errors: list[str] = []

        def see(event: engine.EngineEvent) -> None:
            if isinstance(event, engine.DiagnosticEvent) and event.severity == "error":
                errors.append(event.message)

        call = {"up": engine.up, "refresh": engine.refresh, "destroy": engine.destroy}[operation]
        result = call(replace(self.request, **changes), see)  # pyright: ignore[reportArgumentType] - the test names fields
        return Ran(result.outcome, result.resource_changes, tuple(errors))


def running_stack(
    cloud: Cloud, folder: Path, *, stack: str = "sandbox", project: Path = ROOT
) -> RunningStack:
    """The stack, not up yet; its own state and record lie in `folder`."""
    return RunningStack(
        cloud=cloud,
        request=RunRequest(
            project_dir=project,
            stack=stack,
            provider_dirs={"aws": PLUGIN},
            provider_environment={
                "PAVEDROAD_CLOUD": cloud.endpoint,
                "PAVEDROAD_RECORD": str(folder / "record.sqlite"),
            },
            state_file=folder / "state.json",
        ),
    )
