"""Kinesis streams and consumers in the local cloud."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.live import obeys
from tests.support.provider import ACCOUNT, REGION, Kept
from tests.support.seen import gone, without

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_kinesis import KinesisClient

    from tests.support.live import Bench

pytestmark = pytest.mark.cloud

STREAM = "aws:kinesis/stream:Stream"
CONSUMER = "aws:kinesis/streamConsumer:StreamConsumer"


@pytest.fixture
def kinesis(bench: Bench) -> KinesisClient:
    return bench.cloud.client("kinesis", ACCOUNT)


def _stream(kinesis: KinesisClient, name: str) -> Callable[[Kept], dict[str, object] | None]:
    def see() -> dict[str, object]:
        found = kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]
        tags = {tag["Key"]: tag.get("Value") for tag in kinesis.list_tags_for_stream(StreamName=name)["Tags"]}
        return {**without(found, "StreamCreationTimestamp"), "tags": tags}

    def look(_kept: Kept) -> dict[str, object] | None:
        return gone(see)

    return look


def test_stream(bench: Bench, kinesis: KinesisClient) -> None:
    name = "shop-dev-clicks"
    kept = obeys(
        bench,
        STREAM,
        "clicks",
        {"name": name, "shardCount": 2, "tags": {"team": "shop"}},
        look=_stream(kinesis, name),
        seen={"OpenShardCount": 2, "RetentionPeriodHours": 24, "tags": {"team": "shop"}},
        changes=[
            (
                {
                    "name": name,
                    "shardCount": 4,
                    "retentionPeriod": 48,
                    "encryptionType": "KMS",
                    "kmsKeyId": "alias/aws/kinesis",
                    "shardLevelMetrics": ["IncomingBytes", "OutgoingBytes"],
                    "tags": {"owner": "you"},
                },
                {
                    "OpenShardCount": 4,
                    "RetentionPeriodHours": 48,
                    "EncryptionType": "KMS",
                    "KeyId": "alias/aws/kinesis",
                    "EnhancedMonitoring": [{"ShardLevelMetrics": ["IncomingBytes", "OutgoingBytes"]}],
                    "tags": {"owner": "you"},
                },
            )
        ],
        drift=lambda _kept: kinesis.increase_stream_retention_period(
            StreamName=name, RetentionPeriodHours=72
        ),
        imported=lambda _kept: name,
    )
    assert kept.id == f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/{name}"


def test_stream_on_demand(bench: Bench, kinesis: KinesisClient) -> None:
    name = "shop-dev-views"
    on_demand = {"name": name, "streamModeDetails": {"streamMode": "ON_DEMAND"}}
    obeys(
        bench,
        STREAM,
        "views",
        on_demand,
        look=_stream(kinesis, name),
        seen={"StreamModeDetails": {"StreamMode": "ON_DEMAND"}, "OpenShardCount": 4},
        changes=[
            (
                {"name": name, "shardCount": 4, "streamModeDetails": {"streamMode": "PROVISIONED"}},
                {"StreamModeDetails": {"StreamMode": "PROVISIONED"}, "OpenShardCount": 4},
            )
        ],
        drift=lambda _kept: kinesis.enable_enhanced_monitoring(
            StreamName=name, ShardLevelMetrics=["IncomingBytes"]
        ),
        imported=lambda _kept: name,
    )


def test_shards_at_most_double(bench: Bench) -> None:
    kept = bench.client.make(STREAM, "doubled", {"name": "shop-dev-doubled", "shardCount": 1})
    with pytest.raises(Exception, match="cannot scale up over double"):
        bench.client.change(kept, {"name": "shop-dev-doubled", "shardCount": 3})


def test_consumer_holds_its_stream(bench: Bench, kinesis: KinesisClient) -> None:
    stream = bench.client.make(STREAM, "read", {"name": "shop-dev-read", "shardCount": 1})

    def look(_kept: Kept) -> dict[str, object] | None:
        def see() -> dict[str, object]:
            found = kinesis.describe_stream_consumer(StreamARN=stream.id, ConsumerName="fast")
            return {**found["ConsumerDescription"]}

        return gone(see)

    asked = {"name": "fast", "streamArn": stream.id}
    consumer = obeys(bench, CONSUMER, "fast", asked, look=look, seen={"ConsumerName": "fast"})
    assert str(consumer.id).startswith(f"{stream.id}/consumer/fast:")
    consumer = bench.client.make(CONSUMER, "fast", {"name": "fast", "streamArn": stream.id})
    with pytest.raises(Exception, match="ResourceInUseException"):
        bench.client.delete(stream)
    bench.client.delete(consumer)
    bench.client.delete(stream)
