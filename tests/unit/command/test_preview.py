"""`pavedroad preview` on an engine that tells what a test tells it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from pavedroad.command.cli import app
from pavedroad.command.failure import CommandError
from pavedroad.command.request import RunOptions, run_request
from pavedroad.engine.events import DiagnosticEvent
from pavedroad.engine.request import EngineError, Outcome, RunRequest, RunResult
from tests.support.command import policy, small_run

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from pavedroad.engine.events import EngineEvent

    Preview = Callable[[RunRequest, Callable[[EngineEvent], None]], RunResult]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with one stack."""
    (tmp_path / "Pulumi.yaml").write_text("name: shop\nruntime: python\n", encoding="utf-8")
    (tmp_path / "Pulumi.dev.yaml").write_text("config: {}\n", encoding="utf-8")
    return tmp_path


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[RunRequest]]:
    """An engine that tells these events and ends in this way."""

    def arrange(
        events: Sequence[EngineEvent] = (),
        outcome: Outcome = Outcome.SUCCEEDED,
        raises: BaseException | None = None,
    ) -> list[RunRequest]:
        asked: list[RunRequest] = []

        def preview(request: RunRequest, on_event: Callable[[EngineEvent], None]) -> RunResult:
            asked.append(request)
            for event in events:
                on_event(event)
            if raises:
                raise raises
            return RunResult(outcome=outcome, resource_changes={}, outputs={}, duration_seconds=1.0)

        monkeypatch.setattr("pavedroad.engine.preview", preview)
        return asked

    return arrange


def call(project: Path, *arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["preview", "-C", str(project), *arguments])
    return result.exit_code, result.stdout, result.stderr


@pytest.mark.parametrize(
    ("outcome", "code"),
    [(Outcome.SUCCEEDED, 0), (Outcome.FAILED, 1), (Outcome.POLICY_VIOLATION, 5), (Outcome.CANCELLED, 130)],
)
def test_the_exit_code_tells_how_the_run_ended(
    project: Path, engine: Callable[..., object], outcome: Outcome, code: int
) -> None:
    engine(small_run(), outcome)

    assert call(project)[0] == code


def test_the_plan_and_the_summary_go_to_standard_output(project: Path, engine: Callable[..., object]) -> None:
    engine([*small_run(), policy("x")])

    _, out, err = call(project)

    assert "orders-queue" in out
    assert "Policy violations (1)" in out
    assert "Result" in out
    assert err == ""


def test_json_is_one_document_and_nothing_else(project: Path, engine: Callable[..., object]) -> None:
    engine([*small_run(), policy("x")], Outcome.POLICY_VIOLATION)

    code, out, _ = call(project, "--json")

    document = json.loads(out)
    assert code == document["exitCode"] == 5
    assert document["result"] == "policy-violation"
    assert len(document["steps"]) == 6
    assert document["policies"][0]["policyName"] == "queues-dead-letter-present"


def test_an_error_of_the_engine_is_told_once_and_ends_the_log(
    project: Path, engine: Callable[..., object]
) -> None:
    engine(
        small_run()[:2], raises=EngineError("policy pack x has no PulumiPolicy.yaml\nName another folder.")
    )

    code, out, err = call(project, "--json", "--event-log", "events.json")

    assert code == 1
    assert err == "error: policy pack x has no PulumiPolicy.yaml\nName another folder.\n"
    assert json.loads(out)["result"] == "failed"
    last = [json.loads(line) for line in (project / "events.json").read_text(encoding="utf-8").splitlines()][
        -2:
    ]
    assert "no PulumiPolicy.yaml" in last[0]["diagnosticEvent"]["message"]
    assert last[1]["summaryEvent"]["result"] == "failed"


def test_an_error_stands_beside_the_report_and_not_in_it(
    project: Path, engine: Callable[..., object]
) -> None:
    engine(small_run()[:4], raises=EngineError("the provider died"))

    _, out, err = call(project)

    assert "orders" in out
    assert "the provider died" not in out
    assert err == "error: the provider died\n"


def test_an_error_before_anything_was_planned_shows_no_empty_report(
    project: Path, engine: Callable[..., object]
) -> None:
    engine(raises=EngineError("no such stack"))

    assert call(project) == (1, "", "error: no such stack\n")


def test_ctrl_c_ends_130_with_a_complete_log(project: Path, engine: Callable[..., object]) -> None:
    engine(small_run()[:3], raises=KeyboardInterrupt())

    code, _, err = call(project, "--event-log", "events.json")

    assert code == 130
    assert err == "cancelled\n"
    lines = (project / "events.json").read_text(encoding="utf-8").splitlines()
    assert "cancelEvent" in json.loads(lines[-1])


def test_a_bug_asks_for_a_report(project: Path, engine: Callable[..., object]) -> None:
    engine(raises=ZeroDivisionError())

    code, _, err = call(project)

    assert code == 1
    assert "Please report it" in err


def test_a_message_of_the_program_is_shown_in_the_report(
    project: Path, engine: Callable[..., object]
) -> None:
    engine([DiagnosticEvent(severity="error", message="Program failed")], Outcome.FAILED)

    code, out, _ = call(project)

    assert code == 1
    assert "error: Program failed" in out


def test_the_options_reach_the_engine(project: Path, engine: Callable[..., list[RunRequest]]) -> None:
    asked = engine(small_run())
    plugin = project / "mine" / "pulumi-resource-aws"
    plugin.parent.mkdir()
    plugin.touch(mode=0o755)

    call(project, "--policy-pack", "a", "--policy-pack", "b", "--policy-pack-config", "a.json")
    call(
        project,
        *("--policy-pack", "a", "--policy-pack", "b"),
        *("--policy-pack-config", "a.json", "--policy-pack-config", "b.json"),
        *("--provider-path", "mine", "--unknown-outputs", "--strict", "--parallel", "4", "-s", "dev"),
    )

    (request,) = asked
    assert [pack.path for pack in request.policy_packs] == [project / "a", project / "b"]
    assert [pack.config_file for pack in request.policy_packs] == [project / "a.json", project / "b.json"]
    assert all(pack.properties == {"strict": True} for pack in request.policy_packs)
    assert request.provider_dirs == {"aws": project / "mine"}
    assert request.override_project_plugins
    assert request.provider_environment == {"PAVEDROAD_UNKNOWN_OUTPUTS": "1"}
    assert request.parallel == 4
    assert request.stack == "dev"


def test_our_own_provider_is_the_default_and_yields_to_the_project(project: Path) -> None:
    request = run_request(RunOptions(stack=None, cwd=project))

    assert request.provider_dirs["aws"].parts[-3:] == ("pavedroad", "provider", "plugin")
    assert not request.override_project_plugins
    assert not request.ambient_plugins


def test_a_plan_gets_the_record_of_the_provider_only_when_there_is_one(project: Path) -> None:
    record = project / ".pavedroad" / "dev" / "record.sqlite"
    options = RunOptions(stack=None, cwd=project)

    before = run_request(options, only_plan=True).provider_environment
    change = run_request(options).provider_environment
    record.parent.mkdir(parents=True)
    record.touch()

    assert before == {}
    assert run_request(options, only_plan=True).provider_environment == change
    assert change == {"PAVEDROAD_RECORD": str(record)}


def test_the_only_stack_needs_no_name_and_one_of_several_does(project: Path) -> None:
    assert run_request(RunOptions(stack=None, cwd=project)).stack == "dev"
    (project / "Pulumi.prod.yaml").touch()

    with pytest.raises(
        CommandError, match=r"has 2 stacks and none is named\nName one with --stack: dev, prod\."
    ):
        run_request(RunOptions(stack=None, cwd=project))


def test_a_folder_without_stacks_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"has no stack.*\nStart in the project's folder"):
        run_request(RunOptions(stack=None, cwd=tmp_path))


def test_configs_pair_with_packs_all_or_none(project: Path) -> None:
    options = RunOptions(stack="dev", cwd=project, packs=(project, project), pack_configs=(project,))

    with pytest.raises(
        CommandError, match="given 1 times for 2 policy packs\nGive one --policy-pack-config for each"
    ):
        run_request(options)


def test_a_provider_folder_without_a_provider_is_refused(project: Path) -> None:
    with pytest.raises(CommandError, match="no executable pulumi-resource-aws"):
        run_request(RunOptions(stack="dev", cwd=project, provider_path=project))


def test_a_wrong_command_line_ends_2(project: Path) -> None:
    assert call(project, "--no-such-option")[0] == 2
    assert call(project, "--parallel", "-1")[0] == 2
    assert call(project / "nowhere")[0] == 2


def test_the_version_is_told() -> None:
    result = CliRunner().invoke(app, ["--version"])

    assert result.exit_code == 0
    assert result.stdout.startswith("pavedroad 0.")
