"""EventBridge: who may put events on a bus."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final, cast

from pavedroad.provider.live.contract import LiveType
from pavedroad.provider.live.plain import map_in, maps_in, text_in
from pavedroad.provider.live.services._documents import written
from pavedroad.provider.live.services.events import DEFAULT_BUS, bus_name

if TYPE_CHECKING:
    from pavedroad.provider.live.contract import Call
    from pavedroad.provider.live.plain import Plain, Plains


def _bus_document(call: Call, bus: str) -> str:
    return call.clients.events.describe_event_bus(Name=bus).get("Policy", "")


def _put_policy(call: Call, _identity: str) -> None:
    bus = bus_name(call.text("eventBusName"))
    call.clients.events.describe_event_bus(Name=bus)
    call.clients.events.put_permission(EventBusName=bus, Policy=written(call.inputs["policy"]))


def _create_policy(call: Call) -> str:
    _put_policy(call, "")
    return bus_name(call.text("eventBusName"))


def _read_policy(call: Call, bus: str) -> Plains | None:
    document = _bus_document(call, bus)
    return {"eventBusName": bus, "policy": document} if document else None


def _delete_policy(call: Call, bus: str) -> None:
    call.clients.events.remove_permission(EventBusName=bus, RemoveAllPermissions=True)


def _locate_policy(_call: Call, bus: str) -> tuple[str, Plains]:
    return bus, {"eventBusName": bus}


def _permission_place(identity: str) -> tuple[str, str]:
    bus, _, statement = identity.rpartition("/")
    return bus_name(bus), statement


def _put_permission(call: Call, _identity: str) -> None:
    events, bus = call.clients.events, bus_name(call.text("eventBusName"))
    events.describe_event_bus(Name=bus)
    action = text_in(call.inputs, "action") or "events:PutEvents"
    statement, principal = call.text("statementId"), text_in(call.inputs, "principal")
    condition = map_in(call.inputs, "condition")
    if not condition:
        events.put_permission(EventBusName=bus, StatementId=statement, Principal=principal, Action=action)
        return
    events.put_permission(
        EventBusName=bus,
        StatementId=statement,
        Principal=principal,
        Action=action,
        Condition={
            "Type": text_in(condition, "type"),
            "Key": text_in(condition, "key"),
            "Value": text_in(condition, "value"),
        },
    )


def _create_permission(call: Call) -> str:
    _put_permission(call, "")
    bus, statement = bus_name(call.text("eventBusName")), call.text("statementId")
    return statement if bus == DEFAULT_BUS else f"{bus}/{statement}"


def _read_permission(call: Call, identity: str) -> Plains | None:
    bus, name = _permission_place(identity)
    document = cast("Plains", json.loads(_bus_document(call, bus) or "{}"))
    found = next((item for item in maps_in(document, "Statement") if item.get("Sid") == name), None)
    if found is None:
        return None
    return {
        "action": found["Action"],
        "condition": _condition(found.get("Condition")),
        "eventBusName": bus,
        "principal": _principal(found["Principal"]),
        "statementId": name,
    }


def _principal(principal: Plain) -> str:
    account = principal.get("AWS") if isinstance(principal, dict) else principal
    text = account if isinstance(account, str) else ""
    return text.split(":")[4] if text.startswith("arn:") else text


def _condition(condition: Plain) -> Plain:
    """`{"StringEquals": {"aws:PrincipalOrgID": "o-1"}}` as the three properties."""
    for kind, tests in condition.items() if isinstance(condition, dict) else ():
        for key, value in tests.items() if isinstance(tests, dict) else ():
            return {"type": kind, "key": key, "value": value}
    return None


def _delete_permission(call: Call, identity: str) -> None:
    bus, name = _permission_place(identity)
    call.clients.events.remove_permission(EventBusName=bus, StatementId=name)


TYPES: Final[dict[str, LiveType]] = {
    "aws:cloudwatch/eventBusPolicy:EventBusPolicy": LiveType(
        create=_create_policy,
        read=_read_policy,
        update=_put_policy,
        delete=_delete_policy,
        locate=_locate_policy,
        tagged=False,
    ),
    "aws:cloudwatch/eventPermission:EventPermission": LiveType(
        create=_create_permission,
        read=_read_permission,
        update=_put_permission,
        delete=_delete_permission,
        tagged=False,
    ),
}
