"""`pavedroad cloud`: the local cloud of a project."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rich.table import Table
from rich.text import Text

from pavedroad.cloud import emulator
from pavedroad.cloud.log_file import follow_lines, last_lines
from pavedroad.cloud.places import Places
from pavedroad.cloud.processes import group_memory
from pavedroad.command.console import console, print_plain
from pavedroad.command.display.values import printable
from pavedroad.command.failure import CommandError, ExitCode, complain
from pavedroad.command.local_cloud import cloud_folder, place_of
from pavedroad.command.request import StackOptions, stack_request

if TYPE_CHECKING:
    from rich.console import RenderableType

    from pavedroad.cloud.instance import Running

_ACCOUNT: Final = re.compile(r"\d{12}")
_REGION: Final = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")
_MIB: Final = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class CloudOptions:
    """The options of `cloud start`; see the help of each."""

    stack: str
    cwd: Path = Path()
    account: str | None = None
    region: str | None = None
    port: int | None = None
    persistent: bool = False
    as_json: bool = False


def start_cloud(options: CloudOptions) -> None:
    """Start it, or find it running, and show it.

    Raises:
        CommandError: Its account or region is malformed.
        CloudError: It does not start.
        EngineError: The project or the stack's configuration cannot be read.
    """
    account, region = options.account, options.region
    if account is None or region is None:
        place = place_of(stack_request(StackOptions(stack=options.stack, cwd=options.cwd)))
        account, region = account or place.account, region or place.region
    _check("--account", account, _ACCOUNT, "an account id of twelve digits")
    _check("--region", region, _REGION, "a region such as eu-west-1")
    running = emulator.start(
        cloud_folder(options.cwd.resolve()),
        account=account,
        region=region,
        persistent=options.persistent,
        port=options.port,
    )
    _show(running, as_json=options.as_json)


def stop_cloud(cwd: Path, *, forget: bool) -> None:
    """Stop it; nothing is wrong when none runs.

    Raises:
        CloudError: Somebody else is starting or stopping it.
    """
    ended = emulator.stop(cloud_folder(cwd.resolve()), forget=forget)
    sys.stdout.write(f"Stopped the local cloud on {ended.endpoint}.\n" if ended else "No local cloud runs.\n")


def show_status(cwd: Path, *, as_json: bool) -> int:
    """Show it; the exit code says whether it runs."""
    folder = cloud_folder(cwd.resolve())
    running = emulator.running(folder)
    if running is not None:
        _show(running, as_json=as_json)
        return ExitCode.WELL
    stuck = emulator.recorded(folder)
    if as_json:
        _print_json({"running": False, **({"pid": stuck.pid} if stuck else {})})
    elif stuck is None:
        sys.stdout.write(f"No local cloud runs in {folder}. Start it with `pavedroad cloud start`.\n")
    else:
        complain(
            f"The local cloud, process {stuck.pid}, does not answer on {stuck.endpoint}; "
            f"its log is {stuck.log}.\n"
            "Start it anew with `pavedroad cloud start`, or end it with `pavedroad cloud stop`."
        )
    return ExitCode.ERROR


def show_log(cwd: Path, *, follow: bool, lines: int) -> None:
    """Print the end of its log, and what comes when it is followed.

    Raises:
        CommandError: There is no log.
    """
    log = Places(folder=cloud_folder(cwd.resolve())).log
    if not log.exists():
        raise CommandError(f"there is no {log}", remedy="Start the local cloud first: pavedroad cloud start.")
    found = last_lines(log, lines)
    if not found and not follow:
        complain(f"{log} is empty: nothing has failed.")
    for line in follow_lines(log, found) if follow else found:
        sys.stdout.write(f"{printable(line)}\n")
        sys.stdout.flush()


def _check(option: str, value: str, form: re.Pattern[str], wanted: str) -> None:
    if not form.fullmatch(value):
        raise CommandError(
            f"{option}: got {value!r}, wanted {wanted}", remedy="Correct the option or the stack's file."
        )


def _show(running: Running, *, as_json: bool) -> None:
    processes, memory = group_memory(running.pid)
    up_seconds = max(0, int((datetime.now(UTC) - running.started).total_seconds()))
    if as_json:
        _print_json(
            {
                "running": True,
                "endpoint": running.endpoint,
                "port": running.port,
                "pid": running.pid,
                "instanceId": running.instance_id,
                "account": running.account,
                "region": running.region,
                "persistent": running.persistent,
                "started": running.started.isoformat(),
                "uptimeSeconds": up_seconds,
                "processes": processes,
                "memoryBytes": memory,
                "log": str(running.log),
            }
        )
        return
    functions = f", {processes - 1} of functions" if processes > 1 else ""
    rows: dict[str, RenderableType] = {
        "Endpoint": Text(running.endpoint, style="bold"),
        "Account": Text(f"{running.account} in {running.region}; any other by its access key"),
        "Process": Text(f"{running.pid}{functions}, {memory // _MIB} MiB, up {_duration(up_seconds)}"),
        "Content": Text("kept over a stop" if running.persistent else "forgotten at the stop"),
        "Instance": Text(running.instance_id),
        "Log": Text(str(running.log), overflow="fold"),
    }
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in rows.items():
        table.add_row(Text(name, style="dim"), value)
    print_plain(table, console())


def _duration(seconds: int) -> str:
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86400
    if days:
        return f"{days} d {hours % 24} h"
    if hours:
        return f"{hours} h {minutes % 60} min"
    return f"{minutes} min {seconds % 60} s" if minutes else f"{seconds} s"


def _print_json(document: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(document, indent=2) + "\n")
