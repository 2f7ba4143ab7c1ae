"""The event log: one JSON document a line, in the Pulumi engine's event format.

Each line is written by one system call and nothing is buffered, so that the log is complete up to the last
event whenever the process ends. A line that the disk took only in part is cut off again.
"""

from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING

from pavedroad.command.failure import CommandError
from pavedroad.engine.event_json import to_json

if TYPE_CHECKING:
    from pathlib import Path

    from pavedroad.engine.events import EngineEvent


class EventLog:
    """An open event log.

    Args:
        path: File to write; an old one is emptied.

    Raises:
        CommandError: The file cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._sequence = 0
        self._end = 0
        try:
            self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise self._refused(error) from error

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)

    def write(self, event: EngineEvent) -> None:
        """Append one event.

        Raises:
            CommandError: The line cannot be written in full; the file ends with the line before.
        """
        document = to_json(event, self._sequence, int(time.time()))
        line = json.dumps(document, ensure_ascii=False, separators=(",", ":"), default=dict).encode() + b"\n"
        written = 0
        try:
            while written < len(line):
                written += os.write(self._file, line[written:])
        except OSError as error:
            if written:
                os.ftruncate(self._file, self._end)
            raise self._refused(error) from error
        self._sequence += 1
        self._end += len(line)

    def _refused(self, error: OSError) -> CommandError:
        return CommandError(
            f"the event log {self._path} cannot be written: {error.strerror}",
            remedy="Name a file in a folder that exists, on a disk with room, with --event-log FILE.",
        )
