"""One line of the table of limits: a range, a choice or a form, with the page of AWS that says so."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING, TypeAlias

from pavedroad.provider.limits.finding import Finding, quote, refuse, size
from pavedroad.provider.limits.models import interval
from pavedroad.provider.values import Properties, Secret, Unknown, Value, at, is_unknown, number, reveal, text

if TYPE_CHECKING:
    from collections.abc import Iterator


class Measure(Enum):
    """What is counted."""

    VALUE = "value"
    CHARACTERS = "characters"
    BYTES = "bytes"
    ENTRIES = "entries"


@dataclass(frozen=True, kw_only=True)
class Range:
    """A smallest and a greatest amount.

    Attributes:
        path: Path of the input.
        low: Smallest amount, or none.
        high: Greatest amount, or none.
        measure: What is counted.
        unit: Word for the amount, e.g. `seconds`.
        source: Where AWS says so.
    """

    path: str
    low: float | None = None
    high: float | None = None
    measure: Measure = Measure.VALUE
    unit: str = ""
    source: str


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A list of allowed values.

    Attributes:
        path: Path of the input.
        values: Allowed texts and numbers.
        source: Where AWS says so.
    """

    path: str
    values: tuple[str | float, ...]
    source: str


@dataclass(frozen=True, kw_only=True)
class Form:
    """A pattern that the whole text must match.

    Attributes:
        path: Path of the input.
        pattern: Regular expression.
        words: What it means.
        source: Where AWS says so.
    """

    path: str
    pattern: str
    words: str
    source: str


@dataclass(frozen=True, kw_only=True)
class Document:
    """A JSON document with a greatest size.

    Attributes:
        path: Path of the input.
        high: Most characters; white space counts only where AWS counts it.
        spaces_count: Whether white space counts.
        source: Where AWS says so.
    """

    path: str
    high: int
    spaces_count: bool = True
    source: str


Limit: TypeAlias = Range | Choice | Form | Document


def check_limit(limit: Limit, inputs: Properties) -> Iterator[Finding]:
    """What a line refuses in a resource's inputs; unknown and empty values pass."""
    value = at(inputs, *limit.path.split("."))
    plain = value.value if isinstance(value, Secret) else value
    if plain is None or plain == "" or isinstance(plain, Unknown):
        return
    match limit:
        case Range():
            yield from _range(limit, value)
        case Choice():
            known = text(plain) if isinstance(plain, str) else number(plain)
            if known not in limit.values:
                shown = ", ".join(
                    f"{choice:g}" if isinstance(choice, float) else str(choice) for choice in limit.values
                )
                yield refuse(limit.path, value, f"one of {shown} ({limit.source})")
        case Form():
            if isinstance(plain, str) and _compiled(limit.pattern).fullmatch(plain) is None:
                yield refuse(limit.path, value, f"{limit.words} ({limit.source})")
        case Document():
            yield from _document(limit, plain)


def _range(limit: Range, value: Value) -> Iterator[Finding]:
    plain = reveal(value)
    amount = _amount(limit.measure, plain)
    if amount is None:
        if not is_unknown(plain):
            yield refuse(limit.path, value, f"{_allowed(limit)} ({limit.source})")
        return
    if (limit.low is not None and amount < limit.low) or (limit.high is not None and amount > limit.high):
        shown = (
            quote(value)
            if limit.measure is Measure.VALUE
            else size(amount, limit.unit or limit.measure.value)
        )
        yield Finding(limit.path, f"{limit.path}: got {shown}, allowed {_allowed(limit)} ({limit.source})")


def _amount(measure: Measure, value: Value) -> float | None:
    match measure:
        case Measure.VALUE:
            return number(value)
        case Measure.CHARACTERS:
            return len(value) if isinstance(value, str) else None
        case Measure.BYTES:
            return _bytes(value)
        case Measure.ENTRIES:
            return len(value) if isinstance(value, (list, dict)) else 1


def _bytes(value: Value) -> float | None:
    if isinstance(value, str):
        return len(value.encode())
    if isinstance(value, dict) and not is_unknown(value):
        return len(json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode())
    return None


def _allowed(limit: Range) -> str:
    unit = limit.unit or ("" if limit.measure is Measure.VALUE else limit.measure.value)
    return f"{interval(limit.low, limit.high)} {unit}".strip()


def _document(limit: Document, value: Value) -> Iterator[Finding]:
    if not isinstance(value, str):
        return
    try:
        json.loads(value)
    except ValueError as error:
        fault = error.msg if isinstance(error, json.JSONDecodeError) else "it cannot be read"
        place = f" at character {error.pos}" if isinstance(error, json.JSONDecodeError) else ""
        yield Finding(
            limit.path,
            f"{limit.path}: got a text of {len(value)} characters that is no JSON "
            f"({fault}{place}), allowed a JSON "
            f"document; make it with json.dumps",
        )
        return
    length = len(value) if limit.spaces_count else len("".join(value.split()))
    if length > limit.high:
        yield Finding(
            limit.path,
            f"{limit.path}: got a document of {length} characters, allowed at most "
            f"{limit.high} ({limit.source})",
        )


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
