"""Starts the emulator's process and waits until it serves."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from pavedroad.cloud.environment import HOST, Setup, build, folders
from pavedroad.cloud.errors import CloudError
from pavedroad.cloud.health import Health, look
from pavedroad.cloud.instance import Running, begin_content, write_record
from pavedroad.cloud.launcher import RELEASE
from pavedroad.cloud.processes import birth, end

if TYPE_CHECKING:
    from pathlib import Path

    from pavedroad.cloud.places import Places

READY_SECONDS: Final = 20.0
_POLL_SECONDS: Final = 0.02
_ATTEMPTS: Final = 5
_TAIL_LINES: Final = 12


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is asked of a cloud; see `emulator.start`."""

    account: str
    region: str
    persistent: bool = False
    port: int | None = None
    waits: float = 1


@dataclass(frozen=True, kw_only=True)
class Launched:
    """A cloud that serves and is still bound to this process.

    Attributes:
        running: What runs.
        process: Its process; the end of its standard input ends it.
    """

    running: Running
    process: subprocess.Popen[bytes]

    def release(self) -> Running:
        """Let it go on without this process."""
        pipe = self.process.stdin
        if pipe is not None:
            pipe.write(RELEASE)
            pipe.close()
        # It is meant to outlive this object, which would complain of that.
        self.process.returncode = 0
        return self.running

    def end(self) -> None:
        """End it at once, with all its functions."""
        if self.process.stdin is not None:
            self.process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(_POLL_SECONDS * 50)
        end(self.running.pid, self.running.birth, grace_seconds=0)
        self.process.wait()


def launch(places: Places, wanted: Wanted, *, litter: Path | None = None) -> Launched:
    """Start a process and wait until it serves.

    Args:
        places: Where its files lie.
        wanted: What it is to be.
        litter: What to remove when it ends, however it ends; the folder of its run if not given.

    Raises:
        CloudError: It does not start, or the port is taken.
    """
    _prepare(places)
    instance = begin_content(places, persistent=wanted.persistent)
    for attempt in range(_ATTEMPTS):
        run = places.runs / secrets.token_hex(4)
        setup = Setup(
            account=wanted.account,
            region=wanted.region,
            port=wanted.port or _free_port(),
            instance_id=instance,
            run=run,
            data=places.data if wanted.persistent else None,
            waits=wanted.waits,
        )
        try:
            return _attempt(places, setup, litter=litter or run)
        except _PortTakenError:
            if wanted.port or attempt == _ATTEMPTS - 1:
                break
    raise CloudError(
        f"the local cloud: port {wanted.port} of {HOST} is taken"
        if wanted.port
        else f"the local cloud: {_ATTEMPTS} free ports of {HOST} were taken by others while it started",
        remedy="Leave --port out to use any free one, or end what listens there."
        if wanted.port
        else "Start it again.",
    )


class _PortTakenError(Exception):
    """Somebody else was quicker."""


def _prepare(places: Places) -> None:
    # What earlier runs have left: nothing of ours runs here now.
    shutil.rmtree(places.runs, ignore_errors=True)
    places.runs.mkdir(mode=0o700, parents=True)
    with contextlib.suppress(FileNotFoundError):
        places.log.replace(places.previous_log)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As the emulator does: connections that end slowly do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except PermissionError as error:
            raise CloudError(
                f"the local cloud: port {port} of {HOST} may not be opened by you",
                remedy="Name a port above 1023 with --port, or leave it out to use any free one.",
            ) from error
        except OSError:
            return False
    return True


def _attempt(places: Places, setup: Setup, *, litter: Path) -> Launched:
    if not _is_free(setup.port):
        raise _PortTakenError
    environment = build(setup)
    for folder in folders(environment):
        folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(places.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        process = subprocess.Popen(  # noqa: S603 - our interpreter, our module
            _command(places, setup, litter),
            cwd=setup.run,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=descriptor,
            stderr=descriptor,
            bufsize=0,
            start_new_session=True,
        )
    finally:
        os.close(descriptor)
    launched = Launched(
        running=Running(
            endpoint=f"http://{HOST}:{setup.port}",
            port=setup.port,
            pid=process.pid,
            birth=birth(process.pid),
            instance_id=setup.instance_id,
            account=setup.account,
            region=setup.region,
            log=places.log,
            persistent=setup.data is not None,
            waits=setup.waits,
            started=datetime.now(UTC),
        ),
        process=process,
    )
    try:
        write_record(places, launched.running)
        _await_ready(launched)
    except BaseException:
        launched.end()
        places.record.unlink(missing_ok=True)
        raise
    return launched


def _command(places: Places, setup: Setup, litter: Path) -> list[str]:
    # Isolated: neither the working folder nor variables decide what is imported. Where bytecode is cached,
    # which a variable may tell us, is handed on: without a cache every start compiles the emulator anew.
    cache = ["-X", f"pycache_prefix={sys.pycache_prefix}"] if sys.pycache_prefix else []
    saved = ["--saved", str(places.saved)] if setup.data else []
    module = "pavedroad.cloud.launcher"
    silent = ["-B"] if sys.dont_write_bytecode else []
    files = ["--litter", str(litter), "--record", str(places.record), *saved]
    return [sys.executable, "-I", *silent, *cache, "-m", module, *files]


def _await_ready(launched: Launched) -> None:
    running = launched.running
    deadline = time.monotonic() + READY_SECONDS
    while True:
        found = look(running.port, running.instance_id)
        code = launched.process.poll()
        if found is Health.WELL and code is None:
            return
        if code is not None:
            if not _is_free(running.port):
                raise _PortTakenError
            raise CloudError(
                f"the local cloud ended with exit code {code} while it started. {tail(running.log)}",
                remedy="Mend what the log says. `make setup` installs what requirements.lock pins.",
            )
        if time.monotonic() > deadline:
            raise CloudError(
                f"the local cloud does not answer on {running.endpoint} after {READY_SECONDS:.0f} seconds. "
                f"{tail(running.log)}",
                remedy="Start it again when the machine is less busy; if that fails, too, see the log.",
            )
        time.sleep(_POLL_SECONDS)


def tail(log: Path, lines: int = _TAIL_LINES) -> str:
    """The last lines of a log, as the end of a message."""
    try:
        text = log.read_text(encoding="utf-8", errors="replace").rstrip()
    except OSError:
        return f"There is no log {log}."
    if not text:
        return f"Its log {log} is empty."
    last = "\n".join(f"  {line}" for line in text.splitlines()[-lines:])
    return f"The end of its log {log}:\n{last}"
