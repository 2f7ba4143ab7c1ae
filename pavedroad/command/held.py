"""What a stack holds, read from its state, as the plan of an operation on all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pavedroad import engine
from pavedroad.command.display.shapes import as_list, as_mapping
from pavedroad.engine.events import ResourcePreEvent, StepMetadata, StepState
from pavedroad.engine.state import STACK_TYPE, is_provider
from pavedroad.engine.targets import Targets

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pavedroad.engine.events import EngineEvent, Json, Op
    from pavedroad.engine.request import RunRequest


def held_as(op: Op, request: RunRequest) -> tuple[EngineEvent, ...]:
    """A planned step of this operation for each resource that is meant, without its properties.

    Raises:
        EngineError: The project or the state cannot be read.
    """
    deployment = as_mapping(engine.export_state(request).get("deployment")) or {}
    resources = (as_mapping(item) for item in as_list(deployment.get("resources")) or ())
    steps = (_step(op, resource) for resource in resources if resource)
    targets = Targets(request.targets, request.excludes) if request.partial else None
    return tuple(ResourcePreEvent(metadata=step, planning=True) for step in steps if _is_meant(targets, step))


def _is_meant(targets: Targets | None, step: StepMetadata) -> bool:
    if targets is None:
        return True
    # The stack itself and its providers go only with the last resource, which nobody named here.
    held_by_others = step.type == STACK_TYPE or is_provider(step.type)
    return not held_by_others and targets.has(step.urn)


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
