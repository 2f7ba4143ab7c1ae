"""A fresh provider for each test: what one plans must not be seen by another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.provider import provider

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.provider import Client


@pytest.fixture
def aws() -> Iterator[Client]:
    with provider() as client:
        yield client


@pytest.fixture
def honest() -> Iterator[Client]:
    with provider(predicted=False) as client:
        yield client
