"""`pavedroad cloud`: what the verbs ask of the local cloud, and what they print."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from pavedroad.cloud.errors import CloudError
from pavedroad.cloud.instance import Running
from pavedroad.command.cli import app

if TYPE_CHECKING:
    from collections.abc import Callable

    Verb = Callable[..., tuple[int, str, str]]

FOUND = Running(
    endpoint="http://127.0.0.1:4567",
    port=4567,
    pid=1234567,
    birth="boot:34",
    instance_id="abc",
    account="111122223333",
    region="eu-west-1",
    log=Path("/project/cloud.log"),
    persistent=False,
    waits=1,
    started=datetime.now(UTC) - timedelta(hours=26, minutes=5),
)


class Emulator:
    """Stands for the emulator: remembers what it is asked, and answers what it is told."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Path, dict[str, object]]] = []
        self.found: Running | None = FOUND
        self.stuck: Running | None = None

    def start(self, folder: Path, **options: object) -> Running:
        self.asked.append(("start", folder, options))
        if self.found is None:
            raise CloudError("the local cloud: port 1 is taken", remedy="Leave it out.")
        return self.found

    def stop(self, folder: Path, **options: object) -> Running | None:
        self.asked.append(("stop", folder, options))
        return self.found

    def running(self, _folder: Path) -> Running | None:
        return self.found

    def recorded(self, _folder: Path) -> Running | None:
        return self.stuck


@pytest.fixture
def emulator(monkeypatch: pytest.MonkeyPatch) -> Emulator:
    """The verbs' emulator."""
    fake = Emulator()
    for name in ("start", "stop", "running", "recorded"):
        monkeypatch.setattr(f"pavedroad.cloud.emulator.{name}", getattr(fake, name))
    monkeypatch.setattr("pavedroad.command.cloud.group_memory", lambda _pid: (3, 70 * 1024 * 1024))
    return fake


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with two stacks."""
    (tmp_path / "Pulumi.yaml").write_text(
        "name: shop\nruntime: python\nconfig:\n  aws:region:\n    value: eu-west-1\n", encoding="utf-8"
    )
    for stack, account in (("sandbox", "000000000000"), ("dev", "111122223333")):
        (tmp_path / f"Pulumi.{stack}.yaml").write_text(
            f'config:\n  aws:allowedAccountIds: ["{account}", "999999999999"]\n', encoding="utf-8"
        )
    return tmp_path


def call(project: Path, *arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["cloud", *arguments, "-C", str(project)])
    return result.exit_code, result.stdout, result.stderr


@pytest.mark.parametrize(
    ("arguments", "account", "region"),
    [
        ((), "000000000000", "eu-west-1"),
        (("--stack", "dev"), "111122223333", "eu-west-1"),
        (("--stack", "dev", "--region", "us-east-1"), "111122223333", "us-east-1"),
        (("--account", "444455556666"), "444455556666", "eu-west-1"),
    ],
)
def test_it_starts_with_the_account_and_region_of_the_stack_or_as_asked(
    project: Path, emulator: Emulator, arguments: tuple[str, ...], account: str, region: str
) -> None:
    assert call(project, "start", *arguments)[0] == 0

    assert emulator.asked == [
        (
            "start",
            project / ".pavedroad" / "cloud",
            {"account": account, "region": region, "persistent": False, "port": None},
        )
    ]


def test_it_starts_without_a_project_when_all_is_said(tmp_path: Path, emulator: Emulator) -> None:
    arguments = ("--account", "444455556666", "--region", "us-gov-west-1", "--port", "4600", "--persistent")

    assert call(tmp_path, "start", *arguments)[0] == 0
    assert emulator.asked[0][2] == {
        "account": "444455556666",
        "region": "us-gov-west-1",
        "persistent": True,
        "port": 4600,
    }


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--account", "12"), "--account: got '12', wanted an account id of twelve digits"),
        (("--region", "europe"), "--region: got 'europe', wanted a region such as eu-west-1"),
        (("--stack", "qa"), "stack 'qa' has no configuration file Pulumi.qa.yaml"),
    ],
)
def test_what_is_asked_wrongly_is_told(
    project: Path, emulator: Emulator, arguments: tuple[str, ...], told: str
) -> None:
    code, out, err = call(project, "start", *arguments)

    assert (code, out, emulator.asked) == (1, "", [])
    assert told in err


def test_a_start_that_fails_is_an_error_without_a_traceback(project: Path, emulator: Emulator) -> None:
    emulator.found = None

    assert call(project, "start") == (1, "", "error: the local cloud: port 1 is taken\nLeave it out.\n")


def test_the_status_tells_where_it_is_and_what_it_needs(project: Path, emulator: Emulator) -> None:
    del emulator

    assert call(project, "status")[1] == (
        "Endpoint  http://127.0.0.1:4567\n"
        "Account   111122223333 in eu-west-1; any other by its access key\n"
        "Process   1234567, 2 of functions, 70 MiB, up 1 d 2 h\n"
        "Content   forgotten at the stop\n"
        "Instance  abc\n"
        "Log       /project/cloud.log\n"
    )


def test_the_status_as_json(project: Path, emulator: Emulator) -> None:
    found = json.loads(call(project, "status", "--json")[1])
    started = json.loads(call(project, "start", "--json")[1])
    assert 26 * 3600 < found.pop("uptimeSeconds") <= started.pop("uptimeSeconds")
    assert found == started
    assert (found["running"], found["endpoint"], found["processes"]) == (True, FOUND.endpoint, 3)

    emulator.found = None
    code, out, _ = call(project, "status", "--json")
    assert (code, json.loads(out)) == (1, {"running": False})


def test_the_status_of_none_and_of_one_that_does_not_answer(project: Path, emulator: Emulator) -> None:
    emulator.found = None
    code, out, _ = call(project, "status")
    assert (code, out.startswith("No local cloud runs in ")) == (1, True)

    emulator.stuck = FOUND
    code, out, err = call(project, "status")
    assert (code, out) == (1, "")
    assert "process 1234567, does not answer on http://127.0.0.1:4567" in err
    assert json.loads(call(project, "status", "--json")[1]) == {"running": False, "pid": 1234567}


def test_a_stop_says_what_it_stopped(project: Path, emulator: Emulator) -> None:
    assert call(project, "stop") == (0, "Stopped the local cloud on http://127.0.0.1:4567.\n", "")

    emulator.found = None
    assert call(project, "stop", "--forget") == (0, "No local cloud runs.\n", "")
    assert [options for _, _, options in emulator.asked] == [{"forget": False}, {"forget": True}]


def test_the_log_is_shown_from_its_end(project: Path) -> None:
    log = project / ".pavedroad" / "cloud" / "cloud.log"
    assert call(project, "logs")[0] == 1
    log.parent.mkdir(parents=True)
    log.touch()
    assert call(project, "logs") == (0, "", f"{log} is empty: nothing has failed.\n")

    log.write_text("one\ntwo \x1b[2J\n", encoding="utf-8")

    assert call(project, "logs", "--lines", "1") == (0, "two \\u001b[2J\n", "")


def test_the_log_is_followed_until_ctrl_c(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = project / ".pavedroad" / "cloud" / "cloud.log"
    log.parent.mkdir(parents=True)
    log.write_text("one\n", encoding="utf-8")

    def interrupt(_seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("pavedroad.cloud.log_file.time.sleep", interrupt)

    assert call(project, "logs", "-f") == (130, "one\n", "cancelled\n")
