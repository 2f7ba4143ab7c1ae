"""Runs that leave something out: what failed, what is no target, and what is gone; the rest stays whole."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from pavedroad import engine
from tests.support.engine import PROVIDER
from tests.support.engine_providers import VariedStack, messages

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.engine_providers import Operation

URN = "urn:pulumi:dev::cases::aws:sqs/queue:Queue::"
TWO = 'aws.sqs.Queue("a")\naws.sqs.Queue("b")\n'
NAMED = 'aws.sqs.Queue("q[0]")\naws.sqs.Queue("q0")\n'


@pytest.fixture
def case(tmp_path: Path) -> VariedStack:
    return VariedStack(tmp_path, PROVIDER)


def test_a_rename_that_failed_has_renamed_nothing(case: VariedStack) -> None:
    """A dependent that named the new one would depend on nothing, and be deleted too late."""
    program = 'a = aws.sqs.Queue("{0}", {1})\naws.sqs.Queue("b", tags={{"of": a.arn}})'
    case.run(engine.up, program.format("a", ""))
    alias = 'tags={"fail": "update"}, opts=pulumi.ResourceOptions(aliases=[pulumi.Alias(name="a")])'

    assert not case.run(engine.up, program.format("a2", alias)).ok

    assert case.resources["b"]["dependencies"] == [f"{URN}a"]
    destroyed = case.run(engine.destroy)
    assert [urn.rpartition("::")[2] for _, urn in destroyed.done][:2] == ["b", "a"]


def test_what_a_lost_resource_s_outputs_would_have_made_is_not_deleted(case: VariedStack) -> None:
    program = 'a = aws.sqs.Queue("a", tags={{{}}})\na.arn.apply(lambda _: aws.sqs.Queue("inner"))\n'
    case.run(engine.up, program.format("") + 'aws.sqs.Queue("gone")')

    observed = case.run(engine.up, program.format('"fail": "update"'), continue_on_error=True)

    assert not observed.ok
    assert {"inner", "gone"} <= set(case.resources)
    assert case.run(engine.up, program.format("")).ok
    assert "inner" in case.resources
    assert "gone" not in case.resources


def test_the_children_of_what_is_gone_belong_to_its_parent(tmp_path: Path) -> None:
    case = VariedStack(tmp_path, PROVIDER)
    case.run(
        engine.up,
        'a = aws.sqs.Queue("a")\nb = aws.sqs.Queue("b", opts=pulumi.ResourceOptions(parent=a))\n'
        'aws.sqs.Queue("c", opts=pulumi.ResourceOptions(parent=b))',
    )
    text = (PROVIDER / "pulumi-resource-aws").read_text()
    read = "    def Read(self, r, c):\n"
    (tmp_path / "plugin").mkdir()
    plugin = tmp_path / "plugin/pulumi-resource-aws"
    gone = '        if r.urn.endswith(("::a", "::b")): return p.ReadResponse()\n'
    plugin.write_text(text.replace(read, read + gone))
    plugin.chmod(0o755)

    assert case.run(engine.refresh, provider_dirs={"aws": tmp_path / "plugin"}).ok

    assert not {"a", "b"} & set(case.resources)
    assert case.resources["c"]["parent"] == case.resources["cases-dev"]["urn"]


@pytest.mark.parametrize("operation", [engine.destroy, engine.preview_destroy])
@pytest.mark.parametrize(
    "options", [{"targets": (f"{URN}typo",)}, {"excludes": (f"{URN}typo",)}, {"excludes": ("**typo",)}]
)
def test_a_target_that_is_none_is_an_error_and_nothing_is_deleted(
    case: VariedStack, operation: Operation, options: dict[str, tuple[str, ...]]
) -> None:
    case.run(engine.up, TWO)

    observed = case.run(operation, "", **options)

    assert not observed.ok
    assert "no resource of the stack has this URN" in messages(observed, "error")
    assert {"a", "b"} <= set(case.resources)


def test_a_target_with_a_wildcard_may_match_nothing_and_says_so(case: VariedStack) -> None:
    case.run(engine.up, TWO)

    observed = case.run(engine.destroy, targets=("**typo",))

    assert observed.ok
    assert "--target **typo: no resource of the stack has this URN" in messages(observed, "warning")
    assert {"a", "b"} <= set(case.resources)


def test_only_stars_are_wildcards(case: VariedStack) -> None:
    observed = case.run(engine.up, NAMED, targets=(f"{URN}q[0]",))

    assert observed.ok
    assert "q[0]" in case.resources
    assert "q0" not in case.resources


def test_an_update_s_target_that_is_none_is_an_error(case: VariedStack) -> None:
    assert case.run(engine.up, TWO, targets=(f"{URN}a",)).ok

    observed = case.run(engine.up, TWO, targets=(f"{URN}a", f"{URN}typo"))

    assert not observed.ok
    assert f"--target {URN}typo" in messages(observed, "error")
    assert json.loads((case.root / ".pavedroad/state/dev.json").read_text())["version"] == 3


REMEDIES = """
from pulumi_policy import EnforcementLevel, PolicyPack, ResourceValidationPolicy

def owned(args):
    return args.resource_type != "aws:sqs/queue:Queue" or "owner" in (args.props.get("tags") or {})

def remedy(args):
    return None if owned(args) else {**{key: args.props[key] for key in args.props}, "tags": {"owner": "me"}}

def judge(args, report):
    if not owned(args):
        report("an owner is needed")

PolicyPack("owners", enforcement_level=EnforcementLevel.REMEDIATE, policies=[ResourceValidationPolicy(
    name="owner", description="Queues have owners.", remediate=remedy, validate=judge,
    enforcement_level=EnforcementLevel.REMEDIATE)])
"""


def test_a_replacement_is_remedied_too_and_that_is_told_once(case: VariedStack, tmp_path: Path) -> None:
    """Its inputs are checked anew, without what carried over from the old resource."""
    pack = tmp_path / "pack"
    pack.mkdir()
    (pack / "PulumiPolicy.yaml").write_text("runtime: python\nversion: 0.0.1\n")
    (pack / "__main__.py").write_text(REMEDIES)
    packs = (engine.PolicyPack(path=pack),)
    case.run(engine.up, 'aws.sqs.Queue("q", name="one")', policy_packs=packs)

    observed = case.run(engine.up, 'aws.sqs.Queue("q", name="two")', policy_packs=packs)

    assert observed.ok
    assert case.resources["q"]["inputs"] == {"name": "two", "tags": {"owner": "me"}}
    assert [told.get("remediated") for told in observed.policies] == ["owner"]


def test_a_replacement_of_what_names_its_import_is_warned_of_in_the_preview(case: VariedStack) -> None:
    """The update refuses it, and a preview that says nothing would promise otherwise."""
    program = 'aws.sqs.Queue("q", name="{}", opts=pulumi.ResourceOptions(import_="{}"))'
    case.run(engine.up, 'aws.sqs.Queue("q", name="one")')
    known = case.resources["q"]["id"]

    previewed = case.run(engine.preview, program.format("two", known))

    assert previewed.ok
    assert "remove the `import_` option" in messages(previewed, "warning")
    assert not case.run(engine.up, program.format("two", known)).ok
