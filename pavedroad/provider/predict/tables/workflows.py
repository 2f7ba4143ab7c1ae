"""State machines, schedules and pipes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pavedroad.provider.predict.row import Counted, Row
from pavedroad.provider.values import UNKNOWN, Unknown, Value, flag, items, text

if TYPE_CHECKING:
    from pavedroad.provider.predict.subject import Subject

# A published version is counted; each of these makes a new one.
_PUBLISHES: Final = (
    "definition",
    "roleArn",
    "loggingConfiguration",
    "tracingConfiguration",
    "encryptionConfiguration",
    "publish",
)
_CREATED: Final = Counted("1970-01-01T00:00:00Z", once=True)


def _alias_arn(subject: Subject) -> Value:
    """A state machine's ARN without the version, then the alias: all routes name one machine."""
    name = text(subject.read("name"))
    for route in items(subject.read("routingConfigurations")):
        version = text(route.get("stateMachineVersionArn")) if isinstance(route, dict) else None
        if version is not None and name is not None:
            return f"{version.rpartition(':')[0]}:{name}"
    return UNKNOWN


def _published_version(subject: Subject) -> Value | Counted:
    publish = subject.read("publish")
    if isinstance(publish, Unknown) or flag(publish):
        return Counted("{arn}:{@count}", _PUBLISHES)
    return ""


ROWS: Final[dict[str, Row]] = {
    "aws:sfn/stateMachine:StateMachine": Row(
        id="{arn}",
        outputs={
            "arn": "arn:{@partition}:states:{@region}:{@account}:stateMachine:{name}",
            "creationDate": _CREATED,
            "revisionId": "",
            "stateMachineVersionArn": _published_version,
            "status": "ACTIVE",
            "description": "",
            "versionDescription": "",
        },
        defaults={
            "encryptionConfiguration": {"type": "AWS_OWNED_KEY"},
            "loggingConfiguration": {"includeExecutionData": False, "level": "OFF"},
            "publish": False,
            "tracingConfiguration": {"enabled": False},
            "type": "STANDARD",
        },
    ),
    "aws:sfn/alias:Alias": Row(id="{arn}", outputs={"arn": _alias_arn, "creationDate": _CREATED}),
    "aws:sfn/activity:Activity": Row(
        id="{arn}",
        outputs={
            "arn": "arn:{@partition}:states:{@region}:{@account}:activity:{name}",
            "creationDate": _CREATED,
        },
    ),
    "aws:scheduler/schedule:Schedule": Row(
        id="{groupName}/{name}",
        outputs={
            "groupName": "default",
            "arn": "arn:{@partition}:scheduler:{@region}:{@account}:schedule/{groupName}/{name}",
        },
        defaults={
            **dict.fromkeys(("description", "endDate", "kmsKeyArn", "startDate")),
            "actionAfterCompletion": "NONE",
            "scheduleExpressionTimezone": "UTC",
            "state": "ENABLED",
        },
    ),
    "aws:scheduler/scheduleGroup:ScheduleGroup": Row(
        id="{name}",
        outputs={
            "arn": "arn:{@partition}:scheduler:{@region}:{@account}:schedule-group/{name}",
            "state": "ACTIVE",
            "creationDate": _CREATED,
            "lastModificationDate": Counted("1970-01-01T00:00:00Z"),
        },
    ),
    "aws:pipes/pipe:Pipe": Row(
        id="{name}",
        outputs={"arn": "arn:{@partition}:pipes:{@region}:{@account}:pipe/{name}"},
        defaults={"description": "Managed by Pulumi", "desiredState": "RUNNING"},
    ),
}
