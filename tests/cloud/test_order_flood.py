"""A flood of orders while functions die: none is lost, none is charged twice.

A sample here; all 2,000 as `make flood`.
"""

from __future__ import annotations

import http.client
import json
import os
from typing import TYPE_CHECKING, Final, cast

import pytest

from tests.support.running_orders import ids, order
from tests.support.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Generator

    from tests.support.running_orders import RunningOrders

pytestmark = pytest.mark.xdist_group("orders")

ORDERS: Final = int(os.environ.get("PAVEDROAD_FLOOD", "200"))
SHARE: Final = 0.05
"""Invocations that die: the whole environment, before or after the work."""

PATIENCE_SECONDS: Final = 60 + ORDERS * 0.6


def faults(orders: RunningOrders, **plan: float) -> int:
    """Set the faults of the local cloud; how many invocations died before."""
    connection = http.client.HTTPConnection("127.0.0.1", orders.cloud.running.port, timeout=30)
    try:
        connection.request("POST", "/_pavedroad/faults", json.dumps(plan) if plan else "")
        return int(json.loads(connection.getresponse().read())["died"])
    finally:
        connection.close()


@pytest.fixture
def dying(orders: RunningOrders) -> Generator[None]:
    faults(orders, share=SHARE, seed=20260131)
    yield
    faults(orders, share=0)


@pytest.mark.usefixtures("dying")
def test_no_order_is_lost_while_functions_die(orders: RunningOrders) -> None:
    for queue in ("dlq", "fulfilment-dlq"):
        orders.take(queue)
    sent = [order() for _ in range(ORDERS)]

    orders.send([json.dumps(each) for each in sent])

    # What an operator would do: once the faults have passed, what was set aside is moved back.
    eventually(orders.quiet, within=PATIENCE_SECONDS)
    died = faults(orders)
    faults(orders, share=0)
    redriven = sum(redrive(orders, queue) for queue in ("", "fulfilment"))
    restarted = restart_failed(orders, ids(sent))
    orders.await_status(ids(sent), "FULFILLED", within=PATIENCE_SECONDS)

    assert died > ORDERS * SHARE
    charges = {str(orders.item(each)["charge_id"]) for each in ids(sent)}
    assert len(charges) == ORDERS
    print(f"{ORDERS} orders, {died} invocations died, {redriven} messages redriven, {restarted} restarted")  # noqa: T201 - the figures of the run


def redrive(orders: RunningOrders, queue: str) -> int:
    """Move what is in a queue's dead-letter queue back."""
    name = f"pavedroad-sandbox-orders{f'-{queue}' if queue else ''}"
    dead = f"{queue}-dlq" if queue else "dlq"
    count = orders.depth(dead)
    if count:
        orders.cloud.client("sqs").start_message_move_task(
            SourceArn=orders.arn("sqs", f"{name}-dlq"), DestinationArn=orders.arn("sqs", name)
        )
        eventually(lambda: orders.depth(dead), lambda seen: seen == 0)
    return count


def restart_failed(orders: RunningOrders, order_ids: list[str]) -> int:
    """Redrive executions that failed, as an operator does with those that ended in a fault."""
    states = orders.cloud.client("stepfunctions")
    found = 0
    for order_id in order_ids:
        if orders.status(order_id) == "FULFILLED":
            continue
        status = orders.execution_status(order_id)
        if status == "FAILED":
            cast("object", states.redrive_execution(executionArn=orders.execution(order_id)))
            found += 1
    return found
