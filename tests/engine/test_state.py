"""State is never lost: locked, atomic, encrypted, and true to the world after any interruption."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from pavedroad import engine
from pavedroad.engine.statefile import StateFile
from tests.support.engine import PROVIDER, Observed, write_project
from tests.support.engine_crash import recording_provider, request
from tests.support.engine_record import HEAD, RecordedStack

REPOSITORY = Path(__file__).parents[2]
STATE = ".pavedroad/state/dev.json"
PROGRAM = """
import pulumi
import pulumi_aws as aws
hushed = pulumi.Output.secret("hush-hush")
queues = [aws.sqs.Queue(f"q{i}", tags={"i": str(i), "secret": hushed}) for i in range(30)]
for i, queue in enumerate(queues[:28]):
    aws.sqs.QueuePolicy(f"p{i}", queue_url=queue.id, policy="{}")
pulumi.export("first", queues[0].id)
"""
FOREIGN = "urn:pulumi:prod::other::a:b:C::d"
POINTS = int(os.environ.get("PAVEDROAD_CRASH_POINTS", "6"))


@pytest.fixture
def project(tmp_path: Path) -> engine.RunRequest:
    write_project(tmp_path, PROGRAM)
    (tmp_path / "record").mkdir()
    return request(tmp_path, recording_provider(PROVIDER, tmp_path / "plugin"))


Operation: TypeAlias = Callable[[engine.RunRequest, Callable[[engine.EngineEvent], None]], engine.RunResult]


def run(operation: Operation, on: engine.RunRequest) -> Observed:
    observed = Observed()
    result = operation(on, observed.take)
    observed.result, observed.ok = result, result.outcome is engine.Outcome.SUCCEEDED
    return observed


def state(root: Path) -> dict[str, Any]:
    return json.loads((root / STATE).read_text())["deployment"]


def ids(root: Path) -> list[str]:
    return sorted(
        resource["id"] for resource in state(root)["resources"] if resource["type"].startswith("aws:")
    )


def recorded(root: Path) -> list[str]:
    return sorted(path.name for path in (root / "record").iterdir())


def killed(on: engine.RunRequest, operation: str, who: str, at: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own interpreter
        [
            sys.executable,
            "-m",
            "tests.support.engine_crash",
            str(on.project_dir),
            str(on.provider_dirs["aws"]),
            operation,
            who,
            str(at),
        ],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


# The update changes most queues and replaces three that are named by the provider (with their policies), and
# one that must go before it is made anew.
CRASHING = """
queues = [aws.sqs.Queue(f"q{{i}}", tags={{"v": "{0}"}}) for i in range(26)]
queues += [aws.sqs.Queue(f"r{{i}}", fifo_queue={1}) for i in range(3)]
queues += [aws.sqs.Queue("first", name="first-{0}", opts=pulumi.ResourceOptions(delete_before_replace=True))]
for i, queue in enumerate(queues):
    aws.sqs.QueuePolicy(f"p{{i}}", queue_url=queue.id, policy="{{}}")
"""
MADE = CRASHING.format("one", "False")
CHANGED = CRASHING.format("two", "True")

_VICTIMS = ("engine", "provider", "program")


def _points() -> list[tuple[str, str, int]]:
    draw = random.Random(4)  # noqa: S311 - a seeded sample
    kinds = [(operation, who) for operation in ("up", "update", "destroy") for who in _VICTIMS]
    kinds.remove(("destroy", "program"))
    return [
        (*kinds[number * 5 % len(kinds)], draw.randint(3, 130 if number % 2 else 80))
        for number in range(POINTS)
    ]


@pytest.mark.parametrize(("operation", "who", "at"), _points())
def test_a_killed_run_is_finished_by_the_next_one(tmp_path: Path, operation: str, who: str, at: int) -> None:
    stack = RecordedStack(tmp_path)
    program = MADE if operation == "up" else CHANGED
    if operation != "up":
        assert stack.up(MADE).ok
    (tmp_path / "__main__.py").write_text(HEAD + program)
    killed(stack.request, "destroy" if operation == "destroy" else "up", who, at)

    observed = stack.up(program)

    assert observed.ok, observed.diagnostics
    assert len(stack.resources()) == 60
    assert stack.agrees()
    assert state(tmp_path)["pending_operations"] == []


def test_an_interrupt_ends_in_time_with_the_state_saved(project: engine.RunRequest) -> None:
    root = project.project_dir
    started = time.monotonic()

    ended = killed(project, "up", "interrupt", 40)

    assert "KeyboardInterrupt" in ended.stderr
    assert time.monotonic() - started < 60
    made = ids(root)
    assert made
    assert set(made) <= set(recorded(root))


def test_secrets_are_encrypted_in_the_state_and_come_back(project: engine.RunRequest) -> None:
    root = project.project_dir
    run(engine.up, project)

    text = (root / STATE).read_text()

    assert "hush-hush" not in text
    assert (root / STATE).stat().st_mode & 0o077 == 0
    assert (root / ".pavedroad/state/passphrase").stat().st_mode & 0o077 == 0
    assert "hush-hush" not in json.dumps(engine.export_state(project))
    assert "hush-hush" in json.dumps(engine.export_state(project, show_secrets=True))
    assert run(engine.up, project).changes == {"same": 59}


def test_outputs_come_from_the_state(project: engine.RunRequest) -> None:
    run(engine.up, project)

    assert engine.outputs(project) == {"first": "q0-688351"}


def test_a_second_run_is_refused_by_the_pid_of_the_first(project: engine.RunRequest) -> None:
    root = project.project_dir
    run(engine.up, project)
    before = (root / STATE).read_text()
    with (root / f"{STATE}.lock").open("w") as lock:
        lock.write("pavedroad up, pid 4711")
        lock.flush()
        fcntl.flock(lock, fcntl.LOCK_EX)

        with pytest.raises(engine.EngineError, match=r"in use by another run \(pavedroad up, pid 4711\)"):
            run(engine.destroy, project)

    assert (root / STATE).read_text() == before


def test_the_lock_of_a_dead_run_is_taken_over_with_a_note(project: engine.RunRequest) -> None:
    lock = project.project_dir / f"{STATE}.lock"
    lock.parent.mkdir(parents=True)
    lock.write_text("pavedroad up, pid 4711")

    observed = run(engine.refresh, project)

    [note] = observed.diagnostics
    assert note[0] == "warning"
    assert "took over the lock of a run that died (pavedroad up, pid 4711)" in note[2]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"version": 3, "deployment": {"resources": [{"urn": "urn', "not valid JSON"),
        ('{"version": 4, "deployment": {}}', "no Pulumi deployment of version 3"),
        ("[]", "no Pulumi deployment of version 3"),
        (
            json.dumps({"version": 3, "deployment": {"resources": [{"urn": FOREIGN, "type": "a:b:C"}]}}),
            "wanted stack 'dev' of 'cases'",
        ),
        ('{"version": 3, "deployment": {"resources": [{"type": "a:b:C"}]}}', "a resource in it is malformed"),
        (
            '{"version": 3, "deployment": {"secrets_providers": {"type": "awskms"}}}',
            "its secrets are kept by 'awskms'",
        ),
    ],
)
def test_a_damaged_or_foreign_state_is_refused_and_left_alone(
    project: engine.RunRequest, text: str, why: str
) -> None:
    path = project.project_dir / STATE
    path.parent.mkdir(parents=True)
    path.write_text(text)

    with pytest.raises(engine.EngineError, match=rf"(?s){why}.*left untouched"):
        run(engine.up, project)

    assert path.read_text() == text


def test_the_last_complete_state_is_kept_beside(project: engine.RunRequest) -> None:
    root = project.project_dir
    run(engine.up, project)
    complete = json.loads((root / STATE).read_text())

    run(engine.destroy, project)

    assert json.loads((root / f"{STATE}.bak").read_text()) == complete
    assert state(root)["resources"] == []
    assert recorded(root) == []


def test_a_state_that_cannot_be_written_is_told_before_anything_is_made(project: engine.RunRequest) -> None:
    root = project.project_dir
    (root / f"{STATE}.new").mkdir(parents=True)

    with pytest.raises(
        engine.EngineError, match=r"(?s)cannot be written \(Is a directory\).*run the same command"
    ):
        run(engine.up, project)

    assert recorded(root) == []
    assert not (root / STATE).exists()


def test_a_backup_that_cannot_be_finished_leaves_the_one_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = StateFile(tmp_path / "dev.json", project="p", stack="dev")
    file.replace(file.text([], []))
    file.back_up()
    before = (tmp_path / "dev.json.bak").read_text()
    (tmp_path / "dev.json").write_text("{}")

    def break_off(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", break_off)

    with pytest.raises(
        engine.EngineError, match=r"dev\.json\.bak cannot be written \(No space left on device\)"
    ):
        file.back_up()

    assert sorted(path.name for path in tmp_path.iterdir()) == ["dev.json", "dev.json.bak"]
    assert (tmp_path / "dev.json.bak").read_text() == before


def test_after_an_error_what_does_not_depend_on_it_goes_on_when_asked(tmp_path: Path) -> None:
    write_project(
        tmp_path,
        "import pulumi, pulumi_aws as aws\n"
        'bad = aws.sqs.Queue("bad", tags={"fail": "create"})\n'
        'refused = aws.sqs.Queue("refused", tags={"fail": "check"})\n'
        'aws.sqs.QueuePolicy("after-bad", queue_url=bad.id, policy="{}")\n'
        'ok = aws.sqs.Queue("ok")\n'
        'aws.sqs.QueuePolicy("after-ok", queue_url=ok.id, policy="{}")\n',
    )
    on = engine.RunRequest(
        project_dir=tmp_path, stack="dev", provider_dirs={"aws": PROVIDER}, continue_on_error=True
    )

    observed = run(engine.up, on)

    assert observed.result is not None
    assert observed.result.outcome is engine.Outcome.FAILED
    assert observed.changes == {"create": 3}
    assert sorted(ids(tmp_path)) == ["after-ok-688351", "ok-688351"]
    assert [op for op, _ in observed.failed] == ["create"]


def test_a_state_is_read_back_as_it_was_written(project: engine.RunRequest) -> None:
    root = project.project_dir
    run(engine.up, project)
    file = StateFile(root / STATE, project="cases", stack="dev")
    loaded = file.load()
    again = StateFile((root / STATE).with_name("again.json"), project="cases", stack="dev")
    again.vault = file.vault

    again.replace(again.text([again.encode(resource) for resource in loaded.resources], []))

    assert again.load().resources == loaded.resources


def test_secrets_of_the_folders_own_passphrase_open_beside_a_given_one(
    project: engine.RunRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(engine.up, project)

    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "another")
    assert engine.outputs(project) == {"first": "q0-688351"}

    (project.project_dir / ".pavedroad/state/passphrase").unlink()
    with pytest.raises(engine.EngineError, match="the passphrase is not the one"):
        engine.outputs(project)
    monkeypatch.delenv("PULUMI_CONFIG_PASSPHRASE")
    with pytest.raises(engine.EngineError, match="neither PULUMI_CONFIG_PASSPHRASE nor"):
        engine.outputs(project)
