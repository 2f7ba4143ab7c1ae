"""What holds for every rule of the catalogue: metadata, cases that bite, and no surprise on odd input."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guardrails.verdict import PASS
from policies.kit.rule import Level
from policies.rules import RULES
from policies.selection import PACKS, rules_of
from tests.support import api_cases, cdn_cases, functions_cases, iam_cases, kafka_cases
from tests.support.policies import Computed, Mode, Res, Server
from tests.support.rule_cases import Case, run

if TYPE_CHECKING:
    from guardrails.verdict import Verdict
    from policies.kit.parameters import Parameters
    from policies.kit.rule import Rule
    from policies.kit.views import ResourceView, StackView

CASES: Final[tuple[Case, ...]] = (
    *functions_cases.CASES,
    *api_cases.CASES,
    *iam_cases.CASES,
    *kafka_cases.CASES,
    *cdn_cases.CASES,
)
ON_RESOURCES: Final = tuple(rule for rule in RULES if rule.types)
TYPE: Final = re.compile(r"aws:[a-z0-9]+/[A-Za-z0-9]+:[A-Za-z0-9]+")
BY_ID: Final = pytest.mark.parametrize("rule", RULES, ids=[rule.id for rule in RULES])
EACH_RULE: Final = pytest.mark.parametrize("rule", ON_RESOURCES, ids=[rule.id for rule in ON_RESOURCES])
FAILING: Final = [case for case in CASES if any(not key.startswith("undecided:") for key in case.keys)]


def silent(_view: ResourceView, _parameters: Parameters) -> Verdict:
    return PASS


def silent_in_stack(_view: ResourceView, _stack: StackView, _parameters: Parameters) -> Verdict:
    return PASS


def emptied(rule: Rule) -> Rule:
    return replace(
        rule,
        resource=silent if rule.resource else None,
        in_stack=silent_in_stack if rule.in_stack else None,
    )


def test_ids_are_unique() -> None:
    ids = [rule.id for rule in RULES]
    assert len(ids) == len(set(ids))


def test_the_standards_pack_holds_each_of_its_rows_once() -> None:
    rows = [rule.row for rule in rules_of("standards") if rule.row != "+"]
    assert sorted(rows) == sorted(PACKS["standards"])


@BY_ID
def test_metadata_is_complete(rule: Rule) -> None:
    assert rule.title.endswith(".")
    assert rule.title[0].isupper()
    assert rule.remediation.endswith(".")
    assert rule.level in (Level.MANDATORY, Level.ADVISORY)
    assert all(TYPE.fullmatch(kind) for kind in (*rule.types, *rule.in_stack_types, *rule.reads))
    assert len(rule.title) <= 120


@BY_ID
def test_parameters_have_a_schema_that_pulumi_takes(rule: Rule) -> None:
    for parameter in rule.parameters.values():
        assert parameter.schema["type"] in ("string", "boolean", "integer", "number", "array")
        assert parameter.meaning.endswith(".")
        if parameter.default is None:
            continue
        assert parameter.problem(parameter.default) == ""


@EACH_RULE
def test_a_rule_has_a_case_that_passes_and_one_that_fails(rule: Rule) -> None:
    mine = [case for case in CASES if case.rule == rule]
    assert any(not (case.keys or case.undecided or case.not_applicable) for case in mine)
    assert any(case in FAILING for case in mine)


@EACH_RULE
def test_a_rule_that_can_be_undecided_or_not_applicable_has_a_case_for_it(rule: Rule) -> None:
    """Rules where presence decides never wait; every other rule has an undecided case."""
    mine = [case for case in CASES if case.rule == rule]
    presence = any("presence" in case.name or "unknown" in case.name.lower() for case in mine)
    assert any(case.undecided for case in mine) or presence
    another_type = "serverless" in rule.not_applicable  # of which the rule never hears
    assert not rule.not_applicable or another_type or any(case.not_applicable for case in mine)


@pytest.mark.parametrize("case", FAILING, ids=[case.id for case in FAILING])
def test_an_emptied_rule_lets_the_case_through(case: Case) -> None:
    """So the case fails because of the rule, and of nothing else."""
    report = run(case, case.modes[0], emptied(case.rule))
    assert not [key for key in report.keys if not key.startswith("undecided:")]


@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
def test_messages_keep_their_limits_and_name_subject_requirement_and_key(case: Case) -> None:
    report = run(case, case.modes[0])
    for text in report.violations:
        assert len(text) <= 500
        assert re.match(r"[\w.-]+ \(aws:[^)]+\): ", text)
        assert "; " in text
        assert text.endswith("]")
        assert not re.search(r"\d\.0\b(?!\.)", text)
    assert list(report.violations) == list(run(case, case.modes[0]).violations)


SECRET: Final = "hunter2-do-not-print"
SECRET_PLACES: Final = {
    "environment": {"variables": {"PASSWORD": SECRET}},
    "tags": {"note": SECRET},
    "description": SECRET,
    "policy": f'{{"Statement":[{{"Sid":"{SECRET}"}}]}}',
    "clientSecret": SECRET,
}


@EACH_RULE
def test_messages_hold_no_secret(rule: Rule) -> None:
    """Every failing case once more, with secrets in environment, tags, descriptions and documents."""
    for case in FAILING:
        if case.rule != rule:
            continue
        resources = tuple(
            replace(item, props={**SECRET_PLACES, **item.props, "environment": SECRET_PLACES["environment"]})
            for item in case.resources
        )
        report = run(replace(case, resources=resources), case.modes[0])
        assert not [text for text in (*report.violations, *report.notes) if SECRET in text]


LEAVES: Final = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 10**6),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.text(max_size=8),
    st.sampled_from(["arn:aws:lambda:eu-west-1:1:layer:x:1", "TLS_1_2", "true", "{}", "[1]", "{not json"]),
    st.just(Computed()),
)
DATA: Final = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=6,
)
# Names that the rules read, so that odd values get where they are looked at.
NAMES: Final = sorted(
    {name for case in CASES for item in case.resources for name in item.props}
    | {part for case in CASES for item in case.resources for value in item.props.values()
       if isinstance(value, dict) for part in value}
)  # fmt: skip
PROPS: Final = st.dictionaries(
    st.sampled_from(NAMES),
    st.one_of(DATA, st.dictionaries(st.sampled_from(NAMES), DATA, max_size=4)),
    max_size=8,
)


def required(rule: Rule) -> dict[str, object]:
    """The parameters without which the rule does not apply."""
    return {
        name: value
        for case in CASES
        if case.rule == rule
        for name, value in case.parameters.items()
        if rule.parameters.get(name) and rule.parameters[name].required and value
    }


@EACH_RULE
@settings(max_examples=25)
@given(props=PROPS, second=PROPS, mode=st.sampled_from(Mode))
def test_a_rule_never_raises(
    rule: Rule, props: dict[str, object], second: dict[str, object], mode: Mode
) -> None:
    server = Server([rule], required(rule))
    kinds = (*rule.types, *rule.in_stack_types, *rule.reads)
    resources = [
        Res(type=kind, name=f"subject-{index}", props=props if index % 2 else second)
        for index, kind in enumerate(kinds)
    ]
    linked = [
        replace(item, depends={name: [other.name for other in resources] for name in item.props})
        for item in resources
    ]
    for item in linked:
        server.analyze(item, mode)
    server.analyze_stack(linked, mode)
    assert server.record.take_faults() == ()
