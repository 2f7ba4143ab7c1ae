"""From verdicts to policies: reports, notes, strictness, scope, exemptions, isolation, remediation."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest
from google.protobuf import empty_pb2, json_format
from pulumi.runtime import proto

from guardrails.exemptions import Exemption, Register
from guardrails.verdict import (
    PASS,
    UNKNOWN,
    Finding,
    Verdict,
    not_applicable,
    undecided,
    violation,
)
from policies.kit.parameters import Parameter
from policies.kit.rule import Level, Rule, Severity
from policies.kit.run import RunRecord
from policies.rules import rulebook
from tests.support.policies import AS_OF, Computed, Mode, Res, Server, judge

if TYPE_CHECKING:
    from policies.kit.parameters import Parameters
    from policies.kit.views import ResourceView, StackView

BUCKET: Final = "aws:s3/bucket:Bucket"
KEY: Final = "aws:kms/key:Key"
SOUND: Final = next(rule for rule in rulebook.RULES if rule.id == "guardrails-rule-sound")


def finding(key: str, fact: str = "it is so") -> Finding:
    return Finding(key=key, code="c", fact=fact, requirement="it must not be")


def by_key(view: ResourceView, _parameters: Parameters) -> Verdict:
    """One finding for each of `keys`, undecided for each of `open`; raises or does not apply on demand."""
    if view.props.flag("raise") is True:
        raise RuntimeError("hunter2")
    if view.props.has("reason"):
        return not_applicable(str(view.props.text("reason")))
    keys = view.props.texts("keys")
    if keys is UNKNOWN:
        return undecided("keys")
    found = [finding(key) for key in keys if isinstance(key, str)]
    opened = tuple(f"keys[{index}]" for index, key in enumerate(keys) if not isinstance(key, str))
    return violation(*found, undecided=opened)


def by_link(view: ResourceView, stack: StackView, parameters: Parameters) -> Verdict:
    """As by_key, but a key of the stack settles what is open, and a disabled one is a finding."""
    first = by_key(view, parameters)
    keys = stack.linked(view, "keys", KEY)
    if not keys:
        return first
    return violation(*first.findings, *(finding(key.name) for key in keys if key.props.flag("off") is True))


R: Final = Rule(
    id="test-rule-one",
    row="T1",
    title="Things are as they must be.",
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    types=(BUCKET,),
    resource=by_key,
    remediation="Change it.",
    references=("X-1",),
)
BOTH: Final = replace(R, id="test-rule-two", in_stack=by_link)


def bucket(*keys: object, name: str = "data", depends: tuple[str, ...] = (), **props: object) -> Res:
    return Res(
        type=BUCKET,
        name=name,
        props={"keys": list(keys), **props},
        depends={"keys": depends} if depends else {},
    )


def test_findings_are_reported_sorted_with_subject_requirement_remedy_and_key() -> None:
    report = judge(R, bucket("b", "a"))
    text = "data (aws:s3/bucket:Bucket): it is so; it must not be. Change it. [{}]"
    assert report.violations == (text.format("a"), text.format("b"))


def test_a_long_text_gives_way_but_never_its_key() -> None:
    long = replace(R, resource=lambda _v, _p: violation(finding("k" * 40, "f" * 900)), remediation="r" * 900)
    text = judge(long, bucket()).violations[0]
    assert len(text) <= 500
    assert text.endswith(f"[{'k' * 40}]")
    assert "..." in text


def test_an_unknown_hides_no_finding_and_becomes_an_advisory_note() -> None:
    report = judge(R, bucket("a", Computed()))
    assert report.keys == ("a",)
    assert report.notes == ("data (aws:s3/bucket:Bucket): undecided, keys[1] is not known before the update",)
    assert [item.enforcementLevel for item in report.diagnostics] == [proto.MANDATORY, proto.ADVISORY]


def test_strict_makes_undecided_a_violation_at_the_rules_level() -> None:
    report = judge(R, bucket(Computed()), parameters={"strict": True})
    assert report.keys == ("undecided:keys[0]",)
    assert report.notes == ()
    assert report.diagnostics[0].enforcementLevel == proto.MANDATORY
    assert "cannot be decided before the update" in report.violations[0]


def test_the_resource_half_is_silent_about_what_the_stack_half_owns() -> None:
    server = Server([BOTH])
    assert server.analyze(bucket(Computed()), Mode.UNKNOWN).diagnostics == ()
    assert server.analyze_stack([bucket(Computed())], Mode.UNKNOWN).notes == (
        "data (aws:s3/bucket:Bucket): undecided, keys[0] is not known before the update",
    )


def test_the_stack_half_decides_with_the_linked_resource() -> None:
    off = Res(type=KEY, name="off", props={"off": True})
    good = Res(type=KEY, name="good")
    assert judge(BOTH, good, bucket(Computed(), depends=("good",))).diagnostics == ()
    assert judge(BOTH, off, bucket(Computed(), depends=("off",))).keys == ("off",)


def test_a_finding_is_reported_once_by_the_two_halves() -> None:
    report = judge(BOTH, bucket("a", Computed()))
    assert report.keys == ("a",)
    assert len(report.notes) == 1


def test_the_stack_half_is_silent_when_the_resource_half_has_decided() -> None:
    assert Server([BOTH]).analyze_stack([bucket("a")]).diagnostics == ()


def test_a_stack_report_carries_the_urn_of_its_resource() -> None:
    server = Server([replace(R, resource=None, in_stack=lambda v, _s, p: by_key(v, p))])
    report = server.analyze_stack([bucket("a", name="one"), bucket(name="two"), bucket("b", name="three")])
    assert [item.urn for item in report.diagnostics] == [
        bucket(name="one").urn(),
        bucket(name="three").urn(),
    ]


def test_not_applicable_only_when_there_is_nothing_else_to_say() -> None:
    assert judge(R, bucket(reason="because")).not_applicable == ("because",)
    stack_rule = replace(R, resource=None, in_stack=lambda v, _s, p: by_key(v, p))
    mixed = Server([stack_rule]).analyze_stack([bucket(reason="because"), bucket(name="judged")])
    assert mixed.not_applicable == ()
    alone = Server([stack_rule]).analyze_stack([bucket(reason="because")])
    assert alone.not_applicable == ("because",)


def test_other_types_are_skipped_without_a_word() -> None:
    report = judge(BOTH, Res(type=KEY, props={"keys": ["a"]}))
    assert (report.diagnostics, report.not_applicable) == ((), ())


def test_outside_its_scope_a_rule_does_not_apply() -> None:
    parameters = {"scope": ["data-*", "logs"]}
    assert judge(R, bucket("a", name="logs"), parameters=parameters).keys == ("a",)
    report = judge(R, bucket("a", name="other"), parameters=parameters)
    assert report.not_applicable == ("outside the scope of this rule",)


def test_a_required_parameter_that_is_missing_takes_the_rule_out_and_is_noted() -> None:
    rule = replace(R, parameters={"names": Parameter(meaning="Names.", kind="array", required=True)})
    server = Server([rule])
    assert server.analyze(bucket("a")).not_applicable == ("parameter names not set",)
    assert server.record.view("dev").problems == {R.id: ("parameter names not set",)}


@pytest.mark.parametrize("half", ["resource", "stack"])
def test_a_rule_that_raises_is_a_finding_of_rule_sound_and_the_others_go_on(half: str) -> None:
    broken = replace(R, id="test-rule-broken")
    if half == "stack":
        broken = replace(broken, resource=None, in_stack=lambda v, _s, p: by_key(v, p))
    server = Server([broken, replace(R, resource=lambda _v, _p: violation(finding("a"))), SOUND])
    report = judge(R, Res(type=BUCKET, name="data", props={"raise": True}), server=server)
    keys = set(report.keys)
    assert keys == {"a", "rule:test-rule-broken"}
    text = next(item for item in report.violations if "broken" in item)
    assert "test-rule-broken raised RuntimeError on aws:s3/bucket:Bucket" in text
    assert "hunter2" not in str(report)


def exemption(**fields: object) -> Exemption:
    values = {
        "rule": R.id,
        "resource": "*::data",
        "reason": "A reason of twenty letters.",
        "owner": "platform",
        "expires": AS_OF,
        "position": 1,
    }
    return Exemption(**{**values, **fields})  # type: ignore[arg-type] - a table of fields


def exempted(
    entry: Exemption, *resources: Res, rule: Rule = R
) -> tuple[tuple[str, ...], tuple[str, ...], RunRecord]:
    record = RunRecord(Register(entries=(entry,), as_of=AS_OF))
    report = judge(rule, *resources, server=Server([rule], record=record))
    return report.keys, report.notes, record


def test_an_exempted_violation_is_a_note_with_owner_end_and_reason() -> None:
    keys, notes, record = exempted(exemption(), bucket("a"))
    assert keys == ()
    told = "it is so; exempted until 2026-09-01 by platform: A reason of twenty letters. [a]"
    assert notes == (f"data (aws:s3/bucket:Bucket): {told}",)
    assert [used.position for used in record.view("dev").used] == [1]


@pytest.mark.parametrize(
    "fields",
    [
        {"rule": "test-rule-other"},
        {"resource": "*::dat"},
        {"resource": "aws:s3/bucket:Bucket::other"},
        {"stack": "prod*"},
        {"finding": "b"},
        {"expires": AS_OF - dt.timedelta(days=1)},
    ],
    ids=lambda fields: next(iter(fields)),
)
def test_an_entry_that_does_not_fit_exempts_nothing(fields: dict[str, object]) -> None:
    keys, notes, record = exempted(exemption(**fields), bucket("a"))
    assert (keys, notes, record.view("dev").used) == (("a",), (), ())


@pytest.mark.parametrize(
    "fields",
    [{"resource": f"{BUCKET}::d*"}, {"resource": "urn:pulumi:dev::*"}, {"finding": "a"}, {"stack": "d*"}],
)
def test_an_entry_fits_by_type_and_name_by_urn_by_finding_and_by_stack(fields: dict[str, object]) -> None:
    assert exempted(exemption(**fields), bucket("a"))[0] == ()


def test_one_finding_is_exempted_and_the_other_is_not() -> None:
    keys, notes, _ = exempted(exemption(finding="a"), bucket("a", "b"))
    assert keys == ("b",)
    assert len(notes) == 1


def test_undecided_is_never_exempted() -> None:
    record = RunRecord(Register(entries=(exemption(),), as_of=AS_OF))
    server = Server([R], {"strict": True}, record=record)
    assert judge(R, bucket(Computed()), server=server).keys == ("undecided:keys[0]",)


def test_policies_carry_the_metadata_and_are_named_by_their_half() -> None:
    info = Server([BOTH]).servicer.GetAnalyzerInfo(empty_pb2.Empty(), None)
    assert [policy.name for policy in info.policies] == [BOTH.id, f"{BOTH.id}-in-stack"]
    for policy in info.policies:
        assert policy.description == BOTH.title
        assert policy.severity == proto.POLICY_SEVERITY_HIGH
        assert list(policy.tags) == ["test", "T1"]
        assert policy.remediation_steps == BOTH.remediation
        assert policy.framework.specification == "X-1"
        assert {"scope", "strict"} <= set(policy.configSchema.properties)


def test_remediation_adds_and_keeps_unknowns_and_secrets() -> None:
    rule = replace(R, remediate=lambda _v, _p: {"fixed": True}, resource=lambda _v, _p: PASS)
    secret = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "value": "s"}
    resource = Res(type=BUCKET, props={"secret": secret, "open": Computed(), "keep": [1]})
    answer = Server([rule], level=Level.REMEDIATE).remediate(resource, Mode.UNKNOWN)
    properties = json_format.MessageToDict(answer.remediations[0].properties)
    assert properties == {"fixed": True, "secret": secret, "open": Computed().sentinel, "keep": [1]}


def test_remediation_that_adds_nothing_changes_nothing() -> None:
    rule = replace(R, remediate=lambda _v, _p: {})
    assert not Server([rule], level=Level.REMEDIATE).remediate(bucket()).remediations


def test_remediation_keeps_out_of_other_types_other_scopes_and_broken_rules() -> None:
    rule = replace(R, remediate=lambda view, _p: {"fixed": 1 / len(view.props.names())})
    server = Server([rule], {"scope": ["data"]}, level=Level.REMEDIATE)
    assert not server.remediate(Res(type=KEY, name="data", props={"a": 1})).remediations
    assert not server.remediate(Res(type=BUCKET, name="other", props={"a": 1})).remediations
    assert not server.remediate(Res(type=BUCKET, name="data")).remediations
    assert [fault.exception for fault in server.record.take_faults()] == ["ZeroDivisionError"]
    assert server.remediate(Res(type=BUCKET, name="data", props={"a": 1})).remediations


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "twowords-only"},
        {"resource": None},
        {"types": ()},
        {"run": lambda _view: PASS},
        {"parameters": {"strict": Parameter(meaning="M.", kind="boolean")}},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_a_rule_that_could_not_be_served_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"test-rule-one|id: got"):
        replace(R, **changes)
