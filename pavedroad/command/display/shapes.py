"""JSON values by shape: the type checker cannot tell object from array in the recursive type by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from pavedroad.engine.events import Json


def as_mapping(value: object) -> Mapping[str, Json] | None:
    """The value when it is an object, else None."""
    return cast("Mapping[str, Json]", value) if isinstance(value, Mapping) else None


def as_list(value: object) -> Sequence[Json] | None:
    """The value when it is an array, else None; a text is none."""
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return cast("Sequence[Json]", value)
    return None
