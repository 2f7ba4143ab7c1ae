"""One batch of a stream's shard on its way through a function: retries, halves, what is given up.

A batch is worked off in order. What a handler reports as failed is tried again from the first failure on; a
failed batch may be halved, which is no retry; records that are too old or were tried too often are given up
(Lambda guide, "Retain discarded batch records"). The caller invokes, and sends what was given up.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

FOREVER: Final = -1


@dataclass(frozen=True)
class StreamRecord:
    """One record.

    Attributes:
        sequence: Its sequence number.
        arrived: Seconds since 1970.
        body: As the function gets it.
    """

    sequence: str
    arrived: float
    body: object


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What a mapping says about failures.

    Attributes:
        retries: Attempts after the first; FOREVER for no limit.
        age_seconds: Older records are given up; FOREVER for none.
        halves: A failed batch is halved.
    """

    retries: int = FOREVER
    age_seconds: float = FOREVER
    halves: bool = False


@dataclass(frozen=True, kw_only=True)
class GivenUp:
    """Records that are not tried again.

    Attributes:
        records: Which, in order.
        condition: Why, in AWS's words.
        attempts: How often they were tried.
    """

    records: Sequence[StreamRecord]
    condition: Literal["RetryAttemptsExhausted", "RecordAgeExceeded"]
    attempts: int


@dataclass
class _Part:
    records: list[StreamRecord]
    failures: int = 0


@dataclass
class ShardBatch:
    """What of a shard was fetched and is not worked off."""

    rules: Rules
    _parts: list[_Part] = field(default_factory=list[_Part])
    _known: set[str] = field(default_factory=set[str])

    def add(self, records: Sequence[StreamRecord]) -> None:
        """Take in what was fetched; records that are known already are passed over."""
        new = [record for record in records if record.sequence not in self._known]
        self._known.update(record.sequence for record in new)
        if new:
            self._parts.append(_Part(new))

    @property
    def done(self) -> bool:
        """Nothing is left."""
        return not self._parts

    def next(self, now: float) -> tuple[list[StreamRecord], GivenUp | None]:
        """What to invoke with, and what became too old meanwhile; both may be empty.

        Args:
            now: Seconds since 1970.
        """
        part = self._parts[0]
        limit = self.rules.age_seconds
        count = 0
        while limit != FOREVER and count < len(part.records) and now - part.records[count].arrived > limit:
            count += 1
        old, part.records = part.records[:count], part.records[count:]
        gone = GivenUp(records=old, condition="RecordAgeExceeded", attempts=part.failures) if old else None
        if not part.records:
            self._parts.pop(0)
            return [], gone
        return part.records, gone

    def succeeded(self) -> None:
        """The records of `next` were worked off."""
        self._parts.pop(0)

    def failed(self, first: int = 0) -> GivenUp | None:
        """The function failed from a record on; what is given up because of it.

        Args:
            first: Index of the first record that failed.
        """
        part = self._parts[0]
        part.records = part.records[first:]
        if self.rules.halves and len(part.records) > 1:
            middle = len(part.records) // 2
            self._parts[0:1] = [_Part(part.records[:middle]), _Part(part.records[middle:])]
            return None
        part.failures += 1
        if self.rules.retries == FOREVER or part.failures <= self.rules.retries:
            return None
        self._parts.pop(0)
        return GivenUp(records=part.records, condition="RetryAttemptsExhausted", attempts=part.failures)
