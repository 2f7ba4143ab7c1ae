"""The order table, as the last step sees it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from lambdas.fulfil_orders.logic import Refused
from lambdas.shared.aws import faults
from lambdas.shared.order import Status

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef


@dataclass(frozen=True, kw_only=True)
class OrderTable:
    """Marks orders as fulfilled."""

    client: DynamoDBClient
    table_name: str

    def fulfil(self, order_id: str, ready: Status, at: str) -> Refused | None:
        """Turn `ready` into FULFILLED; None = done."""
        with faults():
            try:
                self.client.update_item(
                    TableName=self.table_name,
                    Key={"order_id": {"S": order_id}},
                    UpdateExpression="SET #status = :fulfilled, updated_at = :now",
                    ConditionExpression="#status = :ready",
                    ExpressionAttributeNames={"#status": "status"},
                    ExpressionAttributeValues={
                        ":fulfilled": {"S": Status.FULFILLED.value},
                        ":ready": {"S": ready.value},
                        ":now": {"S": at},
                    },
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                )
            except self.client.exceptions.ConditionalCheckFailedException as refused:
                item = cast("Mapping[str, AttributeValueTypeDef]", refused.response.get("Item", {}))
                return Refused(item.get("status", {}).get("S"))
        return None
