"""Event source mappings in the local cloud."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import grpc
import pytest

from tests.support.lambda_cases import make, unique
from tests.support.live import obeys
from tests.support.provider import ACCOUNT, REGION

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.support.live import Bench, Seen
    from tests.support.provider import Kept, Props

pytestmark = pytest.mark.cloud
MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping"
ARN = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:"
# What the emulator neither keeps nor tells.
UNTOLD = frozenset({"metricsConfig", "tumblingWindowInSeconds"})
PATTERN = json.dumps({"body": {"kind": ["order"]}})


def _look(bench: Bench, kept: Kept) -> Seen | None:
    lambda_ = bench.cloud.client("lambda", ACCOUNT)
    try:
        found = lambda_.get_event_source_mapping(UUID=kept.id)
    except lambda_.exceptions.ResourceNotFoundException:
        return None
    tags = lambda_.list_tags(Resource=found["EventSourceMappingArn"])["Tags"]
    moving = {"LastModified", "ResponseMetadata", "LastProcessingResult"}
    return {**{key: value for key, value in found.items() if key not in moving}, "Tags": tags}


def _queue(bench: Bench, seconds: int = 30) -> str:
    sqs = bench.cloud.client("sqs", ACCOUNT)
    name = unique("source")
    sqs.create_queue(QueueName=name, Attributes={"VisibilityTimeout": str(seconds)})
    return f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"


def _kinesis(bench: Bench) -> str:
    kinesis, name = bench.cloud.client("kinesis", ACCOUNT), unique("stream")
    kinesis.create_stream(StreamName=name, ShardCount=1)
    kinesis.get_waiter("stream_exists").wait(StreamName=name)
    return f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/{name}"


def _table(bench: Bench) -> str:
    made = bench.cloud.client("dynamodb", ACCOUNT).create_table(
        TableName=unique("table"),
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )
    return made["TableDescription"].get("LatestStreamArn", "")


def _change(bench: Bench, kept: Kept, **what: object) -> None:
    bench.cloud.client("lambda", ACCOUNT).update_event_source_mapping(UUID=kept.id, **what)  # pyright: ignore[reportArgumentType] - the caller gives what the API takes


def test_the_mapping_of_a_queue_obeys_the_law(bench: Bench) -> None:
    name, queue = make(bench).id, _queue(bench)
    bare = {"functionName": f"{ARN}{name}", "eventSourceArn": queue}
    full = {
        **bare,
        "batchSize": 50,
        "maximumBatchingWindowInSeconds": 5,
        "enabled": False,
        "functionResponseTypes": ["ReportBatchItemFailures"],
        "filterCriteria": {"filters": [{"pattern": PATTERN}]},
        "scalingConfig": {"maximumConcurrency": 7},
        "metricsConfig": {"metrics": ["EventCount"]},
        "tags": {"team": "shop"},
    }
    kept = obeys(
        bench,
        MAPPING,
        "queue",
        full,
        look=lambda kept: _look(bench, kept),
        seen={
            "EventSourceArn": queue,
            "FunctionArn": f"{ARN}{name}",
            "BatchSize": 50,
            "MaximumBatchingWindowInSeconds": 5,
            "State": "Disabled",
            "FunctionResponseTypes": ["ReportBatchItemFailures"],
            "FilterCriteria": {"Filters": [{"Pattern": PATTERN}]},
            "ScalingConfig": {"MaximumConcurrency": 7},
            "Tags": {"team": "shop"},
        },
        changes=[
            (
                bare,
                {
                    "BatchSize": 10,
                    "MaximumBatchingWindowInSeconds": 0,
                    "State": "Enabled",
                    "FunctionResponseTypes": [],
                    "Tags": {},
                },
            )
        ],
        drift=lambda kept: _change(bench, kept, BatchSize=3, FilterCriteria={}, Enabled=True),
        blind=UNTOLD,
    )
    assert kept.id == kept.outputs["uuid"]
    assert kept.outputs["arn"] == f"arn:aws:lambda:{REGION}:{ACCOUNT}:event-source-mapping:{kept.id}"
    assert kept.outputs["functionArn"] == f"{ARN}{name}"
    assert (kept.outputs["state"], kept.outputs["stateTransitionReason"]) == ("Disabled", "USER_INITIATED")


@pytest.mark.parametrize("kind", ["kinesis", "dynamodb"])
def test_the_mapping_of_a_stream_obeys_the_law(bench: Bench, kind: str) -> None:
    name = make(bench).id
    source = _kinesis(bench) if kind == "kinesis" else _table(bench)
    bare = {"functionName": name, "eventSourceArn": source, "startingPosition": "TRIM_HORIZON"}
    dead = _queue(bench)
    full = {
        **bare,
        "batchSize": 25,
        "parallelizationFactor": 3,
        "bisectBatchOnFunctionError": True,
        "maximumRecordAgeInSeconds": 600,
        "maximumRetryAttempts": 4,
        "tumblingWindowInSeconds": 30,
        "destinationConfig": {"onFailure": {"destinationArn": dead}},
    }
    obeys(
        bench,
        MAPPING,
        kind,
        full,
        look=lambda kept: _look(bench, kept),
        seen={
            "StartingPosition": "TRIM_HORIZON",
            "BatchSize": 25,
            "ParallelizationFactor": 3,
            "BisectBatchOnFunctionError": True,
            "MaximumRecordAgeInSeconds": 600,
            "MaximumRetryAttempts": 4,
            "DestinationConfig": {"OnFailure": {"Destination": dead}},
        },
        changes=[
            (
                bare,
                {
                    "BatchSize": 100,
                    "ParallelizationFactor": 1,
                    "BisectBatchOnFunctionError": False,
                    "MaximumRecordAgeInSeconds": -1,
                    "MaximumRetryAttempts": -1,
                },
            )
        ],
        drift=lambda kept: _change(bench, kept, MaximumRetryAttempts=1, BisectBatchOnFunctionError=False),
        blind=UNTOLD | {"functionName"},
    )


def test_what_is_not_asked_for_is_as_aws_tells_it(bench: Bench) -> None:
    name = make(bench).id
    queue = bench.client.make(MAPPING, "q", {"functionName": name, "eventSourceArn": _queue(bench)})
    stream = bench.client.make(
        MAPPING,
        "s",
        {"functionName": name, "eventSourceArn": _kinesis(bench), "startingPosition": "LATEST"},
    )

    assert queue.outputs["batchSize"] == 10
    assert stream.outputs["batchSize"] == 100
    assert stream.outputs["maximumRetryAttempts"] == -1
    assert stream.outputs["maximumRecordAgeInSeconds"] == -1
    assert stream.outputs["parallelizationFactor"] == 1


def test_a_mapping_moves_to_an_alias(bench: Bench) -> None:
    made, queue = make(bench, publish=True), _queue(bench)
    bench.cloud.client("lambda", ACCOUNT).create_alias(FunctionName=made.id, Name="live", FunctionVersion="1")
    kept = bench.client.make(MAPPING, "m", {"functionName": made.id, "eventSourceArn": queue})
    moved: Props = {"functionName": f"{ARN}{made.id}:live", "eventSourceArn": queue}
    after = bench.client.change(kept, moved)

    assert after.outputs["functionArn"] == f"{ARN}{made.id}:live"
    assert (_look(bench, after) or {})["FunctionArn"] == f"{ARN}{made.id}:live"
    assert bench.client.difference(bench.client.refresh(after), moved) == {}


def _refused(bench: Bench, wanted: Mapping[str, object], said: str) -> None:
    props: Props = {key: value for key, value in wanted.items() if isinstance(value, (str, int))}
    with pytest.raises(grpc.RpcError, match=said):
        bench.client.make(MAPPING, unique("refused"), props)


def test_a_second_mapping_of_the_same_source_is_refused(bench: Bench) -> None:
    name, queue = make(bench).id, _queue(bench)
    first = bench.cloud.client("lambda", ACCOUNT).create_event_source_mapping(
        FunctionName=name, EventSourceArn=queue
    )

    _refused(
        bench,
        {"functionName": f"{ARN}{name}", "eventSourceArn": queue},
        f"ResourceConflictException: .*already exists.*UUID {first['UUID']}",
    )


def test_messages_that_come_back_before_the_function_is_done_are_refused(bench: Bench) -> None:
    name, queue = make(bench, timeout=31).id, _queue(bench)
    _refused(
        bench,
        {"functionName": name, "eventSourceArn": queue},
        "Queue visibility timeout: 30 seconds is less than Function timeout: 31 seconds",
    )


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (f"arn:aws:sqs:{REGION}:{ACCOUNT}:nothing", "The specified queue does not exist"),
        (f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/nothing", "Stream nothing under account"),
        (f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/nothing/stream/2026", "not found"),
    ],
)
def test_a_source_that_is_not_there_is_refused(bench: Bench, source: str, said: str) -> None:
    _refused(
        bench,
        {"functionName": make(bench).id, "eventSourceArn": source, "startingPosition": "LATEST"}
        if "sqs" not in source
        else {"functionName": make(bench).id, "eventSourceArn": source},
        f"InvalidParameterValueException: .*{said}",
    )


def test_a_function_that_is_not_there_is_refused(bench: Bench) -> None:
    _refused(
        bench, {"functionName": unique("none"), "eventSourceArn": _queue(bench)}, "ResourceNotFoundException"
    )
