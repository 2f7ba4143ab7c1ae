"""What a signed call is about is named as AWS names it, and a refusal says which policy refused.

AWS: an invocation with a qualifier is of the qualified function; calls of Logs name the group with its
streams; GetParameters is asked for each name; readers of streams name the stream that their iterator belongs
to; an alias is its key, or its state machine; RunTask is about the task definition. A refusal names the
resource, and the boundary if that refused.
The emulator: names the function without qualifier, the bare group, or `*`, so that policies which are right
on AWS are refused; refusals name no resource and blame identity policies.
Here: the names are mended, and condition keys that guardrails of deployments rely on are filled in.
"""

from __future__ import annotations

import json
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import unquote

from pavedroad.cloud.seams import Seam

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Data = dict[str, Any]
    Function = Callable[..., Any]

_actions: Final = Seam(
    "core.iam_actions",
    "access_denied_response",
    "extract_resource_arn",
    "identity_denial_message",
    "logs_service_context",
    "request_tag_context",
)
_evaluator: Final = Seam(
    "core.iam_evaluator", "EvalResult", "enforce", "evaluate", "EvalContext", "resolve_principal"
)
_kinesis: Final = Seam("services.kinesis", "_shard_iterators")
_streams: Final = Seam("services.dynamodb_streams", "_decode_iterator")
_kms: Final = Seam("services.kms", "_resolve_key")
_mail: Final = Seam("services.ses", "_identities")
_responses: Final = Seam("core.responses", "get_account_id")

_rest: ContextVar[tuple[str, ...]] = ContextVar("pavedroad_more_resources", default=())
_by_boundary: ContextVar[bool] = ContextVar("pavedroad_refused_by_boundary", default=False)
_MACHINE_PARTS: Final = 7  # arn:aws:states:<region>:<account>:stateMachine:<name>, then the qualifier
_SEALED: Final = ("/invocations", "/response-streaming-invocations")


def install() -> None:
    """Wrap what names resources and words refusals."""
    for seam in (_actions, _evaluator, _kinesis, _streams, _kms, _mail, _responses):
        seam.check()
    _actions.wrap("extract_resource_arn", _naming)
    _actions.wrap("logs_service_context", _tagging)
    _actions.wrap("request_tag_context", _conditions)
    _actions.wrap("access_denied_response", _wording)
    _evaluator.wrap("enforce", _enforcing)


def _naming(original: Function) -> Function:
    def name(*request: Any) -> str:  # noqa: ANN401 - the emulator is untyped
        _rest.set(())
        service, _method, path, headers, body, query, region, account = request
        found: str = original(*request)
        operation = str(headers.get("x-amz-target", "")).rpartition(".")[2]
        here = f"{region}:{account}"
        if service == "lambda":
            return _of_lambda(path, query, found)
        mend = _MENDS.get(service)
        return (mend(operation, _json(body), query, here) or found) if mend else found

    return name


def _json(body: bytes) -> Data:
    try:
        document: object = json.loads(body or b"{}")
    except ValueError:
        return {}
    return cast("Data", document) if isinstance(document, dict) else {}


def _first(query: Mapping[str, object], name: str) -> str:
    value = query.get(name) or ""
    return cast("list[str]", value)[0] if isinstance(value, list) else str(value)


def _of_lambda(path: str, query: Data, found: str) -> str:
    qualifier = _first(query, "Qualifier")
    if qualifier and path.endswith(_SEALED) and found.count(":") == 6:  # noqa: PLR2004 - an ARN without qualifier
        return f"{found}:{qualifier}"
    parts = unquote(path).strip("/").split("/")
    if "layers" in parts and parts[-2:-1] == ["versions"]:
        return f"{found}:{parts[-1]}"
    return found


def _of_logs(operation: str, body: Data, _query: Data, here: str) -> str:
    group = body.get("logGroupName")
    if not group or operation in {"TagResource", "UntagResource", "ListTagsForResource"}:
        return ""
    return f"arn:aws:logs:{here}:log-group:{group}:log-stream:{body.get('logStreamName') or ''}"


def _of_parameters(operation: str, body: Data, _query: Data, here: str) -> str:
    def arn(name: str) -> str:
        return name if name.startswith("arn:") else f"arn:aws:ssm:{here}:parameter/{name.lstrip('/')}"

    names: list[str] = body.get("Names") or []
    if operation in {"GetParameters", "DeleteParameters"} and names:
        first, *others = (arn(name) for name in names)
        _rest.set(tuple(others))
        return first
    return arn(str(body["Path"])) if operation == "GetParametersByPath" and body.get("Path") else ""


def _of_kinesis(operation: str, body: Data, _query: Data, here: str) -> str:
    if operation != "GetRecords":
        return ""
    kept = _kinesis["_shard_iterators"].get(body.get("ShardIterator"))
    return f"arn:aws:kinesis:{here}:stream/{kept['stream']}" if kept else ""


def _of_table_streams(operation: str, body: Data, _query: Data, here: str) -> str:
    if operation == "GetRecords":
        kept: Data = _streams["_decode_iterator"](str(body.get("ShardIterator") or "")) or {}
        return str(kept.get("arn") or "")
    if body.get("StreamArn"):
        return str(body["StreamArn"])
    return f"arn:aws:dynamodb:{here}:table/{body['TableName']}/stream/*" if body.get("TableName") else ""


def _of_keys(operation: str, body: Data, _query: Data, _here: str) -> str:
    named = str(body.get("KeyId") or "")
    if ":alias/" not in f":{named}" or operation in {"CreateAlias", "DeleteAlias", "UpdateAlias"}:
        return ""
    key = _kms["_resolve_key"](named)
    return str(key["Arn"]) if key else ""


def _of_tasks(operation: str, body: Data, _query: Data, here: str) -> str:
    task = str(body.get("taskDefinition") or "")
    if operation != "RunTask" or not task:
        return ""
    full = task if task.startswith("arn:") else f"arn:aws:ecs:{here}:task-definition/{task}"
    return full if ":" in full.partition("/")[2] else f"{full}:*"


def _of_mail(_operation: str, _body: Data, query: Data, here: str) -> str:
    source = _first(query, "Source").rpartition("<")[2].rstrip(">")
    if not source:
        return ""
    known = source in _mail["_identities"]
    return f"arn:aws:ses:{here}:identity/{source if known else source.rpartition('@')[2]}"


def _of_machines(_operation: str, body: Data, _query: Data, _here: str) -> str:
    """An alias or a version is asked for as its machine (guide, "Authorization for versions and aliases")."""
    arn = str(body.get("stateMachineArn") or "")
    named = ":stateMachine:" in arn
    return ":".join(arn.split(":")[:_MACHINE_PARTS]) if named else ""


_MENDS: Final[Mapping[str, Callable[[str, Data, Data, str], str]]] = {
    "logs": _of_logs,
    "ssm": _of_parameters,
    "kinesis": _of_kinesis,
    "dynamodbstreams": _of_table_streams,
    "kms": _of_keys,
    "ecs": _of_tasks,
    "ses": _of_mail,
    "states": _of_machines,
}


def _tagging(original: Function) -> Function:
    """The tags are the group's, whichever of its streams the call is about."""

    def context(action: str, body: bytes, arn: str, *rest: object) -> object:
        return original(action, body, arn.partition(":log-stream:")[0], *rest)

    return context


def _conditions(original: Function) -> Function:
    def context(service: str, action: str, body: bytes, query: Data) -> Data:
        found: Data = original(service, action, body, query)
        if service == "iam" and _first(query, "PermissionsBoundary"):
            found["iam:PermissionsBoundary"] = _first(query, "PermissionsBoundary")
        if service == "lambda":
            given = _json(body)
            keys = {
                "lambda:CodeSigningConfigArn": given.get("CodeSigningConfigArn"),
                "lambda:FunctionArn": given.get("FunctionName") if "EventSource" in action else None,
                "lambda:Layer": given.get("Layers"),
                "lambda:Principal": given.get("Principal"),
            }
            found |= {key: value for key, value in keys.items() if value}
        return found

    return context


def _enforcing(original: Function) -> Function:
    def enforce(key: str, action: str, service: str, region: str, **more: Any) -> object:  # noqa: ANN401 - untyped there
        others, _token = _rest.get(), _rest.set(())
        _by_boundary.set(False)
        result = original(key, action, service, region, **more)
        for arn in others:
            result = result or original(key, action, service, region, **{**more, "resource_arn": arn})
        if isinstance(result, _evaluator["EvalResult"]) and not result.resource_policy_arn:
            _by_boundary.set(_alone_allows(key, action, region, more.get("resource_arn", "*")))
        return result

    return enforce


def _alone_allows(key: str, action: str, region: str, arn: str) -> bool:
    """Whether the identity policies by themselves would have allowed it: then a limit refused."""
    principal = _evaluator["resolve_principal"](key, _responses["get_account_id"]())
    policies = getattr(principal, "policies", None)
    if policies is None or not principal.limits:
        return False
    request = _evaluator["EvalContext"](
        principal_arn=principal.arn,
        principal_type=principal.type,
        principal_account=principal.account,
        action=action,
        resource_arn=arn,
        region=region,
        principal_keys=principal.keys,
    )
    return _evaluator["evaluate"](request, policies).decision == "Allow"


def _wording(original: Function) -> Function:
    def respond(service: str, action: str, principal: str, request: str, **more: Any) -> object:  # noqa: ANN401 - untyped there
        status, headers, body = original(service, action, principal, request, **more)
        arn = str(more.get("resource_arn") or "*").encode()
        verb = f"perform: {action}".encode()
        for why in (b" because no ", b" with an explicit deny "):
            body = body.replace(verb + why, verb + b" on resource: " + arn + why)
        if not _by_boundary.get() or more.get("error_code"):
            return status, headers, body
        denied = more.get("explicit_deny")
        before, after = (
            (
                b"with an explicit deny in an identity-based policy",
                b"with an explicit deny in a permissions boundary",
            )
            if denied
            else (b"because no identity-based policy allows", b"because no permissions boundary allows")
        )
        return status, headers, body.replace(before, after)

    return respond
