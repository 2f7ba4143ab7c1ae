"""What a stack holds, read from its state, as the plan of an operation on all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pavedroad import engine
from pavedroad.command.display.shapes import as_list, as_mapping
from pavedroad.engine.events import ResourcePreEvent, StepMetadata, StepState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pavedroad.engine.events import EngineEvent, Json, Op
    from pavedroad.engine.request import RunRequest


def held_as(op: Op, request: RunRequest) -> tuple[EngineEvent, ...]:
    """A planned step of this operation for each resource, without its properties.

    Raises:
        EngineError: The project or the state cannot be read.
    """
    deployment = as_mapping(engine.export_state(request).get("deployment")) or {}
    resources = (as_mapping(item) for item in as_list(deployment.get("resources")) or ())
    return tuple(
        ResourcePreEvent(metadata=_step(op, resource), planning=True) for resource in resources if resource
    )


def _step(op: Op, resource: Mapping[str, Json]) -> StepMetadata:
    state = StepState(
        urn=str(resource["urn"]),
        type=str(resource["type"]),
        custom=bool(resource.get("custom")),
        id=str(resource.get("id") or ""),
        parent=str(resource.get("parent") or ""),
        protect=bool(resource.get("protect")),
        retain_on_delete=bool(resource.get("retainOnDelete")),
    )
    return StepMetadata(op=op, urn=state.urn, type=state.type, old=state)
