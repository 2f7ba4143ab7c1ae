"""What travels between the functions: message attributes, the fulfilment message, tolerant JSON reading."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from lambdas.shared.order import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_sqs.type_defs import MessageAttributeValueTypeDef

CORRELATION_ID: Final = "correlation_id"
SCHEMA_VERSION: Final = "schema_version"

BAD_JSON: Final = "bad_json"
"""Failure code of a body that is no JSON document."""

_CORRELATION_ID: Final = re.compile(r"[!-~]{1,128}")
_IDENTIFIER: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True)
class Unreadable:
    """A body that cannot be what its queue carries, with the code for the log."""

    code: str
    order_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class FulfilmentMessage:
    """An order that shall be fulfilled; `charge_id` is None where nothing is charged."""

    order_id: str
    charge_id: str | None
    correlation_id: str

    def body(self) -> str:
        """The message as JSON."""
        document = {
            "schema": SCHEMA,
            "order_id": self.order_id,
            "charge_id": self.charge_id,
            "correlation_id": self.correlation_id,
        }
        return json.dumps(document, separators=(",", ":"), ensure_ascii=False)


def is_correlation_id(value: object) -> bool:
    """Whether `value` can travel as a correlation id: 1 to 128 printable ASCII characters, no blanks."""
    return isinstance(value, str) and _CORRELATION_ID.fullmatch(value) is not None


def attributes(correlation_id: str) -> dict[str, MessageAttributeValueTypeDef]:
    """The message attributes that every message of the system carries."""
    return {
        CORRELATION_ID: {"DataType": "String", "StringValue": correlation_id},
        SCHEMA_VERSION: {"DataType": "String", "StringValue": str(SCHEMA)},
    }


def message_bytes(body: str, correlation_id: str) -> int:
    """What SQS counts against its limits: the body and each attribute's name, type and value."""
    size = len(body.encode())
    for name, attribute in attributes(correlation_id).items():
        parts = (name, attribute["DataType"], attribute.get("StringValue", ""))
        size += sum(len(part.encode()) for part in parts)
    return size


def parse_json(body: str) -> object | Unreadable:
    """The document in `body`."""
    try:
        return cast("object", json.loads(body))
    except (ValueError, RecursionError):  # a deep nest of brackets exhausts the parser's stack
        return Unreadable(BAD_JSON)


def parse_fulfilment(body: str) -> FulfilmentMessage | Unreadable:
    """Read a fulfilment message."""
    document = parse_json(body)
    if isinstance(document, Unreadable):
        return document
    if not isinstance(document, dict):
        return Unreadable("bad_type")
    fields = cast("Mapping[str, object]", document)
    order_id = fields.get("order_id")
    known = order_id if isinstance(order_id, str) and _IDENTIFIER.fullmatch(order_id) else None
    if not {"schema", "order_id", "charge_id", "correlation_id"} <= fields.keys():
        return Unreadable("missing_field", known)
    schema, charge_id, correlation_id = (fields[name] for name in ("schema", "charge_id", "correlation_id"))
    if (
        isinstance(schema, bool)
        or not isinstance(schema, int)
        or not isinstance(order_id, str)
        or not isinstance(charge_id, str | None)
        or not isinstance(correlation_id, str)
    ):
        return Unreadable("bad_type", known)
    if schema != SCHEMA or known is None:
        return Unreadable("bad_value", known)
    return FulfilmentMessage(order_id=known, charge_id=charge_id, correlation_id=correlation_id)
