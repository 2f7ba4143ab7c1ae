"""The whole report on a console."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.text import Text

from pavedroad.command.console import print_plain
from pavedroad.command.display.policies import policy_sections
from pavedroad.command.display.summary import message_sections, output_sections, summary
from pavedroad.command.display.tree import plan_lines

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from pavedroad.command.display.model import Report


def show_report(report: Report, console: Console, *, outcome: str) -> None:
    """Print plan, policy results, outputs, messages and summary, in that order."""
    lines = plan_lines(report, console.width)
    sections: list[RenderableType] = [
        *lines,
        *([Text()] if lines else []),
        *policy_sections(report),
        *output_sections(report, console.width),
        *message_sections(report),
        summary(report, outcome=outcome),
    ]
    print_plain(Group(*sections), console)
