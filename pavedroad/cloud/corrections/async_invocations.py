"""Asynchronous invocations end where AWS ends them.

AWS: retries and age come from the configuration of the alias or version that was invoked; throttles wait
without counting as attempts; success and failure go to their destinations, the raw event to the dead-letter
queue with attributes that say why, all with the function's role; SNS and EventBridge invoke in this way.
The emulator: the configuration of $LATEST only, no success destination, the destination's record also in the
dead-letter queue, the role is not asked; SNS and EventBridge call once and forget.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from contextlib import suppress
from contextvars import ContextVar, copy_context
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast
from uuid import uuid4

from pavedroad.cloud import destinations
from pavedroad.cloud.corrections.function_versions import base_record, qualifier_of
from pavedroad.cloud.runtime import caller, platform_log
from pavedroad.cloud.seams import Seam

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Record = Mapping[str, object]
    Result = Mapping[str, object]

_RETRIES: Final = 2
_AGE_SECONDS: Final = 21_600
_RETRY_SECONDS: Final = 60
"""The first wait after an error; the second is twice as long. The emulator's setting stands for this one."""

_LONGEST_THROTTLE_SECONDS: Final = 300
_lambda: Final = Seam(
    "services.lambda_svc",
    "_LAMBDA_ASYNC_RETRY_BASE_SECONDS",
    "_execute_function",
    "_execute_function_with_config_scope",
    "_execution_record_for_config",
    "_get_func_record_for_ref",
    "_run_with_function_config_scope",
    "invoke_async_with_retry",
)
_sns: Final = Seam("services.sns", "_deliver_to_lambda")
_events: Final = Seam("services.eventbridge", "_dispatch_to_lambda")
_logger: Final = logging.getLogger("pavedroad.async")
_asynchronous: ContextVar[bool] = ContextVar("pavedroad_asynchronous", default=False)


@dataclass(frozen=True, kw_only=True)
class Policy:
    """What is done with an invocation that fails.

    Attributes:
        retries: Attempts after the first.
        age_seconds: After this an event is given up.
        on_success: Destination, or empty.
        on_failure: Destination, or empty.
        dead_letters: Queue or topic, or empty.
    """

    retries: int = _RETRIES
    age_seconds: float = _AGE_SECONDS
    on_success: str = ""
    on_failure: str = ""
    dead_letters: str = ""


def install() -> None:
    """Take the place of the emulator's asynchronous invocation, and lead SNS and EventBridge to it."""
    for seam in (_lambda, _sns, _events):
        seam.check()
    destinations.check()
    _lambda.wrap("invoke_async_with_retry", lambda _original: invoke)
    _lambda.wrap("_execute_function_with_config_scope", _execute_or_begin)
    _sns.wrap("_deliver_to_lambda", _deliver_to_lambda)
    _events.wrap("_dispatch_to_lambda", lambda _original: _dispatch_to_lambda)


def invoke(function: Record, event: object) -> None:
    """Begin an asynchronous invocation and come back at once."""
    config = _config(function)
    request_id = caller.present().request_id or str(uuid4())

    def run() -> None:
        with caller.identified(request_id):
            _lambda["_run_with_function_config_scope"](config, _attempts, function, event, request_id)

    context = copy_context()
    threading.Thread(target=context.run, args=(run,), name="pavedroad-async", daemon=True).start()


def _config(function: Record) -> Record:
    return cast("Record", function.get("config") or function)


def policy_of(config: Record) -> Policy:
    """The policy of the alias or version that was invoked."""
    base = base_record(config) or {}
    configured = cast("Mapping[str, Record]", base.get("event_invoke_configs") or {})
    qualifier = qualifier_of(str(config.get("FunctionArn", "")))
    settings = configured.get(qualifier) or (configured.get("") if qualifier == "$LATEST" else None) or {}
    routes = cast("Mapping[str, Mapping[str, str]]", settings.get("DestinationConfig") or {})
    dead = cast("Mapping[str, str]", config.get("DeadLetterConfig") or {})
    retries = settings.get("MaximumRetryAttempts")
    return Policy(
        retries=_RETRIES if retries is None else cast("int", retries),
        age_seconds=cast("int", settings.get("MaximumEventAgeInSeconds") or _AGE_SECONDS),
        on_success=(routes.get("OnSuccess") or {}).get("Destination", ""),
        on_failure=(routes.get("OnFailure") or {}).get("Destination", ""),
        dead_letters=dead.get("TargetArn", ""),
    )


@dataclass(frozen=True, kw_only=True)
class _Event:
    config: Record
    payload: object
    request_id: str


def _attempts(function: Record, payload: object, request_id: str) -> None:
    config = _config(function)
    event = _Event(config=config, payload=payload, request_id=request_id)
    started = time.time()
    attempts = throttles = 0
    while True:
        present, settings, _ = _lambda["_get_func_record_for_ref"](config["FunctionArn"])
        if present is None:  # a deleted function's events are gone
            return
        policy = policy_of(config)
        function = {**present, "config": {**settings, "FunctionArn": config["FunctionArn"]}}
        result: Result = _lambda["_execute_function"](function, payload)
        scale = _lambda["_LAMBDA_ASYNC_RETRY_BASE_SECONDS"] / _RETRY_SECONDS
        if result.get("throttle"):
            wait = float(min(2**throttles, _LONGEST_THROTTLE_SECONDS))
            throttles += 1
        else:
            attempts += 1
            if not result.get("error"):
                _finish(event, result, "Success", attempts)
                return
            if attempts > policy.retries:
                _finish(event, result, "RetriesExhausted", attempts)
                return
            wait = float(_RETRY_SECONDS * 2 ** (attempts - 1))
        if time.time() - started + wait * scale > policy.age_seconds:
            _finish(event, result, "EventAgeExceeded", attempts)
            return
        time.sleep(wait * scale)


def _finish(event: _Event, result: Result, condition: str, attempts: int) -> None:
    policy = policy_of(event.config)
    failed = condition != "Success"
    destination = policy.on_failure if failed else policy.on_success
    if destination:
        record = _record(event, result, condition, attempts)
        destinations.send_record(event.config, destination, record, success=not failed)
    if failed and policy.dead_letters:
        body: Record = cast("Record", result["body"]) if isinstance(result.get("body"), dict) else {}
        destinations.send_dead_letter(
            event.config,
            policy.dead_letters,
            event.payload,
            request_id=event.request_id,
            status=_status(result),
            message=str(body.get("errorMessage") or body.get("message") or ""),
        )


def _status(result: Result) -> int:
    return 429 if result.get("throttle") else 200


def _record(event: _Event, result: Result, condition: str, attempts: int) -> dict[str, object]:
    arn = str(event.config.get("FunctionArn", ""))
    named = arn.endswith(":$LATEST") or qualifier_of(arn) != "$LATEST"
    response: dict[str, object] = {
        "statusCode": _status(result),
        "executedVersion": event.config.get("Version", "$LATEST"),
    }
    if condition != "Success":
        response["functionError"] = result.get("function_error") or "Unhandled"
    return {
        "version": "1.0",
        "timestamp": platform_log.iso(time.time()),
        "requestContext": {
            "requestId": event.request_id,
            "functionArn": arn if named else f"{arn}:$LATEST",
            "condition": condition,
            "approximateInvokeCount": attempts,
        },
        "requestPayload": event.payload,
        "responseContext": response,
        "responsePayload": result.get("body"),
    }


def _execute_or_begin(original: Callable[[Record, object], Result]) -> Callable[[Record, object], Result]:
    def execute(function: Record, event: object) -> Result:
        if not _asynchronous.get():
            return original(function, event)
        invoke(function, event)
        return {}

    return execute


def _deliver_to_lambda(original: Callable[..., None]) -> Callable[..., None]:
    def deliver(*arguments: object) -> None:
        token = _asynchronous.set(True)
        try:
            original(*arguments)
        finally:
            _asynchronous.reset(token)

    return deliver


def _dispatch_to_lambda(arn: str, payload: str) -> None:
    event: object = payload
    with suppress(json.JSONDecodeError, TypeError):
        event = json.loads(payload)
    function, config, name = _lambda["_get_func_record_for_ref"](arn)
    if function is None:
        _logger.warning("a rule's target is not there: function %s", name)
        return
    invoke(_lambda["_execution_record_for_config"](function, config), event)
