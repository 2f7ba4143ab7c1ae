"""`pavedroad rules` and `pavedroad settings`."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from pavedroad.command.cli import app


def call(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, list(arguments))
    return result.exit_code, result.stdout, result.stderr


def test_all_rules_are_listed_with_their_severity_and_level() -> None:
    code, out, err = call("rules", "list")

    assert (code, err) == (0, "")
    line = next(line for line in out.splitlines() if "functions-layer-company-present" in line)
    assert line.split()[:3] == ["high", "mandatory", "functions-layer-company-present"]


def test_the_list_is_json_for_machines_and_follows_the_environment() -> None:
    dev = {rule["id"]: rule for rule in json.loads(call("rules", "list", "--json", "--stack", "dev")[1])}
    prod = {rule["id"]: rule for rule in json.loads(call("rules", "list", "--json", "--stack", "prod")[1])}

    assert dev.keys() == prod.keys()
    assert dev["iam-role-boundary-attached"]["packs"] == ["standards"]
    assert any(dev[name]["level"] != prod[name]["level"] for name in dev)


@pytest.mark.parametrize(
    "name", ["iam-role-boundary-attached", "iam-role-boundary-attached-in-stack", "I1", "i1"]
)
def test_a_rule_is_explained_by_id_policy_name_or_row(name: str) -> None:
    code, out, _ = call("rules", "explain", name)

    assert code == 0
    assert out.startswith("### iam-role-boundary-attached\n")
    assert "Remedy" in out


def test_an_unknown_rule_is_refused_with_near_ones() -> None:
    code, _, err = call("rules", "explain", "iam-role-boundary")

    assert code == 1
    assert "iam-role-boundary-attached" in err
    assert "pavedroad rules list" in err


def test_an_unknown_environment_is_refused_with_those_there_are() -> None:
    code, _, err = call("rules", "list", "--stack", "moon")

    assert code == 1
    assert "'moon'" in err
    assert "dev, prod, sandbox" in err


def test_the_page_names_every_rule() -> None:
    page = call("rules", "docs")[1]

    ids = [rule["id"] for rule in json.loads(call("rules", "list", "--json")[1])]
    assert all(f"### {name}" in page for name in ids)
    assert page.endswith("\n")
    assert not page.endswith("\n\n")


def test_the_schema_of_the_settings_is_one_json_document() -> None:
    code, out, _ = call("settings", "schema")

    assert code == 0
    assert json.loads(out)["$schema"].startswith("https://json-schema.org/")


def test_the_page_of_the_settings_names_them() -> None:
    code, out, _ = call("settings", "docs")

    assert code == 0
    assert "order_processing" in out
    assert "orchestration" in out
