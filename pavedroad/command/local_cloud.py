"""Where a verb's live resources are: in the local cloud of the project, started when it is needed.

A stack remembers the cloud that it was last worked on in. When that one's content began anew since, what the
state tells is not there any more, and every resource is read anew first.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from pavedroad import engine
from pavedroad.command.display.shapes import as_list, as_mapping
from pavedroad.command.failure import CommandError
from pavedroad.engine.project import load_config, load_project
from pavedroad.provider.account import Account, from_config
from pavedroad.provider.live.table import MODULES

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from pavedroad.cloud.instance import Running
    from pavedroad.command.request import RunOptions
    from pavedroad.engine.request import RunRequest

CLOUD: Final = "PAVEDROAD_CLOUD"
"""Tells the stand-in provider where the local cloud is."""

PLANNED: Final = "planned"
"""Value of `CLOUD` while none runs: live types are planned, not made."""

BEGAN_ANEW: Final = "the local cloud began anew since the last run: every resource is read anew first"
_FOLDER: Final = ".pavedroad"


def cloud_folder(project: Path) -> Path:
    """Where the files of a project's local cloud lie."""
    return project / _FOLDER / "cloud"


def place_of(request: RunRequest) -> Account:
    """Account and region of a stack, as its configuration names them.

    Raises:
        EngineError: The project or the stack's configuration cannot be read.
    """
    config = load_config(load_project(request.project_dir), request.stack)
    return from_config({name: value.text for name, value in config.package("aws").items()})


@dataclass(frozen=True, kw_only=True)
class Joined:
    """A request that knows its cloud.

    Attributes:
        request: The request, with the cloud's address for the provider.
        instance: The cloud's content; empty when none is meant, or none runs.
        anew: Whether the stack was last worked on in another content.
    """

    request: RunRequest
    instance: str = ""
    anew: bool = False

    def remember(self) -> None:
        """Note that the stack's state tells what is in this cloud."""
        if not self.instance:
            return
        path = _note(self.request)
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{os.getpid()}.new")
        draft.write_text(json.dumps({"instance": self.instance}) + "\n", encoding="utf-8")
        draft.replace(path)


def live_types(request: RunRequest) -> Collection[str] | None:
    """Types that are made in the local cloud; None when the request means none."""
    return MODULES.keys() if CLOUD in request.provider_environment else None


def planned(request: RunRequest, options: RunOptions) -> RunRequest:
    """A request that only looks: what runs is used, nothing is started."""
    if _without(options):
        return request
    from pavedroad.cloud.emulator import running  # noqa: PLC0415 - loads more than a wrong option needs

    found = running(cloud_folder(request.project_dir))
    return _with_address(request, found.endpoint if found else PLANNED)


def joined(request: RunRequest, options: RunOptions) -> Joined:
    """A request that changes something: the cloud runs from here on.

    Raises:
        CommandError: The stack was made with another choice.
        CloudError: The cloud does not start.
        EngineError: The project or the state cannot be read.
    """
    kinds = _kinds(request)
    if _without(options):
        if kinds["live"]:
            raise CommandError(
                f"stack {request.stack} has {kinds['live']} resources in the local cloud, which --no-cloud "
                "does not reach",
                remedy="Leave --no-cloud out, or destroy the stack first.",
            )
        return Joined(request=request)
    if kinds["movable"] and not kinds["live"]:
        raise CommandError(
            f"stack {request.stack} was made without the local cloud: {kinds['movable']} of its resources "
            "are in the provider's record alone",
            remedy="Go on with --no-cloud, or destroy the stack with it first.",
        )
    cloud = _started(request)
    found = Joined(request=_with_address(request, cloud.endpoint), instance=cloud.instance_id)
    return replace(found, anew=bool(kinds["live"]) and _remembered(request) != cloud.instance_id)


def _started(request: RunRequest) -> Running:
    from pavedroad.cloud.emulator import running, start  # noqa: PLC0415 - only when one is needed

    folder = cloud_folder(request.project_dir)
    found = running(folder)
    if found is not None:
        return found
    place = place_of(request)
    return start(folder, account=place.account, region=place.region)


def _without(options: RunOptions) -> bool:
    # Another provider knows nothing of our cloud.
    return options.no_cloud or options.provider_path is not None


def _with_address(request: RunRequest, address: str) -> RunRequest:
    return replace(request, provider_environment={**request.provider_environment, CLOUD: address})


def _kinds(request: RunRequest) -> Counter[str]:
    """How many of the stack's resources are live, and how many recorded ones would be live by now."""
    deployment = as_mapping(engine.export_state(request).get("deployment")) or {}
    found: Counter[str] = Counter()
    for item in as_list(deployment.get("resources")) or ():
        resource = as_mapping(item) or {}
        kind = (as_mapping(resource.get("outputs")) or {}).get("__kind")
        if kind == "live":
            found["live"] += 1
        elif kind == "recorded" and resource.get("type") in MODULES:
            found["movable"] += 1
    return found


def _note(request: RunRequest) -> Path:
    return request.project_dir / _FOLDER / request.stack / "cloud.json"


def _remembered(request: RunRequest) -> str:
    with suppress(OSError, ValueError):
        noted = as_mapping(json.loads(_note(request).read_text(encoding="utf-8"))) or {}
        return str(noted.get("instance", ""))
    return ""
