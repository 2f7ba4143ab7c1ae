"""What has been planned in this run, for checks across resources."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pavedroad.provider.account import Account
    from pavedroad.provider.values import Properties


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A planned resource.

    Attributes:
        urn: Its URN.
        token: Its type.
        inputs: Its checked inputs, names filled in.
        arn: Its predicted ARN, or nothing.
        account: Where it is made.
    """

    urn: str
    token: str
    inputs: Properties
    arn: str
    account: Account


@dataclass
class Registry:
    """Planned resources of one process, which is one provider in one run; safe between threads."""

    _entries: dict[str, Entry] = field(default_factory=dict[str, Entry])
    _lock: Lock = field(default_factory=Lock)

    def add(self, entry: Entry) -> None:
        """Note a resource; a second check of the same URN replaces the first."""
        with self._lock:
            self._entries[entry.urn] = entry

    def of_type(self, token: str) -> Iterator[Entry]:
        """All planned resources of a type."""
        with self._lock:
            found = [entry for entry in self._entries.values() if entry.token == token]
        return iter(found)

    def by_arn(self, token: str, arn: str) -> Entry | None:
        """The planned resource of a type that has the ARN."""
        return next((entry for entry in self.of_type(token) if entry.arn and entry.arn == arn), None)

    def forget(self) -> None:
        """Begin a new run."""
        with self._lock:
            self._entries.clear()
