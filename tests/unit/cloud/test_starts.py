"""Few environments begin at once; who waits takes what has become free."""

from __future__ import annotations

import threading

from pavedroad.cloud.runtime import starts
from tests.support.waiting import eventually


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
    assert late.wait(5)
    thread.join()
    assert not starts.all_taken()


def test_who_waits_takes_what_has_become_free() -> None:
    begun = [starts.wait_for_turn(nothing_free) for _ in range(starts.AT_ONCE)]
    free = threading.Event()
    got: list[object] = []
    thread = threading.Thread(target=lambda: got.append(starts.wait_for_turn(free.is_set)))
    thread.start()

    free.set()

    eventually(lambda: got == [None], within=5)
    thread.join()
    for ready in begun:
        assert ready is not None
        ready()
