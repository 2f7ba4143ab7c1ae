"""`up`, `refresh` and `destroy` on an engine that tells what a test tells it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from pavedroad.command import consent
from pavedroad.command.cli import app
from pavedroad.command.failure import CommandError
from pavedroad.engine.events import DiagnosticEvent, Op, ResOpFailedEvent, SummaryEvent
from pavedroad.engine.request import EngineError, Outcome, RunRequest, RunResult
from tests.support.command import STACK_URN, applied, deployment, done, policy, step, summary, urn

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from pavedroad.engine.events import EngineEvent

ORDERS = urn("aws:sqs/queue:Queue", "orders")
LATER = urn("aws:sns/topic:Topic", "later")
PLAN = [step(Op.CREATE, STACK_URN, parent=""), step(Op.CREATE, ORDERS), step(Op.CREATE, LATER)]
IDLE = [step(Op.SAME, STACK_URN, parent=""), step(Op.SAME, ORDERS), summary(same=2)]


class Engine:
    """What each operation tells, and what was asked of it."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.asked: list[tuple[str, RunRequest]] = []
        self._patch = patch
        self.holds()
        for name in ("preview", "up", "refresh", "destroy", "preview_refresh", "preview_destroy"):
            self.tells(name, [summary()])

    @property
    def calls(self) -> list[str]:
        return [name for name, _ in self.asked]

    def tells(
        self,
        name: str,
        events: Sequence[EngineEvent],
        outcome: Outcome = Outcome.SUCCEEDED,
        raises: BaseException | None = None,
    ) -> None:
        def run(request: RunRequest, on_event: Callable[[EngineEvent], None]) -> RunResult:
            self.asked.append((name, request))
            for event in events:
                on_event(event)
            if raises:
                raise raises
            return RunResult(outcome=outcome, resource_changes={}, outputs={}, duration_seconds=1.0)

        self._patch.setattr(f"pavedroad.engine.{name}", run)

    def holds(self, *urns: str) -> None:
        self._patch.setattr("pavedroad.engine.export_state", lambda _request: deployment(*urns))


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    found = Engine(monkeypatch)
    found.tells("preview", [*PLAN, summary(create=3)])
    found.tells("up", [*map(applied, PLAN), *map(done, PLAN), applied(summary(create=3))])
    return found


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "Pulumi.yaml").write_text("name: shop\nruntime: python\n", encoding="utf-8")
    (tmp_path / "Pulumi.dev.yaml").write_text("config: {}\n", encoding="utf-8")
    return tmp_path


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody sits at the terminal."""
    monkeypatch.setattr(consent, "_has_reader", lambda: True)


def call(project: Path, *arguments: str, answer: str | None = None) -> tuple[int, str, str]:
    verb, *rest = arguments
    result = CliRunner().invoke(app, [verb, "-C", str(project), *rest], input=answer)
    return result.exit_code, result.stdout, result.stderr


@pytest.mark.parametrize(
    ("verb", "instead"), [("up", "pavedroad preview"), ("destroy", "destroy --preview-only")]
)
def test_without_a_terminal_nothing_is_begun(project: Path, engine: Engine, verb: str, instead: str) -> None:
    code, out, err = call(project, verb, answer="y\n")

    assert (code, out, engine.calls) == (1, "", [])
    assert "there is no terminal to ask on\nGive --yes" in err
    assert instead in err


@pytest.mark.usefixtures("reader")
def test_json_leaves_no_room_for_a_question(project: Path, engine: Engine) -> None:
    code, _, err = call(project, "up", "--json", answer="y\n")

    assert (code, engine.calls) == (1, [])
    assert "--json leaves no room for a question\nGive --yes" in err


@pytest.mark.usefixtures("reader")
@pytest.mark.parametrize(
    ("answer", "code", "calls"),
    [("y\n", 0, ["preview", "up"]), ("n\n", 1, ["preview"]), ("\n", 1, ["preview"]), ("", 130, ["preview"])],
)
def test_up_acts_only_on_a_yes(
    project: Path, engine: Engine, answer: str, code: int, calls: list[str]
) -> None:
    ended, out, err = call(project, "up", answer=answer)

    assert (ended, engine.calls) == (code, calls)
    assert "+ 3 to create" in out
    assert "Update stack dev as planned? [y/N]" in err
    assert ("nothing was changed" in err) == (code == 1)


@pytest.mark.usefixtures("reader")
def test_what_policies_said_of_the_plan_is_said_once(project: Path, engine: Engine) -> None:
    said = policy("no dead letters", level="advisory")
    engine.tells("preview", [*PLAN, said, summary(create=3)])
    engine.tells("up", [*map(applied, PLAN), said, *map(done, PLAN), applied(summary(create=3))])

    _, out, _ = call(project, "up", answer="y\n")

    assert out.count("no dead letters") == 1


def test_up_with_yes_shows_what_was_done_once(project: Path, engine: Engine) -> None:
    code, out, err = call(project, "up", "--yes")

    assert (code, err, engine.calls) == (0, "", ["preview", "up"])
    assert out.count("orders") == 1
    assert "created in 250 ms" in out
    assert "+ 3 created" in out
    assert "the stack is as the program says" in out


@pytest.mark.usefixtures("reader")
def test_a_plan_without_changes_is_not_asked_about_and_told_in_one_line(
    project: Path, engine: Engine
) -> None:
    engine.tells("preview", IDLE)
    engine.tells("up", [applied(event) for event in IDLE])

    code, out, err = call(project, "up")

    assert (code, err, engine.calls) == (0, "", ["preview", "up"])
    assert out == "Nothing to do: 2 unchanged, 1.2 s\n"


@pytest.mark.parametrize(("outcome", "code"), [(Outcome.FAILED, 1), (Outcome.POLICY_VIOLATION, 5)])
def test_a_plan_that_is_not_well_is_not_carried_out(
    project: Path, engine: Engine, outcome: Outcome, code: int
) -> None:
    engine.tells("preview", [*PLAN, policy("x")], outcome)

    ended, out, err = call(project, "up", "--yes")

    assert (ended, engine.calls) == (code, ["preview"])
    assert "Policy violations (1)" in out
    assert err == "nothing was changed\n"


def test_after_a_failure_each_resource_has_its_standing(project: Path, engine: Engine) -> None:
    failing: list[EngineEvent] = [
        *map(applied, PLAN[:2]),
        ResOpFailedEvent(metadata=PLAN[1].metadata),
        DiagnosticEvent(severity="error", message="the queue is gone", urn=ORDERS),
        DiagnosticEvent(severity="error", message="update failed"),
        SummaryEvent(
            duration_seconds=1.0, resource_changes={}, policy_packs={}, result="failed", is_preview=False
        ),
    ]
    engine.tells("up", failing, Outcome.FAILED)

    code, out, _ = call(project, "up", "--yes")
    document = json.loads(call(project, "up", "--yes", "--json")[1])

    lines = {line.split()[2]: line for line in out.splitlines() if line[3:4] in ("├", "└")}
    assert code == 1
    assert lines["orders"].startswith("x")
    assert lines["orders"].endswith("failed")
    assert lines["later"].endswith("not begun")
    assert "1 done, 1 failed, 1 not begun" in out
    assert "error: orders (aws:sqs/queue:Queue): the queue is gone" in out
    assert "update failed" not in out
    assert "failed; what was done is saved" in out
    assert document["notBegun"] == [{"op": "create", "urn": LATER}]
    assert [step["standing"] for step in document["steps"]] == ["done", "failed"]


def test_what_was_under_way_when_ctrl_c_came_is_not_called_done(project: Path, engine: Engine) -> None:
    engine.tells("up", [applied(event) for event in PLAN[:2]], raises=KeyboardInterrupt())

    code, out, err = call(project, "up", "--yes", "--event-log", "events.json")

    assert code == 130
    assert "begun, end not seen" in out
    assert "1 done, 1 begun, end not seen, 1 not begun" in out
    assert err == "cancelled\n"
    assert "cancelEvent" in (project / "events.json").read_text(encoding="utf-8").splitlines()[-1]


def test_an_error_of_the_engine_names_itself_once(project: Path, engine: Engine) -> None:
    engine.tells("up", [], raises=EngineError("stack 'dev' is in use by another run (pavedroad pid 7)"))

    assert call(project, "up", "--yes") == (
        1,
        "",
        "error: stack 'dev' is in use by another run (pavedroad pid 7)\n",
    )


def test_refresh_first_plans_on_what_it_found(project: Path, engine: Engine) -> None:
    call(project, "up", "--yes", "--refresh")
    engine.tells("refresh", [], raises=EngineError("no"))
    code, _, _ = call(project, "up", "--yes", "--refresh")

    assert engine.calls == ["refresh", "preview", "up", "refresh"]
    assert code == 1


def test_what_a_refresh_found_first_is_told_before_the_plan(project: Path, engine: Engine) -> None:
    found = step(Op.UPDATE, ORDERS, old={"delay": 1.0}, new={"delay": 9.0})
    engine.tells("refresh", [applied(step(Op.REFRESH, ORDERS)), done(found), applied(summary(update=1))])

    _, out, _ = call(project, "up", "--yes", "--refresh")

    assert out.index("changed outside") < out.index("+ 3 created")


def test_a_log_that_is_not_complete_ends_an_update_with_an_error(
    project: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_log: object, _event: object) -> None:
        raise CommandError("the disk is full")

    monkeypatch.setattr("pavedroad.command.event_log.EventLog.write", full)

    code, out, err = call(project, "up", "--yes", "--event-log", "events.json")

    assert (code, engine.calls) == (1, ["preview", "up"])
    assert "+ 3 created" in out
    assert "error: the disk is full" in err


def test_the_log_of_an_update_that_broke_off_does_not_call_it_a_preview(
    project: Path, engine: Engine
) -> None:
    engine.tells("up", [], raises=EngineError("no"))

    call(project, "up", "--yes", "--event-log", "events.json")

    lines = (project / "events.json").read_text(encoding="utf-8").splitlines()
    assert json.loads(lines[-1])["summaryEvent"]["isPreview"] is False


def test_a_refresh_tells_what_others_have_changed(project: Path, engine: Engine) -> None:
    before, after = {"delay": 1.0}, {"delay": 9.0}
    read = step(Op.REFRESH, ORDERS, old=before)
    found = step(Op.UPDATE, ORDERS, old=before, new=after)
    lost = step(Op.DELETE, LATER)
    engine.tells(
        "refresh",
        [
            applied(read),
            applied(step(Op.REFRESH, LATER)),
            done(found),
            done(lost),
            applied(summary(update=1, delete=1)),
        ],
    )

    code, out, _ = call(project, "refresh")

    assert code == 0
    assert "changed outside in 250 ms" in out
    assert "delay: 1 -> 9" in out
    assert "gone in 250 ms" in out
    assert "~ 1 changed outside, - 1 gone" in out


@pytest.mark.usefixtures("reader")
@pytest.mark.parametrize(("answer", "calls"), [("y\n", ["destroy"]), ("n\n", [])])
def test_destroy_shows_what_will_go_and_asks(
    project: Path, engine: Engine, answer: str, calls: list[str]
) -> None:
    engine.holds(STACK_URN, ORDERS)

    _, out, err = call(project, "destroy", answer=answer)

    assert engine.calls == calls
    assert "orders  sqs:Queue" in out
    assert "id-of-orders" in out
    assert "Delete all that stack dev holds, with its data? [y/N]" in err


def test_the_list_before_a_destroy_names_what_is_protected(
    project: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = deployment(ORDERS)
    held["deployment"] = {
        "resources": [
            {"urn": ORDERS, "type": "aws:sqs/queue:Queue", "custom": True, "id": "a", "protect": True},
            {"urn": LATER, "type": "aws:sns/topic:Topic", "custom": True, "id": "b", "retainOnDelete": True},
        ]
    }
    monkeypatch.setattr("pavedroad.engine.export_state", lambda _request: held)
    monkeypatch.setattr(consent, "_has_reader", lambda: True)

    code, out, _ = call(project, "destroy", answer="n\n")

    assert (code, engine.calls) == (1, [])
    assert "protected: cannot be deleted" in out
    assert "stays in the cloud (retain_on_delete)" in out


def test_an_empty_stack_is_destroyed_without_a_word_too_many(project: Path, engine: Engine) -> None:
    code, out, err = call(project, "destroy", "--yes")

    assert (code, err, engine.calls) == (0, "", ["destroy"])
    assert out == "Nothing to do: the stack holds no resources, 1.2 s\n"


def test_the_options_of_up_reach_the_engine(project: Path, engine: Engine) -> None:
    call(
        project, "up", "--yes", "--continue-on-error", "--state", "mine.json", "-p", "3", "--ambient-plugins"
    )

    for _, request in engine.asked:
        assert request.continue_on_error
        assert request.ambient_plugins
        assert request.state_file == project / "mine.json"
        assert request.parallel == 3
        assert request.provider_environment == {
            "PAVEDROAD_RECORD": str(project / ".pavedroad" / "dev" / "record.sqlite")
        }


def test_a_state_that_is_a_folder_is_refused(project: Path, engine: Engine) -> None:
    code, _, err = call(project, "up", "--yes", "--state", ".")

    assert (code, engine.calls) == (1, [])
    assert "is a folder\nName the file" in err


@pytest.mark.parametrize(("option", "verb"), [("--target", "up"), ("--exclude", "destroy")])
def test_a_run_on_a_part_of_a_stack_does_not_speak_for_all_of_it(
    project: Path, engine: Engine, option: str, verb: str
) -> None:
    engine.tells(verb, [applied(step(Op.DELETE, ORDERS)), done(step(Op.DELETE, ORDERS)), summary(delete=1)])

    _, out, _ = call(project, verb, "--yes", option, "**orders")

    assert "what was meant is" in out
    assert "the rest was left as it is" in out


def test_a_part_that_holds_nothing_is_no_empty_stack(project: Path, engine: Engine) -> None:
    _, out, _ = call(project, "destroy", "--yes", "--target", "**orders")

    assert engine.calls == ["destroy"]
    assert out == "Nothing to do: no resource is meant, 1.2 s\n"


def test_pending_creates_are_cleared_only_when_asked(project: Path, engine: Engine) -> None:
    call(project, "refresh")
    call(project, "refresh", "--clear-pending-creates")

    assert [request.clear_pending_creates for _, request in engine.asked] == [False, True]
