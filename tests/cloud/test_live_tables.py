"""DynamoDB tables in the local cloud."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import grpc
import pytest

from tests.support.live import obeys
from tests.support.provider import ACCOUNT, REGION, Kept

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from tests.support.live import Bench
    from tests.support.provider import Props

pytestmark = pytest.mark.cloud

TABLE: Final = "aws:dynamodb/table:Table"
_KEY: Final = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1"


def _dynamodb(bench: Bench) -> DynamoDBClient:
    return bench.cloud.client("dynamodb", ACCOUNT)


def _look(dynamodb: DynamoDBClient, kept: Kept) -> dict[str, object] | None:
    """What of a table does not depend on when it was made."""
    if kept.id not in dynamodb.list_tables()["TableNames"]:
        return None
    table = dynamodb.describe_table(TableName=kept.id)["Table"]
    indexes = [
        {key: index.get(key) for key in ("IndexName", "KeySchema", "Projection", "ProvisionedThroughput")}
        for index in table.get("GlobalSecondaryIndexes", ())
    ]
    recovery = dynamodb.describe_continuous_backups(TableName=kept.id)["ContinuousBackupsDescription"]
    expiry = dynamodb.describe_time_to_live(TableName=kept.id)["TimeToLiveDescription"]
    tags = dynamodb.list_tags_of_resource(ResourceArn=table.get("TableArn", ""))["Tags"]
    enabled = table.get("StreamSpecification", {}).get("StreamEnabled", False)
    return {
        "keys": [(key["AttributeName"], key["KeyType"]) for key in table.get("KeySchema", ())],
        "attributes": sorted(item["AttributeName"] for item in table.get("AttributeDefinitions", ())),
        "mode": table.get("BillingModeSummary", {}).get("BillingMode"),
        "capacity": table.get("ProvisionedThroughput", {}).get("ReadCapacityUnits"),
        "class": table.get("TableClassSummary", {}).get("TableClass"),
        "protected": table.get("DeletionProtectionEnabled"),
        "stream": table.get("StreamSpecification", {}).get("StreamViewType") if enabled else None,
        "key": table.get("SSEDescription", {}).get("KMSMasterKeyArn")
        if table.get("SSEDescription", {}).get("Status") == "ENABLED"
        else None,
        "indexes": indexes,
        "local": [index.get("IndexName") for index in table.get("LocalSecondaryIndexes", ())],
        "recovers": recovery.get("PointInTimeRecoveryDescription", {}).get("PointInTimeRecoveryStatus"),
        "expires": expiry.get("AttributeName") if expiry.get("TimeToLiveStatus") == "ENABLED" else None,
        "tags": {tag["Key"]: tag["Value"] for tag in tags},
    }


def _plain(name: str) -> Props:
    return {
        "name": name,
        "billingMode": "PAY_PER_REQUEST",
        "hashKey": "id",
        "attributes": [{"name": "id", "type": "S"}],
    }


def test_table_on_demand(bench: Bench) -> None:
    dynamodb = _dynamodb(bench)
    inputs = _plain("shop-dev-orders")
    obeys(
        bench,
        TABLE,
        "orders",
        {**inputs, "pointInTimeRecovery": {"enabled": True}, "tags": {"team": "shop"}},
        look=lambda kept: _look(dynamodb, kept),
        seen={
            "keys": [("id", "HASH")],
            "mode": "PAY_PER_REQUEST",
            "recovers": "ENABLED",
            "protected": False,
            "class": "STANDARD",
            "stream": None,
            "tags": {"team": "shop"},
        },
        changes=[
            (
                {
                    **inputs,
                    "deletionProtectionEnabled": True,
                    "tableClass": "STANDARD_INFREQUENT_ACCESS",
                    "ttl": {"enabled": True, "attributeName": "until"},
                    "serverSideEncryption": {"enabled": True, "kmsKeyArn": _KEY},
                    "streamEnabled": True,
                    "streamViewType": "KEYS_ONLY",
                    "tags": {"owner": "you"},
                },
                {
                    "protected": True,
                    "class": "STANDARD_INFREQUENT_ACCESS",
                    "expires": "until",
                    "key": _KEY,
                    "stream": "KEYS_ONLY",
                    "recovers": "DISABLED",
                    "tags": {"owner": "you"},
                },
            ),
            (
                {
                    **inputs,
                    "pointInTimeRecovery": {"enabled": True, "recoveryPeriodInDays": 7},
                    "ttl": {"enabled": True, "attributeName": "later"},
                    "serverSideEncryption": {"enabled": True},
                    "streamEnabled": True,
                    "streamViewType": "NEW_IMAGE",
                    "onDemandThroughput": {"maxReadRequestUnits": 10, "maxWriteRequestUnits": 10},
                },
                {"recovers": "ENABLED", "expires": "later", "stream": "NEW_IMAGE", "protected": False},
            ),
        ],
        drift=lambda kept: dynamodb.update_continuous_backups(
            TableName=kept.id, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": False}
        ),
    )


def test_provisioned_table_with_indexes(bench: Bench) -> None:
    dynamodb = _dynamodb(bench)
    by_day = {"name": "by-day", "hashKey": "day", "rangeKey": "at", "projectionType": "ALL"}
    by_name = {
        "name": "by-name",
        "keySchemas": [{"attributeName": "name", "keyType": "HASH"}],
        "projectionType": "INCLUDE",
        "nonKeyAttributes": ["total", "city"],
        "readCapacity": 2,
        "writeCapacity": 1,
    }
    attributes = [{"name": name, "type": "S"} for name in ("id", "at", "day")]
    inputs = {
        "name": "shop-dev-index",
        "hashKey": "id",
        "rangeKey": "at",
        "readCapacity": 3,
        "writeCapacity": 2,
        "attributes": attributes,
        "localSecondaryIndexes": [{"name": "by-own-day", "rangeKey": "day", "projectionType": "KEYS_ONLY"}],
        "globalSecondaryIndexes": [{**by_day, "readCapacity": 1, "writeCapacity": 1}],
    }

    def index(
        name: str, keys: list[tuple[str, str]], projection: dict[str, object], units: tuple[int, int]
    ) -> object:
        return {
            "IndexName": name,
            "KeySchema": [{"AttributeName": key, "KeyType": kind} for key, kind in keys],
            "Projection": projection,
            "ProvisionedThroughput": {"ReadCapacityUnits": units[0], "WriteCapacityUnits": units[1]},
        }

    day = [("day", "HASH"), ("at", "RANGE")]
    included: dict[str, object] = {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["total", "city"]}
    obeys(
        bench,
        TABLE,
        "index",
        inputs,
        look=lambda kept: _look(dynamodb, kept),
        seen={
            "mode": "PROVISIONED",
            "capacity": 3,
            "local": ["by-own-day"],
            "indexes": [index("by-day", day, {"ProjectionType": "ALL"}, (1, 1))],
        },
        changes=[
            (
                {
                    **inputs,
                    "readCapacity": 4,
                    "attributes": [*attributes, {"name": "name", "type": "S"}],
                    "globalSecondaryIndexes": [by_name, {**by_day, "readCapacity": 5, "writeCapacity": 1}],
                },
                {
                    "capacity": 4,
                    "attributes": ["at", "day", "id", "name"],
                    "indexes": [
                        index("by-day", day, {"ProjectionType": "ALL"}, (5, 1)),
                        index("by-name", [("name", "HASH")], included, (2, 1)),
                    ],
                },
            ),
            (
                {
                    **inputs,
                    "globalSecondaryIndexes": [
                        {**by_day, "projectionType": "KEYS_ONLY", "readCapacity": 1, "writeCapacity": 1}
                    ],
                },
                {"indexes": [index("by-day", day, {"ProjectionType": "KEYS_ONLY"}, (1, 1))]},
            ),
            (
                {
                    **{key: value for key, value in inputs.items() if not key.endswith("Capacity")},
                    "billingMode": "PAY_PER_REQUEST",
                    "globalSecondaryIndexes": [by_day],
                },
                {"mode": "PAY_PER_REQUEST", "capacity": 0},
            ),
        ],
        drift=lambda kept: dynamodb.update_table(
            TableName=kept.id, GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": "by-day"}}]
        ),
    )


def test_stream_of_the_table_is_told(bench: Bench) -> None:
    dynamodb = _dynamodb(bench)
    inputs: Props = {
        **_plain("shop-dev-streamed"),
        "streamEnabled": True,
        "streamViewType": "NEW_AND_OLD_IMAGES",
    }
    kept = bench.client.make(TABLE, "streamed", inputs)
    table = dynamodb.describe_table(TableName=kept.id)["Table"]
    assert kept.outputs["streamArn"] == table.get("LatestStreamArn")
    assert kept.outputs["streamLabel"] == table.get("LatestStreamLabel")
    bench.client.delete(kept)


def test_protected_table_is_not_deleted(bench: Bench) -> None:
    inputs = _plain("shop-dev-protected")
    kept = bench.client.make(TABLE, "protected", {**inputs, "deletionProtectionEnabled": True})
    with pytest.raises(grpc.RpcError, match="protected against deletion"):
        bench.client.delete(kept)
    bench.client.delete(bench.client.change(kept, inputs))
    assert bench.client.refresh(kept).id == ""


def test_global_table(bench: Bench) -> None:
    there = bench.cloud.client("dynamodb", ACCOUNT, "eu-central-1")
    inputs: Props = {
        **_plain("shop-dev-global"),
        "streamEnabled": True,
        "streamViewType": "NEW_AND_OLD_IMAGES",
    }
    kept = bench.client.make(TABLE, "global", {**inputs, "replicas": [{"regionName": "eu-central-1"}]})
    assert there.list_tables()["TableNames"] == ["shop-dev-global"]
    assert bench.client.refresh(kept).inputs == kept.inputs
    bench.client.delete(bench.client.change(kept, inputs))
    assert there.list_tables()["TableNames"] == []


def test_table_from_elsewhere_is_refused(bench: Bench) -> None:
    inputs: Props = {**_plain("shop-dev-restored"), "restoreSourceName": "shop-dev-orders"}
    with pytest.raises(grpc.RpcError, match="cannot make a table from elsewhere"):
        bench.client.make(TABLE, "restored", inputs)
