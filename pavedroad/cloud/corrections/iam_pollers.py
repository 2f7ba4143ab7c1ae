"""An event source mapping reads its source with the function's role.

AWS: CreateEventSourceMapping and an update that begins to read are refused when the execution role may not
read the source. Later the poller stops when it may not read, and drops what went wrong when it may not send
it to the destination of failures.
The emulator: reads by itself, whatever the role may do.
Here: the role is asked at each of these moments; a poller that is refused says so in LastProcessingResult.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final, cast

from pavedroad.cloud import permissions
from pavedroad.cloud.seams import Seam

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Record = dict[str, object]
    Found = tuple[str, str, Record]

_log: Final = logging.getLogger("pavedroad.permissions")
_lambda: Final = Seam(
    "services.lambda_svc",
    "_create_esm",
    "_esms",
    "_get_func_record_for_qualifier",
    "_invalid_parameter_value",
    "_iter_all_esms",
    "_resolve_existing_esm_function",
    "_send_ddb_stream_failure_record",
    "_update_esm",
)
_sqs: Final = Seam("services.sqs", "_queue_by_arn")
_kms: Final = Seam("services.kms", "_resolve_key")
_scopes: Final = Seam("core.responses", "request_scope")

_QUEUE: Final = ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")
_READS: Final[Mapping[str, tuple[str, ...]]] = {
    "sqs": _QUEUE,
    "dynamodb": ("GetRecords", "GetShardIterator", "DescribeStream", "ListStreams"),
    "kinesis": ("GetRecords", "GetShardIterator", "DescribeStream", "ListShards"),
}
_SENDS: Final = {"sqs": "sqs:SendMessage", "sns": "sns:Publish"}


def install() -> None:
    """Wrap the making of mappings and what their pollers do."""
    permissions.check()
    for seam in (_lambda, _sqs, _kms, _scopes):
        seam.check()
    _lambda.wrap("_create_esm", _create)
    _lambda.wrap("_update_esm", _update)
    _lambda.wrap("_iter_all_esms", _readable)
    _lambda.wrap("_send_ddb_stream_failure_record", _send_failure)


def _service(arn: str) -> str:
    return arn.split(":")[2] if arn.startswith("arn:") else ""


def _role_of(name: object, qualifier: object) -> str:
    """The role of a function; empty when there is no such function."""
    found, config = _lambda["_get_func_record_for_qualifier"](name, qualifier)
    return str(config.get("Role", "")) if found and config else ""


def _refusal(role: str, source: str, destination: str) -> str:
    """Why AWS would not make the mapping; empty when it would."""
    service = _service(source)
    if service == "sqs":
        for action in _QUEUE:
            if not permissions.role_allows(role, f"sqs:{action}", source):
                return f"The provided execution role does not have permissions to call {action} on SQS"
    elif not all(
        permissions.role_allows(role, f"{service}:{action}", source) for action in _READS.get(service, ())
    ):
        *most, last = _READS[service]
        return (
            f"Cannot access stream {source}. Please ensure the role can perform the {', '.join(most)}, and "
            f"{last} Actions on your stream in IAM."
        )
    send = _SENDS.get(_service(destination))
    if send and not permissions.role_allows(role, send, destination):
        kind, _, action = send.partition(":")
        return f"The provided execution role does not have permissions to call {action} on {kind.upper()}"
    return ""


def _failures_go_to(mapping: Mapping[str, object]) -> str:
    destinations = cast("Mapping[str, Mapping[str, str]]", mapping.get("DestinationConfig") or {})
    return (destinations.get("OnFailure") or {}).get("Destination", "")


def _create(original: Callable[[Record], object]) -> Callable[[Record], object]:
    def create(request: Record) -> object:
        name, qualifier, missing = _lambda["_resolve_existing_esm_function"](request.get("FunctionName", ""))
        if not missing:
            source = str(request.get("EventSourceArn", ""))
            refusal = _refusal(_role_of(name, qualifier), source, _failures_go_to(request))
            if refusal:
                return _lambda["_invalid_parameter_value"](refusal)
        return original(request)

    return create


def _update(original: Callable[[str, Record], object]) -> Callable[[str, Record], object]:
    def update(mapping_id: str, request: Record) -> object:
        mapping: Record = _lambda["_esms"].get(mapping_id) or {}
        name, qualifier = mapping.get("FunctionName"), mapping.get("Qualifier")
        if request.get("FunctionName"):
            name, qualifier, _missing = _lambda["_resolve_existing_esm_function"](request["FunctionName"])
        if name and (
            request.get("FunctionName") or request.get("Enabled") or request.get("DestinationConfig")
        ):
            destination = _failures_go_to(request) or _failures_go_to(mapping)
            refusal = _refusal(_role_of(name, qualifier), str(mapping.get("EventSourceArn")), destination)
            if refusal:
                return _lambda["_invalid_parameter_value"](refusal)
        return original(mapping_id, request)

    return update


def _readable(original: Callable[[], Iterator[Found]]) -> Callable[[], Iterator[Found]]:
    def readable() -> Iterator[Found]:
        for account, region, mapping in original():
            if mapping.get("Enabled", True):
                with _scopes["request_scope"](account, region):
                    refused = _may_not_read(mapping)
                if refused:
                    problem = f"PROBLEM: {refused}"
                    if mapping.get("LastProcessingResult") != problem:
                        _log.warning("mapping %s does not poll: %s", mapping.get("UUID"), refused)
                    mapping["LastProcessingResult"] = problem
                    continue
            yield account, region, mapping

    return readable


def _may_not_read(mapping: Record) -> str:
    source = str(mapping.get("EventSourceArn", ""))
    role = _role_of(mapping.get("FunctionName"), mapping.get("Qualifier"))
    if not role:
        return ""  # a mapping without its function reads nothing anyway
    if not permissions.role_trusts(
        role,
        "lambda.amazonaws.com",
        source_arn=str(mapping.get("FunctionArn", "")),
        source_account=permissions.account_of(str(mapping.get("FunctionArn", ""))),
    ):
        return f"the role {role} cannot be assumed by Lambda"
    session = str(mapping.get("FunctionName"))
    for action in _READS.get(_service(source), ()):
        decision = permissions.role_allows(role, f"{_service(source)}:{action}", source, session=session)
        if not decision:
            return decision.message
    key = _key_of_queue(source)
    if key:
        return permissions.role_allows(role, "kms:Decrypt", key, session=session).message
    return ""


def _key_of_queue(source: str) -> str:
    """The customer's own key of a queue; empty when there is none."""
    queue = _sqs["_queue_by_arn"](source) if _service(source) == "sqs" else None
    named = str(queue["attributes"].get("KmsMasterKeyId") or "") if queue else ""
    if not named or named.rpartition("/")[2] == "sqs":
        return ""
    with _scopes["request_scope"](permissions.account_of(source), permissions.region_of(source)):
        key = _kms["_resolve_key"](named)
    return str(key["Arn"]) if key else named


def _send_failure(original: Callable[..., None]) -> Callable[..., None]:
    def send(mapping: Record, *rest: object) -> None:
        destination = _failures_go_to(mapping)
        action = _SENDS.get(_service(destination))
        if action:
            role = _role_of(mapping.get("FunctionName"), mapping.get("Qualifier"))
            decision = permissions.role_allows(role, action, destination)
            if not decision:
                _log.warning("failed records are lost: %s", decision.message)
                return
        original(mapping, *rest)

    return send
