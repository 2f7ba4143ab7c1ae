"""Orders through a queue, a state machine and a second queue.

submit_orders -> queue -> accept_orders -> (workflow: check, charge) -> queue -> fulfil_orders; in queue mode
accept_orders feeds the second queue itself. Every hop is idempotent by the order's record, what cannot be
processed waits in a dead-letter queue. Left out: an API in front of submit_orders, archiving of old orders.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from components._base import Component
from components.compute.function import Function
from components.data.table import Table, TableArgs
from components.messaging.dead_letter_queue import DeadLetterQueue, DeadLetterQueueArgs
from components.messaging.queue import ConsumerTiming, Pollers, Queue, QueueArgs, Scaling
from components.observability.dashboard import Dashboard, DashboardArgs
from components.workflows.state_machine import StateMachine, StateMachineArgs
from systems.order_processing.dashboard import order_widgets
from systems.order_processing.functions import FunctionPlans, Next
from systems.order_processing.settings import EXPECTED_RECORD_MS, OrderProcessingSettings
from systems.order_processing.workflow import WorkflowParts, order_workflow

if TYPE_CHECKING:
    from pulumi import Output, ResourceOptions

    from components._platform import Platform


@dataclass(frozen=True, kw_only=True)
class OrderProcessingArgs:
    """What the system needs.

    Attributes:
        settings: Its settings, validated.
        platform: Shared ground.
        encrypted: Fields of the settings whose values must stay secret.
    """

    settings: OrderProcessingSettings
    platform: Platform
    encrypted: frozenset[str] = field(default_factory=frozenset[str])


class OrderProcessing(Component):
    """The whole system.

    Attributes:
        outputs: What callers and operators need: queues, table, functions, workflow.
    """

    TYPE = "pavedroad:systems:OrderProcessing"

    outputs: dict[str, Output[str]]

    def __init__(self, name: str, args: OrderProcessingArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        settings = args.settings
        platform = args.platform
        if settings.alarm_topic is not None:
            platform = replace(platform, alarm_topic_arn=settings.alarm_topic)
        plans = FunctionPlans(platform=platform, settings=settings, encrypted=args.encrypted)

        table = Table(
            "orders",
            TableArgs(platform=platform, hash_key="order_id", kms_key_arn=settings.kms_key),
            self.child(),
        )
        queue = Queue("orders", _queue_args(settings, platform), self.child())
        fulfilment = Queue("orders-fulfilment", _queue_args(settings, platform), self.child())
        failures = DeadLetterQueue("orders-submit-failures", _failure_args(settings, platform), self.child())

        functions: dict[str, Function] = {}
        machine: StateMachine | None = None
        onward = Next(statements=fulfilment.allow_send(), environment={"NEXT_QUEUE_URL": fulfilment.url})
        if settings.orchestration == "workflow":
            check = Function("orders-check-order", plans.check_order(), self.child())
            charge = Function("orders-charge-order", plans.charge_order(table), self.child())
            functions |= {"check_order": check, "charge_order": charge}
            machine = self._add_workflow(
                settings=settings,
                platform=platform,
                table=table,
                fulfilment=fulfilment,
                check=check,
                charge=charge,
            )
            onward = Next(
                statements=machine.allow_start(), environment={"STATE_MACHINE_ARN": machine.live_arn}
            )
        accept = Function("orders-accept-orders", plans.accept_orders(queue, table, onward), self.child())
        fulfil = Function("orders-fulfil-orders", plans.fulfil_orders(fulfilment, table), self.child())
        submit = Function("orders-submit-orders", plans.submit_orders(queue, failures), self.child())
        functions = {"submit_orders": submit, "accept_orders": accept, **functions, "fulfil_orders": fulfil}

        queue.feed(accept, _scaling(settings))
        fulfilment.feed(fulfil, _scaling(settings))
        dashboard = Dashboard(
            "orders",
            DashboardArgs(
                platform=platform,
                widgets=order_widgets(
                    platform.scope.environment,
                    queues=(queue, fulfilment),
                    dead_letters=(queue.dead_letter, fulfilment.dead_letter, failures),
                    functions=functions,
                    machine=machine,
                ),
            ),
            self.child(),
        )
        self.outputs = {
            "queue_url": queue.url,
            "dead_letter_queue_url": queue.dead_letter.url,
            "fulfilment_queue_url": fulfilment.url,
            "fulfilment_dead_letter_queue_url": fulfilment.dead_letter.url,
            "submit_failures_queue_url": failures.url,
            "table_name": table.name,
            **{f"{package}_arn": function.live_arn for package, function in functions.items()},
            **({} if machine is None else {"state_machine_arn": machine.live_arn}),
            "dashboard_name": dashboard.name,
        }
        self.finish(self.outputs)

    def _add_workflow(
        self,
        *,
        settings: OrderProcessingSettings,
        platform: Platform,
        table: Table,
        fulfilment: Queue,
        check: Function,
        charge: Function,
    ) -> StateMachine:
        parts = WorkflowParts(
            partition=platform.scope.partition,
            table_name=table.name,
            check_function_arn=check.live_arn,
            charge_function_arn=charge.live_arn,
            fulfilment_queue_url=fulfilment.url,
        )
        return StateMachine(
            "orders-workflow",
            StateMachineArgs(
                platform=platform,
                definition=order_workflow(parts),
                statements=(
                    *check.allow_invoke(),
                    *charge.allow_invoke(),
                    *table.allow_update(),
                    *fulfilment.allow_send(),
                ),
                timeout_seconds=settings.workflow_timeout_seconds,
                log_retention_days=settings.log_retention_days,
            ),
            self.child(),
        )


def _queue_args(settings: OrderProcessingSettings, platform: Platform) -> QueueArgs:
    return QueueArgs(
        platform=platform,
        consumer=ConsumerTiming(
            timeout_seconds=settings.function_timeout_seconds,
            batch_size=settings.batch_size,
            batching_window_seconds=settings.batching_window_seconds,
        ),
        retention_seconds=settings.retention_seconds,
        dlq_retention_seconds=settings.dlq_retention_seconds,
        max_receive_count=settings.max_receive_count,
        visibility_timeout_seconds=settings.visibility_timeout_seconds,
        max_message_bytes=settings.max_message_bytes,
        kms_key_arn=settings.kms_key,
        age_alarm_seconds=settings.age_alarm_seconds,
    )


def _failure_args(settings: OrderProcessingSettings, platform: Platform) -> DeadLetterQueueArgs:
    return DeadLetterQueueArgs(
        platform=platform, retention_seconds=settings.dlq_retention_seconds, kms_key_arn=settings.kms_key
    )


def _scaling(settings: OrderProcessingSettings) -> Scaling:
    pollers = settings.provisioned_pollers
    return Scaling(
        maximum_concurrency=settings.mapping_concurrency,
        provisioned_pollers=pollers and Pollers(minimum=pollers.min, maximum=pollers.max),
        expected_record_ms=EXPECTED_RECORD_MS,
    )
