"""Values against botocore's service models: type, range, length, pattern, enum.

Models are read straight from botocore's data files, one service at a time and only when a type needs it;
importing botocore would cost more than all the reading. Patterns are written for another engine: those that
Python cannot read, or reads differently, decide nothing.
"""

from __future__ import annotations

import gzip
import json
import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypedDict, cast

from pavedroad.provider.limits.finding import Finding, quote, refuse, size
from pavedroad.provider.values import Secret, Unknown, Value, is_asset, number

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# Character class set operations, which Python announces for a later version: their meaning may differ.
_DOUBTFUL: Final = ("[[", "--", "&&", "||", "~~")
_INTEGERS: Final = frozenset({"integer", "long"})
_FLOATS: Final = frozenset({"float", "double"})
_SHOWN_CHOICES: Final = 12


class ModelMissingError(Exception):
    """The installed botocore lacks a service, operation or member that the table names."""


class Reference(TypedDict, total=False):
    """A mention of a shape."""

    shape: str


class Shape(TypedDict, total=False):
    """A shape of a service model."""

    type: str
    members: dict[str, Reference]
    member: Reference
    key: Reference
    value: Reference
    min: float
    max: float
    pattern: str
    enum: list[str]
    sensitive: bool


class _Operation(TypedDict, total=False):
    input: Reference


class _Model(TypedDict):
    shapes: dict[str, Shape]
    operations: dict[str, _Operation]


@cache
def model(service: str) -> _Model:
    """The newest model of a service.

    Raises:
        ModelMissingError: botocore has none.
    """
    spec = find_spec("botocore")
    if spec is None or not spec.submodule_search_locations:
        raise ModelMissingError(
            "the package botocore is not installed; run `make setup` in the project's folder"
        )
    folder = Path(spec.submodule_search_locations[0]) / "data" / service
    versions = sorted(path for path in folder.glob("*") if path.is_dir())
    if not versions:
        raise ModelMissingError(f"the installed botocore has no model of the service {service!r}")
    packed = versions[-1] / "service-2.json.gz"
    if packed.is_file():
        return cast("_Model", json.loads(gzip.decompress(packed.read_bytes())))
    return cast("_Model", json.loads((versions[-1] / "service-2.json").read_bytes()))


@cache
def member(service: str, operation: str, path: str) -> str:
    """Name of the shape at a path of members of an operation's input; `[]` enters a list.

    Raises:
        ModelMissingError: There is no such operation or member.
    """
    known = model(service)
    shape = known["operations"].get(operation, {}).get("input", {}).get("shape")
    if shape is None:
        raise ModelMissingError(f"botocore's {service} has no operation {operation}")
    for step in path.split(".") if path else ():
        found = known["shapes"][shape]
        while found.get("type") == "list":
            found = known["shapes"][found.get("member", {}).get("shape", "")]
        inner = found.get("members", {}).get(step, {}).get("shape")
        if inner is None:
            raise ModelMissingError(f"botocore's {service}.{operation} has no member {path!r} (at {step!r})")
        shape = inner
    return shape


def matching(service: str, shape: str, name: str) -> str | None:
    """The member of a structure that a property means; the names differ in case and plural only."""
    return _by_name(service, shape).get(_plain(name))


@cache
def _by_name(service: str, shape: str) -> dict[str, str]:
    return {_plain(name): name for name in model(service)["shapes"][shape].get("members", {})}


def _plain(name: str) -> str:
    lower = name.lower()
    if lower.endswith("ies"):
        return f"{lower[:-3]}y"
    return lower.removesuffix("s")


def check(service: str, shape: str, path: str, value: Value, renamed: Mapping[str, str]) -> Iterator[Finding]:
    """Everything that a model refuses in a value.

    Args:
        service: Service whose model decides.
        shape: Name of the shape.
        path: Path of the value, for messages.
        value: The value; unknown and empty values pass.
        renamed: Members by property path (without indices) where the names differ; empty: not checked.
    """
    known = model(service)["shapes"][shape]
    hidden = isinstance(value, Secret) or known.get("sensitive", False)
    inner = value.value if isinstance(value, Secret) else value
    if inner is None or inner == "" or isinstance(inner, Unknown) or is_asset(inner):
        return
    match known.get("type"):
        case "structure":
            yield from _structure(service, shape, path, inner, renamed)
        case "list":
            yield from _list(service, known, path, inner, renamed)
        case "map":
            yield from _map(service, known, path, inner)
        case "string":
            yield from _string(known, path, Secret(inner) if hidden else inner)
        case "integer" | "long" | "float" | "double":
            yield from _number(known, path, Secret(inner) if hidden else inner)
        case "boolean":
            if not isinstance(inner, bool) and inner not in {"true", "false"}:
                yield refuse(path, value, "true or false")
        case _:
            return


def _structure(
    service: str, shape: str, path: str, value: Value, renamed: Mapping[str, str]
) -> Iterator[Finding]:
    blocks = value if isinstance(value, list) else [value]
    for block in blocks:
        if not isinstance(block, dict):
            continue
        for key, item in block.items():
            place = f"{path}.{key}" if path else key
            generic = re.sub(r"\[\d+\]", "", place)
            name = renamed[generic] if generic in renamed else matching(service, shape, key)
            if not name:
                continue
            inner = _inside(service, shape, name)
            if inner is not None:
                yield from check(service, inner, place, item, renamed)


@cache
def _inside(service: str, shape: str, path: str) -> str | None:
    for step in path.split("."):
        known = model(service)["shapes"][shape]
        while known.get("type") == "list":
            known = model(service)["shapes"][known.get("member", {}).get("shape", "")]
        found = known.get("members", {}).get(step, {}).get("shape")
        if found is None:
            return None
        shape = found
    return shape


def _list(
    service: str, known: Shape, path: str, value: Value, renamed: Mapping[str, str]
) -> Iterator[Finding]:
    # One block may stand for a list of one.
    elements = value if isinstance(value, list) else [value]
    yield from _bounds(known, path, len(elements), "entries")
    element = known.get("member", {}).get("shape", "")
    for index, item in enumerate(elements):
        place = f"{path}[{index}]" if isinstance(value, list) else path
        yield from check(service, element, place, item, renamed)


def _map(service: str, known: Shape, path: str, value: Value) -> Iterator[Finding]:
    if not isinstance(value, dict):
        return
    yield from _bounds(known, path, len(value), "entries")
    for key, item in value.items():
        place = f"{path}.{key}"
        yield from check(service, known.get("key", {}).get("shape", ""), place, key, {})
        yield from check(service, known.get("value", {}).get("shape", ""), place, item, {})


def _string(known: Shape, path: str, value: Value) -> Iterator[Finding]:
    inner = value.value if isinstance(value, Secret) else value
    if not isinstance(inner, str):
        return
    choices = known.get("enum")
    if choices and inner not in choices:
        shown = ", ".join(choices[-_SHOWN_CHOICES:])
        more = (
            f"one of {shown}"
            if len(choices) <= _SHOWN_CHOICES
            else f"one of {len(choices)} values such as {shown}"
        )
        yield refuse(path, value, more)
        return
    found = list(_bounds(known, path, len(inner), "characters"))
    yield from found
    pattern = _compiled(known.get("pattern", ""))
    if not found and pattern is not None and pattern.fullmatch(inner) is None:
        yield refuse(path, value, f"a text that matches {known.get('pattern', '')}")


def _number(known: Shape, path: str, value: Value) -> Iterator[Finding]:
    amount = number(value)
    whole = known.get("type") in _INTEGERS
    if amount is None or (whole and not float(amount).is_integer()):
        yield refuse(path, value, "a whole number" if whole else "a number")
        return
    low, high = known.get("min"), known.get("max")
    if (low is not None and amount < low) or (high is not None and amount > high):
        yield refuse(path, value, interval(low, high))


def _bounds(known: Shape, path: str, length: int, unit: str) -> Iterator[Finding]:
    low, high = known.get("min"), known.get("max")
    if (low is not None and length < low) or (high is not None and length > high):
        yield Finding(path, f"{path}: got {size(length, unit)}, allowed {interval(low, high)} {unit}")


def interval(low: float | None, high: float | None) -> str:
    """The words for a range."""
    if low is not None and high is not None:
        return quote(low) if low == high else f"{quote(low)} to {quote(high)}"
    return f"at least {quote(low)}" if high is None else f"at most {quote(high)}"


@cache
def _compiled(pattern: str) -> re.Pattern[str] | None:
    if not pattern or any(mark in pattern for mark in _DOUBTFUL):
        return None
    try:
        return re.compile(pattern, re.DOTALL | re.ASCII)
    except re.error:
        return None
