"""Packs judge an exported state, or a list of resources, with no program and no provider."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from pavedroad import engine
from tests.support.engine import PACK, Observed, Session, write_project

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pavedroad.engine.state import State


def check(root: Path, resources: Sequence[State]) -> Observed:
    observed = Observed()
    request = engine.RunRequest(project_dir=root, stack="dev", policy_packs=(engine.PolicyPack(path=PACK),))
    observed.result = engine.check(request, resources, observed.take)
    return observed


def names(observed: Observed) -> list[tuple[str, str]]:
    found = [
        (policy.get("policyName") or f"remediated {policy['remediated']}", policy["resourceUrn"])
        for policy in observed.policies
    ]
    return sorted((name, urn.rpartition("::")[2]) for name, urn in found)


def test_an_exported_state_is_judged_without_its_secrets(tmp_path: Path) -> None:
    session = Session(tmp_path, "secrets")
    session.run(1)
    path = tmp_path / "export.json"
    path.write_text((tmp_path / ".pavedroad/state/dev.json").read_text())

    resources = engine.exported_resources(path)
    observed = check(tmp_path, resources)

    [queue] = [state for state in resources if state.urn.endswith("::orders")]
    assert queue.inputs["tags"] == {"plain": "1", "token": engine.SECRET_MASK}
    assert names(observed) == [
        ("owner", "orders"),
        ("remediated delay", "orders"),
        ("topics", "t"),
        ("visibility", "orders"),
    ]
    assert observed.result is not None
    assert observed.result.outcome is engine.Outcome.POLICY_VIOLATION


def test_listed_resources_are_judged_with_their_dependencies(tmp_path: Path) -> None:
    write_project(tmp_path, "")
    path = tmp_path / "resources.jsonl"
    lines = [
        {
            "type": "aws:sqs/queue:Queue",
            "name": "q",
            "props": {"visibilityTimeoutSeconds": 60, "tags": {"owner": "me"}},
        },
        {"type": "aws:sqs/queuePolicy:QueuePolicy", "name": "free", "props": {}},
        {
            "type": "aws:sqs/queuePolicy:QueuePolicy",
            "name": "bound",
            "props": {},
            "propertyDependencies": {"queueUrl": ["urn:pulumi:dev::cases::aws:sqs/queue:Queue::q"]},
        },
    ]
    path.write_text("\n".join(map(json.dumps, lines)))

    observed = check(tmp_path, engine.listed_resources(path, project="cases", stack="dev"))

    assert names(observed) == [("remediated delay", "q"), ("topics", "free")]


@pytest.mark.parametrize("line", ["{", "[]", '{"type": "a:b:C"}', '{"type": 1, "name": "n"}'])
def test_a_malformed_line_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "resources.jsonl"
    path.write_text(f"\n{line}\n")

    with pytest.raises(engine.EngineError, match="line 2: wanted an object like"):
        engine.listed_resources(path, project="cases", stack="dev")


def test_a_missing_state_is_named(tmp_path: Path) -> None:
    with pytest.raises(engine.EngineError, match="there is no such file"):
        engine.exported_resources(tmp_path / "nowhere.json")


def test_a_line_ends_where_json_lines_end(tmp_path: Path) -> None:
    """Other separators of Unicode may stand in a string as they are."""
    path = tmp_path / "resources.jsonl"
    line = {"type": "aws:sqs/queue:Queue", "name": "orders", "props": {"name": "a\u2028b"}}
    path.write_text(json.dumps(line, ensure_ascii=False) + "\n", encoding="utf-8")

    [state] = engine.listed_resources(path, project="cases", stack="dev")

    assert state.inputs == {"name": "a\u2028b"}
