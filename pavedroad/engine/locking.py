"""One run at a time: the lock on a stack's state, which names who holds it."""

from __future__ import annotations

import fcntl
import os
from typing import IO, TYPE_CHECKING, Final

from pavedroad.engine.request import EngineError

if TYPE_CHECKING:
    from pathlib import Path

_MAKER: Final = "pavedroad"


class StackLock:
    """The lock of one state file, beside it.

    The operating system gives it free when its process ends, however it ends; the file stays, and what stands
    in it then tells that the process died.
    """

    def __init__(self, state: Path, stack: str) -> None:
        """Name the state file; nothing is taken yet."""
        self._state = state
        self._stack = stack
        self._file: IO[str] | None = None
        self._note = ""

    def take(self, doing: str) -> None:
        """Take the stack for this process.

        Args:
            doing: What for; whoever is refused is told so.

        Raises:
            EngineError: Another run has it.
        """
        path = self._state.with_name(f"{self._state.name}.lock")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            file = path.open("a+", encoding="utf-8", errors="replace")
        except OSError as error:
            raise EngineError(
                f"stack '{self._stack}' cannot be locked: {path}: {error.strerror}.\n"
                "Mend the rights of the folder, or name a state in another one with --state."
            ) from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            owner = _owner(file)
            file.close()
            raise EngineError(
                f"stack '{self._stack}' is in use by another run{owner}.\n"
                f"It holds {self._state}. Wait until it has ended, or interrupt it."
            ) from error
        owner = _owner(file)
        self._note = f"took over the lock of a run that died{owner}" if owner else ""
        file.truncate(0)
        file.write(f"{_MAKER} {doing}, pid {os.getpid()}")
        file.flush()
        self._file = file

    def note(self) -> str:
        """That a dead run's lock was taken over; empty when none was, or when it has been told already."""
        note, self._note = self._note, ""
        return note

    def release(self) -> None:
        """Give the stack free."""
        if self._file is not None:
            self._file.truncate(0)
            self._file.close()
            self._file = None


def _owner(file: IO[str]) -> str:
    file.seek(0)
    name = file.read().strip()
    return f" ({name})" if name else ""
