"""EventBridge: the targets of rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from pavedroad.provider.live.contract import LiveType, Refused
from pavedroad.provider.live.plain import flag_in
from pavedroad.provider.live.services._target_names import TARGET
from pavedroad.provider.live.services._wire import sent, told
from pavedroad.provider.live.services.events import DEFAULT_BUS, bus_name, rule_place

if TYPE_CHECKING:
    from mypy_boto3_events.type_defs import TargetOutputTypeDef, TargetTypeDef

    from pavedroad.provider.live.contract import Call
    from pavedroad.provider.live.plain import Plains

_TARGETS_HIGH: Final = 5  # EventBridge quotas: targets a rule


def _target_place(call: Call) -> tuple[str, str, str]:
    return bus_name(call.text("eventBusName")), call.text("rule"), call.text("targetId")


def _targets(call: Call) -> dict[str, TargetOutputTypeDef]:
    bus, rule, _ = _target_place(call)
    found = call.clients.events.list_targets_by_rule(Rule=rule, EventBusName=bus)["Targets"]
    return {target["Id"]: target for target in found}


def _put_target(call: Call, _identity: str) -> None:
    bus, rule, name = _target_place(call)
    wanted = cast("TargetTypeDef", {**sent(TARGET, call.inputs), "Id": name})
    answer = call.clients.events.put_targets(Rule=rule, EventBusName=bus, Targets=[wanted])
    for failed in answer["FailedEntries"]:
        raise Refused(failed.get("ErrorCode", "InternalFailure"), failed.get("ErrorMessage", ""))


def _create_target(call: Call) -> str:
    others = set(_targets(call)) - {call.text("targetId")}
    if len(others) >= _TARGETS_HIGH:
        raise Refused("LimitExceededException", "The requested resource exceeds the maximum number allowed.")
    _put_target(call, "")
    bus, rule, name = _target_place(call)
    return f"{rule}-{name}" if bus == DEFAULT_BUS else f"{bus}-{rule}-{name}"


def _read_target(call: Call, _identity: str) -> Plains | None:
    bus, rule, name = _target_place(call)
    call.clients.events.describe_rule(Name=rule, EventBusName=bus)
    target = _targets(call).get(name)
    if target is None:
        return None
    given = call.text("eventBusName")
    return {
        **told(TARGET, target),
        "rule": rule,
        "targetId": name,
        "eventBusName": given if bus_name(given) == bus and given else bus,
    }


def _delete_target(call: Call, _identity: str) -> None:
    bus, rule, name = _target_place(call)
    call.clients.events.remove_targets(
        Rule=rule, EventBusName=bus, Ids=[name], Force=flag_in(call.before, "forceDestroy")
    )


def _locate_target(_call: Call, identity: str) -> tuple[str, Plains]:
    place, _, name = identity.rpartition("/")
    bus, rule = rule_place(place)
    own = f"{rule}-{name}" if bus == DEFAULT_BUS else f"{bus}-{rule}-{name}"
    return own, {"eventBusName": bus, "rule": rule, "targetId": name}


TYPES: Final[dict[str, LiveType]] = {
    "aws:cloudwatch/eventTarget:EventTarget": LiveType(
        create=_create_target,
        read=_read_target,
        update=_put_target,
        delete=_delete_target,
        locate=_locate_target,
        write_only=frozenset({"forceDestroy"}),
        tagged=False,
    ),
}
