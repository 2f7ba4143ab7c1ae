"""A state machine's tasks run under its role.

AWS: every integration calls its service with a session of the machine's role, and a refusal fails the task
with the name of the service's own exception; `Retry` and `Catch` see it. Whoever writes execution logs or
waits for a nested execution needs the actions for that when the machine is made.
The emulator: integrations call as the service itself, the role is never asked.
Here: the role is asked before each call. Names of errors follow AWS's convention: the SDK's general exception
of the service, because a refusal is none of its modelled ones.
"""

from __future__ import annotations

import logging
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final, NoReturn, cast

from pavedroad.cloud import permissions
from pavedroad.cloud.seams import Seam

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Data = dict[str, Any]
    Wanted = tuple[str, str]

_log: Final = logging.getLogger("pavedroad.permissions")
_states: Final = Seam(
    "services.stepfunctions",
    "_ExecutionError",
    "_create_state_machine",
    "_execute_task",
    "_extract_lambda_ref",
    "_invoke_aws_sdk_integration",
    "_invoke_resource",
    "_invoke_with_callback",
    "_resolve_lambda_function_ref",
    "_AWS_SDK_ERROR_PREFIX",
    "_read_map_items",
    "_resolve_params_obj",
    "_run_distributed_map",
    "_s3_object_text",
    "_state_machines",
    "_update_state_machine",
)
_app: Final = Seam("app", "call_service_handler_sync")
_actions: Final = Seam("core.iam_actions", "extract_iam_action", "extract_resource_arn")
_responses: Final = Seam("core.responses", "error_response_json", "get_account_id", "get_region")

_SERVICE: Final = "states.amazonaws.com"
_DELIVERY: Final = (
    *("CreateLogDelivery", "GetLogDelivery", "UpdateLogDelivery", "DeleteLogDelivery", "ListLogDeliveries"),
    *("PutResourcePolicy", "DescribeResourcePolicies", "DescribeLogGroups"),
)
_RULES: Final = {
    "states:startExecution.sync": "StepFunctionsGetEventsForStepFunctionsExecutionRule",
    "ecs:runTask.sync": "StepFunctionsGetEventsForECSTaskRule",
    "batch:submitJob.sync": "StepFunctionsGetEventsForBatchJobsRule",
    "codebuild:startBuild.sync": "StepFunctionsGetEventForCodeBuildStartBuildRule",
}
_REFUSED: Final = {
    "lambda": "Lambda.AWSLambdaException",
    "dynamodb": "DynamoDB.AmazonDynamoDBException",
    "sqs": "SQS.AmazonSQSException",
    "sns": "SNS.AmazonSNSException",
    "events": "EventBridge.AmazonEventBridgeException",
    "states": "StepFunctions.AWSStepFunctionsException",
    "ecs": "ECS.AmazonECSException",
}

_acting: ContextVar[tuple[str, str]] = ContextVar("pavedroad_machine", default=("", ""))
_sdk: ContextVar[str] = ContextVar("pavedroad_sdk_integration", default="")


def install() -> None:
    """Wrap the making of machines and everything that a task calls."""
    permissions.check()
    for seam in (_states, _app, _actions, _responses):
        seam.check()
    _states.wrap("_create_state_machine", _create)
    _states.wrap("_update_state_machine", _update)
    _states.wrap("_execute_task", _task)
    _states.wrap("_invoke_resource", _invoke)
    _states.wrap("_invoke_with_callback", _invoke)
    _states.wrap("_invoke_aws_sdk_integration", _integrate)
    _states.wrap("_run_distributed_map", _distribute)
    _states.wrap("_read_map_items", _read_items)
    _states.wrap("_s3_object_text", _read_object)
    _app.wrap("call_service_handler_sync", _call)


def _create(original: Callable[[Data], object]) -> Callable[[Data], object]:
    def create(data: Data) -> object:
        return _refused(data, {}) or original(data)

    return create


def _update(original: Callable[[Data], object]) -> Callable[[Data], object]:
    def update(data: Data) -> object:
        machine = _states["_state_machines"].get(data.get("stateMachineArn"))
        return (_refused(data, machine) if machine else None) or original(data)

    return update


def _refused(data: Data, machine: Data) -> object:
    """AWS's refusal of a machine whose role cannot do what the machine itself needs; None when it can."""
    role = str(data.get("roleArn") or machine.get("roleArn") or "")
    if not permissions.role_exists(role):
        return None  # the emulator refuses that by itself
    logging_to: Data = data.get("loggingConfiguration") or machine.get("loggingConfiguration") or {}
    if logging_to.get("level", "OFF") != "OFF":
        for action in _DELIVERY:
            decision = permissions.role_allows(role, f"logs:{action}", "*")
            if not decision:
                # AWS's answer does not say which of the eight is missing.
                _log.warning("the machine is not saved: %s", decision.message)
                return _responses["error_response_json"](
                    "AccessDeniedException",
                    "The state machine IAM Role is not authorized to access the Log Destination",
                    400,
                )
    definition = str(data.get("definition") or machine.get("definition") or "")
    here = f"arn:aws:events:{_responses['get_region']()}:{_responses['get_account_id']()}:rule/"
    for integration, rule in _RULES.items():
        if f"states:::{integration}" in definition and not all(
            permissions.role_allows(role, f"events:{action}", f"{here}{rule}")
            for action in ("PutTargets", "PutRule", "DescribeRule")
        ):
            return _responses["error_response_json"](
                "AccessDeniedException", f"'{role}' is not authorized to create managed-rule.", 400
            )
    return None


def _machine(execution: Data) -> Data:
    return _states["_state_machines"].get(execution.get("stateMachineArn")) or {}


def _actor(execution: Data) -> tuple[str, str]:
    """Role and ARN of the execution's machine."""
    machine = _machine(execution)
    return (str(machine["roleArn"]), str(machine["stateMachineArn"])) if machine else _acting.get()


def _task(original: Callable[..., object]) -> Callable[..., object]:
    def run(state: Data, given: object, execution: Data, context: Data) -> object:
        # A child of a distributed map has no machine of its own: it keeps the role of the map.
        token = _acting.set(_actor(execution))
        try:
            return original(state, given, execution, context)
        finally:
            _acting.reset(token)

    return run


def _distribute(original: Callable[..., object]) -> Callable[..., object]:
    def run(*arguments: Any) -> object:  # noqa: ANN401 - the emulator is untyped
        execution: Data = arguments[4]
        machine = _machine(execution)
        token = _acting.set(_actor(execution))
        try:
            if machine:
                _demand("states:StartExecution", machine["stateMachineArn"], _REFUSED["states"])
            return original(*arguments)
        finally:
            _acting.reset(token)

    return run


def _read_items(original: Callable[..., object]) -> Callable[..., object]:
    def read(reader: Data, effective: object, context: Data) -> object:
        if str(reader.get("Resource", "")).endswith("s3:listObjectsV2"):
            named: Data = reader.get("Parameters") or reader.get("Arguments") or {}
            bucket = _states["_resolve_params_obj"](named, effective, context).get("Bucket")
            _demand("s3:ListBucket", f"arn:aws:s3:::{bucket}", "States.ItemReaderFailed")
        return original(reader, effective, context)

    return read


def _read_object(original: Callable[[str, str], str]) -> Callable[[str, str], str]:
    def read(bucket: str, key: str) -> str:
        _demand("s3:GetObject", f"arn:aws:s3:::{bucket}/{key}", "States.ItemReaderFailed")
        return original(bucket, key)

    return read


def _invoke(original: Callable[..., object]) -> Callable[..., object]:
    def invoke(resource: str, given: Data, *rest: object) -> object:
        for action, arn in _wanted(resource, given):
            _demand(action, arn, _REFUSED[action.partition(":")[0]])
        return original(resource, given, *rest)

    return invoke


def _integrate(original: Callable[[str, Data], object]) -> Callable[[str, Data], object]:
    def integrate(resource: str, given: Data) -> object:
        token = _sdk.set(resource.partition("aws-sdk:")[2].partition(":")[0].lower())
        try:
            return original(resource, given)
        finally:
            _sdk.reset(token)

    return integrate


def _call(original: Callable[..., object]) -> Callable[..., object]:
    """All generic integrations pass here with the request as it would be on the wire."""

    def call(handler: object, *request: Any) -> object:  # noqa: ANN401 - the emulator is untyped
        named = _sdk.get()
        if named:
            method, path, headers, body, query = request[:5]
            raw = body.encode() if isinstance(body, str) else body
            service = str(headers.get("authorization", "////")).split("/")[3]
            wire = (service, method, path, headers, raw, query)
            action = _actions["extract_iam_action"](*wire)
            if action:
                account, region = _responses["get_account_id"](), _responses["get_region"]()
                arn = _actions["extract_resource_arn"](*wire, region, account)
                prefix = _states["_AWS_SDK_ERROR_PREFIX"].get(named, named.capitalize())
                _demand(action, arn, f"{prefix}.{prefix}Exception")
        return original(handler, *request)

    return call


def _wanted(resource: str, given: Data) -> Iterator[Wanted]:
    """What an optimized integration does, and to what."""
    here = f"{_responses['get_region']()}:{_responses['get_account_id']()}"
    integration = resource.partition("states:::")[2].replace(".waitForTaskToken", "")
    if ":function:" in resource and not integration:
        yield "lambda:InvokeFunction", _function(_states["_extract_lambda_ref"](resource), here)
    elif integration == "lambda:invoke":
        reference = _states["_resolve_lambda_function_ref"](given.get("FunctionName", ""), optimized=True)
        yield "lambda:InvokeFunction", _function(reference, here)
    elif integration.startswith("dynamodb:"):
        table = str(given.get("TableName", ""))
        name = integration.partition(":")[2]
        arn = table if table.startswith("arn:") else f"arn:aws:dynamodb:{here}:table/{table}"
        yield f"dynamodb:{name[:1].upper()}{name[1:]}", arn
    elif integration == "sqs:sendMessage":
        account, _slash, name = (
            str(given.get("QueueUrl", "")).partition("://")[2].partition("/")[2].partition("/")
        )
        yield "sqs:SendMessage", f"arn:aws:sqs:{_responses['get_region']()}:{account}:{name}"
    elif integration == "sns:publish":
        yield "sns:Publish", str(given.get("TopicArn") or given.get("TargetArn") or "*")
    elif integration == "events:putEvents":
        for entry in cast("list[Data]", given.get("Entries") or []):
            bus = str(entry.get("EventBusName") or "default")
            yield (
                "events:PutEvents",
                bus if bus.startswith("arn:") else f"arn:aws:events:{here}:event-bus/{bus}",
            )
    else:
        yield from _wanted_of_work(integration, given, here)


def _wanted_of_work(integration: str, given: Data, here: str) -> Iterator[Wanted]:
    """The same for what runs for a while."""
    if integration.startswith("states:startExecution"):
        machine = str(given.get("StateMachineArn") or given.get("stateMachineArn") or "")
        yield "states:StartExecution", machine
        if ".sync" in integration:
            executions = machine.replace(":stateMachine:", ":execution:") + ":*"
            yield "states:DescribeExecution", executions
            yield "states:StopExecution", executions
    elif integration.startswith("ecs:runTask"):
        task = str(given.get("TaskDefinition") or "")
        yield "ecs:RunTask", task if task.startswith("arn:") else f"arn:aws:ecs:{here}:task-definition/{task}"


def _function(reference: str, here: str) -> str:
    return reference if reference.startswith("arn:") else f"arn:aws:lambda:{here}:function:{reference}"


def _demand(action: str, arn: str, error: str) -> None:
    """Raise the task's failure unless the machine's role may do it."""
    role, machine = _acting.get()
    if not role:
        return  # a single state that is only tried out has no role
    account = permissions.account_of(role)
    if not permissions.role_trusts(role, _SERVICE, source_arn=machine, source_account=account):
        _fail("States.Permissions", f"The role {role} cannot be assumed by {_SERVICE}")
    decision = permissions.role_allows(role, action, arn)
    if not decision:
        service = action.partition(":")[0]
        _fail(error, f"{decision.message} (Service: {service}; Error Code: AccessDeniedException)")


def _fail(error: str, cause: str) -> NoReturn:
    _log.warning("a task is refused: %s", cause)
    raise _states["_ExecutionError"](error, cause)
