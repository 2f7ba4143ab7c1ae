"""A refresh or destroy that is only planned has the steps that doing it has, and changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.engine import NAMES, STATE, Session, operations_of

if TYPE_CHECKING:
    from pathlib import Path

KEEPING = [
    (name, index)
    for name in NAMES
    for index, operation in enumerate(operations_of(name))
    if operation["op"] in {"refresh", "destroy"}
]


def test_the_recordings_hold_refreshes_and_destroys() -> None:
    assert len(KEEPING) >= 7


@pytest.mark.parametrize(("case", "index"), KEEPING)
def test_a_plan_has_the_steps_of_the_recording(tmp_path: Path, case: str, index: int) -> None:
    session = Session(tmp_path, case)
    for before in range(index):
        session.run(before)
    state = (tmp_path / STATE).read_bytes()

    planned = session.run(index, only_plan=True)

    expected = session.expected[index]
    assert planned.ok == expected["ok"]
    assert planned.changes == expected["changes"]
    assert sorted(map(str, planned.steps)) == sorted(map(str, expected["steps"]))
    assert sorted(planned.done) == sorted(expected["done"])
    assert (tmp_path / STATE).read_bytes() == state
    assert not (tmp_path / f"{STATE}.lock").read_text()
