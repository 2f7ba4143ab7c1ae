"""X-Ray is a service, and what runs sends its segments with its own role.

AWS: a function whose tracing is active sends a segment of each sampled invocation with
`xray:PutTraceSegments` and `xray:PutTelemetryRecords` of its role; a state machine also asks for sampling
rules and targets. What the role does not allow is not traced, and nothing fails.
The emulator: no X-Ray.
Here: the service is kept in memory (`pavedroad/cloud/xray.py`) and decided by IAM like every other; a refusal
is one warning for each resource and action. Every traced invocation is sampled.
"""

from __future__ import annotations

import json
import logging
import time
from typing import TYPE_CHECKING, Final, cast

from pavedroad.cloud import permissions, xray
from pavedroad.cloud.runtime import caller
from pavedroad.cloud.seams import Seam

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pavedroad.cloud.runtime.execution import Outcome, Request
    from pavedroad.cloud.runtime.settings import FunctionSettings

    Response = tuple[int, dict[str, str], bytes]

_app: Final = Seam("app", "SERVICE_HANDLERS")
_actions: Final = Seam("core.iam_actions", "SERVICE_TO_IAM_NAMESPACE", "_BOTOCORE_SERVICE_MAP")
_responses: Final = Seam("core.responses", "get_account_id", "get_region")
_states: Final = Seam("services.stepfunctions", "_run_execution", "_executions", "_state_machines")
_logger: Final = logging.getLogger("pavedroad.tracing")
_told: Final[set[tuple[str, str, str]]] = set()
_environments: Final[set[str]] = set()
_FUNCTION: Final = ("PutTraceSegments", "PutTelemetryRecords")
_MACHINE: Final = ("GetSamplingRules", "GetSamplingTargets", *_FUNCTION)


def install() -> None:
    """Serve X-Ray, and let state machines send their segments."""
    for seam in (_app, _actions, _responses, _states):
        seam.check()
    permissions.check()
    _app["SERVICE_HANDLERS"]["xray"] = _serve
    _actions["SERVICE_TO_IAM_NAMESPACE"]["xray"] = "xray"
    _actions["_BOTOCORE_SERVICE_MAP"]["xray"] = ["xray"]  # tells the action by method and path
    _states.wrap("_run_execution", _run)


async def _serve(
    _method: str, path: str, _headers: Mapping[str, str], body: bytes, _query: Mapping[str, object]
) -> Response:
    scope = xray.Scope(_responses["get_account_id"](), _responses["get_region"]())
    status, told = xray.answer(scope, path, json.loads(body or b"{}"))
    return status, {"Content-Type": "application/json"}, json.dumps(told).encode()


def _may(role: str, action: str, resource: str, session: str) -> bool:
    decision = permissions.role_allows(role, f"xray:{action}", "*", session=session)
    known = (resource, role, action)
    if decision:
        _told.discard(known)
    elif known not in _told:
        _told.add(known)
        _logger.warning("%s is not traced: %s", resource, decision.message)
    return decision.allowed


def send_invocation(settings: FunctionSettings, request: Request, outcome: Outcome) -> None:
    """Send the segment of an invocation that is sampled, and once for each environment its telemetry."""
    if not request.trace_id:
        return
    if outcome.stream not in _environments:
        _environments.add(outcome.stream)
        _may(settings.role, "PutTelemetryRecords", settings.arn, settings.name)
    if not _may(settings.role, "PutTraceSegments", settings.arn, settings.name):
        return
    segment: dict[str, object] = {
        "id": request.segment_id,
        "trace_id": request.trace_id,
        "name": settings.name,
        "origin": "AWS::Lambda::Function",
        "resource_arn": settings.arn,
        "start_time": outcome.started,
        "end_time": outcome.started + outcome.duration_seconds,
        "aws": {
            "account_id": settings.account,
            "request_id": request.request_id,
            "function_arn": request.arn,
        },
    }
    if request.parent_id:
        segment["parent_id"] = request.parent_id
    if outcome.failure:
        cause = {"type": outcome.failure["errorType"], "message": outcome.failure["errorMessage"]}
        segment |= {"fault": True, "cause": {"exceptions": [cause]}}
    xray.keep(xray.Scope(settings.account, settings.region), segment)


def _traces(role: str, machine: str) -> bool:
    """A machine's role may do all that tracing takes."""
    return all(_may(role, action, machine, "session") for action in _MACHINE)


def _run(original: Callable[[str], object]) -> Callable[[str], object]:
    def run(execution_arn: str) -> object:
        machine = _machine_of(execution_arn)
        tracing = cast("Mapping[str, object]", machine.get("tracingConfiguration") or {})
        role, arn = str(machine.get("roleArn", "")), str(machine.get("stateMachineArn", ""))
        if not tracing.get("enabled") or not _traces(role, arn):
            return original(execution_arn)
        trace = caller.Trace.begin("", active=True, depth=0)
        started = time.time()
        try:
            with caller.calling(caller.Caller(trace=trace.header())):
                return original(execution_arn)
        finally:
            _send_execution(execution_arn, arn, trace, started)

    return run


def _execution(arn: str) -> Mapping[str, object]:
    return cast("Mapping[str, object]", _states["_executions"].get(arn) or {})


def _machine_of(execution_arn: str) -> Mapping[str, object]:
    execution = _execution(execution_arn)
    machine = str(execution.get("stateMachineArn", ""))
    return _states["_state_machines"].get(machine) or {}


def _send_execution(execution_arn: str, arn: str, trace: caller.Trace, started: float) -> None:
    execution = _execution(execution_arn)
    parts = arn.split(":")
    segment = {
        "id": trace.segment,
        "trace_id": trace.root,
        "name": parts[6],
        "origin": "AWS::StepFunctions::StateMachine",
        "resource_arn": arn,
        "start_time": started,
        "end_time": time.time(),
        "fault": execution.get("status") not in {"SUCCEEDED", "RUNNING"},
        "aws": {"account_id": parts[4], "execution_arn": execution_arn},
    }
    xray.keep(xray.Scope(parts[4], parts[3]), segment)
