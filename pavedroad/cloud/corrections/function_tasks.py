"""A task of a state machine that is a function: the name of its throttle, and the time that it has.

AWS: a throttle is `Lambda.TooManyRequestsException`, for which `Retry` waits; a function begins at once, so
that `TimeoutSeconds` is time for its work. The emulator: `Lambda.Unknown`; and where environments wait for
their turn to begin (`starts`), tasks would time out that have not begun, be tried again, and make the line
longer, while the first tries still come to their turn. Here standing in line does not count.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor, wait
from contextvars import ContextVar, copy_context
from typing import TYPE_CHECKING, Final, cast

from pavedroad.cloud.runtime import starts
from pavedroad.cloud.seams import Seam

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Record = Mapping[str, object]
    Result = dict[str, object]

_lambda: Final = Seam("services.lambda_svc", "_execute_function_with_config_scope")
_states: Final = Seam(
    "services.stepfunctions",
    "_call_lambda",
    "_ExecutionError",
    "_invoke_resource",
    "_invoke_resource_with_timeout",
)
_in_task: ContextVar[bool] = ContextVar("pavedroad_in_task", default=False)


def install() -> None:
    """Name the throttle, and count a task's time from its turn."""
    _lambda.check()
    _states.check()
    _lambda.wrap("_execute_function_with_config_scope", _execute)
    _states.wrap("_call_lambda", _call)
    _states.wrap("_invoke_resource_with_timeout", lambda _original: invoke_within)


def _execute(original: Callable[[Record, object], Result]) -> Callable[[Record, object], Result]:
    def execute(function: Record, event: object) -> Result:
        if not _in_task.get():
            return original(function, event)
        token = _in_task.set(False)  # what the function invokes is no task
        try:
            result = original(function, event)
        finally:
            _in_task.reset(token)
        if not result.get("throttle"):
            return result
        body = cast("Record", result["body"])
        named = {"errorType": "Lambda.TooManyRequestsException", "errorMessage": body.get("message")}
        return {**result, "body": named}

    return execute


def _call(original: Callable[[str, object], object]) -> Callable[[str, object], object]:
    def call(reference: str, event: object) -> object:
        token = _in_task.set(True)
        try:
            return original(reference, event)
        finally:
            _in_task.reset(token)

    return call


def invoke_within(resource: str, given: object, seconds: float) -> object:
    """Invoke a task's resource within its time; what runs longer goes on, and nobody hears of it, as on AWS.

    Raises:
        _ExecutionError: `States.Timeout`, or what the task failed with.
    """
    deadline = time.monotonic() + seconds
    with starts.measured() as line:
        pool = ThreadPoolExecutor(max_workers=1)
        running = pool.submit(copy_context().run, _states["_invoke_resource"], resource, given)
        pool.shutdown(wait=False)
        while (left := deadline + line.seconds - time.monotonic()) > 0:
            if wait([running], left).done:
                return running.result()
    raise _states["_ExecutionError"]("States.Timeout", f"Task timed out after {seconds} seconds")
