"""Words of findings: bounded quotes, lists and globs, so that a finding fits a run-time evaluation."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

# Fact and requirement share the 256 characters of an AWS Config annotation; two such quotes fit beside
# the words around them.
QUOTE_LENGTH: Final = 80


def quote(value: str, length: int = QUOTE_LENGTH) -> str:
    """The value on one line, cut to a length with an ellipsis.

    Only for what may be shown: names, paths, ARNs, enum values. Never for environment values or documents.
    """
    line = " ".join(value.split())
    return line if len(line) <= length else line[: length - 3] + "..."


def listing(values: Iterable[str], length: int = QUOTE_LENGTH) -> str:
    """The values joined by commas, cut to a length; "none" when there are none."""
    return quote(", ".join(values), length) or "none"


def matches(value: str, globs: Iterable[str]) -> bool:
    """Whether the whole value fits one of the globs (`*`, `?`; case counts)."""
    return any(fnmatchcase(value, glob) for glob in globs)
