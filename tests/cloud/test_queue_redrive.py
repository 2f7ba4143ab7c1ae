"""Dead-letter queues and the way back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from tests.support.cloud_functions import ACCOUNT, deploy, unique
from tests.support.waiting import eventually

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

    from tests.support.cloud import Cloud


class Pair:
    """A queue and its dead-letter queue."""

    def __init__(self, cloud: Cloud, *, allowed: bool = True, receives: int = 1) -> None:
        self.sqs: SQSClient = cloud.client("sqs")
        name = unique("q")
        self.arn = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:{name}"
        self.dead_arn = f"{self.arn}-dead"
        self.dead = self.sqs.create_queue(QueueName=f"{name}-dead")["QueueUrl"]
        self.redrive = json.dumps({"deadLetterTargetArn": self.dead_arn, "maxReceiveCount": receives})
        self.url = self.sqs.create_queue(
            QueueName=name, Attributes={"VisibilityTimeout": "0", "RedrivePolicy": self.redrive}
        )["QueueUrl"]
        self.allow(self.arn if allowed else f"{self.arn}-other")

    def allow(self, arn: str) -> None:
        """Say which queue may use the dead-letter queue."""
        policy = json.dumps({"redrivePermission": "byQueue", "sourceQueueArns": [arn]})
        self.sqs.set_queue_attributes(QueueUrl=self.dead, Attributes={"RedriveAllowPolicy": policy})

    def fail(self, body: str = "x") -> None:
        """Send a message and receive it too often."""
        self.sqs.send_message(
            QueueUrl=self.url,
            MessageBody=body,
            MessageAttributes={"kind": {"DataType": "String", "StringValue": "k"}},
        )
        self.sqs.receive_message(QueueUrl=self.url)
        self.sqs.receive_message(QueueUrl=self.url)

    def count(self, url: str) -> int:
        """Messages of a queue."""
        found = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
        return int(found.get("Attributes", {})["ApproximateNumberOfMessages"])


def test_messages_go_back_to_where_they_came_from_as_new_ones(cloud: Cloud) -> None:
    pair = Pair(cloud)
    pair.fail("one")
    assert pair.count(pair.dead) == 1

    pair.sqs.start_message_move_task(SourceArn=pair.dead_arn)

    task = eventually(
        lambda: pair.sqs.list_message_move_tasks(SourceArn=pair.dead_arn).get("Results", [{}])[0],
        lambda found: found.get("Status") == "COMPLETED",
    )
    assert task.get("ApproximateNumberOfMessagesMoved") == task.get("ApproximateNumberOfMessagesToMove") == 1
    assert pair.count(pair.dead) == 0
    message = pair.sqs.receive_message(
        QueueUrl=pair.url, MessageAttributeNames=["All"], AttributeNames=["ApproximateReceiveCount"]
    ).get("Messages", [])[0]
    assert message.get("Body") == "one"
    assert message.get("Attributes") == {"ApproximateReceiveCount": "1"}
    assert message.get("MessageAttributes", {})["kind"].get("StringValue") == "k"


def test_a_move_can_be_slow_and_be_cancelled(cloud: Cloud) -> None:
    pair = Pair(cloud)
    for number in range(3):
        pair.fail(str(number))
    handle = pair.sqs.start_message_move_task(SourceArn=pair.dead_arn, MaxNumberOfMessagesPerSecond=1)[
        "TaskHandle"
    ]

    with pytest.raises(ClientError, match="already a task running"):
        pair.sqs.start_message_move_task(SourceArn=pair.dead_arn)
    pair.sqs.cancel_message_move_task(TaskHandle=handle)

    eventually(
        lambda: (
            pair.sqs.list_message_move_tasks(SourceArn=pair.dead_arn).get("Results", [{}])[0].get("Status")
        ),
        lambda status: status == "CANCELLED",
    )
    assert pair.count(pair.dead) >= 1


def test_a_queue_that_is_no_dead_letter_queue_is_refused(cloud: Cloud) -> None:
    pair = Pair(cloud)

    with pytest.raises(ClientError, match="must be configured as a Dead Letter Queue"):
        pair.sqs.start_message_move_task(SourceArn=pair.arn)


def test_the_sources_of_a_dead_letter_queue_are_told(cloud: Cloud) -> None:
    pair = Pair(cloud)

    found = pair.sqs.list_dead_letter_source_queues(QueueUrl=pair.dead)["queueUrls"]

    assert found == [pair.url]


def test_a_queue_that_is_not_allowed_keeps_its_messages(cloud: Cloud) -> None:
    pair = Pair(cloud, allowed=False)

    pair.fail()

    assert (pair.count(pair.url), pair.count(pair.dead)) == (1, 0)
    pair.allow(pair.arn)
    pair.sqs.receive_message(QueueUrl=pair.url)
    assert (pair.count(pair.url), pair.count(pair.dead)) == (0, 1)


def test_a_queue_that_is_not_allowed_cannot_name_the_dead_letter_queue(cloud: Cloud) -> None:
    pair = Pair(cloud)

    with pytest.raises(ClientError, match="RedriveAllowPolicy"):
        pair.sqs.create_queue(QueueName=unique("other"), Attributes={"RedrivePolicy": pair.redrive})


@pytest.mark.parametrize("missing", ["StartMessageMoveTask", "ReceiveMessage", "SendMessage"])
def test_a_caller_needs_the_actions_on_both_queues(cloud: Cloud, missing: str) -> None:
    pair = Pair(cloud)
    pair.fail()
    actions = ["StartMessageMoveTask", "ReceiveMessage", "DeleteMessage", "GetQueueAttributes"]
    statements = [
        {
            "Effect": "Allow",
            "Action": [f"sqs:{a}" for a in actions if a != missing],
            "Resource": pair.dead_arn,
        },
        {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": pair.arn},
    ]
    code = f"""
import boto3
def handle(event, context):
    boto3.client("sqs").start_message_move_task(SourceArn="{pair.dead_arn}")
"""
    able = deploy(cloud, code, *statements[: 1 if missing == "SendMessage" else 2])

    failure = able.call().failure

    assert f"sqs:{missing}" in str(failure["errorMessage"])
