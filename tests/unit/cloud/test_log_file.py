"""The log of the local cloud while it grows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pavedroad.cloud import log_file
from pavedroad.cloud.log_file import follow_lines, last_lines

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A log of three lines."""
    path = tmp_path / "cloud.log"
    path.write_text("one\ntwo\nthree\n", encoding="utf-8")
    return path


def test_the_last_lines_are_read(log: Path) -> None:
    assert last_lines(log, 2) == ["two", "three"]
    assert last_lines(log, 0) == []
    assert last_lines(log, 9) == ["one", "two", "three"]


def test_lines_are_followed_whole_and_into_the_next_log(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def append(text: str) -> None:
        with log.open("a", encoding="utf-8") as file:
            file.write(text)

    def replace() -> None:
        log.rename(log.with_name("old.log"))

    waits: list[Callable[[], object]] = [
        lambda: append("fo"),
        lambda: append("ur\nfive\n"),
        replace,
        lambda: append("six\n"),
    ]
    monkeypatch.setattr(log_file.time, "sleep", lambda _seconds: waits.pop(0)())

    followed = follow_lines(log, ["three"])

    assert [next(followed) for _ in range(4)] == ["three", "four", "five", "six"]
    assert waits == []
