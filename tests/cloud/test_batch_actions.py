"""A role that may send one message may send a batch of them, as on AWS, and no other may."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient

    from tests.support.cloud import Cloud

ACCOUNT = "222233334445"


def keys(cloud: Cloud, user: str, *actions: str) -> tuple[str, str]:
    """The keys of a user who is granted some actions."""
    iam = cloud.client("iam", ACCOUNT)
    iam.create_user(UserName=user)
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    iam.put_user_policy(
        UserName=user,
        PolicyName="grants",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
    )
    key = iam.create_access_key(UserName=user)["AccessKey"]
    return key["AccessKeyId"], key["SecretAccessKey"]


def test_who_may_send_deletes_and_hides_one_may_do_so_in_batches(cloud: Cloud) -> None:
    url = cloud.client("sqs", ACCOUNT).create_queue(QueueName="batches")["QueueUrl"]
    granted = keys(
        cloud,
        "sender",
        "sqs:SendMessage",
        "sqs:ReceiveMessage",
        "sqs:DeleteMessage",
        "sqs:ChangeMessageVisibility",
    )
    queues = cast("SQSClient", cloud.client_with_keys("sqs", *granted))

    sent = queues.send_message_batch(QueueUrl=url, Entries=[{"Id": "1", "MessageBody": "one"}])
    assert len(sent["Successful"]) == 1
    (message,) = queues.receive_message(QueueUrl=url, WaitTimeSeconds=5)["Messages"]
    receipt = message.get("ReceiptHandle", "")
    hidden = queues.change_message_visibility_batch(
        QueueUrl=url, Entries=[{"Id": "1", "ReceiptHandle": receipt, "VisibilityTimeout": 60}]
    )
    assert len(hidden["Successful"]) == 1
    deleted = queues.delete_message_batch(QueueUrl=url, Entries=[{"Id": "1", "ReceiptHandle": receipt}])
    assert len(deleted["Successful"]) == 1


def test_who_may_publish_one_may_publish_a_batch(cloud: Cloud) -> None:
    topic = cloud.client("sns", ACCOUNT).create_topic(Name="batches")["TopicArn"]
    topics = cast("SNSClient", cloud.client_with_keys("sns", *keys(cloud, "publisher", "sns:Publish")))

    published = topics.publish_batch(
        TopicArn=topic, PublishBatchRequestEntries=[{"Id": "1", "Message": "one"}]
    )

    assert len(published["Successful"]) == 1


def test_who_may_not_send_one_may_not_send_a_batch(cloud: Cloud) -> None:
    url = cloud.client("sqs", ACCOUNT).create_queue(QueueName="batches-refused")["QueueUrl"]
    granted = keys(cloud, "reader", "sqs:ReceiveMessage", "sqs:SendMessageBatch")
    queues = cast("SQSClient", cloud.client_with_keys("sqs", *granted))

    with pytest.raises(ClientError, match="sqs:SendMessage") as error:
        queues.send_message_batch(QueueUrl=url, Entries=[{"Id": "1", "MessageBody": "one"}])

    assert "AccessDenied" in str(error.value)
