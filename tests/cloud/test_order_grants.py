"""Least privilege, proved: whatever is taken away from a role is missed, by a denial that names it.

For each role of the system each granted action on each resource is taken away by itself, and traffic that
uses the role is sent. A sample here, drawn with a seed; all of them as `make mutate`.
"""

from __future__ import annotations

import json
import os
import random
from typing import TYPE_CHECKING, Final

import pytest

from tests.support.grants import Grant, without
from tests.support.order_traffic import Traffic
from tests.support.running_orders import PREFIX
from tests.support.waiting import eventually

if TYPE_CHECKING:
    from tests.support.running_orders import RunningOrders

pytestmark = pytest.mark.xdist_group("orders")

ROLES: Final = ("accept-orders", "charge-order", "check-order", "fulfil-orders", "submit-orders", "workflow")
SAMPLE: Final = os.environ.get("PAVEDROAD_MUTATIONS", "8")
"""How many grants are taken away, or `all`."""

_SEED: Final = 20260131
_WITHIN_SECONDS: Final = 25
_MISSED_SECONDS: Final = 40

NOT_LOCAL: Final[dict[str, str]] = {}
"""Actions that nothing in the local cloud asks for, each with the reason."""


def drawn(granted: list[Grant]) -> list[Grant]:
    """The grants to try: all, or a sample that is the same in each run."""
    usable = [grant for grant in granted if grant.action not in NOT_LOCAL]
    if SAMPLE == "all":
        return usable
    return random.Random(_SEED).sample(usable, min(int(SAMPLE), len(usable)))  # noqa: S311 - a sample, no secret


def test_every_grant_is_missed_when_it_is_taken_away(orders: RunningOrders) -> None:
    """One test for all: what is tried is known only when the system is up."""
    granted = [grant for role in ROLES for grant in orders.grants(role)]
    assert len(granted) > 30
    traffic = Traffic(orders)
    kept: list[str] = []
    tried = drawn(granted)

    for grant in tried:
        traffic.settle(within=_MISSED_SECONDS)
        heard = traffic.listen()
        with without(orders.cloud.client("iam"), grant):
            traffic.send(grant.role.removeprefix(f"{PREFIX}-"))
            if not heard.denied(grant.action, within=_WITHIN_SECONDS):
                kept.append(f"{grant}: nobody missed it")
    traffic.settle(within=_MISSED_SECONDS)
    print(f"{len(tried)} of {len(granted)} grants taken away, {len(kept)} not missed")  # noqa: T201 - the figures of the run

    assert kept == []


def test_nothing_is_denied_when_nothing_is_taken_away(orders: RunningOrders) -> None:
    """The other half of the proof: the denials above come from what was taken away."""
    traffic = Traffic(orders)
    traffic.settle(within=_MISSED_SECONDS)
    heard = traffic.listen()

    for role in ROLES:
        traffic.send(role)
    traffic.settle(within=_MISSED_SECONDS)

    assert heard.all_denials() == []


def test_the_listener_may_not_send_to_its_own_queue_nor_read_the_next(orders: RunningOrders) -> None:
    iam = orders.cloud.client("iam")
    listener = orders.role("accept-orders")

    def decision(action: str, queue: str) -> str:
        found = iam.simulate_principal_policy(
            PolicySourceArn=listener, ActionNames=[action], ResourceArns=[orders.arn("sqs", queue)]
        )
        return found["EvaluationResults"][0]["EvalDecision"]

    assert decision("sqs:ReceiveMessage", PREFIX) == "allowed"
    assert decision("sqs:SendMessage", PREFIX) == "implicitDeny"
    assert decision("sqs:ReceiveMessage", f"{PREFIX}-fulfilment") == "implicitDeny"


def test_a_denial_names_what_is_missing_where_an_operator_looks(orders: RunningOrders) -> None:
    traffic = Traffic(orders)
    orders.take("dlq")
    with orders.without("accept-orders", "dynamodb:PutItem"):
        sent = traffic.order()
        orders.send([json.dumps(sent)])
        (kept,) = eventually(lambda: orders.take("dlq"))
    assert json.loads(str(kept["Body"]))["order_id"] == sent["order_id"]
    failed = [
        note for note in orders.notes("accept-orders", "order_failed") if note["order_id"] == sent["order_id"]
    ]
    assert failed
    assert "AccessDenied" in str(failed[-1]["code"])
