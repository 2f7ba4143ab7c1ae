"""The policies at the system's resources: each statement does what it is there for, and nothing else does.

A Deny that is taken away is missed when plain HTTP is served; an Allow or a trust, when a service is refused.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final, cast

import pytest
from botocore.exceptions import ClientError

from tests.support.order_traffic import Traffic
from tests.support.resource_policies import (
    Holder,
    changed,
    less,
    saying_plain_http,
    trusting_nobody,
)
from tests.support.running_orders import PREFIX
from tests.support.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

    from botocore.client import BaseClient
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient

    from tests.support.running_orders import RunningOrders

pytestmark = pytest.mark.xdist_group("orders")

QUEUES: Final = ("", "dlq", "fulfilment", "fulfilment-dlq", "submit-failures")
ROLES: Final = ("accept-orders", "charge-order", "check-order", "fulfil-orders", "submit-orders", "workflow")
ALARM: Final = f"{PREFIX}-check-order-errors"
_SETTLED_SECONDS: Final = 120
_WITHIN_SECONDS: Final = 90


def refused(call: Callable[[], object]) -> bool:
    """Whether a call is refused, and not for another reason than a policy."""
    try:
        call()
    except ClientError as error:
        if not any(word in str(error).lower() for word in ("denied", "not authorized")):
            raise
        return True
    return False


@pytest.fixture
def somebody(orders: RunningOrders) -> Generator[Callable[[str], BaseClient]]:
    """Makes clients of a role of the account that may do everything: only a resource can refuse it.

    The root user is none: the local cloud lets it do what a bucket's policy denies.
    """
    cloud, name = orders.cloud, "somebody"
    us = {"AWS": f"arn:aws:iam::{orders.account}:root"}
    trust = {"Effect": "Allow", "Principal": us, "Action": "sts:AssumeRole"}
    every = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    iam = orders.identities
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(trust))["Role"]["Arn"]
    iam.put_role_policy(RoleName=name, PolicyName="everything", PolicyDocument=document(every))
    keys = cloud.client("sts").assume_role(RoleArn=role, RoleSessionName="probe")["Credentials"]
    yield lambda service: cloud.client_with_keys(
        service, keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"]
    )
    iam.delete_role_policy(RoleName=name, PolicyName="everything")
    iam.delete_role(RoleName=name)


def document(statement: Mapping[str, object]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def call_about(holder: Holder, somebody: Callable[[str], BaseClient], *, tls: bool) -> Callable[[], object]:
    """A harmless call about a resource."""
    client = somebody({"queue": "sqs", "topic": "sns", "bucket": "s3"}[holder.kind])
    if not tls:
        saying_plain_http(client)
    if holder.kind == "queue":
        queues = cast("SQSClient", client)
        return lambda: queues.get_queue_attributes(QueueUrl=holder.name, AttributeNames=["QueueArn"])
    if holder.kind == "topic":
        topics = cast("SNSClient", client)
        return lambda: topics.publish(TopicArn=holder.name, Message="hello")
    objects = cast("S3Client", client)
    return lambda: objects.list_objects_v2(Bucket=holder.name)


def holders(orders: RunningOrders) -> list[Holder]:
    """Everything that demands TLS."""
    (bucket,) = orders.cloud.client("s3").list_buckets()["Buckets"]
    return [
        *(Holder("queue", orders.queue_url(name)) for name in QUEUES),
        Holder("topic", topic(orders)),
        Holder("bucket", bucket.get("Name", "")),
    ]


def topic(orders: RunningOrders) -> str:
    return orders.arn("sns", "pavedroad-sandbox-alarms")


def key(orders: RunningOrders) -> Holder:
    (found,) = orders.cloud.client("kms").list_keys()["Keys"]
    return Holder("key", found.get("KeyId", ""))


def test_plain_http_is_refused_by_one_statement_each(
    orders: RunningOrders, somebody: Callable[[str], BaseClient]
) -> None:
    for holder in holders(orders):
        assert not refused(call_about(holder, somebody, tls=True)), holder
        call = call_about(holder, somebody, tls=False)
        assert refused(call), holder
        with changed(orders.cloud, holder, less("DenyInsecureTransport")):
            assert not refused(call), holder
        assert refused(call), holder


@pytest.fixture
def pager(orders: RunningOrders) -> Generator[str]:
    """A queue in another account that is told of alarms."""
    account = "222233334444"
    queues, topics = orders.cloud.client("sqs", account), orders.cloud.client("sns")
    url = queues.create_queue(QueueName="pager")["QueueUrl"]
    arn = f"arn:aws:sqs:{orders.region}:{account}:pager"
    service = {"Service": "sns.amazonaws.com"}
    allow = {"Effect": "Allow", "Principal": service, "Action": "sqs:SendMessage", "Resource": arn}
    queues.set_queue_attributes(QueueUrl=url, Attributes={"Policy": document(allow)})
    made = topics.subscribe(TopicArn=topic(orders), Protocol="sqs", Endpoint=arn, ReturnSubscriptionArn=True)
    yield url
    topics.unsubscribe(SubscriptionArn=made["SubscriptionArn"])
    queues.delete_queue(QueueUrl=url)


def goes_off(orders: RunningOrders, pager: str) -> bool:
    """Let an alarm go off; whether the pager is told."""
    alarms, queues = orders.cloud.client("cloudwatch"), orders.cloud.client("sqs", "222233334444")
    before = len(orders.cloud.log())
    for state in ("OK", "ALARM"):
        alarms.set_alarm_state(AlarmName=ALARM, StateValue=state, StateReason="a test")
    told = False

    def heard() -> bool:
        nonlocal told
        found = queues.receive_message(QueueUrl=pager, MaxNumberOfMessages=10, WaitTimeSeconds=0)
        told = told or any(ALARM in message.get("Body", "") for message in found.get("Messages", []))
        return told or "the alarm's action is dropped" in orders.cloud.log()[before:]

    eventually(heard)
    alarms.set_alarm_state(AlarmName=ALARM, StateValue="OK", StateReason="over")
    queues.purge_queue(QueueUrl=pager)
    return told


def test_an_alarm_reaches_who_is_called_by_the_policies_of_topic_and_key(
    orders: RunningOrders, pager: str
) -> None:
    alarms_in = Holder("topic", topic(orders))
    assert goes_off(orders, pager)

    with changed(orders.cloud, alarms_in, less("AllowOwnAlarms")):
        assert not goes_off(orders, pager)
    for action in ("kms:Decrypt", "kms:GenerateDataKey"):
        with changed(orders.cloud, key(orders), less("AllowAlarmsToEncryptedTopics", action)):
            assert not goes_off(orders, pager), action
    assert goes_off(orders, pager)


def test_the_key_s_policy_is_what_lets_the_account_use_it(
    orders: RunningOrders, somebody: Callable[[str], BaseClient]
) -> None:
    """IAM alone opens no key: who may do everything is refused without the statement."""
    client, used = cast("KMSClient", somebody("kms")), key(orders)

    def use() -> object:
        return client.encrypt(KeyId=used.name, Plaintext=b"data")

    assert not refused(use)
    with changed(orders.cloud, used, less("AllowAccountByIam")):
        assert refused(use)


@pytest.mark.parametrize("role", ROLES)
def test_a_role_acts_only_for_the_service_that_it_trusts(orders: RunningOrders, role: str) -> None:
    traffic = Traffic(orders)
    traffic.settle(within=_SETTLED_SECONDS)
    heard = traffic.listen()

    with changed(orders.cloud, Holder("role", f"{PREFIX}-{role}"), trusting_nobody):
        traffic.send(role)
        told = heard.told("cannot be assumed", f"{PREFIX}-{role}", within=_WITHIN_SECONDS)

    traffic.settle(within=_SETTLED_SECONDS)
    assert told, heard.all_denials()
