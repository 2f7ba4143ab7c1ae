"""Logs, metrics, alarms and events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from zlib import crc32

from pavedroad.provider.predict.row import Row
from pavedroad.provider.predict.subject import fill
from pavedroad.provider.values import UNKNOWN, Unknown, Value, text

if TYPE_CHECKING:
    from pavedroad.provider.predict.subject import Subject


# What nobody asks for is not there; that somebody set it by hand is a difference.
_RULE_UNSET: Final = ("description", "eventPattern", "roleArn", "scheduleExpression")
_TARGET_UNSET: Final = (
    "deadLetterConfig",
    "input",
    "inputPath",
    "inputTransformer",
    "kinesisTarget",
    "retryPolicy",
    "roleArn",
    "sqsTarget",
)


def _rule_arn(subject: Subject) -> Value:
    name, bus = text(subject.read("name")), subject.read("eventBusName")
    if name is None or (bus is not None and text(bus) is None):
        return UNKNOWN
    place = subject.account
    known = (text(bus) or "default").rpartition("/")[2]
    inside = name if known == "default" else f"{known}/{name}"
    return f"arn:{place.partition}:events:{place.region}:{place.account}:rule/{inside}"


def _rule_id(subject: Subject) -> Value:
    name, bus = text(subject.read("name")), subject.read("eventBusName")
    if name is None or (bus is not None and text(bus) is None):
        return UNKNOWN
    known = text(bus) or "default"
    return name if known == "default" else f"{known}/{name}"


def _within_bus(subject: Subject, own: str) -> Value:
    """An id that names the bus only when it is not the default one."""
    bus = subject.read("eventBusName")
    if bus is not None and text(bus) is None:
        return UNKNOWN
    known = (text(bus) or "default").rpartition(":event-bus/")[2]
    return fill(own[1:] if known == "default" else f"{known}{own}", subject)


def _target_id(subject: Subject) -> Value:
    return _within_bus(subject, "-{rule}-{targetId}")


def _permission_id(subject: Subject) -> Value:
    return _within_bus(subject, "/{statementId}")


def _subscription_id(subject: Subject) -> Value:
    # The official provider's id names the group alone.
    group = text(subject.read("logGroup"))
    return UNKNOWN if group is None else f"cwlsf-{crc32(f'{group}-'.encode())}"


def _policy_id(subject: Subject) -> Value:
    given = subject.read("resourceArn")
    return UNKNOWN if isinstance(given, Unknown) else text(given) or fill("{policyName}", subject)


def _policy_scope(subject: Subject) -> Value:
    given = subject.read("resourceArn")
    return UNKNOWN if isinstance(given, Unknown) else "RESOURCE" if text(given) else "ACCOUNT"


ROWS: Final[dict[str, Row]] = {
    "aws:cloudwatch/logGroup:LogGroup": Row(
        id="{name}",
        outputs={
            "arn": "arn:{@partition}:logs:{@region}:{@account}:log-group:{name}",
            "logGroupClass": "STANDARD",
            "deletionProtectionEnabled": False,
        },
        defaults={"retentionInDays": 0, "skipDestroy": False},
    ),
    "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": Row(
        id=_policy_id, outputs={"policyScope": _policy_scope, "revisionId": ""}
    ),
    "aws:cloudwatch/logMetricFilter:LogMetricFilter": Row(
        id="{name}", outputs={"applyOnTransformedLogs": False}
    ),
    "aws:cloudwatch/logStream:LogStream": Row(
        id="{name}",
        outputs={
            "arn": "arn:{@partition}:logs:{@region}:{@account}:log-group:{logGroupName}:log-stream:{name}"
        },
    ),
    "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter": Row(
        id=_subscription_id, defaults={"distribution": "ByLogStream", "applyOnTransformedLogs": False}
    ),
    "aws:cloudwatch/metricAlarm:MetricAlarm": Row(
        id="{name}",
        outputs={
            "arn": "arn:{@partition}:cloudwatch:{@region}:{@account}:alarm:{name}",
            "evaluateLowSampleCountPercentiles": "",
        },
        defaults={"actionsEnabled": True, "treatMissingData": "missing"},
    ),
    "aws:cloudwatch/compositeAlarm:CompositeAlarm": Row(
        id="{alarmName}",
        outputs={"arn": "arn:{@partition}:cloudwatch:{@region}:{@account}:alarm:{alarmName}"},
        defaults={"actionsEnabled": True},
    ),
    "aws:cloudwatch/dashboard:Dashboard": Row(
        id="{dashboardName}",
        outputs={"dashboardArn": "arn:{@partition}:cloudwatch::{@account}:dashboard/{dashboardName}"},
    ),
    "aws:cloudwatch/eventRule:EventRule": Row(
        id=_rule_id,
        outputs={"arn": _rule_arn},
        defaults={
            **dict.fromkeys(_RULE_UNSET),
            "eventBusName": "default",
            "forceDestroy": False,
            "state": "ENABLED",
        },
    ),
    "aws:cloudwatch/eventTarget:EventTarget": Row(
        id=_target_id,
        defaults={**dict.fromkeys(_TARGET_UNSET), "eventBusName": "default", "forceDestroy": False},
    ),
    "aws:cloudwatch/eventBus:EventBus": Row(
        id="{name}",
        outputs={"arn": "arn:{@partition}:events:{@region}:{@account}:event-bus/{name}"},
        defaults=dict.fromkeys(("deadLetterConfig", "description", "kmsKeyIdentifier", "logConfig")),
    ),
    "aws:cloudwatch/eventBusPolicy:EventBusPolicy": Row(
        id="{eventBusName}", defaults={"eventBusName": "default"}
    ),
    "aws:cloudwatch/eventPermission:EventPermission": Row(
        id=_permission_id,
        defaults={"action": "events:PutEvents", "condition": None, "eventBusName": "default"},
    ),
    "aws:cloudwatch/eventArchive:EventArchive": Row(
        id="{name}",
        outputs={"arn": "arn:{@partition}:events:{@region}:{@account}:archive/{name}"},
        defaults={"description": None, "eventPattern": None, "kmsKeyIdentifier": None, "retentionDays": 0},
    ),
}
