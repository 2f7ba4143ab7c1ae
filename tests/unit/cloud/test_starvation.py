"""What a busy machine costs a function is seen, and is no part of its timeout."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from pavedroad.cloud.runtime.starvation import Waited
from tests.support.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Generator

BUSY = "import os\nos.sched_setaffinity(0, {%d})\nwhile True: pass"


@pytest.fixture
def rivals() -> Generator[int]:
    """One of two processes that want the same processor."""
    where = min(os.sched_getaffinity(0))
    both = [subprocess.Popen([sys.executable, "-c", BUSY % where]) for _ in range(2)]  # noqa: S603 - our interpreter
    yield both[0].pid
    for each in both:
        each.kill()
        each.wait()


def test_who_shares_a_processor_waits_for_it(rivals: int) -> None:
    began = Waited.by(rivals)

    eventually(began.since, lambda seconds: seconds > 0.2)


def test_a_process_that_is_gone_waits_no_more() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        pass

    assert Waited.by(process.pid).function == 0
