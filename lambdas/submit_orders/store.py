"""The order queue, as the producer sees it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambdas.shared.aws import faults
from lambdas.shared.messages import attributes
from lambdas.submit_orders.logic import Entry, Unsent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mypy_boto3_sqs import SQSClient


@dataclass(frozen=True, kw_only=True)
class OrderQueue:
    """Sends batches to one queue."""

    client: SQSClient
    queue_url: str

    def send(self, entries: Sequence[Entry], correlation_id: str) -> list[Unsent]:
        """Send one batch and return what was not taken."""
        with faults():
            response = self.client.send_message_batch(
                QueueUrl=self.queue_url,
                Entries=[
                    {
                        "Id": str(entry.index),
                        "MessageBody": entry.body,
                        "MessageAttributes": attributes(correlation_id),
                    }
                    for entry in entries
                ],
            )
        return [
            Unsent(int(failure["Id"]), failure["Code"], failure["SenderFault"])
            for failure in response.get("Failed", [])
        ]
