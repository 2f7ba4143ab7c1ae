"""How long to wait before trying again. Pure: randomness and sleep belong to the caller."""

from __future__ import annotations


def backoff_seconds(attempt: int, *, base_seconds: float, cap_seconds: float) -> float:
    """Upper bound of the wait after the failed `attempt` (1 = the first); full jitter draws from 0 to it."""
    return min(cap_seconds, base_seconds * 2.0 ** (attempt - 1))


def visibility_delay_seconds(
    receive_count: int, *, retry_delay_seconds: int, visibility_timeout_seconds: int
) -> int | None:
    """When a failed message shall be visible again, counted from now.

    Args:
        receive_count: How often the queue has handed the message out, this time included.
        retry_delay_seconds: Delay after the first receive, doubled after each further one.
        visibility_timeout_seconds: The queue's own timeout, which the delay never exceeds.

    Returns:
        The delay, or None when the queue's own timeout shall stand.
    """
    if retry_delay_seconds == 0:
        return None
    # Past 2^20 any delay is above SQS's maximum of 43,200 s; no need to compute huge powers.
    doublings = min(max(receive_count, 1) - 1, 20)
    return min(visibility_timeout_seconds, retry_delay_seconds * 2**doublings)
