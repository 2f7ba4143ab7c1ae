"""A throttled function reaches its state machine as `Lambda.TooManyRequestsException`.

AWS: the name that `Retry` waits for. The emulator: `Lambda.Unknown`.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Final, cast

from pavedroad.cloud.seams import Seam

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Record = Mapping[str, object]
    Result = dict[str, object]

_lambda: Final = Seam("services.lambda_svc", "_execute_function_with_config_scope")
_states: Final = Seam("services.stepfunctions", "_call_lambda")
_in_task: ContextVar[bool] = ContextVar("pavedroad_in_task", default=False)


def install() -> None:
    """Name the throttle."""
    _lambda.check()
    _states.check()
    _lambda.wrap("_execute_function_with_config_scope", _execute)
    _states.wrap("_call_lambda", _call)


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
