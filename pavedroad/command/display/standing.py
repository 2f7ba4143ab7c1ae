"""How far each resource of a run has come: planned, begun, done, failed or never begun."""

from __future__ import annotations

from collections import Counter
from enum import Enum
from typing import TYPE_CHECKING

from pavedroad.engine.events import Op, ResOpFailedEvent, ResourcePreEvent, ResOutputsEvent

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pavedroad.engine.events import EngineEvent, StepMetadata


class Standing(Enum):
    """How far a resource has come."""

    PLANNED = "planned"
    BEGUN = "begun"
    """It was begun and nobody has seen its end: the run was cut short."""

    DONE = "done"
    FAILED = "failed"
    NOT_BEGUN = "not-begun"


class Watch:
    """What the events of one run tell about its steps.

    Attributes:
        steps: The steps in the order in which they were begun, each as it ended; a refresh
            as what it found.
        seconds: Time that the steps of a resource took, by URN.
        applied: Steps were carried out and not only planned.
    """

    def __init__(self, events: Iterable[EngineEvent]) -> None:
        self.seconds: dict[str, float] = {}
        self.applied = False
        self._open: Counter[str] = Counter()
        self._failed: set[str] = set()
        begun: list[StepMetadata] = []
        found: dict[str, StepMetadata] = {}
        ended: dict[tuple[str, Op], StepMetadata] = {}
        for event in events:
            if isinstance(event, ResourcePreEvent):
                begun.append(event.metadata)
                self.applied = self.applied or not event.planning
                # A component's step is over at once, and only its outputs are told.
                self._open[event.metadata.urn] += _is_custom(event.metadata) and not event.planning
            elif isinstance(event, ResOpFailedEvent):
                self._failed.add(event.metadata.urn)
            elif isinstance(event, ResOutputsEvent):
                urn = event.metadata.urn
                found.setdefault(urn, event.metadata)
                if event.planning:
                    continue
                self._open[urn] -= _is_custom(event.metadata)
                self.seconds[urn] = self.seconds.get(urn, 0.0) + event.duration_seconds
                ended[urn, event.metadata.op] = event.metadata
        changed = {step.urn for step in begun if step.op is not Op.REFRESH}
        # A refresh that an update begins with is told only where nothing else became of the resource.
        self.steps = [
            found.get(step.urn, step) if step.op is Op.REFRESH else ended.get((step.urn, step.op), step)
            for step in begun
            if step.op is not Op.REFRESH or step.urn not in changed
        ]
        self._begun = {step.urn for step in begun}

    def not_begun(self, plan: Iterable[EngineEvent]) -> list[StepMetadata]:
        """The steps of a plan on resources of which this run has begun none."""
        return [
            event.metadata
            for event in plan
            if isinstance(event, ResourcePreEvent) and event.metadata.urn not in self._begun
        ]

    def standing(self, urn: str) -> Standing:
        """How far one resource has come."""
        if urn in self._failed:
            return Standing.FAILED
        if urn not in self._begun:
            return Standing.NOT_BEGUN
        if not self.applied:
            return Standing.PLANNED
        return Standing.BEGUN if self._open[urn] > 0 else Standing.DONE


def _is_custom(step: StepMetadata) -> bool:
    state = step.new or step.old
    return state is not None and state.custom
