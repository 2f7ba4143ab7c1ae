"""One lock from the plan to the last step: nobody slips in between, and everybody is told who is there."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from pavedroad import engine
from tests.support.engine import PROVIDER, STATE, Observed, write_project

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PROGRAM = 'import pulumi_aws as aws\naws.sqs.Queue("q")\n'


@pytest.fixture
def project(tmp_path: Path) -> engine.RunRequest:
    write_project(tmp_path, PROGRAM)
    return engine.RunRequest(project_dir=tmp_path, stack="dev", provider_dirs={"aws": PROVIDER})


def nothing(_event: engine.EngineEvent) -> None:
    pass


@pytest.mark.parametrize("operation", [engine.up, engine.refresh, engine.destroy])
def test_between_plan_and_update_another_run_is_refused_by_name_and_pid(
    project: engine.RunRequest,
    operation: Callable[[engine.RunRequest, Callable[[engine.EngineEvent], None]], engine.RunResult],
) -> None:
    with engine.locked(project, "up") as held:
        engine.preview(held, nothing)

        with pytest.raises(engine.EngineError, match=rf"another run \(pavedroad up, pid {os.getpid()}\)"):
            operation(project, nothing)

        assert engine.up(held, nothing).resource_changes == {"create": 2}


def test_a_plan_alone_needs_no_lock(project: engine.RunRequest) -> None:
    with engine.locked(project, "up"):
        assert engine.preview(project, nothing).outcome is engine.Outcome.SUCCEEDED
        assert engine.preview_destroy(project, nothing).outcome is engine.Outcome.SUCCEEDED
        assert engine.preview_refresh(project, nothing).outcome is engine.Outcome.SUCCEEDED


def test_several_operations_run_under_one_lock_and_give_it_free_at_the_end(
    project: engine.RunRequest,
) -> None:
    with engine.locked(project, "up") as held:
        engine.up(held, nothing)
        engine.destroy(held, nothing)
        with pytest.raises(engine.EngineError, match="in use"), engine.locked(project, "destroy"):
            pass

    assert engine.up(project, nothing).resource_changes == {"create": 2}


def test_an_error_under_the_lock_gives_it_free(project: engine.RunRequest) -> None:
    with pytest.raises(KeyboardInterrupt), engine.locked(project, "up"):
        raise KeyboardInterrupt

    with engine.locked(project, "up"):
        pass


def test_that_a_dead_runs_lock_was_taken_over_is_told_once_and_not_in_the_plan(
    project: engine.RunRequest,
) -> None:
    lock = project.project_dir / f"{STATE}.lock"
    lock.parent.mkdir(parents=True)
    lock.write_text("pavedroad destroy, pid 4711")
    planned, first, second = Observed(), Observed(), Observed()

    with engine.locked(project, "up") as held:
        engine.preview(held, planned.take)
        engine.up(held, first.take)
        engine.up(held, second.take)

    note = "took over the lock of a run that died (pavedroad destroy, pid 4711)"
    assert [message for _, _, message in first.diagnostics] == [note]
    assert planned.diagnostics == second.diagnostics == []


def test_a_folder_that_cannot_be_written_is_named(project: engine.RunRequest, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    request = engine.RunRequest(project_dir=tmp_path, stack="dev", state_file=tmp_path / "file/state.json")

    with (
        pytest.raises(engine.EngineError, match=r"cannot be locked: .*state\.json\.lock"),
        engine.locked(request, "up"),
    ):
        pass

    assert project.lock is None


def test_a_lock_that_is_no_text_is_taken_over_like_any_other(project: engine.RunRequest) -> None:
    lock = project.project_dir / f"{STATE}.lock"
    lock.parent.mkdir(parents=True)
    lock.write_bytes(b"\xff\xfe")

    with engine.locked(project, "up") as held:
        assert held.lock is not None
        assert "took over the lock" in held.lock.note()
