"""What holds for all tests."""

from __future__ import annotations

import os
import signal

import pytest
from hypothesis import HealthCheck, settings

# No test depends on how fast, or how busy, the machine is.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

# A shell starts background jobs with Ctrl-C ignored, and what tests start would inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session", autouse=True)
def no_cloud_unless_meant() -> None:
    """A verb starts the local cloud only in a test that takes the variable away, and then ends it again."""
    os.environ["PAVEDROAD_NO_CLOUD"] = "1"


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Fail a test that is not held in its group: tests of a group share what runs, on one worker.

    pytest-xdist marks groups at the ends of node ids; with a pytest whose node ids it cannot change (9.2) it
    scatters them over all workers and says nothing.
    """
    in_groups = item.config.getoption("loadgroup", default=False)  # set in workers, under --dist loadgroup
    if in_groups and item.get_closest_marker("xdist_group") and "@" not in item.nodeid:
        pytest.fail("this pytest-xdist does not hold groups together under this pytest", pytrace=False)
