"""The end of the report: messages, outputs, counts by operation, packs, policy results, duration."""

from __future__ import annotations

import sys
from collections import Counter
from typing import TYPE_CHECKING, Final

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from pavedroad.command.display.results import ResultKind, subject_of
from pavedroad.command.display.shapes import as_mapping
from pavedroad.command.display.standing import Standing
from pavedroad.command.display.tree import SIGNS, short_type
from pavedroad.command.display.values import one_line, printable, value_text
from pavedroad.command.display.wording import Operation, counted_words
from pavedroad.engine.events import Op

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from rich.console import RenderableType

    from pavedroad.command.display.model import Report
    from pavedroad.engine.events import DiagnosticEvent, Json

_MESSAGE_STYLES: Final = {"error": "bold red", "warning": "yellow"}
_WEIGHTS: Final = {"warning": 1, "error": 2}
_UNTOLD: Final = frozenset({"", *(f"{operation.value} failed" for operation in Operation)})
"""Messages that tell nothing beside the summary; all but the first end every run that failed."""

_STANDINGS: Final = {
    Standing.DONE: ("done", "green"),
    Standing.FAILED: ("failed", "bold red"),
    Standing.BEGUN: ("begun, end not seen", "yellow"),
    Standing.NOT_BEGUN: ("not begun", "dim"),
}
_AWS: Final = "aws:"
_MIN_OUTPUT: Final = 20
_MAX_SUBJECTS: Final = 5
_UNCUT: Final = sys.maxsize


def message_sections(report: Report) -> Iterator[RenderableType]:
    """What engine, program and providers said: errors last, so that they stand next to the summary."""
    said = [event for event in report.diagnostics if event.message.strip() not in _UNTOLD]
    if not said:
        return
    yield Text("Messages", style="bold")
    alike: dict[tuple[str, str, str], list[DiagnosticEvent]] = {}
    for event in sorted(said, key=lambda event: _WEIGHTS.get(event.severity, 0)):
        # What is said of many resources in the same words is said once.
        alike.setdefault((event.severity, event.prefix, event.message), []).append(event)
    for events in alike.values():
        if len({event.urn for event in events}) > 1:
            yield Padding(_message(events[0], _subjects([event.urn for event in events])), (0, 0, 0, 2))
        else:
            yield from (Padding(_message(event), (0, 0, 0, 2)) for event in events)
    yield Text()


def _subjects(urns: Sequence[str]) -> str:
    names = [one_line(urn.rsplit("::", 1)[-1]) or "the run" for urn in dict.fromkeys(urns)]
    more = len(names) - _MAX_SUBJECTS
    listed = ", ".join(names[:_MAX_SUBJECTS])
    return f"{listed} and {more} more" if more > 0 else listed


def _message(event: DiagnosticEvent, subjects: str = "") -> Text:
    text = Text()
    style = _MESSAGE_STYLES.get(event.severity, "")
    if style:
        text.append(f"{event.severity}: ", style=style)
    if subjects:
        text.append(f"{subjects}: ", style="bold")
    elif event.urn and not event.urn.rsplit("::", 2)[-2].endswith("pulumi:pulumi:Stack"):
        text.append(f"{subject_of(event.urn)}: ", style="bold")
    text.append(printable(event.prefix + event.message.strip()))
    return text


def output_sections(report: Report, width: int) -> Iterator[RenderableType]:
    """The outputs that the stack has, or will have, one line each."""
    if not report.outputs:
        return
    yield Text("Outputs", style="bold")
    yield from output_lines(report.outputs, width=width)
    yield Text()


def output_lines(outputs: Mapping[str, Json], *, width: int | None, indent: str = "  ") -> Iterator[Text]:
    """One line an output, cut to the width when there is one; the members of an object one line each."""
    for name, value in outputs.items():
        for label, shown in _output_lines(name, value, indent, indent):
            line = Text(label, no_wrap=True, overflow="ignore" if width is None else None)
            if shown is not None:
                room = _UNCUT if width is None else max(_MIN_OUTPUT, width - len(label))
                line.append(value_text(shown[0], room), style="dim")
            yield line


def _output_lines(
    name: str, value: Json, indent: str, first: str
) -> Iterator[tuple[str, tuple[Json] | None]]:
    members = as_mapping(value)
    if not members or indent != first:
        yield f"{indent}{one_line(name)}: ", (value,)
        return
    # A system exports one object: its members are what a reader looks for.
    yield f"{indent}{one_line(name)}:", None
    for member, inner in sorted(members.items()):
        yield from _output_lines(member, inner, f"{indent}  ", first)


def summary(report: Report, *, outcome: str) -> RenderableType:
    """The last lines.

    Args:
        report: What the run told.
        outcome: How it ended, in words.
    """
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    if report.operation is not Operation.CHECK:
        table.add_row("Resources", _counts(report))
        recorded = _recorded(report)
        if recorded:
            table.add_row("Recorded", recorded)
    if report.applied and not report.complete:
        table.add_row("Progress", _progress(report))
    if report.packs:
        table.add_row("Packs", _packs(report))
        table.add_row("Policies", _policies(report))
    if report.summary:
        table.add_row("Duration", f"{report.summary.duration_seconds:.1f} s")
    table.add_row("Result", Text(outcome, style="bold"))
    return table


def _counts(report: Report) -> Text:
    changes: Mapping[str, int] = report.summary.resource_changes if report.summary else _done(report)
    text = Text()
    verbs = counted_words(report.operation, applied=report.applied)
    for op, verb in verbs.items():
        count = changes.get(op.value, 0)
        if count:
            sign, colour = SIGNS[op]
            text.append(", " if text else "")
            text.append(f"{sign} {count} {verb}", style=colour)
    others = sum(count for name, count in changes.items() if name not in {op.value for op in verbs})
    if others:
        text.append(f"{', ' if text else ''}{others} other")
    if not text and report.roots:
        text.append("none changed" if report.applied else "none", style="dim")
    cloud = sum(1 for root in report.roots for node in root.walk() if node.is_cloud)
    if cloud:
        text.append(f" ({cloud} in the cloud, the others group them)", style="dim")
    return text or Text("no resources", style="dim")


def _recorded(report: Report) -> Text | None:
    """The resources that no local service has, by type; nothing when no local cloud is meant."""
    if report.live is None or report.operation not in (Operation.PREVIEW, Operation.UPDATE):
        return None
    nodes = (node for root in report.roots for node in root.walk() if node.is_cloud)
    counts = Counter(
        short_type(node.type)
        for node in nodes
        if node.type.startswith(_AWS) and node.type not in report.live and node.op is not Op.DELETE
    )
    if not counts:
        return None
    types = ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))
    return Text.assemble(types, (" (not in the local cloud: kept in the record alone)", "dim"))


def _done(report: Report) -> Counter[str]:
    """What a run did that broke off before it could count."""
    nodes = (node for root in report.roots for node in root.walk())
    return Counter(node.op.value for node in nodes if node.standing is Standing.DONE)


def _progress(report: Report) -> Text:
    counts = Counter(
        node.standing
        for root in report.roots
        for node in root.walk()
        if node.op is not Op.SAME or node.failed
    )
    text = Text()
    for standing, (word, style) in _STANDINGS.items():
        if counts[standing]:
            text.append(", " if text else "")
            text.append(f"{counts[standing]} {word}", style=style)
    return text


def idle_line(report: Report) -> Text:
    """All that is said of a run that had nothing to do."""
    count = sum(1 for root in report.roots for _ in root.walk())
    none = "no resource is meant" if report.partial else "the stack holds no resources"
    facts = f"{count} unchanged" if count else none
    if report.summary:
        facts += f", {report.summary.duration_seconds:.1f} s"
    return Text.assemble(("Nothing to do", "bold"), f": {facts}")


def _packs(report: Report) -> str:
    return ", ".join(
        f"{pack.policy_pack_name} {pack.policy_pack_version} ({pack.enabled} policies"
        + (f", {pack.policies - pack.enabled} disabled)" if pack.policies != pack.enabled else ")")
        for pack in report.packs
    )


def _policies(report: Report) -> Text:
    enabled = sum(pack.enabled for pack in report.packs)
    violated = {(r.pack, r.rule) for r in report.policies if r.kind is ResultKind.VIOLATION}
    waiting = {(r.pack, r.rule) for r in report.policies if r.kind is ResultKind.UNDECIDED} - violated
    findings = [r for r in report.policies if r.kind is ResultKind.VIOLATION]
    mandatory = sum(1 for r in findings if r.mandatory)
    exempted = sum(1 for r in report.policies if r.kind is ResultKind.EXEMPTED)
    text = Text()
    text.append(f"{max(0, enabled - len(violated) - len(waiting))} passed", style="green")
    text.append(", ")
    text.append(
        f"{len(violated)} violated"
        + (f" ({len(findings)} findings, {mandatory} mandatory)" if findings else ""),
        style="bold red" if mandatory else "yellow" if findings else "",
    )
    text.append(f", {len(waiting)} undecided")
    if exempted:
        text.append(f", {exempted} exempted")
    return text
