"""Traffic that uses every grant of order_processing's roles, and an ear for the denials that it meets."""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from tests.support.faults import renew_environments
from tests.support.running_orders import PREFIX, order
from tests.support.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.grants import Grant
    from tests.support.running_orders import Document, RunningOrders

_DENIAL: Final = re.compile(
    r"not authorized|AccessDenied|Access Denied|does not have permission|cannot be assumed", re.IGNORECASE
)
_WORKFLOW: Final = "workflow"
_POLL_SECONDS: Final = 0.2
_AT_A_COLD_START: Final = frozenset({"logs:CreateLogStream", "xray:PutTelemetryRecords"})


@dataclass
class Traffic:
    """Sends what uses a role.

    Attributes:
        orders: The running system.
        answers: What calls of ours were answered with, when they were refused.
    """

    orders: RunningOrders
    answers: list[str] = field(default_factory=list[str])
    _known: Document = field(default_factory=order)

    def send(self, role: str, action: str = "") -> None:
        """Send what makes a function, or the workflow, use everything that its role is granted.

        Args:
            role: What follows the system's prefix in its name.
            action: The one that matters; some are used only where an environment begins.
        """
        if action in _AT_A_COLD_START:
            renew_environments(self.orders.cloud)
        by_role: dict[str, Callable[[], None]] = {
            "accept-orders": self._use_listener,
            "fulfil-orders": self._use_fulfilment,
            "submit-orders": self._use_submission,
        }
        by_role.get(role, self._use_orders)()
        if role == _WORKFLOW and action.startswith("logs:"):
            self._save_workflow()

    def settle(self, *, within: float) -> None:
        """Wait until nothing moves, and clear the dead-letter queues."""
        eventually(self.orders.at_rest, within=within)
        for queue in ("dlq", "fulfilment-dlq", "submit-failures"):
            self.orders.take(queue)

    def listen(self) -> Heard:
        """Hear what is denied from now on."""
        self.answers.clear()
        return Heard(self, len(self.orders.cloud.log()), time.time())

    def _use_orders(self) -> None:
        self.orders.send([json.dumps(order())])

    def _use_listener(self) -> None:
        """A new order; one that is known, which is read; and one that is to come again, later."""
        if not self.orders.status(str(self._known["order_id"])):
            self.orders.send([json.dumps(self._known)])
        self.orders.send([json.dumps(order()), json.dumps(self._known), "not json"])

    def _use_fulfilment(self) -> None:
        self._use_orders()
        self.orders.send(["not json"], queue="fulfilment")

    def _use_submission(self) -> None:
        """A call that works, and one that nobody waits for and that fails until its destination gets it."""
        answer = self.orders.submit([order()])
        self.answers += [str(answer)] if "errorMessage" in answer or answer.get("failed") else []
        self.orders.functions.invoke(
            FunctionName=self.orders.outputs["submit_orders_arn"],
            InvocationType="Event",
            Payload=b'{"bad": 1}',
        )

    def _save_workflow(self) -> None:
        """Step Functions asks for the delivery of logs when a machine is saved."""
        states = self.orders.states
        machine = self.orders.arn("states", f"stateMachine:{PREFIX}-{_WORKFLOW}")
        known = states.describe_state_machine(stateMachineArn=machine)
        try:
            states.update_state_machine(
                stateMachineArn=machine,
                roleArn=known["roleArn"],
                loggingConfiguration=known.get("loggingConfiguration", {}),
            )
        except states.exceptions.ClientError as error:
            self.answers.append(str(error))


@dataclass(frozen=True)
class Heard:
    """What was denied since it began.

    Attributes:
        traffic: The traffic.
        log: Characters of the cloud's log that were there before.
        since: When it began, in seconds since 1970.
    """

    traffic: Traffic
    log: int
    since: float

    def denied(self, grant: Grant, *, within: float) -> bool:
        """Whether a denial names the action, its resource and the role, sooner or later."""
        return self.told(grant.action, grant.role, grant.resource.rstrip("*").rstrip(":"), within=within)

    def told(self, *parts: str, within: float) -> bool:
        """Whether a denial names all the parts, sooner or later."""
        end = time.monotonic() + within
        while True:
            if any(all(part in denial for part in parts) for denial in self.all_denials()):
                return True
            if time.monotonic() > end:
                return False
            time.sleep(_POLL_SECONDS)

    def all_denials(self) -> list[str]:
        """Every line in which somebody was denied something."""
        orders = self.traffic.orders
        found = [*self.traffic.answers, *orders.cloud.log()[self.log :].splitlines()]
        for name in orders.roles:
            if name != _WORKFLOW:
                found += orders.log(name, self.since)
        return [line for line in found if _DENIAL.search(line)]
