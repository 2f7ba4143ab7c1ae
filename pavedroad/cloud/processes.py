"""Processes of this machine, told apart by their id *and* the moment of their birth.

An id alone is used again after a while; with the birth it names one process for ever. Linux tells it in
/proc; elsewhere `ps` does, to the second.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Final

TERM_GRACE_SECONDS: Final = 5.0
"""The emulator ends within two seconds, or hangs for ever on a thread of its own."""

_KILL_WAIT_SECONDS: Final = 5.0
_POLL_SECONDS: Final = 0.02
_PROC: Final = Path("/proc")
_PS: Final = "/bin/ps"
# Fields of /proc/<pid>/stat that follow the name in brackets, counted from the state.
_STATE, _GROUP, _BIRTH, _PAGES = 0, 2, 19, 21


def birth(pid: int) -> str:
    """When a process was born, unique together with its id; empty when it is gone or waits to be buried."""
    if _has_proc():
        fields = _stat(pid)
        if not fields or fields[_STATE] in "ZX":
            return ""
        # Ticks since the machine started: another start of the machine counts anew.
        boot = (_PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot}:{fields[_BIRTH]}"
    state, _, started = _ps("-o", "stat=,lstart=", "-p", str(pid)).strip().partition(" ")
    return "" if state.startswith("Z") else " ".join(started.split())


def alive(pid: int, born: str) -> bool:
    """Whether this very process still runs."""
    return bool(born) and birth(pid) == born


def end(pid: int, born: str, *, grace_seconds: float) -> bool:
    """End a process: ask, wait, then kill it with its whole group.

    Args:
        pid: Its id.
        born: Its birth; nothing is done to another process that has the same id by now.
        grace_seconds: How long it may take to end by itself; 0 kills at once.

    Returns:
        Whether it ended when asked.
    """
    asked = grace_seconds > 0 and alive(pid, born)
    if asked:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
        if _gone(pid, born, grace_seconds):
            return True
    if alive(pid, born):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
        _gone(pid, born, _KILL_WAIT_SECONDS)
    return False


def group_memory(group: int) -> tuple[int, int]:
    """How many processes a group has and how many bytes of memory they hold together."""
    if _has_proc():
        page = os.sysconf("SC_PAGE_SIZE")
        members = [
            fields
            for entry in _PROC.iterdir()
            if entry.name.isdigit() and (fields := _stat(int(entry.name))) and fields[_GROUP] == str(group)
        ]
        return len(members), sum(int(fields[_PAGES]) * page for fields in members)
    rows = [line.split() for line in _ps("-A", "-o", "pgid=,rss=").splitlines()]
    sizes = [int(size) * 1024 for row_group, size in rows if row_group == str(group)]
    return len(sizes), sum(sizes)


def _gone(pid: int, born: str, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while alive(pid, born):
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_SECONDS)
    # A child of this very process has to be buried; one of another is not ours to wait for.
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
    return True


def _has_proc() -> bool:
    return (_PROC / "self/stat").exists()


def _stat(pid: int) -> list[str]:
    try:
        text = (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    # The name may hold blanks and brackets itself; the last bracket ends it.
    return text.rpartition(")")[2].split()


def _ps(*arguments: str) -> str:
    found = subprocess.run(  # noqa: S603 - a fixed program, arguments of our own
        [_PS, *arguments],
        env={"PATH": os.defpath, "LC_ALL": "C"},
        capture_output=True,
        text=True,
        check=False,
    )
    return found.stdout
