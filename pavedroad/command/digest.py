"""The run as one JSON document: the digest of `pulumi preview --json`, policy results, progress."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pavedroad.command.display.results import ResultKind, policy_results
from pavedroad.command.display.standing import Watch
from pavedroad.engine.events import (
    DiagnosticEvent,
    Op,
    PolicyEvent,
    PolicyPackEvent,
    PolicyRemediationEvent,
    PreludeEvent,
    SummaryEvent,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pavedroad.command.display.results import PolicyResult
    from pavedroad.command.display.wording import Operation
    from pavedroad.engine.events import EngineEvent, Json, StepMetadata, StepState

_NANOSECONDS = 1_000_000_000


def digest(
    events: Iterable[EngineEvent],
    *,
    operation: Operation,
    plan: Iterable[EngineEvent] = (),
    only_plan: bool = False,
    result: str,
    exit_code: int,
) -> dict[str, Json]:
    """Steps, diagnostics and counts under Pulumi's names; packs, policy results and result under our own.

    Args:
        events: The events of the run.
        operation: What was done.
        plan: Events of the plan that it carried out: what was never begun is listed.
        only_plan: Nothing was carried out.
        result: `succeeded`, `failed`, `policy-violation` or `cancelled`.
        exit_code: The exit code of the command.
    """
    every = tuple(events)
    summary = next((event for event in reversed(every) if isinstance(event, SummaryEvent)), None)
    prelude = next((event for event in every if isinstance(event, PreludeEvent)), None)
    watch = Watch(every)
    return {
        "operation": operation.value,
        "previewOnly": only_plan,
        "result": result,
        "exitCode": exit_code,
        "config": dict(prelude.config) if prelude else {},
        "steps": [_step(step) | _progress(step, watch) for step in watch.steps],
        "notBegun": [
            {"op": step.op.value, "urn": step.urn}
            for step in watch.not_begun(plan if result != "succeeded" else ())
            if step.op is not Op.SAME
        ],
        "diagnostics": [
            {"severity": event.severity, "message": event.message, "urn": event.urn, "prefix": event.prefix}
            for event in every
            if isinstance(event, DiagnosticEvent) and not event.ephemeral
        ],
        "changeSummary": dict(summary.resource_changes) if summary else {},
        "duration": int(summary.duration_seconds * _NANOSECONDS) if summary else 0,
        "policyPacks": [
            {
                "name": event.policy_pack_name,
                "version": event.policy_pack_version,
                "policies": event.policies,
                "enabled": event.enabled,
            }
            for event in every
            if isinstance(event, PolicyPackEvent)
        ],
        "policies": _policies(every),
        "remediations": [
            {
                "resourceUrn": event.resource_urn,
                "policyName": event.policy_name,
                "policyPackName": event.policy_pack_name,
                "policyPackVersion": event.policy_pack_version,
                "before": event.before,
                "after": event.after,
            }
            for event in every
            if isinstance(event, PolicyRemediationEvent)
        ],
    }


def _progress(step: StepMetadata, watch: Watch) -> dict[str, Json]:
    if not watch.applied:
        return {}
    return {"standing": watch.standing(step.urn).value, "seconds": watch.seconds.get(step.urn, 0.0)}


def _step(step: StepMetadata) -> dict[str, Json]:
    found: dict[str, Json] = {"op": step.op.value, "urn": step.urn}
    if step.provider:
        found["provider"] = step.provider
    if step.old:
        found["oldState"] = _state(step.old)
    if step.new:
        found["newState"] = _state(step.new)
    if step.diffs:
        found["diffReasons"] = list(step.diffs)
    if step.keys:
        found["replaceReasons"] = list(step.keys)
    return found


def _state(state: StepState) -> dict[str, Json]:
    found: dict[str, Json] = {"urn": state.urn, "custom": state.custom, "type": state.type}
    optional: dict[str, Json] = {
        "id": state.id,
        "parent": state.parent,
        "provider": state.provider,
        "protect": state.protect,
        "retainOnDelete": state.retain_on_delete,
        "inputs": state.inputs,
        "outputs": state.outputs,
    }
    return found | {name: value for name, value in optional.items() if value}


def _policies(events: Iterable[EngineEvent]) -> list[Json]:
    return [_policy(result) for result in policy_results(e for e in events if isinstance(e, PolicyEvent))]


def _policy(result: PolicyResult) -> dict[str, Json]:
    found: dict[str, Json] = {
        "kind": result.kind.value,
        "resourceUrn": result.urn,
        "policyName": result.rule,
        "policyPackName": result.pack,
        "policyPackVersion": result.pack_version,
        "enforcementLevel": result.level,
        "severity": result.severity,
        "mandatory": result.mandatory,
        "subject": result.subject,
        "fact": result.fact,
    }
    if result.kind is ResultKind.VIOLATION:
        found |= {
            "description": result.description,
            "requirement": result.requirement,
            "remedy": result.remedy,
            "key": result.key,
        }
    return found
