"""SNS topics, their policies and subscriptions in the local cloud."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import grpc
import pytest

from tests.support.live import obeys
from tests.support.provider import ACCOUNT, QUEUE, REGION, Kept

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient

    from tests.support.live import Bench

pytestmark = pytest.mark.cloud

TOPIC: Final = "aws:sns/topic:Topic"
POLICY: Final = "aws:sns/topicPolicy:TopicPolicy"
SUBSCRIPTION: Final = "aws:sns/topicSubscription:TopicSubscription"
_ARN: Final = f"arn:aws:sns:{REGION}:{ACCOUNT}:"
_ROLE: Final = f"arn:aws:iam::{ACCOUNT}:role/shop-dev-feedback"


def _policy(sid: str, arn: str) -> str:
    statement = {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sns:Publish",
        "Resource": arn,
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _sns(bench: Bench) -> SNSClient:
    return bench.cloud.client("sns", ACCOUNT)


def _look(sns: SNSClient, kept: Kept) -> dict[str, object] | None:
    if kept.id not in [topic.get("TopicArn") for topic in sns.list_topics()["Topics"]]:
        return None
    attributes = sns.get_topic_attributes(TopicArn=kept.id)["Attributes"]
    tags = sns.list_tags_for_resource(ResourceArn=kept.id).get("Tags", [])
    defaults = {"", "{}", "0", "1", "PassThrough", "262144"}
    return {
        **{key: value for key, value in attributes.items() if value not in defaults},
        "tags": {tag["Key"]: tag["Value"] for tag in tags},
    }


def test_topic(bench: Bench) -> None:
    sns = _sns(bench)
    inputs = {"name": "shop-dev-alarms"}
    kept = obeys(
        bench,
        TOPIC,
        "alarms",
        {**inputs, "kmsMasterKeyId": "alias/shop-dev", "tags": {"team": "shop"}},
        look=lambda kept: _look(sns, kept),
        seen={"KmsMasterKeyId": "alias/shop-dev", "tags": {"team": "shop"}},
        changes=[
            (
                {
                    **inputs,
                    "displayName": "Alarms",
                    "deliveryPolicy": json.dumps({"http": {"disableSubscriptionOverrides": True}}),
                    "signatureVersion": 2,
                    "tracingConfig": "Active",
                    "maximumMessageSize": 2048,
                    "sqsSuccessFeedbackRoleArn": _ROLE,
                    "sqsFailureFeedbackRoleArn": _ROLE,
                    "sqsSuccessFeedbackSampleRate": 50,
                    "httpSuccessFeedbackRoleArn": _ROLE,
                    "lambdaFailureFeedbackRoleArn": _ROLE,
                    "firehoseSuccessFeedbackSampleRate": 10,
                    "applicationFailureFeedbackRoleArn": _ROLE,
                    "tags": {"owner": "you"},
                },
                {
                    "KmsMasterKeyId": None,
                    "DisplayName": "Alarms",
                    "DeliveryPolicy": '{"http": {"disableSubscriptionOverrides": true}}',
                    "SignatureVersion": "2",
                    "TracingConfig": "Active",
                    "MaximumMessageSize": "2048",
                    "SQSSuccessFeedbackRoleArn": _ROLE,
                    "SQSFailureFeedbackRoleArn": _ROLE,
                    "SQSSuccessFeedbackSampleRate": "50",
                    "HTTPSuccessFeedbackRoleArn": _ROLE,
                    "LambdaFailureFeedbackRoleArn": _ROLE,
                    "FirehoseSuccessFeedbackSampleRate": "10",
                    "ApplicationFailureFeedbackRoleArn": _ROLE,
                    "tags": {"owner": "you"},
                },
            ),
        ],
        drift=lambda kept: sns.set_topic_attributes(
            TopicArn=kept.id, AttributeName="KmsMasterKeyId", AttributeValue="alias/other"
        ),
    )
    assert kept.id == f"{_ARN}shop-dev-alarms"


def test_fifo_topic(bench: Bench) -> None:
    sns = _sns(bench)
    inputs = {"name": "shop-dev-steps.fifo", "fifoTopic": True}
    archive = json.dumps({"MessageRetentionPeriod": "30"})
    obeys(
        bench,
        TOPIC,
        "steps-topic",
        {**inputs, "fifoThroughputScope": "Topic"},
        look=lambda kept: _look(sns, kept),
        seen={"FifoTopic": "true", "ContentBasedDeduplication": "false"},
        changes=[
            (
                {
                    **inputs,
                    "contentBasedDeduplication": True,
                    "fifoThroughputScope": "MessageGroup",
                    "archivePolicy": archive,
                },
                {
                    "ContentBasedDeduplication": "true",
                    "FifoThroughputScope": "MessageGroup",
                    "ArchivePolicy": archive,
                },
            ),
            ({**inputs, "fifoThroughputScope": "MessageGroup"}, {"ContentBasedDeduplication": "false"}),
        ],
        drift=lambda kept: sns.set_topic_attributes(
            TopicArn=kept.id, AttributeName="ContentBasedDeduplication", AttributeValue="true"
        ),
        blind=frozenset({"fifoThroughputScope"}),
    )


def test_policy_in_the_topic_itself(bench: Bench) -> None:
    sns = _sns(bench)
    inputs = {"name": "shop-dev-own-policy"}
    one, two = (_policy(sid, f"{_ARN}shop-dev-own-policy") for sid in ("one", "two"))
    obeys(
        bench,
        TOPIC,
        "own-policy",
        {**inputs, "policy": one},
        look=lambda kept: _look(sns, kept),
        seen={"Policy": one},
        changes=[({**inputs, "policy": two}, {"Policy": two})],
        drift=lambda kept: sns.set_topic_attributes(
            TopicArn=kept.id, AttributeName="Policy", AttributeValue=two
        ),
    )


def test_name_of_another_topic_is_refused_as_by_aws(bench: Bench) -> None:
    sns = _sns(bench)
    arn = sns.create_topic(Name="shop-dev-taken", Attributes={"DisplayName": "Mine"})["TopicArn"]
    with pytest.raises(grpc.RpcError, match="already exists with different attributes"):
        bench.client.make(TOPIC, "taken", {"name": "shop-dev-taken", "displayName": "Yours"})
    with pytest.raises(grpc.RpcError, match="already exists with different tags"):
        bench.client.make(TOPIC, "taken", {"name": "shop-dev-taken", "tags": {"team": "shop"}})
    sns.delete_topic(TopicArn=arn)


def test_policy_beside_a_topic(bench: Bench) -> None:
    sns = _sns(bench)
    topic = bench.client.make(TOPIC, "guarded", {"name": "shop-dev-guarded"})
    one, two = (_policy(sid, topic.id) for sid in ("one", "two"))

    def look(_kept: Kept) -> dict[str, object] | None:
        policy = sns.get_topic_attributes(TopicArn=topic.id)["Attributes"]["Policy"]
        return None if "__default_policy_ID" in policy else {"policy": policy}

    obeys(
        bench,
        POLICY,
        "guarded",
        {"arn": topic.id, "policy": one},
        look=look,
        seen={"policy": one},
        changes=[({"arn": topic.id, "policy": two}, {"policy": two})],
        drift=lambda _kept: sns.set_topic_attributes(
            TopicArn=topic.id, AttributeName="Policy", AttributeValue=two
        ),
    )
    assert bench.client.refresh(topic).outputs == topic.outputs
    beside = bench.client.make(POLICY, "guarded", {"arn": topic.id, "policy": one})
    refreshed = bench.client.refresh(topic)
    assert refreshed.inputs == topic.inputs
    assert json.loads(str(refreshed.outputs["policy"])) == json.loads(one)
    assert bench.client.difference(refreshed, {"name": "shop-dev-guarded"}) == {}
    imported = bench.client.read(TOPIC, "guarded", topic.id)
    assert json.loads(str(imported.inputs["policy"])) == json.loads(one)
    assert bench.client.difference(imported, {"name": "shop-dev-guarded"}) == {}
    bench.client.delete(beside)
    assert "policy" not in bench.client.read(TOPIC, "guarded", topic.id).inputs
    bench.client.delete(topic)


@pytest.mark.parametrize(
    ("protocol", "endpoint"),
    [
        ("sqs", f"arn:aws:sqs:{REGION}:{ACCOUNT}:shop-dev-listens"),
        ("lambda", f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:shop-dev-listens"),
        ("email", "you@shop.example"),
        ("https", "https://127.0.0.1:9/nobody"),
    ],
)
def test_subscription(bench: Bench, protocol: str, endpoint: str) -> None:
    sns = _sns(bench)
    topic = bench.client.make(TOPIC, f"to-{protocol}", {"name": f"shop-dev-to-{protocol}"})
    raw = protocol in {"sqs", "https"}
    redrive = json.dumps({"deadLetterTargetArn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:shop-dev-dead"})
    one, two = (json.dumps({"kind": [kind]}) for kind in ("order", "refund"))

    def look(kept: Kept) -> dict[str, object] | None:
        found = sns.list_subscriptions_by_topic(TopicArn=topic.id)["Subscriptions"]
        if kept.id not in [item.get("SubscriptionArn") for item in found]:
            return None
        assert len(found) == 1
        attributes = sns.get_subscription_attributes(SubscriptionArn=kept.id)["Attributes"]
        defaults = {"", "{}", "MessageAttributes", "false"}
        return {key: value for key, value in attributes.items() if value not in defaults}

    inputs = {"topic": topic.id, "protocol": protocol, "endpoint": endpoint}
    obeys(
        bench,
        SUBSCRIPTION,
        f"to-{protocol}",
        {**inputs, "filterPolicy": one},
        look=look,
        seen={"FilterPolicy": one, "Protocol": protocol, "Endpoint": endpoint},
        changes=[
            (
                {
                    **inputs,
                    "filterPolicy": two,
                    "filterPolicyScope": "MessageBody",
                    "rawMessageDelivery": raw,
                    "redrivePolicy": redrive,
                },
                {
                    "FilterPolicy": two,
                    "FilterPolicyScope": "MessageBody",
                    "RawMessageDelivery": "true" if raw else None,
                    "RedrivePolicy": redrive,
                },
            ),
            (inputs, {"FilterPolicy": None, "RedrivePolicy": None, "RawMessageDelivery": None}),
        ],
        drift=lambda kept: sns.set_subscription_attributes(
            SubscriptionArn=kept.id, AttributeName="FilterPolicy", AttributeValue=two
        ),
    )
    bench.client.delete(topic)


def test_message_goes_to_the_queue_that_subscribes(bench: Bench) -> None:
    """What is set on topic, queue and subscription is what the cloud works by."""
    sns, sqs = _sns(bench), bench.cloud.client("sqs", ACCOUNT)
    topic = bench.client.make(TOPIC, "speaks", {"name": "shop-dev-speaks"})
    queue = bench.client.make(QUEUE, "hears", {"name": "shop-dev-hears"})
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue.outputs["arn"],
        "Condition": {"ArnEquals": {"aws:SourceArn": topic.id}},
    }
    policy = bench.client.make(
        "aws:sqs/queuePolicy:QueuePolicy",
        "hears",
        {"queueUrl": queue.id, "policy": json.dumps({"Version": "2012-10-17", "Statement": [statement]})},
    )
    subscription = bench.client.make(
        SUBSCRIPTION,
        "hears",
        {
            "topic": topic.id,
            "protocol": "sqs",
            "endpoint": queue.outputs["arn"],
            "rawMessageDelivery": True,
            "filterPolicy": json.dumps({"kind": ["order"]}),
        },
    )
    for kind in ("refund", "order"):
        sns.publish(
            TopicArn=topic.id,
            Message=kind,
            MessageAttributes={"kind": {"DataType": "String", "StringValue": kind}},
        )
    url = sqs.get_queue_url(QueueName="shop-dev-hears")["QueueUrl"]
    got = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=5, MaxNumberOfMessages=10).get("Messages", [])
    assert [message.get("Body") for message in got] == ["order"]
    for kept in (subscription, policy, queue, topic):
        bench.client.delete(kept)


def test_endpoint_that_subscribes_already_is_refused(bench: Bench) -> None:
    topic = bench.client.make(TOPIC, "twice", {"name": "shop-dev-twice"})
    queue = f"arn:aws:sqs:{REGION}:{ACCOUNT}:shop-dev-listens"
    _sns(bench).subscribe(TopicArn=topic.id, Protocol="sqs", Endpoint=queue)
    with pytest.raises(grpc.RpcError, match="Subscription already exists"):
        bench.client.make(
            SUBSCRIPTION,
            "twice",
            {"topic": topic.id, "protocol": "sqs", "endpoint": queue, "rawMessageDelivery": True},
        )
    bench.client.delete(topic)
