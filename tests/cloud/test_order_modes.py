"""The system set up otherwise: without a workflow, and with messages that do not wait."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.support.grants import without
from tests.support.order_traffic import Traffic
from tests.support.program import copy_program, set_setting
from tests.support.running_orders import PREFIX, ids, order, running_orders
from tests.support.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Generator

    from tests.support.running_orders import RunningOrders

# A group of its own: it has a cloud of its own, and can run beside the other tests of the system.
pytestmark = pytest.mark.xdist_group("orders-by-queue")

RETENTION_SECONDS = 60
"""The least that SQS takes."""


@pytest.fixture(scope="module")
def by_queue(tmp_path_factory: pytest.TempPathFactory) -> Generator[RunningOrders]:
    """The system with `orchestration: queue`; what is not taken from its queue is gone after a minute."""
    program = copy_program(tmp_path_factory.mktemp("program"))
    set_setting(program, "sandbox", "orchestration", "queue")
    set_setting(program, "sandbox", "retention_seconds", RETENTION_SECONDS)
    with running_orders(tmp_path_factory.mktemp("orders"), project=program) as found:
        yield found


def test_orders_go_from_queue_to_queue(by_queue: RunningOrders) -> None:
    sent = [order() for _ in range(25)]

    answer = by_queue.submit(sent)

    assert answer["rejected"] == answer["failed"] == []
    by_queue.await_status(ids(sent), "FULFILLED")
    items = by_queue.items(ids(sent))
    assert all("charge_id" not in item and "execution_arn" not in item for item in items.values())
    eventually(by_queue.quiet)


def test_there_is_neither_workflow_nor_a_function_that_it_would_call(by_queue: RunningOrders) -> None:
    assert by_queue.roles == ["accept-orders", "fulfil-orders", "submit-orders"]
    assert by_queue.states.list_state_machines()["stateMachines"] == []


def test_the_listener_may_send_to_the_next_queue_instead_of_starting_executions(
    by_queue: RunningOrders,
) -> None:
    granted = {(grant.action, grant.resource) for grant in by_queue.grants("accept-orders")}

    assert ("sqs:SendMessage", by_queue.arn("sqs", f"{PREFIX}-fulfilment")) in granted
    assert not any(action.startswith("states:") for action, _ in granted)
    assert ("sqs:SendMessage", by_queue.arn("sqs", PREFIX)) not in granted


def test_without_that_grant_orders_wait_in_the_dead_letter_queue(by_queue: RunningOrders) -> None:
    traffic = Traffic(by_queue)
    traffic.settle(within=120)
    (grant,) = (each for each in by_queue.grants("accept-orders") if each.action == "sqs:SendMessage")
    sent = order()

    heard = traffic.listen()
    with without(by_queue.identities, grant):
        by_queue.send([json.dumps(sent)])
        assert heard.denied(grant, within=60)
        eventually(lambda: by_queue.depth("dlq"))
    by_queue.queues.start_message_move_task(
        SourceArn=by_queue.arn("sqs", f"{PREFIX}-dlq"), DestinationArn=by_queue.arn("sqs", PREFIX)
    )

    by_queue.await_status(ids([sent]), "FULFILLED")


def test_nothing_is_denied_in_this_mode(by_queue: RunningOrders) -> None:
    traffic = Traffic(by_queue)
    traffic.settle(within=120)
    heard = traffic.listen()

    for role in by_queue.roles:
        traffic.send(role)
    eventually(lambda: by_queue.depth("dlq"))
    traffic.settle(within=120)

    assert heard.all_denials() == []


def test_a_message_that_nobody_takes_is_gone_after_its_retention(by_queue: RunningOrders) -> None:
    """A real minute: SQS takes no shorter retention, and a message's age is not for a test to set."""
    functions = by_queue.functions
    mapping = next(
        each.get("UUID", "")
        for each in functions.list_event_source_mappings()["EventSourceMappings"]
        if each.get("EventSourceArn") == by_queue.arn("sqs", PREFIX)
    )
    sent = order()
    eventually(by_queue.quiet)
    functions.update_event_source_mapping(UUID=mapping, Enabled=False)
    try:
        by_queue.send([json.dumps(sent)])
        assert by_queue.depth() == 1

        eventually(by_queue.depth, lambda seen: seen == 0, within=RETENTION_SECONDS * 2)
    finally:
        functions.update_event_source_mapping(UUID=mapping, Enabled=True)
    assert by_queue.status(str(sent["order_id"])) == ""
    assert by_queue.depth("dlq") == 0
