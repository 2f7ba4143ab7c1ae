"""The JSON form of events: what the Pulumi CLI writes with `--event-log`, one object a line."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from pavedroad.engine import events as ev

if TYPE_CHECKING:
    from collections.abc import Mapping


def to_json(event: ev.EngineEvent, sequence: int, timestamp: int) -> dict[str, ev.Json]:
    """The event as Pulumi's JSON object.

    Args:
        event: The event.
        sequence: Its number in the run, from 0.
        timestamp: Seconds since 1970-01-01 UTC.
    """
    name, body = _named(event)
    return {"sequence": sequence, "timestamp": timestamp, name: body}


def _named(  # noqa: PLR0911 - one return for each kind of event; a table would lose the types
    event: ev.EngineEvent,
) -> tuple[str, Mapping[str, ev.Json]]:
    match event:
        case ev.PreludeEvent():
            return "preludeEvent", {"config": dict(event.config)}
        case ev.ResourcePreEvent():
            return "resourcePreEvent", {"metadata": _metadata(event.metadata), "planning": event.planning}
        case ev.ResOutputsEvent():
            return "resOutputsEvent", {"metadata": _metadata(event.metadata), "planning": event.planning}
        case ev.ResOpFailedEvent():
            return "resOpFailedEvent", {
                "metadata": _metadata(event.metadata),
                "status": 0,
                "steps": event.steps,
            }
        case ev.DiagnosticEvent():
            return "diagnosticEvent", _diagnostic(event)
        case ev.PolicyEvent() | ev.PolicyRemediationEvent() | ev.PolicyPackEvent():
            return _policy(event)
        case ev.SummaryEvent():
            return "summaryEvent", {
                "maybeCorrupt": False,
                "durationSeconds": round(event.duration_seconds),
                "resourceChanges": dict(event.resource_changes),
                # Pulumi's own JSON writes this one key with a capital letter.
                "PolicyPacks": dict(event.policy_packs),
                "isPreview": event.is_preview,
                "result": event.result,
            }
        case ev.CancelEvent():
            return "cancelEvent", {}
        case _:
            assert_never(event)


def _policy(
    event: ev.PolicyEvent | ev.PolicyRemediationEvent | ev.PolicyPackEvent,
) -> tuple[str, Mapping[str, ev.Json]]:
    if isinstance(event, ev.PolicyPackEvent):
        return "policyLoadEvent", {
            "policyPackName": event.policy_pack_name,
            "policyPackVersion": event.policy_pack_version,
            "policies": event.policies,
            "enabled": event.enabled,
        }
    shared: dict[str, ev.Json] = {
        "resourceUrn": event.resource_urn,
        "color": "never",
        "policyName": event.policy_name,
        "policyPackName": event.policy_pack_name,
        "policyPackVersion": event.policy_pack_version,
        "policyPackVersionTag": event.policy_pack_version,
    }
    if isinstance(event, ev.PolicyRemediationEvent):
        return "policyRemediationEvent", {**shared, "before": event.before, "after": event.after}
    body: dict[str, ev.Json] = {
        **shared,
        "message": event.message,
        "enforcementLevel": event.enforcement_level,
    }
    if event.severity:
        body["severity"] = event.severity
    return "policyEvent", body


def _diagnostic(event: ev.DiagnosticEvent) -> Mapping[str, ev.Json]:
    body: dict[str, ev.Json] = {
        "message": event.message,
        "color": "never",
        "severity": event.severity,
    }
    if event.urn:
        body["urn"] = event.urn
    if event.prefix:
        body["prefix"] = event.prefix
    if event.stream_id:
        body["streamID"] = event.stream_id
    if event.ephemeral:
        body["ephemeral"] = True
    return body


def _metadata(step: ev.StepMetadata) -> dict[str, ev.Json]:
    body: dict[str, ev.Json] = {
        "op": step.op.value,
        "urn": step.urn,
        "type": step.type,
        "old": None if step.old is None else _state(step.old),
        "new": None if step.new is None else _state(step.new),
        "logical": step.logical,
        "provider": step.provider,
    }
    if step.keys:
        body["keys"] = list(step.keys)
    if step.diffs:
        body["diffs"] = list(step.diffs)
    return body


def _state(state: ev.StepState) -> dict[str, ev.Json]:
    body: dict[str, ev.Json] = {
        "type": state.type,
        "urn": state.urn,
        "custom": state.custom,
        "id": state.id,
        "parent": state.parent,
        "inputs": state.inputs,
        "outputs": state.outputs,
        "provider": state.provider,
    }
    if state.protect:
        body["protect"] = True
    if state.retain_on_delete:
        body["retainOnDelete"] = True
    return body
