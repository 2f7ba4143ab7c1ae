"""The figures that decide whether a queue loses messages, as pure functions with their reasons.

Sources: AWS Lambda guide, "Using Lambda with Amazon SQS" (six times the timeout, five receives, window above
ten messages, 2 to 1,000 concurrent batches) and the SQS quotas.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

TIMES: Final = "\u00d7"

VISIBILITY_FACTOR: Final = 6  # room for the retries of a throttled batch
MAX_VISIBILITY_SECONDS: Final = 43_200  # SQS quota
_DEFAULT_VISIBILITY_SECONDS: Final = 30  # SQS's own, for queues without a consumer
RETENTION_SECONDS: Final = (60, 1_209_600)  # SQS quota
MESSAGE_BYTES: Final = (1_024, 1_048_576)  # SQS quota
MAX_RECEIVES: Final = 1_000  # SQS quota
ADVISED_RECEIVES: Final = 5  # fewer, and throttled receives alone can fill the dead-letter queue
LEAST_RECEIVES_WHEN_THROTTLED: Final = 3

_MAX_TIMEOUT_SECONDS: Final = 900
_MAX_BATCH: Final = 10_000  # Lambda quota: standard queue
_BATCH_WITHOUT_WINDOW: Final = 10  # above it the service demands a window of 1 s
_MAX_WINDOW_SECONDS: Final = 300
_CONCURRENCY: Final = (2, 1_000)  # Lambda ScalingConfig, MaximumConcurrency
_START_BATCHES: Final = 5  # batches that Lambda starts at once
_MAX_IN_FLIGHT: Final = 120_000  # SQS quota: standard queue
_PLANNED_CONCURRENCY: Final = 1_000  # account default; what an uncapped mapping may reach
_POLLERS_LEAST: Final = (2, 200)  # Lambda ProvisionedPollerConfig, MinimumPollers
_POLLERS_MOST: Final = (2, 2_000)  # the same, MaximumPollers
_BATCHES_OF_A_POLLER: Final = 10
_BATCH_SHARE: Final = 0.67  # of the timeout that a full batch may need


def _check(field: str, got: int, limits: tuple[int, int]) -> None:
    if not limits[0] <= got <= limits[1]:
        raise ValueError(f"{field}: got {got}, allowed {limits[0]} to {limits[1]}")


@dataclass(frozen=True, kw_only=True)
class ConsumerTiming:
    """What a queue is told about its consumer before that exists.

    Attributes:
        timeout_seconds: Timeout of the function, 1 to 900.
        batch_size: Messages of one batch, 1 to 10000.
        batching_window_seconds: How long a batch may fill, 0 to 300; none = 0, and 1 above ten messages.
    """

    timeout_seconds: int
    batch_size: int = 10
    batching_window_seconds: int | None = None

    def __post_init__(self) -> None:
        """Refuse what Lambda would refuse."""
        _check("timeout_seconds", self.timeout_seconds, (1, _MAX_TIMEOUT_SECONDS))
        _check("batch_size", self.batch_size, (1, _MAX_BATCH))
        if self.batching_window_seconds is not None:
            _check("batching_window_seconds", self.batching_window_seconds, (0, _MAX_WINDOW_SECONDS))
        if self.batch_size > _BATCH_WITHOUT_WINDOW and self.window_seconds < 1:
            raise ValueError(
                f"batching_window_seconds: got {self.window_seconds}, allowed 1 to {_MAX_WINDOW_SECONDS}: "
                f"batch_size above {_BATCH_WITHOUT_WINDOW} needs batching_window_seconds of at least 1"
            )

    @property
    def window_seconds(self) -> int:
        """The window in force."""
        if self.batching_window_seconds is None:
            return 1 if self.batch_size > _BATCH_WITHOUT_WINDOW else 0
        return self.batching_window_seconds

    @property
    def visibility_seconds(self) -> int:
        """How long a message stays hidden from others: six timeouts and the window."""
        return VISIBILITY_FACTOR * self.timeout_seconds + self.window_seconds


def visibility(consumer: ConsumerTiming | None, override: int | None, reason: str) -> int:
    """The visibility timeout in force.

    Args:
        consumer: What consumes the queue; none = SQS's own 30 seconds, nothing to compute from.
        override: A timeout set by hand.
        reason: Why it is shorter than the computed one; empty = it may not be.

    Raises:
        ValueError: The override is shorter than computed without a reason, shorter than the function's
            timeout (Lambda refuses that) or longer than SQS takes.
    """
    computed = consumer.visibility_seconds if consumer else 0
    if override is None:
        return computed or _DEFAULT_VISIBILITY_SECONDS
    least = computed
    if consumer and reason:
        least = consumer.timeout_seconds
    if not least <= override <= MAX_VISIBILITY_SECONDS:
        formula = (
            f" ({VISIBILITY_FACTOR} {TIMES} {consumer.timeout_seconds} + {consumer.window_seconds})"
            if consumer and not reason
            else ""
        )
        raise ValueError(
            f"visibility_timeout_seconds: got {override}, "
            f"allowed {least}{formula} to {MAX_VISIBILITY_SECONDS}"
        )
    return override


@dataclass(frozen=True, kw_only=True)
class Pollers:
    """Provisioned pollers of a mapping: billed, quick to scale, in place of a concurrency cap.

    Attributes:
        minimum: 2 to 200.
        maximum: 2 to 2000, not below `minimum`.
    """

    minimum: int = 2
    maximum: int = 200

    def __post_init__(self) -> None:
        """Refuse what Lambda would refuse."""
        _check("provisioned_pollers.min", self.minimum, _POLLERS_LEAST)
        _check("provisioned_pollers.max", self.maximum, (self.minimum, _POLLERS_MOST[1]))


@dataclass(frozen=True, kw_only=True)
class Scaling:
    """How fast a queue may drive its function.

    Attributes:
        maximum_concurrency: Batches at once, 2 to 1000; `off` = no cap; none = computed from the function's
            reserved concurrency, no cap without one.
        provisioned_pollers: In place of a cap.
        mappings_of_function: How many queues feed the function; they share its reservation.
        expected_record_ms: What one message takes; a full batch must fit well into the timeout.
    """

    maximum_concurrency: int | Literal["off"] | None = None
    provisioned_pollers: Pollers | None = None
    mappings_of_function: int = 1
    expected_record_ms: int = 100

    def __post_init__(self) -> None:
        """Refuse what Lambda would refuse."""
        if isinstance(self.maximum_concurrency, int):
            _check("maximum_concurrency", self.maximum_concurrency, _CONCURRENCY)
            if self.provisioned_pollers:
                raise ValueError(
                    "provisioned_pollers: not together with maximum_concurrency; remove one of the two"
                )
        _check("mappings_of_function", self.mappings_of_function, (1, _CONCURRENCY[1]))
        _check("expected_record_ms", self.expected_record_ms, (1, _MAX_TIMEOUT_SECONDS * 1000))

    def cap(self, reserved: int | None) -> int | None:
        """Batches at once for a function with this reservation; none = no cap.

        Raises:
            ValueError: The reservation leaves too little.
        """
        if self.provisioned_pollers or self.maximum_concurrency == "off":
            return None
        if self.maximum_concurrency is not None:
            return self.maximum_concurrency
        return min(_CONCURRENCY[1], reserved // self.mappings_of_function) if reserved else None


def check_scaling(
    scaling: Scaling, timing: ConsumerTiming, reserved: int | None, max_receive_count: int
) -> tuple[int | None, list[str]]:
    """The concurrency cap in force, and what is allowed but unwise.

    Raises:
        ValueError: Messages would be throttled, hidden or timed out into the dead-letter queue.
    """
    cap = scaling.cap(reserved)
    warnings = _check_reservation(scaling, cap, reserved)
    if max_receive_count < ADVISED_RECEIVES:
        if max_receive_count < LEAST_RECEIVES_WHEN_THROTTLED and reserved and cap is None:
            raise ValueError(
                f"max_receive_count: got {max_receive_count}, "
                f"allowed {LEAST_RECEIVES_WHEN_THROTTLED} or more "
                "with reserved_concurrency and no maximum_concurrency: throttled receives count as well"
            )
        warnings.append(
            f"max_receive_count {max_receive_count} is below {ADVISED_RECEIVES}: "
            "throttled batches may reach the dead-letter queue unseen"
        )
    needed = timing.batch_size * scaling.expected_record_ms / 1000
    if needed > _BATCH_SHARE * timing.timeout_seconds:
        raise ValueError(
            f"batch_size: a full batch needs {needed:g} s, timeout is {timing.timeout_seconds} s; "
            f"allowed are batches of up to {_BATCH_SHARE:.0%} of the timeout"
        )
    _check_in_flight(scaling, timing, cap, reserved)
    return cap, warnings


def _check_reservation(scaling: Scaling, cap: int | None, reserved: int | None) -> list[str]:
    if reserved is None:
        return []
    if reserved < 1:
        raise ValueError("reserved_concurrency: got 0, allowed 1 or more: a stopped function cannot consume")
    if reserved == 1 or (cap is not None and cap < _CONCURRENCY[0]):
        raise ValueError(
            f"reserved_concurrency: got {reserved} for {scaling.mappings_of_function} mapping(s): "
            "maximum concurrency starts at 2: use a FIFO queue with one group"
        )
    if cap is not None and cap * scaling.mappings_of_function > reserved:
        raise ValueError(
            f"reserved_concurrency: maximum_concurrency {cap * scaling.mappings_of_function} exceeds "
            f"reserved_concurrency {reserved}: the function would throttle its own queue"
        )
    if cap is None and reserved < _START_BATCHES:
        raise ValueError(
            f"reserved_concurrency: got {reserved}, allowed {_START_BATCHES} or more without "
            f"maximum_concurrency: {_START_BATCHES} batches start at once"
        )
    if cap is None and reserved == _START_BATCHES:
        warning = (
            f"reserved_concurrency {reserved} without maximum_concurrency: {_START_BATCHES} batches start at "
            "once and leave no room; reserve more or set maximum_concurrency"
        )
        return [warning]
    return []


def _check_in_flight(scaling: Scaling, timing: ConsumerTiming, cap: int | None, reserved: int | None) -> None:
    peak = cap or reserved or _PLANNED_CONCURRENCY
    if scaling.provisioned_pollers:
        peak = min(peak, scaling.provisioned_pollers.maximum * _BATCHES_OF_A_POLLER)
    if peak * timing.batch_size > _MAX_IN_FLIGHT:
        raise ValueError(
            f"batch_size: {peak} batches of {timing.batch_size} are {peak * timing.batch_size} messages in "
            f"flight, allowed {_MAX_IN_FLIGHT}; lower batch_size or maximum_concurrency"
        )
