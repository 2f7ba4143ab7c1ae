"""Our own environments, previewed as a user does: well, complete, and without a violation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.program import ROOT, Run, copy_program, preview, set_setting

if TYPE_CHECKING:
    from pathlib import Path

MODES = {"predicted": (), "unknown": ("--unknown-outputs",)}

WARNINGS = {"sandbox": "max_receive_count 2 is below 5"}
"""Warnings that a stack is meant to give: the sandbox drives messages to the dead-letter queue quickly."""


def check(found: Run, stack: str) -> None:
    """What holds for every environment."""
    assert found.exit_code == 0, found.stderr or found.stdout[-2000:]
    assert found.stderr == ""
    document = found.document
    warnings = WARNINGS.get(stack, "no warning at all")
    assert [
        d
        for d in document["diagnostics"]
        if d["severity"] in ("error", "warning") and not d["message"].startswith(warnings)
    ] == []
    assert found.violations == []
    assert found.orphans == ()
    urns = {step["urn"] for step in document["steps"]}
    assert len(urns) == len(document["steps"])
    assert all(step["op"] == "create" for step in document["steps"])
    # Default providers are planned but not counted, as in Pulumi.
    counted = [urn for urn in urns if "::default_" not in urn]
    assert document["changeSummary"] == {"create": len(counted)}
    assert any(urn.endswith(f"pulumi:pulumi:Stack::pavedroad-{stack}") for urn in urns)
    (pack,) = document["policyPacks"]
    assert pack["name"] == "standards"
    assert pack["enabled"] > 0


def types(found: Run) -> list[str]:
    return [step["newState"]["type"] for step in found.document["steps"]]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("stack", ["dev", "prod", "sandbox"])
def test_an_environment_plans_its_workflow_without_a_violation(stack: str, mode: str, tmp_path: Path) -> None:
    found = preview(*MODES[mode], cwd=ROOT, stack=stack, log=tmp_path / "events.json")

    check(found, stack)
    planned = [line for line in found.log if "resourcePreEvent" in line]
    assert len(planned) == len(found.document["steps"])
    assert found.log[-1]["summaryEvent"]["result"] == "succeeded"
    assert "aws:sfn/stateMachine:StateMachine" in types(found)
    assert "pavedroad:systems:OrderProcessing" in types(found)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("stack", ["dev", "prod", "sandbox"])
def test_an_environment_plans_its_chain_of_queues_without_a_violation(
    stack: str, mode: str, tmp_path: Path
) -> None:
    program = copy_program(tmp_path)
    set_setting(program, stack, "orchestration", "queue")

    found = preview(*MODES[mode], cwd=program, stack=stack)

    check(found, stack)
    assert "aws:sfn/stateMachine:StateMachine" not in types(found)
    assert "pavedroad:systems:OrderProcessing" in types(found)
