"""Settings of order_processing: ranges, the rules across fields, and the timing that follows from them.

Left out: values that AWS or the message format fixes (long poll, message attributes); they are no choice.
"""

from collections.abc import Iterator
from typing import Annotated, Final, Literal

from pydantic import Field

from systems._model import (
    NOT_LOWER,
    Conflict,
    LogRetentionDays,
    SettingsModel,
    SystemSettings,
    TopicArn,
    conflict,
    text,
)

VISIBILITY_FACTOR: Final = (
    6  # AWS guide for SQS event sources: six function timeouts leave room for throttled tries
)
MAX_VISIBILITY_SECONDS: Final = 43_200  # SQS SetQueueAttributes
MAX_BATCH_WITHOUT_WINDOW: Final = 10  # Lambda CreateEventSourceMapping
MAX_IN_FLIGHT: Final = 120_000  # SQS quota of messages in flight, standard queue
EXPECTED_RECORD_MS: Final = 100  # an order takes two or three calls to AWS
BATCH_SHARE: Final = 0.67  # of the timeout that a full batch may need
LEAST_RECEIVE_COUNT: Final = 3
STARTING_BATCHES: Final = 5  # concurrent batches that Lambda starts with when nothing caps the mapping
TIMES: Final = "\N{MULTIPLICATION SIGN}"

# Bounds of SQS MessageRetentionPeriod.
RetentionSeconds = Annotated[int, Field(ge=60, le=1_209_600, json_schema_extra=NOT_LOWER)]
SecretName = Annotated[
    str, text(r"^[A-Za-z0-9/_+=.@-]+$", "a secret's name: letters, digits and /_+=.@-", longest=512)
]
Currency = Annotated[str, text(r"^[A-Z]{3}$", "three capital letters")]
HttpsAddress = Annotated[
    str, text(r"^https://[^\s@]+$", "an https address", stand_in="https://encrypted.invalid/")
]
KeyArn = Annotated[
    str, text(r"^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]+$", "the ARN of a KMS key")
]


class ProvisionedPollers(SettingsModel):
    """Dedicated pollers of the event source mappings; they are billed."""

    min: int = Field(ge=2, le=200)
    """Pollers that are always there."""
    max: int = Field(ge=2, le=2000)
    """Pollers at most; each runs up to 10 invocations at once."""

    def conflicts(self) -> Iterator[Conflict]:
        """The least may not exceed the most."""
        if self.min > self.max:
            yield conflict(f"min {self.min} must not exceed max {self.max}", "min", "max")


class OrderProcessingSettings(SystemSettings):
    """Orders through a queue, a state machine and a second queue."""

    orchestration: Literal["workflow", "queue"] = "workflow"
    """`workflow`: check, charge and fulfil through a state machine; `queue`: straight to fulfilment."""
    retention_seconds: RetentionSeconds = 172_800
    """How long the order queues keep a message."""
    dlq_retention_seconds: RetentionSeconds = 1_209_600
    """How long dead-letter queues keep a message; counted from the first send, so longer than the queue's."""
    max_receive_count: int = Field(default=5, ge=1, le=1000)
    """Receives without success before a message moves to the dead-letter queue."""
    retry_delay_seconds: int = Field(default=10, ge=0, le=900)
    """Delay before a failed message is tried again, doubled each time; 0 = always the visibility timeout."""
    batch_size: int = Field(default=10, ge=1, le=10_000)
    """Messages that a consumer takes at once."""
    batching_window_seconds: int = Field(default=0, ge=0, le=300)
    """How long Lambda waits to fill a batch."""
    max_concurrency: Annotated[int, Field(ge=2, le=1000)] | None = 10
    """Concurrent batches of each mapping; left alone or null together with `provisioned_pollers`."""
    provisioned_pollers: ProvisionedPollers | None = None
    """Dedicated pollers instead of `max_concurrency`."""
    reserved_concurrency: Annotated[int, Field(ge=1)] | None = None
    """Concurrency set aside for each consumer function; none = shares the account's."""
    function_timeout_seconds: int = Field(default=30, ge=1, le=900)
    """Timeout of the functions (submit_orders always has 60)."""
    visibility_timeout_seconds: Annotated[int, Field(ge=0)] | None = None
    """Visibility timeout of the queues; none = 6 x function timeout + batching window."""
    max_message_bytes: int = Field(default=262_144, ge=1024, le=262_144)
    """Largest order message; a workflow's input is limited to 262,144 bytes."""
    max_order_total: int = Field(default=1_000_000, ge=1)
    """Orders above this total (minor units) are rejected."""
    currencies: tuple[Currency, ...] = Field(default=("EUR", "USD"), min_length=1)
    """Accepted currencies, ISO 4217."""
    payment_mode: Literal["simulated", "http"] = "simulated"
    """`simulated`: no payment provider; `http`: POST to `payment_url`."""
    payment_url: HttpsAddress | None = None
    """Address of the payment provider."""
    payment_secret: SecretName | None = None
    """Name of the Secrets Manager secret that holds the provider's token; never the token itself."""
    kms_key: KeyArn | None = None
    """ARN of a customer-managed key for queues and table; none = keys that AWS owns."""
    log_level: Literal["DEBUG", "INFO", "WARN", "ERROR"] = "INFO"
    """Least level that functions log; DEBUG in production only until `debug_until`."""
    log_retention_days: LogRetentionDays = 30
    """How long log groups keep events."""
    workflow_timeout_seconds: int = Field(default=3600, ge=60, le=31_536_000)
    """Longest run of one workflow execution."""
    alarm_topic: TopicArn | None = None
    """ARN of the topic that alarms notify; none = the environment's alarm topic."""
    age_alarm_seconds: int = Field(default=900, ge=60, le=1_209_600)
    """Age of the oldest order at which the alarm fires."""

    @property
    def least_visibility_seconds(self) -> int:
        """6 x function timeout + batching window."""
        return VISIBILITY_FACTOR * self.function_timeout_seconds + self.batching_window_seconds

    @property
    def visibility_seconds(self) -> int:
        """The visibility timeout in force."""
        override = self.visibility_timeout_seconds
        return self.least_visibility_seconds if override is None else override

    @property
    def mapping_concurrency(self) -> int | None:
        """Concurrent batches of a mapping, or None when provisioned pollers bound it."""
        return None if self.provisioned_pollers else self.max_concurrency

    def conflicts(self) -> Iterator[Conflict]:
        """Rules of the queues, of scaling and of payment."""
        yield from self._queue_conflicts()
        yield from self._scaling_conflicts()
        if self.payment_mode == "http" and self.payment_url is None:
            yield conflict(
                "payment_url: https address required for payment_mode http", "payment_url", "payment_mode"
            )
        if self.payment_mode == "http" and self.payment_secret is None:
            yield conflict(
                "payment_secret: secret name required for payment_mode http", "payment_secret", "payment_mode"
            )

    def warnings(self) -> Iterator[Conflict]:
        """What no component can tell: queue and mapping warn of their own figures."""
        if self.age_alarm_seconds >= self.retention_seconds:
            message = (
                f"age_alarm_seconds {self.age_alarm_seconds} is not below retention_seconds "
                f"({self.retention_seconds}): orders expire before the alarm fires"
            )
            yield conflict(message, "age_alarm_seconds", "retention_seconds")

    def _queue_conflicts(self) -> Iterator[Conflict]:
        kept, dead = self.retention_seconds, self.dlq_retention_seconds
        if dead <= kept:
            message = f"dlq_retention_seconds must be greater than retention_seconds ({kept}), got {dead}"
            yield conflict(message, "dlq_retention_seconds", "retention_seconds")
        window = self.batching_window_seconds
        if self.batch_size > MAX_BATCH_WITHOUT_WINDOW and window < 1:
            message = (
                f"batch_size above {MAX_BATCH_WITHOUT_WINDOW} needs batching_window_seconds of at least 1"
            )
            yield conflict(message, "batch_size", "batching_window_seconds")
        needed, timeout = self.batch_size * EXPECTED_RECORD_MS / 1000, self.function_timeout_seconds
        if needed > BATCH_SHARE * timeout:
            message = (
                f"batch_size {self.batch_size}: a full batch needs {needed:g} s, timeout is {timeout} s; "
                f"allowed are batches that need {BATCH_SHARE:.0%} of function_timeout_seconds"
            )
            yield conflict(message, "batch_size", "function_timeout_seconds")
        least, got = self.least_visibility_seconds, self.visibility_seconds
        most = MAX_VISIBILITY_SECONDS
        if not least <= got <= most:
            terms = f"{VISIBILITY_FACTOR} {TIMES} {self.function_timeout_seconds} + {window}"
            message = f"visibility_timeout_seconds: got {got}, allowed {least} ({terms}) to {most}"
            yield conflict(
                message, "visibility_timeout_seconds", "function_timeout_seconds", "batching_window_seconds"
            )

    def _scaling_conflicts(self) -> Iterator[Conflict]:
        pollers, reserved, limit = self.provisioned_pollers, self.reserved_concurrency, self.max_concurrency
        if pollers and limit is not None and "max_concurrency" in self.model_fields_set:
            message = (
                f"provisioned_pollers: not together with max_concurrency ({limit}); remove one, or set "
                "max_concurrency to null where it is inherited"
            )
            yield conflict(message, "provisioned_pollers", "max_concurrency")
        if not pollers and limit is None:
            message = "max_concurrency: null needs provisioned_pollers; the mapping must be capped"
            yield conflict(message, "max_concurrency", "provisioned_pollers")
        concurrency = self.mapping_concurrency
        if concurrency is not None and concurrency * self.batch_size > MAX_IN_FLIGHT:
            message = (
                f"max_concurrency {concurrency} {TIMES} batch_size {self.batch_size} puts "
                f"{concurrency * self.batch_size} messages in flight, allowed {MAX_IN_FLIGHT}"
            )
            yield conflict(message, "batch_size", "max_concurrency")
        if reserved == 1:
            message = (
                "reserved_concurrency 1: maximum concurrency starts at 2: use a FIFO queue with one group"
            )
            yield conflict(message, "reserved_concurrency")
        elif reserved is not None and concurrency is not None and concurrency > reserved:
            message = (
                f"max_concurrency {concurrency} exceeds reserved_concurrency {reserved}: "
                "the function would throttle its own queue"
            )
            yield conflict(message, "reserved_concurrency", "max_concurrency")
        elif reserved is not None and pollers:
            yield from self._poller_conflicts(reserved)

    def _poller_conflicts(self, reserved: int) -> Iterator[Conflict]:
        if reserved < STARTING_BATCHES:
            message = (
                f"reserved_concurrency {reserved} without max_concurrency would throttle its own queue: "
                f"{STARTING_BATCHES} or more is required"
            )
            yield conflict(message, "reserved_concurrency", "provisioned_pollers")
        if self.max_receive_count < LEAST_RECEIVE_COUNT:
            message = (
                f"max_receive_count {self.max_receive_count}: {LEAST_RECEIVE_COUNT} or more is required with "
                "reserved_concurrency and no max_concurrency"
            )
            yield conflict(message, "max_receive_count", "reserved_concurrency", "provisioned_pollers")
