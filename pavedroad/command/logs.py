"""`pavedroad logs`: what the functions of one system say, all together."""

from __future__ import annotations

import json
import re
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from rich.text import Text

from pavedroad import engine
from pavedroad.cloud import emulator
from pavedroad.cloud.line import Kind
from pavedroad.cloud.tail import Entry, Tail
from pavedroad.command.console import console
from pavedroad.command.display.values import one_line, printable
from pavedroad.command.failure import CommandError, complain
from pavedroad.command.local_cloud import cloud_folder
from pavedroad.command.request import StackOptions, existing_state, stack_request
from pavedroad.command.sources import sources_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import Console

    from pavedroad.cloud.tail import Source

_SINCE: Final = re.compile(r"(\d+)([smhd])")
_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_LEVELS: Final = {
    "DEBUG": "dim",
    "WARN": "yellow",
    "WARNING": "yellow",
    "ERROR": "bold red",
    "CRITICAL": "bold red",
}
_FUNCTIONS: Final = ("cyan", "magenta", "green", "blue", "yellow")
_LEVEL_WIDTH: Final = 7
_SHORT_ID: Final = 8


@dataclass(frozen=True, kw_only=True)
class LogOptions(StackOptions):
    """The options of `logs`; see the help of each."""

    system: str
    follow: bool = False
    since: str = "10m"
    text: str = ""
    platform: bool = False
    as_json: bool = False


def show_logs(options: LogOptions) -> None:
    """Print the events, and go on with those that come when asked to.

    Raises:
        CommandError: The stack has no such system, it has no functions, or no local cloud runs.
        CloudError: The local cloud does not answer.
        EngineError: The state cannot be read.
    """
    since_ms = _since(options.since)
    request = stack_request(options)
    existing_state(request)
    sources = sources_of(engine.export_state(request), options.system, stack=request.stack)
    folder = cloud_folder(request.project_dir)
    running = emulator.running(folder)
    if running is None:
        raise CommandError(
            f"no local cloud runs in {folder}: there are no logs to read",
            remedy="Start it (pavedroad cloud start) and bring the stack up in it (pavedroad up).",
        )
    tail = Tail(endpoint=running.endpoint, sources=sources)
    printer = _Printer(options, sources, console())
    if options.follow:
        for entries in tail.follow(since_ms):
            printer.show(entries)
        return
    entries = tail.read(since_ms)
    printer.show(entries)
    if len(tail.missing) == len(sources):
        complain(
            f"None of the {len(sources)} log groups of {options.system} is in the local cloud: what it holds "
            "was forgotten since the last update. Run `pavedroad up`."
        )
    elif not printer.shown:
        complain(f"Nothing was logged in the last {options.since}{' that fits' if entries else ''}.")


def _since(text: str) -> int:
    found = _SINCE.fullmatch(text)
    if found is None:
        raise CommandError(
            f"--since: got {text!r}, wanted a number and a unit",
            remedy="Write it as 30s, 10m, 2h or 1d.",
        )
    return int((time.time() - int(found[1]) * _UNITS[found[2]]) * 1000)


@dataclass
class _Printer:
    """Prints events as lines, or as JSON lines.

    Attributes:
        shown: How many it has printed.
    """

    options: LogOptions
    sources: Sequence[Source]
    target: Console
    shown: int = field(default=0)

    def __post_init__(self) -> None:
        names = list(dict.fromkeys(source.function for source in self.sources))
        self._styles = {name: _FUNCTIONS[index % len(_FUNCTIONS)] for index, name in enumerate(names)}
        self._width = max(map(len, names))

    def show(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            if not self._is_wanted(entry):
                continue
            self.shown += 1
            if self.options.as_json:
                sys.stdout.write(json.dumps(_document(entry), ensure_ascii=False, default=str) + "\n")
            else:
                # Whole, whatever the width: a message that is cut is of no use.
                self.target.print(self._line(entry), soft_wrap=True)
        sys.stdout.flush()

    def _is_wanted(self, entry: Entry) -> bool:
        line = entry.line
        # What tells of a failure is shown, even when the platform says it.
        if line.kind is Kind.PLATFORM and not (self.options.platform or line.failed):
            return False
        wanted = self.options.text
        return not wanted or wanted in json.dumps(_document(entry), ensure_ascii=False, default=str)

    def _line(self, entry: Entry) -> Text:
        line = entry.line
        quiet = "dim" if line.kind is not Kind.FUNCTION and not line.failed else ""
        text = Text(style=quiet)
        text.append(f"{datetime.fromtimestamp(entry.timestamp / 1000, UTC):%H:%M:%S.%f}"[:-3], style="dim")
        name = entry.source.function
        text.append(f"  {name:{self._width}}", style=quiet or self._styles[name])
        text.append(f"  {line.request_id[:_SHORT_ID] or '-':{_SHORT_ID}}", style="dim")
        level = line.level or ("" if line.kind is Kind.FUNCTION else "·")
        text.append(f"  {printable(level):{_LEVEL_WIDTH}}", style=_LEVELS.get(line.level, ""))
        text.append(f"  {one_line(line.message)}", style="red" if line.failed else "")
        for key, value in line.fields.items():
            text.append(f"  {one_line(key)}=", style="dim")
            text.append(_value(value))
        for row in line.trace:
            text.append(f"\n    {printable(row)}", style="dim")
        return text


def _value(value: object) -> str:
    return one_line(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str))


def _document(entry: Entry) -> dict[str, object]:
    moment = datetime.fromtimestamp(entry.timestamp / 1000, UTC).isoformat(timespec="milliseconds")
    return {
        "time": moment.replace("+00:00", "Z"),
        "function": entry.source.function,
        "requestId": entry.line.request_id,
        "kind": entry.line.kind.value,
        "level": entry.line.level,
        "message": entry.line.message,
        "fields": dict(entry.line.fields),
        "trace": list(entry.line.trace),
        "logGroup": entry.source.group,
        "logStream": entry.stream,
    }
