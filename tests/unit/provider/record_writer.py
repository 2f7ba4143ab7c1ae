"""Writes resources into a record until it is killed; says on its output what was answered."""

from __future__ import annotations

import sys
from pathlib import Path

from pavedroad.provider.record_file import RecordFile
from pavedroad.provider.store import Key, Place, Record
from pavedroad.provider.values import Secret

PLACE = Place("111122223333", "eu-west-1", "aws:sqs/queue:Queue")


def record(index: int, version: int) -> Record:
    """A resource that shows which write it comes from, and whether all of it is there."""
    body = f"{version} " * 500
    return Record(
        key=Key(PLACE, f"q{index}"),
        urn=f"urn:q{index}",
        seed=f"seed{index}",
        name=f"q{index}",
        inputs={"version": version, "body": body},
        outputs={"version": version, "body": body, "token": Secret(f"hidden {version}")},
    )


def main() -> None:
    """Arguments: path of the record, first number to write."""
    store = RecordFile(Path(sys.argv[1]))
    index = int(sys.argv[2])
    while True:
        with store.exclusive():
            store.put(record(index, 1))
            store.note_number("count", index)
        sys.stdout.write(f"made {index}\n")
        sys.stdout.flush()
        store.put(record(index, 2))
        sys.stdout.write(f"changed {index}\n")
        sys.stdout.flush()
        if index % 3 == 0:
            store.remove(Key(PLACE, f"q{index}"))
            sys.stdout.write(f"removed {index}\n")
            sys.stdout.flush()
        index += 1


if __name__ == "__main__":
    main()
