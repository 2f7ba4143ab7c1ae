"""A state machine's definition: the shape that Step Functions demands before it reads any expression."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pavedroad.provider.limits.finding import Finding, quote
from pavedroad.provider.values import Value, entries, items

if TYPE_CHECKING:
    from collections.abc import Iterator

_TYPES: Final = ("Task", "Pass", "Choice", "Wait", "Succeed", "Fail", "Parallel", "Map")
_ENDING: Final = frozenset({"Succeed", "Fail", "Choice"})
_STATE_NAME: Final = 80
_NEEDS: Final[dict[str, tuple[str, ...]]] = {
    "Choice": ("Choices",),
    "Map": ("ItemProcessor", "Iterator"),
    "Parallel": ("Branches",),
    "Task": ("Resource",),
    "Wait": ("Seconds", "SecondsPath", "Timestamp", "TimestampPath"),
}


def check_definition(definition: Value) -> Iterator[Finding]:
    """Start, types, ends and transitions of all states, nested machines included; no JSON passes."""
    if definition is not None:
        yield from _machine(definition, "definition")


def _machine(machine: Value, path: str) -> Iterator[Finding]:
    if not isinstance(machine, dict):
        yield Finding(path, f"{path}: got JSON that is no object, allowed an object with StartAt and States")
        return
    states = dict(entries(machine.get("States")))
    if not states:
        yield Finding(
            path, f"{path}.States: got no state, allowed one or more by name (Amazon States Language)"
        )
        return
    start = machine.get("StartAt")
    if start not in states:
        yield Finding(
            path,
            f"{path}.StartAt: got {quote(start)}, allowed one of the states: {', '.join(sorted(states))}",
        )
    for name, state in states.items():
        yield from _state(state, name, states, f"{path}.States.{name}")


def _state(state: Value, name: str, states: dict[str, Value], path: str) -> Iterator[Finding]:
    block = dict(entries(state))
    kind = block.get("Type")
    if len(name) > _STATE_NAME:
        yield Finding(path, f"{path}: got a name of {len(name)} characters, allowed at most {_STATE_NAME}")
    if kind not in _TYPES:
        yield Finding(path, f"{path}.Type: got {quote(kind)}, allowed one of {', '.join(_TYPES)}")
        return
    if kind not in _ENDING and (block.get("Next") is None) == (block.get("End") is not True):
        yield Finding(
            path,
            f"{path}: got {'neither' if block.get('Next') is None else 'both'} of Next and End, allowed one",
        )
    for place, target in _targets(block):
        if target not in states:
            yield Finding(path, f"{path}.{place}: got {quote(target)}, which is no state of this machine")
    yield from _needs(block, path)
    for index, branch in enumerate(items(block.get("Branches"))):
        yield from _machine(branch, f"{path}.Branches[{index}]")
    for key in ("ItemProcessor", "Iterator"):
        if block.get(key) is not None:
            yield from _machine(block[key], f"{path}.{key}")


def _needs(block: dict[str, Value], path: str) -> Iterator[Finding]:
    """What a state of a kind cannot be without."""
    kind = block.get("Type")
    choices = _NEEDS.get(kind if isinstance(kind, str) else "", ())
    if choices and not any(block.get(key) not in (None, []) for key in choices):
        yield Finding(
            path, f"{path}: got none of {', '.join(choices)}, a {kind} state has one (Amazon States Language)"
        )
    if kind == "Wait" and sum(block.get(key) is not None for key in choices) > 1:
        yield Finding(path, f"{path}: got several of {', '.join(choices)}, a Wait state has one")


def _targets(block: dict[str, Value]) -> Iterator[tuple[str, Value]]:
    for key in ("Next", "Default"):
        if block.get(key) is not None:
            yield key, block[key]
    for kind in ("Choices", "Catch"):
        for index, choice in enumerate(items(block.get(kind))):
            target = dict(entries(choice)).get("Next")
            yield f"{kind}[{index}].Next", target
