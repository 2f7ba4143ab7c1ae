"""Seeds of automatic names and ids: what was interrupted finds its own again, all else gets another.

A provider answers Check from a seed, so that equal seeds give equal names. Every attempt at one resource must
therefore have the same seed, and no resource that exists may have it already: after a rename by an alias the
URN is free for another resource, and one replacement may have the same id as the one before it.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pavedroad.engine.state import State
    from pavedroad.engine.statefile import Pending
    from pavedroad.engine.values import Props

ORIGIN_KEY: Final = "__seed"
"""Input in which our own provider keeps what it made of the seed; others have none."""


ORIGIN_DIGITS: Final = 16
"""Hex digits of the seed's hash that it keeps."""


class Seeds:
    """The seeds of one run.

    Attributes:
        attempts: Inputs of the creates that an earlier run did not see the end of, by URN.
    """

    def __init__(self, resources: Iterable[State], pending: Iterable[Pending]) -> None:
        """Start from what the stack holds, and what was under way when it was left."""
        self._taken = {(state.type, _origin(state.inputs)) for state in resources}
        self.attempts = {entry.state.urn: entry.state.inputs for entry in pending if entry.type == "creating"}

    def spent(self, type_: str, seed: bytes) -> bool:
        """Whether our own provider made a resource that exists from this very seed.

        Known before it is asked: a name that it has once been asked for is refused to others in the same run.
        """
        return (type_, hashlib.sha256(seed).hexdigest()[:ORIGIN_DIGITS]) in self._taken

    def taken(self, type_: str, checked: Props) -> bool:
        """Whether another resource was made from the seed that the inputs were checked with."""
        origin = _origin(checked)
        return bool(origin) and (type_, origin) in self._taken


def candidates(urn: str, replaced_id: str) -> Iterator[bytes]:
    """The seeds to try, in order; each run tries the same."""
    text = f"{urn}\0{replaced_id}"
    yield hashlib.sha256(text.encode()).digest()
    number = 1
    while True:
        yield hashlib.sha256(f"{text}\0{number}".encode()).digest()
        number += 1


def _origin(inputs: Props) -> str:
    value = inputs.get(ORIGIN_KEY)
    return value if isinstance(value, str) else ""
