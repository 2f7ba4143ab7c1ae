"""Resources that exist come into a stack without a program, as with Pulumi's import deployment."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from pavedroad import engine
from tests.support.engine import PROVIDER, STATE, Observed, write_project
from tests.support.engine_crash import recording_provider, request

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "import pulumi\nimport pulumi_aws as aws\n"
QUEUE = "aws:sqs/queue:Queue"
ROOT = "urn:pulumi:dev::cases::pulumi:pulumi:Stack::cases-dev"
URN = f"urn:pulumi:dev::cases::{QUEUE}::"


class Stack:
    """A project on the recording provider, in whose world some queues exist."""

    def __init__(self, root: Path) -> None:
        self.root = root
        write_project(root, HEAD)
        (root / "record").mkdir()
        for name in ("one", "two", "three"):
            (root / "record" / name).touch()
        self.request = request(root, recording_provider(PROVIDER, root / "plugin"))

    def take_in(self, *imports: engine.Import, only_plan: bool = False) -> Observed:
        observed = Observed()
        call = engine.preview_import if only_plan else engine.import_resources
        observed.result = call(self.request, observed.take, imports)
        observed.ok = observed.result.outcome is engine.Outcome.SUCCEEDED
        return observed

    def up(self, program: str) -> Observed:
        (self.root / "__main__.py").write_text(HEAD + program)
        observed = Observed()
        observed.result = engine.up(self.request, observed.take)
        observed.ok = observed.result.outcome is engine.Outcome.SUCCEEDED
        return observed

    def resources(self) -> list[dict[str, Any]]:
        return json.loads((self.root / STATE).read_text())["deployment"]["resources"]


@pytest.fixture
def stack(tmp_path: Path) -> Stack:
    return Stack(tmp_path)


def queue(name: str, id_: str, **options: Any) -> engine.Import:  # noqa: ANN401 - fields of the import
    return engine.Import(type=QUEUE, name=name, id=id_, **options)


def steps(observed: Observed) -> list[tuple[str, str]]:
    return [(step["op"], step["urn"].rpartition("::")[2]) for step in observed.steps]


def errors(observed: Observed) -> list[str]:
    return [message for severity, _, message in observed.diagnostics if severity == "error"]


def test_into_an_empty_stack_come_the_stack_the_provider_and_the_resource(stack: Stack) -> None:
    observed = stack.take_in(queue("q", "one"))

    assert observed.ok, observed.diagnostics
    assert steps(observed) == [("create", "cases-dev"), ("create", "default"), ("import", "q")]
    assert observed.changes == {"create": 1, "import": 1}
    root, provider, taken = stack.resources()
    assert (root["urn"], root["type"], root["custom"]) == (ROOT, "pulumi:pulumi:Stack", False)
    assert provider["inputs"]["region"] == "eu-west-1"
    assert taken["urn"] == f"{URN}q"
    assert taken["id"] == "one"
    assert taken["parent"] == ROOT
    assert taken["protect"] is True
    assert taken["provider"] == f"{provider['urn']}::{provider['id']}"
    assert taken["outputs"] == {"arn": "arn:aws:case:eu-west-1:000000000000:one"}
    # Pulumi keeps no import id for what its command imported.
    assert "importID" not in taken
    assert {"created", "modified"} <= taken.keys()


def test_what_the_stack_holds_stays_in_its_order(stack: Stack) -> None:
    stack.up('a = aws.sqs.Queue("a")\naws.sqs.Queue("b", tags={"a": a.arn})\n')
    before = stack.resources()

    observed = stack.take_in(queue("q", "one", protect=False))

    assert observed.changes == {"import": 1, "same": 3}
    after = stack.resources()
    assert after[: len(before)] == before
    assert [one["urn"].rpartition("::")[2] for one in after[len(before) :]] == ["default", "q"]
    assert "protect" not in after[-1]


def test_the_program_that_declares_it_finds_it_unchanged(stack: Stack) -> None:
    stack.take_in(queue("q", "one"))

    observed = stack.up('aws.sqs.Queue("q", opts=pulumi.ResourceOptions(protect=True))\n')

    assert observed.ok, observed.diagnostics
    assert observed.changes == {"same": 2}
    assert sorted(path.name for path in (stack.root / "record").iterdir()) == ["one", "three", "two"]


def test_a_plan_changes_nothing(stack: Stack) -> None:
    observed = stack.take_in(queue("q", "one"), only_plan=True)

    assert observed.ok, observed.diagnostics
    assert ("import", "q") in steps(observed)
    assert not (stack.root / STATE).exists()


def test_children_come_after_parents_of_the_same_import(stack: Stack) -> None:
    observed = stack.take_in(
        queue("grandchild", "three", parent=f"urn:pulumi:dev::cases::{QUEUE}${QUEUE}::child"),
        queue("child", "two", parent=f"{URN}q"),
        queue("q", "one"),
    )

    assert observed.ok, observed.diagnostics
    assert [name for op, name in steps(observed) if op == "import"] == ["q", "child", "grandchild"]
    assert stack.resources()[-1]["parent"] == f"urn:pulumi:dev::cases::{QUEUE}${QUEUE}::child"


def test_a_named_provider_serves_it(stack: Stack) -> None:
    stack.up('aws.Provider("us", region="us-east-1")\n')
    urn = "urn:pulumi:dev::cases::pulumi:providers:aws::us"

    observed = stack.take_in(queue("q", "one", provider=urn))

    assert steps(observed)[-1] == ("import", "q")
    assert stack.resources()[-1]["outputs"]["arn"] == "arn:aws:case:us-east-1:000000000000:one"
    assert stack.resources()[-1]["provider"].startswith(f"{urn}::")


def test_the_default_provider_of_a_version_is_used_again(stack: Stack) -> None:
    stack.up('aws.sqs.Queue("a")\n')
    default = next(one for one in stack.resources() if "default" in one["urn"])
    version = default["inputs"]["version"]

    observed = stack.take_in(queue("q", "one", version=version))

    assert [op for op, _ in steps(observed)].count("create") == 0
    assert stack.resources()[-1]["provider"] == f"{default['urn']}::{default['id']}"


def test_what_is_in_the_stack_under_this_id_is_passed_over(stack: Stack) -> None:
    stack.take_in(queue("q", "one"))

    observed = stack.take_in(queue("q", "one"), queue("r", "two"))

    assert observed.ok
    assert [name for op, name in steps(observed) if op == "import"] == ["r"]
    assert any("is in the stack already" in getattr(event, "message", "") for event in observed.events)


@pytest.mark.parametrize(
    ("imports", "problem"),
    [
        ((queue("q", "other"),), "already exists, with the id one; wanted other"),
        ((queue("r", "two"), queue("r", "three")), "is to be imported twice"),
        ((queue("r", "two", parent=f"{URN}nobody"),), "unknown parent"),
        ((queue("r", "two", provider="urn:pulumi:dev::cases::pulumi:providers:aws::x"),), "unknown provider"),
        ((engine.Import(type="queue", name="r", id="two"),), "'queue' is no resource type"),
    ],
)
def test_what_cannot_be_taken_in_is_named_before_anything_is_done(
    stack: Stack, imports: tuple[engine.Import, ...], problem: str
) -> None:
    stack.take_in(queue("q", "one"))
    before = (stack.root / STATE).read_bytes()

    observed = stack.take_in(*imports)

    assert not observed.ok
    assert problem in errors(observed)[0]
    assert observed.steps == []
    assert (stack.root / STATE).read_bytes() == before


def test_an_id_that_does_not_exist_leaves_the_others_in_the_state(stack: Stack) -> None:
    observed = stack.take_in(queue("q", "one"), queue("r", "nothing"))

    assert not observed.ok
    assert "resource 'nothing' does not exist" in errors(observed)
    assert [one["id"] for one in stack.resources() if one["type"] == QUEUE] == ["one"]
    state = json.loads((stack.root / STATE).read_text())["deployment"]
    assert state["pending_operations"] == []


def test_an_interrupted_import_is_told_once_and_changes_nothing(stack: Stack) -> None:
    stack.take_in(queue("q", "one"))
    path = stack.root / STATE
    document = json.loads(path.read_text())
    pending = {**document["deployment"]["resources"][-1], "urn": f"{URN}r", "id": "two"}
    document["deployment"]["pending_operations"] = [{"type": "importing", "resource": pending}]
    path.write_text(json.dumps(document))

    first, second = stack.take_in(queue("s", "three")), stack.take_in(queue("s", "three"))

    assert "interrupted while importing it. Nothing of it was changed." in first.diagnostics[0][2]
    assert second.diagnostics == []
