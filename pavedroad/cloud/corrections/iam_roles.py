"""A role is given to a service only when the service may assume it and the caller may pass it.

AWS: whoever hands a role to a service needs iam:PassRole on it; the role's trust must name the service, with
conditions on the source; what a function's settings need of its role is tried out when they are made. A role
whose trust is taken away later runs nothing any more.
The emulator: the role has to exist, no more.
Here: all of it is asked, for functions, state machines, rules, schedules and delivery streams.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

from pavedroad.cloud import permissions
from pavedroad.cloud.seams import Seam

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Data = dict[str, Any]
    Function = Callable[..., Any]

_log: Final = logging.getLogger("pavedroad.permissions")
_lambda: Final = Seam(
    "services.lambda_svc",
    "_create_function",
    "_execute_function_dispatch",
    "_func_arn",
    "_functions",
    "_update_config",
)
_states: Final = Seam(
    "services.stepfunctions", "_create_state_machine", "_state_machines", "_update_state_machine"
)
_events: Final = Seam("services.eventbridge", "_put_rule", "_put_targets", "_rule_arn")
_scheduler: Final = Seam("services.scheduler", "_create_schedule", "_error", "_update_schedule")
_firehose: Final = Seam("services.firehose", "_HANDLERS", "_create_delivery_stream")
_responses: Final = Seam("core.responses", "error_response_json", "get_account_id", "get_region")
_evaluator: Final = Seam("core.iam_evaluator", "EvalResult", "_verified_key", "enforce")
_texts: Final = Seam("core.iam_actions", "identity_denial_message")

_NETWORK: Final = (
    *("CreateNetworkInterface", "DescribeNetworkInterfaces", "DescribeSubnets"),
    *("DeleteNetworkInterface", "AssignPrivateIpAddresses", "UnassignPrivateIpAddresses"),
)


@dataclass(frozen=True)
class _Service:
    """How one service refuses a role that it may not assume."""

    principal: str
    code: str
    message: str
    passing: int = 400


_LAMBDA: Final = _Service(
    "lambda.amazonaws.com",
    "InvalidParameterValueException",
    "The role defined for the function cannot be assumed by Lambda.",
    403,
)
_STATES: Final = _Service(
    "states.amazonaws.com",
    "AccessDeniedException",
    "Neither the global service principal states.amazonaws.com, nor the regional one is authorized to assume "
    "the provided role.",
)
_RULES: Final = _Service(
    "events.amazonaws.com",
    "ValidationException",
    "Provided role '{role}' cannot be assumed by principal 'events.amazonaws.com'.",
)
_SCHEDULES: Final = _Service(
    "scheduler.amazonaws.com",
    "ValidationException",
    "The execution role you provide must allow AWS EventBridge Scheduler to assume the role.",
    403,
)
_STREAMS: Final = _Service(
    "firehose.amazonaws.com",
    "InvalidArgumentException",
    "Firehose is unable to assume role. Please check the role provided.",
)


def install() -> None:
    """Wrap every operation that takes a role, and the execution of functions."""
    permissions.check()
    for seam in (_lambda, _states, _events, _scheduler, _firehose, _responses, _evaluator, _texts):
        seam.check()
    _lambda.wrap("_create_function", _create_function)
    _lambda.wrap("_update_config", _update_function)
    _lambda.wrap("_execute_function_dispatch", _execute)
    _states.wrap("_create_state_machine", _create_machine)
    _states.wrap("_update_state_machine", _update_machine)
    _events.wrap("_put_rule", _put_rule)
    _events.wrap("_put_targets", _put_targets)
    _scheduler.wrap("_create_schedule", _put_schedule)
    _scheduler.wrap("_update_schedule", _put_schedule)
    _firehose.wrap("_create_delivery_stream", _create_stream)
    # The one service whose table of operations holds the functions themselves.
    _firehose["_HANDLERS"]["CreateDeliveryStream"] = _firehose["_create_delivery_stream"]


def _refused(service: _Service, role: str, source: str) -> tuple[str, str, int] | None:
    """Code, text and status of AWS's refusal; None when the role may be given."""
    if not role or not permissions.role_exists(role):
        return None if not role or service is not _SCHEDULES else (service.code, service.message, 400)
    denied = _may_not_pass(role, service.principal)
    if denied:
        return "AccessDeniedException", denied, service.passing
    account = _responses["get_account_id"]()
    if permissions.role_trusts(role, service.principal, source_arn=source, source_account=account):
        return None
    return service.code, service.message.format(role=role), 400


def _may_not_pass(role: str, principal: str) -> str:
    key = _evaluator["_verified_key"].get()
    if not key:
        return ""  # root, or what the cloud does by itself
    result = _evaluator["enforce"](
        key,
        "iam:PassRole",
        "iam",
        _responses["get_region"](),
        resource_arn=role,
        service_context={"iam:PassedToService": principal},
    )
    if not isinstance(result, _evaluator["EvalResult"]):
        return ""
    denial = _texts["identity_denial_message"]
    return denial("iam:PassRole", result.principal_arn, role, result.decision == "Deny")


def _answer(refusal: tuple[str, str, int] | None) -> object:
    return _responses["error_response_json"](*refusal) if refusal else None


def _own(service: str, rest: str) -> str:
    return f"arn:aws:{service}:{_responses['get_region']()}:{_responses['get_account_id']()}:{rest}"


def _create_function(original: Function) -> Function:
    def create(data: Data) -> object:
        refusal = _refused(
            _LAMBDA, str(data.get("Role") or ""), _lambda["_func_arn"](data.get("FunctionName", ""))
        )
        return _answer(refusal or _settings_refused(data, str(data.get("Role") or ""))) or original(data)

    return create


def _update_function(original: Function) -> Function:
    def update(name: str, data: Data) -> object:
        function: Data | None = _lambda["_functions"].get(name)
        role = str(data.get("Role") or (function["config"].get("Role") if function else ""))
        refusal = _refused(_LAMBDA, str(data.get("Role") or ""), _lambda["_func_arn"](name))
        return _answer(refusal or _settings_refused(data, role)) or original(name, data)

    return update


def _settings_refused(data: Data, role: str) -> tuple[str, str, int] | None:
    """The first action that the settings need and the role lacks."""
    if not permissions.role_exists(role):
        return None
    for service, action, resource in _needed(data):
        if not permissions.role_allows(role, f"{service}:{action}", resource):
            text = (
                f"The provided execution role does not have permissions to call {action} on {service.upper()}"
            )
            return "InvalidParameterValueException", text, 400
    return None


def _needed(data: Data) -> Iterator[tuple[str, str, str]]:
    if (data.get("TracingConfig") or {}).get("Mode") == "Active":
        yield from (("xray", action, "*") for action in ("PutTraceSegments", "PutTelemetryRecords"))
    if (data.get("VpcConfig") or {}).get("SubnetIds"):
        yield from (("ec2", action, "*") for action in _NETWORK)
    dead: Data = data.get("DeadLetterConfig") or {}
    letters = str(dead.get("TargetArn") or "")
    if ":sqs:" in letters:
        yield "sqs", "SendMessage", letters
    elif ":sns:" in letters:
        yield "sns", "Publish", letters


def _execute(original: Function) -> Function:
    def execute(function: Data, config: Data, *rest: object) -> object:
        role, arn = str(config.get("Role") or ""), str(config.get("FunctionArn") or "")
        trusted = permissions.role_trusts(
            role, _LAMBDA.principal, source_arn=arn, source_account=permissions.account_of(arn)
        )
        if trusted or not permissions.role_exists(role):
            return original(function, config, *rest)
        _log.warning("%s does not run: its role %s cannot be assumed by Lambda", arn, role)
        fault = {"errorType": "AccessDeniedException", "errorMessage": _LAMBDA.message}
        return {"body": fault, "error": True, "function_error": "Unhandled", "log": ""}

    return execute


def _create_machine(original: Function) -> Function:
    def create(data: Data) -> object:
        source = _own("states", f"stateMachine:{data.get('name')}")
        return _answer(_refused(_STATES, str(data.get("roleArn") or ""), source)) or original(data)

    return create


def _update_machine(original: Function) -> Function:
    def update(data: Data) -> object:
        source = str(data.get("stateMachineArn"))
        return _answer(_refused(_STATES, str(data.get("roleArn") or ""), source)) or original(data)

    return update


def _put_rule(original: Function) -> Function:
    def put(data: Data) -> object:
        source = _events["_rule_arn"](data.get("Name", ""), data.get("EventBusName") or "default")
        return _answer(_refused(_RULES, str(data.get("RoleArn") or ""), source)) or original(data)

    return put


def _put_targets(original: Function) -> Function:
    def put(data: Data) -> object:
        source = _events["_rule_arn"](data.get("Rule", ""), data.get("EventBusName") or "default")
        for target in cast("list[Data]", data.get("Targets") or []):
            refusal = _refused(_RULES, str(target.get("RoleArn") or ""), source)
            if refusal:
                return _answer(refusal)
        return original(data)

    return put


def _put_schedule(original: Function) -> Function:
    def put(name: str, body: Data) -> object:
        # A schedule assumes its role on behalf of its group.
        group = _own("scheduler", f"schedule-group/{body.get('GroupName') or 'default'}")
        target: Data = body.get("Target") or {}
        refusal = _refused(_SCHEDULES, str(target.get("RoleArn") or ""), group)
        if refusal:
            code, text, status = refusal
            return _scheduler["_error"](status, code, text)
        return original(name, body)

    return put


def _create_stream(original: Function) -> Function:
    def create(data: Data) -> object:
        source = _own("firehose", f"deliverystream/{data.get('DeliveryStreamName')}")
        for name, settings in data.items():
            if name.endswith("Configuration") and isinstance(settings, dict):
                role = str(cast("Data", settings).get("RoleARN") or "")
                refusal = _refused(_STREAMS, role, source)
                if refusal:
                    return _answer(refusal)
        return original(data)

    return create
