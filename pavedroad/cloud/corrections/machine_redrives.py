"""An execution that failed goes on from the state that failed.

AWS: RedriveExecution restarts a Standard execution that failed, timed out or was aborted, for fourteen days.
States that ended keep their results and variables and are not run again; of a Parallel or Map state only the
branches and items that did not succeed are. The history goes on, retries are counted anew, a Fail state fails
again. The emulator: no such action, and an aborted execution goes on until its task has ended.
Here: each state that ends is recorded with its output, next state and variables. A redrive walks the machine
anew, and a recorded state answers what it answered, without running and without an event.
"""

from __future__ import annotations

import copy
import json
import threading
from contextvars import ContextVar, copy_context
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, cast

from pavedroad.cloud.machine_runs import (
    CURRENT,
    RUNS,
    SCOPE,
    OverError,
    Run,
    Scope,
    entered,
    new_steps,
    run_of,
)
from pavedroad.cloud.seams import Seam

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    Data = dict[str, Any]
    Answer = tuple[int, dict[str, str], bytes]

_STATES: Final = ("Choice", "Map", "Parallel", "Pass", "Task", "Wait")
_states: Final = Seam(
    "services.stepfunctions",
    "_add_event",
    "_describe_execution",
    "_emit_execution_status_event",
    *(f"_execute_{kind.lower()}" for kind in _STATES),
    "_executions",
    "_finalize_response",
    "_iso_to_epoch_ms",
    "_list_executions",
    "_run_execution",
    "_run_map_items",
    "_run_parallel_branches",
    "_run_sub_machine",
    "_state_machines",
    "handle_request",
    "run_reentrant",
)
_events: Final = Seam("services.eventbridge", "_put_events")
_responses: Final = Seam("core.responses", "error_response_json", "json_response", "now_iso")

# https://docs.aws.amazon.com/step-functions/latest/apireference/API_RedriveExecution.html
_PERIOD: Final = timedelta(days=14)
_LONGEST: Final = timedelta(days=365)
_MOST_EVENTS: Final = 24_999
_TOKENS: Final = 10
_TOKEN_SECONDS: Final = 15 * 60
_STEPS: Final = "pavedroadSteps"
_USED: Final = "pavedroadRedriveTokens"

_changing: Final = threading.Lock()
_branches: ContextVar[Sequence[Data]] = ContextVar("pavedroad_branches", default=())


def install() -> None:
    """Record what states end with, and serve the action; last, so that nothing asks for what is not run."""
    for seam in (_states, _events, _responses):
        seam.check()
    for kind in _STATES:
        _states.wrap(f"_execute_{kind.lower()}", _state)
    _states.wrap("_run_parallel_branches", _attempt)
    _states.wrap("_run_map_items", _attempt)
    _states.wrap("_run_sub_machine", _sequence)
    _states.wrap("_run_execution", _run)
    _states.wrap("_add_event", _adding)
    _states.wrap("_describe_execution", _describing)
    _states.wrap("_list_executions", _listing)
    _states.wrap("handle_request", _serving)
    _events.wrap("_put_events", _announcing)


def _run(original: Callable[[str], None]) -> Callable[[str], None]:
    def run(arn: str) -> None:
        execution: Data | None = _states["_executions"].get(arn)
        if execution is None:
            return
        present = CURRENT.get()
        # A task that starts an execution hands its own run down: that is not the run of this one.
        if present is None or present.arn != arn or present.ended.is_set():
            execution[_STEPS] = new_steps()
            present = RUNS[arn] = Run(execution, Scope(execution[_STEPS]))
        tokens = CURRENT.set(present), SCOPE.set(present.root)
        try:
            original(arn)
        except OverError:
            pass
        finally:
            CURRENT.reset(tokens[0])
            SCOPE.reset(tokens[1])
            if execution["status"] == "SUCCEEDED":
                execution[_STEPS] = new_steps()
            with _changing:
                if RUNS.get(arn) is present:
                    del RUNS[arn]
            present.ended.set()

    return run


def _state(original: Callable[..., tuple[object, object]]) -> Callable[..., tuple[object, object]]:
    def execute(state: Data, given: object, *rest: Any) -> tuple[object, object]:  # noqa: ANN401 - untyped
        context: Data = (rest[-1] if rest else None) or {}
        run, scope = run_of(context), SCOPE.get()
        if run is None or scope is None:
            return original(state, given, *rest)
        if scope.is_replayed:
            output, following, variables = copy.deepcopy(scope.steps["done"][scope.position])
            scope.position += 1
            run.silent = run.silent or scope is run.root
            context["variables"].update(variables)
            return output, following
        scope.tried = False
        try:
            output, following = original(state, given, *rest)
        except Exception:
            if run.over:
                raise OverError from None
            raise
        if run.over:
            raise OverError
        scope.steps["done"].append(copy.deepcopy([output, following, dict(context["variables"])]))
        scope.position += 1
        scope.forget_inner()
        return output, following

    return execute


def _attempt(original: Callable[..., object]) -> Callable[..., object]:
    """One try of a Parallel or Map state: a redrive keeps what succeeded, the state's own Retry does not."""

    def attempt(state: Data, *rest: object) -> object:
        scope = SCOPE.get()
        if scope is not None:
            if scope.tried:
                scope.forget_inner()
            scope.tried = True
        token = _branches.set(state.get("Branches") or ())
        try:
            return original(state, *rest)
        finally:
            _branches.reset(token)

    return attempt


def _sequence(original: Callable[..., object]) -> Callable[..., object]:
    """The states of a branch or an item."""

    def walk(states: Data, start: str, given: object, execution: Data, context: Data) -> object:
        run, outer = run_of(context), SCOPE.get()
        if run is None or outer is None:
            return original(states, start, given, execution, context)
        branches = _branches.get()
        numbers = (number for number, branch in enumerate(branches) if branch.get("States") is states)
        steps = outer.steps_of(next(numbers) if branches else context["Map"]["Item"]["Index"])
        if steps["ended"]:
            context["variables"].update(copy.deepcopy(steps["variables"]))
            return copy.deepcopy(steps["result"])
        token = SCOPE.set(Scope(steps))
        try:
            result = original(states, start, given, execution, context)
        except OverError:
            return None  # in a thread of its own; the state around it finds that the run is over
        finally:
            SCOPE.reset(token)
        variables = copy.deepcopy(dict(context["variables"]))
        steps.update(result=copy.deepcopy(result), variables=variables, ended=True, done=[], inner=[])
        return result

    return walk


def _adding(original: Callable[..., Data]) -> Callable[..., Data]:
    def add(execution: Data, kind: str, details: Data | None = None) -> Data:
        run = CURRENT.get()
        if run and not kind.startswith("Execution"):
            if run.over:
                raise OverError
            if execution is run.execution and _is_known(run, kind, details or {}):
                return {}
        return original(execution, kind, details)

    return add


def _is_known(run: Run, kind: str, details: Data) -> bool:
    """The history tells it already."""
    if kind.endswith("StateEntered"):
        if run.root.is_replayed:
            return True
        entered, run.entered = run.entered, ""
        # AWS: a Fail state is entered again.
        return kind != "FailStateEntered" and details["stateEnteredEventDetails"]["name"] == entered
    if kind.endswith("StateExited") and run.silent:
        run.silent = False
        return True
    return False


def _serving(original: Callable[..., Awaitable[Answer]]) -> Callable[..., Awaitable[Answer]]:
    async def handle(
        method: str, path: str, headers: Mapping[str, str], body: bytes, query: Mapping[str, object]
    ) -> Answer:
        if headers.get("x-amz-target", "").rpartition(".")[2] != "RedriveExecution":
            return await original(method, path, headers, body, query)
        try:
            data: Data = json.loads(body or b"{}")
        except ValueError:
            return await original(method, path, headers, body, query)  # which refuses it
        # On a thread: it waits for the end of the run before, which may need the loop.
        answer = await _states["run_reentrant"](_redrive, data, thread_name="pavedroad-redrive")
        return _states["_finalize_response"](answer)

    return handle


def _redrive(data: Data) -> Answer:
    arn = data.get("executionArn")
    if not arn or not isinstance(arn, str):
        return _refuse("ValidationException", "executionArn: a value is needed")
    execution: Data | None = _states["_executions"].get(arn)
    if ":execution:" not in arn or (execution and _machine(execution).get("type") == "EXPRESS"):
        # On AWS this is how an Express execution is refused: its ARN says `express`, not `execution`.
        return _refuse("InvalidArn", f"Invalid Arn: 'Resource type not valid in this context: {arn}'")
    if execution is None:
        return _refuse("ExecutionDoesNotExist", f"Execution Does Not Exist: '{arn}'")
    before = RUNS.get(arn)
    if before and execution["status"] not in {"RUNNING", "ABORTED"}:
        before.ended.wait()  # its last event is still to come
    with _changing:
        now = datetime.now(UTC)
        used = _fresh(cast("list[list[str]]", execution.get(_USED) or []), now)
        token = str(data.get("clientToken") or "")
        if known := [moment for each, moment in used if token and each == token]:
            return _responses["json_response"]({"redriveDate": known[0]})
        if reason := refusal(execution, _machine(execution), now):
            return _refuse("ExecutionNotRedrivable", f"{reason}: '{arn}'")
        moment: str = _responses["now_iso"]()
        execution.update(status="RUNNING", stopDate=None, output=None, error=None, cause=None)
        execution.update(redriveCount=execution.get("redriveCount", 0) + 1, redriveDate=moment)
        execution[_USED] = [*used, [token, moment]][-_TOKENS:]
        steps: Data = execution.setdefault(_STEPS, new_steps())
        run = RUNS[arn] = Run(execution, Scope(steps), entered=entered(execution["events"]))
    count = {"redriveCount": execution["redriveCount"]}
    _states["_add_event"](execution, "ExecutionRedriven", {"executionRedrivenEventDetails": count})
    _states["_emit_execution_status_event"](execution)
    context = copy_context()
    context.run(CURRENT.set, run)
    threading.Thread(target=context.run, args=(_states["_run_execution"], arn), daemon=True).start()
    return _responses["json_response"]({"redriveDate": moment})


def _refuse(error: str, message: str) -> Answer:
    return _responses["error_response_json"](error, message, 400)


def _machine(execution: Data) -> Data:
    return _states["_state_machines"].get(execution["stateMachineArn"]) or {}


def _fresh(used: list[list[str]], now: datetime) -> list[list[str]]:
    """The client tokens that still count, with the moments of their redrives."""
    return [each for each in used if (now - _parsed(each[1])).total_seconds() < _TOKEN_SECONDS]


def _parsed(moment: str) -> datetime:
    return datetime.fromisoformat(moment)


def refusal(execution: Data, machine: Data, now: datetime) -> str:
    """Why an execution cannot be redriven, in AWS's words; empty when it can."""
    status = execution["status"]
    if status in {"RUNNING", "SUCCEEDED"}:
        return f"Execution is {status} and cannot be redriven"
    if execution.get("mapRunArn"):
        return "Execution is redriven with its Map Run"
    if not machine:
        return "State machine is in DELETING status"
    if len(execution["events"]) >= _MOST_EVENTS:
        return "Execution history event limit exceeded"
    if now - _parsed(execution["startDate"]) > _LONGEST:
        return "Execution has exceeded the max execution time"
    return "Execution redrivable period exceeded" if now - _parsed(execution["stopDate"]) > _PERIOD else ""


def _told(execution: Data) -> Data:
    """What AWS tells about an execution's redrives."""
    machine = _machine(execution)
    reason = refusal(execution, machine, datetime.now(UTC))
    if machine.get("type") == "EXPRESS":
        reason = reason or "Express executions cannot be redriven"
    by_map = execution.get("mapRunArn") and execution["status"] not in {"RUNNING", "SUCCEEDED"}
    redrivable = "REDRIVABLE_BY_MAP_RUN" if by_map else "NOT_REDRIVABLE" if reason else "REDRIVABLE"
    return {
        "redriveCount": execution.get("redriveCount", 0),
        "redriveDate": execution.get("redriveDate"),
        "redriveStatus": redrivable,
        "redriveStatusReason": reason if redrivable == "NOT_REDRIVABLE" else None,
    }


def _describing(original: Callable[[Data], Answer]) -> Callable[[Data], Answer]:
    def describe(data: Data) -> Answer:
        answer = original(data)
        execution: Data | None = _states["_executions"].get(data.get("executionArn"))
        if execution is None:
            return answer
        told = {name: value for name, value in _told(execution).items() if value is not None}
        return _responses["json_response"]({**json.loads(answer[2]), **told}, answer[0])

    return describe


def _listing(original: Callable[[Data], Answer]) -> Callable[[Data], Answer]:
    def listed(data: Data) -> Answer:
        status, headers, body = original(data)
        answer = cast("Data", json.loads(body))
        for item in cast("list[Data]", answer.get("executions") or []):
            execution = cast("Data", _states["_executions"].get(item["executionArn"]) or {})
            item["redriveCount"] = execution.get("redriveCount", 0)
            if item["redriveCount"]:
                item["redriveDate"] = execution["redriveDate"]
        return (
            _responses["json_response"](answer, status)
            if answer.get("executions")
            else (status, headers, body)
        )

    return listed


def _announcing(original: Callable[..., object]) -> Callable[..., object]:
    """Events of a status tell of redrives; only the service itself can send one."""

    def put(data: Data, *rest: object, **more: object) -> object:
        for entry in cast("list[Data]", data.get("Entries") or []) if more.get("allow_aws_source") else ():
            if entry.get("Source") == "aws.states":
                detail = cast("Data", json.loads(entry["Detail"]))
                execution: Data | None = _states["_executions"].get(detail.get("executionArn"))
                if execution:
                    told = _told(execution)
                    detail |= {**told, "redriveDate": _states["_iso_to_epoch_ms"](told["redriveDate"])}
                    entry["Detail"] = json.dumps(detail)
        return original(data, *rest, **more)

    return put
