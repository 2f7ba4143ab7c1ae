"""The local cloud of a folder: starts it, finds it again, stops it. At most one runs in a folder.

A cloud that was started survives the command that started it; a throw-away one ends with its process, also
when that is killed. Both end without a remainder: see `launcher.py`.
"""

from __future__ import annotations

import contextlib
import fcntl
import shutil
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pavedroad.cloud.errors import CloudError
from pavedroad.cloud.health import Health, look
from pavedroad.cloud.instance import Running, forget_content, read_record
from pavedroad.cloud.launching import Wanted, launch
from pavedroad.cloud.places import Places
from pavedroad.cloud.processes import TERM_GRACE_SECONDS, alive, end

if TYPE_CHECKING:
    from collections.abc import Generator

MAIN_ACCOUNT: Final = "000000000000"
_LOCK_SECONDS: Final = 40.0
"""A start and a stop of somebody else fit into it."""
_ANSWER_SECONDS: Final = 6.0
_POLL_SECONDS: Final = 0.05


def start(
    folder: Path,
    *,
    account: str,
    region: str,
    persistent: bool = False,
    port: int | None = None,
    waits: float = 1,
) -> Running:
    """Start the cloud of a folder, or find it running.

    Args:
        folder: Where its files lie.
        account: Account of requests that are not signed.
        region: Region of requests that are not signed.
        persistent: Whether its content outlives a stop.
        port: Port on loopback; any free one when left out.
        waits: Factor on what it waits between attempts and in state machines.

    Raises:
        CloudError: It does not start, or runs in another way than is asked for.
    """
    places = Places(folder=folder.absolute())
    wanted = Wanted(account=account, region=region, persistent=persistent, port=port, waits=waits)
    with _locked(places):
        found = running(folder)
        if found is not None:
            _agree(found, wanted)
            return found
        _end_recorded(places)
        return launch(places, wanted).release()


def running(folder: Path) -> Running | None:
    """The cloud of a folder, if it runs and answers."""
    found = recorded(folder)
    deadline = time.monotonic() + _ANSWER_SECONDS
    while found is not None:
        health = look(found.port, found.instance_id)
        if health is Health.WELL:
            return found
        # One that is busy may be slow; a closed port never opens again.
        if health is not Health.SILENT or time.monotonic() > deadline:
            return None
        found = recorded(folder)
    return None


def recorded(folder: Path) -> Running | None:
    """The process of a folder's cloud that was recorded and still is, whether it answers or not."""
    found = read_record(Places(folder=folder.absolute()))
    return found if found is not None and alive(found.pid, found.birth) else None


def stop(folder: Path, *, forget: bool = False) -> Running | None:
    """Stop the cloud of a folder, and remove what it leaves.

    Args:
        folder: Where its files lie.
        forget: Remove the content of a persistent one, too.

    Returns:
        What ran, or None when nothing did.

    Raises:
        CloudError: Somebody else starts or stops it for too long.
    """
    places = Places(folder=folder.absolute())
    if not places.folder.is_dir():
        return None
    with _locked(places):
        ended = _end_recorded(places)
        shutil.rmtree(places.runs, ignore_errors=True)
        if forget:
            forget_content(places)
        return ended


@contextlib.contextmanager
def throw_away(
    folder: Path | None = None,
    *,
    account: str = MAIN_ACCOUNT,
    region: str = "eu-west-1",
    waits: float = 1,
) -> Generator[Running]:
    """A cloud for as long as the context lasts, gone with all that it held when this process ends in any way.

    Args:
        folder: Where its files lie; by default a new one that is removed. In one that is given the log stays.
        account: Account of requests that are not signed.
        region: Region of requests that are not signed.
        waits: Factor on what it waits between attempts and in state machines.

    Raises:
        CloudError: It does not start, or one runs in that folder already.
    """
    own = Path(tempfile.mkdtemp(prefix="pavedroad-cloud-")) if folder is None else None
    places = Places(folder=(own or folder or Path()).absolute())
    try:
        with _locked(places):
            if running(places.folder) is not None:
                raise CloudError(
                    f"a local cloud runs in {places.folder} already",
                    remedy="Stop it (pavedroad cloud stop), or name another folder.",
                )
            _end_recorded(places)
            launched = launch(places, Wanted(account=account, region=region, waits=waits), litter=own)
        try:
            yield launched.running
        finally:
            launched.end()
            places.record.unlink(missing_ok=True)
            shutil.rmtree(places.runs, ignore_errors=True)
    finally:
        if own is not None:
            shutil.rmtree(own, ignore_errors=True)


def _end_recorded(places: Places) -> Running | None:
    found = recorded(places.folder)
    if found is not None:
        end(found.pid, found.birth, grace_seconds=TERM_GRACE_SECONDS)
    places.record.unlink(missing_ok=True)
    return found


def _agree(found: Running, wanted: Wanted) -> None:
    pairs = {
        "account": (found.account, wanted.account),
        "region": (found.region, wanted.region),
        "persistent": (_yes(found.persistent), _yes(wanted.persistent)),
        "waits": (found.waits, wanted.waits),
        "port": (found.port, wanted.port or found.port),
    }
    others = [f"{name} {has} (asked: {asked})" for name, (has, asked) in pairs.items() if has != asked]
    if others:
        raise CloudError(
            f"the local cloud runs on {found.endpoint} already, otherwise than asked: {', '.join(others)}",
            remedy="Stop it first (pavedroad cloud stop), or start it without these options.",
        )


def _yes(answer: bool) -> str:  # noqa: FBT001 - the one thing it is about
    return "yes" if answer else "no"


@contextlib.contextmanager
def _locked(places: Places) -> Generator[None]:
    places.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    deadline = time.monotonic() + _LOCK_SECONDS
    with places.lock.open("w", encoding="utf-8") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise CloudError(
                        f"another command has been starting or stopping the local cloud for "
                        f"{_LOCK_SECONDS:.0f} seconds: {places.lock} is locked",
                        remedy="Wait for it to end, or end it.",
                    ) from None
                time.sleep(_POLL_SECONDS)
        yield
