"""What moves while a run lasts."""

from __future__ import annotations

import io

from rich.console import Console

from pavedroad.command.display.progress import Progress
from pavedroad.command.display.wording import Operation
from pavedroad.engine.events import EngineEvent, Op, ResOpFailedEvent, ResourcePreEvent
from tests.support.command import applied, done, pack, policy, small_run, step, urn


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


def moving(operation: Operation, plan: list[ResourcePreEvent], *events: EngineEvent) -> str:
    """What the line said at last; it is drawn once more at the end, before it is wiped."""
    out = io.StringIO()
    console = Console(file=out, force_terminal=True, width=100, _environ={"TERM": "xterm"})
    with Progress(console, stack="dev", operation=operation, plan=plan) as progress:
        for event in events:
            progress.see(event)
    return out.getvalue()[out.getvalue().rindex(operation.doing) :]


def test_an_update_counts_what_is_done_of_what_was_planned() -> None:
    queue = step(Op.CREATE, urn("aws:sqs/queue:Queue", "q"))
    topic = step(Op.CREATE, urn("aws:sns/topic:Topic", "t"))
    same = step(Op.SAME, urn("aws:sns/topic:Topic", "s"))
    unplanned = step(Op.CREATE, urn("aws:sns/topic:Topic", "u"))
    plan = [queue, topic, same]
    events = [*map(applied, plan), done(queue), done(same), ResOpFailedEvent(metadata=topic.metadata)]

    assert "Updating dev · done: 1 of 2, failed: 1 · " in moving(Operation.UPDATE, plan, *events)
    assert "Updating dev · done: 2, failed: 1 · " in moving(Operation.UPDATE, plan, *events, done(unplanned))


def test_a_refresh_counts_what_it_has_read() -> None:
    read = step(Op.REFRESH, urn("aws:sqs/queue:Queue", "q"))
    found = step(Op.SAME, urn("aws:sqs/queue:Queue", "q"))

    line = moving(Operation.REFRESH, [read], applied(read), done(found))

    assert "Reading anew dev · done: 1 of 1 · " in line
