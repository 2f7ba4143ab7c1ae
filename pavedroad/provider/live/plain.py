"""Property values as service modules see them: plain JSON, secrets open, whole numbers as integers."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from pavedroad.provider.values import Secret, Unknown, Value

if TYPE_CHECKING:
    from collections.abc import Mapping

Plain: TypeAlias = "bool | int | float | str | list[Plain] | dict[str, Plain] | None"
Plains: TypeAlias = "dict[str, Plain]"


class Whole(dict[str, "Plain"]):
    """A map whose keys the program chooses, such as variables: one that nobody asked for is a difference."""


def plain(value: Value) -> Plain:
    """A value without marks; entries that are not given are left out of maps.

    Raises:
        ValueError: Something in it is not known; an operation that makes something has no unknowns.
    """
    if isinstance(value, Secret):
        return plain(value.value)
    if isinstance(value, Unknown):
        raise ValueError("an operation on the local cloud was given a value that is not known yet")  # noqa: TRY004 - the value is wrong, not its type
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items() if item is not None}
    return value


def plains(properties: Mapping[str, Value]) -> Plains:
    """The given properties of a resource; internal ones are left out."""
    return {
        key: plain(value)
        for key, value in properties.items()
        if value is not None and not key.startswith("__")
    }


def pruned(found: Plain, like: Plain) -> Plain:
    """What was found, without what nobody asked for: a service answers with every field that it has.

    A map that a service module tells as `Whole` is not a block of fields and stays as it is.

    Args:
        found: The service's answer.
        like: What was asked for.
    """
    if isinstance(found, dict) and isinstance(like, dict) and not isinstance(found, Whole):
        return {key: pruned(item, like[key]) for key, item in found.items() if key in like}
    if isinstance(found, list) and isinstance(like, list) and len(found) == len(like):
        return [pruned(item, other) for item, other in zip(found, like, strict=True)]
    return found


def empty(value: Plain) -> bool:
    """Whether a service means "not set" by it: they answer with empty strings, lists and maps."""
    return value is None or value in ("", [], {})


def without_empty(asked: Plain, found: Plain) -> Plain:
    """What was asked for, without what is empty in it and in what was found alike.

    In a map whose keys the program chooses, told as `Whole`, an empty value is one.
    """
    if isinstance(asked, dict) and not isinstance(found, Whole):
        there = found if isinstance(found, dict) else {}
        kept = {key: without_empty(item, there.get(key)) for key, item in asked.items()}
        return {key: item for key, item in kept.items() if not (empty(item) and empty(there.get(key)))}
    if isinstance(asked, list) and isinstance(found, list) and len(asked) == len(found):
        return [without_empty(item, other) for item, other in zip(asked, found, strict=True)]
    return asked


def text_in(properties: Mapping[str, Plain], key: str) -> str:
    """The text under a key; empty when there is none."""
    value = properties.get(key)
    return value if isinstance(value, str) else ""


def number_in(properties: Mapping[str, Plain], key: str, default: int = 0) -> int:
    """The whole number under a key, also when it is written as text."""
    value = properties.get(key)
    if isinstance(value, (int, float)):
        return int(value)
    return int(value) if isinstance(value, str) and value.lstrip("-").isdigit() else default


def flag_in(properties: Mapping[str, Plain], key: str, *, default: bool = False) -> bool:
    """The truth under a key, also when it is written as text."""
    value = properties.get(key)
    if isinstance(value, str):
        return value == "true"
    return value if isinstance(value, bool) else default


def map_in(properties: Mapping[str, Plain], key: str) -> Plains:
    """The map under a key; a list of one block is entered; empty when there is none."""
    value = properties.get(key)
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    return value if isinstance(value, dict) else {}


def list_in(properties: Mapping[str, Plain], key: str) -> list[Plain]:
    """The list under a key; empty when there is none."""
    value = properties.get(key)
    return value if isinstance(value, list) else []


def texts_in(properties: Mapping[str, Plain], key: str) -> list[str]:
    """The texts in the list under a key."""
    return [item for item in list_in(properties, key) if isinstance(item, str)]


def maps_in(properties: Mapping[str, Plain], key: str) -> list[Plains]:
    """The maps in the list under a key."""
    return [item for item in list_in(properties, key) if isinstance(item, dict)]


def strings_in(properties: Mapping[str, Plain], key: str) -> dict[str, str]:
    """The map of texts under a key, such as tags or variables."""
    return {
        name: item if isinstance(item, str) else _written(item)
        for name, item in map_in(properties, key).items()
    }


def _written(value: Plain) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
