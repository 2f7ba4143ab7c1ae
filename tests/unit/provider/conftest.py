"""A fresh provider for each test: what one plans must not be seen by another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pavedroad.provider.record_file import RecordFile
from tests.support.provider import provider

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.provider import Client


@pytest.fixture
def aws() -> Iterator[Client]:
    with provider() as client:
        yield client


@pytest.fixture
def honest() -> Iterator[Client]:
    with provider(predicted=False) as client:
        yield client


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "record"


@pytest.fixture
def cloud(path: Path) -> Iterator[Client]:
    with provider(store=RecordFile(path)) as client:
        yield client
