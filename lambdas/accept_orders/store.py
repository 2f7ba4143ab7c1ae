"""The order table and the two next steps, as the listener sees them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambdas.accept_orders.logic import Record, Stored
from lambdas.shared.aws import faults
from lambdas.shared.messages import FulfilmentMessage, attributes
from lambdas.shared.order import Order, Status, workflow_input

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_stepfunctions import SFNClient


@dataclass(frozen=True, kw_only=True)
class OrderTable:
    """Records of orders, one item an order."""

    client: DynamoDBClient
    table_name: str

    def add(self, record: Record) -> bool:
        """Write the record if the table has none for its order; whether it was written."""
        with faults():
            try:
                self.client.put_item(
                    TableName=self.table_name,
                    Item=_item(record),
                    ConditionExpression="attribute_not_exists(order_id)",
                )
            except self.client.exceptions.ConditionalCheckFailedException:
                return False
        return True

    def find(self, order_id: str) -> Stored | None:
        """The present record, read consistently."""
        with faults():
            response = self.client.get_item(
                TableName=self.table_name,
                Key={"order_id": {"S": order_id}},
                ConsistentRead=True,
                ProjectionExpression="payload_hash, #status",
                ExpressionAttributeNames={"#status": "status"},
            )
        item = response.get("Item")
        if not item:
            return None
        return Stored(item.get("payload_hash", {}).get("S", ""), item.get("status", {}).get("S", ""))


@dataclass(frozen=True, kw_only=True)
class Workflow:
    """The state machine's alias; an execution is named after its order, so that AWS starts it only once."""

    client: SFNClient
    state_machine_arn: str

    def begin(self, order: Order, correlation_id: str) -> bool:
        """Start the order's execution; False when there is one already."""
        with faults():
            try:
                self.client.start_execution(
                    stateMachineArn=self.state_machine_arn,
                    name=order.order_id,
                    input=workflow_input(order, correlation_id),
                )
            except self.client.exceptions.ExecutionAlreadyExists:
                return False
        return True


@dataclass(frozen=True, kw_only=True)
class FulfilmentQueue:
    """The second queue, where an order goes without check and charge."""

    client: SQSClient
    queue_url: str

    def begin(self, order: Order, correlation_id: str) -> bool:
        """Send the fulfilment message."""
        message = FulfilmentMessage(order_id=order.order_id, charge_id=None, correlation_id=correlation_id)
        with faults():
            self.client.send_message(
                QueueUrl=self.queue_url,
                MessageBody=message.body(),
                MessageAttributes=attributes(correlation_id),
            )
        return True


def _item(record: Record) -> dict[str, AttributeValueTypeDef]:
    item: dict[str, AttributeValueTypeDef] = {
        "order_id": {"S": record.order_id},
        "status": {"S": Status.RECEIVED.value},
        "payload_hash": {"S": record.payload_hash},
        "correlation_id": {"S": record.correlation_id},
        "received_at": {"S": record.received_at},
        "updated_at": {"S": record.received_at},
        "total": {"N": str(record.total)},
    }
    return item if record.file is None else {**item, "file": {"S": record.file}}
