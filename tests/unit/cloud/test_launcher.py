"""What the emulator's process does beside serving."""

from __future__ import annotations

import json
import logging
import os
import sys
from typing import TYPE_CHECKING

import pytest

from pavedroad.cloud import launcher

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def test_another_version_than_the_pinned_one_does_not_start(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(launcher, "version", lambda _name: "1.5.34")
    monkeypatch.setattr(sys, "argv", ["launcher", "--litter", str(tmp_path), "--record", str(tmp_path)])

    with pytest.raises(SystemExit, match=r"needs ministack 1\.5\.33, installed is 1\.5\.34.*make setup"):
        launcher.main()


@pytest.mark.parametrize(("failure", "marked"), [("", True), ("Persistence: failed to save sqs", False)])
def test_content_is_marked_as_saved_only_when_nothing_of_it_failed(
    tmp_path: Path, failure: str, *, marked: bool
) -> None:
    mark = tmp_path / "saved"
    services: dict[str, Callable[[], object]] = {"sqs": dict}
    seen: list[object] = []

    def save_all(states: object) -> None:
        assert not mark.exists()
        seen.append(states)
        logging.getLogger("persistence").error(failure or "unrelated")

    launcher._marked(save_all, mark)(services)

    assert seen == [services]
    assert mark.exists() is marked
    assert not any(isinstance(each, launcher._Failures) for each in logging.getLogger().handlers)


def test_a_process_is_recorded_by_its_own_id(tmp_path: Path) -> None:
    record = tmp_path / "cloud.json"
    assert not launcher._is_recorded(record)

    record.write_text(json.dumps({"pid": os.getpid()}), encoding="utf-8")
    assert launcher._is_recorded(record)
    record.write_text(json.dumps({"pid": os.getpid() + 1}), encoding="utf-8")
    assert not launcher._is_recorded(record)
    record.write_text("{", encoding="utf-8")
    assert launcher._is_recorded(record)
