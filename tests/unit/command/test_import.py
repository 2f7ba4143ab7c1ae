"""`pavedroad import` on an engine that tells what a test tells it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from pavedroad.command import consent
from pavedroad.command.cli import app
from pavedroad.command.failure import CommandError
from pavedroad.command.import_file import read_file
from pavedroad.engine.events import DiagnosticEvent, Op, ResOutputsEvent
from pavedroad.engine.importing import Import
from pavedroad.engine.request import Outcome, RunRequest, RunResult
from tests.support.command import STACK_URN, applied, done, step, summary, urn

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from pavedroad.engine.events import EngineEvent

QUEUE = "aws:sqs/queue:Queue"
ORDERS = urn(QUEUE, "orders")
FOUND = step(Op.IMPORT, ORDERS, new={"delaySeconds": 5.0, "policy": "[secret]"})
ONE = (QUEUE, "orders", "the-id")


class Engine:
    """What an import was asked for, and what it tells."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.calls: list[tuple[str, bool]] = []
        self.imports: Sequence[Import] = ()
        self._patch = patch
        told = ResOutputsEvent(metadata=FOUND.metadata, planning=True)
        self.tells("preview_import", [step(Op.SAME, STACK_URN, parent=""), FOUND, told, summary(same=1)])
        self.tells("import_resources", [applied(FOUND), done(FOUND), applied(summary(**{"import": 1}))])

    def tells(self, name: str, events: Sequence[EngineEvent], outcome: Outcome = Outcome.SUCCEEDED) -> None:
        def run(
            request: RunRequest, on_event: Callable[[EngineEvent], None], imports: Sequence[Import]
        ) -> RunResult:
            self.calls.append((name, request.lock is not None))
            self.imports = imports
            for event in events:
                on_event(event)
            return RunResult(outcome=outcome, resource_changes={}, outputs={}, duration_seconds=1.0)

        self._patch.setattr(f"pavedroad.engine.{name}", run)


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    return Engine(monkeypatch)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "Pulumi.yaml").write_text("name: shop\nruntime: python\n", encoding="utf-8")
    (tmp_path / "Pulumi.dev.yaml").write_text("config: {}\n", encoding="utf-8")
    return tmp_path


def call(project: Path, *arguments: str, answer: str | None = None) -> tuple[int, str, str]:
    arguments = ("import", "-C", str(project), "--no-cloud", *arguments)
    result = CliRunner().invoke(app, arguments, input=answer)
    return result.exit_code, result.stdout, result.stderr


def test_a_resource_is_planned_and_imported_under_one_lock_and_its_code_printed(
    project: Path, engine: Engine
) -> None:
    code, out, err = call(project, *ONE, "--yes")

    assert (code, engine.calls) == (0, [("preview_import", True), ("import_resources", True)])
    assert engine.imports == (Import(type=QUEUE, name="orders", id="the-id"),)
    assert "= 1 imported" in out
    assert "imported in 250 ms" in out
    assert "the resources are in the stack" in out
    assert 'orders = aws.sqs.Queue(\n    "orders",\n    delay_seconds=5,\n' in out
    assert "[secret]" not in out
    assert "Add this to the program" in err
    assert "it is protected" in err


@pytest.mark.parametrize(("answer", "code", "calls"), [("y\n", 0, 2), ("n\n", 1, 1)])
def test_without_yes_the_reader_decides(
    project: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch, answer: str, *, code: int, calls: int
) -> None:
    monkeypatch.setattr(consent, "_has_reader", lambda: True)

    ended, out, err = call(project, *ONE, answer=answer)

    assert (ended, len(engine.calls)) == (code, calls)
    assert "orders" in out
    assert "Import into stack dev as planned? [y/N]" in err


def test_without_a_terminal_nothing_is_begun(project: Path, engine: Engine) -> None:
    code, _, err = call(project, *ONE)

    assert (code, engine.calls) == (1, [])
    assert "import --preview-only" in err


def test_a_plan_alone_shows_the_code_and_holds_nothing(project: Path, engine: Engine) -> None:
    code, out, _ = call(project, *ONE, "--preview-only", "--no-protect")

    assert (code, engine.calls) == (0, [("preview_import", False)])
    assert "nothing was changed" in out
    assert "aws.sqs.Queue(" in out


def test_a_plan_that_fails_is_not_carried_out(project: Path, engine: Engine) -> None:
    missing = DiagnosticEvent(severity="error", message="resource 'the-id' does not exist", urn=ORDERS)
    engine.tells("preview_import", [FOUND, missing], Outcome.FAILED)

    code, out, err = call(project, *ONE, "--yes")

    assert (code, len(engine.calls)) == (1, 1)
    assert "resource 'the-id' does not exist" in out
    assert err == "nothing was changed\n"


def test_json_tells_the_code_too(project: Path, engine: Engine) -> None:
    document = json.loads(call(project, *ONE, "--yes", "--json")[1])

    assert document["operation"] == "import"
    assert len(engine.calls) == 2
    assert "aws.sqs.Queue(" in document["definitions"]
    assert [each["op"] for each in document["steps"]] == ["import"]


def test_options_of_the_resource_reach_the_engine(project: Path, engine: Engine) -> None:
    provider = urn("pulumi:providers:aws", "us")
    call(project, *ONE, "--yes", "--no-protect", "--parent", f"mine={STACK_URN}", "--provider", provider)

    (only,) = engine.imports
    assert (only.protect, only.parent, only.provider) == (False, STACK_URN, provider)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ((QUEUE, "orders"), "ID is missing\nGive TYPE NAME ID"),
        ((), "TYPE, NAME, ID is missing"),
        ((*ONE, "--file", "x.json"), "--file is given together with a resource"),
        (("--file", "x.json"), "cannot be read: No such file"),
        ((*ONE, "--parent", "somebody"), "--parent: got 'somebody', which is no URN"),
    ],
)
def test_what_is_not_clear_is_refused(
    project: Path, engine: Engine, arguments: tuple[str, ...], complaint: str
) -> None:
    code, out, err = call(project, *arguments, "--yes")

    assert (code, out, engine.calls) == (1, "", [])
    assert complaint in err


def bulk(project: Path, document: object) -> Path:
    path = project / "bulk.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def test_a_file_names_many_with_parents_and_providers_by_name(project: Path, engine: Engine) -> None:
    us = urn("pulumi:providers:aws", "us")
    bulk(
        project,
        {
            "nameTable": {"us": us},
            "resources": [
                {"type": QUEUE, "name": "child", "id": "b", "parent": "top", "version": "7.0.0"},
                {"type": QUEUE, "name": "top", "logicalName": "orders", "id": "a", "provider": "us"},
            ],
        },
    )

    code, out, _ = call(project, "--file", "bulk.json", "--yes")

    child, top = engine.imports
    assert code == 0
    assert (child.parent, child.version, child.id) == (ORDERS, "7.0.0", "b")
    assert (top.name, top.provider, top.protect) == ("orders", us, True)
    # The program has the name of the file for it.
    assert "top = aws.sqs.Queue(" in out


@pytest.mark.parametrize(
    ("document", "complaint"),
    [
        ([], "it holds no object"),
        ({"resources": []}, "it names no resources"),
        ({"resources": [3]}, "resource 1 is no object"),
        ({"resources": [{"type": QUEUE, "name": "a"}]}, "resource 1 has no id"),
        ({"resources": [{"type": QUEUE, "id": "a"}]}, "resource 1 has no name"),
        ({"resources": [{"type": QUEUE, "name": 3, "id": "a"}]}, "resource 1, name: got 3, wanted a text"),
        (
            {"resources": [{"type": QUEUE, "name": "a", "id": "a", "component": True}]},
            "resource 1: got component; known are type",
        ),
        (
            {"resources": [{"type": QUEUE, "name": "a", "id": "a", "parent": "b"}]},
            "the parent 'b' of 'a' is neither in nameTable nor a resource",
        ),
        (
            {"resources": [{"type": QUEUE, "name": "a", "id": "a", "provider": "b"}]},
            "the provider 'b' of 'a' is not in nameTable",
        ),
        (
            {"resources": [{"type": QUEUE, "name": "a", "id": "a", "parent": "a"}]},
            "'a' is its own ancestor",
        ),
        (
            {"resources": [{"type": QUEUE, "name": "a", "id": "1"}, {"type": QUEUE, "name": "a", "id": "2"}]},
            "resource 2: the name 'a' stands for another resource already",
        ),
    ],
)
def test_a_file_of_another_form_is_refused_by_place(project: Path, document: object, complaint: str) -> None:
    with pytest.raises(CommandError) as refused:
        read_file(bulk(project, document), project="shop", stack="dev", protect=True)

    assert complaint in str(refused.value)
    assert "Wanted is" in str(refused.value)


def test_a_file_that_is_no_json_is_refused(project: Path) -> None:
    (project / "bulk.json").write_text("{", encoding="utf-8")

    with pytest.raises(CommandError, match="it is not valid JSON"):
        read_file(project / "bulk.json", project="shop", stack="dev", protect=True)
