"""What goes wrong, as a user sees it: one clear message, a non-zero end, nothing left behind."""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING, Final

import pytest

from tests.support.program import (
    Run,
    Started,
    copy_program,
    files_of,
    marked,
    run,
    set_setting,
    start,
    tiny_pack,
    tiny_project,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

WAIT_SECONDS: Final = 30.0
ONE_QUEUE: Final = "import pulumi_aws as aws\n\naws.sqs.Queue('orders')\n"
# Plans a queue, then waits until the test lets it go on.
WAITING: Final = """
import os, time
import pulumi_aws as aws

def rest(url):
    while not os.path.exists("go"):
        time.sleep(0.01)
    aws.sns.Topic("late")

aws.sqs.Queue("orders").url.apply(rest)
"""
PACK_THAT_EXITS: Final = """
import os
from pulumi_policy import EnforcementLevel, PolicyPack, ResourceValidationPolicy

def leave(args, report):
    os._exit(9)

PolicyPack("leaving", policies=[ResourceValidationPolicy("leave", "It leaves.", leave)])
"""
PACK_THAT_RAISES: Final = PACK_THAT_EXITS.replace("os._exit(9)", "raise LookupError('no such table')")


def check_failed(found: Run, *texts: str, code: int = 1) -> None:
    """One message that holds these texts, no traceback of ours, no process left."""
    told = found.stdout + found.stderr
    assert found.exit_code == code, told
    for text in texts:
        assert text in told
    assert "Please report it" not in told
    assert "pavedroad/engine/" not in told, "a traceback of the tool itself"
    assert found.orphans == ()


def until(condition: Callable[[], object], what: str) -> None:
    """Wait for a condition; it is bound by time only so that a broken test ends."""
    deadline = time.monotonic() + WAIT_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"still waiting for {what}"
        time.sleep(0.01)


@pytest.fixture
def waiting(tmp_path: Path) -> Started:
    """A preview that has planned a queue and waits for the file `go`."""
    project = tiny_project(tmp_path / "project", WAITING)
    log = tmp_path / "events.json"
    started = start("preview", "--stack", "dev", cwd=project, log=log)
    until(lambda: log.exists() and "::orders" in log.read_text(encoding="utf-8"), "the first resource")
    return started


def test_a_bad_setting_is_named_with_its_value_and_what_is_allowed(tmp_path: Path) -> None:
    program = copy_program(tmp_path)
    set_setting(program, "dev", "orchestration", "chaos")
    before = files_of(program)

    found = run("preview", "--stack", "dev", cwd=program)

    check_failed(found, "order_processing.orchestration", "chaos", "workflow")
    assert "Traceback" not in found.stdout + found.stderr
    assert files_of(program) == before


def test_a_program_that_raises_is_shown_with_its_own_lines(tmp_path: Path) -> None:
    project = tiny_project(tmp_path, f"{ONE_QUEUE}raise LookupError('no such price list')\n")

    found = run("preview", "--stack", "dev", cwd=project)

    check_failed(found, "no such price list", "LookupError", "__main__.py", "line 4")
    assert "runpy" not in found.stdout + found.stderr


def test_a_program_with_a_syntax_error_is_shown_with_its_line(tmp_path: Path) -> None:
    project = tiny_project(tmp_path, "import pulumi\ndef broken(:\n")

    check_failed(run("preview", "--stack", "dev", cwd=project), "SyntaxError", "__main__.py", "line 2")


def test_a_missing_pack_is_named(tmp_path: Path) -> None:
    project = tiny_project(tmp_path, ONE_QUEUE)

    found = run("preview", "--stack", "dev", "--policy-pack", "no-such-pack", cwd=project)

    check_failed(found, "no-such-pack", "PulumiPolicy.yaml")


def test_a_missing_stack_is_named_with_those_there_are(tmp_path: Path) -> None:
    project = tiny_project(tmp_path, ONE_QUEUE)

    check_failed(run("preview", "--stack", "production", cwd=project), "production", "dev")


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("raise LookupError('no such table')\n", "no such table"),
        (PACK_THAT_EXITS, "9"),
        (PACK_THAT_RAISES, "no such table"),
    ],
    ids=["at start", "by leaving", "in a policy"],
)
def test_a_pack_that_crashes_is_named_with_its_last_words(tmp_path: Path, code: str, text: str) -> None:
    project = tiny_project(tmp_path / "project", ONE_QUEUE)
    pack = tiny_pack(tmp_path / "fragile", code)
    log = tmp_path / "events.json"

    found = run("preview", "--stack", "dev", "--policy-pack", str(pack), cwd=project, log=log)

    check_failed(found, text)
    assert "fragile" in found.stdout + found.stderr or "leaving" in found.stdout + found.stderr
    assert found.log[-1]["summaryEvent"]["result"] == "failed"


def test_a_provider_that_does_not_start_is_named(tmp_path: Path) -> None:
    project = tiny_project(tmp_path / "project", ONE_QUEUE)
    plugin = tmp_path / "plugin" / "pulumi-resource-aws"
    plugin.parent.mkdir()
    plugin.write_text("#!/bin/sh\necho 'no licence' >&2\nexit 7\n", encoding="utf-8")
    plugin.chmod(0o755)

    found = run("preview", "--stack", "dev", "--provider-path", str(plugin.parent), cwd=project)

    check_failed(found, "provider 'aws'", "no licence", "7")


def test_a_provider_that_dies_midway_is_named(waiting: Started) -> None:
    (provider,) = [pid for pid, command in marked(waiting.marker) if "pulumi-resource-aws" in command]
    os.kill(provider, signal.SIGKILL)
    go(waiting)

    found = waiting.finish()

    check_failed(found, "provider 'aws'", "SIGKILL")
    assert found.log[-1]["summaryEvent"]["result"] == "failed"


def go(started: Started) -> None:
    """Let the waiting program go on."""
    assert started.log_path
    (started.log_path.parent / "project" / "go").touch()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_all_processes_and_leaves_whole_lines(
    waiting: Started, number: signal.Signals
) -> None:
    assert waiting.log_path
    before = files_of(waiting.log_path.parent)
    assert len(list(marked(waiting.marker))) > 2

    # As a terminal does it: to the whole foreground group.
    os.killpg(waiting.process.pid, number)
    found = waiting.finish()

    check_failed(found, "cancelled", code=130)
    assert "cancelEvent" in found.log[-1]
    assert "Traceback" not in found.stderr
    assert files_of(waiting.log_path.parent) == before


def test_a_killed_command_leaves_no_process_and_no_half_line(waiting: Started) -> None:
    waiting.process.kill()

    found = waiting.finish()

    assert found.exit_code == -signal.SIGKILL
    assert found.orphans == ()
    assert any("resourcePreEvent" in line for line in found.log)
