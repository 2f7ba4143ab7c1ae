"""What is recorded of a cloud, and whose content the next run has."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pavedroad.cloud.instance import Running, begin_content, forget_content, read_record, write_record
from pavedroad.cloud.places import Places


@pytest.fixture
def places(tmp_path: Path) -> Places:
    """An empty folder."""
    return Places(folder=tmp_path)


RUNNING = Running(
    endpoint="http://127.0.0.1:4567",
    port=4567,
    pid=12,
    birth="boot:34",
    instance_id="abc",
    account="000000000000",
    region="eu-west-1",
    log=Path("/project/cloud.log"),
    persistent=False,
    waits=0.5,
    started=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
)


def test_a_record_is_read_as_it_was_written_and_is_private(places: Places) -> None:
    write_record(places, RUNNING)

    assert read_record(places) == RUNNING
    assert places.record.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in places.folder.iterdir()] == ["cloud.json"]


@pytest.mark.parametrize(
    "change",
    [{"pid": "twelve"}, {"started": "yesterday"}, {"waits": "long"}, {"colour": "blue"}],
)
def test_a_record_that_is_not_ours_is_no_record(places: Places, change: dict[str, object]) -> None:
    write_record(places, RUNNING)
    document = json.loads(places.record.read_text(encoding="utf-8"))
    places.record.write_text(json.dumps(document | change), encoding="utf-8")

    assert read_record(places) is None


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '"text"'])
def test_a_broken_record_is_no_record(places: Places, text: str) -> None:
    places.record.write_text(text, encoding="utf-8")

    assert read_record(places) is None


def test_content_that_is_not_kept_is_new_each_time(places: Places) -> None:
    assert begin_content(places, persistent=False) != begin_content(places, persistent=False)
    assert not places.data.exists()


def test_kept_content_is_the_same_again_only_after_it_was_saved(places: Places) -> None:
    first = begin_content(places, persistent=True)
    killed = begin_content(places, persistent=True)
    places.saved.touch()
    saved = begin_content(places, persistent=True)

    assert first != killed
    assert saved == killed
    assert not places.saved.exists()
    assert begin_content(places, persistent=True) != saved


def test_forgotten_content_is_new(places: Places) -> None:
    first = begin_content(places, persistent=True)
    places.saved.touch()

    forget_content(places)

    assert begin_content(places, persistent=True) != first
