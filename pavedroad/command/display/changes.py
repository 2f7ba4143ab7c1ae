"""What an update changes: the leaves that differ between old and new inputs, below what the diff names.

Documents in JSON strings (IAM policies, state machines) are compared inside, so that one changed action is
shown as one line and not as two long strings.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pavedroad.command.display.shapes import as_list, as_mapping

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pavedroad.engine.events import Json, StepMetadata

_PATH_PART: Final = re.compile(r'\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|([^.\[\]]+)')


@dataclass(frozen=True, kw_only=True)
class Change:
    """One property that differs.

    Attributes:
        path: Property path, e.g. `tags.owner` or `layers[0]`.
        old: Value before; meaningless when `added`.
        new: Value after; meaningless when `removed`.
        added: There was no value before.
        removed: There is no value after.
        forces_replacement: This property cannot change in place.
    """

    path: str
    old: Json = None
    new: Json = None
    added: bool = False
    removed: bool = False
    forces_replacement: bool = False


def step_changes(step: StepMetadata) -> tuple[Change, ...]:
    """The changed leaves of an update or a replacement, those that force replacement first."""
    old: Mapping[str, Json] = step.old.inputs if step.old else {}
    new: Mapping[str, Json] = step.new.inputs if step.new else {}
    paths = tuple(dict.fromkeys((*step.keys, *step.diffs)))
    if not paths:
        # A refresh names no properties: whatever differs was changed by others.
        names = dict.fromkeys((*old, *new))
        return tuple(
            leaf
            for name in names
            for leaf in _leaves(name, old.get(name, _MISSING), new.get(name, _MISSING), forces=False)
        )
    covered = [path for path in paths if not _below_another(path, paths)]
    found: list[Change] = []
    for path in covered:
        forces = any(key == path or _is_below(key, path) for key in step.keys)
        before, after = _lookup(old, path), _lookup(new, path)
        leaves = tuple(_leaves(path, before, after, forces=forces))
        # A provider may name a property whose inputs are equal (an output drives it): still say its name.
        found.extend(leaves or (_change(path, before, after, forces=forces),))
    return tuple(sorted(found, key=lambda change: not change.forces_replacement))


class _Missing:
    """No value at all, which differs from null."""


_MISSING: Final = _Missing()


def _below_another(path: str, paths: Sequence[str]) -> bool:
    return any(_is_below(path, other) for other in paths)


def _is_below(path: str, other: str) -> bool:
    return path != other and path.startswith((f"{other}.", f"{other}["))


def _lookup(values: Mapping[str, Json], path: str) -> Json | _Missing:
    if path in values:
        return values[path]
    current: Json | _Missing = values
    for quoted, index, name in _PATH_PART.findall(path):
        items, members = as_list(current), as_mapping(current)
        if items is not None and index:
            current = items[int(index)] if int(index) < len(items) else _MISSING
        elif members is not None:
            current = members.get(quoted or name or index, _MISSING)
        else:
            return _MISSING
    return current


def _change(path: str, old: Json | _Missing, new: Json | _Missing, *, forces: bool) -> Change:
    return Change(
        path=path,
        old=None if isinstance(old, _Missing) else old,
        new=None if isinstance(new, _Missing) else new,
        added=isinstance(old, _Missing) and not isinstance(new, _Missing),
        removed=isinstance(new, _Missing) and not isinstance(old, _Missing),
        forces_replacement=forces,
    )


def _leaves(path: str, old: Json | _Missing, new: Json | _Missing, *, forces: bool) -> list[Change]:
    if old == new:
        return []
    before, after = _opened(old), _opened(new)
    members, new_members = as_mapping(before), as_mapping(after)
    if members is not None and new_members is not None:
        pairs = [
            (f"{path}.{name}", members.get(name, _MISSING), new_members.get(name, _MISSING))
            for name in dict.fromkeys((*members, *new_members))
        ]
    else:
        items, new_items = as_list(before), as_list(after)
        if items is None or new_items is None or len(items) != len(new_items):
            return [_change(path, old, new, forces=forces)]
        pairs = [(f"{path}[{i}]", *both) for i, both in enumerate(zip(items, new_items, strict=True))]
    return [leaf for each, left, right in pairs for leaf in _leaves(each, left, right, forces=forces)]


def _opened(value: Json | _Missing) -> Json | _Missing:
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value
