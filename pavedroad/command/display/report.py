"""The whole report on a console."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from pavedroad.command.display.policies import policy_sections
from pavedroad.command.display.summary import message_sections, output_sections, summary
from pavedroad.command.display.tree import plan_lines

if TYPE_CHECKING:
    from rich.console import Console

    from pavedroad.command.display.model import Report


def show_report(report: Report, console: Console, *, outcome: str) -> None:
    """Print plan, policy results, outputs, messages and summary, in that order."""
    if console.is_terminal:
        _print(report, console, outcome)
        return
    with console.capture() as captured:
        _print(report, console, outcome)
    # Rich fills the cells of a table with blanks, which nobody wants in a file.
    for line in captured.get().splitlines():
        console.file.write(line.rstrip() + "\n")
    console.file.flush()


def _print(report: Report, console: Console, outcome: str) -> None:
    lines = plan_lines(report, console.width)
    for line in lines:
        console.print(line, no_wrap=True, crop=True)
    if lines:
        console.print(Text())
    for section in policy_sections(report):
        console.print(section)
    for section in output_sections(report, console.width):
        console.print(section)
    for section in message_sections(report):
        console.print(section)
    console.print(summary(report, outcome=outcome))
