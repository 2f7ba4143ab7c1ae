"""Small archives for every component test: building real ones is tested where they are built."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.components import use_small_archives

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _small_archives(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    use_small_archives(monkeypatch, tmp_path)


@pytest.fixture(params=[True, False], ids=["unknowns", "known"])
def preview(request: pytest.FixtureRequest) -> bool:
    """A first preview with unknown outputs, and a run in which all are known."""
    return request.param
