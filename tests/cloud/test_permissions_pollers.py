"""What an event source mapping may do is what its function's role may do."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

import pytest
from botocore.exceptions import ClientError

from tests.support.cloud_functions import Deployed, deploy, unique
from tests.support.waiting import eventually

if TYPE_CHECKING:
    from mypy_boto3_sqs.literals import QueueAttributeNameType

    from tests.support.cloud import Cloud

QUIET = "def handle(event, context):\n    return None\n"
READING = ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")


def queue(cloud: Cloud, **attributes: str) -> tuple[str, str]:
    """A new queue: its address and its ARN."""
    sqs = cloud.client("sqs")
    asked = cast("dict[QueueAttributeNameType, str]", {"VisibilityTimeout": "60", **attributes})
    url = sqs.create_queue(QueueName=unique("polled"), Attributes=asked)["QueueUrl"]
    return url, sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]


def allow(cloud: Cloud, function: Deployed, resource: str, *actions: str) -> None:
    """Let the function's role do these things and its logging."""
    statements = [
        {"Effect": "Allow", "Action": list(actions), "Resource": resource},
        {"Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": "*"},
    ]
    cloud.client("iam").put_role_policy(
        RoleName=function.role.rpartition("/")[2],
        PolicyName="own",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": statements}),
    )


def mapped(cloud: Cloud, function: Deployed, source: str) -> str:
    return cloud.client("lambda").create_event_source_mapping(
        FunctionName=function.name, EventSourceArn=source, BatchSize=1
    )["UUID"]


@pytest.mark.parametrize("missing", READING)
def test_a_mapping_is_refused_without_a_permission_to_read_the_queue(cloud: Cloud, missing: str) -> None:
    function = deploy(cloud, QUIET)
    _url, arn = queue(cloud)
    allow(cloud, function, arn, *(f"sqs:{action}" for action in READING if action != missing))

    with pytest.raises(ClientError, match=f"does not have permissions to call {missing} on SQS"):
        mapped(cloud, function, arn)


@pytest.mark.parametrize("missing", ["GetRecords", "GetShardIterator", "DescribeStream", "ListStreams"])
def test_a_mapping_is_refused_without_a_permission_to_read_the_stream(cloud: Cloud, missing: str) -> None:
    function = deploy(cloud, QUIET)
    table = cloud.client("dynamodb").create_table(
        TableName=unique("streamed"),
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )["TableDescription"]
    stream = table.get("LatestStreamArn", "")
    reading = ("GetRecords", "GetShardIterator", "DescribeStream", "ListStreams")
    allow(cloud, function, stream, *(f"dynamodb:{action}" for action in reading if action != missing))

    with pytest.raises(ClientError, match="Please ensure the role can perform the GetRecords"):
        cloud.client("lambda").create_event_source_mapping(
            FunctionName=function.name, EventSourceArn=stream, StartingPosition="LATEST"
        )


@pytest.mark.parametrize("missing", READING)
def test_the_poller_stops_when_the_role_may_read_no_longer(cloud: Cloud, missing: str) -> None:
    function = deploy(cloud, QUIET)
    url, arn = queue(cloud)
    allow(cloud, function, arn, *(f"sqs:{action}" for action in READING))
    mapping = mapped(cloud, function, arn)
    allow(cloud, function, arn, *(f"sqs:{action}" for action in READING if action != missing))
    cloud.client("sqs").send_message(QueueUrl=url, MessageBody="held")

    def result() -> str:
        return cloud.client("lambda").get_event_source_mapping(UUID=mapping)["LastProcessingResult"]

    eventually(result, lambda text: f"not authorized to perform: sqs:{missing}" in text)
    assert function.log() == []

    allow(cloud, function, arn, *(f"sqs:{action}" for action in READING))
    assert eventually(result, lambda text: text.startswith("OK"))


def test_an_encrypted_queue_is_read_only_with_its_key(cloud: Cloud) -> None:
    function = deploy(cloud, QUIET)
    key = cloud.client("kms").create_key()["KeyMetadata"].get("Arn", "")
    url, arn = queue(cloud, KmsMasterKeyId=key)
    allow(cloud, function, arn, *(f"sqs:{action}" for action in READING))
    mapping = mapped(cloud, function, arn)
    cloud.client("sqs").send_message(QueueUrl=url, MessageBody="sealed")

    eventually(
        lambda: cloud.client("lambda").get_event_source_mapping(UUID=mapping)["LastProcessingResult"],
        lambda text: "not authorized to perform: kms:Decrypt" in text,
    )
