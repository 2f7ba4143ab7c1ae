"""The state is written before anything depends on it, and not oftener than that."""

from __future__ import annotations

import asyncio
import json
import threading
from typing import TYPE_CHECKING, Any

from pavedroad import engine
from pavedroad.engine.events import ResOutputsEvent
from pavedroad.engine.saving import Saving
from pavedroad.engine.statefile import StateFile
from tests.support.engine_record import HEAD, STATE, RecordedStack

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

MANY = """
for number in range(40):
    aws.sqs.Queue(f"q{number}", tags={"version": "%s"})
"""


class Sheet:
    """What is to be written, and what was."""

    def __init__(self) -> None:
        self.noted: list[str] = []
        self.written: list[str] = []
        self.begun = threading.Event()
        self.go_on = threading.Event()
        self.go_on.set()
        self.saving = Saving(lambda: "".join(self.noted), self._replace)

    def _replace(self, text: str) -> None:
        self.begun.set()
        self.go_on.wait()
        self.written.append(text)

    async def note(self, what: str) -> None:
        self.noted.append(what)
        await self.saving.saved()
        assert what in self.written[-1]

    async def hold_a_write(self) -> asyncio.Task[None]:
        """Begin to note `a`; its write has begun and does not end."""
        self.go_on.clear()
        first = asyncio.create_task(self.note("a"))
        await asyncio.to_thread(self.begun.wait)
        return first


def test_who_waits_at_the_same_time_shares_a_write() -> None:
    sheet = Sheet()

    async def all_at_once() -> None:
        await asyncio.gather(*(sheet.note(each) for each in "abcdef"))

    asyncio.run(all_at_once())

    assert sheet.written == ["abcdef"]


def test_what_changes_while_a_write_runs_is_in_the_next() -> None:
    sheet = Sheet()

    async def noted() -> None:
        first = await sheet.hold_a_write()
        others = [asyncio.create_task(sheet.note(each)) for each in "bcd"]
        await asyncio.sleep(0)
        sheet.go_on.set()
        await asyncio.gather(first, *others)

    asyncio.run(noted())

    assert sheet.written == ["a", "abcd"]


def test_the_end_waits_for_a_write_that_runs_and_is_not_undone_by_it() -> None:
    sheet = Sheet()

    async def broken_off() -> None:
        first = await sheet.hold_a_write()
        first.cancel()
        sheet.noted.append("b")
        sheet.saving.later()
        threading.Timer(0.05, sheet.go_on.set).start()
        sheet.saving.close()

    asyncio.run(broken_off())

    assert sheet.written == ["a", "ab"]


def test_what_is_written_already_is_not_written_at_the_end() -> None:
    sheet = Sheet()

    asyncio.run(sheet.note("a"))
    sheet.saving.close()

    assert sheet.written == ["a"]


def test_a_write_that_comes_late_does_not_undo_a_later_one() -> None:
    sheet = Sheet()

    sheet.saving._put(2, "new")
    sheet.saving._put(1, "old")

    assert sheet.written == ["new"]


def test_a_write_that_fails_fails_all_who_wait_and_none_after() -> None:
    failures = ["no space left"]

    def replace(_text: str) -> None:
        if failures:
            raise engine.EngineError(failures.pop())

    saving = Saving(str, replace)

    async def waited() -> list[object]:
        found = await asyncio.gather(*(saving.saved() for _ in range(3)), return_exceptions=True)
        await saving.saved()
        return list(map(str, found))

    assert asyncio.run(waited()) == ["no space left"] * 3


def test_an_update_writes_seldomer_than_it_steps_and_one_without_changes_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack, writes = RecordedStack(tmp_path), 0
    replace = StateFile.replace

    def counted(file: StateFile, text: str) -> None:
        nonlocal writes
        writes += 1
        replace(file, text)

    monkeypatch.setattr(StateFile, "replace", counted)

    assert stack.up(MANY % "one").changes == {"create": 41}
    making, writes = writes, 0
    assert stack.up(MANY % "one").changes == {"same": 41}
    keeping, writes = writes, 0
    assert stack.up(MANY % "two").changes == {"same": 1, "update": 40}

    assert making < 2 * 40
    assert keeping == 1
    assert writes < 2 * 40
    assert stack.agrees()


def test_a_step_is_in_the_file_when_it_is_said_to_be_done(tmp_path: Path) -> None:
    stack = RecordedStack(tmp_path)
    found: list[dict[str, Any]] = []

    def look(event: engine.EngineEvent) -> None:
        if isinstance(event, ResOutputsEvent) and event.metadata.type.startswith("aws:"):
            deployment = json.loads((tmp_path / STATE).read_text())["deployment"]
            assert all(
                each["resource"]["urn"] != event.metadata.urn for each in deployment["pending_operations"]
            )
            found.extend(each for each in deployment["resources"] if each["urn"] == event.metadata.urn)

    for options in ("", ", opts=pulumi.ResourceOptions(protect=True)"):
        program = f'for number in range(5):\n    aws.sqs.Queue(f"q{{number}}"{options})\n'
        (tmp_path / "__main__.py").write_text(HEAD + program)
        engine.up(stack.request, look)

    # The second time nothing is changed outside: only what the stack says of the queues.
    assert [each.get("protect", False) for each in found] == [False] * 5 + [True] * 5
