"""The events of a run as one value to show: the tree of resources, policy results, messages, summary.

Pure: the same events give the same report, whether they come from a live run or from a recorded log.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pavedroad.command.display.results import PolicyResult, policy_results
from pavedroad.command.display.standing import Standing, Watch
from pavedroad.command.display.wording import Operation
from pavedroad.engine.events import (
    CancelEvent,
    DiagnosticEvent,
    Op,
    PolicyEvent,
    PolicyPackEvent,
    PolicyRemediationEvent,
    ResOutputsEvent,
    StepMetadata,
    SummaryEvent,
)
from pavedroad.engine.state import is_default_provider

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from pavedroad.engine.events import EngineEvent, Json

STACK_TYPE: Final = "pulumi:pulumi:Stack"
PROVIDER: Final = "pulumi:providers:"
_REPLACEMENT: Final = frozenset({Op.REPLACE, Op.CREATE_REPLACEMENT, Op.DELETE_REPLACED, Op.READ_REPLACEMENT})


@dataclass(frozen=True, kw_only=True)
class Node:
    """One resource of the plan and the resources below it.

    Attributes:
        step: The step that tells most.
        op: Operation to show; the steps of one replacement are one `replace`.
        standing: How far it has come.
        seconds: How long its steps took; 0 when none was timed.
    """

    urn: str
    type: str
    step: StepMetadata
    op: Op
    standing: Standing
    seconds: float
    children: tuple[Node, ...]

    @property
    def name(self) -> str:
        """The logical name."""
        return self.urn.rsplit("::", 1)[-1]

    @property
    def failed(self) -> bool:
        """Whether its step was tried and failed."""
        return self.standing is Standing.FAILED

    @property
    def is_component(self) -> bool:
        """Whether it only groups: it exists in the program, not in the cloud."""
        state = self.step.new or self.step.old
        return state is not None and not state.custom

    @property
    def is_cloud(self) -> bool:
        """Whether it stands for something in the cloud: no component, no provider."""
        return not self.is_component and not self.type.startswith(PROVIDER)

    def walk(self) -> Iterator[Node]:
        """This node and all below it."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True, kw_only=True)
class Report:
    """All that a run told.

    Attributes:
        operation: What was done, or planned.
        applied: Steps were carried out and not only planned.
        roots: Resources without a parent: the stack, and explicit providers beside it.
        policies: Violations, undecided notes and exemptions, as the packs sent them.
        remediations: What policies changed before planning.
        diagnostics: Messages, ephemeral ones left out.
        packs: Loaded packs.
        outputs: Outputs of the stack.
        outputs_changed: They are others than before.
        summary: The last event; None when the run broke off without one.
        cancelled: The run was stopped from outside.
        live: Types that are made in the local cloud; None when none is meant.
        partial: Only a part of the stack was meant.
    """

    operation: Operation
    applied: bool
    roots: tuple[Node, ...]
    policies: tuple[PolicyResult, ...]
    remediations: tuple[PolicyRemediationEvent, ...]
    diagnostics: tuple[DiagnosticEvent, ...]
    packs: tuple[PolicyPackEvent, ...]
    outputs: Mapping[str, Json]
    outputs_changed: bool
    summary: SummaryEvent | None
    cancelled: bool
    live: Collection[str] | None = None
    partial: bool = False

    @property
    def changes(self) -> bool:
        """Whether anything is not as it shall be, or was not."""
        return any(node.op is not Op.SAME or node.failed for root in self.roots for node in root.walk())

    @property
    def complete(self) -> bool:
        """Whether the run went through to its end."""
        return self.summary is not None and self.summary.result == "succeeded"

    @property
    def idle(self) -> bool:
        """Whether a run went through without anything to do."""
        return not self.operation.only_looks and self.complete and not self.changes


def read_events(
    events: Iterable[EngineEvent],
    *,
    operation: Operation = Operation.PREVIEW,
    plan: Iterable[EngineEvent] = (),
    live: Collection[str] | None = None,
    partial: bool = False,
) -> Report:
    """Sort the events of one run into a report.

    Args:
        events: The events.
        operation: What the run was asked to do.
        plan: Events of the plan that it carried out: what is in it and was never begun is told too, unless
            the run went through.
        live: Types that are made in the local cloud; None when none is meant.
        partial: Only a part of the stack was meant.
    """
    every = tuple(events)
    watch = Watch(every)
    before, after = _stack_outputs(every)
    summaries = [event for event in every if isinstance(event, SummaryEvent)]
    ended_well = bool(summaries) and summaries[-1].result == "succeeded"
    return Report(
        operation=operation,
        applied=watch.applied,
        roots=_tree(watch, [] if ended_well else watch.not_begun(plan)),
        policies=policy_results(event for event in every if isinstance(event, PolicyEvent)),
        remediations=tuple(event for event in every if isinstance(event, PolicyRemediationEvent)),
        diagnostics=tuple(
            event
            for event in every
            if isinstance(event, DiagnosticEvent) and not event.ephemeral and event.severity != "debug"
        ),
        packs=tuple(event for event in every if isinstance(event, PolicyPackEvent)),
        outputs=after,
        outputs_changed=after != before,
        summary=summaries[-1] if summaries else None,
        cancelled=any(isinstance(event, CancelEvent) for event in every),
        live=live,
        partial=partial,
    )


def _stack_outputs(events: Sequence[EngineEvent]) -> tuple[Mapping[str, Json], Mapping[str, Json]]:
    before: Mapping[str, Json] = {}
    after: Mapping[str, Json] = {}
    for event in events:
        if isinstance(event, ResOutputsEvent) and event.metadata.type == STACK_TYPE and event.metadata.new:
            before = event.metadata.old.outputs if event.metadata.old else {}
            after = event.metadata.new.outputs
    return before, after


def _tree(watch: Watch, not_begun: Sequence[StepMetadata]) -> tuple[Node, ...]:
    chosen: dict[str, StepMetadata] = {}
    replaced: set[str] = set()
    for step in (*watch.steps, *not_begun):
        if is_default_provider(step.urn):
            continue  # nobody declared it; Pulumi leaves it out of its counts too
        if step.op in _REPLACEMENT:
            replaced.add(step.urn)
        if step.urn not in chosen or _tells_more(step, chosen[step.urn]):
            chosen[step.urn] = step
    below: dict[str, list[str]] = {}
    for urn, step in chosen.items():
        below.setdefault(_parent(step, chosen), []).append(urn)

    def node(urn: str) -> Node:
        step = chosen[urn]
        return Node(
            urn=urn,
            type=step.type,
            step=step,
            op=Op.REPLACE if urn in replaced else step.op,
            standing=watch.standing(urn),
            seconds=watch.seconds.get(urn, 0.0),
            children=tuple(node(child) for child in below.get(urn, ())),
        )

    return tuple(node(urn) for urn in below.get("", ()))


def _tells_more(step: StepMetadata, than: StepMetadata) -> bool:
    # Of a replacement's three steps the one with both sides explains it.
    return bool(step.old and step.new) and not (than.old and than.new)


def _parent(step: StepMetadata, known: Mapping[str, StepMetadata]) -> str:
    state = step.new or step.old
    parent = state.parent if state else ""
    if parent in known:
        return parent
    if step.type == STACK_TYPE:
        return ""
    # A parent without a step (it is the stack, or was left out of the log): the stack holds everything.
    return next((urn for urn, other in known.items() if other.type == STACK_TYPE), "")
