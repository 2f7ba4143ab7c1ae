"""What the recordings do not show: imports, replacements that take others along, drift, late providers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from pavedroad import engine
from tests.support.engine import PROVIDER, Observed, write_project
from tests.support.engine_crash import recording_provider, request

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HEAD = "import pulumi\nimport pulumi_aws as aws\n"


class Stack:
    """A project with a recording provider, updated by one program after another."""

    def __init__(self, root: Path) -> None:
        self.root = root
        write_project(root, HEAD)
        (root / "record").mkdir()
        self.request = request(root, recording_provider(PROVIDER, root / "plugin"))

    def run(
        self,
        operation: Callable[[engine.RunRequest, Callable[[engine.EngineEvent], None]], engine.RunResult],
        program: str = "",
        **options: Any,  # noqa: ANN401 - fields of the request
    ) -> Observed:
        (self.root / "__main__.py").write_text(HEAD + program)
        observed = Observed()
        fields = {name: getattr(self.request, name) for name in self.request.__dataclass_fields__}
        result = operation(engine.RunRequest(**{**fields, **options}), observed.take)
        observed.result, observed.ok = result, result.outcome is engine.Outcome.SUCCEEDED
        return observed

    def up(self, program: str, **options: Any) -> Observed:  # noqa: ANN401 - fields of the request
        return self.run(engine.up, program, **options)

    def recorded(self) -> list[str]:
        return sorted(path.name for path in (self.root / "record").iterdir())

    def ids(self) -> list[str]:
        data = json.loads((self.root / ".pavedroad/state/dev.json").read_text())
        return sorted(
            resource["id"]
            for resource in data["deployment"]["resources"]
            if resource["type"].startswith("aws:")
        )


@pytest.fixture
def stack(tmp_path: Path) -> Stack:
    return Stack(tmp_path)


def steps(observed: Observed) -> list[tuple[str, str]]:
    """Operations and names, without the stack, the default provider and what stayed the same."""
    return [
        (step["op"], step["urn"].rpartition("::")[2])
        for step in observed.steps
        if "pulumi:" not in step["urn"].split("::")[2] and step["op"] != "same"
    ]


def errors(observed: Observed) -> list[str]:
    return [message for severity, _, message in observed.diagnostics if severity == "error"]


def test_a_replacement_that_deletes_first_takes_along_what_it_would_replace(stack: Stack) -> None:
    program = """
root = aws.sqs.Queue("root", name="{name}", opts=pulumi.ResourceOptions(delete_before_replace=True))
aws.sqs.Queue("along", name=root.arn)
aws.sqs.Queue("stays", tags={{"root": root.arn}})
"""
    stack.up(program.format(name="one"))

    observed = stack.up(program.format(name="two"))

    assert observed.ok, observed.diagnostics
    assert steps(observed)[:4] == [
        ("delete-replaced", "along"),
        ("delete-replaced", "root"),
        ("replace", "root"),
        ("create-replacement", "root"),
    ]
    # The two dependents are independent of each other.
    rest = steps(observed)[4:]
    assert sorted(rest) == [("create-replacement", "along"), ("replace", "along"), ("update", "stays")]
    assert rest.index(("replace", "along")) < rest.index(("create-replacement", "along"))
    assert stack.ids() == stack.recorded()
    assert len(stack.ids()) == 3


def test_a_replacement_interrupted_after_its_delete_is_finished(stack: Stack) -> None:
    program = (
        'aws.sqs.Queue("q", name="{name}", tags={tags}, '
        "opts=pulumi.ResourceOptions(delete_before_replace=True))\n"
    )
    stack.up(program.format(name="one", tags="{}"))
    failed = stack.up(program.format(name="two", tags='{"fail": "create"}'))
    assert not failed.ok

    observed = stack.up(program.format(name="two", tags="{}"))

    assert observed.ok, observed.diagnostics
    assert steps(observed) == [("replace", "q"), ("create-replacement", "q")]
    assert stack.ids() == stack.recorded()


def test_what_was_taken_along_and_is_wanted_no_more_is_forgotten(stack: Stack) -> None:
    root = (
        'root = aws.sqs.Queue("root", name="{}", opts=pulumi.ResourceOptions(delete_before_replace=True))\n'
    )
    stack.up(root.format("one") + 'aws.sqs.Queue("along", name=root.arn)\n')

    observed = stack.up(root.format("two"))

    assert observed.ok, observed.diagnostics
    assert ("remove-pending-replace", "along") in steps(observed)
    assert stack.ids() == stack.recorded()
    assert len(stack.ids()) == 1


def test_an_existing_resource_is_imported_and_kept(stack: Stack) -> None:
    (stack.root / "record" / "existing").touch()
    program = 'aws.sqs.Queue("q", opts=pulumi.ResourceOptions(import_="{}"))\n'

    first = stack.up(program.format("existing"))
    second = stack.up(program.format("existing"))
    missing = stack.up(program.format("existing") + program.replace('"q"', '"r"').format("gone"))

    assert steps(first) == [("import", "q")]
    assert first.changes == {"create": 1, "import": 1}
    assert second.changes == {"same": 2}
    assert stack.ids() == ["existing"]
    assert "resource 'gone' does not exist" in errors(missing)[0]


def test_an_import_that_would_change_the_resource_is_refused(stack: Stack) -> None:
    (stack.root / "record" / "existing").touch()

    observed = stack.up(
        'aws.sqs.Queue("q", delay_seconds=3, opts=pulumi.ResourceOptions(import_="existing"))\n'
    )

    assert "delaySeconds" in errors(observed)[0]
    assert stack.ids() == []


def test_a_refresh_finds_what_is_gone_and_the_next_update_makes_it_again(stack: Stack) -> None:
    program = 'a = aws.sqs.Queue("a")\naws.sqs.Queue("b", tags={"a": a.arn})\n'
    stack.up(program)
    (stack.root / "record" / "a-688351").unlink()

    refreshed = stack.run(engine.refresh, program)
    observed = stack.up(program)

    assert refreshed.changes == {"delete": 1, "same": 2}
    assert steps(observed) == [("create", "a")]
    assert stack.ids() == stack.recorded()


def test_an_update_can_refresh_first(stack: Stack) -> None:
    program = 'aws.sqs.Queue("a")\n'
    stack.up(program)
    (stack.root / "record" / "a-688351").unlink()

    observed = stack.up(program, refresh=True)

    assert ("create", "a") in steps(observed)
    assert stack.ids() == stack.recorded()


def test_a_protected_resource_is_not_replaced(stack: Stack) -> None:
    program = 'aws.sqs.Queue("a", name="{}", opts=pulumi.ResourceOptions(protect=True))\n'
    stack.up(program.format("one"))

    planned = stack.run(engine.preview, program.format("two"))
    done = stack.up(program.format("two"))

    for observed in (planned, done):
        assert not observed.ok
        assert "it is protected" in errors(observed)[0]
    assert stack.ids() == stack.recorded()
    assert len(stack.ids()) == 1


def test_a_provider_whose_region_is_not_known_yet_is_asked_nothing(stack: Stack) -> None:
    program = """
q = aws.sqs.Queue("q")
late = aws.Provider("late", region=q.arn)
r = aws.sqs.Queue("r", opts=pulumi.ResourceOptions(provider=late))
pulumi.export("arn", r.arn)
"""

    observed = stack.run(
        engine.preview, program, provider_environment={"CASE_UNKNOWN": "1", "CASE_RECORD": "/nowhere"}
    )

    assert observed.ok, observed.diagnostics
    assert steps(observed) == [("create", "q"), ("create", "r")]
    assert observed.result is not None
    assert observed.result.outputs == {"arn": engine.UNKNOWN_MASK}


def test_children_inherit_protection_and_a_component_its_providers(stack: Stack) -> None:
    program = """
class Group(pulumi.ComponentResource):
    def __init__(self, name, opts):
        super().__init__("lab:index:Group", name, None, opts)
        self.q = aws.sqs.Queue("inner", opts=pulumi.ResourceOptions(parent=self))
        self.register_outputs({})
us = aws.Provider("us", region="us-east-1")
group = Group("group", pulumi.ResourceOptions(protect=True, providers=[us]))
pulumi.export("arn", group.q.arn)
"""
    observed = stack.up(program)

    assert observed.result is not None
    assert observed.result.outputs == {"arn": "arn:aws:case:us-east-1:000000000000:inner-688351"}
    refused = stack.run(engine.destroy)
    assert not refused.ok
    assert "protected" in errors(refused)[0]


def test_a_stack_without_secrets_needs_no_passphrase_to_move(stack: Stack) -> None:
    stack.up('aws.sqs.Queue("a")\n')
    moved = stack.root / "elsewhere.json"
    moved.write_text((stack.root / ".pavedroad/state/dev.json").read_text())

    observed = stack.up('aws.sqs.Queue("a")\n', state_file=moved)

    assert observed.changes == {"same": 2}
    assert not (stack.root / "passphrase").exists()


PAIR = """
a = aws.sqs.Queue("a", tags={{"v": "{0}"}})
b = aws.sqs.Queue("b", tags={{"v": "{0}"}})
c = aws.sqs.Queue("c", tags={{"b": b.arn}})
"""


def test_only_targets_change(stack: Stack) -> None:
    stack.up(PAIR.format(1))

    targeted = stack.up(PAIR.format(2), targets=("**::a",))
    excluded = stack.up(PAIR.format(2), excludes=("*::b",))
    rest = stack.up(PAIR.format(2))

    assert steps(targeted) == [("update", "a")]
    assert steps(excluded) == []
    assert steps(rest) == [("update", "b")]


def test_a_new_resource_that_is_no_target_is_left_out(stack: Stack) -> None:
    alone = stack.up(PAIR.format(1), targets=("**::a",))
    needing = stack.up(PAIR.format(1), targets=("**::c",))

    assert alone.ok, alone.diagnostics
    assert stack.ids() == stack.recorded() == ["a-688351"]
    assert not needing.ok
    assert "needs 'urn:pulumi:dev::cases::aws:sqs/queue:Queue::b'" in errors(needing)[0]


def test_targets_are_destroyed_alone_unless_something_needs_them(stack: Stack) -> None:
    stack.up(PAIR.format(1))

    refused = stack.run(engine.destroy, targets=("**::b",))
    kept = stack.ids()
    one = stack.run(engine.destroy, targets=("**::a",))
    others = stack.run(engine.destroy, excludes=("**::b",))

    assert "needs it and is no --target" in errors(refused)[0]
    assert len(kept) == 3
    assert steps(one) == [("delete", "a")]
    assert steps(others) == [("delete", "c")]
    assert stack.ids() == stack.recorded() == ["b-688351"]
    assert stack.run(engine.destroy).ok
    assert stack.recorded() == []


def test_a_delete_that_fails_leaves_the_rest_to_be_deleted_when_asked_to_go_on(stack: Stack) -> None:
    stack.up(
        """
kept = aws.sqs.Queue("kept", opts=pulumi.ResourceOptions(protect=True))
aws.sqs.Queue("first")
aws.sqs.Queue("second")
"""
    )

    destroyed = stack.run(engine.destroy, continue_on_error=True)

    assert not destroyed.ok
    assert any("protected" in message for message in errors(destroyed))
    assert [identifier.partition("-")[0] for identifier in stack.ids()] == ["kept"]
