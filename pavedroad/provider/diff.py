"""What changes between two sets of inputs, path by path, and whether it replaces the resource."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Final

from pavedroad.provider.computed import COMPUTED
from pavedroad.provider.naming import rule_for
from pavedroad.provider.replace import DELETE_FIRST, replaces
from pavedroad.provider.sets import SETS
from pavedroad.provider.values import Properties, Unknown, Value, is_asset, reveal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pavedroad.provider.sdk import ResourceShape


_INDEX: Final = re.compile(r"\[\d+\]")


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

    @property
    def tops(self) -> set[str]:
        """Properties that change, or in which something does."""
        return {path.partition(".")[0].partition("[")[0] for path in self.changes}


@dataclass(frozen=True)
class _Comparison:
    """What is known about a type while its inputs are compared."""

    token: str
    defaults: Mapping[str, Value]
    computed: Mapping[str, Sequence[float]] = field(default_factory=dict[str, "Sequence[float]"])

    def changes(self, path: str, old: Value, new: Value, known: Value) -> Iterator[tuple[str, Change]]:
        """What happens at a path and under it; `known` is what the resource has there."""
        if equal(old, new):
            return
        if _absent(old):
            # To ask for what is there already is no change.
            if _absent(known) or not equal(known, new):
                yield path, Change.ADD
        elif _absent(new):
            if not (equal(old, self.defaults.get(path)) or self._computed(path, old)):
                yield path, Change.DELETE
        elif isinstance(old, dict) and isinstance(new, dict) and not is_asset(old) and not is_asset(new):
            for key in sorted({*old, *new}):
                step = f".{key}" if key.isidentifier() else f"[{json.dumps(key)}]"
                there = known.get(key) if isinstance(known, dict) else None
                yield from self.changes(f"{path}{step}", old.get(key), new.get(key), there)
        elif isinstance(old, list) and isinstance(new, list):
            if not (self._unordered(path) and _same_members(old, new)):
                yield from self._elements(path, old, new)
        else:
            yield path, Change.UPDATE

    def _elements(self, path: str, old: list[Value], new: list[Value]) -> Iterator[tuple[str, Change]]:
        for index in range(max(len(old), len(new))):
            before = old[index] if index < len(old) else None
            after = new[index] if index < len(new) else None
            yield from self.changes(f"{path}[{index}]", before, after, None)

    def _computed(self, path: str, old: Value) -> bool:
        """Whether AWS goes on to have a value that is left out."""
        kept = self.computed.get(path)
        return kept is not None and (not kept or reveal(old) in kept)

    def _unordered(self, path: str) -> bool:
        return _INDEX.sub("", path) in SETS.get(self.token, frozenset[str]())


def compare(
    shape: ResourceShape,
    old: Properties,
    new: Properties,
    ignored: Sequence[str] = (),
    *,
    known: Properties | None = None,
    defaults: Mapping[str, Value] | None = None,
    exact: bool = False,
) -> Difference:
    """Compare a resource's inputs; internal keys and ignored paths do not count.

    Args:
        shape: Its type.
        old: Its inputs so far.
        new: Its inputs from now on.
        ignored: Paths whose changes do not count.
        known: Its outputs; an input that asks for what an output has is no change.
        defaults: What AWS fills in; an input that is left out and had that value is no change.
        exact: Whether also to leave out what AWS goes on to have is a change: for what was found, not asked.
    """
    computed = {} if exact else COMPUTED.get(shape.token, {})
    comparison = _Comparison(shape.token, defaults or {}, computed)
    outputs = known or {}
    changes = {
        path: change
        for key in sorted({*old, *new})
        if not key.startswith("__")
        for path, change in comparison.changes(key, old.get(key), new.get(key), outputs.get(key))
        if not _ignored(path, ignored)
    }
    forcing = [path for path in changes if replaces(shape, path)]
    return Difference(changes, forcing, bool(forcing) and _delete_first(shape, old, new))


def compare_all_tags(known: Properties, wanted: Value) -> dict[str, Change]:
    """What the provider's own tags change about a resource whose tags stay as they are."""
    comparison = _Comparison("", {})
    return dict(comparison.changes("tagsAll", known["tagsAll"], wanted, None)) if "tagsAll" in known else {}


def _same_members(old: list[Value], new: list[Value]) -> bool:
    left = list(new)
    for item in old:
        found = next((index for index, other in enumerate(left) if equal(item, other)), None)
        if found is None:
            return False
        del left[found]
    return not left


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
