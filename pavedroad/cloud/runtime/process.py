"""One execution environment: a process of our worker, and what is said to it.

One thread at a time speaks with it. Log and answers are read in one loop, so that an answer is complete with
all that was printed before it, without waiting for more. Between invocations nobody reads: a function that
goes on printing blocks when the pipe is full, as a frozen environment of AWS stands still.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pavedroad.cloud.runtime import worker
from pavedroad.cloud.runtime.starvation import LONGEST, Waited

if TYPE_CHECKING:
    from collections.abc import Mapping

_CHUNK: Final = 65536
_MARK_WAIT_SECONDS: Final = (
    0.25  # how long an answer waits for the end of its log, when standard output was closed
)
_KILOBYTES_A_MEGABYTE: Final = 1024
_NICEST: Final = 19
WRAPPER: Final = "AWS_LAMBDA_EXEC_WRAPPER"
YIELDING: Final = 10
"""How much nicer than the cloud a function is (sched(7): a tenth of the weight of who is not nice).

AWS answers a call however many functions run. Here dozens share the processors with the one process that
answers them all: with an equal share it comes too late for each of them, calls run out of time, and what is
tried again because of that is work for the same process.
"""


class TimedOutError(Exception):
    """No answer within the time."""


class ExitedError(Exception):
    """The process ended without an answer.

    Attributes:
        reason: In AWS's words.
    """

    def __init__(self, code: int | None) -> None:
        if not code:
            self.reason = "Runtime exited without providing a reason"
        elif code < 0:
            name = {-9: "killed", -11: "segmentation fault", -15: "terminated", -6: "aborted"}.get(
                code, str(-code)
            )
            self.reason = f"Runtime exited with error: signal: {name}"
        else:
            self.reason = f"Runtime exited with error: exit status {code}"
        super().__init__(self.reason)


@dataclass(frozen=True)
class LogEvent:
    """One event of a function's log.

    Attributes:
        timestamp: Milliseconds since 1970.
        message: Its text, possibly of several lines.
    """

    timestamp: int
    message: str


@dataclass
class _Pipes:
    log: bytearray = field(default_factory=bytearray)
    answers: bytearray = field(default_factory=bytearray)
    log_open: bool = True
    ended: bool = False


class EnvironmentProcess:
    """The worker's process.

    Attributes:
        process: What the emulator may terminate.
        events: What was printed and is not yet taken by `take_events`.
    """

    def __init__(self, variables: Mapping[str, str], task: Path, wrapper: str = "") -> None:
        requests, self._requests = os.pipe()
        self._answers, answers = os.pipe()
        command = [
            *([wrapper] if wrapper else []),
            *(sys.executable, "-I", "-S", "-X", "utf8"),
            *(str(Path(worker.__file__)), str(requests), str(answers)),
        ]
        try:
            self.process: subprocess.Popen[bytes] = subprocess.Popen(  # noqa: S603 - our worker, or the wrapper that the function names
                command,
                env=dict(variables),
                cwd=task,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                pass_fds=(requests, answers),
            )
        except OSError:
            os.close(self._requests)
            os.close(self._answers)
            raise
        finally:
            os.close(requests)
            os.close(answers)
        _let_yield(self.process.pid)
        self.events: list[LogEvent] = []
        self._pipes = _Pipes()

    @property
    def alive(self) -> bool:
        """It can take another request."""
        return self.process.poll() is None

    def ask(self, request: Mapping[str, object], seconds: float) -> dict[str, object]:
        """Send a request and wait for its answer.

        Args:
            request: What is asked.
            seconds: Within which an answer must come, not counting how long a busy machine made it wait.

        Raises:
            TimedOutError: There was none in time.
            ExitedError: The process ended.
        """
        began = time.monotonic()
        deadline, waited = began + seconds, Waited.by(self.process.pid)
        self._pipes.ended = False
        try:
            self._write(json.dumps(request).encode() + b"\n")
        except OSError as error:
            raise self._exit() from error
        while b"\n" not in self._pipes.answers:
            if not self._read(deadline):
                raise self._exit()
            if time.monotonic() >= deadline and b"\n" not in self._pipes.answers:
                deadline = began + min(seconds + waited.since(), seconds * LONGEST)
                if time.monotonic() >= deadline:
                    raise TimedOutError
        line, _, rest = self._pipes.answers.partition(b"\n")
        self._pipes.answers = bytearray(rest)
        limit = time.monotonic() + _MARK_WAIT_SECONDS
        while not self._pipes.ended and self._pipes.log_open and time.monotonic() < limit:
            self._read(limit)
        return json.loads(line)

    def _write(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[os.write(self._requests, view) :]

    def _read(self, deadline: float) -> bool:
        """Read what is there or comes until then; false when the answers have ended."""
        log = self.process.stdout
        watched = [self._answers, *([log.fileno()] if log and self._pipes.log_open else [])]
        ready, _, _ = select.select(watched, [], [], max(0.0, deadline - time.monotonic()))
        if log and log.fileno() in ready:
            chunk = os.read(log.fileno(), _CHUNK)
            self._pipes.log_open = bool(chunk)
            self._pipes.log += chunk
            self._split_log()
        if self._answers in ready:
            chunk = os.read(self._answers, _CHUNK)
            self._pipes.answers += chunk
            return bool(chunk)
        return True

    def _split_log(self) -> None:
        now = int(time.time() * 1000)
        *lines, rest = bytes(self._pipes.log).split(b"\n")
        self._pipes.log = bytearray(rest)
        for line in lines:
            text = line.decode("utf-8", "replace")
            before, mark, _ = text.partition(worker.END_OF_LOG)
            if mark:
                self._pipes.ended = True
            if before or not mark:
                self.events.append(LogEvent(now, before.replace(worker.LINE_BREAK, "\n")))

    def _exit(self) -> ExitedError:
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(1)
        limit = time.monotonic() + _MARK_WAIT_SECONDS
        while self._pipes.log_open and time.monotonic() < limit:
            self._read(limit)
        return ExitedError(self.process.returncode)

    def take_events(self) -> list[LogEvent]:
        """What was printed since the last call; a line without its end counts as one."""
        if self._pipes.log:
            self._pipes.log += b"\n"
            self._split_log()
        taken, self.events = self.events, []
        return taken

    def peak_memory_mb(self) -> int:
        """The most memory that it held, in MB; 0 once it has ended."""
        with suppress(OSError):
            for line in Path(f"/proc/{self.process.pid}/status").read_text(encoding="utf-8").splitlines():
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) // _KILOBYTES_A_MEGABYTE
        return 0

    def close(self) -> None:
        """End it at once."""
        self.process.kill()
        self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()
        for descriptor in (self._requests, self._answers):
            with suppress(OSError):
                os.close(descriptor)
        self._requests = self._answers = -1


def _let_yield(pid: int) -> None:
    """Give way to us; threads that the function begins inherit it."""
    ours = os.getpriority(os.PRIO_PROCESS, 0)
    with suppress(ProcessLookupError):  # it has ended already: its exit is told when it is asked
        os.setpriority(os.PRIO_PROCESS, pid, min(ours + YIELDING, _NICEST))
