"""Every verdict of every rule: the same findings that a pack reports, and what it keeps silent about."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest

from guardrails.exemptions import Exemption, Register
from guardrails.standards import load
from guardrails.verdict import Verdict, VerdictKind
from policies.kit.parameters import SCOPE, STRICT, Parameters
from policies.kit.reader import Facts
from policies.kit.rule import Level
from policies.kit.verdicts import all_verdicts, verdict_of
from policies.kit.views import ResourceView, StackView
from policies.rules import RULES
from tests.support import api_cases, cdn_cases, functions_cases, iam_cases, kafka_cases
from tests.support.policies import Res, plain
from tests.support.rule_cases import Case, run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from policies.kit.rule import Rule
    from policies.kit.verdicts import Judged
    from tests.support.policies import Mode

CASES: Final[tuple[Case, ...]] = (
    *functions_cases.CASES,
    *api_cases.CASES,
    *iam_cases.CASES,
    *kafka_cases.CASES,
    *cdn_cases.CASES,
)
TODAY: Final = dt.date(2026, 9, 1)
NOBODY: Final = Register(as_of=TODAY)
FUNCTION: Final = "aws:lambda/function:Function"


def view(resource: Res, mode: Mode, urns: dict[str, str], *, outputs: bool = False) -> ResourceView:
    inputs = {**resource.provider, **({"region": resource.region} if resource.region else {})}
    props = {**resource.props, **resource.outputs} if outputs else resource.props
    return ResourceView(
        type=resource.type,
        name=resource.name,
        urn=resource.urn(),
        props=Facts(plain(props, mode)),
        provider=Facts(inputs or None),
        parent=resource.parent,
        links={key: tuple(urns[name] for name in names) for key, names in resource.depends.items()}
        if outputs
        else {},
    )


@pytest.mark.parametrize(
    ("case", "mode"),
    [pytest.param(case, mode, id=f"{case.id} ({mode.value})") for case in CASES for mode in case.modes],
)
def test_what_is_found_is_what_the_pack_reports(case: Case, mode: Mode) -> None:
    rule = case.rule
    urns = {resource.name: resource.urn() for resource in case.resources}
    first = [view(resource, mode, urns) for resource in case.resources]
    last = [view(resource, mode, urns, outputs=True) for resource in case.resources]
    stack = StackView(resources=tuple(last))
    schema = {**rule.parameters, "scope": SCOPE, "strict": STRICT}
    given = Parameters(schema, {name: value for name, value in case.parameters.items() if name in schema})
    report = run(case, mode)

    found = [
        verdict_of(rule, pair, stack, (given, given))
        for pair in zip(first, last, strict=True)
        if pair[0].type in {*rule.types, *(rule.subjects if rule.in_stack else ())}
    ]

    keys = sorted(finding.key for verdict in found for finding in verdict.findings)
    if not given.flag("strict"):
        assert keys == sorted(report.keys)
        assert any(verdict.undecided for verdict in found) == bool(report.notes)


def judged(
    rule: Rule, *props: dict[str, object], register: Register = NOBODY, stack: str = "dev"
) -> Sequence[Judged]:
    views = [
        ResourceView(
            type=rule.types[0],
            name=f"r{number}",
            urn=f"urn:pulumi:{stack}::shop::{rule.types[0]}::r{number}",
            props=Facts(entry),
        )
        for number, entry in enumerate(props)
    ]
    return list(all_verdicts([rule], load(stack), register, inputs=views, outputs=views))


SIGNED: Final = next(rule for rule in RULES if rule.id == "functions-signing-attached")


def test_a_resource_that_is_well_has_a_verdict_too() -> None:
    arn = "arn:aws:lambda:eu-west-1:111122223333:code-signing-config:csc-0123456789abcdef0"

    well, wrong = judged(SIGNED, {"codeSigningConfigArn": arn}, {"runtime": "python3.12"})

    assert well.verdict.kind is VerdictKind.PASS
    assert wrong.verdict.kind is VerdictKind.VIOLATION
    assert not well.refused


def test_a_rule_that_raises_says_so_and_hides_nothing() -> None:
    def breaks(_resource: ResourceView, _parameters: Parameters) -> Verdict:
        raise KeyError("a secret")

    (found,) = judged(replace(SIGNED, resource=breaks, in_stack=None), {})

    assert (found.fault, found.verdict.undecided) == ("KeyError", ("the rule raised KeyError",))


def test_an_exempted_finding_is_marked_and_refuses_nothing() -> None:
    entry = Exemption(
        rule=SIGNED.id,
        resource="*::r0",
        reason="x",
        owner="y",
        expires=dt.date(2027, 1, 1),
        stack="*",
        position=1,
    )

    exempted, other = judged(SIGNED, {}, {}, register=replace(NOBODY, entries=(entry,)))

    assert exempted.verdict.kind is VerdictKind.VIOLATION
    assert {finding.key for finding in exempted.verdict.findings} == exempted.exempted
    assert not exempted.refused
    assert not other.exempted
    assert other.refused == (other.level is Level.MANDATORY)


def test_rules_about_the_rules_say_nothing_of_resources() -> None:
    subject = ResourceView(type=FUNCTION, name="f", urn="urn:pulumi:dev::shop::a::f", props=Facts({}))

    found = all_verdicts(RULES, load("dev"), NOBODY, inputs=[subject], outputs=[subject])

    assert all(FUNCTION in (*each.rule.types, *each.rule.subjects) for each in found)
