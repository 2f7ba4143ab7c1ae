"""SQS queues and their policies in the local cloud."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest

from pavedroad.provider.live import backend
from pavedroad.provider.live.table import live_type
from tests.support.live import obeys
from tests.support.provider import ACCOUNT, QUEUE, REGION, Kept, provider

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.literals import QueueAttributeNameType

    from tests.support.live import Bench
    from tests.support.provider import Props

pytestmark = pytest.mark.cloud

DEAD: Final = "shop-dev-dead"
_POLICY: Final = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "topic",
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": "*",
        }
    ],
}
_OTHER: Final = {**_POLICY, "Id": "other"}
_REDRIVE: Final = {"deadLetterTargetArn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{DEAD}", "maxReceiveCount": 5}
_SOONER: Final = {**_REDRIVE, "maxReceiveCount": 2}
_ALLOW: Final = {"redrivePermission": "allowAll"}
_DENY: Final = {"redrivePermission": "denyAll"}


def _sqs(bench: Bench) -> SQSClient:
    return bench.cloud.client("sqs", ACCOUNT)


def _address(sqs: SQSClient, name: str) -> str:
    return sqs.get_queue_url(QueueName=name)["QueueUrl"]


def _look(sqs: SQSClient, kept: Kept) -> dict[str, object] | None:
    name = kept.id.rpartition("/")[2]
    if not any(url.endswith(f"/{name}") for url in sqs.list_queues().get("QueueUrls", [])):
        return None
    address = _address(sqs, name)
    attributes = sqs.get_queue_attributes(QueueUrl=address, AttributeNames=["All"])["Attributes"]
    noise = {"LastModifiedTimestamp", "CreatedTimestamp"}
    return {
        **{key: value for key, value in attributes.items() if key not in noise and value},
        "tags": sqs.list_queue_tags(QueueUrl=address).get("Tags", {}),
    }


def test_standard_queue(bench: Bench) -> None:
    sqs = _sqs(bench)
    inputs = {"name": "shop-dev-orders", "visibilityTimeoutSeconds": 60, "tags": {"team": "shop"}}
    obeys(
        bench,
        QUEUE,
        "orders",
        inputs,
        look=lambda kept: _look(sqs, kept),
        seen={
            "VisibilityTimeout": "60",
            "DelaySeconds": "0",
            "MaximumMessageSize": "262144",
            "tags": {"team": "shop"},
        },
        changes=[
            (
                {
                    "name": "shop-dev-orders",
                    "delaySeconds": 5,
                    "maxMessageSize": 1024,
                    "messageRetentionSeconds": 120,
                    "receiveWaitTimeSeconds": 20,
                    "visibilityTimeoutSeconds": 30,
                    "tags": {"owner": "you"},
                },
                {
                    "DelaySeconds": "5",
                    "MaximumMessageSize": "1024",
                    "MessageRetentionPeriod": "120",
                    "ReceiveMessageWaitTimeSeconds": "20",
                    "VisibilityTimeout": "30",
                    "tags": {"owner": "you"},
                },
            ),
        ],
        drift=lambda _kept: sqs.set_queue_attributes(
            QueueUrl=_address(sqs, "shop-dev-orders"),
            Attributes={"VisibilityTimeout": "7", "DelaySeconds": "9"},
        ),
    )


def test_fifo_queue(bench: Bench) -> None:
    sqs = _sqs(bench)
    name = "shop-dev-steps.fifo"
    inputs = {"name": name, "fifoQueue": True}
    obeys(
        bench,
        QUEUE,
        "steps",
        inputs,
        look=lambda kept: _look(sqs, kept),
        seen={"FifoQueue": "true", "ContentBasedDeduplication": "false"},
        changes=[
            (
                {
                    **inputs,
                    "contentBasedDeduplication": True,
                    "deduplicationScope": "messageGroup",
                    "fifoThroughputLimit": "perMessageGroupId",
                },
                {
                    "ContentBasedDeduplication": "true",
                    "DeduplicationScope": "messageGroup",
                    "FifoThroughputLimit": "perMessageGroupId",
                },
            ),
        ],
        drift=lambda _kept: sqs.set_queue_attributes(
            QueueUrl=_address(sqs, name), Attributes={"ContentBasedDeduplication": "true"}
        ),
    )


def test_encryption_there_and_back(bench: Bench) -> None:
    sqs = _sqs(bench)
    inputs = {"name": "shop-dev-sealed"}
    obeys(
        bench,
        QUEUE,
        "sealed",
        inputs,
        look=lambda kept: _look(sqs, kept),
        seen={"SqsManagedSseEnabled": "true", "KmsMasterKeyId": None},
        changes=[
            ({**inputs, "sqsManagedSseEnabled": False}, {"SqsManagedSseEnabled": "false"}),
            (
                {**inputs, "kmsMasterKeyId": "alias/shop-dev", "kmsDataKeyReusePeriodSeconds": 600},
                {
                    "KmsMasterKeyId": "alias/shop-dev",
                    "KmsDataKeyReusePeriodSeconds": "600",
                    "SqsManagedSseEnabled": "false",
                },
            ),
        ],
        drift=lambda _kept: sqs.set_queue_attributes(
            QueueUrl=_address(sqs, "shop-dev-sealed"), Attributes={"KmsDataKeyReusePeriodSeconds": "60"}
        ),
    )


def test_policies_in_the_queue_itself(bench: Bench) -> None:
    sqs = _sqs(bench)
    name = "shop-dev-own"
    inputs = {"name": name}
    dead = bench.client.make(QUEUE, "dead", {"name": DEAD})
    policies = {"policy": json.dumps(_POLICY), "redrivePolicy": json.dumps(_REDRIVE)}
    none = {"redriveAllowPolicy": ""}
    obeys(
        bench,
        QUEUE,
        "own",
        {**inputs, **none, **policies},
        look=lambda kept: _look(sqs, kept),
        seen={"Policy": policies["policy"], "RedrivePolicy": policies["redrivePolicy"]},
        changes=[
            (
                {**inputs, **dict.fromkeys(policies, ""), "redriveAllowPolicy": json.dumps(_ALLOW)},
                {"Policy": None, "RedrivePolicy": None, "RedriveAllowPolicy": json.dumps(_ALLOW)},
            ),
        ],
        drift=lambda _kept: sqs.set_queue_attributes(
            QueueUrl=_address(sqs, name), Attributes={"Policy": json.dumps({**_POLICY, "Id": "other"})}
        ),
    )
    bench.client.delete(dead)


def test_an_import_takes_the_queues_policies_over(bench: Bench) -> None:
    dead = bench.client.make(QUEUE, "dead", {"name": DEAD})
    policies: Props = {
        "policy": json.dumps(_POLICY),
        "redrivePolicy": json.dumps(_REDRIVE),
        "redriveAllowPolicy": json.dumps(_DENY),
    }
    made = bench.client.make(QUEUE, "whole", {"name": "shop-dev-whole", **policies})

    read = bench.client.read(QUEUE, "whole", made.id)

    assert {key: json.loads(str(read.inputs.get(key))) for key in policies} == {
        "policy": _POLICY,
        "redrivePolicy": _REDRIVE,
        "redriveAllowPolicy": _DENY,
    }
    assert bench.client.difference(read, {"name": "shop-dev-whole", **policies}) == {}
    assert bench.client.difference(read, {"name": "shop-dev-whole"}) == {}, (
        "resources of their own may set them"
    )
    bench.client.delete(made)
    bench.client.delete(dead)


@pytest.mark.parametrize(
    ("token", "attribute", "documents"),
    [
        ("queuePolicy:QueuePolicy", "Policy", (_POLICY, _OTHER)),
        ("redrivePolicy:RedrivePolicy", "RedrivePolicy", (_REDRIVE, _SOONER)),
        ("redriveAllowPolicy:RedriveAllowPolicy", "RedriveAllowPolicy", (_ALLOW, _DENY)),
    ],
)
def test_policy_beside_a_queue(
    bench: Bench, token: str, attribute: QueueAttributeNameType, documents: tuple[object, object]
) -> None:
    sqs = _sqs(bench)
    name = f"shop-dev-beside-{attribute}"
    queue = bench.client.make(QUEUE, f"beside-{attribute}", {"name": name})
    dead = bench.client.make(QUEUE, "dead", {"name": DEAD})
    key = attribute[0].lower() + attribute[1:]
    one, two = (json.dumps(document) for document in documents)
    changed: dict[QueueAttributeNameType, str] = {attribute: two}

    def look(kept: Kept) -> dict[str, object] | None:
        found = _look(sqs, kept)
        return found if found is not None and attribute in found else None

    obeys(
        bench,
        f"aws:sqs/{token}",
        f"beside-{attribute}",
        {"queueUrl": queue.id, key: one},
        look=look,
        seen={attribute: one},
        changes=[({"queueUrl": queue.id, key: two}, {attribute: two})],
        drift=lambda _kept: sqs.set_queue_attributes(QueueUrl=_address(sqs, name), Attributes=changed),
    )
    policy = bench.client.make(f"aws:sqs/{token}", f"beside-{attribute}", {"queueUrl": queue.id, key: one})
    refreshed = bench.client.refresh(queue)
    assert refreshed.inputs == queue.inputs, "the queue asks for what is another resource's"
    assert refreshed.outputs[key] == one
    assert bench.client.difference(refreshed, {"name": name}) == {}
    changed_queue = bench.client.change(refreshed, {"name": name, "delaySeconds": 1})
    assert bench.client.refresh(policy).outputs == policy.outputs, (
        "an update of the queue takes the policy away"
    )
    assert changed_queue.outputs[key] == one
    bench.client.delete(policy)
    bench.client.delete(queue)
    bench.client.delete(dead)


def test_what_aws_keeps_otherwise_is_reported(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    reports: list[tuple[str, str]] = []
    with provider(
        cloud=bench.cloud.endpoint, report=lambda urn, text: reports.append((urn, text)), account=ACCOUNT
    ) as client:
        made = client.make(QUEUE, "kept", {"name": "shop-dev-kept", "delaySeconds": 4})
        assert reports == []
        kind = live_type(QUEUE)
        deaf = replace(kind, update=lambda _call, _url: None)
        monkeypatch.setattr(backend, "live_type", lambda _token: deaf)
        client.change(made, {"name": "shop-dev-kept", "delaySeconds": 5})
        client.delete(made)

    ((urn, text),) = reports
    assert urn.endswith("::kept")
    assert text.startswith("AWS took it and has something else than asked for: delaySeconds;")


def test_policy_of_a_queue_that_is_gone_is_deleted_well(bench: Bench) -> None:
    queue = bench.client.make(QUEUE, "brief", {"name": "shop-dev-brief"})
    policy = bench.client.make(
        "aws:sqs/queuePolicy:QueuePolicy", "brief", {"queueUrl": queue.id, "policy": json.dumps(_POLICY)}
    )
    bench.client.delete(queue)
    assert bench.client.refresh(policy).id == ""
    bench.client.delete(policy)
