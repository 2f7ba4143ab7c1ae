"""Least privilege, proved: whatever is taken away from a role is missed, by a denial that names it.

For each role of the system each granted action on each resource is taken away by itself, and traffic that
uses the role is sent. A sample here, drawn with a seed; all of them as `make mutate`.
"""

from __future__ import annotations

import json
import os
import random
import time
from typing import TYPE_CHECKING, Final, cast

import pytest
from botocore.exceptions import ClientError

from tests.support.grants import Grant, without
from tests.support.order_traffic import Traffic
from tests.support.resource_policies import Holder, Statement, changed
from tests.support.running_orders import PREFIX, order
from tests.support.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_sqs import SQSClient

    from tests.support.running_orders import RunningOrders

pytestmark = pytest.mark.xdist_group("orders")

SAMPLE: Final = os.environ.get("PAVEDROAD_MUTATIONS", "8")
"""How many grants are taken away, or `all`."""

_SEED: Final = 20260131
_WITHIN_SECONDS: Final = 90
_SETTLED_SECONDS: Final = 120

NOT_LOCAL: Final = {
    ("states:StartExecution", ":live"): (
        "IAM is asked for the machine behind the alias, on AWS too; the alias is named beside it because the "
        "service authorization reference lists it as a resource of this action"
    ),
}
"""Grants that nothing asks for: the action and the end of the resource, each with the reason."""


def is_asked_for(grant: Grant) -> bool:
    return not any(grant.action == action and grant.resource.endswith(end) for action, end in NOT_LOCAL)


def drawn(granted: list[Grant]) -> list[Grant]:
    """The grants to try: all, or a sample that is the same in each run."""
    usable = [grant for grant in granted if is_asked_for(grant)]
    if SAMPLE == "all":
        return usable
    return random.Random(_SEED).sample(usable, min(int(SAMPLE), len(usable)))  # noqa: S311 - a sample, no secret


def missed(orders: RunningOrders, grants: list[Grant]) -> list[str]:
    """Take the grants away one by one; those that nobody misses."""
    traffic = Traffic(orders)
    kept: list[str] = []
    for grant in grants:
        began = time.monotonic()
        traffic.settle(within=_SETTLED_SECONDS)
        heard = traffic.listen()
        with without(orders.identities, grant):
            traffic.send(grant.role.removeprefix(f"{PREFIX}-"), grant.action)
            found = heard.denied(grant, within=_WITHIN_SECONDS)
        if not found:
            kept.append(f"{grant}: nobody missed it; denied was: {heard.all_denials()[-3:]}")
        print(f"{time.monotonic() - began:5.1f} s  {'missed' if found else 'NOT MISSED'}: {grant}")  # noqa: T201 - the figures of the run
    traffic.settle(within=_SETTLED_SECONDS)
    return kept


def test_every_grant_is_missed_when_it_is_taken_away(orders: RunningOrders) -> None:
    """One test for all: what is tried is known only when the system is up."""
    granted = [grant for role in orders.roles for grant in orders.grants(role)]
    assert len(granted) > 50
    assert sum(not is_asked_for(grant) for grant in granted) == len(NOT_LOCAL)

    assert missed(orders, drawn(granted)) == []


def test_nothing_is_denied_when_nothing_is_taken_away(orders: RunningOrders) -> None:
    """The other half of the proof: the denials above come from what was taken away."""
    traffic = Traffic(orders)
    traffic.settle(within=_SETTLED_SECONDS)
    heard = traffic.listen()

    for action in ("xray:PutTelemetryRecords", "logs:PutLogEvents"):  # cold, then warm
        for role in orders.roles:
            traffic.send(role, action)
    eventually(lambda: orders.depth("dlq"))
    traffic.settle(within=_SETTLED_SECONDS)

    assert heard.all_denials() == []


def denied(call: Callable[[], object]) -> bool:
    """Whether a call is refused for want of a permission."""
    try:
        call()
    except ClientError as error:
        if "AccessDenied" not in error.response.get("Error", {}).get("Code", ""):
            raise
        return True
    return False


def test_the_listener_may_not_send_to_its_own_queue_nor_read_the_next(orders: RunningOrders) -> None:
    """Under the listener's very role: its trust is opened to the account for as long as the test takes."""
    cloud = orders.cloud

    def trusting_us(statements: list[Statement]) -> list[Statement]:
        us = {"AWS": f"arn:aws:iam::{orders.account}:root"}
        return [*statements, {"Effect": "Allow", "Principal": us, "Action": "sts:AssumeRole"}]

    with changed(cloud, Holder("role", f"{PREFIX}-accept-orders"), trusting_us):
        keys = cloud.client("sts").assume_role(RoleArn=orders.role("accept-orders"), RoleSessionName="probe")[
            "Credentials"
        ]
    client = cast(
        "SQSClient",
        cloud.client_with_keys("sqs", keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"]),
    )
    own, following = orders.queue_url(), orders.queue_url("fulfilment")

    assert denied(lambda: client.send_message(QueueUrl=own, MessageBody="loop"))
    assert denied(lambda: client.receive_message(QueueUrl=following, WaitTimeSeconds=0))
    assert not denied(lambda: client.receive_message(QueueUrl=own, WaitTimeSeconds=0))


def test_simulation_decides_like_the_calls(orders: RunningOrders) -> None:
    iam, listener = orders.identities, orders.role("accept-orders")

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
    traffic.settle(within=_SETTLED_SECONDS)
    sent = order()
    with orders.without("accept-orders", "dynamodb:PutItem"):
        orders.send([json.dumps(sent)])
        (kept,) = eventually(lambda: orders.take("dlq"))
    assert json.loads(str(kept["Body"]))["order_id"] == sent["order_id"]
    failed = [
        note
        for note in orders.notes("accept-orders", "order_failed")
        if note.get("order_id") == sent["order_id"]
    ]
    assert "AccessDenied" in str(failed[-1]["code"])
    assert "dynamodb:PutItem" in str(failed[-1]["detail"])
