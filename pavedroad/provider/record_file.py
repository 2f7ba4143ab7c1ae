"""The durable record: one SQLite file, true after a kill at any moment.

Write-ahead log with `synchronous=FULL`: what was answered to the engine is on the disk, and what was not is
there whole or not at all. Several providers of one run may share the file; each change is one transaction.
The file is made complete under another name and then linked, so that nobody ever opens half of one. A file
that is no record is refused and left as it is.
"""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing, contextmanager, suppress
from threading import RLock
from typing import TYPE_CHECKING, Final, cast

from pavedroad.provider.sealing import Seal
from pavedroad.provider.store import Key, Place, Record, RecordError

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from pavedroad.provider.sealing import Json
    from pavedroad.provider.values import Properties

# "pave" as a number: what says in the file's header that it is a record of this provider.
_APPLICATION: Final = 0x70617665
_VERSION: Final = 1
# As long as another provider may hold the file for one change.
_BUSY_SECONDS: Final = 30
_SCHEMA: Final = f"""
CREATE TABLE record (
  account TEXT NOT NULL, region TEXT NOT NULL, type TEXT NOT NULL, id TEXT NOT NULL, scope TEXT NOT NULL,
  urn TEXT NOT NULL, seed TEXT NOT NULL, name TEXT NOT NULL, inputs TEXT NOT NULL, outputs TEXT NOT NULL,
  PRIMARY KEY (account, region, type, id, scope)
);
CREATE INDEX by_seed ON record (account, region, type, seed);
CREATE INDEX by_name ON record (account, region, type, name);
CREATE TABLE number (name TEXT PRIMARY KEY, last INTEGER NOT NULL);
PRAGMA application_id = {_APPLICATION};
PRAGMA user_version = {_VERSION};
"""
_COLUMNS: Final = "account, region, type, id, scope, urn, seed, name, inputs, outputs"
_AT_PLACE: Final = "account = ? AND region = ? AND type = ?"
# The texts below are put together from our own words alone; values always travel as parameters.
_PUT: Final = f"INSERT OR REPLACE INTO record ({_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?,?)"  # noqa: S608 - above
_REMOVE: Final = f"DELETE FROM record WHERE {_AT_PLACE} AND id = ? AND scope = ?"  # noqa: S608 - above


class RecordFile:
    """A record in a file; it is made with the first resource."""

    def __init__(self, path: Path) -> None:
        """Name the file, by an absolute path.

        Raises:
            RecordError: The path is relative: the provider's folder is the engine's choice.
        """
        if not path.is_absolute():
            raise RecordError(f"PAVEDROAD_RECORD: got {str(path)!r}, allowed an absolute path of a file")
        self._path = path
        self._seal = Seal(path.with_name(f"{path.name}.key"))
        self._lock = RLock()
        self._opened: sqlite3.Connection | None = None
        self._inside = False

    @property
    def complete(self) -> bool:
        """What is not in the file does not exist."""
        return True

    @contextmanager
    def exclusive(self) -> Generator[None]:
        """One transaction; an error in the block undoes it.

        Raises:
            RecordError: The file cannot be read or written.
        """
        with self._guarded():
            connection = self._connection(make=True)
            connection.execute("BEGIN IMMEDIATE")
            self._inside = True
            try:
                yield
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
            finally:
                self._inside = False

    def put(self, record: Record) -> None:
        """Remember a resource."""
        place = record.key.place
        row = (
            *place,
            record.key.id,
            record.key.scope,
            record.urn,
            record.seed,
            record.name,
            self._text(record.inputs),
            self._text(record.outputs),
        )
        self._write(_PUT, row)

    def get(self, key: Key) -> Record | None:
        """What is known under a key."""
        return self._one("id = ? AND scope = ?", key.place, (key.id, key.scope))

    def remove(self, key: Key) -> None:
        """Forget a resource."""
        self._write(_REMOVE, (*key.place, key.id, key.scope))

    def all(self, place: Place) -> list[Record]:
        """Every resource of a type at a place."""
        return self._records("1 ORDER BY id, scope", place, ())

    def made_from(self, place: Place, seed: str) -> Record | None:
        """The resource that was made from a seed."""
        return self._one("seed = ?", place, (seed,))

    def named(self, place: Place, name: str) -> Record | None:
        """The resource that has a physical name."""
        return self._one("name = ?", place, (name,))

    def last_number(self, name: str) -> int:
        """The last number given under a name."""
        rows = self._read("SELECT last FROM number WHERE name = ?", (name,))
        return int(rows[0][0]) if rows else 0

    def note_number(self, name: str, number: int) -> None:
        """A number was given."""
        self._write("INSERT OR REPLACE INTO number (name, last) VALUES (?, ?)", (name, number))

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._opened is not None:
                self._opened.close()
                self._opened = None

    def _one(self, where: str, place: Place, values: tuple[str, ...]) -> Record | None:
        found = self._records(where, place, values)
        return found[0] if found else None

    def _records(self, where: str, place: Place, values: tuple[str, ...]) -> list[Record]:
        query = f"SELECT {_COLUMNS} FROM record WHERE {_AT_PLACE} AND {where}"  # noqa: S608 - our own words
        return [self._record(row) for row in self._read(query, (*place, *values))]

    def _record(self, row: tuple[str, ...]) -> Record:
        account, region, token, identity, scope, urn, seed, name, inputs, outputs = row
        return Record(
            key=Key(Place(account, region, token), identity, scope),
            urn=urn,
            seed=seed,
            name=name,
            inputs=self._seal.open_all(json.loads(inputs)),
            outputs=self._seal.open_all(json.loads(outputs)),
        )

    def _text(self, properties: Properties) -> str:
        sealed: dict[str, Json] = {key: self._seal.seal(value) for key, value in properties.items()}
        return json.dumps(sealed, separators=(",", ":"), sort_keys=True)

    def _read(self, query: str, values: tuple[str, ...]) -> list[tuple[str, ...]]:
        with self._guarded():
            if self._opened is None and not self._path.exists():
                return []  # a reader makes no file
            rows = self._connection(make=False).execute(query, values).fetchall()
            return cast("list[tuple[str, ...]]", rows)

    def _write(self, query: str, values: tuple[str | int, ...]) -> None:
        if self._inside:
            with self._guarded():
                self._connection(make=True).execute(query, values)
            return
        with self.exclusive():
            self._connection(make=True).execute(query, values)

    @contextmanager
    def _guarded(self) -> Generator[None]:
        with self._lock:
            try:
                yield
            except sqlite3.Error as error:
                raise RecordError(f"the provider's record {self._path}: {error}; {self._advice()}") from error

    def _advice(self) -> str:
        return (
            "see that the folder can be written, that the disk has room and that no other program holds the "
            "file; if it is damaged, move it away and run `pavedroad refresh`"
        )

    def _connection(self, *, make: bool) -> sqlite3.Connection:
        if self._opened is None:
            if make and not self._path.exists():
                self._make()
            self._opened = self._connect()
        return self._opened

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        try:
            self._recognise(connection)
            connection.execute("PRAGMA synchronous = FULL")
        except BaseException:
            connection.close()
            raise
        return connection

    def _recognise(self, connection: sqlite3.Connection) -> None:
        if connection.execute("PRAGMA application_id").fetchone()[0] != _APPLICATION:
            raise RecordError(
                f"PAVEDROAD_RECORD: {self._path} is no record of this provider and is left as it is; "
                "name another file, or move this one away"
            )
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version != _VERSION:
            raise RecordError(
                f"PAVEDROAD_RECORD: {self._path} has format {version}, this provider reads {_VERSION}; "
                "use the pavedroad that wrote it"
            )

    def _make(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        draft = self._path.with_name(f"{self._path.name}.{os.urandom(6).hex()}.new")
        os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        with closing(sqlite3.connect(draft)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.executescript(_SCHEMA)
        with suppress(FileExistsError):
            os.link(draft, self._path)
        draft.unlink()
