"""The indexes of a DynamoDB table: as the API takes them, as it tells them, and how they are changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pavedroad.provider.live.plain import map_in, maps_in, number_in, text_in, texts_in
from pavedroad.provider.live.services._wire import sent, told

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pavedroad.provider.live.plain import Plain, Plains

ON_DEMAND: Final = {
    "maxReadRequestUnits": "MaxReadRequestUnits",
    "maxWriteRequestUnits": "MaxWriteRequestUnits",
}
"""Members of `onDemandThroughput`."""

_UNLIMITED: Final = -1
WARM: Final = {"readUnitsPerSecond": "ReadUnitsPerSecond", "writeUnitsPerSecond": "WriteUnitsPerSecond"}
"""Members of `warmThroughput`."""


def key_schema(block: Plains) -> list[dict[str, str]]:
    """The keys of a table or an index; an index may give them as a list, too."""
    several = maps_in(block, "keySchemas")
    if several:
        return [
            {"AttributeName": text_in(key, "attributeName"), "KeyType": text_in(key, "keyType")}
            for key in several
        ]
    named = (("hashKey", "HASH"), ("rangeKey", "RANGE"))
    return [
        {"AttributeName": text_in(block, name), "KeyType": kind}
        for name, kind in named
        if text_in(block, name)
    ]


def throughput(block: Plains) -> dict[str, int]:
    """What a table or an index with provisioned capacity can do."""
    return {
        "ReadCapacityUnits": number_in(block, "readCapacity"),
        "WriteCapacityUnits": number_in(block, "writeCapacity"),
    }


def global_index(block: Plains, *, provisioned: bool) -> dict[str, object]:
    """A global index as CreateTable and UpdateTable take it."""
    index = _index(block, key_schema(block))
    if provisioned:
        index["ProvisionedThroughput"] = throughput(block)
    if map_in(block, "onDemandThroughput"):
        index["OnDemandThroughput"] = sent(ON_DEMAND, map_in(block, "onDemandThroughput"))
    if map_in(block, "warmThroughput"):
        index["WarmThroughput"] = sent(WARM, map_in(block, "warmThroughput"))
    return index


def local_index(block: Plains, hash_key: str) -> dict[str, object]:
    """A local index as CreateTable takes it; it has the table's hash key."""
    return _index(block, key_schema({"hashKey": hash_key, "rangeKey": text_in(block, "rangeKey")}))


def _index(block: Plains, keys: list[dict[str, str]]) -> dict[str, object]:
    projection: dict[str, object] = {"ProjectionType": text_in(block, "projectionType")}
    if texts_in(block, "nonKeyAttributes"):
        projection["NonKeyAttributes"] = texts_in(block, "nonKeyAttributes")
    return {"IndexName": text_in(block, "name"), "KeySchema": keys, "Projection": projection}


def told_indexes(
    found: Sequence[Mapping[str, object]], asked: Sequence[Plains], *, local: bool
) -> list[Plain]:
    """Indexes as properties, in the order and in the words in which they were asked for."""
    order = {text_in(block, "name"): place for place, block in enumerate(asked)}
    known = {text_in(block, "name"): block for block in asked}
    blocks = sorted(
        (_told(index, known, local=local) for index in found),
        key=lambda block: (order.get(text_in(block, "name"), len(order)), text_in(block, "name")),
    )
    return [*blocks]


def _told(index: Mapping[str, object], known: Mapping[str, Plains], *, local: bool) -> Plains:
    block = told(
        {
            "name": "IndexName",
            "projectionType": "Projection.ProjectionType",
            "nonKeyAttributes": "Projection.NonKeyAttributes",
        },
        index,
    )
    asked = known.get(text_in(block, "name"), {})
    given = texts_in(asked, "nonKeyAttributes")
    if given and set(texts_in(block, "nonKeyAttributes")) == set(given):
        block["nonKeyAttributes"] = asked.get("nonKeyAttributes")
    keys = told({"keys": "KeySchema"}, index)
    schema = [(text_in(key, "AttributeName"), text_in(key, "KeyType")) for key in maps_in(keys, "keys")]
    hashes = [name for name, kind in schema if kind == "HASH"]
    ranges = [name for name, kind in schema if kind == "RANGE"]
    if local:
        block["rangeKey"] = ranges[0]
        return block
    if maps_in(asked, "keySchemas") or len(hashes) > 1 or len(ranges) > 1:
        block["keySchemas"] = [{"attributeName": name, "keyType": kind} for name, kind in schema]
    else:
        block["hashKey"] = hashes[0]
        if ranges:
            block["rangeKey"] = ranges[0]
    capacity = told(
        {"readCapacity": "ReadCapacityUnits", "writeCapacity": "WriteCapacityUnits"},
        _block(index, "ProvisionedThroughput"),
    )
    block.update({name: units for name, units in capacity.items() if units})
    limits = told_limits(_block(index, "OnDemandThroughput"))
    if limits:
        block["onDemandThroughput"] = limits
    # What a table keeps warm, the service tells of the whole only.
    if "warmThroughput" in asked:
        block["warmThroughput"] = asked["warmThroughput"]
    return block


def told_limits(found: Mapping[str, object]) -> Plains:
    """The most that is read and written on demand, where there is a limit."""
    return {name: units for name, units in told(ON_DEMAND, found).items() if units != _UNLIMITED}


def _block(index: Mapping[str, object], key: str) -> Plains:
    return map_in(told({key: key}, index), key)


def index_updates(
    now: Sequence[Plains], wanted: Sequence[Plains], *, provisioned: bool
) -> list[dict[str, object]]:
    """What UpdateTable has to do, one step a call: an index whose keys change is made anew."""
    before = {text_in(block, "name"): block for block in now}
    after = {text_in(block, "name"): block for block in wanted}
    steps: list[dict[str, object]] = [
        {"Delete": {"IndexName": name}}
        for name, block in before.items()
        if name not in after or _fixed(block) != _fixed(after[name])
    ]
    for name, block in after.items():
        there = before.get(name)
        if there is None or _fixed(there) != _fixed(block):
            steps.append({"Create": global_index(block, provisioned=provisioned)})
        elif provisioned and throughput(there) != throughput(block):
            steps.append({"Update": {"IndexName": name, "ProvisionedThroughput": throughput(block)}})
    return steps


def _fixed(block: Plains) -> object:
    """What of an index cannot be changed."""
    keys = sorted((key["KeyType"], key["AttributeName"]) for key in key_schema(block))
    return keys, text_in(block, "projectionType"), sorted(texts_in(block, "nonKeyAttributes"))
