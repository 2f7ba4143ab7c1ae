"""Python functions run on our runtime, whatever the emulator's own would do.

AWS: an isolated interpreter with the archive, the layers and the SDK on its path; documented variables;
errors by the name of their class, with their stack; an exception leaves the environment warm.
The emulator: its own interpreter with all that is installed beside it and its whole environment; layers
before the code and none under one root; every error is `Runtime.HandlerError` without a stack and ends the
process.
Here: the emulator's pool keeps `ExecutionEnvironment`s for runtimes `python*`; the declared runtime stays.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final, cast

from pavedroad.cloud.corrections import function_logs, tracing
from pavedroad.cloud.runtime import caller, starts, worker
from pavedroad.cloud.runtime.environment import Folders
from pavedroad.cloud.runtime.execution import ExecutionEnvironment, Outcome, Request
from pavedroad.cloud.runtime.settings import FunctionSettings
from pavedroad.cloud.seams import Seam

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Record = Mapping[str, object]
    Execute = Callable[[Record, object, str], dict[str, object]]

LOG_SOURCE: Final = "pavedroad"
"""Marks a result whose log is already written."""

_TAIL_BYTES: Final = 4096  # what X-Amz-Log-Result holds at most
_lambda: Final = Seam(
    "services.lambda_svc",
    "_execute_function_warm",
    "_emit_lambda_logs",
    "_resolve_layer_zip",
    "_ensure_reaper_thread",
    "_invoke_depth",
    "acquire_worker",
    "release_worker",
)
_runtime: Final = Seam(
    "core.lambda_runtime",
    "_lock",
    "_worker_class_for",
    "_worker_key",
    "_workers",
    "execution_credentials",
)


def install() -> None:
    """Take the place of the emulator's worker for Python."""
    _lambda.check()
    _runtime.check()
    _runtime.wrap("_worker_class_for", _worker_class_for)
    _lambda.wrap("_execute_function_warm", _execute_function_warm)
    _lambda.wrap("_emit_lambda_logs", _emit_lambda_logs)


def is_python(config: Record) -> bool:
    """Our runtime runs it."""
    return str(config.get("Runtime", "")).startswith("python")


def _worker_class_for(original: Callable[[Record], object]) -> Callable[[Record], object]:
    def chosen(config: Record) -> object:
        return _environment if is_python(config) else original(config)

    return chosen


def _environment(_name: str, config: Record, code: bytes) -> ExecutionEnvironment:
    def folders() -> Folders:
        attached = cast("list[str | dict[str, object]]", config.get("Layers") or [])
        found = (_lambda["_resolve_layer_zip"](layer) for layer in attached)
        return Folders.of(code, [layer for layer in found if layer])

    return ExecutionEnvironment(
        FunctionSettings.read(config),
        config,
        folders=folders,
        credentials=lambda: _runtime["execution_credentials"](config),
        endpoint=os.environ.get("AWS_ENDPOINT_URL") or f"http://127.0.0.1:{os.environ['GATEWAY_PORT']}",
    )


def _execute_function_warm(original: Execute) -> Execute:
    def execute(func: Record, event: object, request_id: str) -> dict[str, object]:
        config = cast("Record", func.get("config") or func)
        if not is_python(config):
            return original(func, event, request_id)
        settings = FunctionSettings.read(config)
        code = func.get("code_zip")
        if not code:
            return _no_code(settings, request_id)
        _lambda["_ensure_reaper_thread"]()
        environment, ready = _lease(settings, config, code)
        try:
            request = _request(settings, config, event, request_id)
            outcome = environment.run(request, ready)
        finally:
            _lambda["release_worker"](environment)
            starts.freed(_key(settings, config))
        function_logs.write(settings, outcome.stream, outcome.events)
        tracing.send_invocation(settings, request, outcome)
        return _as_result(outcome)

    return execute


def _lease(
    settings: FunctionSettings, config: Record, code: object
) -> tuple[ExecutionEnvironment, Callable[[], None]]:
    """A warm environment; or a cold one whose turn it is to start, and what to call when it has."""
    leased: ExecutionEnvironment
    leased, _ = _lambda["acquire_worker"](settings.name, config, code, qualifier=settings.version)
    if leased.warm:
        return leased, lambda: None
    key = _key(settings, config)

    def free() -> bool:
        nonlocal leased
        with _runtime["_lock"]:
            pool = cast("list[ExecutionEnvironment]", _runtime["_workers"].get(key) or [])
            # Most are taken, and whether one runs is asked of the system: by all that wait, again and again.
            found = next((each for each in pool if not each.in_use and each.warm), None)
            if found is not None:
                found.in_use, leased.in_use = True, False
                leased = found
        return found is not None

    ready = starts.wait_for_turn(free, key)
    return leased, ready or (lambda: None)


def _key(settings: FunctionSettings, config: Record) -> str:
    """Under which the emulator's pool keeps a function's environments."""
    return _runtime["_worker_key"](settings.name, config, settings.version)


def _request(settings: FunctionSettings, config: Record, event: object, request_id: str) -> Request:
    made = caller.present()
    trace = caller.Trace.begin(made.trace, active=settings.traced, depth=_lambda["_invoke_depth"].get())
    return Request(
        request_id=request_id,
        arn=str(config.get("FunctionArn", "")),
        event=event,
        trace=trace.header(),
        client_context=made.client_context,
        tenant_id=made.tenant_id,
        trace_id=trace.root if settings.traced and trace.sampled else "",
        segment_id=trace.segment,
        parent_id=trace.parent,
    )


def _as_result(outcome: Outcome) -> dict[str, object]:
    text = "\n".join(event.message for event in outcome.events)
    result: dict[str, object] = {
        "body": outcome.failure or outcome.result,
        "log": text.encode()[-_TAIL_BYTES:].decode("utf-8", "ignore"),
        "log_source": LOG_SOURCE,
    }
    if outcome.failure:
        result |= {"error": True, "function_error": "Unhandled"}
    return result


def _no_code(settings: FunctionSettings, request_id: str) -> dict[str, object]:
    """A function whose archive was not found would answer a mock; here it fails as one without a module."""
    module = settings.handler.rpartition(".")[0]
    message = f"Unable to import module '{module}': No module named '{module}'"
    body = worker.Failure(
        errorMessage=message, errorType="Runtime.ImportModuleError", requestId=request_id, stackTrace=[]
    )
    return {
        "body": body,
        "error": True,
        "function_error": "Unhandled",
        "log": message,
        "log_source": LOG_SOURCE,
    }


def _emit_lambda_logs(original: Callable[..., None]) -> Callable[..., None]:
    def emit(
        func: Record, request_id: str, text: str, error: object, duration_ms: int, **more: object
    ) -> None:
        if more.get("log_source") != LOG_SOURCE:
            original(func, request_id, text, error, duration_ms, **more)

    return emit
