"""Where a cloud keeps its files: everything below one folder, nothing anywhere else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Places:
    """The files of the cloud of one folder.

    Attributes:
        folder: All of them lie below it; `<project>/.pavedroad/cloud` for a project's own.
    """

    folder: Path

    @property
    def record(self) -> Path:
        """Which process runs, and on which port."""
        return self.folder / "cloud.json"

    @property
    def lock(self) -> Path:
        """Held while a cloud is started or stopped."""
        return self.folder / "cloud.lock"

    @property
    def log(self) -> Path:
        """What the emulator says."""
        return self.folder / "cloud.log"

    @property
    def previous_log(self) -> Path:
        """What the emulator of the start before said."""
        return self.folder / "cloud.previous.log"

    @property
    def runs(self) -> Path:
        """One folder for each run, gone when it ends."""
        return self.folder / "tmp"

    @property
    def data(self) -> Path:
        """What outlives a run, in persistent mode."""
        return self.folder / "data"

    @property
    def content(self) -> Path:
        """The instance whose content lies in `data`."""
        return self.data / "instance.json"

    @property
    def saved(self) -> Path:
        """There only while `data` is exactly what the last run left."""
        return self.data / "saved"
