"""A flood of orders while functions die: none is lost, none is charged twice.

A sample here; all 2,000 as `make flood`.
"""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from typing import TYPE_CHECKING, Final

import pytest

from tests.support.faults import died, dying
from tests.support.running_orders import PREFIX, ids, order
from tests.support.waiting import eventually

if TYPE_CHECKING:
    from tests.support.running_orders import RunningOrders

pytestmark = pytest.mark.xdist_group("orders")

ORDERS: Final = int(os.environ.get("PAVEDROAD_FLOOD", "150"))
SHARE: Final = 0.05
"""Invocations that die: the whole environment, before or after the work."""

SEED: Final = 20260131
PATIENCE_SECONDS: Final = 120 + ORDERS * 0.6
LOOK_SECONDS: Final = 0.5


def test_no_order_is_lost_and_none_charged_twice_while_functions_die(orders: RunningOrders) -> None:
    """What the retries do not save waits where an operator finds it, and comes to its end from there."""
    for queue in ("dlq", "fulfilment-dlq"):
        orders.take(queue)
    sent = [order() for _ in range(ORDERS)]
    began = time.monotonic()

    with dying(orders.cloud, SHARE, SEED):
        orders.send([json.dumps(each) for each in sent])
        eventually(lambda: at_rest(orders, ids(sent)), within=PATIENCE_SECONDS, every=LOOK_SECONDS)
        count = died(orders.cloud)

    by_themselves = orders.statuses(ids(sent))
    moved = 0

    def operated() -> Counter[str]:
        """An operator's work, once the hosts are well again: what was set aside is moved back."""
        nonlocal moved
        moved += sum(move_back(orders, queue) for queue in ("", "fulfilment"))
        return orders.statuses(ids(sent))

    ended = eventually(
        operated,
        lambda seen: seen["FULFILLED"] + seen["FAILED"] == ORDERS,
        within=PATIENCE_SECONDS,
        every=LOOK_SECONDS,
    )
    eventually(orders.at_rest)
    seconds = time.monotonic() - began

    assert count > 0
    assert_told_of_failures(orders, ids(sent))
    # Five tries of a task seldom die all; on a busy machine some run out of their two seconds as well.
    assert ended["FAILED"] <= ORDERS * SHARE
    fulfilled = Counter(str(note["order_id"]) for note in orders.notes("fulfil-orders", "order_fulfilled"))
    assert {fulfilled[each] for each in ids(sent)} <= {0, 1}
    charges = [item.get("charge_id") for item in orders.items(ids(sent)).values()]
    assert len({each for each in charges if each}) == ended["FULFILLED"]
    print(  # noqa: T201 - the figures of the run
        f"{ORDERS} orders in {seconds:.0f} s, {count} invocations died; ended by themselves: "
        f"{dict(by_themselves)}, in the end: {dict(ended)}; {moved} messages moved back"
    )


def assert_told_of_failures(orders: RunningOrders, order_ids: list[str]) -> None:
    """An order that failed says so in its record and by its execution: it is not lost."""
    for order_id, item in orders.items(order_ids).items():
        if item["status"] == "FAILED":
            assert item["reason"]
            assert orders.execution_status(order_id) == "FAILED"


def at_rest(orders: RunningOrders, order_ids: list[str]) -> bool:
    """Whether nothing moves any more, and every order is known: by a record, or in the dead-letter queue."""
    return orders.at_rest() and orders.statuses(order_ids)[""] <= orders.depth("dlq")


def move_back(orders: RunningOrders, queue: str) -> int:
    """Move what is in a queue's dead-letter queue back."""
    name = f"{PREFIX}-{queue}" if queue else PREFIX
    dead = f"{queue}-dlq" if queue else "dlq"
    count = orders.depth(dead)
    if count:
        orders.queues.start_message_move_task(
            SourceArn=orders.arn("sqs", f"{name}-dlq"), DestinationArn=orders.arn("sqs", name)
        )
        eventually(lambda: orders.depth(dead), lambda seen: seen == 0)
    return count
