"""The one accessor of facts: known, absent (None) or unknown (UNKNOWN), over proxies and plain data.

Missing, null, empty text, empty list and empty object are the same thing, absent, and take the caller's
default; zero and false are values. Reading never raises: a number given as text, `"true"` for a boolean, a
list of one where an object is usual and an object where a list is usual are normalised. What cannot be
normalised is absent for `flag` and `number`, and a marker in brackets for `text`, so that a rule that lists
the allowed texts refuses it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final, TypeAlias, cast, overload

from pulumi_policy import Secret, proxy

from guardrails.verdict import UNKNOWN, Maybe, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

Json: TypeAlias = "str | int | float | bool | Sequence[Json] | Mapping[str, Json] | None"

SENTINELS: Final = (
    proxy.UNKNOWN_BOOLEAN_VALUE,
    proxy.UNKNOWN_NUMBER_VALUE,
    proxy.UNKNOWN_STRING_VALUE,
    proxy.UNKNOWN_ARRAY_VALUE,
    proxy.UNKNOWN_ASSET_VALUE,
    proxy.UNKNOWN_ARCHIVE_VALUE,
    proxy.UNKNOWN_OBJECT_VALUE,
)
_SENTINEL_LENGTH: Final = 36
_TARGET: Final = "__target"


class Facts:
    """A value in a tree of properties, with its path. Immutable; children are made when asked for.

    Attributes:
        raw: The value with one layer unwrapped; for the kit only.
        path: Property path, for messages.
    """

    __slots__ = ("path", "raw")

    def __init__(self, value: object, path: str = "") -> None:
        """Wrap a proxy of the SDK or plain data.

        Args:
            value: Proxy, dictionary, list or scalar.
            path: Property path of the value, for messages; empty for the root.
        """
        self.raw = _unwrap(value)
        self.path = path

    def __repr__(self) -> str:
        """Path and state only: a value may be a secret."""
        state = "unknown" if self.unknown else "absent" if self.absent else "known"
        return f"Facts({self.path or '.'}: {state})"

    @property
    def unknown(self) -> bool:
        """Whether the value itself is not known yet (parts of a known object may still be unknown)."""
        return self.raw is UNKNOWN

    @property
    def absent(self) -> bool:
        """Whether the value is missing, null or empty."""
        return self.raw is None

    def at(self, path: str) -> Facts:
        """The value at a dotted path below this one; absent or unknown when the way there is."""
        node = self
        for part in path.split(".") if path else ():
            node = node.child(part)
        return node

    def child(self, key: str) -> Facts:
        """The value under one exact key, which may hold dots; looks into a list of one as into an object."""
        path = f"{self.path}.{key}" if self.path else key
        value = self.raw
        if isinstance(value, list):
            elements = cast("list[object]", value)
            value = _unwrap(elements[0]) if len(elements) == 1 else None
        if value is UNKNOWN:
            return Facts(UNKNOWN, path)
        if isinstance(value, dict):
            return Facts(cast("dict[str, object]", value).get(key), path)
        return Facts(None, path)

    def has(self, path: str) -> bool:
        """Whether the value at the path is set, known or not (code P: presence decides)."""
        return not self.at(path).absent

    def is_unknown(self, path: str) -> bool:
        """Whether the value at the path is set, and not known yet."""
        return self.at(path).unknown

    @overload
    def text(self, path: str = "", *, default: str) -> str | Unknown: ...
    @overload
    def text(self, path: str = "", *, default: None = None) -> Maybe[str]: ...
    def text(self, path: str = "", *, default: str | None = None) -> Maybe[str]:
        """The value as text; a list of one element is that element."""
        value = self.at(path).raw
        if isinstance(value, list) and len(cast("list[object]", value)) == 1:
            value = _unwrap(cast("list[object]", value)[0])
        if value is None:
            return default
        if isinstance(value, (str, Unknown)):
            return value
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, (int, float)):
            return f"{_tidy(value)}"
        return "(list)" if isinstance(value, list) else "(object)"

    @overload
    def flag(self, path: str = "", *, default: bool) -> bool | Unknown: ...
    @overload
    def flag(self, path: str = "", *, default: None = None) -> Maybe[bool]: ...
    def flag(self, path: str = "", *, default: bool | None = None) -> Maybe[bool]:
        """The value as a boolean; the texts true and false count, in any case."""
        value = self.at(path).raw
        if isinstance(value, (bool, Unknown)):
            return value
        if isinstance(value, str):
            return {"true": True, "false": False}.get(value.strip().lower(), default)
        return default

    @overload
    def number(self, path: str = "", *, default: float) -> float | Unknown: ...
    @overload
    def number(self, path: str = "", *, default: None = None) -> Maybe[float]: ...
    def number(self, path: str = "", *, default: float | None = None) -> Maybe[float]:
        """The value as a number, an int when it is whole (the wire knows floats only); number texts count."""
        value = self.at(path).raw
        if isinstance(value, Unknown):
            return value
        if isinstance(value, str):
            try:
                value = float(value)
            except ValueError:
                return default
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
            return default
        return _tidy(value)

    def items(self, path: str = "") -> tuple[Facts, ...] | Unknown:
        """The elements of a list, empty ones left out; anything else that is set is a list of one."""
        node = self.at(path)
        value = node.raw
        if isinstance(value, Unknown):
            return value
        if value is None:
            return ()
        elements = cast("list[object]", value) if isinstance(value, list) else [value]
        children = (Facts(element, f"{node.path}[{index}]") for index, element in enumerate(elements))
        return tuple(child for child in children if not child.absent)

    def texts(self, path: str = "") -> tuple[str | Unknown, ...] | Unknown:
        """The elements of a list as texts; an element may be unknown by itself."""
        items = self.items(path)
        if isinstance(items, Unknown):
            return items
        return tuple(item.text(default="") for item in items)

    def names(self, path: str = "") -> tuple[str, ...]:
        """The keys of an object, sorted, internal ones (`__...`) left out; empty when it is none."""
        value = self.at(path).raw
        if not isinstance(value, dict):
            return ()
        names = (str(key) for key in cast("dict[object, object]", value))
        return tuple(sorted(name for name in names if not name.startswith("__")))

    def children(self, path: str = "") -> Iterator[tuple[str, Facts]]:
        """Key and value of an object's entries, in the order of `names`."""
        node = self.at(path)
        for key in node.names():
            yield key, node.child(key)

    def plain(self, path: str = "") -> Json | Unknown:
        """The value as plain data; UNKNOWN when any part of it is. Assets and archives become None."""
        return _plain(self.at(path).raw)


def raw_entries(props: Mapping[str, object]) -> dict[str, object]:
    """The entries of a proxy as they are, unknowns and wrapped secrets too: what a remediation hands back."""
    entries = _target(props, dict)
    return dict(cast("dict[str, object]", entries))


def _tidy(value: float) -> float:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _unwrap(value: object) -> object:
    """One layer of plain data: UNKNOWN, None for all that is empty, dict, list, scalar or another object."""
    if isinstance(value, Secret):  # remediations get secrets wrapped, validations get them in clear
        value = value.value
    if value is None or value is UNKNOWN:
        return value
    if isinstance(value, str):
        if len(value) >= _SENTINEL_LENGTH and any(sentinel in value for sentinel in SENTINELS):
            return UNKNOWN
        return value or None
    if isinstance(value, Mapping):
        return _target(cast("Mapping[str, object]", value), dict) or None
    if isinstance(value, Sequence) and not isinstance(value, (bytes, bytearray)):
        return _target(cast("Sequence[object]", value), list) or None
    return value


def _target(value: object, kind: type[dict[str, object] | list[object]]) -> object:
    """The plain collection behind a proxy, which answers to the key `__target` without checking values."""
    if isinstance(value, kind):
        return cast("object", value)
    try:
        return cast("Mapping[str, object]", value)[_TARGET]
    except (KeyError, TypeError):
        return kind(cast("Mapping[str, object]", value))


def _plain(value: object) -> Json | Unknown:
    value = _unwrap(value)
    if isinstance(value, dict):
        result: dict[str, Json] = {}
        for key, raw in cast("dict[str, object]", value).items():
            part = _plain(raw)
            if isinstance(part, Unknown):
                return part
            result[key] = part
        return result
    if isinstance(value, list):
        parts = [_plain(raw) for raw in cast("list[object]", value)]
        known = [part for part in parts if not isinstance(part, Unknown)]
        return known if len(known) == len(parts) else UNKNOWN
    if isinstance(value, (str, int, float, Unknown)):
        return _tidy(value) if isinstance(value, float) else value
    return None
