"""The topic that alarms call: encrypted with a customer key, TLS only, open to this account's alarms alone.

Subscriptions are left out: who is called is the environment's business, and e-mail needs a person's consent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulumi_aws import sns

from components._base import Component, known_after
from components._iam import Statement, deny_insecure_transport, resource_policy_document
from components._naming import Kind, physical_name

if TYPE_CHECKING:
    from pulumi import Input, Output, ResourceOptions

    from components._naming import Scope


@dataclass(frozen=True, kw_only=True)
class AlarmTopicArgs:
    """Attributes: scope: where it lives. key_arn: customer key whose policy lets CloudWatch in."""

    scope: Scope
    key_arn: Input[str]


class AlarmTopic(Component):
    """An encrypted topic for alarms.

    Attributes:
        arn: Topic ARN, known at plan time.
    """

    TYPE = "pavedroad:observability:AlarmTopic"

    arn: Output[str]

    def __init__(self, name: str, args: AlarmTopicArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        scope = args.scope
        topic_name = physical_name(scope, name, Kind.TOPIC)
        arn = scope.arn("sns", topic_name)
        topic = sns.Topic(name, name=topic_name, kms_master_key_id=args.key_arn, opts=self.child())
        policy = sns.TopicPolicy(
            f"{name}-policy", arn=known_after(arn, topic), policy=_topic_policy(scope, arn), opts=self.child()
        )
        # Whoever uses the topic also waits for its policy: without it the first alarm would not get through.
        self.arn = known_after(arn, topic, policy)
        self.finish({"arn": self.arn})


def _topic_policy(scope: Scope, arn: str) -> str:
    alarms = Statement(
        sid="AllowOwnAlarms",
        principals={"Service": ("cloudwatch.amazonaws.com",)},
        actions=("sns:Publish",),
        resources=(arn,),
        conditions={"StringEquals": {"aws:SourceAccount": scope.account}},
    )
    # SNS takes a fixed list of actions in a topic policy and no sns:*, so the Deny names them.
    secure = deny_insecure_transport("sns", (arn,), actions=("sns:Publish", "sns:Subscribe"))
    return resource_policy_document([alarms, secure])
