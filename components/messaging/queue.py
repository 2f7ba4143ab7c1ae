"""A queue between two functions that loses nothing.

Visibility is computed from its consumer, a dead-letter queue takes what fails too often, both are encrypted
and TLS only, and alarms tell when work piles up or a message is given up. `feed` connects the consumer.
Left out: FIFO queues, filters (a filtered message is deleted), consumers in other accounts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pulumi_aws import lambda_, sqs

from components._base import Component, known_after
from components._iam import Statement
from components._keys import allow_key, check_key_arn
from components._naming import Kind, physical_name
from components.messaging.dead_letter_queue import DeadLetterQueue, DeadLetterQueueArgs
from components.messaging.queue_parts import QueueShape, add_queue, redrive, sqs_metric
from components.messaging.timing import (
    MAX_RECEIVES,
    MESSAGE_BYTES,
    RETENTION_SECONDS,
    ConsumerTiming,
    Pollers,
    Scaling,
    check_scaling,
    visibility,
)
from components.observability.alarm import Alarm, add_alarm

if TYPE_CHECKING:
    from pulumi import Output, ResourceOptions

    from components._platform import Platform
    from components.compute.function import Function
    from components.observability.metric import Metric

__all__ = ["ConsumerTiming", "Pollers", "Queue", "QueueArgs", "Scaling"]

_DAY_SECONDS: Final = 86_400
_CONSUME: Final = (
    "sqs:ReceiveMessage",
    "sqs:DeleteMessage",
    "sqs:ChangeMessageVisibility",
    "sqs:GetQueueAttributes",
)
_AGE_PERIODS: Final = 5
_LEAST_AGE_ALARM_SECONDS: Final = 300


@dataclass(frozen=True, kw_only=True)
class QueueArgs:
    """What a queue needs.

    Attributes:
        platform: Shared ground.
        consumer: Its consumer's timeout and batch; visibility is computed from them. None = no consumer.
        retention_seconds: 60 to 1209600; long enough for all retries.
        dlq_retention_seconds: 60 to 1209600, greater than `retention_seconds`: the age of a message goes on
            counting from its first send.
        max_receive_count: 1 to 1000 receives before a message is given up.
        visibility_timeout_seconds: In place of the computed one, which it may not undercut...
        visibility_reason: ...unless this says why.
        max_message_bytes: 1024 to 1048576.
        kms_key_arn: Customer key; none = SQS's own encryption.
        age_alarm_seconds: Age of the oldest message that means trouble; none = computed.
    """

    platform: Platform
    consumer: ConsumerTiming | None = None
    retention_seconds: int = 4 * _DAY_SECONDS
    dlq_retention_seconds: int = RETENTION_SECONDS[1]
    max_receive_count: int = 5
    visibility_timeout_seconds: int | None = None
    visibility_reason: str = ""
    max_message_bytes: int = MESSAGE_BYTES[1]
    kms_key_arn: str | None = None
    age_alarm_seconds: int | None = None

    def __post_init__(self) -> None:
        """Refuse figures that would lose messages."""
        for field, got in (
            ("retention_seconds", self.retention_seconds),
            ("dlq_retention_seconds", self.dlq_retention_seconds),
        ):
            least, most = RETENTION_SECONDS
            if not least <= got <= most:
                raise ValueError(f"{field}: got {got}, allowed {least} to {most}")
        if self.dlq_retention_seconds <= self.retention_seconds:
            raise ValueError(
                f"dlq_retention_seconds must be greater than retention_seconds ({self.retention_seconds}), "
                f"got {self.dlq_retention_seconds}"
            )
        if not 1 <= self.max_receive_count <= MAX_RECEIVES:
            raise ValueError(f"max_receive_count: got {self.max_receive_count}, allowed 1 to {MAX_RECEIVES}")
        if self.age_alarm_seconds is not None and self.age_alarm_seconds < 1:
            raise ValueError(f"age_alarm_seconds: got {self.age_alarm_seconds}, allowed 1 or more")
        check_key_arn("kms_key_arn", self.kms_key_arn)
        visibility(self.consumer, self.visibility_timeout_seconds, self.visibility_reason)


class Queue(Component):
    """A standard queue with its dead-letter queue.

    Attributes:
        args: What it was built from.
        physical_name: Name at AWS.
        visibility_seconds: Visibility timeout in force.
        dead_letter: Where messages go that fail too often.
        url: Queue URL.
        arn: Queue ARN, known at plan time; usable once policy and dead-letter queue are attached.
    """

    TYPE = "pavedroad:messaging:Queue"

    url: Output[str]
    arn: Output[str]

    def __init__(self, name: str, args: QueueArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._name = name
        self._fed: str | None = None
        self.args = args
        scope = args.platform.scope
        self.physical_name = physical_name(scope, name, Kind.QUEUE)
        self._arn = scope.arn("sqs", self.physical_name)
        self.visibility_seconds = visibility(
            args.consumer, args.visibility_timeout_seconds, args.visibility_reason
        )
        self.dead_letter = DeadLetterQueue(
            f"{name}-dlq",
            DeadLetterQueueArgs(
                platform=args.platform,
                source_arn=self._arn,
                retention_seconds=args.dlq_retention_seconds,
                max_message_bytes=args.max_message_bytes,
                kms_key_arn=args.kms_key_arn,
            ),
            self.child(),
        )
        shape = QueueShape(
            physical_name=self.physical_name,
            retention_seconds=args.retention_seconds,
            max_message_bytes=args.max_message_bytes,
            visibility_seconds=self.visibility_seconds,
            kms_key_arn=args.kms_key_arn,
        )
        queue, policy = add_queue(self, name, shape, args.platform)
        # A resource of its own: queue and dead-letter queue name each other, inline that would be a cycle.
        attached = sqs.RedrivePolicy(
            f"{name}-redrive",
            queue_url=queue.url,
            redrive_policy=self.dead_letter.arn.apply(lambda arn: redrive(arn, args.max_receive_count)),
            opts=self.child(),
        )
        self._add_alarms(name)
        self._warn_of_short_retention()
        self.url = queue.url
        self.arn = known_after(self._arn, queue, policy, attached)
        self.finish({"url": self.url, "arn": self.arn})

    def _add_alarms(self, name: str) -> None:
        age = self.metric("ApproximateAgeOfOldestMessage", "Maximum")
        limit = self.args.age_alarm_seconds or max(_LEAST_AGE_ALARM_SECONDS, 2 * self.visibility_seconds)
        half = self.args.retention_seconds / 2
        late = Alarm(
            metric=age,
            threshold=limit,
            comparison=">",
            periods=_AGE_PERIODS,
            description=f"{self.physical_name} holds a message older than {limit} s: the consumer is late",
        )
        losing = Alarm(
            metric=age,
            threshold=half,
            comparison=">",
            description=f"{self.physical_name} holds a message past half its retention: it will be lost",
        )
        add_alarm(self, f"{name}-age", late, self.args.platform)
        add_alarm(self, f"{name}-retention", losing, self.args.platform)

    def _warn_of_short_retention(self) -> None:
        needed = 2 * self.args.max_receive_count * self.visibility_seconds
        if self.args.retention_seconds < needed:
            self.warn(
                f"retention_seconds {self.args.retention_seconds} is below {needed} (twice the "
                f"{self.args.max_receive_count} receives of {self.visibility_seconds} s): "
                "a message may expire before it reaches the dead-letter queue"
            )

    def allow_send(self) -> tuple[Statement, ...]:
        """Send messages to this queue."""
        return (
            Statement(actions=("sqs:SendMessage",), resources=(self._arn,)),
            *allow_key(self.args.platform.scope, "sqs", self.args.kms_key_arn, write=True),
        )

    def allow_consume(self) -> tuple[Statement, ...]:
        """Receive and delete messages of this queue, and set the retry delay of each."""
        return (
            Statement(actions=_CONSUME, resources=(self._arn,)),
            *allow_key(self.args.platform.scope, "sqs", self.args.kms_key_arn, write=False),
        )

    def metric(self, name: str, statistic: str = "Sum") -> Metric:
        """A metric of the queue."""
        return sqs_metric(self.physical_name, name, statistic)

    def feed(self, function: Function, scaling: Scaling | None = None) -> lambda_.EventSourceMapping:
        """Let the function's alias `live` take batches from this queue.

        Args:
            function: The consumer that `QueueArgs.consumer` promised; `allow_consume()` is among its grants.
            scaling: How fast the queue may drive it; none = as its reservation says.

        Raises:
            ValueError: The queue has another consumer, the function breaks the promise, lacks the grant, may
                send to the queue it reads, or would be throttled by its own queue.
        """
        timing = self._check_promise(function)
        scaling = scaling or Scaling()
        cap, warnings = check_scaling(
            scaling, timing, function.args.reserved_concurrency, self.args.max_receive_count
        )
        for warning in warnings:
            self.warn(warning)
        pollers = scaling.provisioned_pollers
        self._fed = function.physical_name
        return lambda_.EventSourceMapping(
            f"{self._name}-mapping",
            event_source_arn=self.arn,
            function_name=function.live_arn,
            batch_size=timing.batch_size,
            maximum_batching_window_in_seconds=timing.window_seconds,
            # Without it one bad message makes its whole batch run again.
            function_response_types=["ReportBatchItemFailures"],
            scaling_config={"maximum_concurrency": cap} if cap else None,
            provisioned_poller_config=(
                {"minimum_pollers": pollers.minimum, "maximum_pollers": pollers.maximum} if pollers else None
            ),
            metrics_config={"metrics": ["EventCount"]},
            opts=self.child(),
        )

    def _check_promise(self, function: Function) -> ConsumerTiming:
        timing = self.args.consumer
        subject = f"queue {self.physical_name}"
        if timing is None:
            raise ValueError(f"{subject}: consumer is not set; tell QueueArgs the timeout of its function")
        if self._fed:
            raise ValueError(
                f"{subject}: {self._fed} consumes it already; a second consumer would take messages at random"
            )
        if function.args.timeout_seconds != timing.timeout_seconds:
            raise ValueError(
                f"{subject}: consumer.timeout_seconds is {timing.timeout_seconds}, but function "
                f"{function.physical_name} has {function.args.timeout_seconds}; make them equal"
            )
        granted = {
            action
            for statement in function.args.statements
            if statement.effect == "Allow" and self._arn in statement.resources
            for action in statement.actions
        }
        if missing := [action for action in _CONSUME if action not in granted]:
            raise ValueError(
                f"{subject}: function {function.physical_name} lacks {', '.join(missing)}; "
                "add queue.allow_consume() to its statements"
            )
        if "sqs:SendMessage" in granted:
            raise ValueError(
                f"{subject}: function {function.physical_name} reads it and may send to it; "
                "a function that feeds itself never ends"
            )
        return timing
