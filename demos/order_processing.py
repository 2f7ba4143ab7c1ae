"""Sends orders through system order_processing in the local cloud, and shows what became of each.

`python -m demos.order_processing [stack]`, after `pavedroad up`. Ends 0 when each order ended as it should.
"""

from __future__ import annotations

import json
import sys
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

import boto3
from botocore.config import Config
from rich.console import Console
from rich.table import Table

from pavedroad import engine
from pavedroad.cloud.emulator import running
from pavedroad.command.local_cloud import cloud_folder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_sqs import SQSClient

PATIENCE_SECONDS: Final = 60
_POLL_SECONDS: Final = 0.1
_UNREADABLE: Final = "this is no order"
_ENDED: Final = frozenset({"FULFILLED", "REJECTED", "FAILED"})


@dataclass(frozen=True, kw_only=True)
class Case:
    """One order of the demonstration.

    Attributes:
        about: What is special about it.
        expected: How it shall end.
        customer: Who orders; the simulated payment goes by it.
        quantity: Books of 12.50 EUR.
        times: How often it is sent.
    """

    about: str
    expected: str
    customer: str = "anna"
    quantity: int = 1
    times: int = 1


CASES: Final = (
    Case(about="plain", expected="FULFILLED"),
    Case(about="three books", expected="FULFILLED", customer="boris", quantity=3),
    Case(about="sent three times", expected="FULFILLED", customer="clara", times=3),
    Case(about="payment fails once", expected="FULFILLED", customer="flaky-1-dora"),
    Case(about="card declined", expected="REJECTED", customer="declined-emil"),
    Case(about="total above limit", expected="REJECTED", customer="frida", quantity=900),
    Case(about="quantity 0", expected="not accepted", customer="gustav", quantity=0),
)


@dataclass(frozen=True, kw_only=True)
class System:
    """The system as it runs.

    Attributes:
        outputs: Its outputs.
    """

    outputs: dict[str, str]
    functions: LambdaClient
    table: DynamoDBClient
    queues: SQSClient

    def submit(self, orders: Sequence[dict[str, object]]) -> dict[str, list[dict[str, str]]]:
        """Call submit_orders as an application would."""
        answer = self.functions.invoke(
            FunctionName=self.outputs["submit_orders_arn"], Payload=json.dumps({"orders": orders}).encode()
        )
        body = cast("dict[str, list[dict[str, str]]]", json.loads(answer["Payload"].read()))
        if "FunctionError" in answer:
            sys.exit(f"submit_orders failed: {body}; see `pavedroad logs order_processing`")
        return body

    def queue(self, output: str) -> str:
        """A queue's URL in the local cloud."""
        name = self.outputs[output].rpartition("/")[2]
        return self.queues.get_queue_url(QueueName=name)["QueueUrl"]

    def record(self, order_id: str) -> dict[str, str]:
        """What the system knows of an order; empty when nothing."""
        found = self.table.get_item(
            TableName=self.outputs["table_name"], Key={"order_id": {"S": order_id}}, ConsistentRead=True
        )
        return {
            name: str(next(iter(cast("dict[str, object]", value).values())))
            for name, value in found.get("Item", {}).items()
        }

    def dead_letters(self) -> list[str]:
        """Bodies in the dead-letter queue; they stay there."""
        found = self.queues.receive_message(
            QueueUrl=self.queue("dead_letter_queue_url"),
            MaxNumberOfMessages=10,
            VisibilityTimeout=0,
            WaitTimeSeconds=0,  # not the queue's own twenty seconds: it is empty most of the time
        )
        return [message.get("Body", "") for message in found.get("Messages", [])]


def main() -> None:
    """Send, wait, show."""
    stack = sys.argv[1] if len(sys.argv) > 1 else "sandbox"
    system, console = connect(Path.cwd(), stack), Console()
    begun = time.monotonic()
    run = uuid.uuid4().hex[:6]
    orders = {f"demo-{run}-{index}": case for index, case in enumerate(CASES, start=1)}
    answer = system.submit([_document(order_id, case) for order_id, case in orders.items()])
    again = [_document(order_id, case) for order_id, case in orders.items() for _ in range(case.times - 1)]
    for each in again:
        system.submit([each])
    before = system.dead_letters().count(_UNREADABLE)
    system.queues.send_message(QueueUrl=system.queue("queue_url"), MessageBody=_UNREADABLE)
    accepted = [str(each) for each in answer["accepted"]]
    console.print(
        f"Sent {len(orders)} orders to submit_orders, {len(again)} more copies of one, and to the queue\n"
        f"a message that is no order. {len(accepted)} orders were accepted.\n"
    )
    records, seconds = _await(system, accepted, begun)
    console.print(_table(orders, records, seconds, answer["rejected"]))
    kept = _await_dead_letter(system, before, begun)
    found = "the message that is no order, kept for a person" if kept else "empty"
    console.print(f"\nDead-letter queue: {found}.")
    console.print(f"Done in {time.monotonic() - begun:.1f} s; what the functions said:")
    console.print(f"  .venv/bin/pavedroad logs order_processing --stack {stack}")
    wrong = [order_id for order_id, case in orders.items() if _ended(order_id, records) != case.expected]
    if wrong or not kept:
        sys.exit(f"not as expected: {', '.join(wrong) or 'the unreadable message was not kept'}")


def connect(project: Path, stack: str) -> System:
    """The running system of a stack; ends the program with a clear text when there is none."""
    cloud = running(cloud_folder(project))
    if cloud is None:
        sys.exit("no local cloud runs in this project; start one and bring the system up: make up")
    request = engine.RunRequest(project_dir=project, stack=stack)
    outputs = engine.outputs(request).get("order_processing")
    if not isinstance(outputs, dict):
        sys.exit(f"stack {stack} has no system order_processing; bring it up: make up ENV={stack}")
    _, _, _, region, account, *_ = str(outputs["submit_orders_arn"]).split(":")
    # The local cloud takes an account's id as the key of its root user, with any secret.
    session = boto3.Session(aws_access_key_id=account, aws_secret_access_key="any", region_name=region)  # noqa: S106 - see above
    config = Config(proxies={}, retries={"total_max_attempts": 1})
    return System(
        outputs=cast("dict[str, str]", outputs),
        functions=session.client("lambda", endpoint_url=cloud.endpoint, config=config),
        table=session.client("dynamodb", endpoint_url=cloud.endpoint, config=config),
        queues=session.client("sqs", endpoint_url=cloud.endpoint, config=config),
    )


def _document(order_id: str, case: Case) -> dict[str, object]:
    return {
        "schema": 1,
        "order_id": order_id,
        "customer_id": case.customer,
        "placed_at": "2026-01-31T08:00:00Z",
        "currency": "EUR",
        "items": [{"sku": "BOOK-1", "quantity": case.quantity, "unit_price": 1_250}],
    }


def _await(
    system: System, order_ids: Sequence[str], begun: float
) -> tuple[dict[str, dict[str, str]], dict[str, float]]:
    """The records of the orders once all have ended, and when each did, in seconds."""
    records: dict[str, dict[str, str]] = {}
    seconds: dict[str, float] = {}
    while time.monotonic() - begun < PATIENCE_SECONDS:
        for order_id in order_ids:
            if order_id not in seconds:
                records[order_id] = system.record(order_id)
                if records[order_id].get("status") in _ENDED:
                    seconds[order_id] = time.monotonic() - begun
        if len(seconds) == len(order_ids):
            break
        time.sleep(_POLL_SECONDS)
    return records, seconds


def _await_dead_letter(system: System, before: int, begun: float) -> bool:
    while time.monotonic() - begun < PATIENCE_SECONDS:
        if system.dead_letters().count(_UNREADABLE) > before:
            return True
        time.sleep(_POLL_SECONDS)
    return False


def _ended(order_id: str, records: dict[str, dict[str, str]]) -> str:
    return records.get(order_id, {}).get("status", "not accepted")


def _table(
    orders: dict[str, Case],
    records: dict[str, dict[str, str]],
    seconds: dict[str, float],
    rejected: Sequence[dict[str, str]],
) -> Table:
    reasons = {each["order_id"]: each["code"] for each in rejected}
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("Order", "", "Status", "Tries", "After", "Why"):
        table.add_column(name, justify="right" if name in {"Tries", "After"} else "left", no_wrap=True)
    for order_id, case in orders.items():
        record = records.get(order_id, {})
        status = _ended(order_id, records)
        table.add_row(
            order_id,
            case.about,
            status,
            record.get("charge_attempts", ""),
            f"{seconds[order_id]:.1f} s" if order_id in seconds else "",
            record.get("reason") or reasons.get(order_id) or record.get("charge_id", "")[:11],
            style="" if status == case.expected else "bold red",
        )
    return table


if __name__ == "__main__":
    main()
