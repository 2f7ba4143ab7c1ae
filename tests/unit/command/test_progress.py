"""What moves while a run lasts."""

from __future__ import annotations

import io

from rich.console import Console

from pavedroad.command.display.progress import Progress
from pavedroad.engine.events import Op
from tests.support.command import pack, policy, small_run, step, urn


def test_a_file_gets_no_progress_at_all() -> None:
    out = io.StringIO()

    with Progress(Console(file=out), stack="dev") as progress:
        for event in small_run():
            progress.see(event)

    assert out.getvalue() == ""


def test_a_terminal_without_motion_gets_none() -> None:
    out = io.StringIO()
    console = Console(file=out, force_terminal=True, _environ={"TERM": "dumb"})

    with Progress(console, stack="dev") as progress:
        progress.see(pack())

    assert out.getvalue() == ""


def test_a_terminal_sees_counts_and_what_is_planned_now_on_one_line() -> None:
    out = io.StringIO()
    console = Console(file=out, force_terminal=True, width=80, _environ={"TERM": "xterm"})
    long = step(Op.CREATE, urn("aws:sqs/queue:Queue", "[bold]" + "n" * 200))

    with Progress(console, stack="dev") as progress:
        for event in (pack(), policy("x"), long):
            progress.see(event)

    # The last state is drawn once more at the end, before the line is wiped.
    last = out.getvalue()[out.getvalue().rindex("Previewing dev") :].splitlines()[0]
    assert "Previewing dev · resources: 1, policy results: 1 · [bold]nnn" in last
    assert "…" in last
    assert last.split("\x1b")[0].rstrip().endswith("sqs:Queue)")
