"""One id, one trace and one count for each invocation, whatever made it.

AWS: the request id of the answer is the one in the context and in the log, and all attempts of an
asynchronous invocation share it; client context and tenant reach the handler; every invocation has a trace
header, which also carries the count of the loop detection; metrics come from every invocation.
The emulator: ids differ, the other values are dropped, the loop is counted with a header of its own that
needs botocore at every cold start, only synchronous Invoke publishes metrics.
"""

from __future__ import annotations

import time
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final, cast
from uuid import uuid4

from pavedroad.cloud.corrections import function_versions
from pavedroad.cloud.runtime import caller
from pavedroad.cloud.seams import Seam

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    Record = Mapping[str, object]
    Response = tuple[int, dict[str, str], bytes]
    Invoke = Callable[..., Awaitable[Response]]
    Execute = Callable[[Record, object], dict[str, object]]

_lambda: Final = Seam(
    "services.lambda_svc",
    "_ACCOUNT_CONCURRENCY_CAP",
    "_acquire_execution_slot",
    "_emit_lambda_metrics",
    "_execute_function",
    "_execute_function_dispatch",
    "_function_config_scope_mismatch",
    "_inbound_invoke_depth",
    "_invoke",
    "_release_execution_slot",
    "_run_with_function_config_scope",
    "_throttle_response",
)
_REQUEST_ID: Final = "x-amzn-requestid"
_publishing: ContextVar[bool] = ContextVar("pavedroad_publishing", default=False)


def install() -> None:
    """Carry what comes with an invocation."""
    _lambda.check()
    _lambda.wrap("_invoke", _invoke)
    _lambda.wrap("_execute_function", _execute_function)
    _lambda.wrap("_inbound_invoke_depth", _inbound_invoke_depth)
    _lambda.wrap("_emit_lambda_metrics", _emit_lambda_metrics)


class _Headers(dict[str, str]):
    """Keeps the invocation's id when the emulator adds the ids of its own."""

    def __init__(self, headers: Mapping[str, str], request_id: str) -> None:
        super().__init__(headers, **{_REQUEST_ID: request_id})

    def update(self, *others: Mapping[str, str]) -> None:  # pyright: ignore[reportIncompatibleMethodOverride] - the one form in use
        for other in others:
            super().update({name: value for name, value in other.items() if name != _REQUEST_ID})


def _header(headers: Mapping[str, str], name: str) -> str:
    return next((value for key, value in headers.items() if key.lower() == name), "")


def _invoke(original: Invoke) -> Invoke:
    async def invoke(
        name: str, event: object, headers: Mapping[str, str], *qualifiers: object, **more: object
    ) -> Response:
        executed = caller.Executed()
        made = caller.Caller(
            request_id=str(uuid4()),
            trace=_header(headers, "x-amzn-trace-id"),
            client_context=_header(headers, "x-amz-client-context"),
            tenant_id=_header(headers, "x-amz-tenant-id") or None,
            executed=executed,
        )
        with caller.calling(made):
            status, answered, body = await original(name, event, headers, *qualifiers, **more)
        if executed.version and "X-Amz-Executed-Version" in answered:
            answered["X-Amz-Executed-Version"] = executed.version
        return status, _Headers(answered, made.request_id), body

    return invoke


def _execute_function(_original: Execute) -> Execute:
    def execute(function: Record, event: object) -> dict[str, object]:
        config = cast("Record", function.get("config") or function)
        if _lambda["_function_config_scope_mismatch"](config):
            run = _lambda["_run_with_function_config_scope"]
            return run(config, _lambda["_execute_function"], function, event)
        request_id = caller.present().request_id or str(uuid4())
        chosen = function_versions.route(function)
        config = cast("Record", chosen.get("config") or chosen)
        slot, limit = _lambda["_acquire_execution_slot"](chosen, config)
        if slot is None:
            _publish(config, 0.0, throttled=True)
            return _throttled(config, limit)
        started = time.time()
        try:
            result = _lambda["_execute_function_dispatch"](chosen, config, event, request_id, started)
        finally:
            _lambda["_release_execution_slot"](slot)
        _publish(config, (time.time() - started) * 1000, failed=bool(result.get("error")))
        return result

    return execute


def _throttled(config: Record, limit: str) -> dict[str, object]:
    if limit == "function":
        reason = "ReservedFunctionConcurrentInvocationLimitExceeded"
        text = f"Rate Exceeded: {config.get('FunctionName')} is at its reserved concurrency"
    else:
        reason = "ConcurrentInvocationLimitExceeded"
        text = f"Rate Exceeded: the account is at {_lambda['_ACCOUNT_CONCURRENCY_CAP']} executions"
    return _lambda["_throttle_response"](reason_code=reason, msg=text)


def _inbound_invoke_depth(original: Callable[[Mapping[str, str]], int]) -> Callable[[Mapping[str, str]], int]:
    def depth(headers: Mapping[str, str]) -> int:
        return max(original(headers), caller.depth_of(_header(headers, "x-amzn-trace-id")))

    return depth


def _publish(config: Record, milliseconds: float, *, failed: bool = False, throttled: bool = False) -> None:
    token = _publishing.set(True)
    try:
        name = config.get("FunctionName")
        _lambda["_emit_lambda_metrics"](name, duration_ms=milliseconds, error=failed, throttle=throttled)
    finally:
        _publishing.reset(token)


def _emit_lambda_metrics(original: Callable[..., None]) -> Callable[..., None]:
    def emit(name: str, duration_ms: float, error: object, throttle: object) -> None:
        if _publishing.get():  # what the emulator adds for synchronous invocations is already counted
            original(name, duration_ms=duration_ms, error=bool(error), throttle=bool(throttle))

    return emit
