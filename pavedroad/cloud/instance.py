"""What is known of a cloud between two commands: the process that runs, and whose content its data are."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import uuid
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pavedroad.cloud.places import Places

_PRIVATE: Final = 0o600


@dataclass(frozen=True, kw_only=True)
class Running:
    """A local cloud that runs.

    Attributes:
        endpoint: Where every service answers, `http://127.0.0.1:<port>`.
        port: The port of it.
        pid: Leader of its process group.
        birth: When that process was born, in the terms of `processes.birth`.
        instance_id: Names its content: another one means that the content is not what it was.
        account: Account of requests that are not signed; others are named by their access key.
        region: Region of requests that are not signed.
        log: What it says.
        persistent: Whether its content outlives a stop.
        waits: Factor on what it waits between attempts and in state machines.
        started: When it was started.
    """

    endpoint: str
    port: int
    pid: int
    birth: str
    instance_id: str
    account: str
    region: str
    log: Path
    persistent: bool
    waits: float
    started: datetime


def write_record(places: Places, running: Running) -> None:
    """Record what runs, readable by its owner only."""
    document = {**asdict(running), "log": str(running.log), "started": running.started.isoformat()}
    _write(places.record, document)


def read_record(places: Places) -> Running | None:
    """What was recorded; None when nothing was, or nothing that this version wrote."""
    document = _read(places.record)
    if set(document) != {field.name for field in fields(Running)}:
        return None
    with contextlib.suppress(TypeError, ValueError):
        return Running(
            endpoint=str(document["endpoint"]),
            port=_whole(document["port"]),
            pid=_whole(document["pid"]),
            birth=str(document["birth"]),
            instance_id=str(document["instance_id"]),
            account=str(document["account"]),
            region=str(document["region"]),
            log=Path(str(document["log"])),
            persistent=bool(document["persistent"]),
            waits=float(str(document["waits"])),
            started=datetime.fromisoformat(str(document["started"])).astimezone(UTC),
        )
    return None


def begin_content(places: Places, *, persistent: bool) -> str:
    """The instance whose content the next run has, before that run begins.

    It is the last one again only when that one's content was saved as a whole: a run that was killed leaves
    an older content, or none.
    """
    if not persistent:
        return _new_id()
    places.data.mkdir(parents=True, exist_ok=True)
    last = str(_read(places.content).get("id", "")) if places.saved.exists() else ""
    # From here on the content changes with every request.
    places.saved.unlink(missing_ok=True)
    instance = last or _new_id()
    _write(places.content, {"id": instance})
    return instance


def forget_content(places: Places) -> None:
    """Remove what a persistent cloud has saved."""
    shutil.rmtree(places.data, ignore_errors=True)


def _new_id() -> str:
    return uuid.uuid4().hex


def _whole(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError
    return value


def _read(path: Path) -> dict[str, object]:
    try:
        document: object = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return cast("dict[str, object]", document) if isinstance(document, dict) else {}


def _write(path: Path, document: Mapping[str, object]) -> None:
    aside = path.with_name(f"{path.name}.{os.getpid()}.new")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, _PRIVATE)
    with os.fdopen(descriptor, "w", encoding="utf-8") as target:
        json.dump(document, target, indent=2)
        target.write("\n")
    aside.replace(path)
