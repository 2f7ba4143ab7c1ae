"""What is made anew never adopts, and never loses, what another attempt or another resource has made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pavedroad.engine.diffs import compare
from tests.support.engine_record import RecordedStack

if TYPE_CHECKING:
    from pathlib import Path

FIRST = """
api = aws.apigatewayv2.Api("api", name="x", protocol_type="{}",
                           opts=pulumi.ResourceOptions(delete_before_replace=True))
aws.apigatewayv2.Integration("along", api_id=api.id, integration_type="HTTP_PROXY",
                             integration_uri="https://example.com", integration_method="GET",
                             opts=pulumi.ResourceOptions(delete_before_replace=True))
"""
RENAMED = """
aws.sqs.Queue("new", opts=pulumi.ResourceOptions(aliases=[pulumi.Alias(name="old")]))
aws.apigatewayv2.Api("api-new", name="one", protocol_type="HTTP",
                     opts=pulumi.ResourceOptions(aliases=[pulumi.Alias(name="api-old")]))
"""
ORIGINAL = """
aws.sqs.Queue("old")
aws.apigatewayv2.Api("api-old", name="one", protocol_type="HTTP")
"""
SUCCESSORS = """
aws.sqs.Queue("old")
aws.apigatewayv2.Api("api-old", name="two", protocol_type="HTTP")
"""
PERMISSION = """
for name in ("f", "g", "h"):
    aws.lambda_.Function(name, name=name, role="arn:aws:iam::000000000000:role/r", runtime="python3.13",
                         handler="a.b", s3_bucket="some-bucket", s3_key="k")
aws.lambda_.Permission("p", statement_id="same", action="lambda:InvokeFunction", function="{}",
                       principal="events.amazonaws.com",
                       opts=pulumi.ResourceOptions(delete_before_replace=False))
"""


@pytest.fixture
def stack(tmp_path: Path) -> RecordedStack:
    return RecordedStack(tmp_path)


def test_a_recreation_that_was_interrupted_anywhere_leaves_everything_once(
    stack: RecordedStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack.up(FIRST.format("HTTP"))
    moments = stack.moments(monkeypatch, FIRST.format("WEBSOCKET"))
    wrong: list[int] = []

    for moment in range(moments):
        stack.rewind(moment)
        observed = stack.up(FIRST.format("WEBSOCKET"))
        if not (observed.ok and stack.agrees() and len(stack.resources()) == 2):
            wrong.append(moment)

    assert moments > 5
    assert wrong == []


def test_what_takes_the_place_of_a_renamed_resource_is_its_own(stack: RecordedStack) -> None:
    stack.up(ORIGINAL)
    before = stack.resources()
    stack.up(RENAMED)

    observed = stack.up(RENAMED + SUCCESSORS)

    assert observed.ok, observed.diagnostics
    after = stack.resources()
    assert (after["new"], after["api-new"]) == (before["old"], before["api-old"])
    assert len(set(after.values())) == 4
    assert stack.agrees()


def test_it_stays_its_own_when_its_making_was_interrupted_anywhere(
    stack: RecordedStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack.up(ORIGINAL)
    stack.up(RENAMED)
    moments = stack.moments(monkeypatch, RENAMED + SUCCESSORS)
    made: set[str] = set()
    wrong: list[int] = []

    for moment in range(moments):
        stack.rewind(moment)
        # What it took the name from goes in the same run: its seed is free again.
        observed = stack.up(SUCCESSORS if moment % 2 else RENAMED + SUCCESSORS)
        if not (observed.ok and stack.agrees() and len(stack.resources()) == (2 if moment % 2 else 4)):
            wrong.append(moment)
        assert observed.ok, (moment, observed.diagnostics, stack.resources())
        made.add(stack.resources()["api-old"])

    assert wrong == []
    assert made


def test_replacements_under_one_id_do_not_adopt_each_other(stack: RecordedStack) -> None:
    for function in ("f", "g", "h"):
        observed = stack.up(PERMISSION.format(function))

        assert observed.ok, observed.diagnostics
        assert stack.agrees()
        assert stack.resources()["p"]


def test_the_comparison_leaves_out_what_providers_keep_for_themselves() -> None:
    diff = compare({"name": "a", "__defaults": ["name"], "__seed": "1"}, {"name": "a", "__seed": "2"})

    assert (diff.changes, diff.diffs) == ("none", ())
    assert compare({"name": "a"}, {"name": "b"}).diffs == ("name",)
