"""The words for what a run does, at each of its stages."""

from __future__ import annotations

from enum import Enum
from typing import Final

from pavedroad.engine.events import Op


class Operation(Enum):
    """What is done to a stack."""

    PREVIEW = "preview"
    UPDATE = "update"
    REFRESH = "refresh"
    DESTROY = "destroy"
    IMPORT = "import"
    CHECK = "check"

    @property
    def only_looks(self) -> bool:
        """Whether it leaves the stack and its state as they are."""
        return self in (Operation.PREVIEW, Operation.CHECK)

    @property
    def doing(self) -> str:
        """What is going on, as the start of a line."""
        return _DOING[self]


_DOING: Final = {
    Operation.PREVIEW: "Previewing",
    Operation.UPDATE: "Updating",
    Operation.REFRESH: "Reading anew",
    Operation.DESTROY: "Destroying",
    Operation.IMPORT: "Importing into",
    Operation.CHECK: "Checking",
}

_PLANNED: Final = {
    Op.CREATE: "to create",
    Op.UPDATE: "to update",
    Op.REPLACE: "to replace",
    Op.DELETE: "to delete",
    Op.SAME: "unchanged",
    Op.READ: "read",
    Op.IMPORT: "to import",
}
_DONE: Final = {
    Op.CREATE: "created",
    Op.UPDATE: "updated",
    Op.REPLACE: "replaced",
    Op.DELETE: "deleted",
    Op.SAME: "unchanged",
    Op.READ: "read",
    Op.IMPORT: "imported",
    Op.DISCARD: "forgotten",
}
# A refresh changes no resource: it finds what others have done to it.
_FOUND: Final = {
    Op.UPDATE: "changed outside",
    Op.DELETE: "gone",
    Op.SAME: "unchanged",
}


def counted_words(operation: Operation, *, applied: bool) -> dict[Op, str]:
    """The operations that a summary counts, in its order, each with its word."""
    if operation is Operation.REFRESH:
        return _FOUND
    return _DONE if applied else _PLANNED


def done_word(operation: Operation, op: Op) -> str:
    """What was done to one resource; empty when there is nothing to say about it."""
    return (_FOUND if operation is Operation.REFRESH else _DONE).get(op, "")
