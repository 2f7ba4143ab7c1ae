"""The figures of queue and consumer: what is computed, what is refused and with which words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.messaging.timing import ConsumerTiming, Pollers, Scaling, check_scaling, visibility

if TYPE_CHECKING:
    from collections.abc import Callable

TIMING = ConsumerTiming(timeout_seconds=30)


@pytest.mark.parametrize(
    ("timeout", "window", "expected"), [(30, 0, 180), (900, 300, 5700), (2, 0, 12), (1, 1, 7)]
)
def test_visibility_is_six_timeouts_and_the_window(timeout: int, window: int, expected: int) -> None:
    timing = ConsumerTiming(timeout_seconds=timeout, batching_window_seconds=window)

    assert timing.visibility_seconds == expected
    assert visibility(timing, None, "") == expected


@pytest.mark.parametrize(("batch", "window"), [(1, 0), (10, 0), (11, 1), (100, 1)])
def test_a_batch_above_ten_gets_a_window(batch: int, window: int) -> None:
    assert ConsumerTiming(timeout_seconds=900, batch_size=batch).window_seconds == window


@given(timeout=st.integers(1, 900), batch=st.integers(1, 10_000), window=st.integers(1, 300))
def test_visibility_always_covers_the_function(timeout: int, batch: int, window: int) -> None:
    timing = ConsumerTiming(timeout_seconds=timeout, batch_size=batch, batching_window_seconds=window)

    assert timeout + window <= visibility(timing, None, "") <= 43_200


def test_an_own_visibility_is_taken_when_it_is_long_enough_or_explained() -> None:
    assert visibility(TIMING, 180, "") == 180
    assert visibility(TIMING, 43_200, "") == 43_200
    assert visibility(TIMING, 30, "the consumer is idempotent and fast") == 30
    assert visibility(None, 0, "") == 0
    assert visibility(None, None, "") == 30


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (
            lambda: visibility(TIMING, 60, ""),
            "visibility_timeout_seconds: got 60, allowed 180 (6 \u00d7 30 + 0) to 43200",
        ),
        (lambda: visibility(TIMING, 29, "quick"), "visibility_timeout_seconds: got 29, allowed 30 to 43200"),
        (lambda: visibility(TIMING, 43_201, ""), "got 43201"),
        (
            lambda: ConsumerTiming(timeout_seconds=30, batch_size=11, batching_window_seconds=0),
            "batch_size above 10 needs batching_window_seconds of at least 1",
        ),
        (lambda: ConsumerTiming(timeout_seconds=901), "timeout_seconds: got 901, allowed 1 to 900"),
        (lambda: ConsumerTiming(timeout_seconds=0), "timeout_seconds: got 0"),
        (lambda: ConsumerTiming(timeout_seconds=1, batch_size=10_001), "batch_size: got 10001"),
        (
            lambda: ConsumerTiming(timeout_seconds=1, batching_window_seconds=301),
            "batching_window_seconds: got 301, allowed 0 to 300",
        ),
        (lambda: Scaling(maximum_concurrency=1), "maximum_concurrency: got 1, allowed 2 to 1000"),
        (lambda: Scaling(maximum_concurrency=1001), "maximum_concurrency: got 1001"),
        (
            lambda: Scaling(maximum_concurrency=2, provisioned_pollers=Pollers()),
            "not together with maximum_concurrency",
        ),
        (lambda: Pollers(minimum=1), "provisioned_pollers.min: got 1, allowed 2 to 200"),
        (lambda: Pollers(minimum=10, maximum=9), "provisioned_pollers.max: got 9, allowed 10 to 2000"),
        (lambda: Pollers(maximum=2001), "provisioned_pollers.max: got 2001"),
        (lambda: check_scaling(Scaling(), TIMING, 0, 5), "a stopped function cannot consume"),
        (
            lambda: check_scaling(Scaling(), TIMING, 1, 5),
            "maximum concurrency starts at 2: use a FIFO queue with one group",
        ),
        (lambda: check_scaling(Scaling(mappings_of_function=2), TIMING, 3, 5), "starts at 2"),
        (
            lambda: check_scaling(Scaling(maximum_concurrency=50), TIMING, 20, 5),
            "maximum_concurrency 50 exceeds reserved_concurrency 20",
        ),
        (
            lambda: check_scaling(Scaling(maximum_concurrency=50), TIMING, 20, 5),
            "would throttle its own queue",
        ),
        (
            lambda: check_scaling(Scaling(maximum_concurrency=15, mappings_of_function=2), TIMING, 20, 5),
            "maximum_concurrency 30 exceeds reserved_concurrency 20",
        ),
        (
            lambda: check_scaling(Scaling(maximum_concurrency="off"), TIMING, 4, 5),
            "reserved_concurrency: got 4, allowed 5 or more",
        ),
        (
            lambda: check_scaling(Scaling(maximum_concurrency="off"), TIMING, 20, 2),
            "max_receive_count: got 2, allowed 3 or more",
        ),
        (
            lambda: check_scaling(Scaling(expected_record_ms=2011), TIMING, None, 5),
            "a full batch needs 20.11 s, timeout is 30 s",
        ),
        (
            lambda: check_scaling(
                Scaling(expected_record_ms=1), ConsumerTiming(timeout_seconds=30, batch_size=121), None, 5
            ),
            "121000 messages in flight, allowed 120000",
        ),
    ],
)
def test_figures_that_lose_messages_are_refused(make: Callable[[], object], text: str) -> None:
    with pytest.raises(ValueError) as refused:  # noqa: PT011 - the text is compared below, without a pattern
        make()

    assert text in str(refused.value)


@pytest.mark.parametrize(
    ("scaling", "reserved", "cap"),
    [
        (Scaling(), None, None),
        (Scaling(), 20, 20),
        (Scaling(mappings_of_function=2), 20, 10),
        (Scaling(), 5000, 1000),
        (Scaling(maximum_concurrency=10), None, 10),
        (Scaling(maximum_concurrency=20), 20, 20),
        (Scaling(maximum_concurrency="off"), 20, None),
        (Scaling(provisioned_pollers=Pollers()), 20, None),
    ],
)
def test_the_cap_is_computed_from_the_reservation(
    scaling: Scaling, reserved: int | None, cap: int | None
) -> None:
    assert check_scaling(scaling, TIMING, reserved, 5) == (cap, [])


def test_pollers_bound_what_is_in_flight() -> None:
    timing = ConsumerTiming(timeout_seconds=30, batch_size=200)
    scaling = Scaling(provisioned_pollers=Pollers(minimum=2, maximum=60), expected_record_ms=1)

    assert check_scaling(scaling, timing, None, 5) == (None, [])


@pytest.mark.parametrize(
    ("scaling", "reserved", "receives", "text"),
    [
        (Scaling(), None, 4, "max_receive_count 4 is below 5"),
        (Scaling(maximum_concurrency="off"), 5, 5, "reserved_concurrency 5 without maximum_concurrency"),
    ],
)
def test_unwise_figures_are_allowed_with_a_warning(
    scaling: Scaling, reserved: int | None, receives: int, text: str
) -> None:
    _, warnings = check_scaling(scaling, TIMING, reserved, receives)

    assert len(warnings) == 1
    assert text in warnings[0]
