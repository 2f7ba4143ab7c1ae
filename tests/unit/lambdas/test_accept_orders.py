"""Accepting: one record and one start for an order, whatever crashes or comes twice."""

from __future__ import annotations

import json

import boto3
import pytest
from botocore.stub import Stubber
from hypothesis import given
from hypothesis import strategies as st

from lambdas.accept_orders import handler
from lambdas.accept_orders.logic import Desk, Record, Stored, accept
from lambdas.accept_orders.store import FulfilmentQueue, OrderTable, Workflow
from lambdas.shared.delivery import Failure, Message
from lambdas.shared.faults import AwsFault
from lambdas.shared.messages import attributes
from lambdas.shared.order import payload_hash, workflow_input
from tests.support.events import Sent, lambda_context, sqs_event
from tests.support.order_fakes import (
    NOW_TEXT,
    FakeDelays,
    FakeNextStep,
    FakeNotes,
    FakeRecords,
    Lines,
    fixed,
    json_values,
    metrics_of,
    now,
    order,
    order_body,
)

THROTTLED = AwsFault("ThrottlingException", "StartExecution: ThrottlingException")


class World:
    """A listener with a table, a next step and notes in memory."""

    def __init__(self, max_input_bytes: int = 262_144) -> None:
        self.records = FakeRecords()
        self.next_step = FakeNextStep()
        self.notes = FakeNotes()
        self.desk = Desk(
            records=self.records,
            next_step=self.next_step,
            notes=self.notes,
            clock=now,
            max_input_bytes=max_input_bytes,
        )

    def receive(self, body: str, receive_count: int = 1) -> Failure | None:
        message = Message(message_id="m-1", body=body, receive_count=receive_count, correlation_id="corr-1")
        return accept(message, self.desk)

    @property
    def noted(self) -> list[object]:
        return [line["event"] for line in self.notes.events]


def test_a_new_order_is_recorded_and_started() -> None:
    world = World()

    assert world.receive(order_body(file="in/1.json")) is None

    assert world.records.added == [
        Record(
            order_id="order-1",
            payload_hash=payload_hash(order(file="in/1.json")),
            correlation_id="corr-1",
            received_at=NOW_TEXT,
            total=900,
            file="in/1.json",
        )
    ]
    assert world.next_step.begun == [("order-1", "corr-1")]
    assert world.notes.counts == {"OrdersAccepted": 1}
    assert world.noted == ["order_accepted"]


def test_the_same_message_twice_starts_once_and_is_noted_as_duplicate() -> None:
    world = World()

    assert world.receive(order_body()) is None
    assert world.receive(order_body()) is None

    assert world.next_step.begun == [("order-1", "corr-1")]
    assert len(world.records.added) == 1
    assert world.noted == ["order_accepted", "order_duplicate"]
    assert world.notes.counts == {"OrdersAccepted": 1, "OrdersDuplicate": 1}


def test_a_crash_between_record_and_start_heals_with_the_next_receive() -> None:
    world = World()
    world.next_step.faults = [THROTTLED]

    assert world.receive(order_body()) == Failure(
        code="ThrottlingException", permanent=False, order_id="order-1", detail=THROTTLED.detail
    )
    assert world.receive(order_body(), receive_count=2) is None

    assert world.next_step.begun == [("order-1", "corr-1")]
    assert world.notes.counts["OrdersAccepted"] == 1
    assert world.notes.events[-1]["resumed"] is True


@pytest.mark.parametrize("status", ["PROCESSING", "CHARGED", "FULFILLED", "REJECTED", "FAILED"])
def test_an_order_that_went_on_is_a_duplicate_and_not_started_again(status: str) -> None:
    world = World()
    world.records.items["order-1"] = Stored(payload_hash(order()), status)

    assert world.receive(order_body()) is None

    assert world.next_step.begun == []
    assert world.notes.events == [
        {"event": "order_duplicate", "order_id": "order-1", "message_id": "m-1", "resumed": False}
    ]


def test_another_order_with_the_same_id_is_a_conflict_and_changes_nothing() -> None:
    world = World()
    world.receive(order_body())
    before = dict(world.records.items)
    changed = order_body(items=[{"sku": "TEA-01", "quantity": 3, "unit_price": 450}])

    failures = [world.receive(changed, receive_count=count) for count in (1, 2)]

    assert failures == [Failure(code="order_conflict", permanent=True, order_id="order-1")] * 2
    assert world.records.items == before
    assert len(world.next_step.begun) == 1
    assert world.notes.counts["OrdersConflict"] == 1


def test_a_record_that_vanishes_between_two_calls_is_tried_again() -> None:
    world = World()
    world.receive(order_body())
    world.records.vanish = True

    assert world.receive(order_body()) == Failure(code="order_vanished", permanent=False, order_id="order-1")


@pytest.mark.parametrize(
    ("body", "code", "order_id"),
    [
        ("", "bad_json", None),
        ("not json", "bad_json", None),
        ("[]", "bad_type", None),
        ("{}", "missing_field", None),
        (order_body(schema=2), "bad_value", "order-1"),
        (order_body(customer_id=None), "missing_field", "order-1"),
    ],
)
def test_what_cannot_be_an_order_is_a_permanent_failure_counted_once(
    body: str, code: str, order_id: str | None
) -> None:
    world = World()

    failures = [world.receive(body, receive_count=count) for count in (1, 2, 3)]

    assert failures == [Failure(code=code, permanent=True, order_id=order_id)] * 3
    assert world.notes.counts == {"OrdersInvalid": 1}
    assert world.records.added == []
    assert world.next_step.begun == []


def test_an_order_above_the_input_limit_is_refused_before_anything_is_written() -> None:
    size = len(workflow_input(order(), "corr-1"))

    fits, too_small = World(max_input_bytes=size), World(max_input_bytes=size - 1)

    assert fits.receive(order_body()) is None
    assert too_small.receive(order_body()) == Failure(code="too_large", permanent=True, order_id="order-1")
    assert too_small.records.added == []


def test_a_body_above_the_limit_is_not_even_parsed() -> None:
    assert World(max_input_bytes=100).receive(" " * 101) == Failure(code="too_large", permanent=True)


def test_a_fault_of_the_table_is_a_transient_failure_of_that_order() -> None:
    world = World()
    world.records.fault = AwsFault("ProvisionedThroughputExceededException", "PutItem: throttled")

    failure = world.receive(order_body())

    assert failure == Failure(
        code="ProvisionedThroughputExceededException",
        permanent=False,
        order_id="order-1",
        detail="PutItem: throttled",
    )


@given(st.lists(st.sampled_from(["a", "b", "a2", "fault", "bad"]), max_size=12))
def test_any_sequence_of_deliveries_starts_an_order_at_most_once(deliveries: list[str]) -> None:
    bodies = {
        "a": order_body(order_id="a"),
        "a2": order_body(order_id="a", customer_id="other"),
        "b": order_body(order_id="b"),
        "fault": order_body(order_id="a"),
        "bad": "{",
    }
    world = World()

    for delivery in deliveries:
        world.next_step.faults = [THROTTLED] if delivery == "fault" else []
        world.receive(bodies[delivery])

    started = [order_id for order_id, _ in world.next_step.begun]
    assert len(started) == len(set(started))
    assert set(started) <= world.records.items.keys()
    assert world.notes.counts["OrdersAccepted"] == len(world.records.added)


@given(json_values | st.text())
def test_no_body_makes_the_logic_raise(value: object) -> None:
    body = value if isinstance(value, str) else json.dumps(value)

    assert isinstance(World().receive(body), Failure)


def use(monkeypatch: pytest.MonkeyPatch, world: World, delays: FakeDelays) -> Lines:
    lines = Lines()
    journal = lines.journal()
    desk = Desk(
        records=world.records,
        next_step=world.next_step,
        notes=journal,
        clock=now,
        max_input_bytes=262_144,
    )
    needs = handler.Dependencies(journal=journal, desk=desk, delays=delays)
    monkeypatch.setattr(handler, "dependencies", fixed(needs))
    return lines


def test_one_bad_message_does_not_hold_up_its_batch(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    world, delays = World(), FakeDelays()
    lines = use(monkeypatch, world, delays)
    event = sqs_event(
        Sent(message_id="m-a", body=order_body(order_id="a"), correlation_id="corr-a"),
        Sent(message_id="m-bad", body="not json", receive_count=3),
        Sent(message_id="m-b", body=order_body(order_id="b"), correlation_id="corr-b"),
    )

    response = handler.handle(event, lambda_context())

    assert response == {"batchItemFailures": [{"itemIdentifier": "m-bad"}]}
    assert world.next_step.begun == [("a", "corr-a"), ("b", "corr-b")]
    assert [count for _, count in delays.asked] == [3]
    (line,) = lines.read("ERROR")
    assert (line["code"], line["receive_count"], line["permanent"]) == ("bad_json", 3, True)
    assert "not json" not in lines.stream.getvalue()
    (metrics,) = metrics_of(capsys.readouterr().out)
    assert metrics["OrdersAccepted"] == [1.0, 1.0]


def test_the_table_writes_a_record_only_where_there_is_none() -> None:
    client = boto3.client("dynamodb", region_name="eu-west-1")
    table = OrderTable(client=client, table_name="orders")
    record = Record(
        order_id="order-1",
        payload_hash="hash",
        correlation_id="corr-1",
        received_at=NOW_TEXT,
        total=900,
        file="in/1.json",
    )
    expected = {
        "TableName": "orders",
        "Item": {
            "order_id": {"S": "order-1"},
            "status": {"S": "RECEIVED"},
            "payload_hash": {"S": "hash"},
            "correlation_id": {"S": "corr-1"},
            "received_at": {"S": NOW_TEXT},
            "updated_at": {"S": NOW_TEXT},
            "total": {"N": "900"},
            "file": {"S": "in/1.json"},
        },
        "ConditionExpression": "attribute_not_exists(order_id)",
    }

    with Stubber(client) as stub:
        stub.add_response("put_item", {}, expected)
        assert table.add(record) is True
        stub.add_client_error("put_item", "ConditionalCheckFailedException")
        assert table.add(record) is False
        stub.add_client_error("put_item", "ProvisionedThroughputExceededException")
        with pytest.raises(AwsFault, match="ProvisionedThroughputExceededException"):
            table.add(record)


def test_the_table_reads_consistently() -> None:
    client = boto3.client("dynamodb", region_name="eu-west-1")
    table = OrderTable(client=client, table_name="orders")
    expected = {
        "TableName": "orders",
        "Key": {"order_id": {"S": "order-1"}},
        "ConsistentRead": True,
        "ProjectionExpression": "payload_hash, #status",
        "ExpressionAttributeNames": {"#status": "status"},
    }

    with Stubber(client) as stub:
        item = {"payload_hash": {"S": "hash"}, "status": {"S": "CHARGED"}}
        stub.add_response("get_item", {"Item": item}, expected)
        assert table.find("order-1") == Stored("hash", "CHARGED")
        stub.add_response("get_item", {}, expected)
        assert table.find("order-1") is None


def test_an_execution_is_named_after_its_order_and_gets_the_canonical_input() -> None:
    client = boto3.client("stepfunctions", region_name="eu-west-1")
    arn = "arn:aws:states:eu-west-1:111122223333:stateMachine:pavedroad-dev-orders-workflow:live"
    workflow = Workflow(client=client, state_machine_arn=arn)
    expected = {
        "stateMachineArn": arn,
        "name": "order-1",
        "input": workflow_input(order(), "corr-1"),
    }
    answer = {"executionArn": arn.replace("stateMachine", "execution"), "startDate": now()}

    with Stubber(client) as stub:
        stub.add_response("start_execution", answer, expected)
        assert workflow.begin(order(), "corr-1") is True
        stub.add_client_error("start_execution", "ExecutionAlreadyExists")
        assert workflow.begin(order(), "corr-1") is False
        stub.add_client_error("start_execution", "AccessDeniedException", "no states:StartExecution")
        with pytest.raises(AwsFault, match="states:StartExecution"):
            workflow.begin(order(), "corr-1")


def test_in_queue_mode_the_order_goes_to_the_second_queue_without_a_charge() -> None:
    client = boto3.client("sqs", region_name="eu-west-1")
    queue = FulfilmentQueue(client=client, queue_url="https://next")
    expected = {
        "QueueUrl": "https://next",
        "MessageBody": '{"schema":1,"order_id":"order-1","charge_id":null,"correlation_id":"corr-1"}',
        "MessageAttributes": attributes("corr-1"),
    }

    with Stubber(client) as stub:
        stub.add_response("send_message", {"MessageId": "m-2"}, expected)
        assert queue.begin(order(), "corr-1") is True
