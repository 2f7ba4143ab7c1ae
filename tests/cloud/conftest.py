"""The tests of the local cloud run real processes and reach nothing but this machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.cloud import cloud
from tests.support.live import bench
from tests.support.running_orders import orders

__all__ = ["bench", "cloud", "orders"]

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Allow loopback only, in this folder, and let the tests be chosen: `-m cloud`."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.allow_hosts(["127.0.0.1", "::1"]))
            item.add_marker(pytest.mark.cloud)
