"""Builds components for tests: a platform of plain values, small archives, one of everything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import components.compute.function
import components.compute.layer
from components._naming import Scope
from components._platform import Platform, Tier
from components.compute.function import Function, FunctionArgs
from components.data.table import Table, TableArgs
from components.messaging.dead_letter_queue import DeadLetterQueue, DeadLetterQueueArgs
from components.messaging.queue import ConsumerTiming, Queue, QueueArgs, Scaling
from components.observability.dashboard import Dashboard, DashboardArgs, Widget
from components.workflows.state_machine import StateMachine, StateMachineArgs
from systems.foundation import Foundation, FoundationArgs

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

SCOPE: Final = Scope(project="pavedroad", environment="dev", region="eu-west-1", account="111122223333")
PREFIX: Final = "pavedroad-dev-"
BOUNDARY_ARN: Final = "arn:aws:iam::111122223333:policy/pavedroad-dev-boundary"
LAYER_ARN: Final = "arn:aws:lambda:eu-west-1:111122223333:layer:pavedroad-company:7"
SIGNING_ARN: Final = "arn:aws:lambda:eu-west-1:111122223333:code-signing-config:csc-0123456789abcdef0"
TOPIC_ARN: Final = "arn:aws:sns:eu-west-1:111122223333:pavedroad-dev-alarms"
KEY_ARN: Final = "arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555"


def platform(tier: Tier = Tier.DEVELOPMENT) -> Platform:
    """A platform as if the Foundation stood elsewhere: every value is plain."""
    return Platform(
        scope=SCOPE,
        tier=tier,
        boundary_arn=BOUNDARY_ARN,
        company_layer_arn=LAYER_ARN,
        code_signing_config_arn=SIGNING_ARN,
        signing_profile_name="pavedroad_dev_signing",
        artifact_bucket_name="pavedroad-dev-artifacts-111122223333-eu-west-1",
        alarm_topic_arn=TOPIC_ARN,
        encryption_key_arn=KEY_ARN,
    )


def use_small_archives(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Let functions and layer carry a few bytes in place of real archives, which have tests of their own."""

    def archive(name: str = "layer") -> Path:
        path = folder / f"{name}.zip"
        path.write_bytes(name.encode())
        return path

    monkeypatch.setattr(components.compute.function, "function_archive", archive)
    monkeypatch.setattr(components.compute.layer, "layer_archive", archive)


def function_args(**changes: object) -> FunctionArgs:
    """A function with as little as it can have, and the changes."""
    plain = {"platform": platform(), "package": "check_order", "description": "Decides on an order"}
    return FunctionArgs(**{**plain, **changes})  # pyright: ignore[reportArgumentType] - a test may pass anything


def build_everything(tier: Tier) -> None:
    """One of each component, wired as a system wires them."""
    ground = Foundation("foundation", FoundationArgs(scope=SCOPE, tier=tier)).platform
    table = Table("orders", TableArgs(platform=ground, hash_key="order_id"))
    queue = Queue("orders", QueueArgs(platform=ground, consumer=ConsumerTiming(timeout_seconds=30)))
    failures = DeadLetterQueue("orders-submit-failures", DeadLetterQueueArgs(platform=ground))
    Function(
        "orders-submit-orders",
        FunctionArgs(
            platform=ground,
            package="submit_orders",
            description="Puts orders on the queue",
            statements=queue.allow_send(),
            environment={"QUEUE_URL": queue.url},
            timeout_seconds=60,
            on_failure=failures,
        ),
    )
    check = Function(
        "orders-check-order",
        FunctionArgs(platform=ground, package="check_order", description="Decides on an order"),
    )
    machine = StateMachine(
        "orders-workflow",
        StateMachineArgs(
            platform=ground,
            definition={
                "StartAt": "Check",
                "States": {"Check": {"Type": "Task", "Resource": check.live_arn, "End": True}},
            },
            statements=[*check.allow_invoke(), *table.allow_update()],
        ),
    )
    accept = Function(
        "orders-accept-orders",
        FunctionArgs(
            platform=ground,
            package="accept_orders",
            description="Starts a workflow for each order",
            statements=(*queue.allow_consume(), *machine.allow_start(), *table.allow_write()),
            environment={"STATE_MACHINE_ARN": machine.live_arn, "TABLE_NAME": table.name},
        ),
    )
    queue.feed(accept, Scaling(maximum_concurrency=10))
    Dashboard(
        "orders-dashboard",
        DashboardArgs(
            platform=ground,
            widgets=[Widget(title="Messages", metrics=[queue.metric("NumberOfMessagesSent")])],
        ),
    )
