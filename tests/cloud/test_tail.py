"""The log groups of several functions, read together."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from pavedroad.cloud import tail as tail_module
from pavedroad.cloud.errors import CloudError
from pavedroad.cloud.line import Kind
from pavedroad.cloud.tail import Source, Tail
from tests.support.cloud_functions import deploy, unique

if TYPE_CHECKING:
    from tests.support.cloud import Cloud

ACCOUNT = "000000000000"
OTHER = "111122223333"
REGION = "eu-west-1"
FIRST_ID = "11111111-aaaa-4194-8d9d-65dbffaf5b3d"
SECOND_ID = "22222222-aaaa-4194-8d9d-65dbffaf5b3d"


def make(cloud: Cloud, *, account: str = ACCOUNT, region: str = REGION) -> Source:
    """A log group with one stream."""
    source = Source(function=unique("f"), group=f"/aws/lambda/{unique('f')}", account=account, region=region)
    logs = cloud.client("logs", account, region)
    logs.create_log_group(logGroupName=source.group)
    logs.create_log_stream(logGroupName=source.group, logStreamName="s")
    return source


def put(cloud: Cloud, source: Source, *events: tuple[int, str]) -> None:
    cloud.client("logs", source.account, source.region).put_log_events(
        logGroupName=source.group,
        logStreamName="s",
        logEvents=[{"timestamp": moment, "message": text} for moment, text in events],
    )


def now() -> int:
    return int(time.time() * 1000)


def test_events_of_all_accounts_and_regions_come_in_the_order_of_time(cloud: Cloud) -> None:
    one, other = make(cloud), make(cloud, account=OTHER, region="us-east-1")
    start = now() - 1000
    put(cloud, one, (start, "first"), (start + 20, "third"))
    put(cloud, other, (start - 50_000, "too old"), (start + 10, "second"))

    found = Tail(endpoint=cloud.endpoint, sources=[other, one]).read(start)

    assert [(each.source, each.line.message) for each in found] == [
        (one, "first"),
        (other, "second"),
        (one, "third"),
    ]


def test_each_event_is_given_once_even_if_others_are_equal_to_it(cloud: Cloud) -> None:
    source = make(cloud)
    tail = Tail(endpoint=cloud.endpoint, sources=[source])
    start = now()
    put(cloud, source, (start, "same"), (start, "same"))

    assert len(tail.read(start)) == 2
    put(cloud, source, (start, "same"))
    assert len(tail.read(start)) == 1
    assert tail.read(start) == []


def test_lines_belong_to_the_invocation_that_their_stream_is_in(cloud: Cloud) -> None:
    source = make(cloud)
    tail = Tail(endpoint=cloud.endpoint, sources=[source])
    start = now()
    put(cloud, source, (start, "before"), (start, f"START RequestId: {FIRST_ID} Version: 1"), (start, "a"))
    known = [each.line.request_id for each in tail.read(start)]
    put(cloud, source, (start + 1, "b"), (start + 2, f"START RequestId: {SECOND_ID} Version: 1"))
    put(cloud, source, (start + 3, "c"))

    assert known == ["", FIRST_ID, FIRST_ID]
    assert [each.line.request_id for each in tail.read(start)] == [FIRST_ID, SECOND_ID, SECOND_ID]


def test_a_group_that_is_missing_is_noted_until_it_is_there(cloud: Cloud) -> None:
    source = Source(function="late", group=unique("/own/late"), account=ACCOUNT, region=REGION)
    tail = Tail(endpoint=cloud.endpoint, sources=[source])
    assert tail.read(0) == []
    assert tail.missing == {source.group}

    cloud.client("logs").create_log_group(logGroupName=source.group)

    assert tail.read(0) == []
    assert tail.missing == set()


def test_events_are_followed_as_they_come(cloud: Cloud) -> None:
    source = make(cloud)
    tail = Tail(endpoint=cloud.endpoint, sources=[source])
    texts = iter(["second", "third"])

    def pause(_seconds: float) -> None:
        put(cloud, source, (now(), next(texts)))

    start = now()
    put(cloud, source, (start, "first"))
    followed = tail.follow(start, pause=pause)

    assert [[each.line.message for each in next(followed)] for _ in range(3)] == [
        ["first"],
        ["second"],
        ["third"],
    ]


def test_lines_of_a_long_invocation_are_followed_though_they_come_late(cloud: Cloud) -> None:
    patient, hasty = make(cloud), replace(make(cloud), timeout_seconds=1)
    start = now() - 60_000
    followed = Tail(endpoint=cloud.endpoint, sources=[patient, hasty]).follow(start, pause=lambda _: None)
    assert next(followed) == []

    put(cloud, patient, (start + 1, "long ago"))
    put(cloud, hasty, (start + 1, "longer ago than it may last"))

    assert [each.line.message for each in next(followed)] == ["long ago"]
    assert next(followed) == []


def test_more_events_than_an_answer_holds_are_read_to_the_end(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tail_module, "_PAGE", 3)
    source = make(cloud)
    start = now()
    put(cloud, source, (start, "a"), (start, "b"), (start + 1, "c"), (start + 1, "c"), (start + 2, "d"))
    tail = Tail(endpoint=cloud.endpoint, sources=[source])

    assert [each.line.message for each in tail.read(start)] == ["a", "b", "c", "c", "d"]


def test_a_function_that_runs_is_heard(cloud: Cloud) -> None:
    code = 'def handle(event, context):\n    print(\'{"level": "INFO", "message": "hello"}\')\n'
    function = deploy(cloud, code)
    start = now() - 1000
    request_id = function.call().request_id
    source = Source(function="f", group=f"/aws/lambda/{function.name}", account=ACCOUNT, region=REGION)

    found = Tail(endpoint=cloud.endpoint, sources=[source]).read(start)

    assert [(each.line.level, each.line.message) for each in found if each.line.kind is Kind.FUNCTION] == [
        ("INFO", "hello")
    ]
    assert {each.line.request_id for each in found} == {request_id}


def test_a_cloud_that_is_gone_is_told() -> None:
    source = Source(function="f", group="/aws/lambda/f", account=ACCOUNT, region=REGION)

    with pytest.raises(CloudError, match=r"/aws/lambda/f cannot be read at http://127.0.0.1:9.*\nSee `paved"):
        Tail(endpoint="http://127.0.0.1:9", sources=[source]).read(0)
