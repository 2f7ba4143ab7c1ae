"""EventBridge Scheduler: schedules and their groups."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, cast

from pavedroad.provider.live.contract import LiveType
from pavedroad.provider.live.plain import text_in
from pavedroad.provider.live.services._tags import listed
from pavedroad.provider.live.services._target_names import NETWORK, STRATEGIES
from pavedroad.provider.live.services._wire import (
    Part,
    Turned,
    alike,
    capital,
    instant,
    plainly,
    retag,
    sent,
    tag_map,
    told,
)

if TYPE_CHECKING:
    from mypy_boto3_scheduler.type_defs import CreateScheduleInputTypeDef, UpdateScheduleInputTypeDef

    from pavedroad.provider.live.contract import Call
    from pavedroad.provider.live.plain import Plain, Plains
    from pavedroad.provider.live.services._wire import Names


def _task_tags(value: Plain) -> object:
    return [{"key": key, "value": item} for key, item in value.items()] if isinstance(value, dict) else []


def _task_tag_map(value: object) -> Plain:
    found = plainly(value)
    tags = [tag for tag in found if isinstance(tag, dict)] if isinstance(found, list) else []
    return {str(tag["key"]): tag.get("value", "") for tag in tags}


_ECS: Final[Names] = {
    **capital("enableExecuteCommand", "group", "launchType", "platformVersion", "propagateTags"),
    **capital("referenceId", "taskCount", "taskDefinitionArn"),
    "enableEcsManagedTags": "EnableECSManagedTags",
    "capacityProviderStrategies": Part("CapacityProviderStrategy", STRATEGIES, many=True),
    "networkConfiguration": Part("NetworkConfiguration.awsvpcConfiguration", NETWORK),
    "placementConstraints": Part("PlacementConstraints", alike("expression", "type"), many=True),
    "placementStrategies": Part("PlacementStrategy", alike("field", "type"), many=True),
    "tags": Turned("Tags", _task_tags, _task_tag_map),
}
_PIPELINE: Final[Names] = {
    "pipelineParameters": Part("PipelineParameterList", capital("name", "value"), many=True)
}
_TARGET: Final[Names] = {
    **capital("arn", "input", "roleArn"),
    "deadLetterConfig": Part("DeadLetterConfig", capital("arn")),
    "ecsParameters": Part("EcsParameters", _ECS),
    "eventbridgeParameters": Part("EventBridgeParameters", capital("detailType", "source")),
    "kinesisParameters": Part("KinesisParameters", capital("partitionKey")),
    "retryPolicy": Part("RetryPolicy", capital("maximumEventAgeInSeconds", "maximumRetryAttempts")),
    "sagemakerPipelineParameters": Part("SageMakerPipelineParameters", _PIPELINE),
    "sqsParameters": Part("SqsParameters", capital("messageGroupId")),
}
_SCHEDULE: Final[Names] = {
    **capital("actionAfterCompletion", "description", "endDate", "groupName", "kmsKeyArn", "name"),
    **capital("scheduleExpression", "scheduleExpressionTimezone", "startDate", "state"),
    "flexibleTimeWindow": Part("FlexibleTimeWindow", capital("maximumWindowInMinutes", "mode")),
    "target": Part("Target", _TARGET),
}


def _place(identity: str) -> tuple[str, str]:
    """Group and name of a schedule, by its id."""
    group, _, name = identity.rpartition("/")
    return group or "default", name


def _wanted(call: Call) -> dict[str, object]:
    group = text_in(call.inputs, "groupName") or "default"
    return {**sent(_SCHEDULE, call.inputs), "GroupName": group, "Name": call.text("name")}


def _create_schedule(call: Call) -> str:
    wanted = _wanted(call)
    call.clients.scheduler.create_schedule(**cast("CreateScheduleInputTypeDef", wanted))
    return f"{wanted['GroupName']}/{wanted['Name']}"


def _read_schedule(call: Call, identity: str) -> Plains:
    group, name = _place(identity)
    schedule = call.clients.scheduler.get_schedule(GroupName=group, Name=name)
    found = told(_SCHEDULE, schedule)
    for date in ("startDate", "endDate"):
        given = text_in(call.inputs, date)
        if given and _utc(given) == found.get(date):
            found[date] = given
    return {**found, "arn": schedule["Arn"]}


def _utc(given: str) -> str:
    moment = datetime.fromisoformat(given)
    return instant(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _update_schedule(call: Call, _identity: str) -> None:
    # What is left out goes back to its default.
    call.clients.scheduler.update_schedule(**cast("UpdateScheduleInputTypeDef", _wanted(call)))


def _delete_schedule(call: Call, identity: str) -> None:
    group, name = _place(identity)
    call.clients.scheduler.delete_schedule(GroupName=group, Name=name)


def _create_group(call: Call) -> str:
    name = call.text("name")
    call.clients.scheduler.create_schedule_group(Name=name, Tags=listed(call.tags))
    return name


def _read_group(call: Call, name: str) -> Plains:
    scheduler = call.clients.scheduler
    group = scheduler.get_schedule_group(Name=name)
    tags = scheduler.list_tags_for_resource(ResourceArn=group["Arn"])["Tags"]
    names = capital("arn", "creationDate", "lastModificationDate", "name", "state")
    return {**told(names, group), "tags": tag_map(tags)}


def _update_group(call: Call, name: str) -> None:
    scheduler = call.clients.scheduler
    arn = scheduler.get_schedule_group(Name=name)["Arn"]

    def untag(keys: list[str]) -> None:
        # The emulator hears the first key of a call only.
        for key in keys:
            scheduler.untag_resource(ResourceArn=arn, TagKeys=[key])

    retag(
        tag_map(scheduler.list_tags_for_resource(ResourceArn=arn)["Tags"]),
        call.tags,
        tag=lambda tags: scheduler.tag_resource(ResourceArn=arn, Tags=listed(tags)),
        untag=untag,
    )


def _delete_group(call: Call, name: str) -> None:
    call.clients.scheduler.delete_schedule_group(Name=name)


TYPES: Final[dict[str, LiveType]] = {
    "aws:scheduler/schedule:Schedule": LiveType(
        create=_create_schedule,
        read=_read_schedule,
        update=_update_schedule,
        delete=_delete_schedule,
        tagged=False,
    ),
    "aws:scheduler/scheduleGroup:ScheduleGroup": LiveType(
        create=_create_group,
        read=_read_group,
        update=_update_group,
        delete=_delete_group,
    ),
}
