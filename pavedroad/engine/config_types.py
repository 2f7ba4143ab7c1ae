"""Checks values against the types that projects and policy packs declare for their configuration.

Covers the words of JSON Schema that Pulumi's own configuration uses, so that no schema library is loaded.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final, cast

from pavedroad.engine.request import EngineError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pavedroad.engine.values import Props, Wire

_TYPES: Final[Mapping[str, tuple[type, ...]]] = {
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "array": (list,),
    "object": (dict,),
    "null": (type(None),),
}


def check_type(where: str, type_: str, text: str) -> None:
    """Check the text of a project's configuration value against its declared type.

    Raises:
        EngineError: It is not of that type.
    """
    if type_ == "string":
        return
    try:
        value = cast("Wire", json.loads(text))
    except ValueError:
        value = text
    if type_ not in _TYPES:
        raise EngineError(f"{where}: type: got '{type_}', allowed are {', '.join(sorted(_TYPES))}.")
    if not _is(value, type_):
        raise EngineError(f"{where}: got {text!r}, wanted {type_}.")


def violations(schema: Mapping[str, Wire], value: Wire, where: str) -> Iterator[str]:
    """What in the value breaks the schema, one sentence each: where, got, allowed."""
    types = schema.get("type")
    wanted = types if isinstance(types, list) else [types] if types else []
    if wanted and not any(_is(value, str(name)) for name in wanted):
        yield f"{where}: got {json.dumps(value)}, wanted {' or '.join(map(str, wanted))}"
        return
    if "const" in schema and value != schema["const"]:
        yield f"{where}: got {json.dumps(value)}, allowed is {json.dumps(schema['const'])}"
    yield from _words(schema, value, where)
    if isinstance(value, list):
        items = schema.get("items")
        for index, item in enumerate(value if isinstance(items, dict) else []):
            yield from violations(cast("Props", items), item, f"{where}[{index}]")
    elif isinstance(value, dict):
        yield from _object(schema, value, where)


def _words(schema: Mapping[str, Wire], value: Wire, where: str) -> Iterator[str]:
    choices = schema.get("enum")
    if isinstance(choices, list) and value not in choices:
        yield f"{where}: got {json.dumps(value)}, allowed are {', '.join(json.dumps(c) for c in choices)}"
    yield from _bounds(schema, value, where)
    if isinstance(value, str):
        pattern = schema.get("pattern")
        if isinstance(pattern, str) and not re.search(pattern, value):
            yield f"{where}: got {json.dumps(value)}, wanted a text that matches {pattern}"
    if isinstance(value, list) and schema.get("uniqueItems"):
        twice = any(item in value[:index] for index, item in enumerate(value))
        if twice:
            yield f"{where}: holds an entry twice"


def _object(schema: Mapping[str, Wire], value: Mapping[str, Wire], where: str) -> Iterator[str]:
    required = schema.get("required")
    for name in required if isinstance(required, list) else []:
        if name not in value:
            yield f"{where}.{name}: is required"
    properties = schema.get("properties")
    known = properties if isinstance(properties, dict) else {}
    extra = schema.get("additionalProperties", True)
    for name, item in value.items():
        inner = known.get(name)
        if isinstance(inner, dict):
            yield from violations(inner, item, f"{where}.{name}")
        elif isinstance(extra, dict):
            yield from violations(extra, item, f"{where}.{name}")
        elif extra is False:
            yield f"{where}.{name}: is not allowed, allowed are {', '.join(sorted(known)) or 'none'}"


_BOUNDS: Final[tuple[tuple[str, Callable[[float, float], bool], str], ...]] = (
    ("minimum", lambda got, limit: got >= limit, "at least"),
    ("maximum", lambda got, limit: got <= limit, "at most"),
    ("exclusiveMinimum", lambda got, limit: got > limit, "more than"),
    ("exclusiveMaximum", lambda got, limit: got < limit, "less than"),
    ("minLength", lambda got, limit: got >= limit, "a length of at least"),
    ("maxLength", lambda got, limit: got <= limit, "a length of at most"),
    ("minItems", lambda got, limit: got >= limit, "a count of at least"),
    ("maxItems", lambda got, limit: got <= limit, "a count of at most"),
)


def _bounds(schema: Mapping[str, Wire], value: Wire, where: str) -> Iterator[str]:
    for word, holds, phrase in _BOUNDS:
        limit = schema.get(word)
        if not isinstance(limit, (int, float)):
            continue
        got = _measure(word, value)
        if got is not None and not holds(got, limit):
            yield f"{where}: got {json.dumps(value)}, wanted {phrase} {limit:g}"


def _measure(word: str, value: Wire) -> float | None:
    if word.endswith("Length"):
        return len(value) if isinstance(value, str) else None
    if word.endswith("Items"):
        return len(value) if isinstance(value, list) else None
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _is(value: Wire, type_: str) -> bool:
    if isinstance(value, bool):
        return type_ == "boolean"
    if type_ == "integer" and isinstance(value, float):
        return value.is_integer()
    return type(value) in _TYPES.get(type_, ())
