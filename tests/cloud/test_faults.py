"""Faults on purpose: as many as are asked for, before and after the work, and never without being asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from tests.support.cloud_functions import deploy
from tests.support.faults import died, dying, renew_environments

if TYPE_CHECKING:
    from tests.support.cloud import Cloud

COUNTING = """
count = 0
def handle(event, context):
    global count
    count += 1
    return [count, context.log_stream_name]
"""


def test_a_dying_invocation_is_an_environment_that_exited(cloud: Cloud) -> None:
    function = deploy(cloud, COUNTING)

    with dying(cloud, 1, seed=1):
        answer = function.call()
        count = died(cloud)

    assert answer.failure["errorType"] == "Runtime.ExitError"
    assert count >= 1


def test_some_die_before_their_work_and_some_after_it(cloud: Cloud) -> None:
    function = deploy(cloud, COUNTING)

    with dying(cloud, 1, seed=1):
        for _ in range(12):
            function.call()

    worked, _stream = cast("list[int]", function.call().payload)
    assert 1 < worked < 12


def test_nothing_dies_unless_it_is_asked_for(cloud: Cloud) -> None:
    function = deploy(cloud, COUNTING)

    assert [function.call().error for _ in range(5)] == [None] * 5


def test_renewed_environments_begin_cold(cloud: Cloud) -> None:
    function = deploy(cloud, COUNTING)
    _, first = cast("list[object]", function.call().payload)
    assert function.call().payload == [2, first]

    renew_environments(cloud)

    count, second = cast("list[object]", function.call().payload)
    assert count == 1
    assert second != first
