"""The queue where lost causes wait for a person: kept 14 days, TLS only, an alarm at the first message.

It serves a source queue (which then is the only one that may move messages here) or stands alone as the
failure destination of a function. It has no consumer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulumi_aws import sqs

from components._base import Component, known_after
from components._iam import Statement
from components._keys import allow_key, check_key_arn
from components._naming import Kind, physical_name
from components.messaging.queue_parts import QueueShape, add_queue, redrive_allow, sqs_metric
from components.messaging.timing import MESSAGE_BYTES, RETENTION_SECONDS
from components.observability.alarm import Alarm, add_alarm

if TYPE_CHECKING:
    from pulumi import Output, ResourceOptions

    from components._platform import Platform
    from components.observability.metric import Metric


@dataclass(frozen=True, kw_only=True)
class DeadLetterQueueArgs:
    """What a dead-letter queue needs.

    Attributes:
        platform: Shared ground.
        source_arn: The one queue that moves messages here; none = no queue does, functions deliver.
        retention_seconds: 60 to 1209600; the longest by default, it is the time to react.
        max_message_bytes: 1024 to 1048576; as the source's, or an event's whole size.
        kms_key_arn: Customer key; none = SQS's own encryption.
    """

    platform: Platform
    source_arn: str | None = None
    retention_seconds: int = RETENTION_SECONDS[1]
    max_message_bytes: int = MESSAGE_BYTES[1]
    kms_key_arn: str | None = None

    def __post_init__(self) -> None:
        """Refuse a key that grants could not name; figures are checked with the queue's shape."""
        check_key_arn("kms_key_arn", self.kms_key_arn)


class DeadLetterQueue(Component):
    """One queue without a consumer.

    Attributes:
        physical_name: Name at AWS.
        url: Queue URL.
        arn: Queue ARN, known at plan time; usable once the queue is there and its policy in force.
    """

    TYPE = "pavedroad:messaging:DeadLetterQueue"

    url: Output[str]
    arn: Output[str]

    def __init__(self, name: str, args: DeadLetterQueueArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._args = args
        scope = args.platform.scope
        self.physical_name = physical_name(scope, name, Kind.QUEUE)
        self._arn = scope.arn("sqs", self.physical_name)
        shape = QueueShape(
            physical_name=self.physical_name,
            retention_seconds=args.retention_seconds,
            max_message_bytes=args.max_message_bytes,
            kms_key_arn=args.kms_key_arn,
        )
        queue, policy = add_queue(self, name, shape, args.platform)
        if args.source_arn is not None:
            sqs.RedriveAllowPolicy(
                f"{name}-redrive-allow",
                queue_url=queue.url,
                redrive_allow_policy=redrive_allow(args.source_arn),
                opts=self.child(),
            )
        add_alarm(
            self,
            f"{name}-depth",
            Alarm(
                # Not NumberOfMessagesSent: messages that SQS itself moves here are not counted there.
                metric=self.metric("ApproximateNumberOfMessagesVisible", "Maximum"),
                threshold=1,
                description=f"{self.physical_name} holds a message that failed for good; look and redrive",
            ),
            args.platform,
        )
        self.url = queue.url
        self.arn = known_after(self._arn, queue, policy)
        self.finish({"url": self.url, "arn": self.arn})

    def allow_send(self) -> tuple[Statement, ...]:
        """Deliver what failed."""
        return (
            Statement(actions=("sqs:SendMessage",), resources=(self._arn,)),
            *allow_key(self._args.platform.scope, "sqs", self._args.kms_key_arn, write=True),
        )

    def metric(self, name: str, statistic: str = "Sum") -> Metric:
        """A metric of the queue."""
        return sqs_metric(self.physical_name, name, statistic)
