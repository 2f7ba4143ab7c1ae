"""Fulfilling: one conditional transition; what is fulfilled already is a success."""

from __future__ import annotations

from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.stub import Stubber

from lambdas.fulfil_orders import handler
from lambdas.fulfil_orders.logic import READY, Desk, Refused, fulfil
from lambdas.fulfil_orders.store import OrderTable
from lambdas.shared.delivery import Failure, Message
from lambdas.shared.faults import AwsFault
from lambdas.shared.messages import FulfilmentMessage
from lambdas.shared.order import Status
from tests.support.events import Sent, lambda_context, sqs_event
from tests.support.order_fakes import (
    NOW_TEXT,
    FakeDelays,
    FakeFulfilments,
    FakeNotes,
    Lines,
    fixed,
    metrics_of,
    now,
)

if TYPE_CHECKING:
    from lambdas.shared.notes import Notes

BODY = FulfilmentMessage(order_id="order-1", charge_id="ch_1", correlation_id="corr-1").body()


def desk(fulfilments: FakeFulfilments, notes: Notes, orchestration: str = "workflow") -> Desk:
    return Desk(fulfilments=fulfilments, ready=READY[orchestration], notes=notes, clock=now)


def receive(
    fulfilments: FakeFulfilments, body: str = BODY, orchestration: str = "workflow"
) -> Failure | None:
    message = Message(message_id="m-1", body=body, receive_count=1, correlation_id="corr-1")
    return fulfil(message, desk(fulfilments, FakeNotes(), orchestration))


@pytest.mark.parametrize(
    ("orchestration", "status"), [("workflow", Status.CHARGED), ("queue", Status.RECEIVED)]
)
def test_an_order_that_is_ready_becomes_fulfilled(orchestration: str, status: Status) -> None:
    table = FakeFulfilments({"order-1": status})

    assert receive(table, orchestration=orchestration) is None
    assert table.statuses == {"order-1": Status.FULFILLED}


def test_a_second_delivery_is_a_success_counted_once() -> None:
    table, notes = FakeFulfilments({"order-1": Status.CHARGED}), FakeNotes()
    message = Message(message_id="m-1", body=BODY, receive_count=1, correlation_id="corr-1")

    assert [fulfil(message, desk(table, notes)) for _ in range(2)] == [None, None]

    assert notes.counts == {"OrdersFulfilled": 1}
    assert [line["event"] for line in notes.events] == ["order_fulfilled", "order_already_fulfilled"]


@pytest.mark.parametrize(
    ("status", "permanent"),
    [(Status.RECEIVED, False), (Status.PROCESSING, False), (Status.REJECTED, True), (Status.FAILED, True)],
)
def test_an_order_in_another_status_is_a_failure_and_stays(status: Status, permanent: bool) -> None:  # noqa: FBT001 - a case
    table = FakeFulfilments({"order-1": status})

    assert receive(table) == Failure(
        code="order_not_ready", permanent=permanent, order_id="order-1", detail=f"status {status}"
    )
    assert table.statuses == {"order-1": status}


def test_in_queue_mode_a_charged_order_is_not_ready() -> None:
    failure = receive(FakeFulfilments({"order-1": Status.CHARGED}), orchestration="queue")

    assert failure is not None
    assert failure.code == "order_not_ready"


def test_an_order_without_record_is_a_failure() -> None:
    assert receive(FakeFulfilments()) == Failure(code="order_missing", permanent=True, order_id="order-1")


def test_what_is_no_fulfilment_message_is_a_failure() -> None:
    table = FakeFulfilments({"order-1": Status.CHARGED})

    assert receive(table, body="{}") == Failure(code="missing_field", permanent=True)
    assert table.statuses == {"order-1": Status.CHARGED}


def test_a_fault_of_the_table_is_transient() -> None:
    table = FakeFulfilments(fault=AwsFault("AccessDeniedException", "UpdateItem: dynamodb:UpdateItem"))

    assert receive(table) == Failure(
        code="AccessDeniedException",
        permanent=False,
        order_id="order-1",
        detail="UpdateItem: dynamodb:UpdateItem",
    )


def test_the_handler_answers_for_each_message(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines, delays = Lines(), FakeDelays()
    journal = lines.journal()
    needs = handler.Dependencies(
        journal=journal,
        desk=desk(FakeFulfilments({"order-1": Status.CHARGED}), journal),
        delays=delays,
    )
    monkeypatch.setattr(handler, "dependencies", fixed(needs))
    missing = FulfilmentMessage(order_id="order-9", charge_id=None, correlation_id="corr-9").body()

    response = handler.handle(
        sqs_event(Sent(message_id="m-1", body=BODY), Sent(message_id="m-9", body=missing, receive_count=2)),
        lambda_context(),
    )

    assert response == {"batchItemFailures": [{"itemIdentifier": "m-9"}]}
    assert [line["code"] for line in lines.read("ERROR")] == ["order_missing"]
    assert [count for _, count in delays.asked] == [2]
    (metrics,) = metrics_of(capsys.readouterr().out)
    assert metrics["OrdersFulfilled"] == [1.0]


def test_the_table_changes_the_status_under_its_condition() -> None:
    client = boto3.client("dynamodb", region_name="eu-west-1")
    table = OrderTable(client=client, table_name="orders")
    expected = {
        "TableName": "orders",
        "Key": {"order_id": {"S": "order-1"}},
        "UpdateExpression": "SET #status = :fulfilled, updated_at = :now",
        "ConditionExpression": "#status = :ready",
        "ExpressionAttributeNames": {"#status": "status"},
        "ExpressionAttributeValues": {
            ":fulfilled": {"S": "FULFILLED"},
            ":ready": {"S": "CHARGED"},
            ":now": {"S": NOW_TEXT},
        },
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }
    old = {"order_id": {"S": "order-1"}, "status": {"S": "REJECTED"}}

    with Stubber(client) as stub:
        stub.add_response("update_item", {}, expected)
        assert table.fulfil("order-1", Status.CHARGED, NOW_TEXT) is None
        stub.add_client_error("update_item", "ConditionalCheckFailedException", modeled_fields={"Item": old})
        assert table.fulfil("order-1", Status.CHARGED, NOW_TEXT) == Refused("REJECTED")
        stub.add_client_error("update_item", "ConditionalCheckFailedException")
        assert table.fulfil("order-1", Status.CHARGED, NOW_TEXT) == Refused(None)
        stub.add_client_error("update_item", "ThrottlingException")
        with pytest.raises(AwsFault, match="ThrottlingException"):
            table.fulfil("order-1", Status.CHARGED, NOW_TEXT)
