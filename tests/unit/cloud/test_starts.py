"""Few environments begin at once; who waits takes what has become free."""

from __future__ import annotations

import threading
from collections import Counter
from contextvars import copy_context
from types import SimpleNamespace
from typing import TYPE_CHECKING, Final

import pytest

from pavedroad.cloud.runtime import starts
from tests.support.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

PATIENCE_SECONDS: Final = 120


@pytest.fixture
def taken() -> Generator[list[Callable[[], None]]]:
    """All turns are taken; what each of those that took one calls when it has begun."""
    turns = [starts.wait_for_turn(nothing_free) for _ in range(starts.AT_ONCE)]
    begun = [turn for turn in turns if turn is not None]
    assert len(begun) == starts.AT_ONCE
    yield begun
    for ready in begun:
        ready()
    assert not starts.all_taken()


def nothing_free() -> bool:
    return False


def test_as_many_begin_as_there_are_processors_and_the_next_waits() -> None:
    begun = [starts.wait_for_turn(nothing_free) for _ in range(starts.AT_ONCE)]
    assert starts.all_taken()
    late = threading.Event()

    def wait() -> None:
        ready = starts.wait_for_turn(nothing_free)
        assert ready is not None
        late.set()
        ready()

    thread = threading.Thread(target=wait)
    thread.start()
    assert not late.wait(0.1)

    for ready in begun:
        assert ready is not None
        ready()
    assert late.wait(PATIENCE_SECONDS)
    thread.join()
    assert not starts.all_taken()


def test_who_waits_takes_what_has_become_free() -> None:
    begun = [starts.wait_for_turn(nothing_free) for _ in range(starts.AT_ONCE)]
    free = threading.Event()
    got: list[object] = []
    thread = threading.Thread(target=lambda: got.append(starts.wait_for_turn(free.is_set)))
    thread.start()

    free.set()

    eventually(lambda: got == [None])
    thread.join()
    for ready in begun:
        assert ready is not None
        ready()


def test_who_waits_is_told_and_need_not_look(
    monkeypatch: pytest.MonkeyPatch, taken: list[Callable[[], None]]
) -> None:
    """Of those that wait, who wants what has become free."""
    assert taken
    monkeypatch.setattr(starts, "_LOOK_SECONDS", 60)
    looked, free = {"mine": 0, "other": 0}, threading.Event()
    end = threading.Event()

    def waiting(key: str) -> None:
        def look() -> bool:
            looked[key] += 1
            return free.is_set() if key == "mine" else end.is_set()

        assert starts.wait_for_turn(look, key) is None

    threads = [threading.Thread(target=waiting, args=(key,)) for key in ("other", "mine")]
    for thread in threads:
        thread.start()
    eventually(lambda: looked == {"mine": 1, "other": 1})

    free.set()
    starts.freed("mine")

    threads[1].join(PATIENCE_SECONDS)
    assert not threads[1].is_alive()
    assert looked == {"mine": 2, "other": 1}
    end.set()
    starts.freed("other")
    threads[0].join(PATIENCE_SECONDS)


def test_when_none_comes_to_its_end_one_more_begins_and_not_all_that_wait(
    monkeypatch: pytest.MonkeyPatch, taken: list[Callable[[], None]]
) -> None:
    assert taken
    now = [starts.time.monotonic()]
    monkeypatch.setattr(starts, "time", SimpleNamespace(monotonic=lambda: now[0]))
    monkeypatch.setattr(starts, "_LOOK_SECONDS", 0.02)
    looked: Counter[int] = Counter()
    begun: list[Callable[[], None] | None] = []
    over = threading.Event()

    def wait() -> None:
        def free() -> bool:
            looked[threading.get_ident()] += 1
            return over.is_set()

        begun.append(starts.wait_for_turn(free))

    threads = [threading.Thread(target=wait) for _ in range(5)]
    for thread in threads:
        thread.start()
    eventually(lambda: len(looked) == len(threads))
    assert not begun

    now[0] += starts.LONGEST_WAIT_SECONDS + 1

    eventually(lambda: begun)
    looked.clear()
    eventually(lambda: len(looked) == len(threads) - 1 and min(looked.values()) > 1)
    assert len(begun) == 1
    over.set()
    for thread in threads:
        thread.join()
    (extra,) = [ready for ready in begun if ready is not None]
    extra()


def test_how_long_one_waits_is_told_until_it_has_begun(taken: list[Callable[[], None]]) -> None:
    got: list[Callable[[], None] | None] = []
    with starts.measured() as line:
        context = copy_context()
    thread = threading.Thread(
        target=context.run, args=(lambda: got.append(starts.wait_for_turn(nothing_free)),)
    )
    assert line.seconds == 0
    thread.start()
    eventually(lambda: line.seconds > 0.1)

    taken.pop()()
    thread.join()

    (ready,) = got
    assert ready is not None
    before = line.seconds
    eventually(lambda: line.seconds > before)
    ready()
    assert line.since is None
