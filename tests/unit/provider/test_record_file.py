"""The durable record as a file: kills, strangers' files, several writers, lost keys."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from pavedroad.provider.record_file import RecordFile
from pavedroad.provider.store import Key, RecordError
from pavedroad.provider.values import Secret
from tests.unit.provider.record_writer import PLACE, record

ROOT = Path(__file__).resolve().parents[3]
# A seeded sample; PAVEDROAD_RECORD_KILLS asks for more.
KILLS = int(os.environ.get("PAVEDROAD_RECORD_KILLS", "12"))


def killed_after(path: Path, first: int, lines: int, blocks: int) -> list[str]:
    """What a writer had answered when it was killed, some instructions after its n-th answer."""
    with subprocess.Popen(  # noqa: S603 - our own script
        [sys.executable, "-m", "tests.unit.provider.record_writer", str(path), str(first)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    ) as writer:
        assert writer.stdout is not None
        said = [writer.stdout.readline() for _ in range(lines)]
        for _ in range(blocks):
            os.stat(path)  # noqa: PTH116 - a moment that does not depend on a clock
        writer.send_signal(signal.SIGKILL)
        said += writer.stdout.readlines()
    return [line for line in said if line.endswith("\n")]


def test_a_killed_writer_loses_nothing_that_it_answered(tmp_path: Path) -> None:
    """Each kill goes on with the file of the one before; the write that was cut off is whole or not there."""
    chance = random.Random(4)  # noqa: S311 - a repeatable sample
    path, first = tmp_path / "record", 0
    expected: dict[int, set[int | None]] = {}
    for _ in range(KILLS):
        said = killed_after(path, first, chance.randint(1, 25), chance.randint(0, 3000))
        for line in said:
            word, index = line.split()
            expected[int(index)] = {{"made": 1, "changed": 2, "removed": None}[word]}
        word, last = said[-1].split()
        cut = int(last)
        if word == "made":
            expected[cut].add(2)
        elif word == "changed" and cut % 3 == 0:
            expected[cut].add(None)
        else:
            expected[cut + 1] = {None, 1}
        store = RecordFile(path)
        found = {item.key.id: item for item in store.all(PLACE)}
        assert len(found) == len(store.all(PLACE))
        begun = f"q{cut + 1}" in found
        for index, versions in expected.items():
            item = found.pop(f"q{index}", None)
            version = None if item is None else int(str(item.inputs["version"]))
            assert version in versions, f"q{index}: {version} of {versions}"
            if item is not None:
                assert item == record(index, int(version or 0))
            expected[index] = {version}
        assert found == {}
        assert store.last_number("count") == cut + begun
        store.close()
        first = max(expected) + 1


def test_several_writers_share_one_file(tmp_path: Path) -> None:
    """As the providers of one run do; the file is made by whoever comes first."""
    path = tmp_path / "deep" / "record"
    stores = [RecordFile(path) for _ in range(4)]

    def write(store: RecordFile, first: int) -> None:
        for index in range(first, first + 25):
            with store.exclusive():
                store.note_number("count", store.last_number("count") + 1)
                store.put(record(index, 1))

    threads = [
        threading.Thread(target=write, args=(store, 100 * at))
        for at, store in enumerate([*stores, *stores[:2]])
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert RecordFile(path).last_number("count") == 150
    assert len(RecordFile(path).all(PLACE)) == 150


def test_an_error_undoes_the_whole_change(tmp_path: Path) -> None:
    store = RecordFile(tmp_path / "record")
    store.put(record(1, 1))

    def fail() -> None:
        with store.exclusive():
            store.put(record(1, 2))
            store.put(record(2, 1))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    assert store.all(PLACE) == [record(1, 1)]


def test_a_reader_makes_no_file(tmp_path: Path) -> None:
    path = tmp_path / "record"

    assert RecordFile(path).get(Key(PLACE, "q1")) is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"{}", b"SQLite format 3\0 and then nothing of the kind" * 9])
def test_a_file_that_is_no_record_is_refused_and_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "record"
    path.write_bytes(content)

    with pytest.raises(RecordError) as error:
        RecordFile(path).put(record(1, 1))

    assert str(path) in str(error.value)
    assert path.read_bytes() == content


def test_a_database_of_somebody_else_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "record"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE record (id TEXT)")
    connection.close()
    before = path.read_bytes()

    with pytest.raises(RecordError, match="is no record of this provider"):
        RecordFile(path).all(PLACE)

    assert path.read_bytes() == before


def test_a_newer_format_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "record"
    RecordFile(path).put(record(1, 1))
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 9")
    connection.close()

    with pytest.raises(RecordError, match="has format 9, this provider reads 1"):
        RecordFile(path).all(PLACE)


def test_a_relative_path_is_refused() -> None:
    with pytest.raises(RecordError, match="got 'record', allowed an absolute path"):
        RecordFile(Path("record"))


def test_a_lost_key_is_named(tmp_path: Path) -> None:
    path = tmp_path / "record"
    RecordFile(path).put(record(1, 1))
    key = tmp_path / "record.key"
    key.unlink()

    with pytest.raises(RecordError, match="does not open the secrets"):
        RecordFile(path).all(PLACE)

    key.write_bytes(b"short")
    with pytest.raises(RecordError, match="got 5 bytes, a key has 32"):
        RecordFile(path).all(PLACE)


def test_equal_secrets_look_different_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "record"
    store = RecordFile(path)
    store.put(replace(record(1, 1), inputs={"a": Secret("same"), "b": Secret("same")}))

    connection = sqlite3.connect(path)
    ((text,),) = connection.execute("SELECT inputs FROM record").fetchall()
    connection.close()

    first, second = (part.partition('"')[0] for part in text.split('"ciphertext":"')[1:])
    assert first != second
    assert store.all(PLACE)[0].inputs == {"a": Secret("same"), "b": Secret("same")}
