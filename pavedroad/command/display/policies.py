"""Policy results as text: violations by severity and level, then the undecided, exempted and remediated."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Final

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from pavedroad.command.display.results import PolicyResult, ResultKind, subject_of
from pavedroad.command.display.values import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rich.console import RenderableType

    from pavedroad.command.display.model import Report

SEVERITIES: Final = ("critical", "high", "medium", "low")
_STYLES: Final = {"critical": "bold red", "high": "red", "medium": "yellow", "low": "cyan"}
_LEVELS: Final = ("mandatory", "remediate", "advisory", "disabled")
_MAX_NAMES: Final = 12


def policy_sections(report: Report) -> Iterator[RenderableType]:
    """All policy results as renderables, nothing when there are none."""
    violations = [result for result in report.policies if result.kind is ResultKind.VIOLATION]
    undecided = [result for result in report.policies if result.kind is ResultKind.UNDECIDED]
    exempted = [result for result in report.policies if result.kind is ResultKind.EXEMPTED]
    remarks = [result for result in report.policies if result.kind is ResultKind.REMARK]
    if violations:
        yield from _violations(violations)
    if undecided:
        yield from _undecided(undecided)
    if exempted:
        yield _title("Exempted", len(exempted), "an entry of the exemptions register covers these")
        for result in exempted:
            yield _entry(result, (("", result.fact),))
        yield Text()
    if remarks:
        yield _title("Remarks", len(remarks))
        for result in remarks:
            yield Padding(Text(printable(f"{result.fact}  ({result.rule})")), (0, 0, 0, 2))
        yield Text()
    if report.remediations:
        yield _title(
            "Remediated", len(report.remediations), "a policy changed these before they were planned"
        )
        for event in report.remediations:
            changed = sorted(
                key for key in {*event.before, *event.after} if event.before.get(key) != event.after.get(key)
            )
            text = f"{subject_of(event.resource_urn)}: {', '.join(changed)}  ({event.policy_name})"
            yield Padding(Text(printable(text)), (0, 0, 0, 2))
        yield Text()


def _title(name: str, count: int, note: str = "") -> Text:
    text = Text(name, style="bold")
    text.append(f" ({count})", style="bold")
    if note:
        text.append(f"  {note}", style="not bold dim")
    return text


def _violations(results: Sequence[PolicyResult]) -> Iterator[RenderableType]:
    yield _title("Policy violations", len(results))
    ordered = sorted(results, key=_rank)
    for (severity, level), group in groupby(ordered, key=lambda result: (result.severity, _level(result))):
        members = list(group)
        heading = Text(f"  {severity}", style=_STYLES.get(severity, ""))
        heading.append(f", {level}", style="bold" if members[0].mandatory else "dim")
        heading.append(f" ({len(members)})", style="dim")
        yield heading
        for result in members:
            yield _entry(
                result,
                (
                    ("fact", result.fact),
                    ("requirement", result.requirement),
                    ("remedy", result.remedy),
                    ("key", result.key),
                ),
            )
    yield Text()


def _rank(result: PolicyResult) -> tuple[int, int, str, str, str]:
    severity = SEVERITIES.index(result.severity) if result.severity in SEVERITIES else len(SEVERITIES)
    return (severity, _LEVELS.index(_level(result)), result.rule, result.subject, result.fact)


def _level(result: PolicyResult) -> str:
    # A remediation that did not mend it counts as mandatory, as in Pulumi.
    return "mandatory" if result.mandatory else result.level


def _entry(result: PolicyResult, lines: Sequence[tuple[str, str]]) -> Padding:
    heading = Text(printable(result.subject), style="bold")
    heading.append(f"  {result.rule}", style="not bold cyan")
    heading.append(f"  {result.pack}", style="not bold dim")
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for label, text in lines:
        if text:
            table.add_row(label, Text(printable(text)))
    grid = Table.grid()
    grid.add_row(heading)
    grid.add_row(Padding(table, (0, 0, 0, 2)))
    return Padding(grid, (0, 0, 0, 4))


def _undecided(results: Sequence[PolicyResult]) -> Iterator[RenderableType]:
    yield _title("Undecided before the update", len(results), "values not known yet; --strict counts them")
    for rule, group in groupby(sorted(results, key=lambda result: (result.rule, result.fact)), _rule):
        members = list(group)
        heading = Text(f"  {rule}", style="cyan")
        heading.append(f"  {members[0].pack}", style="dim")
        yield heading
        for fact, same in groupby(members, key=lambda result: result.fact):
            for token, names in _by_type(result.subject for result in same):
                listed = ", ".join(names[:_MAX_NAMES])
                more = f" and {len(names) - _MAX_NAMES} more" if len(names) > _MAX_NAMES else ""
                yield Padding(Text(printable(f"{listed}{more}{token}: {fact}")), (0, 0, 0, 4))
    yield Text()


def _by_type(subjects: Iterable[str]) -> Iterator[tuple[str, list[str]]]:
    """Names of subjects that share a type, which is then said once."""
    parts = sorted(tuple(subject.partition(" (")) for subject in set(subjects))
    for token, group in groupby(sorted(parts, key=lambda part: part[2]), key=lambda part: "".join(part[1:])):
        yield token, [part[0] for part in group]


def _rule(result: PolicyResult) -> str:
    return result.rule
