"""Merging configuration trees: maps key by key, everything else replaced whole; and where a value came from.

Pure. Lists are never merged: a list that an environment gives stands for itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias, cast

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

Value: TypeAlias = "str | int | float | bool | list[Value] | dict[str, Value] | None"
"""What JSON can say."""

Tree: TypeAlias = dict[str, Value]
"""A map of settings, nested."""

Path: TypeAlias = tuple[str, ...]
"""Keys from the root to a value."""


@dataclass(frozen=True, kw_only=True)
class Layer:
    """Settings of one origin.

    Attributes:
        origin: Where they stand, as a reader would look for it: a file name, or "production profile".
        values: The settings.
    """

    origin: str
    values: Tree


def merge(lower: Tree, upper: Tree) -> Tree:
    """Both trees; where both have a value, the upper one wins; `{}` changes nothing.

    Associative as long as no tree has a plain value where another has a map.
    """
    merged = dict(lower)
    for key, value in upper.items():
        below = lower.get(key)
        merged[key] = merge(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged


def merge_all(layers: Iterable[Layer]) -> Tree:
    """All layers, later ones win."""
    merged: Tree = {}
    for layer in layers:
        merged = merge(merged, layer.values)
    return merged


def leaves(tree: Tree, prefix: Path = ()) -> Iterator[tuple[Path, Value]]:
    """Every value that is no map, and every empty map, with its path."""
    for key, value in tree.items():
        if isinstance(value, dict) and value:
            yield from leaves(value, (*prefix, key))
        else:
            yield (*prefix, key), value


def find(tree: Tree, path: Sequence[str]) -> tuple[bool, Value]:
    """Whether the tree has a value at this path, and the value."""
    value: Value = tree
    for key in path:
        if not isinstance(value, dict) or key not in value:
            return False, None
        value = value[key]
    return True, value


def without(tree: Tree, path: Path) -> Tree:
    """The tree without what stands at this path."""
    key, rest = path[0], path[1:]
    if key not in tree:
        return tree
    if rest:
        below = tree[key]
        return {**tree, key: without(below, rest)} if isinstance(below, dict) else tree
    return {name: value for name, value in tree.items() if name != key}


def replace(tree: Tree, path: Path, value: Value) -> Tree:
    """The tree with this value at this path."""
    key, rest = path[0], path[1:]
    below = tree.get(key)
    return {**tree, key: replace(below if isinstance(below, dict) else {}, rest, value) if rest else value}


def origin_of(layers: Sequence[Layer], path: Path) -> str:
    """The layer whose value is in force at this path, else the nearest one above it; "" when none has it."""
    for length in range(len(path), 0, -1):
        for layer in reversed(layers):
            if find(layer.values, path[:length])[0]:
                return layer.origin
    return ""


def as_tree(value: object) -> Tree | None:
    """The value as a tree when it is a map whose keys are texts all the way down, else None."""
    converted = as_value(value)
    return converted if isinstance(converted, dict) else None


def as_value(value: object) -> Value:
    """A parsed YAML or JSON value as what JSON can say; dates become texts, keys become texts."""
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    if isinstance(value, list):
        return [as_value(item) for item in cast("list[object]", value)]
    if isinstance(value, dict):
        return {str(key): as_value(item) for key, item in cast("dict[object, object]", value).items()}
    return str(value)
