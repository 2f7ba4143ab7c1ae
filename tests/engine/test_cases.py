"""Every recorded case of Pulumi's own engine gives the same steps, changes and policy results here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.engine import NAMES, Session

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("case", NAMES)
def test_every_operation_agrees_with_the_recording(tmp_path: Path, case: str) -> None:
    session = Session(tmp_path, case)

    wrong = {
        f"{index + 1} {operation['op']} {operation['program']}": session.differences(
            index, session.run(index)
        )
        for index, operation in enumerate(session.operations)
    }

    assert {step: differences for step, differences in wrong.items() if differences} == {}


def test_the_recordings_are_all_there() -> None:
    assert len(NAMES) == 15
