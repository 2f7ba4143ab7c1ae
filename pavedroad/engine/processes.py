"""Child processes that never outlive the run.

Each child leads a session of its own, so Ctrl-C at a terminal reaches only the engine, which then ends them
in order. A guardian (a few lines of shell that wait for the end of a pipe) kills every child's process group
when the engine itself is killed.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
from collections import deque
from typing import TYPE_CHECKING, Final

from pavedroad.engine.request import EngineError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

TERM_GRACE_SECONDS: Final = 1.0
PORT_TIMEOUT_SECONDS: Final = 60.0
EXIT_WAIT_SECONDS: Final = 1.0
_TAIL_LINES: Final = 12
_CHUNK: Final = 1 << 16

_GUARDIAN: Final = """
trap '' INT TERM HUP
groups=
while read -r verb group; do
  if [ "$verb" = add ]; then groups="$groups $group"; continue; fi
  rest=
  for g in $groups; do [ "$g" = "$group" ] || rest="$rest $g"; done
  groups=$rest
done
for g in $groups; do kill -s KILL -- "-$g" 2>/dev/null; done
exit 0
"""


class Child:
    """One running child process and the last lines it wrote.

    Attributes:
        label: What it is, for messages: "provider 'aws'", "policy pack 'standards'", "program".
    """

    def __init__(self, label: str, process: asyncio.subprocess.Process, *, speaks_port: bool) -> None:
        """Wrap a process that was just started; the first line of a plugin's output is its port."""
        self.label = label
        self.process = process
        self.tail: deque[str] = deque(maxlen=_TAIL_LINES)
        self.port: asyncio.Future[str] | None = (
            asyncio.get_running_loop().create_future() if speaks_port else None
        )
        self.pumps: list[asyncio.Task[None]] = []

    @property
    def pid(self) -> int:
        """The process id, which is also the id of its group."""
        return self.process.pid

    async def exited(self) -> int:
        """Wait for the end of the process and of its output; the exit code, negative for a signal."""
        code = await self.process.wait()
        await asyncio.wait(self.pumps, timeout=EXIT_WAIT_SECONDS)
        return code

    async def ended_early(self) -> str:
        """How the process ended, with its last words; empty when it still runs."""
        try:
            code = await asyncio.wait_for(asyncio.shield(self.exited()), EXIT_WAIT_SECONDS)
        except TimeoutError:
            return ""
        how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
        words = "\n".join(f"  {line}" for line in self.tail)
        return f"{how}; its last output:\n{words}" if words else f"{how} without any output"

    async def address(self) -> str:
        """The loopback address on which a plugin serves.

        Raises:
            EngineError: It ended or kept silent instead, or its first line is no port.
        """
        port = self.port
        if port is None:
            raise EngineError(f"{self.label} serves no port")
        ended = asyncio.ensure_future(self.exited())
        done, _ = await asyncio.wait(
            {port, ended}, timeout=PORT_TIMEOUT_SECONDS, return_when=asyncio.FIRST_COMPLETED
        )
        if port in done:
            line = port.result()
            if line.isdigit():
                return f"127.0.0.1:{line}"
            if not (ended in done or line):
                line = "nothing"
            if line:
                raise EngineError(f"{self.label}: the first line it printed is {line!r}, not a port number.")
        if ended in done or port in done:
            raise EngineError(f"{self.label} did not start: it {await self.ended_early()}")
        raise EngineError(f"{self.label} printed no port within {PORT_TIMEOUT_SECONDS:.0f} seconds.")


class Children:
    """The children of one run; leaving the context ends them all."""

    def __init__(self) -> None:
        """Start the guardian."""
        self._running: dict[int, Child] = {}
        self._guardian = subprocess.Popen(  # noqa: S603 - a constant script
            ["/bin/sh", "-c", _GUARDIAN],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    async def start(
        self,
        label: str,
        command: Sequence[str],
        *,
        cwd: Path,
        environment: Mapping[str, str],
        on_line: Callable[[str, bool], None],
        speaks_port: bool,
    ) -> Child:
        """Start a child.

        Args:
            label: What it is, for messages.
            command: Executable and arguments.
            cwd: Its working folder.
            environment: Its whole environment.
            on_line: Called with each line and whether it came from the error stream.
            speaks_port: Whether its first line of output is a port.

        Raises:
            EngineError: It cannot be executed.
        """
        try:
            process = await asyncio.create_subprocess_exec(
                *command,
                cwd=cwd,
                env=dict(environment),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                start_new_session=True,
            )
        except OSError as error:
            raise EngineError(
                f"{label}: {command[0]} cannot be executed: {error.strerror}. "
                "Check that it exists and has its execute bit."
            ) from error
        child = Child(label, process, speaks_port=speaks_port)
        self._running[child.pid] = child
        self._tell(f"add {child.pid}")
        if process.stdout is not None and process.stderr is not None:
            child.pumps = [
                asyncio.create_task(_pump(child, process.stdout, on_line, is_error=False)),
                asyncio.create_task(_pump(child, process.stderr, on_line, is_error=True)),
            ]
        return child

    async def stop(self, *children: Child) -> None:
        """End children: ask, wait a little, then kill what is left of their groups."""
        for child in children:
            _signal_group(child.pid, signal.SIGTERM)
        waits = [asyncio.ensure_future(child.process.wait()) for child in children]
        if waits:
            await asyncio.wait(waits, timeout=TERM_GRACE_SECONDS)
        for child in children:
            _signal_group(child.pid, signal.SIGKILL)
        if waits:
            await asyncio.wait(waits)
        for child in children:
            if child.pumps:
                await asyncio.wait(child.pumps, timeout=EXIT_WAIT_SECONDS)
            if self._running.pop(child.pid, None) is not None:
                self._tell(f"drop {child.pid}")

    async def stop_all(self) -> None:
        """End every child that still runs."""
        await self.stop(*self._running.values())

    def close(self) -> None:
        """Kill what is left, at once, and let the guardian go; the last line of defence of a run."""
        for pid in self._running:
            _signal_group(pid, signal.SIGKILL)
        if self._guardian.stdin is not None:
            with contextlib.suppress(OSError):
                self._guardian.stdin.close()
        self._guardian.wait()

    def _tell(self, line: str) -> None:
        if self._guardian.stdin is not None:
            with contextlib.suppress(OSError):
                self._guardian.stdin.write(f"{line}\n".encode())
                self._guardian.stdin.flush()


def _signal_group(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)


async def _pump(
    child: Child, stream: asyncio.StreamReader, on_line: Callable[[str, bool], None], *, is_error: bool
) -> None:
    port = None if is_error else child.port
    rest = b""
    while chunk := await stream.read(_CHUNK):
        *lines, rest = (rest + chunk).split(b"\n")
        for raw in lines:
            line = raw.decode("utf-8", "replace").rstrip("\r")
            if port is not None and not port.done():
                port.set_result(line.strip())
                continue
            child.tail.append(line)
            on_line(line, is_error)
    if rest:
        line = rest.decode("utf-8", "replace")
        child.tail.append(line)
        on_line(line, is_error)
