"""Rules, schedules and alarms deliver only what they may.

AWS: a rule needs the policy of the function, queue or topic, or a role for everything else; a schedule always
uses its role; an alarm needs the policies of the topic and of its key. What is not allowed is dropped and
counted.
The emulator: delivers, whatever policies and roles say.
Here: the policy or the role is asked each time; a refusal is one line in the log.
"""

from __future__ import annotations

import logging
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final

from pavedroad.cloud import permissions
from pavedroad.cloud.seams import Seam

if TYPE_CHECKING:
    from collections.abc import Callable

    Data = dict[str, Any]
    Function = Callable[..., Any]

_log: Final = logging.getLogger("pavedroad.permissions")
_events: Final = Seam("services.eventbridge", "_invoke_target")
_alarms: Final = Seam("services.cloudwatch", "_dispatch_alarm_actions")
_sns: Final = Seam("services.sns", "_fanout", "_topics")
_kms: Final = Seam("services.kms", "_resolve_key")
_responses: Final = Seam("core.responses", "request_scope")

_RULES: Final = "events.amazonaws.com"
_SCHEDULES: Final = "scheduler.amazonaws.com"
_ALARMS: Final = "cloudwatch.amazonaws.com"
_ACTIONS: Final = {
    "lambda": "lambda:InvokeFunction",
    "sqs": "sqs:SendMessage",
    "sns": "sns:Publish",
    "states": "states:StartExecution",
    "kinesis": "kinesis:PutRecord",
    "firehose": "firehose:PutRecord",
    "ecs": "ecs:RunTask",
    "codebuild": "codebuild:StartBuild",
    "codepipeline": "codepipeline:StartPipelineExecution",
    "batch": "batch:SubmitJob",
}
_USES_OF_KEY: Final = ("kms:GenerateDataKey", "kms:Decrypt")
_BY_POLICY: Final = ("lambda", "sqs", "sns", "logs")

_alarm: ContextVar[Data | None] = ContextVar("pavedroad_alarm", default=None)


def install() -> None:
    """Wrap the delivery to a target and the actions of alarms."""
    permissions.check()
    for seam in (_events, _alarms, _sns, _kms, _responses):
        seam.check()
    _events.wrap("_invoke_target", _deliver)
    _alarms.wrap("_dispatch_alarm_actions", _act)
    _sns.wrap("_fanout", _publish)


def _deliver(original: Function) -> Function:
    def deliver(target: Data, event: Data, rule: Data, *rest: object) -> None:
        refused = _refusal(target, rule)
        if refused:
            _log.warning("%s does not deliver to %s: %s", rule.get("Arn"), target.get("Arn"), refused)
            return
        original(target, event, rule, *rest)

    return deliver


def _refusal(target: Data, rule: Data) -> str:
    """Why AWS would not deliver; empty when it would."""
    source, arn, role = str(rule.get("Arn", "")), str(target.get("Arn", "")), str(target.get("RoleArn") or "")
    account = permissions.account_of(source)
    service = arn.split(":")[2] if arn.startswith("arn:") else ""
    scheduled = source.startswith("arn:aws:scheduler:")
    action = _ACTIONS.get(service) or _action_on_events(arn)
    if scheduled or role:
        principal = _SCHEDULES if scheduled else _RULES
        # A schedule assumes its role on behalf of its group.
        behalf = _group_of(source) if scheduled else source
        if not permissions.role_trusts(role, principal, source_arn=behalf, source_account=account):
            return f"{principal} may not assume {role or 'a role, none is given'}"
        return permissions.role_allows(role, action, arn).message if action else ""
    if service in _BY_POLICY and action:
        return permissions.service_may(_RULES, action, arn, source_arn=source, source_account=account).message
    if service == "events" and ":event-bus/" in arn:
        return ""  # the bus's own policy says who may put events
    return "a target of this kind needs a role" if action else ""


def _action_on_events(arn: str) -> str:
    if ":event-bus/" in arn:
        return "events:PutEvents"
    return "events:InvokeApiDestination" if ":api-destination/" in arn else ""


def _group_of(schedule: str) -> str:
    head, _separator, rest = schedule.partition(":schedule/")
    return f"{head}:schedule-group/{rest.partition('/')[0]}"


def _act(original: Function) -> Function:
    def act(alarm: Data, *rest: object) -> None:
        token = _alarm.set(alarm)
        try:
            original(alarm, *rest)
        finally:
            _alarm.reset(token)

    return act


def _publish(original: Function) -> Function:
    def publish(topic: str, *rest: object, **more: object) -> object:
        alarm = _alarm.get()
        if alarm is not None:
            source = str(alarm.get("AlarmArn", ""))
            account = permissions.account_of(source)
            decision = permissions.service_may(
                _ALARMS,
                "sns:Publish",
                topic,
                source_arn=source,
                source_account=account,
                # The policy that a topic has by default allows its owner's alarms by this key.
                context={"aws:sourceowner": account},
            )
            refused = decision.message or _refusal_of_key(topic, source, account)
            if refused:
                _log.warning("the alarm's action is dropped: %s", refused)
                return None
        return original(topic, *rest, **more)

    return publish


def _refusal_of_key(topic: str, source: str, account: str) -> str:
    """Why CloudWatch may not encrypt with the topic's key; empty when it may, or the key is SNS's own."""
    with _responses["request_scope"](permissions.account_of(topic), permissions.region_of(topic)):
        known: Data = _sns["_topics"].get(topic) or {}
        key: Data = _kms["_resolve_key"](known.get("attributes", {}).get("KmsMasterKeyId")) or {}
    if not key or key.get("KeyManager") == "AWS":
        return ""
    for action in _USES_OF_KEY:
        decision = permissions.service_may(
            _ALARMS, action, str(key["Arn"]), source_arn=source, source_account=account
        )
        if not decision:
            return decision.message
    return ""
