"""A run as a tree: stack, system, component, resource, each with its sign and what it is or changes.

One line a resource with how far it has come, cut to the width; below an update or a replacement one line a
changed property. What stays the same is left out and counted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.cells import cell_len
from rich.text import Text

from pavedroad.command.display.changes import Change, step_changes
from pavedroad.command.display.facts import key_facts
from pavedroad.command.display.model import STACK_TYPE, Node
from pavedroad.command.display.standing import Standing
from pavedroad.command.display.values import ELLIPSIS, duration_text, one_line, shorten, value_text
from pavedroad.command.display.wording import Operation, done_word
from pavedroad.engine.events import Op

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pavedroad.command.display.model import Report
    from pavedroad.engine.events import StepState

SIGNS: Final = {
    Op.CREATE: ("+", "green"),
    Op.UPDATE: ("~", "yellow"),
    Op.REPLACE: ("+-", "magenta"),
    Op.CREATE_REPLACEMENT: ("++", "magenta"),
    Op.DELETE_REPLACED: ("--", "magenta"),
    Op.DELETE: ("-", "red"),
    Op.SAME: ("=", "dim"),
    Op.READ: (">", "cyan"),
    Op.READ_REPLACEMENT: (">~", "cyan"),
    Op.REFRESH: ("~", "cyan"),
    Op.DISCARD: ("<", "cyan"),
    Op.DISCARD_REPLACED: ("<<", "cyan"),
    Op.REMOVE_PENDING_REPLACE: ("~", "dim"),
    Op.IMPORT: ("=", "green"),
    Op.IMPORT_REPLACEMENT: ("=>", "magenta"),
}
"""Sign and colour of each operation; the signs are those of the Pulumi CLI."""

_SIGNS_OF_STANDINGS: Final = {Standing.FAILED: ("x", "bold red"), Standing.BEGUN: ("?", "yellow")}
_GUTTER: Final = 3
_GAP: Final = "  "
_NAME_SHARE: Final = 0.55
_TYPE_WIDTH: Final = 24
_WIDE: Final = 110
"""Columns from which names, types and facts stand side by side."""

_MAX_CHANGES: Final = 8
_MIN_VALUE: Final = 12


def plan_lines(report: Report, width: int) -> list[Text]:
    """The tree as lines of at most `width` columns."""
    shown = [root for root in report.roots if _has_change(root)]
    rows = [row for root in shown for row in _rows(root, guide="", below="")]
    names = [cell_len(guide) + cell_len(node.name) for node, guide, _ in rows]
    name_width = min(max(names, default=0), int(width * _NAME_SHARE) - _GUTTER)
    lines: list[Text] = []
    for node, guide, below in rows:
        lines.extend(_lines(node, _phrases(node, report), (guide, below), name_width, width))
        lines.extend(_change_line(change, below, width) for change in _shown_changes(node))
    hidden = sum(1 for root in report.roots for node in root.walk() if node.op is Op.SAME)
    if hidden:
        lines.append(Text(f"{' ' * _GUTTER}{hidden} unchanged, not shown", style="dim"))
    for line in lines:
        line.truncate(width, overflow="ellipsis")
    return lines


def short_type(token: str) -> str:
    """`aws:sqs/queue:Queue` as `sqs:Queue`; a component's type as its last part."""
    package, _, rest = token.partition(":")
    if not rest:
        return token
    module, _, kind = rest.partition(":")
    if package in ("aws", "pulumi"):
        return f"{module.partition('/')[0]}:{kind}" if kind else rest
    return kind or rest


def _rows(node: Node, *, guide: str, below: str) -> Iterator[tuple[Node, str, str]]:
    yield node, guide, below
    children = _in_order([child for child in node.children if _has_change(child)])
    for index, child in enumerate(children):
        last = index == len(children) - 1
        yield from _rows(
            child,
            guide=below + ("└─ " if last else "├─ "),
            below=below + ("   " if last else "│  "),
        )


def _in_order(children: Sequence[Node]) -> list[Node]:
    # Groups first, then single resources, each by name: the order of the events differs from run to run.
    return sorted(children, key=lambda node: (not node.children, node.name, node.type))


def _has_change(node: Node) -> bool:
    return any(each.op is not Op.SAME or each.failed for each in node.walk())


def _lines(
    node: Node, phrases: Sequence[str], guides: tuple[str, str], name_width: int, width: int
) -> Iterator[Text]:
    guide, below = guides
    sign, colour = _SIGNS_OF_STANDINGS.get(node.standing) or SIGNS[node.op]
    plain_sign = "" if node.op is Op.SAME and not node.failed else sign
    text = Text(no_wrap=True)
    text.append(f"{plain_sign:<{_GUTTER}}", style=colour)
    text.append(guide, style="dim")
    name = shorten(one_line(node.name), max(_MIN_VALUE, name_width - cell_len(guide)))
    text.append(name, style="bold" if node.is_component else "")
    text.append(" " * max(0, name_width - cell_len(guide) - cell_len(name)))
    kind = "stack" if node.type == STACK_TYPE else short_type(node.type)
    text.append(_GAP + kind, style="cyan" if node.is_component else "dim")
    if not phrases:
        yield text
        return
    if width >= _WIDE:
        text.append(" " * max(0, _TYPE_WIDTH - cell_len(kind)))
    room = width - cell_len(text.plain) - len(_GAP)
    if width >= _WIDE or (len(phrases) == 1 and len(phrases[0]) <= room):
        text.append(_GAP + _joined(phrases, max(0, room)), style="dim")
        yield text
        return
    # No room for a third column: the facts stand below the name.
    yield text
    lead = f"{' ' * _GUTTER}{below}    "
    yield Text(lead + _joined(phrases, width - cell_len(lead)), style="dim", no_wrap=True)


def _phrases(node: Node, report: Report) -> tuple[str, ...]:
    match node.standing:
        case Standing.FAILED:
            return ("failed",)
        case Standing.BEGUN:
            return ("begun, end not seen",)
        case Standing.NOT_BEGUN if node.op is not Op.SAME:
            return ("not begun",)
        case _ if node.is_component:
            return _extent(node)
        case Standing.DONE:
            return _done_phrases(node, report.operation) if node.is_cloud and node.op is not Op.SAME else ()
        case _:
            return _planned_phrases(node, report.operation)


def _done_phrases(node: Node, operation: Operation) -> tuple[str, ...]:
    word = done_word(operation, node.op)
    if not word:
        return ()
    facts = key_facts(node.type, node.step.new.inputs) if node.op is Op.CREATE and node.step.new else ()
    return (f"{word} in {duration_text(node.seconds)}", *_reasons(node), *facts)


def _planned_phrases(node: Node, operation: Operation) -> tuple[str, ...]:
    new, old = node.step.new, node.step.old
    if operation is Operation.REFRESH:
        return (done_word(operation, node.op),)
    match node.op:
        case Op.CREATE if new:
            return key_facts(node.type, new.inputs)
        case Op.READ | Op.IMPORT if new and new.id:
            return (f"id {one_line(new.id)}",)
        case Op.DELETE if old and operation is Operation.DESTROY:
            return _fate(old)
        case Op.DELETE:
            return ("no longer in the program",)
        case _:
            return _reasons(node)


def _reasons(node: Node) -> tuple[str, ...]:
    return ("because of " + ", ".join(node.step.keys),) if node.op is Op.REPLACE and node.step.keys else ()


def _fate(state: StepState) -> tuple[str, ...]:
    if state.protect:
        return ("protected: cannot be deleted",)
    if state.retain_on_delete:
        return ("stays in the cloud (retain_on_delete)",)
    return (f"id {one_line(state.id)}",) if state.id else ()


def _extent(component: Node) -> tuple[str, ...]:
    resources = [node for node in component.walk() if node.is_cloud]
    changed = sum(1 for node in resources if node.op is not Op.SAME)
    if not resources:
        return ()
    if changed != len(resources):
        return (f"{changed} of {len(resources)} resources",)
    return (f"{changed} {_plural(changed)}",)


def _plural(count: int) -> str:
    return "resource" if count == 1 else "resources"


def _joined(phrases: Sequence[str], room: int) -> str:
    # Whole phrases only: half a fact misleads. The first one is cut when nothing would be left.
    text = shorten(phrases[0], room)
    for phrase in phrases[1:]:
        if cell_len(text) + len(", ") + cell_len(phrase) > room:
            more = f"{text}, {ELLIPSIS}"
            return more if cell_len(more) <= room else text
        text += f", {phrase}"
    return text


def _shown_changes(node: Node) -> list[Change | int]:
    if node.op not in (Op.UPDATE, Op.REPLACE, Op.CREATE_REPLACEMENT):
        return []
    changes = step_changes(node.step)
    shown: list[Change | int] = list(changes[:_MAX_CHANGES])
    if len(changes) > _MAX_CHANGES:
        shown.append(len(changes) - _MAX_CHANGES)
    return shown


def _change_line(change: Change | int, below: str, width: int) -> Text:
    text = Text(" " * _GUTTER, no_wrap=True)
    text.append(f"{below}    ", style="dim")
    if isinstance(change, int):
        text.append(f"and {change} more", style="dim")
        return text
    text.append(f"{one_line(change.path)}: ")
    tail = "  forces replacement" if change.forces_replacement else ""
    room = max(2 * _MIN_VALUE, width - cell_len(text.plain) - len(" -> ") - len(tail))
    if change.added:
        text.append(value_text(change.new, room), style="green")
        text.append(" (new)", style="dim")
    elif change.removed:
        text.append(value_text(change.old, room), style="red")
        text.append(" (removed)", style="dim")
    else:
        old, new = _fit(change, room)
        text.append(old, style="red")
        text.append(" -> ", style="dim")
        text.append(new, style="green")
    text.append(tail, style="magenta")
    return text


def _fit(change: Change, room: int) -> tuple[str, str]:
    # The shorter side gives what it does not need to the longer one.
    old, new = value_text(change.old, room), value_text(change.new, room)
    half = room // 2
    if len(old) <= half:
        return old, shorten(new, room - len(old))
    if len(new) <= half:
        return shorten(old, room - len(new)), new
    return shorten(old, half), shorten(new, half)
