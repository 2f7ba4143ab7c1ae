"""Traffic that uses every grant of order_processing's roles, and an ear for the denials that it meets."""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from tests.support.running_orders import PREFIX, order
from tests.support.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.running_orders import Document, RunningOrders

FUNCTIONS: Final = ("accept-orders", "charge-order", "check-order", "fulfil-orders", "submit-orders")
_DENIAL: Final = re.compile(
    r"not authorized|AccessDenied|Access Denied|does not have permission", re.IGNORECASE
)
_POLL_SECONDS: Final = 0.2


@dataclass
class Traffic:
    """Sends what uses a role.

    Attributes:
        orders: The running system.
        answers: What calls of ours were answered with, when they were refused.
    """

    orders: RunningOrders
    answers: list[str] = field(default_factory=list[str])
    _known: Document = field(default_factory=dict[str, object])

    def order(self) -> Document:
        """A valid order."""
        return order()

    def send(self, role: str) -> None:
        """Send what makes a function, or the workflow, use everything that its role is granted."""
        by_role: dict[str, Callable[[], None]] = {
            "accept-orders": self._use_listener,
            "fulfil-orders": self._use_fulfilment,
            "submit-orders": self._use_submission,
            "workflow": self._use_workflow,
        }
        by_role.get(role, self._use_orders)()

    def settle(self, *, within: float) -> None:
        """Wait until nothing is on its way, and clear the dead-letter queues."""
        eventually(self.orders.quiet, within=within)
        for queue in ("dlq", "fulfilment-dlq", "submit-failures"):
            self.orders.take(queue)

    def listen(self) -> Heard:
        """Hear what is denied from now on."""
        self.answers.clear()
        before = {name: len(self._log(name)) for name in FUNCTIONS}
        return Heard(self, len(self.orders.cloud.log()), before, frozenset(failures(self.orders)))

    def _use_orders(self) -> None:
        sent = order()
        self.orders.send([json.dumps(sent)])
        self._known = sent

    def _use_listener(self) -> None:
        known = self._fulfilled()
        self.orders.send([json.dumps(order()), json.dumps(known), "not json"])

    def _use_fulfilment(self) -> None:
        self._use_orders()
        self.orders.send(["not json"], queue="fulfilment")

    def _use_submission(self) -> None:
        """A call that works, and one that nobody waits for and that fails until its destination gets it."""
        self.orders.submit([order()])
        self.orders.cloud.client("lambda").invoke(
            FunctionName=self.orders.outputs["submit_orders_arn"],
            InvocationType="Event",
            Payload=b'{"bad": 1}',
        )

    def _use_workflow(self) -> None:
        self._use_orders()
        states = self.orders.cloud.client("stepfunctions")
        machine = self.orders.arn("states", f"stateMachine:{PREFIX}-workflow")
        known = states.describe_state_machine(stateMachineArn=machine)
        try:
            states.update_state_machine(
                stateMachineArn=machine,
                roleArn=known["roleArn"],
                loggingConfiguration=known.get("loggingConfiguration", {}),
            )
        except states.exceptions.ClientError as error:
            self.answers.append(str(error))

    def _fulfilled(self) -> Document:
        """An order that has been through everything."""
        if not self._known:
            self._use_orders()
        order_id = str(self._known["order_id"])
        if self.orders.status(order_id) != "FULFILLED":
            self._known = order()
            self.orders.send([json.dumps(self._known)])
        return self._known

    def _log(self, function: str) -> list[str]:
        return self.orders.log(function)


@dataclass(frozen=True)
class Heard:
    """What was denied since it began.

    Attributes:
        traffic: The traffic.
        log: Characters of the cloud's log that were there before.
        lines: Lines of each function's log that were there before.
        known: What failed executions and mappings said before.
    """

    traffic: Traffic
    log: int
    lines: dict[str, int]
    known: frozenset[str]

    def denied(self, action: str, *, within: float) -> bool:
        """Whether a denial names the action, sooner or later."""
        end = time.monotonic() + within
        while time.monotonic() < end:
            if any(action in denial for denial in self.all_denials()):
                return True
            time.sleep(_POLL_SECONDS)
        return False

    def all_denials(self) -> list[str]:
        """Every line in which somebody was denied something."""
        found = [*self.traffic.answers, *self.traffic.orders.cloud.log()[self.log :].splitlines()]
        for name, before in self.lines.items():
            found += self.traffic.orders.log(name)[before:]
        found += [told for told in failures(self.traffic.orders) if told not in self.known]
        return [line for line in found if _DENIAL.search(line)]


def failures(orders: RunningOrders) -> list[str]:
    """What failed executions say, and what the mappings say of their last poll."""
    states = orders.cloud.client("stepfunctions")
    machine = orders.arn("states", f"stateMachine:{PREFIX}-workflow")
    last = states.list_executions(stateMachineArn=machine, statusFilter="FAILED", maxResults=10)["executions"]
    told = [
        json.dumps(states.describe_execution(executionArn=each["executionArn"]), default=str) for each in last
    ]
    mappings = orders.cloud.client("lambda").list_event_source_mappings()["EventSourceMappings"]
    return told + [each.get("LastProcessingResult", "") for each in mappings]
