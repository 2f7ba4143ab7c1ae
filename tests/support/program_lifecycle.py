"""A tiny stack that a test brings up, changes and takes down with the real command."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.support.program import COMMAND, TIMEOUT_SECONDS, Run, Started, run, start, tiny_project

if TYPE_CHECKING:
    from pathlib import Path

QUEUE = """
import pulumi
import pulumi_aws as aws

queue = aws.sqs.Queue("orders", name="tiny-orders", delay_seconds=1)
pulumi.export("name", queue.name)
pulumi.export("password", pulumi.Output.secret("opensesame"))
"""


@dataclass(frozen=True, kw_only=True)
class Stack:
    """Stack dev of a project of its own."""

    folder: Path

    @property
    def state(self) -> Path:
        """Its state file."""
        return self.folder / ".pavedroad" / "state" / "dev.json"

    @property
    def resources(self) -> dict[str, dict[str, Any]]:
        """The resources in its state by name."""
        deployment = json.loads(self.state.read_text(encoding="utf-8"))["deployment"]
        return {resource["urn"].rpartition("::")[2]: resource for resource in deployment["resources"]}

    def program(self, text: str) -> None:
        """Change its program."""
        (self.folder / "__main__.py").write_text(text, encoding="utf-8")

    def run(self, *arguments: str) -> Run:
        """Run the command on it, with nobody to ask."""
        found = run(*arguments, cwd=self.folder)
        assert found.orphans == ()
        return found

    def start(self, *arguments: str) -> Started:
        """Start the command on it."""
        return start(*arguments, cwd=self.folder)

    def answer(self, answer: str, *arguments: str) -> tuple[int, str]:
        """Run the command on a terminal and answer its question: exit code and all that was shown."""
        ours, theirs = pty.openpty()
        process = subprocess.Popen(  # noqa: S603 - our own command with a test's arguments
            [COMMAND, *arguments],
            cwd=self.folder,
            env={
                "PATH": os.environ["PATH"],
                "HOME": os.environ.get("HOME", "/"),
                "TERM": "dumb",
                "PAVEDROAD_NO_CLOUD": "1",
            },
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)
        shown = bytearray()
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while chunk := _read(ours):
            shown += chunk
            if b"[y/N]" in shown and answer:
                os.write(ours, f"{answer}\n".encode())
                answer = ""
            assert time.monotonic() < deadline, shown.decode(errors="replace")
        os.close(ours)
        return process.wait(TIMEOUT_SECONDS), shown.decode(errors="replace")


def tiny_stack(folder: Path, program: str = QUEUE) -> Stack:
    """A stack that nothing was done to yet."""
    return Stack(folder=tiny_project(folder, program))


def interrupt(started: Started, *, once: Path, holds: str) -> float:
    """Press Ctrl-C as soon as a file holds a text; the moment when that was."""
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while not (once.exists() and holds in once.read_text(encoding="utf-8")):
        assert started.process.poll() is None, started.process.communicate()
        assert time.monotonic() < deadline, f"{once} never held {holds!r}"
        time.sleep(0.02)
    pressed = time.monotonic()
    os.kill(started.process.pid, signal.SIGINT)
    return pressed


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:
        return b""  # Linux reports the end of a terminal as an error
