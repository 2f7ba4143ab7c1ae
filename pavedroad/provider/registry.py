"""What has been planned in this run, for checks across resources."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING

from pavedroad.provider.values import text

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
    """Planned resources of one process, which is one provider in one run; safe between threads.

    They are found by an index: a look through all of them for each of them would take most of the time of a
    run with thousands.
    """

    _entries: dict[str, Entry] = field(default_factory=dict[str, Entry])
    _by_text: dict[tuple[str, str, str], dict[str, Entry]] = field(
        default_factory=dict[tuple[str, str, str], dict[str, Entry]]
    )
    _by_arn: dict[tuple[str, str], dict[str, Entry]] = field(
        default_factory=dict[tuple[str, str], dict[str, Entry]]
    )
    _lock: Lock = field(default_factory=Lock)

    def add(self, entry: Entry) -> None:
        """Note a resource; a second check of the same URN replaces the first."""
        with self._lock:
            former = self._entries.get(entry.urn)
            if former is not None:
                for found in self._places(former):
                    found.pop(former.urn, None)
            self._entries[entry.urn] = entry
            for found in self._places(entry):
                found[entry.urn] = entry

    def having(self, token: str, key: str, value: str) -> list[Entry]:
        """The planned resources of a type with this text as an input, secret or not, in order of planning."""
        with self._lock:
            return list(self._by_text.get((token, key, value), {}).values())

    def by_arn(self, token: str, arn: str) -> Entry | None:
        """The planned resource of a type that has the ARN."""
        with self._lock:
            return next(iter(self._by_arn.get((token, arn), {}).values()), None)

    def forget(self) -> None:
        """Begin a new run."""
        with self._lock:
            self._entries.clear()
            self._by_text.clear()
            self._by_arn.clear()

    def _places(self, entry: Entry) -> Iterator[dict[str, Entry]]:
        """Where the indexes keep a resource."""
        for key, value in entry.inputs.items():
            held = text(value)
            if held is not None:
                yield self._by_text.setdefault((entry.token, key, held), {})
        if entry.arn:
            yield self._by_arn.setdefault((entry.token, entry.arn), {})
