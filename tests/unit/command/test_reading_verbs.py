"""`pavedroad outputs` and `state export`: what they read, print and write."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from pavedroad.command.cli import app
from tests.support.command import STACK_URN, deployment

if TYPE_CHECKING:
    from pathlib import Path

LONG = "https://sqs.eu-west-1.amazonaws.com/111122223333/" + "n" * 200


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stack whose engine gives these outputs and this state."""

    def outputs(_request: object, *, show_secrets: bool) -> dict[str, object]:
        return {"orders": {"url": LONG, "arn": "a"}, "key": "open" if show_secrets else "[secret]"}

    def export_state(_request: object, *, show_secrets: bool) -> dict[str, object]:
        return deployment(STACK_URN) | {"open": show_secrets}

    monkeypatch.setattr("pavedroad.engine.outputs", outputs)
    monkeypatch.setattr("pavedroad.engine.export_state", export_state)
    (tmp_path / "Pulumi.dev.yaml").touch()
    state = tmp_path / ".pavedroad" / "state" / "dev.json"
    state.parent.mkdir(parents=True)
    state.touch()
    return tmp_path


def call(project: Path, *arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, [*arguments, "-C", str(project)])
    return result.exit_code, result.stdout, result.stderr


def test_outputs_are_listed_whole(project: Path) -> None:
    assert call(project, "outputs") == (0, f"orders:\n  arn: a\n  url: {LONG}\nkey: [secret]\n", "")


def test_outputs_as_json_show_secrets_when_asked(project: Path) -> None:
    assert json.loads(call(project, "outputs", "--json")[1])["key"] == "[secret]"
    assert json.loads(call(project, "outputs", "--json", "--show-secrets")[1])["key"] == "open"


def test_a_stack_without_outputs_says_so(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pavedroad.engine.outputs", lambda _request, **_options: {})

    assert call(project, "outputs")[1] == "Stack dev has no outputs.\n"
    assert call(project, "outputs", "--json")[1] == "{}\n"


@pytest.mark.parametrize("verb", [("outputs",), ("state", "export")])
def test_a_state_that_does_not_exist_is_not_taken_for_an_empty_one(
    project: Path, verb: tuple[str, ...]
) -> None:
    code, out, err = call(project, *verb, "--state", "wrong.json")

    assert (code, out) == (1, "")
    assert f"there is no {project / 'wrong.json'}\nBring the stack up first" in err


def test_a_state_is_printed_or_written_for_its_owner_only(project: Path) -> None:
    file = project / "out.json"
    file.write_text("older", encoding="utf-8")
    file.chmod(0o644)

    printed = call(project, "state", "export")[1]
    code, out, _ = call(project, "state", "export", "--show-secrets", "--file", "out.json")

    assert json.loads(printed) == deployment(STACK_URN) | {"open": False}
    assert (code, out) == (0, "")
    assert json.loads(file.read_text(encoding="utf-8"))["open"] is True
    assert file.stat().st_mode & 0o777 == 0o600
    assert not (project / "out.json.new").exists()


def test_a_file_that_cannot_be_written_is_named(project: Path) -> None:
    code, _, err = call(project, "state", "export", "--file", "nowhere/out.json")

    assert code == 1
    assert f"--file: {project / 'nowhere' / 'out.json'} cannot be written: No such file" in err
