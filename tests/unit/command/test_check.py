"""`pavedroad check` on an engine that tells what a test tells it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from pavedroad.command.cli import app
from pavedroad.engine.request import Outcome, RunRequest, RunResult
from tests.support.command import STACK_URN, deployment, pack, policy, summary, urn

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from pavedroad.engine.events import EngineEvent
    from pavedroad.engine.state import State

QUEUE = urn("aws:sqs/queue:Queue", "orders")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "Pulumi.yaml").write_text("name: shop\nruntime: python\n", encoding="utf-8")
    (tmp_path / "Pulumi.dev.yaml").write_text("config: {}\n", encoding="utf-8")
    (tmp_path / "state.json").write_text(json.dumps(deployment(STACK_URN, QUEUE)), encoding="utf-8")
    line = {"type": "aws:sqs/queue:Queue", "name": "orders", "props": {"name": "x"}}
    (tmp_path / "list.jsonl").write_text(f"{json.dumps(line)}\n", encoding="utf-8")
    return tmp_path


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> list[tuple[RunRequest, Sequence[State]]]:
    """What the engine was asked to judge; it finds one violation."""
    asked: list[tuple[RunRequest, Sequence[State]]] = []

    def check(
        request: RunRequest, resources: Sequence[State], on_event: Callable[[EngineEvent], None]
    ) -> RunResult:
        asked.append((request, resources))
        for event in (pack(), policy("no dead letters", resource=QUEUE), summary()):
            on_event(event)
        return RunResult(
            outcome=Outcome.POLICY_VIOLATION, resource_changes={}, outputs={}, duration_seconds=1.0
        )

    monkeypatch.setattr("pavedroad.engine.check", check)
    return asked


def call(project: Path, *arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["check", "-C", str(project), *arguments])
    return result.exit_code, result.stdout, result.stderr


@pytest.mark.parametrize(
    ("option", "urns"),
    [(("--file", "state.json"), [STACK_URN, QUEUE]), (("--resources", "list.jsonl"), [QUEUE])],
)
def test_the_resources_of_a_file_are_judged(
    project: Path,
    judged: list[tuple[RunRequest, Sequence[State]]],
    option: tuple[str, str],
    urns: list[str],
) -> None:
    code, out, err = call(project, *option, "--policy-pack", "mine", "--strict")

    ((request, resources),) = judged
    assert (code, err) == (5, "")
    assert [state.urn for state in resources] == urns
    assert [pack.path for pack in request.policy_packs] == [project / "mine"]
    assert request.policy_packs[0].properties == {"strict": True}
    assert "no dead letters" in out
    assert out.endswith(f"Result    resources: {len(urns)}; a mandatory policy is violated\n")


@pytest.mark.usefixtures("judged")
def test_json_says_that_it_was_a_check(project: Path) -> None:
    document = json.loads(call(project, "--file", "state.json", "--policy-pack", "mine", "--json")[1])

    assert (document["operation"], document["exitCode"]) == ("check", 5)
    assert document["policies"][0]["resourceUrn"] == QUEUE


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--file", "state.json"), "Name a pack with --policy-pack DIR."),
        (("--policy-pack", "p"), "Give --file STATE for an exported state"),
        (
            ("--policy-pack", "p", "--file", "state.json", "--resources", "list.jsonl"),
            "--file and --resources are both given",
        ),
        (("--policy-pack", "p", "--resources", "nowhere"), "cannot be read: No such file or directory"),
        (("--policy-pack", "p", "--file", "Pulumi.yaml"), "it is not valid JSON"),
    ],
)
def test_what_cannot_be_judged_is_refused(
    project: Path,
    judged: list[tuple[RunRequest, Sequence[State]]],
    arguments: tuple[str, ...],
    complaint: str,
) -> None:
    code, out, err = call(project, *arguments)

    assert (code, out, judged) == (1, "", [])
    assert complaint in err
    assert "Traceback" not in err
