"""A termination ends a verb as Ctrl-C does, also where Ctrl-C itself is ignored."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from pavedroad.command.operation import terminable

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(params=[signal.default_int_handler, signal.SIG_IGN], ids=["heard", "ignored"])
def ctrl_c(request: pytest.FixtureRequest) -> Iterator[object]:
    before = signal.signal(signal.SIGINT, request.param)
    yield request.param
    signal.signal(signal.SIGINT, before)


def test_a_termination_interrupts_wherever_the_verb_was_started(ctrl_c: object) -> None:
    terminated = signal.getsignal(signal.SIGTERM)

    with pytest.raises(KeyboardInterrupt), terminable():
        signal.raise_signal(signal.SIGTERM)

    assert signal.getsignal(signal.SIGINT) is ctrl_c
    assert signal.getsignal(signal.SIGTERM) is terminated
