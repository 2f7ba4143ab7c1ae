"""What an earlier run did not see the end of is looked into by the next one, whatever that does."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from pavedroad import engine
from tests.support.engine import PROVIDER, Observed
from tests.support.engine_providers import (
    VariedStack,
    messages,
    unreadable_provider,
    unready_provider,
)
from tests.support.engine_record import STATE, RecordedStack, recorded_ids

if TYPE_CHECKING:
    from pathlib import Path

URN = "urn:pulumi:dev::cases::aws:sqs/queue:Queue::"
BASE = 'aws.sqs.Queue("base")\n'
MADE = f"""{BASE}
first = aws.sqs.Queue("first")
aws.sqs.QueuePolicy("along", queue_url=first.id, policy="{{}}")
aws.sqs.Queue("fifo", fifo_queue=False)
"""
CHANGED = MADE.replace("False", "True").replace('"first")', '"first", delay_seconds=5)')


def reads(observed: Observed) -> list[str]:
    return [step["urn"].rpartition("::")[2] for step in observed.steps if step["op"] == "refresh"]


def test_what_exists_and_is_not_ready_is_kept_and_brought_to_its_end(tmp_path: Path) -> None:
    case = VariedStack(tmp_path, unready_provider(tmp_path / "plugin"))
    unready = 'aws.sqs.Queue("half", delay_seconds={}, tags={{"unready": "1"}})'

    made = case.run(engine.up, unready.format(1))

    assert not made.ok
    assert "not ready in time" in messages(made, "error")
    half = case.resources["half"]
    assert half["id"].startswith("half-")
    assert half["initErrors"] == ["not ready in time"]
    assert half["outputs"]["delaySeconds"] == 1
    assert case.pending == []

    changed = case.run(engine.up, unready.format(2))
    assert not changed.ok
    assert case.resources["half"]["inputs"]["delaySeconds"] == 2
    assert case.resources["half"]["initErrors"] == ["not ready in time"]

    ready = case.run(engine.up, 'aws.sqs.Queue("half", delay_seconds=2)')
    assert ready.ok
    assert ready.changes["update"] == 1
    assert "initErrors" not in case.resources["half"]


@pytest.mark.parametrize("id_", ["known", ""])
def test_an_interrupted_update_is_read_anew(tmp_path: Path, id_: str) -> None:
    """Also one whose entry names no id, as Pulumi's do."""
    case = VariedStack(tmp_path, PROVIDER)
    case.run(engine.up, 'aws.sqs.Queue("orders", delay_seconds=1)')
    case.leave("updating", "orders", **({} if id_ else {"id": ""}))

    observed = case.run(engine.up, 'aws.sqs.Queue("orders", delay_seconds=1)')

    assert observed.ok
    assert reads(observed) == ["orders"]
    assert case.pending == []


def test_what_is_under_way_names_what_the_state_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where an alias gives the resource another name meanwhile."""
    stack = RecordedStack(tmp_path)
    stack.up('aws.sqs.Queue("old", name="n", delay_seconds=1)\naws.sqs.Queue("goes")')
    alias = 'opts=pulumi.ResourceOptions(aliases=[pulumi.Alias(name="old")])'
    moments = stack.moments(monkeypatch, f'aws.sqs.Queue("new", name="n", delay_seconds=2, {alias})')
    seen: set[str] = set()

    for moment in range(moments):
        deployment = json.loads((tmp_path / "moments" / str(moment) / "state").read_text())["deployment"]
        held = {(each["urn"], each.get("id")) for each in deployment["resources"]}
        for entry in deployment["pending_operations"]:
            seen.add(entry["type"])
            assert (entry["resource"]["urn"], entry["resource"].get("id")) in held

    assert seen == {"updating", "deleting"}


@pytest.mark.parametrize("type_", ["updating", "deleting"])
def test_what_could_not_be_read_anew_is_not_forgotten(tmp_path: Path, type_: str) -> None:
    case = VariedStack(tmp_path, unreadable_provider(tmp_path / "plugin"))
    program = 'aws.sqs.Queue("bad")'
    case.run(engine.up, program)
    case.leave(type_, "bad")
    (tmp_path / "plugin/unreadable").touch()

    for _ in range(2):
        observed = case.run(engine.up, program)
        assert not observed.ok
        assert "read refused" in messages(observed, "error")
        assert case.pending == [(type_, "bad")]

    (tmp_path / "plugin/unreadable").unlink()
    assert case.run(engine.up, program).ok
    assert case.pending == []


def test_one_that_could_not_be_read_is_all_that_a_run_which_goes_on_leaves(tmp_path: Path) -> None:
    case = VariedStack(tmp_path, unreadable_provider(tmp_path / "plugin"))
    case.run(engine.up, 'aws.sqs.Queue("bad")')
    case.leave("updating", "bad")
    (tmp_path / "plugin/unreadable").touch()

    observed = case.run(
        engine.up,
        'bad = aws.sqs.Queue("bad", delay_seconds=3)\naws.sqs.Queue("of-bad", tags={"of": bad.arn})\n'
        'aws.sqs.Queue("other")',
        continue_on_error=True,
    )

    assert not observed.ok
    assert "other" in case.resources
    assert "of-bad" not in case.resources
    assert "inputs" not in case.resources["bad"]
    assert case.pending == [("updating", "bad")]


@pytest.mark.parametrize("program", [MADE, CHANGED], ids=["made", "changed"])
def test_destroy_leaves_nothing_wherever_an_update_was_interrupted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str
) -> None:
    stack = RecordedStack(tmp_path)
    stack.up(MADE if program == CHANGED else BASE)
    moments = stack.moments(monkeypatch, program)
    left: list[tuple[int, object]] = []

    for moment in range(moments):
        stack.rewind(moment)
        observed = Observed()
        result = engine.destroy(stack.request, observed.take)
        pending = json.loads((tmp_path / STATE).read_text())["deployment"]["pending_operations"]
        if result.outcome is not engine.Outcome.SUCCEEDED or recorded_ids(stack.record) or pending:
            left.append((moment, recorded_ids(stack.record) or pending or observed.diagnostics))

    assert moments > 2
    assert left == []


def test_a_refresh_finds_what_an_interrupted_create_has_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack = RecordedStack(tmp_path)
    stack.up(BASE)
    moments = stack.moments(monkeypatch, MADE)

    for moment in range(moments):
        stack.rewind(moment)
        assert engine.refresh(stack.request, lambda _event: None).outcome is engine.Outcome.SUCCEEDED
        assert stack.agrees()

    assert stack.up(MADE).ok
    assert len(recorded_ids(stack.record)) == 4


def test_what_the_program_does_not_have_any_more_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack = RecordedStack(tmp_path)
    stack.up(BASE)
    moments = stack.moments(monkeypatch, MADE)

    for moment in range(moments):
        stack.rewind(moment)
        observed = stack.up(BASE)
        assert observed.ok, observed.diagnostics
        assert stack.agrees()
        assert set(stack.resources()) == {"base"}


def test_what_a_foreign_provider_may_have_made_is_not_taken_for_deleted(tmp_path: Path) -> None:
    case = VariedStack(tmp_path, PROVIDER)
    case.run(engine.up, 'aws.sqs.Queue("orders")')
    case.leave("creating", "orders", urn=f"{URN}unsure", id="")

    destroyed = case.run(engine.destroy)

    assert not destroyed.ok
    assert "whether it exists is not known" in messages(destroyed, "error")
    assert "--clear-pending-creates" in messages(destroyed, "error")
    assert case.pending == [("creating", "unsure")]

    assert case.run(engine.refresh, clear_pending_creates=True).ok
    assert case.pending == []
    assert case.run(engine.destroy).ok
