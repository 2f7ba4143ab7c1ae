"""Streams that feed functions: a poisoned record is given up, not repeated for ever."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

import pytest

from tests.support.cloud_functions import ACCOUNT, Deployed, deploy, unique
from tests.support.waiting import eventually

if TYPE_CHECKING:
    from mypy_boto3_lambda.literals import FunctionResponseTypeType

    from tests.support.cloud import Cloud

CODE = """
import base64, time
def body(record):
    if "kinesis" in record:
        return base64.b64decode(record["kinesis"]["data"]).decode()
    return record["dynamodb"]["Keys"]["id"]["S"]
def number(record):
    if "kinesis" in record:
        return record["kinesis"]["sequenceNumber"]
    return record["dynamodb"]["SequenceNumber"]
def handle(event, context):
    bodies = [body(r) for r in event["Records"]]
    print("saw", ",".join(bodies))
    if "slow" in bodies:
        time.sleep(8)
    if "raise" in bodies:
        raise ValueError("poison")
    bad = [{"itemIdentifier": number(r)} for r in event["Records"] if body(r) == "bad"]
    return {"batchItemFailures": bad}
"""


class Settings(TypedDict, total=False):
    """What a test sets of a mapping."""

    BisectBatchOnFunctionError: bool
    MaximumRetryAttempts: int
    MaximumRecordAgeInSeconds: int
    FunctionResponseTypes: list[FunctionResponseTypeType]


class Stream:
    """A stream, the function that it feeds and the queue for what is given up."""

    def __init__(self, cloud: Cloud, kind: str) -> None:
        self.cloud, self.kind, self.name = cloud, kind, unique("s")
        if kind == "kinesis":
            cloud.client("kinesis").create_stream(StreamName=self.name, ShardCount=1)
            self.arn = f"arn:aws:kinesis:eu-west-1:{ACCOUNT}:stream/{self.name}"
            described = cloud.client("kinesis").describe_stream_summary
            eventually(
                lambda: described(StreamName=self.name)["StreamDescriptionSummary"]["StreamStatus"],
                lambda status: status == "ACTIVE",
            )
        else:
            made = cloud.client("dynamodb").create_table(
                TableName=self.name,
                KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
                AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
                BillingMode="PAY_PER_REQUEST",
                StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
            )
            self.arn = made["TableDescription"].get("LatestStreamArn", "")
        self.sqs = cloud.client("sqs")
        box = unique("box")
        self.box = self.sqs.create_queue(QueueName=box)["QueueUrl"]
        self.box_arn = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:{box}"
        reading = {"Effect": "Allow", "Action": ["kinesis:*", "dynamodb:*"], "Resource": "*"}
        sending = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": self.box_arn}
        self.function: Deployed = deploy(cloud, CODE, reading, sending)

    def put(self, *bodies: str) -> None:
        """Put records."""
        for body in bodies:
            if self.kind == "kinesis":
                self.cloud.client("kinesis").put_record(
                    StreamName=self.name, Data=body.encode(), PartitionKey="k"
                )
            else:
                self.cloud.client("dynamodb").put_item(TableName=self.name, Item={"id": {"S": body}})

    def map(self, **settings: Unpack[Settings]) -> None:
        """Feed the function from the beginning of the stream."""
        self.cloud.client("lambda").create_event_source_mapping(
            EventSourceArn=self.arn,
            FunctionName=self.function.name,
            StartingPosition="TRIM_HORIZON",
            DestinationConfig={"OnFailure": {"Destination": self.box_arn}},
            **settings,
        )

    def given_up(self) -> dict[str, Any]:
        """The next record in the box."""
        found = eventually(lambda: self.sqs.receive_message(QueueUrl=self.box).get("Messages", []))
        return json.loads(found[0].get("Body", ""))

    def saw(self) -> list[str]:
        """The batches that the function saw."""
        return [line.removeprefix("saw ") for line in self.function.log() if line.startswith("saw")]


KINDS = pytest.mark.parametrize("kind", ["kinesis", "dynamodb"])


@KINDS
def test_after_its_retries_a_batch_goes_to_the_destination_and_the_stream_goes_on(
    cloud: Cloud, kind: str
) -> None:
    stream = Stream(cloud, kind)
    stream.put("raise")
    stream.map(MaximumRetryAttempts=2)

    record = stream.given_up()
    stream.put("next")

    eventually(lambda: "next" in stream.saw())
    assert stream.saw().count("raise") == 3
    assert record["requestContext"]["condition"] == "RetryAttemptsExhausted"
    assert record["requestContext"]["approximateInvokeCount"] == 3
    assert record["responseContext"]["functionError"] == "Unhandled"
    info = record["KinesisBatchInfo" if kind == "kinesis" else "DDBStreamBatchInfo"]
    assert (info["batchSize"], info["streamArn"]) == (1, stream.arn)


@KINDS
def test_a_failing_batch_is_halved_down_to_the_poisoned_record(cloud: Cloud, kind: str) -> None:
    stream = Stream(cloud, kind)
    stream.put("a", "b", "raise", "c")
    stream.map(MaximumRetryAttempts=0, BisectBatchOnFunctionError=True)

    record = stream.given_up()

    eventually(lambda: "c" in stream.saw())
    assert stream.saw() == ["a,b,raise,c", "a,b", "raise,c", "raise", "c"]
    assert record["KinesisBatchInfo" if kind == "kinesis" else "DDBStreamBatchInfo"]["batchSize"] == 1


@KINDS
def test_a_partial_answer_goes_on_from_the_first_failure(cloud: Cloud, kind: str) -> None:
    stream = Stream(cloud, kind)
    stream.put("a", "bad", "c")
    stream.map(MaximumRetryAttempts=1, FunctionResponseTypes=["ReportBatchItemFailures"])

    record = stream.given_up()

    assert stream.saw() == ["a,bad,c", "bad,c"]
    assert "functionError" not in record["responseContext"]


@KINDS
def test_records_that_are_too_old_are_given_up(cloud: Cloud, kind: str) -> None:
    stream = Stream(cloud, kind)
    stream.put("raise")
    stream.map(MaximumRecordAgeInSeconds=60)
    eventually(lambda: len(stream.saw()) > 1)
    mapping = cloud.client("lambda").list_event_source_mappings(FunctionName=stream.function.name)

    cloud.client("lambda").update_event_source_mapping(
        UUID=mapping["EventSourceMappings"][0].get("UUID", ""), MaximumRecordAgeInSeconds=1
    )

    assert stream.given_up()["requestContext"]["condition"] == "RecordAgeExceeded"


def test_a_slow_stream_does_not_stop_a_queue(cloud: Cloud) -> None:
    stream = Stream(cloud, "kinesis")
    stream.put("slow")
    stream.map()
    queue = unique("q")
    url = stream.sqs.create_queue(QueueName=queue)["QueueUrl"]
    actions = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
    reader = deploy(
        cloud, "def handle(e, c): print('got')", {"Effect": "Allow", "Action": actions, "Resource": "*"}
    )
    cloud.client("lambda").create_event_source_mapping(
        EventSourceArn=f"arn:aws:sqs:eu-west-1:{ACCOUNT}:{queue}", FunctionName=reader.name
    )

    stream.sqs.send_message(QueueUrl=url, MessageBody="x")

    eventually(lambda: "got" in reader.log())
    assert stream.saw() == []
