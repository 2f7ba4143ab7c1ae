"""Stacks of the stand-in provider, whose record says what exists; and their state at any moment of a run."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from pavedroad import engine
from pavedroad.engine.statefile import StateFile
from tests.support.engine import Observed, write_project

if TYPE_CHECKING:
    import pytest

STAND_IN = Path(__file__).parents[2] / "pavedroad/provider/plugin"
RECORD = "PAVEDROAD_RECORD"
HEAD = "import pulumi\nimport pulumi_aws as aws\n"
STATE = Path(".pavedroad/state/dev.json")


def recorded_ids(record: Path) -> list[str]:
    """`type id` of everything that exists."""
    with closing(sqlite3.connect(f"file:{record}?mode=ro", uri=True)) as opened:
        return sorted(f"{type_} {id_}" for type_, id_ in opened.execute("SELECT type, id FROM record"))


def state_ids(state: Path) -> list[str]:
    """`type id` of everything that the state holds."""
    resources = json.loads(state.read_text())["deployment"]["resources"]
    return sorted(f"{one['type']} {one['id']}" for one in resources if one["type"].startswith("aws:"))


class RecordedStack:
    """A project on the stand-in provider with a record, updated by one program after another."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.record = root / "record.sqlite"
        write_project(root, HEAD)
        self.request = engine.RunRequest(
            project_dir=root,
            stack="dev",
            provider_dirs={"aws": STAND_IN},
            provider_environment={RECORD: str(self.record)},
        )

    def up(self, program: str) -> Observed:
        """Bring the stack to what a program says."""
        (self.root / "__main__.py").write_text(HEAD + program)
        observed = Observed()
        observed.result = engine.up(self.request, observed.take)
        observed.ok = observed.result.outcome is engine.Outcome.SUCCEEDED
        return observed

    def resources(self) -> dict[str, str]:
        """Name and id of what the state holds."""
        resources = json.loads((self.root / STATE).read_text())["deployment"]["resources"]
        return {one["urn"].rpartition("::")[2]: one["id"] for one in resources if "aws:" in one["type"][:4]}

    def agrees(self) -> bool:
        """Whether state and record hold the same resources, each once."""
        return state_ids(self.root / STATE) == recorded_ids(self.record)

    def moments(self, monkeypatch: pytest.MonkeyPatch, program: str) -> int:
        """Run a program; how many moments it could have been killed at, for `rewind`.

        A moment is just before the state file is written: what was done since is in the record alone.
        """
        (self.root / "moments").mkdir()
        count = 0
        replace = StateFile.replace

        def keep(file: StateFile, text: str) -> None:
            nonlocal count
            folder = self.root / "moments" / str(count)
            folder.mkdir()
            shutil.copy(file.path, folder / "state")
            with (
                closing(sqlite3.connect(self.record)) as source,
                closing(sqlite3.connect(folder / "record")) as copy,
            ):
                source.backup(copy)
            count += 1
            replace(file, text)

        with monkeypatch.context() as patch:
            patch.setattr(StateFile, "replace", keep)
            observed = self.up(program)
        assert observed.ok, observed.diagnostics
        return count

    def rewind(self, moment: int) -> None:
        """Go back to a moment, as a killed run would have left everything."""
        for leftover in self.root.glob("record.sqlite-*"):
            leftover.unlink()
        shutil.copy(self.root / "moments" / str(moment) / "state", self.root / STATE)
        shutil.copy(self.root / "moments" / str(moment) / "record", self.record)
