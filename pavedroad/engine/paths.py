"""Property paths (`tags.team`, `rules[0].name`, `items[*]`) and what options do with them."""

from __future__ import annotations

import copy
import re
from typing import TYPE_CHECKING, Final, TypeAlias

from pavedroad.engine.values import SECRET, SIGNATURE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pavedroad.engine.values import Props, Wire

Path: TypeAlias = "tuple[str | int, ...]"

WILDCARD: Final = "*"
_PART: Final = re.compile(r"""\.?(?:\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|\[(\*)\]|([^.\["\]]+))""")


def parse(text: str) -> Path | None:
    """The parts of a path; None when it is malformed."""
    parts: list[str | int] = []
    at = 0
    while at < len(text):
        match = _PART.match(text, at)
        if match is None or match.end() == at:
            return None
        quoted, index, star, name = match.groups()
        if index is not None:
            parts.append(int(index))
        else:
            parts.append(quoted.replace('\\"', '"') if quoted is not None else star or name)
        at = match.end()
    return tuple(parts)


def covers(pattern: Path, path: Path) -> bool:
    """Whether the pattern names the path or something around it."""
    return len(pattern) <= len(path) and all(
        mine in (WILDCARD, other) for mine, other in zip(pattern, path, strict=False)
    )


def ignore_changes(old: Props, new: Props, paths: Iterable[str]) -> tuple[Props, list[str]]:
    """The new inputs with the old values at the paths, and the paths that exist on one side only."""
    parsed = [(text, parse(text)) for text in paths]
    if not parsed:
        return new, []
    kept = copy.deepcopy(new)
    broken = [text for text, path in parsed if path and not _reset(old, kept, path)]
    return kept, broken


def _reset(old: Wire, new: Wire, path: Path) -> bool:
    old, new, part, rest = _open(old), _open(new), path[0], path[1:]
    if isinstance(old, dict) and isinstance(new, dict):
        keys: Sequence[str] = sorted({*old, *new}) if part == WILDCARD else [str(part)]
        done = [_reset_key(old, new, key, rest) for key in keys]
        return all(done)
    if isinstance(old, list) and isinstance(new, list):
        if part == WILDCARD:
            done = [_reset_index(old, new, index, rest) for index in range(len(new))]
            return len(old) == len(new) and all(done)
        return isinstance(part, int) and _reset_index(old, new, part, rest)
    return False


def _reset_key(old: dict[str, Wire], new: dict[str, Wire], key: str, rest: Path) -> bool:
    if not rest:
        if key in old:
            new[key] = old[key]
        else:
            new.pop(key, None)
        return True
    if key not in old and key not in new:
        return True
    return key in old and key in new and _reset(old[key], new[key], rest)


def _reset_index(old: list[Wire], new: list[Wire], index: int, rest: Path) -> bool:
    if index >= len(old) or index >= len(new):
        return False
    if rest:
        return _reset(old[index], new[index], rest)
    new[index] = old[index]
    return True


def _open(value: Wire) -> Wire:
    while isinstance(value, dict) and value.get(SIGNATURE) == SECRET:
        value = value.get("value")
    return value
