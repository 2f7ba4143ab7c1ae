"""What a user waits for in the local cloud: its start, an environment up, again, read and down, and calls."""

from __future__ import annotations

import json
import statistics
import time
from typing import TYPE_CHECKING

import pytest

from pavedroad.cloud.emulator import throw_away
from pavedroad.engine.request import Outcome
from tests.support.cloud import Cloud
from tests.support.running_orders import RunningOrders, order
from tests.support.running_stack import running_stack

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

WARM_CALLS = 20

pytestmark = pytest.mark.allow_hosts(["127.0.0.1", "::1"])


def timed(what: str, work: Callable[[], object]) -> None:
    """Do it, and print how long it took."""
    begun = time.perf_counter()
    result = work()
    print(f"{what:<34} {time.perf_counter() - begun:6.2f} s")
    outcome = getattr(result, "outcome", Outcome.SUCCEEDED)
    assert outcome is Outcome.SUCCEEDED, result


def test_an_environment_in_the_local_cloud(tmp_path: Path) -> None:
    print()
    begun = time.perf_counter()
    with throw_away() as running:
        print(f"{'start of the cloud':<34} {time.perf_counter() - begun:6.2f} s")
        cloud = Cloud(running=running)
        stack = running_stack(cloud, tmp_path)
        timed("up: the sandbox environment", stack.up)
        orders = RunningOrders(cloud=cloud, stack=stack)
        timed("first call of a function (cold)", lambda: orders.submit([order()]))
        warm: list[float] = []
        for _ in range(WARM_CALLS):
            start = time.perf_counter()
            assert "errorType" not in json.dumps(orders.submit([order()]))
            warm.append(time.perf_counter() - start)
        print(f"{'a warm call, median':<34} {statistics.median(warm) * 1000:6.0f} ms")
        timed("up again: nothing to do", stack.up)
        timed("refresh", stack.refresh)
        timed("destroy", stack.destroy)
