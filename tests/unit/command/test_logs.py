"""`pavedroad logs`: which functions a system has, and how their events are shown."""

from __future__ import annotations

import json
import time
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from pavedroad.cloud.line import parse
from pavedroad.cloud.tail import Entry, Source
from pavedroad.command import logs as verb
from pavedroad.command.cli import app
from pavedroad.command.failure import CommandError
from pavedroad.command.sources import sources_of
from tests.support.command import CHAIN, QUEUE, STACK_URN, SYSTEM, urn

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pavedroad.engine.events import Json

ID = "4eb1bb86-f145-4194-8d9d-65dbffaf5b3d"
FUNCTION = "aws:lambda/function:Function"
FOUND = SimpleNamespace(endpoint="http://127.0.0.1:4567")
MOMENT = 1_795_000_000_123  # 2026-11-18, 11:06:40.123 UTC


def function(name: str, parent: str, *, group: str = "") -> dict[str, Json]:
    outputs: dict[str, Json] = {"arn": f"arn:aws:lambda:eu-west-1:111122223333:function:shop-dev-{name}"}
    if group:
        outputs |= {"loggingConfig": {"logGroup": group}, "timeout": 60.0}
    return {
        "urn": urn(f"{CHAIN}{FUNCTION}", name),
        "type": FUNCTION,
        "parent": parent,
        "outputs": outputs,
    }


def component(of: str, parent: str) -> dict[str, Json]:
    return {"urn": of, "type": of.split("::")[-2].rsplit("$", 1)[-1], "parent": parent}


FOUNDATION = urn("pavedroad:systems:Foundation", "foundation")
STATE: dict[str, Json] = {
    "version": 3,
    "deployment": {
        "resources": [
            component(STACK_URN, ""),
            component(SYSTEM, STACK_URN),
            component(FOUNDATION, STACK_URN),
            component(QUEUE, SYSTEM),
            function("submit", QUEUE, group="/own/submit"),
            function("accept", SYSTEM),
            function("stray", STACK_URN),
        ]
    },
}
ACCEPT = Source(
    function="accept",
    group="/aws/lambda/shop-dev-accept",
    account="111122223333",
    region="eu-west-1",
    timeout_seconds=3,
)
SUBMIT = Source(
    function="submit",
    group="/own/submit",
    account="111122223333",
    region="eu-west-1",
    timeout_seconds=60,
)


@pytest.mark.parametrize(
    "name", ["order-processing", "OrderProcessing", "order_processing", "orderprocessing"]
)
def test_a_system_is_found_by_its_name_or_its_class(name: str) -> None:
    assert sources_of(STATE, name, stack="dev") == [ACCEPT, SUBMIT]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("payments", r"no system 'payments'\nName one of these: order-processing \(OrderProcessing\), found"),
        ("foundation", r"system 'foundation' of stack dev has no functions"),
    ],
)
def test_a_system_without_functions_is_told(name: str, told: str) -> None:
    with pytest.raises(CommandError, match=told):
        sources_of(STATE, name, stack="dev")


def test_an_empty_state_and_a_function_without_an_arn_are_told() -> None:
    with pytest.raises(CommandError, match="run `pavedroad up` first"):
        sources_of({"deployment": {"resources": []}}, "orders", stack="dev")
    begun = {**function("accept", SYSTEM), "outputs": {}}
    with pytest.raises(CommandError, match="has no ARN of this function"):
        sources_of(
            {"deployment": {"resources": [component(SYSTEM, STACK_URN), begun]}},
            "order-processing",
            stack="dev",
        )


def entry(source: Source, text: str, after: int = 0) -> Entry:
    return Entry(source=source, stream="s", timestamp=MOMENT + after, line=parse(text, ID))


ENTRIES = [
    entry(SUBMIT, f"START RequestId: {ID} Version: 1"),
    entry(SUBMIT, json.dumps({"level": "INFO", "message": "sent", "order_id": "a\tb"}), 1),
    entry(ACCEPT, "[ERROR] ValueError: bad\nTraceback\n  \x1b[2J", 20),
    entry(SUBMIT, f"REPORT RequestId: {ID}\tStatus: timeout\t", 21),
]
SUBMIT_LINE = "11:06:40.124  submit  4eb1bb86  INFO     sent  order_id=a b\n"
ACCEPT_LINES = "11:06:40.143  accept  4eb1bb86  ERROR    ValueError: bad\n    Traceback\n      \\u001b[2J\n"
TIMEOUT_LINE = f"11:06:40.144  submit  4eb1bb86  ·        REPORT RequestId: {ID} Status: timeout\n"


class FakeTail:
    """Stands for the log groups."""

    entries: Sequence[Entry] = ENTRIES
    missing: frozenset[str] = frozenset()
    since_ms: int = 0

    def __init__(self, *, endpoint: str, sources: Sequence[Source]) -> None:
        assert endpoint == FOUND.endpoint
        assert list(sources) == [ACCEPT, SUBMIT]

    def read(self, since_ms: int) -> list[Entry]:
        FakeTail.since_ms = since_ms
        return list(self.entries)

    def follow(self, since_ms: int) -> Iterator[list[Entry]]:
        yield self.read(since_ms)
        yield []
        raise KeyboardInterrupt


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stack that is up in a cloud that runs."""
    monkeypatch.setattr("pavedroad.engine.export_state", lambda _request: STATE)
    monkeypatch.setattr("pavedroad.cloud.emulator.running", lambda _folder: FOUND)
    monkeypatch.setattr(verb, "Tail", FakeTail)
    monkeypatch.setattr(FakeTail, "entries", ENTRIES)
    monkeypatch.setattr(FakeTail, "missing", frozenset())
    (tmp_path / "Pulumi.dev.yaml").touch()
    state = tmp_path / ".pavedroad" / "state" / "dev.json"
    state.parent.mkdir(parents=True)
    state.touch()
    return tmp_path


def call(project: Path, *arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["logs", "order-processing", *arguments, "-C", str(project)])
    return result.exit_code, result.stdout, result.stderr


def test_events_are_shown_with_time_function_request_level_and_fields(project: Path) -> None:
    assert call(project) == (0, SUBMIT_LINE + ACCEPT_LINES + TIMEOUT_LINE, "")


def test_the_platforms_lines_are_shown_when_asked_for(project: Path) -> None:
    assert f"submit  4eb1bb86  ·        START RequestId: {ID} Version: 1\n" in call(project, "--platform")[1]


def test_events_are_filtered_by_text_or_request(project: Path) -> None:
    assert call(project, "--filter", "ValueError")[1] == ACCEPT_LINES
    assert call(project, "--filter", ID)[1] == SUBMIT_LINE + ACCEPT_LINES + TIMEOUT_LINE
    assert call(project, "--filter", "nothing") == (
        0,
        "",
        "Nothing was logged in the last 10m that fits.\n",
    )


def test_events_as_json_lines_are_whole(project: Path) -> None:
    rows = [json.loads(line) for line in call(project, "--json")[1].splitlines()]

    assert len(rows) == 3
    assert rows[0] == {
        "time": "2026-11-18T11:06:40.124Z",
        "function": "submit",
        "requestId": ID,
        "kind": "function",
        "level": "INFO",
        "message": "sent",
        "fields": {"order_id": "a\tb"},
        "trace": [],
        "logGroup": "/own/submit",
        "logStream": "s",
    }


def test_events_are_followed_until_ctrl_c(project: Path) -> None:
    assert call(project, "--follow") == (130, SUBMIT_LINE + ACCEPT_LINES + TIMEOUT_LINE, "cancelled\n")


@pytest.mark.parametrize(("since", "seconds"), [("30s", 30), ("10m", 600), ("2h", 7200), ("1d", 86400)])
def test_it_looks_back_as_far_as_asked(project: Path, since: str, seconds: int) -> None:
    call(project, "--since", since)

    assert abs(FakeTail.since_ms - (time.time() - seconds) * 1000) < 10_000


def test_silence_and_a_cloud_that_forgot_are_told_apart(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FakeTail, "entries", [])
    assert call(project, "--since", "2h") == (0, "", "Nothing was logged in the last 2h.\n")

    monkeypatch.setattr(FakeTail, "missing", frozenset({ACCEPT.group, SUBMIT.group}))
    assert "None of the 2 log groups of order-processing is in the local cloud" in call(project)[2]


def test_wrong_times_and_a_cloud_that_does_not_run_are_told(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "--since: got '10', wanted a number and a unit" in call(project, "--since", "10")[2]

    monkeypatch.setattr("pavedroad.cloud.emulator.running", lambda _folder: None)
    code, _, err = call(project)
    assert (code, "no local cloud runs in" in err, "pavedroad cloud start" in err) == (1, True, True)


def test_a_stack_that_is_not_up_is_told(project: Path) -> None:
    (project / ".pavedroad" / "state" / "dev.json").unlink()

    assert "has no state" in call(project)[2]
