"""The rules about the rules: configuration, faults, exemptions, through the SDK's servicer."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

from guardrails.exemptions import BadEntry, Exemption, Register
from policies.kit.run import RunRecord
from policies.rules import rulebook
from policies.rules.functions import FUNCTION
from policies.rules.functions import RULES as FUNCTION_RULES
from tests.support.policies import AS_OF, Report, Res, Server, judge

if TYPE_CHECKING:
    from collections.abc import Mapping

SIGNING: Final = next(rule for rule in FUNCTION_RULES if rule.row == "L2")
TRUSTED: Final = next(rule for rule in FUNCTION_RULES if rule.row == "L23")
UNSIGNED: Final = Res(type=FUNCTION, name="orders")
RULES: Final = {rule.id: rule for rule in rulebook.RULES}


def entry(**fields: object) -> Exemption:
    values = {
        "rule": SIGNING.id,
        "resource": f"{FUNCTION}::orders",
        "reason": "Signing comes with the next release.",
        "owner": "platform",
        "expires": AS_OF + dt.timedelta(days=100),
        "position": 1,
    }
    return Exemption(**{**values, **fields})  # type: ignore[arg-type] - a table of fields


def run(
    *entries: Exemption,
    bad: tuple[BadEntry, ...] = (),
    production: bool = False,
    remarks: tuple[str, ...] = (),
    problems: Mapping[str, tuple[str, ...]] | None = None,
    by_policy: Mapping[str, Mapping[str, object]] | None = None,
    resources: tuple[Res, ...] = (UNSIGNED,),
) -> dict[str, Report]:
    """A pack of one rule and the rulebook over a stack: the report of each policy by its name."""
    record = RunRecord(
        Register(entries=entries, bad=bad, as_of=AS_OF),
        problems=problems,
        remarks=remarks,
        production=production,
    )
    server = Server([SIGNING, *rulebook.RULES], record=record, by_policy=by_policy)
    whole = judge(SIGNING, *resources, server=server)
    reports: dict[str, Report] = {}
    for item in whole.diagnostics:
        text = item.message
        note = text.startswith("can't run policy")
        part = Report(notes=(text,)) if note else Report(violations=(text.split("\n", 1)[1],))
        reports[item.policyName] = reports.get(item.policyName, Report()) + part
    return reports


def test_a_clean_run_says_nothing() -> None:
    signed = Res(type=FUNCTION, props={"codeSigningConfigArn": "x"}, name="other")
    assert set(run(resources=(signed,))) == {SIGNING.id}
    assert run(resources=()) == {}


def test_a_parameter_that_is_not_known_fails_the_configuration() -> None:
    reports = run(by_policy={SIGNING.id: {"colour": "vermilion"}})
    text = reports["guardrails-configuration-valid"].violations[0]
    assert text.startswith("stack dev: functions-signing-attached: parameter colour not known; allowed are")
    assert "vermilion" not in text


def test_a_parameter_of_the_wrong_kind_fails_the_configuration() -> None:
    reports = run(by_policy={SIGNING.id: {"scope": "orders"}})
    assert "parameter scope is no list of texts" in reports["guardrails-configuration-valid"].violations[0]


def test_a_required_parameter_that_is_missing_fails_the_configuration() -> None:
    server = Server([TRUSTED, *rulebook.RULES])
    report = judge(TRUSTED, UNSIGNED, server=server)
    assert any(
        "functions-layers-trusted: parameter ownAccounts not set" in text for text in report.violations
    )


def test_problems_of_the_standards_fail_the_configuration() -> None:
    reports = run(problems={"no-such-rule": ("no rule has this name",)})
    assert "no-such-rule: no rule has this name" in reports["guardrails-configuration-valid"].violations[0]


def test_a_policy_that_is_never_asked_is_disabled_which_production_refuses() -> None:
    record = RunRecord(Register(as_of=AS_OF), production=True)
    record.expect(["functions-something-else"])
    server = Server([SIGNING, *rulebook.RULES], record=record)
    report = judge(SIGNING, UNSIGNED, server=server)
    assert [text for text in report.violations if "functions-something-else is disabled" in text]
    relaxed = RunRecord(Register(as_of=AS_OF))
    relaxed.expect(["functions-something-else"])
    server = Server([SIGNING, *rulebook.RULES], record=relaxed)
    assert not [text for text in judge(SIGNING, UNSIGNED, server=server).violations if "disabled" in text]


def test_remarks_are_a_note_and_no_violation() -> None:
    report = run(remarks=("environment qa has no table",))["guardrails-configuration-valid"]
    assert report.violations == ()
    assert "environment qa has no table" in report.notes[0]


def test_a_faulty_entry_is_a_violation() -> None:
    bad = BadEntry(label="entry 2 (x)", problem="owner missing")
    assert "entry 2 (x): owner missing" in run(bad=(bad,))["exemptions-entry-valid"].violations[0]


def test_a_used_entry_is_listed_and_stands_in_for_its_violation() -> None:
    reports = run(entry())
    assert set(reports) == {SIGNING.id, "exemptions-entry-listed"}
    assert reports[SIGNING.id].violations == ()
    text = reports["exemptions-entry-listed"].violations[0]
    for part in (SIGNING.id, "orders", "platform", "2026-12-10", "Signing comes with the next release."):
        assert part in text


def test_an_unused_entry_is_a_violation_in_its_stack_only() -> None:
    reports = run(entry(resource=f"{FUNCTION}::gone"))
    assert "matched no violation in stack dev" in reports["exemptions-entry-used"].violations[0]
    assert "exemptions-entry-used" not in run(entry(resource=f"{FUNCTION}::gone", stack="prod"))


def test_an_expired_entry_is_a_violation_and_its_finding_counts_again() -> None:
    reports = run(entry(expires=AS_OF - dt.timedelta(days=1)))
    assert "expired on 2026-08-31" in reports["exemptions-entry-current"].violations[0]
    assert reports[SIGNING.id].violations
    assert "exemptions-entry-used" not in reports


def test_an_entry_that_is_due_within_thirty_days_is_a_note() -> None:
    assert "expires on 2026-10-01" in run(entry(expires=AS_OF + dt.timedelta(days=30)))[
        "exemptions-entry-current"
    ].notes[0]  # fmt: skip
    assert "exemptions-entry-current" not in run(entry(expires=AS_OF + dt.timedelta(days=31)))


def test_the_last_rule_clears_the_record_for_the_next_run() -> None:
    record = RunRecord(Register(entries=(entry(),), as_of=AS_OF))
    server = Server([SIGNING, *rulebook.RULES], record=record)
    judge(SIGNING, UNSIGNED, server=server)
    assert record.view("dev").used == ()


def test_the_rules_about_exemptions_do_not_apply_to_an_empty_register() -> None:
    server = Server(list(rulebook.RULES))
    reasons = server.analyze_stack([UNSIGNED]).not_applicable
    assert reasons == ("empty register", "empty register", "nothing exempted", "empty register")


def test_the_last_rule_is_the_one_that_clears() -> None:
    assert rulebook.RULES[-1] is RULES["exemptions-entry-used"]
