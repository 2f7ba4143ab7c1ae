"""Property values as the protocol carries them.

Inside the engine a property is the plain Python form of its wire value: what stands in the JSON of a state
file stands in memory. Special values (secret, asset, archive, resource reference, output value) are mappings
with a signature under one well-known key; a value that is not known yet is a well-known string.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from google.protobuf import struct_pb2

from pavedroad.engine.events import SECRET_MASK, UNKNOWN_MASK, Json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

Wire: TypeAlias = "str | int | float | bool | list[Wire] | dict[str, Wire] | None"
Props: TypeAlias = "dict[str, Wire]"
Struct: TypeAlias = struct_pb2.Struct

# The signatures are part of Pulumi's protocol (sdk/go/common/resource/sig, plugin/rpc.go).
SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - a signature, not a secret
ASSET: Final = "c44067f5952c0a294b673a41bacd8c17"
ARCHIVE: Final = "0def7320c3a5731c473e5ecbe6d01bc7"
REFERENCE: Final = "5cf8f73096256a8f31e491e813e4eb8e"
OUTPUT: Final = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
UNKNOWN: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
UNKNOWNS: Final = frozenset(
    {
        UNKNOWN,
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
        "030794c1-ac77-496b-92df-f27374a8bd58",
        "e48ece36-62e2-4504-bad9-02848725956a",
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
    }
)

INTERNAL_PREFIX: Final = "__"
"""Keys of a resource that belong to the provider's bridge, never to the user or a policy."""


def from_struct(struct: struct_pb2.Struct) -> Props:
    """The properties in a protobuf Struct; whole numbers become int."""
    return {key: _from_value(value) for key, value in struct.fields.items()}


def _from_value(value: struct_pb2.Value) -> Wire:
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        return value.string_value
    if kind == "struct_value":
        return {key: _from_value(item) for key, item in value.struct_value.fields.items()}
    if kind == "list_value":
        return [_from_value(item) for item in value.list_value.values]
    if kind == "bool_value":
        return value.bool_value
    if kind == "number_value":
        number = value.number_value
        return int(number) if number.is_integer() else number
    return None


def to_struct(props: Mapping[str, Wire]) -> struct_pb2.Struct:
    """The protobuf Struct of properties."""
    struct = struct_pb2.Struct()
    fields = struct.fields
    for key, item in props.items():
        _fill(fields[key], item)
    return struct


def to_value(item: Wire) -> struct_pb2.Value:
    """The protobuf Value of one property."""
    value = struct_pb2.Value()
    _fill(value, item)
    return value


def _fill(value: struct_pb2.Value, item: Wire) -> None:
    if isinstance(item, str):
        value.string_value = item
    elif isinstance(item, bool):
        value.bool_value = item
    elif isinstance(item, (int, float)):
        value.number_value = item
    elif item is None:
        value.null_value = struct_pb2.NULL_VALUE
    elif isinstance(item, dict):
        value.struct_value.SetInParent()
        fields = value.struct_value.fields
        for key, entry in item.items():
            _fill(fields[key], entry)
    else:
        value.list_value.SetInParent()
        values = value.list_value.values
        for entry in item:
            _fill(values.add(), entry)


def secret(value: Wire) -> Wire:
    """The value marked as a secret; one that is marked already stays as it is."""
    if isinstance(value, dict) and value.get(SIGNATURE) == SECRET:
        return value
    return {SIGNATURE: SECRET, "value": value}


def is_secret(value: Wire) -> bool:
    """Whether the value itself is marked as a secret."""
    return isinstance(value, dict) and value.get(SIGNATURE) == SECRET


def is_unknown(value: Wire) -> bool:
    """Whether the value itself is not known yet."""
    return isinstance(value, str) and value in UNKNOWNS


def rewrite(value: Wire, special: Callable[[str, dict[str, Wire]], Wire]) -> Wire:
    """The value with each signed mapping replaced by `special(signature, mapping)`, outermost first."""
    if isinstance(value, dict):
        signature = value.get(SIGNATURE)
        if isinstance(signature, str):
            return special(signature, value)
        return {key: rewrite(item, special) for key, item in value.items()}
    if isinstance(value, list):
        return [rewrite(item, special) for item in value]
    return value


def rewrite_props(props: Mapping[str, Wire], special: Callable[[str, dict[str, Wire]], Wire]) -> Props:
    """`rewrite` for each property."""
    return {key: rewrite(item, special) for key, item in props.items()}


def contains(value: Wire, test: Callable[[Wire], bool]) -> bool:
    """Whether the test holds for the value or anything in it."""
    if test(value):
        return True
    if isinstance(value, dict):
        return any(contains(item, test) for item in value.values())
    return isinstance(value, list) and any(contains(item, test) for item in value)


def has_unknowns(props: Mapping[str, Wire]) -> bool:
    """Whether any property holds something that is not known yet."""
    return any(contains(item, _unknown_or_pending) for item in props.values())


def _unknown_or_pending(value: Wire) -> bool:
    if isinstance(value, dict) and value.get(SIGNATURE) == OUTPUT:
        return "value" not in value
    return is_unknown(value)


def plain_outputs(props: Mapping[str, Wire]) -> Props:
    """Output values become what they hold: an unknown, or the value, marked when it is secret."""

    def special(signature: str, item: dict[str, Wire]) -> Wire:
        if signature != OUTPUT:
            return {key: rewrite(entry, special) for key, entry in item.items()}
        value = rewrite(item["value"], special) if "value" in item else UNKNOWN
        return secret(value) if item.get("secret") else value

    return rewrite_props(props, special)


def plain_references(props: Mapping[str, Wire]) -> Props:
    """Resource references become the resource's id, or its URN when it has none (a component)."""

    def special(signature: str, item: dict[str, Wire]) -> Wire:
        if signature != REFERENCE:
            return {key: rewrite(entry, special) for key, entry in item.items()}
        return (item["id"] or UNKNOWN) if "id" in item else item.get("urn", "")

    return rewrite_props(props, special)


def reveal(value: Wire) -> Wire:
    """The value with every secret in clear text; for providers and programs that accept no marks."""

    def special(signature: str, item: dict[str, Wire]) -> Wire:
        if signature == SECRET:
            return rewrite(item.get("value"), special)
        return {key: rewrite(entry, special) for key, entry in item.items()}

    return rewrite(value, special)


def reveal_props(props: Mapping[str, Wire]) -> Props:
    """`reveal` for each property."""
    return {key: reveal(item) for key, item in props.items()}


def remark(props: Mapping[str, Wire], marked: Mapping[str, Wire]) -> Props:
    """Mark again what was a secret in `marked`; for providers that accept no marks."""
    return {
        key: secret(item) if contains(marked.get(key), is_secret) else item for key, item in props.items()
    }


def with_secret_keys(props: Props, keys: Iterable[str]) -> Props:
    """The properties with the named ones marked as secrets."""
    named = [key for key in keys if key in props]
    return {**props, **{key: secret(props[key]) for key in named}} if named else props


def elide_assets(props: Mapping[str, Wire]) -> Props:
    """Assets and archives reduced to their hash: a Diff never opens files that may be gone by now."""

    def special(signature: str, item: dict[str, Wire]) -> Wire:
        if signature in {ASSET, ARCHIVE}:
            return {SIGNATURE: signature, "hash": item.get("hash", "")}
        return {key: rewrite(entry, special) for key, entry in item.items()}

    return rewrite_props(props, special)


def same_value(left: Wire, right: Wire) -> bool:
    """Equality that compares assets by hash and ignores secret marks, as Pulumi's own comparison does."""
    return _comparable(left) == _comparable(right)


def _comparable(value: Wire) -> Wire:
    def special(signature: str, item: dict[str, Wire]) -> Wire:
        if signature == SECRET:
            return rewrite(item.get("value"), special)
        if signature in {ASSET, ARCHIVE} and item.get("hash"):
            return {SIGNATURE: signature, "hash": item["hash"]}
        return {key: rewrite(entry, special) for key, entry in item.items()}

    return rewrite(value, special)


def without_internals(props: Mapping[str, Wire]) -> Props:
    """The properties without internal keys, at any depth."""

    def strip(value: Wire) -> Wire:
        if isinstance(value, dict):
            return {key: strip(item) for key, item in value.items() if not key.startswith(INTERNAL_PREFIX)}
        if isinstance(value, list):
            return [strip(item) for item in value]
        return value

    return {key: strip(item) for key, item in props.items() if not key.startswith(INTERNAL_PREFIX)}


def mask(value: Wire) -> Json:
    """The value as an event may show it: no secret, no text of an asset."""
    if isinstance(value, str):
        return UNKNOWN_MASK if value in UNKNOWNS else value
    if isinstance(value, dict):
        return _mask_signed(value) if SIGNATURE in value else {key: mask(value[key]) for key in value}
    return [mask(item) for item in value] if isinstance(value, list) else value


def _mask_signed(value: dict[str, Wire]) -> Json:
    signature = value[SIGNATURE]
    if signature == SECRET or (signature == OUTPUT and value.get("secret")):
        return SECRET_MASK
    if signature == OUTPUT:
        return mask(value["value"]) if "value" in value else UNKNOWN_MASK
    shown = {key: mask(item) for key, item in value.items()}
    return {**shown, "text": "<stripped>"} if signature == ASSET and "text" in value else shown


def masked_props(props: Mapping[str, Wire]) -> Props:
    """The properties with a mask in the place of each secret."""

    def special(signature: str, item: dict[str, Wire]) -> Wire:
        if signature == SECRET:
            return SECRET_MASK
        return {key: rewrite(entry, special) for key, entry in item.items()}

    return rewrite_props(props, special)


def mask_props(props: Mapping[str, Wire]) -> dict[str, Json]:
    """`mask` for each property that is not internal."""
    return {key: mask(item) for key, item in props.items() if not key.startswith(INTERNAL_PREFIX)}
