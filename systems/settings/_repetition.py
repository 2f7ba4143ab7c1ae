"""What an environment repeats although it would inherit it, and what is in force with its origin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from systems.settings._problem import shown
from systems.settings._resolve import layers_of
from systems.settings._source import stack_in_files
from systems.settings._tree import as_tree, find, leaves, merge, merge_all, origin_of
from systems.settings.model import EnvironmentSettings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from systems.settings._tree import Layer, Value

DEFAULTS: Final = "default"


@dataclass(frozen=True, kw_only=True)
class Repetition:
    """A value that could go without any effect.

    Attributes:
        path: The setting.
        value: What is repeated.
        file: Where it stands.
        inherited_from: Where the same value comes from anyway.
    """

    path: str
    value: Value
    file: str
    inherited_from: str

    def __str__(self) -> str:
        """One line."""
        return (
            f"{self.path}: {self.value!r} in {self.file} repeats what {self.inherited_from} gives; remove it"
        )


@dataclass(frozen=True, kw_only=True)
class Effective:
    """A value in force and where it comes from."""

    path: str
    value: Value
    origin: str


def repetitions(directory: Path, stack: str) -> Iterator[Repetition]:
    """Values in a stack's own file, and in `pavedroad:base`, that are what they would be without.

    Args:
        directory: Folder that holds Pulumi.yaml.
        stack: Name of the stack.
    """
    layers = layers_of(stack_in_files(directory, stack))
    yield from _repeated(layers.own, layers.below)
    yield from _repeated(layers.standard[-1], layers.standard[:-1])


def effective(directory: Path, stack: str) -> Iterator[Effective]:
    """Every value in force in a stack, with its origin.

    Args:
        directory: Folder that holds Pulumi.yaml.
        stack: Name of the stack.
    """
    layers = layers_of(stack_in_files(directory, stack)).all
    for path, value in leaves(merge(_defaults(), merge_all(layers))):
        written = any(find(layer.values, path)[0] for layer in layers)
        yield Effective(
            path=shown(path), value=value, origin=origin_of(layers, path) if written else DEFAULTS
        )


def _repeated(layer: Layer, below: tuple[Layer, ...]) -> Iterator[Repetition]:
    inherited = merge(_defaults(), merge_all(below))
    for path, value in leaves(layer.values):
        there, same = find(inherited, path)
        # 1 == True in Python, but not in a configuration.
        if there and value == same and type(value) is type(same):
            written = any(find(lower.values, path)[0] for lower in below)
            source = origin_of(below, path) if written else f"the {DEFAULTS}"
            yield Repetition(path=shown(path), value=value, file=layer.origin, inherited_from=source)


def _defaults() -> dict[str, Value]:
    return as_tree(EnvironmentSettings().model_dump(mode="json")) or {}
