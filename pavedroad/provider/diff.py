"""What changes between two sets of inputs, path by path, and whether it replaces the resource."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from pavedroad.provider.naming import rule_for
from pavedroad.provider.replace import DELETE_FIRST, replaces
from pavedroad.provider.values import Properties, Unknown, Value, is_asset, reveal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pavedroad.provider.sdk import ResourceShape


class Change(Enum):
    """What happened at a path."""

    ADD = "add"
    DELETE = "delete"
    UPDATE = "update"


@dataclass(frozen=True)
class Difference:
    """The answer to a diff.

    Attributes:
        changes: What happened, by path.
        replaces: Paths whose change replaces the resource.
        delete_first: Whether the old resource must go before the new one is made.
    """

    changes: dict[str, Change] = field(default_factory=dict[str, Change])
    replaces: list[str] = field(default_factory=list[str])
    delete_first: bool = False


def compare(
    shape: ResourceShape, old: Properties, new: Properties, ignored: Sequence[str] = ()
) -> Difference:
    """Compare a resource's inputs; internal keys and ignored paths do not count."""
    changes = {
        path: change
        for key in sorted({*old, *new})
        if not key.startswith("__")
        for path, change in _changes(key, old.get(key), new.get(key))
        if not _ignored(path, ignored)
    }
    forcing = [path for path in changes if replaces(shape, path)]
    return Difference(changes, forcing, bool(forcing) and _delete_first(shape, old, new))


def _changes(path: str, old: Value, new: Value) -> Iterator[tuple[str, Change]]:
    if equal(old, new):
        return
    if _absent(old):
        yield path, Change.ADD
    elif _absent(new):
        yield path, Change.DELETE
    elif isinstance(old, dict) and isinstance(new, dict) and not is_asset(old) and not is_asset(new):
        for key in sorted({*old, *new}):
            step = f".{key}" if key.isidentifier() else f"[{json.dumps(key)}]"
            yield from _changes(f"{path}{step}", old.get(key), new.get(key))
    elif isinstance(old, list) and isinstance(new, list):
        for index in range(max(len(old), len(new))):
            before = old[index] if index < len(old) else None
            after = new[index] if index < len(new) else None
            yield from _changes(f"{path}[{index}]", before, after)
    else:
        yield path, Change.UPDATE


def equal(old: Value, new: Value) -> bool:
    """Whether two values mean the same: assets by their hash, JSON documents by what they say."""
    if _absent(old) and _absent(new):
        return True
    plain_old, plain_new = reveal(old), reveal(new)
    if isinstance(plain_new, Unknown):
        return False
    if is_asset(plain_old) and is_asset(plain_new):
        return _hash(plain_old) == _hash(plain_new)
    if plain_old == plain_new:
        return True
    return isinstance(plain_old, str) and isinstance(plain_new, str) and _same_document(plain_old, plain_new)


def _hash(asset: Value) -> Value:
    return asset.get("hash") if isinstance(asset, dict) else None


def _absent(value: Value) -> bool:
    return value is None


def _same_document(old: str, new: str) -> bool:
    # AWS stores the meaning of a JSON document, not its spacing; the official provider ignores the rest too.
    if not (old.lstrip()[:1] == "{" and new.lstrip()[:1] == "{"):
        return False
    try:
        return bool(json.loads(old) == json.loads(new))
    except ValueError:
        return False


def _ignored(path: str, ignored: Sequence[str]) -> bool:
    return any(path == entry or path.startswith((f"{entry}.", f"{entry}[")) for entry in ignored)


def _delete_first(shape: ResourceShape, old: Properties, new: Properties) -> bool:
    """Whether old and new would claim the same physical name."""
    if shape.token in DELETE_FIRST:
        return True
    rule = rule_for(shape)
    if rule is None:
        return False
    defaults = new.get("__defaults")
    automatic = isinstance(defaults, list) and rule.property in defaults
    name = new.get(rule.property)
    return not automatic and name is not None and reveal(name) == reveal(old.get(rule.property))
