"""What a record of made resources must do, and the one that lives as long as the process.

A resource of a *recorded* type exists in the provider's record alone. `MemoryStore` serves previews and hosts
that keep no record; `record_file.RecordFile` is the durable one.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import RLock
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Generator
    from contextlib import AbstractContextManager

    from pavedroad.provider.values import Properties


class RecordError(Exception):
    """A record cannot be used; the text says why, and what to do."""


class Place(NamedTuple):
    """Where a type of resource is found; the region is empty for what has none."""

    account: str
    region: str
    token: str


class Key(NamedTuple):
    """What tells one resource from all others; the scope parts equal ids of one type."""

    place: Place
    id: str
    scope: str = ""


@dataclass(frozen=True, kw_only=True)
class Record:
    """One made resource.

    Attributes:
        key: Place, id and scope.
        urn: The URN it was made or last updated under.
        seed: What tells it from the one that it replaces.
        name: The physical name that no other may have; empty when AWS does not mind.
        inputs: What it was made from.
        outputs: What it looks like.
    """

    key: Key
    urn: str
    seed: str
    name: str
    inputs: Properties
    outputs: Properties


class Store(Protocol):
    """What a record of made resources must do; safe for use from several threads."""

    @property
    def complete(self) -> bool:
        """Whether what it does not hold does not exist."""
        ...

    def exclusive(self) -> AbstractContextManager[None]:
        """All reads and writes in the block happen as one, or not at all."""
        ...

    def put(self, record: Record) -> None:
        """Remember a resource, in place of what was known under its key."""
        ...

    def get(self, key: Key) -> Record | None:
        """What is known under a key; None when it was never made, or is gone."""
        ...

    def remove(self, key: Key) -> None:
        """Forget a resource; nothing happens when it is not known."""
        ...

    def all(self, place: Place) -> list[Record]:
        """Every resource of a type at a place."""
        ...

    def made_from(self, place: Place, seed: str) -> Record | None:
        """The resource that was made from a seed."""
        ...

    def named(self, place: Place, name: str) -> Record | None:
        """The resource that has a physical name."""
        ...

    def last_number(self, name: str) -> int:
        """The last number given under a name; 0 when none was."""
        ...

    def note_number(self, name: str, number: int) -> None:
        """A number was given."""
        ...


@dataclass
class MemoryStore:
    """A record that ends with the process, and knows nothing of earlier ones."""

    complete: bool = False
    records: dict[Key, Record] = field(default_factory=dict[Key, Record])
    numbers: dict[str, int] = field(default_factory=dict[str, int])
    _lock: RLock = field(default_factory=RLock)

    @contextmanager
    def exclusive(self) -> Generator[None]:
        """Keep other threads out."""
        with self._lock:
            yield

    def put(self, record: Record) -> None:
        """Remember a resource."""
        self.records[record.key] = record

    def get(self, key: Key) -> Record | None:
        """What is known under a key."""
        return self.records.get(key)

    def remove(self, key: Key) -> None:
        """Forget a resource."""
        self.records.pop(key, None)

    def all(self, place: Place) -> list[Record]:
        """Every resource of a type at a place."""
        with self._lock:
            return [record for key, record in self.records.items() if key.place == place]

    def made_from(self, place: Place, seed: str) -> Record | None:
        """The resource that was made from a seed."""
        return next((record for record in self.all(place) if record.seed == seed), None)

    def named(self, place: Place, name: str) -> Record | None:
        """The resource that has a physical name."""
        return next((record for record in self.all(place) if record.name == name), None)

    def last_number(self, name: str) -> int:
        """The last number given under a name."""
        return self.numbers.get(name, 0)

    def note_number(self, name: str, number: int) -> None:
        """A number was given."""
        self.numbers[name] = number
