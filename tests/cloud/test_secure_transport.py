"""A queue that demands TLS serves clients of the local cloud, but not who says that he speaks plain HTTP."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

import pytest
from botocore.exceptions import ClientError

from tests.support.resource_policies import saying_plain_http

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

    from tests.support.cloud import Cloud

ACCOUNT = "222233334444"


@pytest.fixture
def queue(cloud: Cloud) -> str:
    url = cloud.client("sqs", ACCOUNT).create_queue(QueueName="tls-only")["QueueUrl"]
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "sqs:*",
        "Resource": f"arn:aws:sqs:eu-west-1:{ACCOUNT}:tls-only",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    cloud.client("sqs", ACCOUNT).set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    return url


def plain(cloud: Cloud) -> SQSClient:
    """A client that says that its requests came without TLS."""
    client = cast("SQSClient", cloud.client_with_keys("sqs", ACCOUNT, "test"))
    saying_plain_http(client)
    return client


def test_a_client_of_the_local_cloud_counts_as_speaking_tls(cloud: Cloud, queue: str) -> None:
    sent = cloud.client("sqs", ACCOUNT).send_message(QueueUrl=queue, MessageBody="hello")

    assert sent["MessageId"]


def test_who_says_that_he_speaks_plain_http_is_refused(cloud: Cloud, queue: str) -> None:
    with pytest.raises(ClientError) as error:
        plain(cloud).send_message(QueueUrl=queue, MessageBody="hello")

    assert "denied" in str(error.value).lower()


def test_what_a_service_delivers_counts_as_sent_over_tls(cloud: Cloud, queue: str) -> None:
    topic = cloud.client("sns", ACCOUNT).create_topic(Name="tls-only")["TopicArn"]
    allow = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": f"arn:aws:sqs:eu-west-1:{ACCOUNT}:tls-only",
        "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
    }
    known = cloud.client("sqs", ACCOUNT).get_queue_attributes(QueueUrl=queue, AttributeNames=["Policy"])
    policy = json.loads(known["Attributes"]["Policy"])
    policy["Statement"].append(allow)
    cloud.client("sqs", ACCOUNT).set_queue_attributes(
        QueueUrl=queue, Attributes={"Policy": json.dumps(policy)}
    )
    cloud.client("sns", ACCOUNT).subscribe(
        TopicArn=topic,
        Protocol="sqs",
        Endpoint=f"arn:aws:sqs:eu-west-1:{ACCOUNT}:tls-only",
        Attributes={"RawMessageDelivery": "true"},
    )

    cloud.client("sns", ACCOUNT).publish(TopicArn=topic, Message="from the topic")

    found = cloud.client("sqs", ACCOUNT).receive_message(
        QueueUrl=queue, WaitTimeSeconds=5, MaxNumberOfMessages=10
    )
    assert "from the topic" in [message.get("Body") for message in found["Messages"]]
