"""What a resource was made as decides where it is looked for, not what its type is today."""

from __future__ import annotations

from typing import TYPE_CHECKING

import grpc
import pytest

from pavedroad.provider import sdk
from pavedroad.provider.live.table import MODULES, live_type
from pavedroad.provider.record_file import RecordFile
from tests.support.provider import QUEUE, Kept, provider

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.provider import Client

NOWHERE = "http://127.0.0.1:9"
"""A local cloud at which nobody listens."""


class Heard:
    """Keeps what the provider reports."""

    def __init__(self) -> None:
        self.reports: list[tuple[str, str]] = []

    def __call__(self, urn: str, text: str) -> None:
        self.reports.append((urn, text))


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def cloud(tmp_path: Path, heard: Heard) -> Iterator[Client]:
    with provider(store=RecordFile(tmp_path / "record"), report=heard) as client:
        yield client


def of_kind(kept: Kept, kind: str) -> Kept:
    return Kept(kept.token, kept.name, kept.id, kept.inputs, {**kept.outputs, "__kind": kind})


def test_the_table_names_types_of_the_sdk() -> None:
    assert sdk.tokens() >= set(MODULES)
    assert all(live_type(token) for token in MODULES)


def test_a_resource_says_what_it_was_made_as(cloud: Client) -> None:
    made = cloud.make(QUEUE, "q", {})

    assert made.outputs["__kind"] == "recorded"
    assert cloud.change(made, {"delaySeconds": 3}).outputs["__kind"] == "recorded"
    assert cloud.change(made, {"delaySeconds": 3}, preview=True).outputs["__kind"] == "recorded"
    assert cloud.refresh(made).outputs["__kind"] == "recorded"


def test_the_mark_is_no_change(cloud: Client) -> None:
    made = cloud.make(QUEUE, "q", {"delaySeconds": 3})
    unmarked = {key: value for key, value in made.outputs.items() if not key.startswith("__")}

    assert cloud.difference(Kept(QUEUE, "q", made.id, made.inputs, unmarked), {"delaySeconds": 3}) == {}


def test_a_recorded_resource_of_a_type_that_is_live_by_now_stays_recorded(
    tmp_path: Path, heard: Heard
) -> None:
    with provider(store=RecordFile(tmp_path / "record")) as before:
        made = before.make(QUEUE, "q", {"delaySeconds": 3})
    with provider(store=RecordFile(tmp_path / "record"), report=heard, cloud=NOWHERE) as cloud:
        stays_recorded(cloud, made)

    ((urn, text),) = heard.reports
    assert urn.endswith("::q")
    assert "made as a recorded resource, and stays one" in text
    assert "is live by now" in text


def stays_recorded(cloud: Client, made: Kept) -> None:
    assert cloud.difference(made, {"delaySeconds": 3}) == {}
    changed = cloud.change(made, {"delaySeconds": 4})
    assert cloud.refresh(changed) == changed
    cloud.delete(changed)
    assert cloud.refresh(changed).id == ""


def test_nothing_is_said_when_the_kind_is_what_it_was(cloud: Client, heard: Heard) -> None:
    made = cloud.make(QUEUE, "q", {})
    cloud.delete(cloud.change(made, {"delaySeconds": 4}))

    assert heard.reports == []


@pytest.mark.parametrize("operation", ["change", "refresh", "delete"])
def test_what_exists_in_the_emulator_is_not_looked_for_in_the_record(cloud: Client, operation: str) -> None:
    made = cloud.make(QUEUE, "q", {})
    live = of_kind(made, "live")
    calls = {
        "change": lambda: cloud.change(live, {"delaySeconds": 4}),
        "refresh": lambda: cloud.refresh(live),
        "delete": lambda: cloud.delete(live),
    }

    with pytest.raises(grpc.RpcError) as error:
        calls[operation]()

    assert error.value.code() is grpc.StatusCode.FAILED_PRECONDITION
    assert "q: it exists in the local cloud, and none runs for this operation" in str(error.value.details())
    assert cloud.refresh(made) == made


def test_a_mark_of_a_newer_version_is_refused(cloud: Client) -> None:
    made = cloud.make(QUEUE, "q", {})

    with pytest.raises(grpc.RpcError) as error:
        cloud.refresh(of_kind(made, "astral"))

    assert "got 'astral', allowed live, recorded" in str(error.value.details())


def test_a_resource_without_a_mark_is_what_its_type_is_today(cloud: Client) -> None:
    made = cloud.make(QUEUE, "q", {})
    unmarked = Kept(
        QUEUE,
        "q",
        made.id,
        made.inputs,
        {key: value for key, value in made.outputs.items() if key != "__kind"},
    )

    assert cloud.refresh(unmarked).outputs["__kind"] == "recorded"
