"""One lock from the plan through the question to the end, and verbs that only tell what they would do."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from pavedroad import engine
from pavedroad.command import consent
from pavedroad.command.cli import app
from pavedroad.engine.events import Op
from pavedroad.engine.request import Outcome, RunRequest, RunResult
from tests.support.command import STACK_URN, applied, deployment, done, step, summary, urn

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pavedroad.engine.events import EngineEvent

ORDERS = urn("aws:sqs/queue:Queue", "orders")
LATER = urn("aws:sns/topic:Topic", "later")
FOUND = step(Op.UPDATE, ORDERS, old={"delay": 1.0}, new={"delay": 9.0})


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "Pulumi.yaml").write_text("name: shop\nruntime: python\n", encoding="utf-8")
    (tmp_path / "Pulumi.dev.yaml").write_text("config: {}\n", encoding="utf-8")
    return tmp_path


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the engine was asked to do, and whether the stack was held meanwhile."""
    asked: list[str] = []

    def tells(name: str, *events: EngineEvent) -> None:
        def run(request: RunRequest, on_event: Callable[[EngineEvent], None]) -> RunResult:
            asked.append(f"{name} held" if request.lock else name)
            for event in events:
                on_event(event)
            return RunResult(outcome=Outcome.SUCCEEDED, resource_changes={}, outputs={}, duration_seconds=1.0)

        monkeypatch.setattr(f"pavedroad.engine.{name}", run)

    made = step(Op.CREATE, ORDERS)
    tells("preview", made, summary(create=1))
    tells("up", applied(made), done(made), applied(summary(create=1)))
    tells("refresh", applied(summary()))
    tells("destroy", applied(summary()))
    told = engine.ResOutputsEvent(metadata=FOUND.metadata, planning=True)
    lost = engine.ResOutputsEvent(metadata=step(Op.DELETE, LATER).metadata, planning=True)
    tells(
        "preview_refresh",
        step(Op.REFRESH, ORDERS),
        step(Op.REFRESH, LATER),
        told,
        lost,
        summary(update=1, delete=1),
    )
    tells("preview_destroy", step(Op.DELETE, ORDERS), summary(delete=1))
    monkeypatch.setattr("pavedroad.engine.export_state", lambda _request: deployment(STACK_URN, ORDERS))
    monkeypatch.setattr(consent, "_has_reader", lambda: True)
    return asked


def call(project: Path, *arguments: str, answer: str | None = None) -> tuple[int, str, str]:
    verb, *rest = arguments
    result = CliRunner().invoke(app, [verb, "-C", str(project), *rest], input=answer)
    return result.exit_code, result.stdout, result.stderr


@pytest.mark.parametrize(
    ("verb", "expected"), [("up", ["preview held", "up held"]), ("destroy", ["destroy held"])]
)
def test_while_the_reader_thinks_another_run_is_refused(
    project: Path, calls: list[str], monkeypatch: pytest.MonkeyPatch, verb: str, expected: list[str]
) -> None:
    others: list[tuple[int, str]] = []

    def answer(_question: str) -> bool:
        code, _, err = call(project, "destroy" if verb == "up" else "up", "--yes")
        others.append((code, err))
        return True

    monkeypatch.setattr(f"pavedroad.command.{verb}.consents", answer)

    code, _, _ = call(project, verb)

    ((refused, complaint),) = others
    assert (code, refused) == (0, 1)
    assert f"stack 'dev' is in use by another run (pavedroad {verb}, pid " in complaint
    assert calls == expected


def test_whoever_is_refused_takes_the_lock_from_nobody(project: Path, calls: list[str]) -> None:
    request = RunRequest(project_dir=project, stack="dev")
    with engine.locked(request, "up"):
        call(project, "refresh")
        second = call(project, "refresh")

    assert second[0] == 1
    assert calls == []
    assert call(project, "refresh")[0] == 0
    assert calls == ["refresh held"]


@pytest.mark.parametrize("verb", ["refresh", "destroy"])
def test_a_plan_alone_holds_nothing_and_asks_nobody(
    project: Path, calls: list[str], monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    monkeypatch.setattr(consent, "_has_reader", lambda: False)

    code, out, err = call(project, verb, "--preview-only")
    document = json.loads(call(project, verb, "--preview-only", "--json")[1])

    assert (code, err) == (0, "")
    assert calls == [f"preview_{verb}"] * 2
    assert "this is the plan; nothing was changed" in out
    assert (document["operation"], document["previewOnly"]) == (verb, True)


def test_a_planned_refresh_tells_what_it_would_find(project: Path, calls: list[str]) -> None:
    _, out, _ = call(project, "refresh", "--preview-only")

    lines = {line.split()[1]: line for line in out.splitlines() if line.startswith(("~", "-"))}
    assert calls == ["preview_refresh"]
    assert "changed outside" in lines["orders"]
    assert "gone" in lines["later"]
    assert "delay: 1 -> 9" in out


def test_a_planned_destroy_tells_what_would_go(project: Path, calls: list[str]) -> None:
    _, out, _ = call(project, "destroy", "--preview-only")

    assert calls == ["preview_destroy"]
    assert "- 1 to delete" in out
    assert "was saved" not in out
