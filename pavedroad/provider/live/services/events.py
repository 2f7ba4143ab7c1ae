"""EventBridge: buses, rules and archives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from pavedroad.provider.live.contract import LiveType, Refused
from pavedroad.provider.live.plain import flag_in, map_in, text_in
from pavedroad.provider.live.services._tags import listed
from pavedroad.provider.live.services._wire import Part, capital, retag, sent, tag_map, told

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_events.type_defs import (
        CreateArchiveRequestTypeDef,
        CreateEventBusRequestTypeDef,
        PutRuleRequestTypeDef,
        UpdateArchiveRequestTypeDef,
        UpdateEventBusRequestTypeDef,
    )

    from pavedroad.provider.live.contract import Call
    from pavedroad.provider.live.plain import Plains
    from pavedroad.provider.live.services._wire import Names

DEFAULT_BUS: Final = "default"
_BUS: Final[Names] = {
    **capital("description", "kmsKeyIdentifier"),
    "deadLetterConfig": Part("DeadLetterConfig", capital("arn")),
    "logConfig": Part("LogConfig", capital("includeDetail", "level")),
}
# What takes away what a bus had; the API leaves alone what it is not told.
_BUS_DEFAULTS: Final[Mapping[str, object]] = {
    "Description": "",
    "KmsKeyIdentifier": "",
    "DeadLetterConfig": {},
    "LogConfig": {"IncludeDetail": "NONE", "Level": "OFF"},
}
_RULE: Final[Names] = capital("description", "eventPattern", "roleArn", "scheduleExpression", "state")
_ARCHIVE: Final[Names] = capital("description", "eventPattern", "kmsKeyIdentifier", "retentionDays")
_ARCHIVE_DEFAULTS: Final[Mapping[str, object]] = {
    "Description": "",
    "EventPattern": "",
    "KmsKeyIdentifier": "",
    "RetentionDays": 0,
}


def bus_name(given: str) -> str:
    """The name of a bus that is given by its name, its ARN or not at all."""
    return given.rpartition(":event-bus/")[2] if given.startswith("arn:") else given or DEFAULT_BUS


def _tags(events: EventBridgeClient, arn: str) -> Plains:
    return tag_map(events.list_tags_for_resource(ResourceARN=arn)["Tags"])


def _retag(call: Call, arn: str) -> None:
    events = call.clients.events
    retag(
        _tags(events, arn),
        call.tags,
        tag=lambda tags: events.tag_resource(ResourceARN=arn, Tags=listed(tags)),
        untag=lambda keys: events.untag_resource(ResourceARN=arn, TagKeys=keys),
    )


# Buses


def _create_bus(call: Call) -> str:
    name = call.text("name")
    wanted = {**sent({**_BUS, "eventSourceName": "EventSourceName"}, call.inputs), "Name": name}
    wanted["Tags"] = listed(call.tags)
    call.clients.events.create_event_bus(**cast("CreateEventBusRequestTypeDef", wanted))
    return name


def _read_bus(call: Call, name: str) -> Plains:
    events = call.clients.events
    bus = events.describe_event_bus(Name=name)
    arn = bus["Arn"]
    found = told(_BUS, bus)
    if "logConfig" not in call.inputs and text_in(map_in(found, "logConfig"), "level") == "OFF":
        del found["logConfig"]
    return {**found, "name": name, "arn": arn, "tags": _tags(events, arn)}


def _update_bus(call: Call, name: str) -> None:
    wanted = {**_BUS_DEFAULTS, **sent(_BUS, call.inputs), "Name": name}
    changed = {
        key: value for key, value in wanted.items() if key == "Name" or call.wants(key[0].lower() + key[1:])
    }
    if len(changed) > 1:
        call.clients.events.update_event_bus(**cast("UpdateEventBusRequestTypeDef", changed))
    if call.wants("tags"):
        _retag(call, call.text("arn"))


def _delete_bus(call: Call, name: str) -> None:
    events = call.clients.events
    if events.list_rules(EventBusName=name, Limit=1)["Rules"]:
        raise Refused("ValidationException", "EventBus can't be deleted since it has rules.")
    events.delete_event_bus(Name=name)


# Rules


def rule_place(identity: str) -> tuple[str, str]:
    """Bus and name of a rule, by its id."""
    bus, _, name = identity.rpartition("/")
    return bus_name(bus), name


def _put_rule(call: Call, identity: str) -> None:
    bus, name = rule_place(identity)
    state = {} if flag_in(call.inputs, "isEnabled", default=True) else {"State": "DISABLED"}
    wanted = {**state, **sent(_RULE, call.inputs), "Name": name, "EventBusName": bus}
    call.clients.events.put_rule(**cast("PutRuleRequestTypeDef", wanted))


def _create_rule(call: Call) -> str:
    bus, name = bus_name(text_in(call.inputs, "eventBusName")), call.text("name")
    identity = name if bus == DEFAULT_BUS else f"{bus}/{name}"
    _put_rule(call, identity)
    _retag(call, call.clients.events.describe_rule(Name=name, EventBusName=bus)["Arn"])
    return identity


def _read_rule(call: Call, identity: str) -> Plains:
    bus, name = rule_place(identity)
    events = call.clients.events
    rule = events.describe_rule(Name=name, EventBusName=bus)
    found = told(_RULE, rule)
    if "isEnabled" in call.inputs:
        found["isEnabled"] = found.pop("state") != "DISABLED"
    given = text_in(call.inputs, "eventBusName")
    return {
        **found,
        "name": name,
        "arn": rule["Arn"],
        "eventBusName": given if bus_name(given) == bus and given else bus,
        "tags": _tags(events, rule["Arn"]),
    }


def _update_rule(call: Call, identity: str) -> None:
    if call.changed - {"tags", "forceDestroy"}:
        _put_rule(call, identity)
    if call.wants("tags"):
        _retag(call, call.text("arn"))


def _delete_rule(call: Call, identity: str) -> None:
    bus, name = rule_place(identity)
    events = call.clients.events
    if events.list_targets_by_rule(Rule=name, EventBusName=bus)["Targets"]:
        raise Refused("ValidationException", "Rule can't be deleted since it has targets.")
    events.delete_rule(Name=name, EventBusName=bus, Force=flag_in(call.before, "forceDestroy"))


# Archives


def _create_archive(call: Call) -> str:
    events, name, source = call.clients.events, call.text("name"), call.text("eventSourceArn")
    # EventBridge refuses an archive of a bus that is not there.
    events.describe_event_bus(Name=bus_name(source))
    wanted = {**sent(_ARCHIVE, call.inputs), "ArchiveName": name, "EventSourceArn": source}
    events.create_archive(**cast("CreateArchiveRequestTypeDef", wanted))
    return name


def _read_archive(call: Call, name: str) -> Plains:
    archive = call.clients.events.describe_archive(ArchiveName=name)
    return {
        **told(_ARCHIVE, archive),
        "name": name,
        "arn": archive["ArchiveArn"],
        "eventSourceArn": archive["EventSourceArn"],
    }


def _update_archive(call: Call, name: str) -> None:
    wanted = {**_ARCHIVE_DEFAULTS, **sent(_ARCHIVE, call.inputs), "ArchiveName": name}
    call.clients.events.update_archive(**cast("UpdateArchiveRequestTypeDef", wanted))


def _delete_archive(call: Call, name: str) -> None:
    call.clients.events.delete_archive(ArchiveName=name)


TYPES: Final[dict[str, LiveType]] = {
    "aws:cloudwatch/eventArchive:EventArchive": LiveType(
        create=_create_archive,
        read=_read_archive,
        update=_update_archive,
        delete=_delete_archive,
        tagged=False,
    ),
    "aws:cloudwatch/eventBus:EventBus": LiveType(
        create=_create_bus,
        read=_read_bus,
        update=_update_bus,
        delete=_delete_bus,
        write_only=frozenset({"eventSourceName"}),
    ),
    "aws:cloudwatch/eventRule:EventRule": LiveType(
        create=_create_rule,
        read=_read_rule,
        update=_update_rule,
        delete=_delete_rule,
        write_only=frozenset({"forceDestroy"}),
    ),
}
