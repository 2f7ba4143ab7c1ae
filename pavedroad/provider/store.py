"""The place where the provider remembers what it made, for types that no emulator has.

A resource of a *recorded* type exists in the provider's record alone. `MemoryStore` keeps it for the life of
the process; a durable one takes its place without a change elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pavedroad.provider.values import Properties


@dataclass(frozen=True, kw_only=True)
class Record:
    """One made resource.

    Attributes:
        token: Its type.
        id: Its id.
        inputs: What it was made from.
        outputs: What it looks like.
    """

    token: str
    id: str
    inputs: Properties
    outputs: Properties


class Store(Protocol):
    """What a record of made resources must do; safe for use from several threads."""

    def put(self, record: Record) -> None:
        """Remember a resource, in place of what was known about it."""
        ...

    def get(self, token: str, resource_id: str) -> Record | None:
        """What is known about a resource; None when it was never made, or is gone."""
        ...

    def remove(self, token: str, resource_id: str) -> None:
        """Forget a resource; nothing happens when it is not known."""
        ...


@dataclass
class MemoryStore:
    """A record that ends with the process; single dict operations are safe between threads."""

    records: dict[tuple[str, str], Record] = field(default_factory=dict[tuple[str, str], Record])

    def put(self, record: Record) -> None:
        """Remember a resource."""
        self.records[record.token, record.id] = record

    def get(self, token: str, resource_id: str) -> Record | None:
        """What is known about a resource."""
        return self.records.get((token, resource_id))

    def remove(self, token: str, resource_id: str) -> None:
        """Forget a resource."""
        self.records.pop((token, resource_id), None)
