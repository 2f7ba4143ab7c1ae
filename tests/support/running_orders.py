"""System order_processing as it runs in a local cloud: sends orders, and looks at what became of them."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Final, cast

import pytest

from pavedroad.cloud.emulator import throw_away
from pavedroad.engine.request import Outcome
from tests.support.cloud import WAITS, Cloud
from tests.support.grants import grants_of, without
from tests.support.running_stack import ROOT, running_stack
from tests.support.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Sequence
    from pathlib import Path

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_stepfunctions import SFNClient

    from tests.support.grants import Grant
    from tests.support.running_stack import RunningStack

PREFIX: Final = "pavedroad-sandbox-orders"
ENDED: Final = frozenset({"FULFILLED", "REJECTED", "FAILED"})
_BATCH: Final = 10
_READ: Final = 100
"""Records that one BatchGetItem reads at most."""
_numbers: Final = count(1)

Document = dict[str, object]


def order(
    customer: str = "customer-1", *, quantity: int = 2, price: int = 1_250, **other: object
) -> Document:
    """A valid order with an id of its own."""
    return {
        "schema": 1,
        "order_id": f"order-{next(_numbers):05}",
        "customer_id": customer,
        "placed_at": "2026-11-21T08:00:00Z",
        "currency": "EUR",
        "items": [{"sku": "BOOK-1", "quantity": quantity, "unit_price": price}],
        **other,
    }


def ids(orders: Iterable[Document]) -> list[str]:
    """The ids of orders."""
    return [str(each["order_id"]) for each in orders]


def _plain(value: object) -> object:
    """A value of DynamoDB without its type."""
    return next(iter(cast("dict[str, object]", value).values()))


@dataclass(frozen=True, kw_only=True)
class RunningOrders:
    """The system, up.

    Attributes:
        cloud: Where it runs.
        stack: What made it.
    """

    cloud: Cloud
    stack: RunningStack
    account: str = "000000000000"
    region: str = "eu-west-1"
    _kept: dict[str, str] = field(default_factory=dict[str, str])
    _urls: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def queues(self) -> SQSClient:
        """SQS."""
        return self.cloud.client("sqs")

    @property
    def tables(self) -> DynamoDBClient:
        """DynamoDB."""
        return self.cloud.client("dynamodb")

    @property
    def states(self) -> SFNClient:
        """Step Functions."""
        return self.cloud.client("stepfunctions")

    @property
    def logs(self) -> CloudWatchLogsClient:
        """CloudWatch Logs."""
        return self.cloud.client("logs")

    @property
    def identities(self) -> IAMClient:
        """IAM."""
        return self.cloud.client("iam")

    @property
    def functions(self) -> LambdaClient:
        """Lambda."""
        return self.cloud.client("lambda")

    @property
    def outputs(self) -> dict[str, str]:
        """The system's outputs."""
        if not self._kept:
            self._kept.update(cast("dict[str, str]", self.stack.outputs["order_processing"]))
        return self._kept

    def arn(self, service: str, resource: str) -> str:
        """An ARN in the system's account and region."""
        return f"arn:aws:{service}:{self.region}:{self.account}:{resource}"

    def role(self, name: str) -> str:
        """ARN of the role of a function, or of the workflow."""
        return f"arn:aws:iam::{self.account}:role/{PREFIX}-{name}"

    def submit(self, orders: Sequence[Document]) -> Document:
        """Call submit_orders as a caller does; what it answers."""
        answer = self.functions.invoke(
            FunctionName=self.outputs["submit_orders_arn"],
            Payload=json.dumps({"orders": list(orders), "correlation_id": "test"}).encode(),
        )
        return cast("Document", json.loads(answer["Payload"].read()))

    def send(self, bodies: Sequence[str], *, queue: str = "") -> None:
        """Put bodies on a queue as they are, in few requests; by default on the first queue."""
        client, url = self.queues, self.queue_url(queue)
        for start in range(0, len(bodies), _BATCH):
            batch = bodies[start : start + _BATCH]
            answer = client.send_message_batch(
                QueueUrl=url,
                Entries=[{"Id": str(index), "MessageBody": body} for index, body in enumerate(batch)],
            )
            assert not answer.get("Failed")

    def queue_url(self, name: str = "") -> str:
        """A queue's URL in the local cloud; `name` is what follows the system's prefix."""
        full = f"{PREFIX}-{name}" if name else PREFIX
        if full not in self._urls:
            self._urls[full] = self.queues.get_queue_url(QueueName=full)["QueueUrl"]
        return self._urls[full]

    def depth(self, queue: str = "") -> int:
        """Messages in a queue, in flight and delayed ones too."""
        attributes = self.queues.get_queue_attributes(QueueUrl=self.queue_url(queue), AttributeNames=["All"])[
            "Attributes"
        ]
        return sum(
            int(attributes.get(name, "0"))
            for name in (
                "ApproximateNumberOfMessages",
                "ApproximateNumberOfMessagesNotVisible",
                "ApproximateNumberOfMessagesDelayed",
            )
        )

    def take(self, queue: str) -> list[Document]:
        """Receive and delete what is in a queue."""
        client, url = self.queues, self.queue_url(queue)
        taken: list[Document] = []
        while True:
            found = client.receive_message(
                QueueUrl=url,
                MaxNumberOfMessages=10,
                MessageSystemAttributeNames=["All"],
                WaitTimeSeconds=0,  # the queue's own setting is to wait for twenty
            ).get("Messages", [])
            if not found:
                return taken
            taken += [cast("Document", message) for message in found]
            for message in found:
                client.delete_message(QueueUrl=url, ReceiptHandle=message.get("ReceiptHandle", ""))

    def item(self, order_id: str) -> Document:
        """An order's record in plain values; empty when there is none."""
        return self.items([order_id]).get(order_id, {})

    def items(self, order_ids: Sequence[str]) -> dict[str, Document]:
        """The records of orders in plain values, in few requests; those that have one."""
        client, table = self.tables, self.outputs["table_name"]
        found: dict[str, Document] = {}
        for start in range(0, len(order_ids), _READ):
            keys = [{"order_id": {"S": each}} for each in order_ids[start : start + _READ]]
            answer = client.batch_get_item(RequestItems={table: {"Keys": keys, "ConsistentRead": True}})
            assert not answer["UnprocessedKeys"]
            for item in answer["Responses"].get(table, []):
                plain = {name: _plain(value) for name, value in item.items()}
                found[str(plain["order_id"])] = plain
        return found

    def status(self, order_id: str) -> str:
        """An order's status; empty when it has no record."""
        return str(self.item(order_id).get("status", ""))

    def statuses(self, order_ids: Sequence[str]) -> Counter[str]:
        """How many of the orders have which status; none is the empty text."""
        items = self.items(order_ids)
        return Counter(str(items.get(each, {}).get("status", "")) for each in order_ids)

    def await_status(self, order_ids: Sequence[str], status: str, *, within: float = 120) -> None:
        """Wait until all orders have a status."""
        eventually(
            lambda: self.statuses(order_ids),
            lambda seen: seen == {status: len(order_ids)},
            within=within,
            every=max(0.1, len(order_ids) / 500),  # to look is work for the cloud, too
        )

    def execution(self, order_id: str) -> str:
        """ARN of the execution of an order."""
        return self.arn("states", f"execution:{PREFIX}-workflow:{order_id}")

    def execution_status(self, order_id: str) -> str:
        """How the execution of an order stands; empty when it has none, or none yet."""
        client = self.states
        try:
            return client.describe_execution(executionArn=self.execution(order_id))["status"]
        except client.exceptions.ExecutionDoesNotExist:
            return ""  # the record is there before its execution begins

    def await_execution(self, order_id: str, status: str) -> None:
        """Wait until the execution of an order stands so."""
        eventually(lambda: self.execution_status(order_id), lambda seen: seen == status)

    def history(self, order_id: str) -> list[Document]:
        """The events of an order's execution."""
        events = self.states.get_execution_history(executionArn=self.execution(order_id), maxResults=1000)[
            "events"
        ]
        return [cast("Document", event) for event in events]

    def log(self, function: str, since: float = 0) -> list[str]:
        """All lines that a function has logged since a time, in order."""
        client = self.logs
        lines: list[str] = []
        pages = client.get_paginator("filter_log_events").paginate(
            logGroupName=f"/aws/lambda/{PREFIX}-{function}", startTime=int(since * 1000)
        )
        for page in pages:
            lines += [event.get("message", "") for event in page["events"]]
        return lines

    def notes(self, function: str, event: str) -> list[Document]:
        """The JSON lines of a function's log that tell of an event."""
        return [
            cast("Document", json.loads(line)) for line in self.log(function) if f'"event":"{event}"' in line
        ]

    @property
    def roles(self) -> list[str]:
        """The system's roles by what follows their prefix: its functions, and the workflow if it has one."""
        found = self.identities.list_roles()["Roles"]
        names = (role["RoleName"] for role in found)
        return sorted(name.removeprefix(f"{PREFIX}-") for name in names if name.startswith(f"{PREFIX}-"))

    def grants(self, name: str) -> list[Grant]:
        """What the role of a function, or of the workflow, is granted."""
        return grants_of(self.identities, f"{PREFIX}-{name}")

    @contextmanager
    def without(self, name: str, action: str) -> Generator[None]:
        """The role of a function, or of the workflow, less an action on any resource that it names."""
        with ExitStack() as stack:
            for grant in self.grants(name):
                if grant.action == action:
                    stack.enter_context(without(self.identities, grant))
            yield

    def quiet(self) -> bool:
        """Whether no message is on its way; then the functions that took the last ones have logged, too."""
        return self.depth() == 0 and self.depth("fulfilment") == 0

    def at_rest(self) -> bool:
        """Whether nothing moves: no message is on its way, and no execution that would send one runs."""
        return self.quiet() and not self._running() and self.quiet()

    def _running(self) -> bool:
        client = self.states
        machine = self.arn("states", f"stateMachine:{PREFIX}-workflow")
        try:
            found = client.list_executions(stateMachineArn=machine, statusFilter="RUNNING", maxResults=1)
        except client.exceptions.StateMachineDoesNotExist:
            return False  # set up without one
        return bool(found["executions"])


@contextmanager
def running_orders(folder: Path, project: Path = ROOT) -> Generator[RunningOrders]:
    """The system of a project in a cloud of its own; its state lies in `folder`."""
    with throw_away(waits=WAITS) as running:
        cloud = Cloud(running=running)
        stack = running_stack(cloud, folder, project=project)
        ran = stack.up()
        assert ran.outcome is Outcome.SUCCEEDED, ran.errors
        yield RunningOrders(cloud=cloud, stack=stack)


@pytest.fixture(scope="session")
def orders(tmp_path_factory: pytest.TempPathFactory) -> Generator[RunningOrders]:
    """The system as it stands; the tests that share it stand in the group `orders`."""
    with running_orders(tmp_path_factory.mktemp("orders")) as found:
        yield found
