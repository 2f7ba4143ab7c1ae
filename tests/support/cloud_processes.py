"""Looks at the processes of a local cloud from outside, and runs scripts that start one."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

ROOT: Final = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS: Final = 20.0
_LISTENS: Final = "0A"


def eventually(condition: Callable[[], bool], what: str) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"never came true: {what}"
        time.sleep(0.02)


def group(leader: int) -> set[int]:
    """The processes of a group that run."""
    found: set[int] = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            state, _, number = _stat(int(entry.name))
            if number == str(leader) and state != "Z":
                found.add(int(entry.name))
    return found


def naming(text: str) -> set[int]:
    """The processes whose command line holds a text."""
    found: set[int] = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                command = (entry / "cmdline").read_bytes()
            except OSError:
                continue  # ended meanwhile
            if text.encode() in command:
                found.add(int(entry.name))
    return found


def environment_of(pid: int) -> dict[str, str]:
    """What a process was started with."""
    entries = Path(f"/proc/{pid}/environ").read_bytes().decode().split("\0")
    return dict(entry.split("=", 1) for entry in entries if entry)


def listening(pids: set[int]) -> set[str]:
    """The local addresses on which processes listen, as the kernel writes them."""
    inodes = {inode for pid in pids for inode in _sockets(pid)}
    return {
        columns[1]
        for table in ("tcp", "tcp6")
        for row in Path(f"/proc/net/{table}").read_text(encoding="ascii").splitlines()[1:]
        if (columns := row.split())[3] == _LISTENS and columns[9] in inodes
    }


@contextlib.contextmanager
def script(code: str, *arguments: str) -> Generator[subprocess.Popen[str]]:
    """Run Python code as a process of its own, its output readable; it ends with a test that fails."""
    with subprocess.Popen(  # noqa: S603 - our interpreter, a script of the test
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        except BaseException:
            process.kill()
            raise


def first_line(process: subprocess.Popen[str]) -> str:
    """What a script prints first."""
    assert process.stdout is not None
    return process.stdout.readline().strip()


def _sockets(pid: int) -> set[str]:
    links = (str(entry.readlink()) for entry in Path(f"/proc/{pid}/fd").iterdir())
    return {link[len("socket:[") : -1] for link in links if link.startswith("socket:[")}


def _stat(pid: int) -> list[str]:
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ["Z", "", ""]
    return text.rpartition(")")[2].split()[:3]
