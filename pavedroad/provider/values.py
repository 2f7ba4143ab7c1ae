"""Property values of the Pulumi protocol as a faithful tree: secrets, unknowns and assets survive both ways.

A `google.protobuf.Struct` becomes plain dicts, lists and scalars with two own kinds: `Secret` and `Unknown`.
Assets and archives stay the signed dicts they are on the wire. Resource references become the id of the
resource, as the official provider receives them; output values become what they hold.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final, TypeAlias

from google.protobuf import struct_pb2

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - the protocol's mark, not a password
ASSET: Final = "c44067f5952c0a294b673a41bacd8c17"
ARCHIVE: Final = "0def7320c3a5731c473e5ecbe6d01bc7"
RESOURCE: Final = "5cf8f73096256a8f31e491e813e4eb8e"
OUTPUT: Final = "d0e6a833031e9bbcd3f4e8bde6ca49a4"


class Unknown(Enum):
    """A value that is not known before the update; one mark per kind of value."""

    STRING = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
    BOOLEAN = "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7"
    NUMBER = "3eeb2bf0-c639-47a8-9e75-3b44932eb421"
    ARRAY = "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2"
    ASSET = "030794c1-ac77-496b-92df-f27374a8bd58"
    ARCHIVE = "e48ece36-62e2-4504-bad9-02848725956a"
    OBJECT = "dd056dcd-154b-4c76-9bd3-c8f88648b5ff"


UNKNOWN: Final = Unknown.STRING
_UNKNOWN_BY_MARK: Final = {kind.value: kind for kind in Unknown}
_MARK_LENGTH: Final = 36


@dataclass(frozen=True)
class Secret:
    """A value that must not be shown; nothing but its holder reads it."""

    value: Value

    def __repr__(self) -> str:
        return "[secret]"


Value: TypeAlias = "bool | float | str | Secret | Unknown | list[Value] | dict[str, Value] | None"
Properties: TypeAlias = "dict[str, Value]"


def decode(struct: struct_pb2.Struct) -> Properties:
    """The tree of a message's properties."""
    return {key: _decode(value) for key, value in struct.fields.items()}


def _decode(value: struct_pb2.Value) -> Value:  # noqa: PLR0911 - one return per kind of value
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        text = value.string_value
        return _UNKNOWN_BY_MARK.get(text, text) if len(text) == _MARK_LENGTH else text
    if kind == "number_value":
        return value.number_value
    if kind == "bool_value":
        return value.bool_value
    if kind == "list_value":
        return [_decode(item) for item in value.list_value.values]
    if kind == "struct_value":
        fields = value.struct_value.fields
        if SIGNATURE in fields:
            return _decode_signed(value.struct_value)
        return {key: _decode(item) for key, item in fields.items()}
    return None


def _decode_signed(struct: struct_pb2.Struct) -> Value:
    signature = struct.fields[SIGNATURE].string_value
    content: Properties = {key: _decode(item) for key, item in struct.fields.items()}
    if signature == SECRET:
        return Secret(content.get("value"))
    if signature == RESOURCE:
        return content.get("id") or UNKNOWN
    if signature == OUTPUT:
        inner = content.get("value", UNKNOWN)
        return Secret(inner) if content.get("secret") is True else inner
    return content


def encode(properties: Mapping[str, Value]) -> struct_pb2.Struct:
    """The message of a tree of properties."""
    struct = struct_pb2.Struct()
    for key, item in properties.items():
        _encode(struct.fields[key], item)
    return struct


def _encode(target: struct_pb2.Value, value: Value) -> None:  # noqa: PLR0911 - one return per kind of value
    if value is None:
        target.null_value = struct_pb2.NULL_VALUE
        return
    if isinstance(value, bool):
        target.bool_value = value
        return
    if isinstance(value, str):
        target.string_value = value
        return
    if isinstance(value, (int, float)):
        target.number_value = value
        return
    if isinstance(value, Unknown):
        target.string_value = value.value
        return
    if isinstance(value, Secret):
        fields = target.struct_value.fields
        fields[SIGNATURE].string_value = SECRET
        _encode(fields["value"], value.value)
        return
    if isinstance(value, list):
        target.list_value.SetInParent()
        for item in value:
            _encode(target.list_value.values.add(), item)
        return
    target.struct_value.SetInParent()
    for key, item in value.items():
        _encode(target.struct_value.fields[key], item)


def is_unknown(value: Value) -> bool:
    """Whether a value, or anything inside it, is not known yet."""
    if isinstance(value, Unknown):
        return True
    if isinstance(value, Secret):
        return is_unknown(value.value)
    if isinstance(value, list):
        return any(is_unknown(item) for item in value)
    if isinstance(value, dict):
        return any(is_unknown(item) for item in value.values())
    return False


def is_secret(value: Value) -> bool:
    """Whether a value, or anything inside it, is secret."""
    if isinstance(value, Secret):
        return True
    if isinstance(value, list):
        return any(is_secret(item) for item in value)
    if isinstance(value, dict):
        return any(is_secret(item) for item in value.values())
    return False


def is_open(*values: Value) -> bool:
    """Whether all of several values are known and may be told, with everything inside them."""
    return not any(is_unknown(value) or is_secret(value) for value in values)


def reveal(value: Value) -> Value:
    """The value with every secret mark taken off; for decisions only, never for messages."""
    if isinstance(value, Secret):
        return reveal(value.value)
    if isinstance(value, list):
        return [reveal(item) for item in value]
    if isinstance(value, dict):
        return {key: reveal(item) for key, item in value.items()}
    return value


def is_asset(value: Value) -> bool:
    """Whether a value is an asset or an archive."""
    return isinstance(value, dict) and value.get(SIGNATURE) in {ASSET, ARCHIVE}


def text(value: Value) -> str | None:
    """The string a value holds, secret or not; None when it is anything else or not known."""
    inner = value.value if isinstance(value, Secret) else value
    return inner if isinstance(inner, str) else None


def number(value: Value) -> float | None:
    """The number a value holds, also when it is written as text; None when it is none or not known."""
    inner = value.value if isinstance(value, Secret) else value
    if isinstance(inner, bool):
        return None
    if isinstance(inner, (int, float)):
        return inner
    if isinstance(inner, str):
        try:
            return float(inner)
        except ValueError:
            return None
    return None


def flag(value: Value) -> bool | None:
    """The truth a value holds, also when it is written as text; None when it is none or not known."""
    inner = value.value if isinstance(value, Secret) else value
    if isinstance(inner, bool):
        return inner
    return {"true": True, "false": False}.get(inner) if isinstance(inner, str) else None


def at(value: Value, *path: str) -> Value:
    """What stands at a path of keys; lists of one block are entered; UNKNOWN when something on the way is."""
    current = value
    for key in path:
        current = _block(current)
        if isinstance(current, Unknown):
            return UNKNOWN
        if not isinstance(current, dict):
            return None
        current = current.get(key)
    return current


def _block(value: Value) -> Value:
    inner = value.value if isinstance(value, Secret) else value
    if isinstance(inner, list) and len(inner) == 1:
        return _block(inner[0])
    return inner


def items(value: Value) -> list[Value]:
    """The elements of a list, or nothing when the value is no list or not known."""
    inner = value.value if isinstance(value, Secret) else value
    return inner if isinstance(inner, list) else []


def entries(value: Value) -> Iterator[tuple[str, Value]]:
    """The entries of a map, or nothing when the value is no map or not known."""
    inner = value.value if isinstance(value, Secret) else value
    if isinstance(inner, dict):
        yield from inner.items()
