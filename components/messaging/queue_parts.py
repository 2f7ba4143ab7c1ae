"""What every queue has, whichever component it stands in: encryption, long polling, a TLS-only policy."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pulumi_aws import sqs

from components._iam import deny_insecure_transport, resource_policy_document
from components.messaging.timing import MESSAGE_BYTES, RETENTION_SECONDS
from components.observability.metric import Metric

if TYPE_CHECKING:
    from components._base import Component
    from components._platform import Platform

_LONG_POLL_SECONDS: Final = 20  # SQS's longest: fewer empty answers, and cheaper
_KEY_REUSE_SECONDS: Final = 300  # SQS's default; a shorter reuse costs KMS calls


@dataclass(frozen=True, kw_only=True)
class QueueShape:
    """A queue's own figures.

    Attributes:
        physical_name: Name at AWS.
        retention_seconds: 60 to 1209600.
        max_message_bytes: 1024 to 1048576.
        visibility_seconds: Visibility timeout.
        kms_key_arn: Customer key; none = SQS's own encryption.
    """

    physical_name: str
    retention_seconds: int
    max_message_bytes: int
    visibility_seconds: int = 30
    kms_key_arn: str | None = None

    def __post_init__(self) -> None:
        """Refuse what SQS would refuse."""
        for field, got, (least, most) in (
            ("retention_seconds", self.retention_seconds, RETENTION_SECONDS),
            ("max_message_bytes", self.max_message_bytes, MESSAGE_BYTES),
        ):
            if not least <= got <= most:
                raise ValueError(f"{field}: got {got}, allowed {least} to {most}")


def add_queue(
    owner: Component, name: str, shape: QueueShape, platform: Platform
) -> tuple[sqs.Queue, sqs.QueuePolicy]:
    """Make queue and policy children of their owner; production protects the queue."""
    scope = platform.scope
    key = shape.kms_key_arn
    queue = sqs.Queue(
        name,
        name=shape.physical_name,
        message_retention_seconds=shape.retention_seconds,
        visibility_timeout_seconds=shape.visibility_seconds,
        receive_wait_time_seconds=_LONG_POLL_SECONDS,
        max_message_size=shape.max_message_bytes,
        # The service takes one of the two, not both.
        sqs_managed_sse_enabled=None if key else True,
        kms_master_key_id=key,
        kms_data_key_reuse_period_seconds=_KEY_REUSE_SECONDS if key else None,
        opts=owner.child(protect=platform.tier.keeps_state or None),
    )
    arn = scope.arn("sqs", shape.physical_name)
    policy = sqs.QueuePolicy(
        f"{name}-policy",
        queue_url=queue.url,
        policy=resource_policy_document([deny_insecure_transport("sqs", (arn,))]),
        opts=owner.child(),
    )
    return queue, policy


def redrive(dead_letter_arn: str, max_receive_count: int) -> str:
    """Redrive policy of a source queue."""
    return json.dumps(
        {"deadLetterTargetArn": dead_letter_arn, "maxReceiveCount": max_receive_count}, separators=(",", ":")
    )


def redrive_allow(source_arn: str) -> str:
    """Redrive-allow policy of a dead-letter queue: this one source and no other."""
    return json.dumps(
        {"redrivePermission": "byQueue", "sourceQueueArns": [source_arn]}, separators=(",", ":")
    )


def sqs_metric(physical_name: str, name: str, statistic: str) -> Metric:
    """A metric of a queue."""
    return Metric(
        namespace="AWS/SQS", name=name, dimensions={"QueueName": physical_name}, statistic=statistic
    )
