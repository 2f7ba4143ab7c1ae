"""The JSON document of a run."""

from __future__ import annotations

import json
from typing import Any

from pavedroad.command.digest import digest
from pavedroad.command.display.wording import Operation
from pavedroad.engine.events import EngineEvent, Op, PreludeEvent
from tests.support.command import note, pack, policy, small_run, step, summary, urn


def document(events: list[EngineEvent]) -> dict[str, Any]:
    return json.loads(
        json.dumps(digest(events, operation=Operation.PREVIEW, result="succeeded", exit_code=0))
    )


def test_steps_and_counts_have_the_names_of_the_pulumi_digest() -> None:
    queue = urn("aws:sqs/queue:Queue", "q")
    replace = step(Op.REPLACE, queue, old={"name": "a"}, new={"name": "b"}, diffs=("name",), keys=("name",))

    found = document([PreludeEvent(config={"aws:region": "eu-west-1"}), replace, summary(replace=1)])

    assert found["config"] == {"aws:region": "eu-west-1"}
    assert found["changeSummary"] == {"replace": 1}
    assert found["duration"] == 1_250_000_000
    (one,) = found["steps"]
    assert (one["op"], one["urn"]) == ("replace", queue)
    assert one["oldState"]["inputs"] == {"name": "a"}
    assert one["newState"]["inputs"] == {"name": "b"}
    assert one["diffReasons"] == one["replaceReasons"] == ["name"]


def test_policy_results_tell_kind_and_parts() -> None:
    found = document(
        [pack(), policy("a (t): f; r. m. [k]"), note("a (t): undecided, n is not known"), summary()]
    )

    violation, undecided = found["policies"]
    assert violation["kind"] == "violation"
    assert violation["mandatory"] is True
    assert [violation[part] for part in ("subject", "fact", "requirement", "remedy", "key")] == [
        "a (t)",
        "f",
        "r",
        "m.",
        "k",
    ]
    assert undecided["kind"] == "undecided"
    assert undecided["mandatory"] is False
    assert found["policyPacks"] == [{"name": "standards", "version": "1.2.0", "policies": 20, "enabled": 20}]


def test_a_run_without_summary_is_a_document_too() -> None:
    found = document([event for event in small_run() if event != summary(create=6)])

    assert found["changeSummary"] == {}
    assert len(found["steps"]) == 6
