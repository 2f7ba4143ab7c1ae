"""What a package's Python SDK calls a resource type and its properties.

The generated sources are read as text: importing them would cost half a second. A package or a type that is
not installed is named by the generator's usual rule, and what lies below its properties keeps its wire names,
which the SDK takes as well.
"""

from __future__ import annotations

import keyword
import re
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_FIELD: Final = re.compile(
    r'@pulumi\.getter(?:\(name="(\w+)"\))?\n(?:    @[^\n]*\n)*'
    r"    def (\w+)\(self\) -> pulumi\.Input\[([^\n]*)\]:\n"
)
_NESTED: Final = re.compile(r"'(?:\w+\.)*(\w+Args)'")
_HEAD: Final = "\n@pulumi.input_type\nclass "


@dataclass(frozen=True, kw_only=True)
class Property:
    """One property.

    Attributes:
        python: Its name in Python.
        holds: Class of the arguments that it holds, one or many; empty for all else.
        folder: Where that class is defined.
    """

    python: str
    holds: str = ""
    folder: Path = Path()

    @cached_property
    def fields(self) -> Mapping[str, Property] | None:
        """Those of the object that it holds, by wire name; None when its keys are the program's own.

        Looked up when they are needed: some types hold themselves.
        """
        if not self.holds:
            return None
        fields = _fields(_inputs(self.folder), self.holds)
        return {wire: _property(self.folder, *entry) for wire, entry in fields.items()}


@dataclass(frozen=True, kw_only=True)
class Constructor:
    """What makes a resource in a program.

    Attributes:
        package: Module to import.
        alias: What it is imported as.
        call: The class, from the alias on.
        properties: By wire name, as far as they are known.
    """

    package: str
    alias: str
    call: str
    properties: Mapping[str, Property]

    def property(self, wire: str) -> Property:
        """One property; by the usual rule where the SDK's sources do not tell."""
        return self.properties.get(wire) or Property(python=python_name(wire))


def constructor(token: str) -> Constructor:
    """The constructor of a type.

    Args:
        token: Type token, `package:module/resource:Class`.
    """
    package, _, rest = token.partition(":")
    module, _, name = rest.partition(":")
    alias = python_name(package.replace("-", "_"))
    module = module.partition("/")[0]
    parts = [alias, *([] if module in {"index", ""} else [python_name(module)]), name]
    imported = f"pulumi_{package.replace('-', '_')}"
    return Constructor(
        package=imported, alias=alias, call=".".join(parts), properties=_properties(imported, parts[1:])
    )


def python_name(wire: str) -> str:
    """The usual rule: words joined by underscores; a word of Python gets one at its end."""
    spaced = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", wire)
    name = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", spaced).lower()
    return f"{name}_" if keyword.iskeyword(name) else name


def _properties(package: str, path: list[str]) -> Mapping[str, Property]:
    found = find_spec(package) if package.isidentifier() else None
    if found is None or not found.submodule_search_locations:
        return {}
    folder = Path(found.submodule_search_locations[0]).joinpath(*path[:-1])
    wanted = path[-1].lower()
    for source in sorted(folder.glob("*.py")):
        if source.stem.replace("_", "") == wanted:
            text = source.read_text(encoding="utf-8")
            for name in (f"{path[-1]}Args", f"{path[-1]}InitArgs"):
                if fields := _fields(text, name):
                    return {wire: _property(folder, *entry) for wire, entry in fields.items()}
    return {}


def _property(folder: Path, python: str, hint: str) -> Property:
    nested = _NESTED.search(hint)
    return Property(python=python, holds=nested[1] if nested else "", folder=folder)


def _fields(text: str, name: str) -> dict[str, tuple[str, str]]:
    """Wire name to Python name and type hint, of one class of arguments."""
    start = text.find(f"{_HEAD}{name}:")
    if start < 0:
        return {}
    end = text.find("\nclass ", start + len(_HEAD))
    return {
        wire or python: (python, hint)
        for wire, python, hint in _FIELD.findall(text, start, end if end >= 0 else len(text))
    }


@cache
def _inputs(folder: Path) -> str:
    path = folder / "_inputs.py"
    return path.read_text(encoding="utf-8") if path.is_file() else ""
