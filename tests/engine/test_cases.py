"""Every recorded case of Pulumi's own engine gives the same steps, changes and policy results here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.engine import NAMES, Session

if TYPE_CHECKING:
    from pathlib import Path

FROM_NOTHING = [
    ("components", 0),
    ("create_update_same", 0),
    ("policies", 0),
    ("policies", 1),
    ("program_errors", 0),
    ("providers", 0),
    ("reads_and_invokes", 0),
    ("secrets", 0),
    ("transforms", 0),
    ("unknowns", 0),
]


@pytest.mark.parametrize(("case", "index"), FROM_NOTHING)
def test_preview_from_nothing_agrees_with_the_recording(tmp_path: Path, case: str, index: int) -> None:
    session = Session(tmp_path, case)

    observed = session.run(index)

    assert session.differences(index, observed) == []


def test_every_recorded_preview_from_nothing_is_compared(tmp_path: Path) -> None:
    found: list[tuple[str, int]] = []
    for name in NAMES:
        for index, operation in enumerate(Session(tmp_path, name).operations):
            if operation["op"] != "preview":
                break
            found.append((name, index))

    assert found == FROM_NOTHING
