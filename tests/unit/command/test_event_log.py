"""The event log: whole lines, whatever happens."""

from __future__ import annotations

import errno
import json
import os
from typing import TYPE_CHECKING

import pytest

from pavedroad.command.event_log import EventLog
from pavedroad.command.failure import CommandError
from pavedroad.command.recorder import Recorder
from pavedroad.engine.events import CancelEvent, DiagnosticEvent
from tests.support.command import small_run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def kinds(path: Path) -> list[str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [next(key for key in json.loads(line) if key not in ("sequence", "timestamp")) for line in lines]


def test_each_event_is_one_json_line_with_its_number(tmp_path: Path) -> None:
    path = tmp_path / "events.json"
    log = EventLog(path)
    for event in small_run():
        log.write(event)
    log.close()

    documents = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert [document["sequence"] for document in documents] == list(range(8))
    assert documents[-1]["summaryEvent"]["resourceChanges"] == {"create": 6}


def test_lines_are_there_before_the_log_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "events.json"
    log = EventLog(path)
    log.write(DiagnosticEvent(severity="info", message="é"))

    text = path.read_text(encoding="utf-8")
    log.close()
    assert text.endswith("\n")
    assert json.loads(text)["diagnosticEvent"]["message"] == "é"


def test_an_old_log_is_emptied(tmp_path: Path) -> None:
    path = tmp_path / "events.json"
    path.write_text("old\n" * 100, encoding="utf-8")
    log = EventLog(path)
    log.write(CancelEvent())
    log.close()

    assert kinds(path) == ["cancelEvent"]


def test_a_file_that_cannot_be_opened_is_refused_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(
        CommandError, match=r"no/such/log cannot be written: No such file.*\n.*--event-log FILE"
    ):
        EventLog(tmp_path / "no/such/log")


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """A disk that takes so many more bytes and then none."""

    def arrange(room: int) -> None:
        left = [room]
        write = os.write

        def limited(file: int, data: bytes) -> int:
            if left[0] <= 0:
                raise OSError(errno.ENOSPC, "No space left on device")
            taken = write(file, data[: left[0]])
            left[0] -= taken
            return taken

        monkeypatch.setattr(os, "write", limited)

    return arrange


def test_a_line_that_fits_only_in_part_is_cut_off_again(
    tmp_path: Path, full_disk: Callable[[int], None]
) -> None:
    path = tmp_path / "events.json"
    log = EventLog(path)
    log.write(CancelEvent())
    full_disk(10)

    with pytest.raises(CommandError, match="No space left"):
        log.write(DiagnosticEvent(severity="info", message="x" * 100))
    log.close()

    assert kinds(path) == ["cancelEvent"]


def test_the_run_goes_on_without_its_log(tmp_path: Path, full_disk: Callable[[int], None]) -> None:
    full_disk(0)
    with Recorder(tmp_path / "events.json", planning=True) as recorder:
        for event in small_run():
            recorder.see(event)

    assert len(recorder.events) == 8
    assert "No space left" in recorder.log_error


def test_a_log_that_missed_an_event_gets_no_later_ones(
    tmp_path: Path, full_disk: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    with Recorder(tmp_path / "events.json", planning=True) as recorder:
        recorder.see(small_run()[0])
        full_disk(0)
        recorder.see(small_run()[1])
        monkeypatch.undo()
        recorder.see(small_run()[2])

    assert len(kinds(tmp_path / "events.json")) == 1


def test_a_run_that_broke_off_ends_with_its_error_and_a_summary(tmp_path: Path) -> None:
    path = tmp_path / "events.json"
    with Recorder(path, planning=True) as recorder:
        recorder.see(CancelEvent())
        recorder.failed("the provider died")

    assert kinds(path) == ["cancelEvent", "diagnosticEvent", "summaryEvent"]
    assert json.loads(path.read_text(encoding="utf-8").splitlines()[-1])["summaryEvent"]["result"] == "failed"


def test_an_error_that_the_engine_told_itself_is_not_told_twice(tmp_path: Path) -> None:
    path = tmp_path / "events.json"
    with Recorder(path, planning=True) as recorder:
        recorder.see(DiagnosticEvent(severity="error", message="the provider died\n"))
        recorder.failed("the provider died")

    assert kinds(path) == ["diagnosticEvent", "summaryEvent"]


def test_a_cancelled_run_ends_with_one_cancel_event(tmp_path: Path) -> None:
    path = tmp_path / "events.json"
    with Recorder(path, planning=True) as recorder:
        recorder.cancelled()
        recorder.cancelled()

    assert kinds(path) == ["cancelEvent"]
