"""Reads YAML the way Pulumi does: only true and false are booleans, and dates stay text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, TypeAlias, cast

import yaml

from pavedroad.engine.request import EngineError

if TYPE_CHECKING:
    from pathlib import Path

Yaml: TypeAlias = "str | int | float | bool | list[Yaml] | dict[str, Yaml] | None"

# YAML 1.2's core types; PyYAML's own 1.1 rules turn `on`, `1:30` and `2012-10-17` into other things.
_TYPES: Final = (
    ("tag:yaml.org,2002:bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("tag:yaml.org,2002:int", r"[-+]?(?:0|[1-9][0-9]*)", "-+0123456789"),
    ("tag:yaml.org,2002:float", r"[-+]?[0-9]*\.[0-9]+(?:[eE][-+]?[0-9]+)?|[-+]?[0-9]+\.", "-+.0123456789"),
    ("tag:yaml.org,2002:null", r"~|null|Null|NULL|", "~nN\0"),
)


class _Loader(yaml.CSafeLoader):
    """The safe loader with the types above."""


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in _TYPES:
    _starts = ["" if letter == "\0" else letter for letter in _first]
    _Loader.add_implicit_resolver(_tag, re.compile(f"^(?:{_pattern})$"), _starts)


def load_mapping(path: Path, *, missing: str) -> dict[str, Yaml]:
    """The mapping in a YAML file; an empty file is an empty one.

    Args:
        path: The file.
        missing: The message when there is no such file.

    Raises:
        EngineError: The file is missing, unreadable, malformed or holds something else.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise EngineError(missing) from error
    except (OSError, UnicodeDecodeError) as error:
        raise EngineError(f"{path}: cannot be read: {error}.") from error
    try:
        data = cast("Yaml", yaml.load(text, _Loader))  # noqa: S506 - a safe loader
    except yaml.YAMLError as error:
        raise EngineError(f"{path}: not valid YAML: {error}") from error
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise EngineError(f"{path}: got {type(data).__name__}, wanted a mapping of keys.")
    return data
