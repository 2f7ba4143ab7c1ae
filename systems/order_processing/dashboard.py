"""What the dashboard of order_processing shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from components.observability.dashboard import Widget
from components.observability.metric import Metric

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from components.compute.function import Function
    from components.messaging.dead_letter_queue import DeadLetterQueue
    from components.messaging.queue import Queue
    from components.workflows.state_machine import StateMachine

NAMESPACE: Final = "Pavedroad/Orders"
ORDER_METRICS: Final = (
    "OrdersSubmitted",
    "OrdersAccepted",
    "OrdersDuplicate",
    "OrdersInvalid",
    "OrdersConflict",
    "OrdersFulfilled",
)
EXECUTION_METRICS: Final = (
    "ExecutionsStarted",
    "ExecutionsSucceeded",
    "ExecutionsFailed",
    "ExecutionsTimedOut",
    "ExecutionsAborted",
    "ExecutionThrottled",
)
DEPTH: Final = "ApproximateNumberOfMessagesVisible"
IN_FLIGHT: Final = "ApproximateNumberOfMessagesNotVisible"
AGE: Final = "ApproximateAgeOfOldestMessage"


def order_widgets(
    environment: str,
    *,
    queues: Sequence[Queue],
    dead_letters: Sequence[DeadLetterQueue],
    functions: Mapping[str, Function],
    machine: StateMachine | None,
) -> list[Widget]:
    """Queues, functions, executions and orders, in the order in which an operator looks at them.

    Args:
        environment: Value of the dimension `Env` of the order metrics.
        queues: Queues with a consumer.
        dead_letters: Queues that hold what failed.
        functions: Functions by their name in the code.
        machine: The workflow; none in queue mode.
    """
    return [
        Widget(
            title="Waiting and in flight",
            metrics=[
                queue.metric(name, "Maximum").labelled(f"{queue.physical_name} {label}")
                for queue in queues
                for name, label in ((DEPTH, "waiting"), (IN_FLIGHT, "in flight"))
            ],
        ),
        Widget(
            title="Age of the oldest message (s)",
            metrics=[queue.metric(AGE, "Maximum").labelled(queue.physical_name) for queue in queues],
        ),
        Widget(
            title="Dead-letter queues",
            metrics=[queue.metric(DEPTH, "Maximum").labelled(queue.physical_name) for queue in dead_letters],
        ),
        *_function_widgets(functions),
        *([] if machine is None else [_executions(machine)]),
        Widget(title="Orders", metrics=[_order_metric(name, environment) for name in ORDER_METRICS]),
    ]


def _function_widgets(functions: Mapping[str, Function]) -> Iterator[Widget]:
    for title, name, statistic in (
        ("Invocations", "Invocations", "Sum"),
        ("Errors", "Errors", "Sum"),
        ("Duration p99 (ms)", "Duration", "p99"),
        ("Concurrent executions", "ConcurrentExecutions", "Maximum"),
    ):
        metrics = [function.metric(name, statistic).labelled(label) for label, function in functions.items()]
        yield Widget(title=title, metrics=metrics, width=6)


def _executions(machine: StateMachine) -> Widget:
    return Widget(title="Executions by result", metrics=[machine.metric(name) for name in EXECUTION_METRICS])


def _order_metric(name: str, environment: str) -> Metric:
    return Metric(namespace=NAMESPACE, name=name, dimensions={"Env": environment})
