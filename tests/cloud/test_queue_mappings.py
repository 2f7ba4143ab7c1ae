"""Queues that feed functions."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, TypedDict, Unpack

import pytest
from botocore.exceptions import ClientError

from tests.support.cloud_functions import Deployed, deploy, unique
from tests.support.waiting import eventually as until

if TYPE_CHECKING:
    from mypy_boto3_lambda.type_defs import FilterCriteriaUnionTypeDef
    from mypy_boto3_sqs.literals import QueueAttributeNameType

    from tests.support.cloud import Cloud

READING = {
    "Effect": "Allow",
    "Action": ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
    "Resource": "*",
}
SHOW = """
import json
def handle(event, context):
    records = event["Records"]
    print(json.dumps({"arn": context.invoked_function_arn, "bodies": [r["body"] for r in records]}))
    if any(r["body"] == "raise" for r in records):
        raise ValueError("bad")
    bad = [r["messageId"] for r in records if r["body"] == "bad"]
    if any(r["body"] == "malformed" for r in records):
        return {"batchItemFailures": [{"itemIdentifier": ""}]}
    return {"batchItemFailures": [{"itemIdentifier": i} for i in bad]}
"""


class Settings(TypedDict, total=False):
    """What a test sets of a mapping."""

    BatchSize: int
    MaximumBatchingWindowInSeconds: int
    FilterCriteria: FilterCriteriaUnionTypeDef


class Fed:
    """A function and the queue that it is fed from."""

    def __init__(self, cloud: Cloud, *, visibility: int = 30, fifo: bool = False, timeout: int = 10) -> None:
        self.sqs = cloud.client("sqs")
        name = unique("q") + (".fifo" if fifo else "")
        attributes: dict[QueueAttributeNameType, str] = {"VisibilityTimeout": str(visibility)}
        if fifo:
            attributes["FifoQueue"] = "true"
        self.url = self.sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
        self.arn = f"arn:aws:sqs:eu-west-1:000000000000:{name}"
        self.function: Deployed = deploy(cloud, SHOW, READING, Timeout=timeout)
        self.client = cloud.client("lambda")

    def map(self, function: str = "", **settings: Unpack[Settings]) -> str:
        """Make the mapping; its id."""
        made = self.client.create_event_source_mapping(
            EventSourceArn=self.arn,
            FunctionName=function or self.function.name,
            FunctionResponseTypes=["ReportBatchItemFailures"],
            **settings,
        )
        return made.get("UUID", "")

    def send(self, *bodies: str) -> None:
        """Queue messages."""
        for body in bodies:
            self.sqs.send_message(QueueUrl=self.url, MessageBody=body)

    def left(self) -> int:
        """Messages in the queue, in flight or not."""
        found = self.sqs.get_queue_attributes(
            QueueUrl=self.url,
            AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
        )
        return sum(int(value) for value in found.get("Attributes", {}).values())

    def seen(self) -> list[str]:
        """The bodies of all messages that the function saw."""
        return [body for batch in self.batches() for body in batch]

    def batches(self) -> list[list[str]]:
        """The bodies of each batch that the function saw."""
        return [json.loads(line)["bodies"] for line in self.function.log() if line.startswith('{"arn"')]


def test_good_messages_go_and_bad_ones_stay(cloud: Cloud) -> None:
    fed = Fed(cloud)
    fed.map()

    fed.send("good", "bad", "good")

    until(lambda: fed.left() == 1 and len(fed.seen()) == 3)


@pytest.mark.parametrize("body", ["raise", "malformed"])
def test_an_exception_and_a_malformed_answer_fail_the_whole_batch(cloud: Cloud, body: str) -> None:
    fed = Fed(cloud)
    fed.send("good", body)

    mapping = fed.map(MaximumBatchingWindowInSeconds=1)

    problem = "PROBLEM: Function call failed"
    until(lambda: fed.client.get_event_source_mapping(UUID=mapping).get("LastProcessingResult") == problem)
    assert fed.left() == 2


def test_a_window_gathers_more_than_ten_messages(cloud: Cloud) -> None:
    fed = Fed(cloud)
    fed.map(BatchSize=30, MaximumBatchingWindowInSeconds=2)

    fed.send(*(str(number) for number in range(25)))

    until(lambda: fed.left() == 0)
    assert sorted(fed.seen(), key=int) == [str(number) for number in range(25)]
    assert max(len(batch) for batch in fed.batches()) > 10


def test_a_window_is_waited_for(cloud: Cloud) -> None:
    fed = Fed(cloud)
    fed.map(MaximumBatchingWindowInSeconds=1)
    begun = time.monotonic()

    fed.send("one")

    until(lambda: fed.left() == 0)
    assert time.monotonic() - begun >= 1


def test_an_event_source_invokes_the_alias(cloud: Cloud) -> None:
    fed = Fed(cloud)
    fed.client.publish_version(FunctionName=fed.function.name)
    fed.client.create_alias(FunctionName=fed.function.name, Name="live", FunctionVersion="1")
    fed.map(f"{fed.function.name}:live")

    fed.send("one")

    until(lambda: fed.left() == 0)
    assert [json.loads(line)["arn"] for line in fed.function.log() if line.startswith('{"arn"')] == [
        f"{fed.function.arn}:live"
    ]


def test_a_filter_deletes_what_it_leaves_out_even_when_the_rest_fails(cloud: Cloud) -> None:
    fed = Fed(cloud)
    fed.send(json.dumps({"kind": "b"}), "raise")
    pattern = json.dumps({"body": ["raise"]})

    fed.map(MaximumBatchingWindowInSeconds=1, FilterCriteria={"Filters": [{"Pattern": pattern}]})

    until(lambda: fed.left() == 1 and ["raise"] in fed.batches())


def test_a_mapping_of_a_deleted_function_stops(cloud: Cloud) -> None:
    fed = Fed(cloud)
    mapping = fed.map()

    fed.client.delete_function(FunctionName=fed.function.name)

    until(lambda: fed.client.get_event_source_mapping(UUID=mapping).get("State") == "Disabled")


def test_a_throttled_batch_counts_as_received(cloud: Cloud) -> None:
    fed = Fed(cloud, visibility=1, timeout=1)
    fed.client.put_function_concurrency(FunctionName=fed.function.name, ReservedConcurrentExecutions=0)
    dead = fed.sqs.create_queue(QueueName=unique("dead"))["QueueUrl"]
    arn = fed.sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"]).get("Attributes", {})[
        "QueueArn"
    ]
    policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 2})
    fed.sqs.set_queue_attributes(QueueUrl=fed.url, Attributes={"RedrivePolicy": policy})
    fed.map()

    fed.send("one")

    until(lambda: bool(fed.sqs.receive_message(QueueUrl=dead, VisibilityTimeout=0).get("Messages")))


@pytest.mark.parametrize(
    ("visibility", "fifo", "mapping", "text"),
    [
        (5, False, {}, "Queue visibility timeout: 5 seconds is less than Function timeout: 10 seconds"),
        (30, False, {"BatchSize": 11}, "Maximum batch window in seconds must be greater than 0"),
        (30, True, {"MaximumBatchingWindowInSeconds": 1}, "Batching window is not supported for FIFO"),
    ],
)
def test_what_aws_refuses_is_refused(
    cloud: Cloud,
    visibility: int,
    fifo: bool,  # noqa: FBT001 - a case
    mapping: Settings,
    text: str,
) -> None:
    fed = Fed(cloud, visibility=visibility, fifo=fifo)

    with pytest.raises(ClientError, match=f"InvalidParameterValueException.*{text}"):
        fed.map(**mapping)


def test_a_second_mapping_of_the_same_queue_is_a_conflict(cloud: Cloud) -> None:
    fed = Fed(cloud)
    first = fed.map()

    with pytest.raises(ClientError, match=f"ResourceConflictException.*UUID {first}"):
        fed.map()


def test_a_change_is_checked_like_a_new_mapping(cloud: Cloud) -> None:
    fed = Fed(cloud)
    mapping = fed.map()

    with pytest.raises(ClientError, match="Maximum batch window in seconds"):
        fed.client.update_event_source_mapping(UUID=mapping, BatchSize=11)
