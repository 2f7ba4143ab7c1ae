"""The one place that knows when an order is valid. Pure; a refusal is a value, not an exception."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, TypeVar, cast

from lambdas.shared.order import SCHEMA, Item, Order

MAX_ITEMS: Final = 100
MAX_QUANTITY: Final = 1000
MAX_UNIT_PRICE: Final = 10_000_000
MAX_FILE_CHARACTERS: Final = 1024

_IDENTIFIER: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_CURRENCY: Final = re.compile(r"[A-Z]{3}")
_SKU: Final = re.compile(r"[A-Z0-9-]{1,32}")
_PLACED_AT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?Z")
# SQS refuses a whole message for one of these; surrogates cannot be encoded at all.
_UNSENDABLE: Final = re.compile("[\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]")

_T = TypeVar("_T")
_MISSING: Final = object()


class RefusalCode(StrEnum):
    """Why an order is refused."""

    MISSING_FIELD = "missing_field"
    BAD_TYPE = "bad_type"
    BAD_VALUE = "bad_value"
    TOO_LARGE = "too_large"
    DUPLICATE_IN_REQUEST = "duplicate_in_request"


@dataclass(frozen=True)
class Refusal:
    """An order that is not taken.

    Attributes:
        code: The kind of refusal.
        message: Field, fact and what is allowed, for the caller; it never goes to a log.
        order_id: The order's id if that is valid by itself.
    """

    code: RefusalCode
    message: str
    order_id: str | None = None


class _RefusedError(Exception):
    """Carries the first refusal out of the nested readers; never leaves this module."""

    def __init__(self, code: RefusalCode, message: str) -> None:
        super().__init__(message)
        self.code = code


def validate_order(document: object) -> Order | Refusal:
    """Read an order from a parsed JSON document; unknown fields are dropped."""
    try:
        return _order(document)
    except _RefusedError as refused:
        return Refusal(refused.code, str(refused), _order_id_of(document))


def _order(document: object) -> Order:
    fields = _mapping(document, "order")
    _field(fields, "schema", _schema)
    return Order(
        order_id=_field(fields, "order_id", _matching(_IDENTIFIER)),
        customer_id=_field(fields, "customer_id", _matching(_IDENTIFIER)),
        placed_at=_field(fields, "placed_at", _placed_at),
        currency=_field(fields, "currency", _matching(_CURRENCY)),
        items=_field(fields, "items", _items),
        file=_field(fields, "file", _file) if "file" in fields else None,
    )


def _order_id_of(document: object) -> str | None:
    found = cast("Mapping[str, object]", document).get("order_id") if isinstance(document, Mapping) else None
    return found if isinstance(found, str) and _IDENTIFIER.fullmatch(found) else None


def _field(fields: Mapping[str, object], path: str, read: Callable[[object, str], _T]) -> _T:
    value = fields.get(path.rpartition(".")[2], _MISSING)
    if value is _MISSING:
        raise _RefusedError(RefusalCode.MISSING_FIELD, f"{path}: missing")
    return read(value, path)


def _mapping(value: object, path: str) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise _bad_type(path, value, "an object")
    return cast("Mapping[str, object]", value)


def _text(value: object, path: str) -> str:
    if not isinstance(value, str):
        raise _bad_type(path, value, "a string")
    return value


def _whole(value: object, path: str, low: int, high: int) -> int:
    # True and False are integers to Python, not to JSON.
    if isinstance(value, bool) or not isinstance(value, int):
        raise _bad_type(path, value, "an integer")
    if not low <= value <= high:
        raise _bad_value(path, value, f"{low} to {high}")
    return value


def _matching(pattern: re.Pattern[str]) -> Callable[[object, str], str]:
    def read(value: object, path: str) -> str:
        text = _text(value, path)
        if not pattern.fullmatch(text):
            raise _bad_value(path, text, f"a string that matches {pattern.pattern}")
        return text

    return read


def _schema(value: object, path: str) -> int:
    return _whole(value, path, SCHEMA, SCHEMA)


def _placed_at(value: object, path: str) -> str:
    text = _text(value, path)
    if not (_PLACED_AT.fullmatch(text) and _is_moment(text)):
        raise _bad_value(path, text, "RFC 3339 in UTC, such as 2026-01-31T12:00:00Z")
    return text


def _is_moment(text: str) -> bool:
    try:
        # Fractions beyond microseconds are legal in RFC 3339 and not in this parser; they cannot be wrong.
        datetime.fromisoformat(text[:19])
    except ValueError:
        return False
    return True


def _items(value: object, path: str) -> tuple[Item, ...]:
    if not isinstance(value, Sequence) or isinstance(value, str | bytes):
        raise _bad_type(path, value, "an array")
    items = cast("Sequence[object]", value)
    if not 1 <= len(items) <= MAX_ITEMS:
        raise _bad_value(path, f"{len(items)} items", f"1 to {MAX_ITEMS} items")
    return tuple(_item(item, f"{path}[{position}]") for position, item in enumerate(items))


def _item(value: object, path: str) -> Item:
    fields = _mapping(value, path)
    return Item(
        sku=_field(fields, f"{path}.sku", _matching(_SKU)),
        quantity=_field(fields, f"{path}.quantity", lambda v, p: _whole(v, p, 1, MAX_QUANTITY)),
        unit_price=_field(fields, f"{path}.unit_price", lambda v, p: _whole(v, p, 0, MAX_UNIT_PRICE)),
    )


def _file(value: object, path: str) -> str:
    text = _text(value, path)
    if not 1 <= len(text) <= MAX_FILE_CHARACTERS:
        raise _bad_value(path, f"{len(text)} characters", f"1 to {MAX_FILE_CHARACTERS} characters")
    if _UNSENDABLE.search(text):
        raise _bad_value(path, text, "text without control characters, surrogates and non-characters")
    return text


def _bad_type(path: str, value: object, allowed: str) -> _RefusedError:
    return _RefusedError(RefusalCode.BAD_TYPE, f"{path}: got {_json_name(value)}, allowed {allowed}")


def _json_name(value: object) -> str:
    """What JSON calls the type of `value`."""
    if value is None:
        return "null"
    names: tuple[tuple[type[object], str], ...] = (
        (bool, "a boolean"),
        (str, "a string"),
        (int, "a number"),
        (float, "a number"),
        (Mapping, "an object"),
    )
    return next((name for kind, name in names if isinstance(value, kind)), "an array")


def _bad_value(path: str, value: object, allowed: str) -> _RefusedError:
    shown = ascii(value)
    shown = shown if len(shown) <= 60 else f"{shown[:57]}..."  # noqa: PLR2004 - keeps one line readable
    return _RefusedError(RefusalCode.BAD_VALUE, f"{path}: got {shown}, allowed {allowed}")
