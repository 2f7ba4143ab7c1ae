"""DynamoDB: tables."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final, cast

from pavedroad.provider.live.contract import LiveType, Refused
from pavedroad.provider.live.plain import flag_in, map_in, maps_in, number_in, text_in
from pavedroad.provider.live.services._table_indexes import (
    ON_DEMAND,
    WARM,
    global_index,
    index_updates,
    key_schema,
    local_index,
    throughput,
    told_indexes,
    told_limits,
)
from pavedroad.provider.live.services._tags import gone, listed, mapped
from pavedroad.provider.live.services._wire import sent

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import (
        CreateTableInputTypeDef,
        TableDescriptionTypeDef,
        UpdateTableInputTypeDef,
    )

    from pavedroad.provider.live.contract import Call
    from pavedroad.provider.live.plain import Plain, Plains

_ON_DEMAND_MODE: Final = "PAY_PER_REQUEST"
_DEFAULT_VIEW: Final = "NEW_AND_OLD_IMAGES"
_OWN_KEY: Final = "alias/aws/dynamodb"
_PATIENCE_SECONDS: Final = 60.0
_POLL_SECONDS: Final = 0.1
# A table from elsewhere would be empty here, and nobody would be told.
_FROM_ELSEWHERE: Final = (
    "globalTableWitness",
    "importTable",
    "restoreBackupArn",
    "restoreSourceName",
    "restoreSourceTableArn",
)


def _provisioned(call: Call) -> bool:
    return text_in(call.inputs, "billingMode") != _ON_DEMAND_MODE


def _definitions(call: Call) -> list[dict[str, str]]:
    return [
        {"AttributeName": text_in(item, "name"), "AttributeType": text_in(item, "type")}
        for item in maps_in(call.inputs, "attributes")
    ]


def _create(call: Call) -> str:
    for name in _FROM_ELSEWHERE:
        if call.inputs.get(name):
            raise Refused(
                "UnsupportedOperation", f"{name}: the local cloud cannot make a table from elsewhere"
            )
    name = call.text("name")
    asked: dict[str, object] = {
        "TableName": name,
        "AttributeDefinitions": _definitions(call),
        "KeySchema": key_schema(call.inputs),
        "BillingMode": "PROVISIONED" if _provisioned(call) else _ON_DEMAND_MODE,
        "DeletionProtectionEnabled": flag_in(call.inputs, "deletionProtectionEnabled"),
        "Tags": listed(call.tags),
        "TableClass": text_in(call.inputs, "tableClass") or "STANDARD",
    }
    if _provisioned(call):
        asked["ProvisionedThroughput"] = throughput(call.inputs)
    globals_ = maps_in(call.inputs, "globalSecondaryIndexes")
    if globals_:
        asked["GlobalSecondaryIndexes"] = [
            global_index(block, provisioned=_provisioned(call)) for block in globals_
        ]
    locals_ = maps_in(call.inputs, "localSecondaryIndexes")
    if locals_:
        key = text_in(call.inputs, "hashKey")
        asked["LocalSecondaryIndexes"] = [local_index(block, key) for block in locals_]
    if flag_in(call.inputs, "streamEnabled"):
        asked["StreamSpecification"] = _stream(call)
    if flag_in(map_in(call.inputs, "serverSideEncryption"), "enabled"):
        asked["SSESpecification"] = _encryption(call)
    for key, names in (("onDemandThroughput", ON_DEMAND), ("warmThroughput", WARM)):
        if map_in(call.inputs, key):
            asked[key[0].upper() + key[1:]] = sent(names, map_in(call.inputs, key))
    call.clients.dynamodb.create_table(**cast("CreateTableInputTypeDef", asked))
    _settled(call, name)
    _replicate(call, name)
    _expire(call, name)
    _recover(call, name)
    return name


def _stream(call: Call) -> dict[str, object]:
    if not flag_in(call.inputs, "streamEnabled"):
        return {"StreamEnabled": False}
    view = text_in(call.inputs, "streamViewType") or _DEFAULT_VIEW
    return {"StreamEnabled": True, "StreamViewType": view}


def _encryption(call: Call) -> dict[str, object]:
    block = map_in(call.inputs, "serverSideEncryption")
    if not flag_in(block, "enabled"):
        return {"Enabled": False}
    key = text_in(block, "kmsKeyArn")
    return {"Enabled": True, "SSEType": "KMS", **({"KMSMasterKeyId": key} if key else {})}


def _table(call: Call, name: str) -> TableDescriptionTypeDef:
    return call.clients.dynamodb.describe_table(TableName=name)["Table"]


def _settled(call: Call, name: str) -> TableDescriptionTypeDef:
    """The table when it and its indexes are ready for the next change."""
    end = time.monotonic() + _PATIENCE_SECONDS
    while True:
        table = _table(call, name)
        states = {index.get("IndexStatus") for index in table.get("GlobalSecondaryIndexes", ())}
        if table.get("TableStatus") == "ACTIVE" and states <= {"ACTIVE"}:
            return table
        if time.monotonic() > end:
            state = table.get("TableStatus")
            raise Refused(
                "LimitExceededException", f"table {name} is {state} for {_PATIENCE_SECONDS:g} seconds"
            )
        time.sleep(_POLL_SECONDS)


def _replicate(call: Call, name: str) -> None:
    wanted = [text_in(block, "regionName") for block in maps_in(call.inputs, "replicas")]
    now = [item.get("RegionName", "") for item in _table(call, name).get("Replicas", ())]
    for region in sorted(set(now) - set(wanted)):
        call.clients.dynamodb.update_table(
            TableName=name, ReplicaUpdates=[{"Delete": {"RegionName": region}}]
        )
    for region in sorted(set(wanted) - set(now)):
        call.clients.dynamodb.update_table(
            TableName=name, ReplicaUpdates=[{"Create": {"RegionName": region}}]
        )


def _expire(call: Call, name: str) -> None:
    found = call.clients.dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    now = found.get("AttributeName", "") if found.get("TimeToLiveStatus") == "ENABLED" else ""
    block = map_in(call.inputs, "ttl")
    wanted = text_in(block, "attributeName") if flag_in(block, "enabled") else ""
    if now and now != wanted:
        call.clients.dynamodb.update_time_to_live(
            TableName=name, TimeToLiveSpecification={"Enabled": False, "AttributeName": now}
        )
    if wanted and now != wanted:
        call.clients.dynamodb.update_time_to_live(
            TableName=name, TimeToLiveSpecification={"Enabled": True, "AttributeName": wanted}
        )


def _recovers(call: Call, name: str) -> bool:
    found = call.clients.dynamodb.describe_continuous_backups(TableName=name)
    described = found["ContinuousBackupsDescription"].get("PointInTimeRecoveryDescription", {})
    return described.get("PointInTimeRecoveryStatus") == "ENABLED"


def _recover(call: Call, name: str) -> None:
    block = map_in(call.inputs, "pointInTimeRecovery")
    enabled, days = flag_in(block, "enabled"), number_in(block, "recoveryPeriodInDays")
    if not enabled and not _recovers(call, name):
        return
    if enabled and days:
        call.clients.dynamodb.update_continuous_backups(
            TableName=name,
            PointInTimeRecoverySpecification={
                "PointInTimeRecoveryEnabled": True,
                "RecoveryPeriodInDays": days,
            },
        )
        return
    call.clients.dynamodb.update_continuous_backups(
        TableName=name, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": enabled}
    )


def _read(call: Call, name: str) -> Plains:
    table = _table(call, name)
    asked = call.inputs
    found: Plains = {
        "name": name,
        "arn": table.get("TableArn", ""),
        "billingMode": table.get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED"),
        "tableClass": table.get("TableClassSummary", {}).get("TableClass", "STANDARD"),
        "deletionProtectionEnabled": table.get("DeletionProtectionEnabled", False),
        "readCapacity": table.get("ProvisionedThroughput", {}).get("ReadCapacityUnits", 0),
        "writeCapacity": table.get("ProvisionedThroughput", {}).get("WriteCapacityUnits", 0),
        "attributes": _told_attributes(table, asked),
        "serverSideEncryption": _told_encryption(table, asked),
        "onDemandThroughput": told_limits(table.get("OnDemandThroughput", {})),
        "replicas": _told_replicas(table, asked),
        "ttl": _told_expiry(call, name),
        "pointInTimeRecovery": _told_recovery(call, name),
        **_told_stream(table),
    }
    for key in table.get("KeySchema", ()):
        found["hashKey" if key["KeyType"] == "HASH" else "rangeKey"] = key["AttributeName"]
    found["globalSecondaryIndexes"] = told_indexes(
        table.get("GlobalSecondaryIndexes", ()), maps_in(asked, "globalSecondaryIndexes"), local=False
    )
    found["localSecondaryIndexes"] = told_indexes(
        table.get("LocalSecondaryIndexes", ()), maps_in(asked, "localSecondaryIndexes"), local=True
    )
    found["tags"] = mapped(_tags(call, table.get("TableArn", "")))
    return found


def _told_stream(table: TableDescriptionTypeDef) -> Plains:
    stream = table.get("StreamSpecification", {})
    enabled = stream.get("StreamEnabled", False)
    return {
        "streamEnabled": enabled,
        "streamViewType": stream.get("StreamViewType", "") if enabled else "",
        "streamArn": table.get("LatestStreamArn", "") if enabled else "",
        "streamLabel": table.get("LatestStreamLabel", "") if enabled else "",
    }


def _told_attributes(table: TableDescriptionTypeDef, asked: Plains) -> Plain:
    order = {text_in(item, "name"): place for place, item in enumerate(maps_in(asked, "attributes"))}
    found = sorted(
        (item["AttributeName"], item["AttributeType"]) for item in table.get("AttributeDefinitions", ())
    )
    blocks: list[Plain] = []
    for name, kind in sorted(found, key=lambda item: order.get(item[0], len(order))):
        blocks.append({"name": name, "type": kind})
    return blocks


def _told_encryption(table: TableDescriptionTypeDef, asked: Plains) -> Plains:
    described = table.get("SSEDescription", {})
    if described.get("Status") != "ENABLED":
        return {"enabled": False} if "serverSideEncryption" in asked else {}
    key = described.get("KMSMasterKeyArn", "")
    return {"enabled": True, **({} if key.endswith(_OWN_KEY) else {"kmsKeyArn": key})}


def _told_replicas(table: TableDescriptionTypeDef, asked: Plains) -> Plain:
    known = {text_in(block, "regionName"): block for block in maps_in(asked, "replicas")}
    names = [item.get("RegionName", "") for item in table.get("Replicas", ())]
    order = [
        *(name for name in known if name in names),
        *(name for name in sorted(names) if name not in known),
    ]
    return [{**known.get(name, {}), "regionName": name} for name in order]


def _told_expiry(call: Call, name: str) -> Plains:
    found = call.clients.dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    if found.get("TimeToLiveStatus") == "ENABLED":
        return {"enabled": True, "attributeName": found.get("AttributeName", "")}
    # Of one that is off the service does not know the attribute for long.
    asked = map_in(call.inputs, "ttl")
    return {
        "enabled": False,
        "attributeName": "" if flag_in(asked, "enabled") else text_in(asked, "attributeName"),
    }


def _told_recovery(call: Call, name: str) -> Plains:
    asked = map_in(call.inputs, "pointInTimeRecovery")
    return {**asked, "enabled": _recovers(call, name)}


def _tags(call: Call, arn: str) -> list[dict[str, str]]:
    pages = call.clients.dynamodb.get_paginator("list_tags_of_resource").paginate(ResourceArn=arn)
    return [{"Key": tag["Key"], "Value": tag["Value"]} for page in pages for tag in page["Tags"]]


def _update(call: Call, name: str) -> None:
    """One change a call: DynamoDB takes no more at a time."""
    # Tables that are made anew from an interrupted create are asked for everything; most of it stands.
    for change in _changes(call, _read(call, name)):
        asked = cast("UpdateTableInputTypeDef", {"TableName": name, **change})
        call.clients.dynamodb.update_table(**asked)
        _settled(call, name)
    if call.wants("replicas"):
        _replicate(call, name)
    if call.wants("ttl"):
        _expire(call, name)
    if call.wants("pointInTimeRecovery"):
        _recover(call, name)
    if call.wants("tags"):
        arn = text_in(_read(call, name), "arn")
        old = gone(_tags(call, arn), call.tags)
        if old:
            call.clients.dynamodb.untag_resource(ResourceArn=arn, TagKeys=old)
        if call.tags:
            call.clients.dynamodb.tag_resource(ResourceArn=arn, Tags=listed(call.tags))


def _changes(call: Call, now: Plains) -> list[dict[str, object]]:
    wanted, provisioned = call.inputs, _provisioned(call)
    changes: list[dict[str, object]] = []
    mode = "PROVISIONED" if provisioned else _ON_DEMAND_MODE
    if text_in(now, "billingMode") != mode or (provisioned and throughput(now) != throughput(wanted)):
        change: dict[str, object] = {"BillingMode": mode}
        if provisioned:
            change["ProvisionedThroughput"] = throughput(wanted)
        changes.append(change)
    protected = flag_in(wanted, "deletionProtectionEnabled")
    if flag_in(now, "deletionProtectionEnabled") != protected:
        changes.append({"DeletionProtectionEnabled": protected})
    table_class = text_in(wanted, "tableClass") or "STANDARD"
    if text_in(now, "tableClass") != table_class:
        changes.append({"TableClass": table_class})
    limits = map_in(wanted, "onDemandThroughput")
    if call.wants("onDemandThroughput") and limits != map_in(now, "onDemandThroughput"):
        unlimited: Plains = dict.fromkeys(ON_DEMAND, -1)
        changes.append({"OnDemandThroughput": sent(ON_DEMAND, {**unlimited, **limits})})
    if call.wants("warmThroughput") and map_in(wanted, "warmThroughput"):
        changes.append({"WarmThroughput": sent(WARM, map_in(wanted, "warmThroughput"))})
    if call.wants("serverSideEncryption"):
        changes.append({"SSESpecification": _encryption(call)})
    changes += _stream_changes(call, now)
    there = maps_in(now, "globalSecondaryIndexes")
    steps = index_updates(there, maps_in(wanted, "globalSecondaryIndexes"), provisioned=provisioned)
    return changes + [
        {"AttributeDefinitions": _definitions(call), "GlobalSecondaryIndexUpdates": [step]} for step in steps
    ]


def _stream_changes(call: Call, now: Plains) -> list[dict[str, object]]:
    target = _stream(call)
    enabled, wanted = flag_in(now, "streamEnabled"), bool(target["StreamEnabled"])
    if enabled == wanted and (not wanted or text_in(now, "streamViewType") == target["StreamViewType"]):
        return []
    # A stream that is on keeps its view: it is turned off first, and another one is turned on.
    steps: list[dict[str, object]] = [{"StreamSpecification": {"StreamEnabled": False}}] if enabled else []
    return [*steps, {"StreamSpecification": target}] if wanted else steps


def _delete(call: Call, name: str) -> None:
    for item in _table(call, name).get("Replicas", ()):
        call.clients.dynamodb.update_table(
            TableName=name, ReplicaUpdates=[{"Delete": {"RegionName": item.get("RegionName", "")}}]
        )
    call.clients.dynamodb.delete_table(TableName=name)
    end = time.monotonic() + _PATIENCE_SECONDS
    while _exists(call, name) and time.monotonic() < end:
        time.sleep(_POLL_SECONDS)


def _exists(call: Call, name: str) -> bool:
    try:
        _table(call, name)
    except call.clients.dynamodb.exceptions.ResourceNotFoundException:
        return False
    return True


def _locate(_call: Call, name: str) -> tuple[str, Plains]:
    return name, {"name": name}


TYPES: Final[dict[str, LiveType]] = {
    "aws:dynamodb/table:Table": LiveType(
        create=_create,
        read=_read,
        update=_update,
        delete=_delete,
        locate=_locate,
        write_only=frozenset({"warmThroughput", *_FROM_ELSEWHERE, "restoreDateTime", "restoreToLatestTime"}),
    ),
}
