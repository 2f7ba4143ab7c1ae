"""Short, safe text for property values: one line, no control characters, never longer than asked.

Secrets and unknown values are masked before an event is made; their masks are shown as they are.
"""

from __future__ import annotations

import json
import re
import unicodedata
from typing import TYPE_CHECKING, Final

from pavedroad.command.display.shapes import as_list, as_mapping

if TYPE_CHECKING:
    from pavedroad.engine.events import Json

ELLIPSIS: Final = "…"
_MIN_SHORTENED: Final = 2
_HEAD_SHARE: Final = 0.6
_CONTROL: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_BLANKS: Final = re.compile(r"\s+")


def printable(text: str) -> str:
    """Text without terminal control sequences: line ends and tabs stay, other such characters are spelt out.

    Values, names and messages come from programs and packs; an escape sequence could rewrite the terminal.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        char if char in "\n\t" or unicodedata.category(char) not in _CONTROL else f"\\u{ord(char):04x}"
        for char in text
    )


def shorten(text: str, limit: int) -> str:
    """Cut the middle out of a long text: the start of an ARN or a document and its end both tell."""
    if len(text) <= limit:
        return text
    if limit < _MIN_SHORTENED:
        return ELLIPSIS[:limit]
    head = max(1, int((limit - 1) * _HEAD_SHARE))
    tail = limit - 1 - head
    return text[:head] + ELLIPSIS + (text[-tail:] if tail else "")


def one_line(text: str) -> str:
    """The text on one line, runs of blanks folded."""
    return _BLANKS.sub(" ", printable(text)).strip()


def value_text(value: Json, limit: int) -> str:
    """A property value as a reader wants it: plain scalars, compact JSON, at most `limit` characters."""
    return shorten(_plain(value), limit)


def duration_text(seconds: float) -> str:
    """A duration with the digits that count."""
    return f"{seconds:.1f} s" if seconds >= 1 else f"{seconds * 1000:.0f} ms"


def _plain(value: Json) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else str(value)
    if isinstance(value, str):
        return one_line(value) or '""'
    return one_line(json.dumps(_integral(value), ensure_ascii=False, separators=(", ", ": "), default=str))


def _integral(value: Json) -> Json:
    # The wire knows only floats; a reader of `30.0` wonders what the fraction means.
    if isinstance(value, float) and value.is_integer():
        return int(value)
    members, items = as_mapping(value), as_list(value)
    if members is not None:
        return {key: _integral(item) for key, item in members.items()}
    if items is not None:
        return [_integral(item) for item in items]
    return value
