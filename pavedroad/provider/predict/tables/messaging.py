"""Queues and topics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pavedroad.provider.predict.row import Row
from pavedroad.provider.values import UNKNOWN, Unknown, Value, flag, text

if TYPE_CHECKING:
    from collections.abc import Callable

    from pavedroad.provider.predict.subject import Subject

_QUEUE_URL: Final = "https://sqs.{@region}.{@suffix}/{@account}/{name}"


def _managed_encryption(subject: Subject) -> Value:
    # SQS encrypts with its own key unless a KMS key is named.
    key = subject.inputs.get("kmsMasterKeyId")
    return UNKNOWN if isinstance(key, Unknown) else not text(key)


def _when_fifo(value: str) -> Callable[[Subject], Value]:
    """What a FIFO queue has, and a standard queue has not."""

    def rule(subject: Subject) -> Value:
        fifo = subject.inputs.get("fifoQueue")
        return UNKNOWN if isinstance(fifo, Unknown) else value if flag(fifo) else ""

    return rule


def _subscription_arn(subject: Subject) -> Value:
    topic = subject.read("topic")
    return f"{topic}:{subject.uuid()}" if isinstance(topic, str) else UNKNOWN


def _pending(subject: Subject) -> Value:
    # Endpoints of other accounts and people must confirm; AWS's own confirm at once.
    protocol = subject.read("protocol")
    if not isinstance(protocol, str):
        return UNKNOWN
    return protocol not in {"sqs", "lambda", "firehose", "application"}


def _filter_scope(subject: Subject) -> Value:
    # SNS names a scope only where there is something to filter by.
    policy = subject.inputs.get("filterPolicy")
    if isinstance(policy, Unknown):
        return UNKNOWN
    return "MessageAttributes" if policy else ""


ROWS: Final[dict[str, Row]] = {
    "aws:sqs/queue:Queue": Row(
        id="{url}",
        outputs={
            "arn": "arn:{@partition}:sqs:{@region}:{@account}:{name}",
            "url": _QUEUE_URL,
            "sqsManagedSseEnabled": _managed_encryption,
            "policy": "",
            "redrivePolicy": "",
            "redriveAllowPolicy": "",
            "deduplicationScope": _when_fifo("queue"),
            "fifoThroughputLimit": _when_fifo("perQueue"),
        },
        defaults={
            "delaySeconds": 0,
            "fifoQueue": False,
            "contentBasedDeduplication": False,
            "kmsDataKeyReusePeriodSeconds": 300,
            "maxMessageSize": 262144,
            "messageRetentionSeconds": 345600,
            "receiveWaitTimeSeconds": 0,
            "visibilityTimeoutSeconds": 30,
        },
    ),
    "aws:sqs/queuePolicy:QueuePolicy": Row(id="{queueUrl}"),
    "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy": Row(id="{queueUrl}"),
    "aws:sqs/redrivePolicy:RedrivePolicy": Row(id="{queueUrl}"),
    "aws:sns/topic:Topic": Row(
        id="{arn}",
        outputs={
            "arn": "arn:{@partition}:sns:{@region}:{@account}:{name}",
            "owner": "{@account}",
            "beginningArchiveTime": "",
            "fifoThroughputScope": "",
            "tracingConfig": "PassThrough",
            "signatureVersion": 1,
            "maximumMessageSize": 262144,
        },
        defaults={
            **dict.fromkeys(("deliveryPolicy", "displayName", "kmsMasterKeyId", "archivePolicy")),
            "fifoTopic": False,
            "contentBasedDeduplication": False,
            "applicationSuccessFeedbackSampleRate": 0,
            "firehoseSuccessFeedbackSampleRate": 0,
            "httpSuccessFeedbackSampleRate": 0,
            "lambdaSuccessFeedbackSampleRate": 0,
            "sqsSuccessFeedbackSampleRate": 0,
        },
    ),
    "aws:sns/topicPolicy:TopicPolicy": Row(id="{arn}", outputs={"owner": "{@account}"}),
    "aws:sns/topicSubscription:TopicSubscription": Row(
        id="{arn}",
        outputs={
            "arn": _subscription_arn,
            "ownerId": "{@account}",
            "confirmationWasAuthenticated": True,
            "pendingConfirmation": _pending,
            "filterPolicyScope": _filter_scope,
        },
        defaults={
            **dict.fromkeys(("deliveryPolicy", "filterPolicy", "redrivePolicy", "subscriptionRoleArn")),
            "confirmationTimeoutInMinutes": 1,
            "endpointAutoConfirms": False,
            "rawMessageDelivery": False,
        },
    ),
}
