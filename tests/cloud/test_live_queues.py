"""SQS queues and their policies in the local cloud."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.live import obeys
from tests.support.provider import ACCOUNT, QUEUE, Kept

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

    from tests.support.live import Bench

pytestmark = pytest.mark.cloud


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
        **{key: value for key, value in attributes.items() if key not in noise},
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
