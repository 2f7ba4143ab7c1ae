"""Log groups and filters keep what AWS keeps.

AWS changes a log group's key (AssociateKmsKey, DisassociateKmsKey), protects it from deletion
(PutLogGroupDeletionProtection), and stores of filters whether they read transformed logs and which system
fields they emit. The emulator knows none of the three calls and drops these members. The calls are answered
here, and the members are kept beside what the emulator stores.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from pavedroad.cloud.seams import Seam

if TYPE_CHECKING:
    from collections.abc import Callable

_logs: Final = Seam(
    "services.cloudwatch_logs",
    "_create_log_group",
    "_delete_log_group",
    "_describe_log_groups",
    "_log_groups",
    "_metric_filters",
    "_put_metric_filter",
    "_put_subscription_filter",
    "handle_request",
)
_responses: Final = Seam("core.responses", "error_response_json", "json_response")

_PROTECTED: Final = "deletionProtectionEnabled"
_METRIC_MEMBERS: Final = ("applyOnTransformedLogs", "fieldSelectionCriteria", "emitSystemFieldDimensions")
_SUBSCRIPTION_MEMBERS: Final = ("applyOnTransformedLogs", "fieldSelectionCriteria", "emitSystemFields")
_SUCCESS: Final = 200

_Data = dict[str, Any]
_Answer = tuple[int, dict[str, str], bytes]


def install() -> None:
    """Answer the calls and keep the members."""
    _logs.check()
    _responses.check()
    _logs.wrap("handle_request", _answering)
    _logs.wrap("_create_log_group", _creating)
    _logs.wrap("_delete_log_group", _deleting)
    _logs.wrap("_describe_log_groups", _describing)
    _logs.wrap("_put_metric_filter", _putting_metric_filter)
    _logs.wrap("_put_subscription_filter", _putting_subscription_filter)


def _answering(original: Callable[..., Any]) -> Callable[..., Any]:
    async def handle_request(
        method: str, path: str, headers: dict[str, str], body: bytes, query: object
    ) -> _Answer:
        change = _CHANGES.get(headers.get("x-amz-target", "").rpartition(".")[2])
        if change is None:
            return await original(method, path, headers, body, query)
        data: _Data = json.loads(body) if body else {}
        named = str(data.get("logGroupName") or data.get("logGroupIdentifier") or "")
        name = named.removesuffix(":*").rpartition(":log-group:")[2]
        group = _logs["_log_groups"].get(name)
        if group is None:
            text = f"The specified log group does not exist: {name}"
            return _responses["error_response_json"]("ResourceNotFoundException", text, 400)
        change(group, data)
        return _responses["json_response"]({})

    return handle_request


def _creating(original: Callable[..., Any]) -> Callable[..., Any]:
    def create(data: _Data) -> _Answer:
        answer: _Answer = original(data)
        if answer[0] == _SUCCESS:
            _protect(_logs["_log_groups"][data["logGroupName"]], data)
        return answer

    return create


def _deleting(original: Callable[..., Any]) -> Callable[..., Any]:
    def delete(data: _Data) -> _Answer:
        group = _logs["_log_groups"].get(data.get("logGroupName"))
        if group is not None and group.get(_PROTECTED):
            text = (
                "Cannot delete log group with deletion protection enabled. Disable deletion protection first."
            )
            return _responses["error_response_json"]("ValidationException", text, 400)
        return original(data)

    return delete


def _describing(original: Callable[..., Any]) -> Callable[..., Any]:
    def describe(data: _Data) -> _Answer:
        status, headers, body = original(data)
        if status != _SUCCESS:
            return status, headers, body
        found = json.loads(body)
        for group in found["logGroups"]:
            group[_PROTECTED] = bool(_logs["_log_groups"][group["logGroupName"]].get(_PROTECTED))
        return _responses["json_response"](found)

    return describe


def _putting_metric_filter(original: Callable[..., Any]) -> Callable[..., Any]:
    def put(data: _Data) -> _Answer:
        answer: _Answer = original(data)
        if answer[0] == _SUCCESS:
            kept = _logs["_metric_filters"][data["logGroupName"], data["filterName"]]
            _keep(kept, data, _METRIC_MEMBERS)
        return answer

    return put


def _putting_subscription_filter(original: Callable[..., Any]) -> Callable[..., Any]:
    def put(data: _Data) -> _Answer:
        answer: _Answer = original(data)
        if answer[0] == _SUCCESS:
            kept = _logs["_log_groups"][data["logGroupName"]]["subscriptionFilters"][data["filterName"]]
            _keep(kept, data, _SUBSCRIPTION_MEMBERS)
        return answer

    return put


def _keep(kept: _Data, data: _Data, members: tuple[str, ...]) -> None:
    kept.update({name: data[name] for name in members if data.get(name)})


def _encrypt(group: _Data, data: _Data) -> None:
    group["kmsKeyId"] = data.get("kmsKeyId")


def _protect(group: _Data, data: _Data) -> None:
    group[_PROTECTED] = bool(data.get(_PROTECTED))


_CHANGES: Final[dict[str, Callable[[_Data, _Data], None]]] = {
    "AssociateKmsKey": _encrypt,
    "DisassociateKmsKey": _encrypt,
    "PutLogGroupDeletionProtection": _protect,
}
