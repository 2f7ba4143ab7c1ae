"""Live and recorded types: which a type is today, and which a resource was when it was made.

Resources of *live* types exist in the local cloud, those of *recorded* types in the provider's own record
alone. For what is made from now on, `live/table.py` decides, where a cloud is meant at all. What exists goes
by the mark that its outputs carry, so that a resource is never looked for in the wrong place when a type
moves from one kind to the other.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final

from pavedroad.provider.values import text

if TYPE_CHECKING:
    from pavedroad.provider.values import Properties


class Kind(Enum):
    """Where a resource exists."""

    LIVE = "live"
    RECORDED = "recorded"


KIND_KEY: Final = "__kind"
"""Internal output: the kind that the resource had when it was made."""

SEED_KEY: Final = "__seed"
"""Internal input and output: equal for all that is one resource, another one for its replacement."""


class KindError(Exception):
    """A resource is of a kind that this provider cannot reach; the text says what to do."""


def kind_in(outputs: Properties) -> Kind | None:
    """The kind that a resource's outputs tell; None when another provider, or an older one, made it.

    Raises:
        KindError: The mark is none that this provider knows.
    """
    mark = text(outputs.get(KIND_KEY))
    if mark is None:
        return None
    try:
        return Kind(mark)
    except ValueError as error:
        known = ", ".join(kind.value for kind in Kind)
        raise KindError(
            f"{KIND_KEY}: got {mark!r}, allowed {known}; the state was written by a newer pavedroad, use that"
        ) from error


def marked(outputs: Properties, kind: Kind, seed: str) -> Properties:
    """Outputs with what later operations must know about the resource."""
    marks: Properties = {KIND_KEY: kind.value}
    if seed:
        marks[SEED_KEY] = seed
    return {**outputs, **marks}
