"""Patches, by which API Gateway changes parts of REST APIs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypedDict, cast

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pavedroad.provider.live.services._wire import Members


class Patch(TypedDict, total=False):
    """One operation."""

    op: Literal["add", "remove", "replace"]
    path: str
    value: str


def patches(now: Members, wanted: Members) -> list[Patch]:
    """What turns what is there into what is wanted; members that are not wanted are left alone."""
    return [patch for name, value in wanted.items() for patch in _member(f"/{name}", now.get(name), value)]


def _member(path: str, now: object, wanted: object) -> Iterator[Patch]:
    if isinstance(wanted, dict):
        there: dict[str, object] = cast("dict[str, object]", now) if isinstance(now, dict) else {}
        yield from _map(path, there, cast("dict[str, object]", wanted))
    elif isinstance(wanted, list):
        known: list[object] = cast("list[object]", now) if isinstance(now, list) else []
        yield from _list(path, known, cast("list[object]", wanted))
    elif _text(now) != _text(wanted):
        yield {"op": "replace", "path": path, "value": _text(wanted)}


def _map(path: str, now: dict[str, object], wanted: dict[str, object]) -> Iterator[Patch]:
    for key in sorted(set(now) - set(wanted)):
        yield {"op": "remove", "path": f"{path}/{_escaped(key)}"}
    for key, value in wanted.items():
        inner = f"{path}/{_escaped(key)}"
        if key in now or isinstance(value, (dict, list)):
            yield from _member(inner, now.get(key), cast("object", value))
        else:
            yield {"op": "add", "path": inner, "value": _text(value)}


def _list(path: str, now: list[object], wanted: list[object]) -> Iterator[Patch]:
    for item in now:
        if item not in wanted:
            yield {"op": "remove", "path": f"{path}/{_escaped(str(item))}"}
    for item in wanted:
        if item not in now:
            yield {"op": "add", "path": f"{path}/{_escaped(str(item))}"}


def _escaped(token: str) -> str:
    return token.replace("~", "~0").replace("/", "~1")


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
