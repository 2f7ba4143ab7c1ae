"""Reads the log groups of functions in the local cloud, together and in the order of time.

A stream holds the events of one execution environment, one invocation after the other; START says whose the
lines are that carry no request id of their own.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from pavedroad.cloud.errors import CloudError
from pavedroad.cloud.line import Kind, Line, parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_logs.type_defs import FilteredLogEventTypeDef

POLL_SECONDS: Final = 0.5
_LATE_SECONDS: Final = 5
_PAGE: Final = 10_000
"""The most that one answer holds: FilterLogEvents' own limit. The emulator has no token for the next page."""
_MILLISECONDS: Final = 1000
_READ_SECONDS: Final = 30


@dataclass(frozen=True, kw_only=True)
class Source:
    """A log group of one function.

    Attributes:
        function: What the function is called in the output.
        group: Name of the group.
        account: Account that it is in.
        region: Region that it is in.
        timeout_seconds: How long an invocation may last: its lines are written when it ends.
    """

    function: str
    group: str
    account: str
    region: str
    timeout_seconds: int = 900


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One event of a log.

    Attributes:
        source: Where it stands.
        stream: In which stream of it.
        timestamp: Milliseconds since 1970, UTC.
        line: What it says.
    """

    source: Source
    stream: str
    timestamp: int
    line: Line


@dataclass
class Tail:
    """Reads the same sources again and again, each event once.

    Attributes:
        missing: Groups that were not there when they were read last.
    """

    endpoint: str
    sources: Sequence[Source]
    missing: set[str] = field(default_factory=set[str])
    _seen: dict[tuple[str, str, str, int], int] = field(default_factory=dict[tuple[str, str, str, int], int])
    _invocations: dict[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])
    _read_at_ms: int = 0

    def __post_init__(self) -> None:
        """Make a client for each place."""
        self._clients = {
            place: _client(self.endpoint, *place)
            for place in {(source.account, source.region) for source in self.sources}
        }

    def read(self, since_ms: int) -> list[Entry]:
        """The events since a time that were not given before, by time.

        Raises:
            CloudError: The cloud does not answer.
        """
        found = [entry for source in self.sources for entry in self._read(source, since_ms)]
        # Stable: what has the same millisecond keeps the order in which it was written.
        return sorted(found, key=lambda entry: entry.timestamp)

    def follow(self, since_ms: int, *, pause: Callable[[float], None] = time.sleep) -> Iterator[list[Entry]]:
        """The events as they come, for ever.

        Raises:
            CloudError: The cloud does not answer any more.
        """
        while True:
            asked = int(time.time() * _MILLISECONDS)
            yield self.read(since_ms)
            self._read_at_ms = asked
            self._forget(min(map(self._horizon, self.sources)))
            pause(POLL_SECONDS)

    def _horizon(self, source: Source) -> int:
        """From when on there may be something that was not there at the last reading."""
        return self._read_at_ms - (source.timeout_seconds + _LATE_SECONDS) * _MILLISECONDS

    def _read(self, source: Source, since_ms: int) -> Iterator[Entry]:
        counted: dict[tuple[str, str, str, int], int] = {}
        for event in self._events(source, max(since_ms, self._horizon(source))):
            stream = event.get("logStreamName", "")
            message = event.get("message", "")
            timestamp = event.get("timestamp", 0)
            # Not every event has an id: equal ones are told apart by their number.
            key = (source.group, stream, message, timestamp)
            counted[key] = counted.get(key, 0) + 1
            if counted[key] <= self._seen.get(key, 0):
                continue
            self._seen[key] = counted[key]
            line = parse(message, self._invocations.get((source.group, stream), ""))
            if line.kind is Kind.PLATFORM:
                self._invocations[source.group, stream] = line.request_id
            yield Entry(source=source, stream=stream, timestamp=timestamp, line=line)

    def _events(self, source: Source, since_ms: int) -> Iterable[FilteredLogEventTypeDef]:
        client = self._clients[source.account, source.region]
        try:
            found: list[FilteredLogEventTypeDef] = []
            while True:
                page = client.filter_log_events(logGroupName=source.group, startTime=since_ms, limit=_PAGE)[
                    "events"
                ]
                last = page[-1].get("timestamp", 0) if len(page) >= _PAGE else since_ms
                if last <= since_ms:
                    found.extend(page)
                    break
                # What has the last moment may go on in the next page, and is read again with it.
                found.extend(event for event in page if event.get("timestamp", 0) < last)
                since_ms = last
        except client.exceptions.ResourceNotFoundException:
            self.missing.add(source.group)
            return []
        except (BotoCoreError, ClientError) as error:
            raise CloudError(
                f"the log group {source.group} cannot be read at {self.endpoint}: {error}",
                remedy="See `pavedroad cloud status` and `pavedroad cloud logs`.",
            ) from error
        self.missing.discard(source.group)
        return found

    def _forget(self, before_ms: int) -> None:
        # Events before that are never asked for again.
        self._seen = {key: count for key, count in self._seen.items() if key[3] >= before_ms}


def _client(endpoint: str, account: str, region: str) -> CloudWatchLogsClient:
    session = boto3.Session(
        aws_access_key_id=account,
        aws_secret_access_key="test",  # noqa: S106 - any will do: the key alone names the account
        region_name=region,
    )
    config = Config(
        retries={"total_max_attempts": 1},
        read_timeout=_READ_SECONDS,
        proxies={},  # never through a proxy of the environment
    )
    return session.client("logs", endpoint_url=endpoint, config=config)
