"""The whole report on a console."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rich.console import Group
from rich.text import Text

from pavedroad.command.console import print_plain
from pavedroad.command.display.policies import policy_sections
from pavedroad.command.display.summary import idle_line, message_sections, output_sections, summary
from pavedroad.command.display.tree import plan_lines
from pavedroad.command.display.wording import Operation

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from pavedroad.command.display.model import Report


def show_report(report: Report, console: Console, *, outcome: str, before: Report | None = None) -> None:
    """Print tree, policy results, outputs, messages and summary, in that order; little when nothing was done.

    Args:
        report: What the run told.
        console: Where to print.
        outcome: How it ended, in words.
        before: The plan that the reader has seen already: its policy results are not told again.
    """
    told = report
    if before is not None:
        fresh = tuple(result for result in report.policies if result not in before.policies)
        told = replace(report, policies=fresh, remediations=())
    # What did not change is not told again: `pavedroad outputs` does.
    quiet = report.idle or report.operation is Operation.REFRESH
    lines = [] if report.idle else plan_lines(report, console.width)
    sections: list[RenderableType] = [
        *lines,
        *([Text()] if lines else []),
        *policy_sections(told),
        *(output_sections(report, console.width) if report.outputs_changed or not quiet else ()),
        *message_sections(report),
        idle_line(report) if report.idle else summary(report, outcome=outcome),
    ]
    print_plain(Group(*sections), console)


def show_list(report: Report, console: Console) -> None:
    """Print the tree alone."""
    print_plain(Group(*plan_lines(report, console.width), Text()), console)
