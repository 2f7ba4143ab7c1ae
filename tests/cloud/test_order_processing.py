"""Orders flow through the running system: what its specification accepts, with IAM enforced."""

from __future__ import annotations

import json
import os
from collections import Counter
from typing import TYPE_CHECKING, Final

import pytest

from tests.support.running_orders import ids, order
from tests.support.waiting import eventually

if TYPE_CHECKING:
    from tests.support.running_orders import RunningOrders

MANY: Final = int(os.environ.get("PAVEDROAD_ORDERS", "200"))
"""Orders at once; `make flood` sends the specification's 500."""

pytestmark = pytest.mark.xdist_group("orders")


def test_valid_orders_are_charged_and_fulfilled(orders: RunningOrders) -> None:
    sent = [order() for _ in range(25)]

    answer = orders.submit(sent)

    assert sorted(answer["accepted"]) == sorted(ids(sent))  # pyright: ignore[reportArgumentType] - a list of ids
    orders.await_status(ids(sent), "FULFILLED")
    assert all(orders.item(each)["charge_id"] for each in ids(sent))
    eventually(
        lambda: Counter(orders.execution_status(each) for each in ids(sent)),
        lambda seen: seen == {"SUCCEEDED": 25},
    )
    eventually(orders.quiet)


def test_many_orders_at_once_are_fulfilled_once_each(orders: RunningOrders) -> None:
    sent = [order() for _ in range(MANY)]
    orders.send([json.dumps(each) for each in sent])

    orders.await_status(ids(sent), "FULFILLED", within=240)
    eventually(orders.quiet)

    items = orders.items(ids(sent))
    assert {item["charge_attempts"] for item in items.values()} == {"1"}
    assert len({item["charge_id"] for item in items.values()}) == MANY
    fulfilled = Counter(str(note["order_id"]) for note in orders.notes("fulfil-orders", "order_fulfilled"))
    assert {fulfilled[each] for each in ids(sent)} == {1}


def test_an_unreadable_message_fails_alone_and_is_kept(orders: RunningOrders) -> None:
    orders.take("dlq")
    good = [order(), order()]

    orders.send([json.dumps(good[0]), "not json", json.dumps(good[1])])

    orders.await_status(ids(good), "FULFILLED")
    (kept,) = eventually(lambda: orders.take("dlq"))
    assert kept["Body"] == "not json"
    attributes = kept["Attributes"]
    assert isinstance(attributes, dict)
    assert attributes["DeadLetterQueueSourceArn"] == orders.arn("sqs", "pavedroad-sandbox-orders")


def test_the_same_message_twice_is_one_order(orders: RunningOrders) -> None:
    sent = order()

    orders.send([json.dumps(sent), json.dumps(sent)])

    orders.await_status(ids([sent]), "FULFILLED")
    order_id = str(sent["order_id"])
    eventually(
        lambda: [n for n in orders.notes("accept-orders", "order_duplicate") if n["order_id"] == order_id]
    )
    eventually(orders.quiet)
    fulfilled = orders.notes("fulfil-orders", "order_fulfilled")
    assert [note["order_id"] for note in fulfilled].count(order_id) == 1
    assert orders.item(order_id)["charge_attempts"] == "1"


def test_another_order_under_a_known_id_is_kept_and_changes_nothing(orders: RunningOrders) -> None:
    orders.take("dlq")
    sent = order(quantity=2)
    orders.send([json.dumps(sent)])
    orders.await_status(ids([sent]), "FULFILLED")
    before = orders.item(str(sent["order_id"]))
    other = {**sent, "items": [{"sku": "BOOK-1", "quantity": 3, "unit_price": 1_250}]}

    orders.send([json.dumps(other)])

    (kept,) = eventually(lambda: orders.take("dlq"))
    assert json.loads(str(kept["Body"]))["items"][0]["quantity"] == 3
    assert orders.item(str(sent["order_id"])) == before
    failed = orders.notes("accept-orders", "order_failed")
    assert [note["code"] for note in failed if note.get("order_id") == sent["order_id"]][
        -1
    ] == "order_conflict"


@pytest.mark.parametrize(
    ("customer", "price", "reason"),
    [("customer-1", 900_000, "total_above_limit"), ("declined-1", 1_000, "card_declined")],
)
def test_a_refusal_is_an_outcome_no_fault(
    orders: RunningOrders, customer: str, price: int, reason: str
) -> None:
    sent = order(customer, price=price)

    orders.submit([sent])

    orders.await_status(ids([sent]), "REJECTED")
    order_id = str(sent["order_id"])
    assert orders.item(order_id)["reason"] == reason
    orders.await_execution(order_id, "SUCCEEDED")
    eventually(orders.quiet)
    assert all(note["order_id"] != order_id for note in orders.notes("fulfil-orders", "order_fulfilled"))


def test_a_fault_that_passes_is_retried(orders: RunningOrders) -> None:
    sent = order("flaky-2-1")

    orders.submit([sent])

    orders.await_status(ids([sent]), "FULFILLED")
    order_id = str(sent["order_id"])
    types = Counter(str(event["type"]) for event in orders.history(order_id))
    assert types["TaskFailed"] == 2
    assert orders.item(order_id)["charge_attempts"] == "3"


def test_a_fault_that_stays_ends_the_order(orders: RunningOrders) -> None:
    sent = order("flaky-9-1")

    orders.submit([sent])

    orders.await_status(ids([sent]), "FAILED")
    order_id = str(sent["order_id"])
    orders.await_execution(order_id, "FAILED")
    described = orders.states.describe_execution(executionArn=orders.execution(order_id))
    assert described.get("error") == "OrderFailed"
    assert orders.item(order_id)["charge_attempts"] == "5"


def test_what_is_invalid_is_answered_and_never_queued(orders: RunningOrders) -> None:
    wrong = order(quantity=0)
    eventually(orders.quiet)

    answer = orders.submit([wrong])

    assert answer["accepted"] == []
    (refused,) = answer["rejected"]  # pyright: ignore[reportGeneralTypeIssues] - a list of one
    assert (refused["order_id"], refused["code"]) == (wrong["order_id"], "bad_value")
    assert orders.quiet()


def test_a_message_moves_back_once_the_fault_is_mended(orders: RunningOrders) -> None:
    orders.take("dlq")
    sent = order()
    with orders.without("accept-orders", "states:StartExecution"):
        orders.send([json.dumps(sent)])
        eventually(lambda: orders.depth("dlq"))
        order_id = str(sent["order_id"])
        failed = [
            note for note in orders.notes("accept-orders", "order_failed") if note.get("order_id") == order_id
        ]
        assert "AccessDenied" in json.dumps(failed)
        assert "states:StartExecution" in "".join(orders.log("accept-orders"))

    orders.queues.start_message_move_task(
        SourceArn=orders.arn("sqs", "pavedroad-sandbox-orders-dlq"),
        DestinationArn=orders.arn("sqs", "pavedroad-sandbox-orders"),
    )

    orders.await_status(ids([sent]), "FULFILLED")
    eventually(lambda: orders.depth("dlq"), lambda seen: seen == 0)


def test_an_order_that_was_not_dispatched_is_redriven(orders: RunningOrders) -> None:
    sent = order()
    order_id = str(sent["order_id"])
    with orders.without("workflow", "sqs:SendMessage"):
        orders.submit([sent])
        orders.await_execution(order_id, "FAILED")
    assert orders.status(order_id) == "CHARGED"
    charged = orders.item(order_id)["charge_id"]

    orders.states.redrive_execution(executionArn=orders.execution(order_id))

    orders.await_status([order_id], "FULFILLED")
    orders.await_execution(order_id, "SUCCEEDED")
    item = orders.item(order_id)
    assert (item["charge_attempts"], item["charge_id"]) == ("1", charged)
    eventually(orders.quiet)
    fulfilled = [note["order_id"] for note in orders.notes("fulfil-orders", "order_fulfilled")]
    assert fulfilled.count(order_id) == 1
