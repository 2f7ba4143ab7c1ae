"""Step Functions: state machines, their aliases, and activities."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from pavedroad.provider.live.contract import LiveType
from pavedroad.provider.live.plain import flag_in, map_in, maps_in, number_in, text_in
from pavedroad.provider.live.services._wire import Part, instant, retag, sent, told

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions.literals import StateMachineTypeType
    from mypy_boto3_stepfunctions.type_defs import (
        CreateStateMachineInputTypeDef,
        RoutingConfigurationListItemTypeDef,
        UpdateStateMachineInputTypeDef,
    )

    from pavedroad.provider.live.contract import Call
    from pavedroad.provider.live.plain import Plain, Plains
    from pavedroad.provider.live.services._wire import Names

_NO_LOGS: Final[Plains] = {"level": "OFF", "includeExecutionData": False}
_NO_TRACING: Final[Plains] = {"enabled": False}
_OWN_KEY: Final[Plains] = {"type": "AWS_OWNED_KEY"}
_ENCRYPTION: Final[Names] = {
    "type": "type",
    "kmsKeyId": "kmsKeyId",
    "kmsDataKeyReusePeriodSeconds": "kmsDataKeyReusePeriodSeconds",
}
_SETTINGS: Final[Names] = {
    "definition": "definition",
    "roleArn": "roleArn",
    "tracingConfiguration": Part("tracingConfiguration", {"enabled": "enabled"}),
    "encryptionConfiguration": Part("encryptionConfiguration", _ENCRYPTION),
}


def _settings(call: Call) -> Plains:
    """What a version is made of, with AWS's defaults for what is not asked."""
    logs = {**_NO_LOGS, **map_in(call.inputs, "loggingConfiguration")}
    return {
        "definition": text_in(call.inputs, "definition"),
        "roleArn": text_in(call.inputs, "roleArn"),
        "loggingConfiguration": {name: value for name, value in logs.items() if value != ""},
        "tracingConfiguration": {**_NO_TRACING, **map_in(call.inputs, "tracingConfiguration")},
        "encryptionConfiguration": {**_OWN_KEY, **map_in(call.inputs, "encryptionConfiguration")},
    }


def _asked(settings: Plains) -> dict[str, object]:
    asked = sent(_SETTINGS, settings)
    logs = map_in(settings, "loggingConfiguration")
    wanted = sent({"level": "level", "includeExecutionData": "includeExecutionData"}, logs)
    destination = text_in(logs, "logDestination")
    if destination:
        wanted["destinations"] = [{"cloudWatchLogsLogGroup": {"logGroupArn": destination}}]
    return {**asked, "loggingConfiguration": wanted}


def _create_machine(call: Call) -> str:
    asked = {
        **_asked(_settings(call)),
        "name": call.text("name"),
        "type": cast("StateMachineTypeType", text_in(call.inputs, "type") or "STANDARD"),
        "publish": flag_in(call.inputs, "publish"),
        "tags": [{"key": key, "value": value} for key, value in sorted(call.tags.items())],
    }
    made = call.clients.stepfunctions.create_state_machine(**cast("CreateStateMachineInputTypeDef", asked))
    return made["stateMachineArn"]


def _read_machine(call: Call, arn: str) -> Plains:
    found = call.clients.stepfunctions.describe_state_machine(stateMachineArn=arn)
    logs = told(
        {"level": "level", "includeExecutionData": "includeExecutionData"},
        found.get("loggingConfiguration", {}),
    )
    for destination in found.get("loggingConfiguration", {}).get("destinations", ()):
        logs["logDestination"] = destination.get("cloudWatchLogsLogGroup", {}).get("logGroupArn", "")
    return {
        **told(_SETTINGS, found),
        "loggingConfiguration": logs,
        "name": found["name"],
        "arn": arn,
        "type": found["type"],
        "status": found.get("status", "ACTIVE"),
        "creationDate": instant(found["creationDate"]),
        "revisionId": found.get("revisionId", ""),
        "stateMachineVersionArn": _latest(call, arn),
        "tags": {**_tags(call, arn)},
    }


def _latest(call: Call, arn: str) -> str:
    """The version published last; several may bear the same time."""
    numbers = [
        int(version["stateMachineVersionArn"].rpartition(":")[2])
        for version in call.clients.stepfunctions.list_state_machine_versions(stateMachineArn=arn)[
            "stateMachineVersions"
        ]
    ]
    return f"{arn}:{max(numbers)}" if numbers else ""


def _update_machine(call: Call, arn: str) -> None:
    now, wanted = _read_machine(call, arn), _settings(call)
    publish = flag_in(call.inputs, "publish")
    differs = any(_differs(now.get(name), value) for name, value in wanted.items())
    if differs or (publish and not now["stateMachineVersionArn"]):
        asked = {**_asked(wanted), "stateMachineArn": arn, "publish": publish}
        call.clients.stepfunctions.update_state_machine(**cast("UpdateStateMachineInputTypeDef", asked))
    _retag(call, arn)


def _differs(now: Plain, wanted: Plain) -> bool:
    if isinstance(now, dict) and isinstance(wanted, dict):
        # A period of reuse that nobody asks for is AWS's own.
        mine = {name: value for name, value in now.items() if name in wanted or name == "logDestination"}
        return mine != wanted
    return now != wanted


def _tags(call: Call, arn: str) -> dict[str, str]:
    found = call.clients.stepfunctions.list_tags_for_resource(resourceArn=arn)["tags"]
    return {tag.get("key", ""): tag.get("value", "") for tag in found}


def _retag(call: Call, arn: str) -> None:
    if not call.wants("tags"):
        return
    states = call.clients.stepfunctions
    retag(
        _tags(call, arn),
        call.tags,
        tag=lambda tags: states.tag_resource(
            resourceArn=arn, tags=[{"key": key, "value": value} for key, value in sorted(tags.items())]
        ),
        untag=lambda keys: states.untag_resource(resourceArn=arn, tagKeys=keys),
    )


def _delete_machine(call: Call, arn: str) -> None:
    call.clients.stepfunctions.delete_state_machine(stateMachineArn=arn)


def _routes(call: Call) -> list[RoutingConfigurationListItemTypeDef]:
    return [
        {
            "stateMachineVersionArn": text_in(route, "stateMachineVersionArn"),
            "weight": number_in(route, "weight"),
        }
        for route in maps_in(call.inputs, "routingConfigurations")
    ]


def _create_alias(call: Call) -> str:
    made = call.clients.stepfunctions.create_state_machine_alias(
        name=call.text("name"),
        description=text_in(call.inputs, "description"),
        routingConfiguration=_routes(call),
    )
    return made["stateMachineAliasArn"]


def _read_alias(call: Call, arn: str) -> Plains:
    found = call.clients.stepfunctions.describe_state_machine_alias(stateMachineAliasArn=arn)
    routes: list[Plain] = [
        {"stateMachineVersionArn": route["stateMachineVersionArn"], "weight": route["weight"]}
        for route in found.get("routingConfiguration", ())
    ]
    return {
        "name": found["name"],
        "arn": arn,
        "description": found.get("description", ""),
        "creationDate": instant(found["creationDate"]),
        "routingConfigurations": routes,
    }


def _update_alias(call: Call, arn: str) -> None:
    call.clients.stepfunctions.update_state_machine_alias(
        stateMachineAliasArn=arn,
        description=text_in(call.inputs, "description"),
        routingConfiguration=_routes(call),
    )


def _delete_alias(call: Call, arn: str) -> None:
    call.clients.stepfunctions.delete_state_machine_alias(stateMachineAliasArn=arn)


def _create_activity(call: Call) -> str:
    made = call.clients.stepfunctions.create_activity(
        name=call.text("name"),
        tags=[{"key": key, "value": value} for key, value in sorted(call.tags.items())],
    )
    return made["activityArn"]


def _read_activity(call: Call, arn: str) -> Plains:
    found = call.clients.stepfunctions.describe_activity(activityArn=arn)
    return {
        "name": found["name"],
        "arn": arn,
        "creationDate": instant(found["creationDate"]),
        "tags": {**_tags(call, arn)},
    }


def _delete_activity(call: Call, arn: str) -> None:
    call.clients.stepfunctions.delete_activity(activityArn=arn)


TYPES: Final[dict[str, LiveType]] = {
    "aws:sfn/activity:Activity": LiveType(
        create=_create_activity,
        read=_read_activity,
        update=_retag,
        delete=_delete_activity,
        write_only=frozenset({"encryptionConfiguration"}),
    ),
    "aws:sfn/alias:Alias": LiveType(
        create=_create_alias, read=_read_alias, update=_update_alias, delete=_delete_alias, tagged=False
    ),
    "aws:sfn/stateMachine:StateMachine": LiveType(
        create=_create_machine,
        read=_read_machine,
        update=_update_machine,
        delete=_delete_machine,
        write_only=frozenset({"publish"}),
    ),
}
