"""Events of made-up runs, for the tests of the command."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pavedroad.engine.events import (
    Op,
    PolicyEvent,
    PolicyPackEvent,
    ResourcePreEvent,
    ResOutputsEvent,
    StepMetadata,
    StepState,
    SummaryEvent,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pavedroad.engine.events import EnforcementLevel, EngineEvent, Json, Severity

STACK_URN = "urn:pulumi:dev::shop::pulumi:pulumi:Stack::shop-dev"


def urn(chain: str, name: str) -> str:
    """The URN of a resource of stack dev of project shop."""
    return f"urn:pulumi:dev::shop::{chain}::{name}"


def step(
    op: Op,
    resource: str,
    *,
    parent: str = STACK_URN,
    old: Mapping[str, Json] | None = None,
    new: Mapping[str, Json] | None = None,
    diffs: tuple[str, ...] = (),
    keys: tuple[str, ...] = (),
) -> ResourcePreEvent:
    """A planned step; a type with a slash is a resource of the cloud, any other a component."""
    token = resource.split("::")[-2].rsplit("$", 1)[-1]

    def state(inputs: Mapping[str, Json]) -> StepState:
        return StepState(urn=resource, type=token, custom="/" in token, parent=parent, inputs=inputs)

    has_old = op not in (Op.CREATE, Op.READ)
    has_new = op is not Op.DELETE
    return ResourcePreEvent(
        metadata=StepMetadata(
            op=op,
            urn=resource,
            type=token,
            old=state(old or {}) if has_old else None,
            new=state(new or {}) if has_new else None,
            diffs=diffs,
            keys=keys,
        ),
        planning=True,
    )


def policy(
    text: str,
    *,
    resource: str = STACK_URN,
    rule: str = "queues-dead-letter-present",
    level: EnforcementLevel = "mandatory",
    severity: Severity = "high",
    description: str = "A queue has a dead-letter queue.",
) -> PolicyEvent:
    """A policy event with the SDK's message: description, line end, text."""
    return PolicyEvent(
        resource_urn=resource,
        message=f"{description}\n{text}",
        policy_name=rule,
        policy_pack_name="standards",
        policy_pack_version="1.2.0",
        enforcement_level=level,
        severity=severity,
    )


def note(text: str, *, resource: str = STACK_URN, rule: str = "functions-signing-attached") -> PolicyEvent:
    """What the SDK sends for a rule that stops at an unknown value."""
    return PolicyEvent(
        resource_urn=resource,
        message=f"can't run policy '{rule}' from policy pack 'standards@v1.2.0' during preview: {text}",
        policy_name=rule,
        policy_pack_name="standards",
        policy_pack_version="1.2.0",
        enforcement_level="advisory",
    )


def pack(*, policies: int = 20, enabled: int = 20) -> PolicyPackEvent:
    """A loaded pack."""
    return PolicyPackEvent(
        policy_pack_name="standards", policy_pack_version="1.2.0", policies=policies, enabled=enabled
    )


def summary(**changes: int) -> SummaryEvent:
    """The last event of a preview that went through."""
    return SummaryEvent(
        duration_seconds=1.25,
        resource_changes=changes,
        policy_packs={"standards": "1.2.0"},
        result="succeeded",
        is_preview=True,
    )


def applied(event: EngineEvent) -> EngineEvent:
    """The event of a plan as an update tells it."""
    if isinstance(event, ResourcePreEvent):
        return replace(event, planning=False)
    return replace(event, is_preview=False) if isinstance(event, SummaryEvent) else event


def done(event: ResourcePreEvent) -> ResOutputsEvent:
    """The end of a step, after a quarter of a second."""
    return ResOutputsEvent(metadata=event.metadata, planning=False, duration_seconds=0.25)


def deployment(*urns: str) -> dict[str, object]:
    """An exported state that holds these resources."""
    resources = [
        {
            "urn": each,
            "type": each.split("::")[-2],
            "custom": "/" in each,
            "id": f"id-of-{each.rpartition('::')[2]}" if "/" in each else "",
        }
        for each in urns
    ]
    return {"version": 3, "deployment": {"resources": resources}}


SYSTEM = urn("pavedroad:systems:OrderProcessing", "order-processing")
QUEUE = urn("pavedroad:systems:OrderProcessing$pavedroad:messaging:Queue", "orders")
CHAIN = "pavedroad:systems:OrderProcessing$pavedroad:messaging:Queue$"


def small_run() -> list[EngineEvent]:
    """One system, one component, two queues to create, and a topic beside the system."""
    return [
        pack(),
        step(Op.CREATE, STACK_URN, parent=""),
        step(Op.CREATE, SYSTEM),
        step(Op.CREATE, QUEUE, parent=SYSTEM),
        step(
            Op.CREATE,
            urn(f"{CHAIN}aws:sqs/queue:Queue", "orders-queue"),
            parent=QUEUE,
            new={
                "visibilityTimeoutSeconds": 180.0,
                "messageRetentionSeconds": 172800.0,
                "name": "shop-dev-orders",
            },
        ),
        step(Op.CREATE, urn(f"{CHAIN}aws:sqs/queue:Queue", "orders-dlq"), parent=QUEUE),
        step(Op.CREATE, urn("aws:sns/topic:Topic", "alarms"), new={"name": "shop-dev-alarms"}),
        summary(create=6),
    ]
