"""`pavedroad check --all-verdicts`, with our real rules; and the targets of listed resources."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

import policies
from pavedroad import engine
from pavedroad.command.cli import app

if TYPE_CHECKING:
    from collections.abc import Mapping

FUNCTION = "aws:lambda/function:Function"
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
STANDARDS = Path(policies.__file__).parent / "packs" / "standards"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "Pulumi.yaml").write_text("name: shop\nruntime: python\n", encoding="utf-8")
    (tmp_path / "Pulumi.dev.yaml").write_text("config: {}\n", encoding="utf-8")
    return tmp_path


def listed(project: Path, *lines: Mapping[str, object]) -> Path:
    path = project / "list.jsonl"
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")
    return path


def function(name: str, **more: object) -> dict[str, object]:
    return {"type": FUNCTION, "name": name, "props": {"runtime": "python3.12"}, **more}


def call(project: Path, *arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["check", "-C", str(project), "--all-verdicts", *arguments])
    return result.exit_code, result.stdout, result.stderr


def verdicts(project: Path, *arguments: str) -> dict[str, Any]:
    return json.loads(call(project, "--resources", "list.jsonl", *arguments)[1])


def test_each_rule_says_of_each_resource_what_it_decides(project: Path) -> None:
    late = {"codeSigningConfigArn": UNKNOWN, "layers": [UNKNOWN]}
    listed(
        project, function("wrong"), function("late", props=late), {"type": "aws:sqs/queue:Queue", "name": "q"}
    )

    code, out, err = call(project, "--resources", "list.jsonl")
    document = json.loads(out)

    found = {(each["rule"], each["resourceUrn"].rpartition("::")[2]): each for each in document["verdicts"]}
    assert (code, err) == (5, "")
    assert document["exitCode"] == 5
    assert document["resources"] == 3
    assert document["summary"] == {
        kind: sum(each["verdict"] == kind for each in document["verdicts"]) for kind in document["summary"]
    }
    attached = "functions-signing-attached"
    assert found[attached, "wrong"]["verdict"] == "violation"
    assert found[attached, "wrong"]["findings"][0]["remedy"]
    assert found[attached, "late"]["verdict"] == "pass"
    assert found["functions-layers-trusted", "late"]["undecided"] == ["layers[0]"]
    reasons = [each for each in document["verdicts"] if each["verdict"] == "not applicable"]
    assert all(each["reason"] for each in reasons)
    assert reasons


def test_all_is_well_where_no_rule_applies(project: Path) -> None:
    listed(project, {"type": "aws:sqs/queue:Queue", "name": "q"})

    assert call(project, "--resources", "list.jsonl")[0] == 0


def test_an_exported_state_is_judged_with_its_secrets_masked(project: Path) -> None:
    urn = f"urn:pulumi:dev::shop::{FUNCTION}::f"
    secret = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "plaintext": '"hush"'}
    resource = {"urn": urn, "type": FUNCTION, "custom": True, "inputs": {"layers": [secret]}}
    state = {"version": 3, "deployment": {"resources": [resource]}}
    (project / "state.json").write_text(json.dumps(state), encoding="utf-8")

    code, out, _ = call(project, "--file", "state.json")

    assert code == 5
    assert "hush" not in out
    assert {each["resourceUrn"] for each in json.loads(out)["verdicts"]} == {urn}


def test_a_line_is_decided_for_its_target(project: Path) -> None:
    role = {"type": "aws:iam/role:Role", "name": "r", "props": {"name": "pavedroad-prod-x"}}
    listed(
        project, role, {**role, "target": "prod"}, {**role, "target": {"stack": "prod", "project": "other"}}
    )

    named = [each for each in verdicts(project)["verdicts"] if each["rule"] == "iam-role-name-prefixed"]

    assert [(each["resourceUrn"].split("::aws")[0], each["verdict"]) for each in named] == [
        ("urn:pulumi:dev::shop", "violation"),
        ("urn:pulumi:prod::shop", "pass"),
        ("urn:pulumi:prod::other", "pass"),
    ]


@pytest.mark.parametrize("target", [3, "", {"stack": 3}, {"stage": "prod"}, ["prod"]])
def test_a_target_of_another_form_is_refused_by_line(project: Path, target: object) -> None:
    path = listed(project, function("a"), function("b", target=target))

    with pytest.raises(
        engine.EngineError, match=r"list\.jsonl, line 2: target: got .*wanted the name of a stack"
    ):
        engine.listed_resources(path, project="shop", stack="dev")


def test_strict_makes_what_is_undecided_a_violation(project: Path) -> None:
    # Its layers are not known, so nothing else is decided against it.
    props = {"codeSigningConfigArn": UNKNOWN, "layers": [UNKNOWN]}
    listed(project, function("late", props=props))

    assert verdicts(project)["exitCode"] == 0
    assert verdicts(project, "--strict")["exitCode"] == 5


def test_a_pack_of_ours_selects_its_rules_and_another_is_refused(project: Path) -> None:
    listed(project, function("a"))

    chosen = verdicts(project, "--policy-pack", str(STANDARDS))
    code, out, err = call(project, "--resources", "list.jsonl", "--policy-pack", "mine")

    assert chosen["rules"] > 10
    assert (code, out) == (1, "")
    assert "is no pack of ours" in err
    assert str(STANDARDS) in err


@pytest.mark.parametrize("option", ["--event-log", "--policy-pack-config"])
def test_what_needs_a_pack_is_refused(project: Path, option: str) -> None:
    listed(project, function("a"))

    code, _, err = call(
        project, "--resources", "list.jsonl", "--policy-pack", str(STANDARDS), option, "x.json"
    )

    assert code == 1
    assert "asks the rules one by one" in err
