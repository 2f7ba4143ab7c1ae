"""Policy events taken apart."""

from __future__ import annotations

import datetime as dt

from guardrails.exemptions import Exemption
from guardrails.verdict import Finding
from pavedroad.command.display.results import ResultKind, policy_results, subject_of
from policies.kit import message
from tests.support.command import note, policy, urn

FUNCTION = urn("aws:lambda/function:Function", "orders-api")
FINDING = (
    "orders-api (aws:lambda/function:Function): layers holds company-base at version 9; "
    "12 or newer is required. Add version 12 of company-base to layers. [layer:company-base]"
)


def test_a_finding_is_taken_apart_into_subject_fact_requirement_remedy_and_key() -> None:
    (found,) = policy_results([policy(FINDING, resource=FUNCTION)])

    assert found.kind is ResultKind.VIOLATION
    assert found.subject == "orders-api (aws:lambda/function:Function)"
    assert found.fact == "layers holds company-base at version 9"
    assert found.requirement == "12 or newer is required"
    assert found.remedy == "Add version 12 of company-base to layers."
    assert found.key == "layer:company-base"
    assert found.mandatory


def test_what_the_rule_kit_writes_is_taken_apart_into_what_it_was_made_of() -> None:
    finding = Finding(
        key="layer:company-base", code="too-old", fact="it is at version 9", requirement="12 is required"
    )
    subject = "orders-api (aws:lambda/function:Function)"

    (found,) = policy_results([policy(message.report(subject, finding, "Add version 12, or newer."))])

    assert (found.subject, found.fact, found.requirement) == (subject, finding.fact, finding.requirement)
    assert (found.remedy, found.key) == ("Add version 12, or newer.", finding.key)


def test_what_the_rule_kit_notes_is_sorted_by_its_meaning() -> None:
    finding = Finding(key="boundary", code="none", fact="there is none", requirement="one is required")
    exemption = Exemption(
        position=0,
        rule="iam-role-boundary-attached",
        resource="*::moved",
        reason="moves to another account",
        owner="team-a",
        expires=dt.date(2027, 1, 1),
    )
    lines = (
        message.undecided("a (aws:iam/role:Role)", ("name", "path")),
        message.exempted("b (aws:iam/role:Role)", finding, exemption),
    )

    first, second = policy_results([note("\n".join(lines))])

    assert (first.kind, first.subject) == (ResultKind.UNDECIDED, "a (aws:iam/role:Role)")
    assert first.fact == "name, path are not known before the update"
    assert (second.kind, second.subject) == (ResultKind.EXEMPTED, "b (aws:iam/role:Role)")
    assert "moves to another account" in second.fact


def test_versions_and_brackets_do_not_confuse_the_parts() -> None:
    (found,) = policy_results(
        [
            policy(
                "d (aws:x/y:Z): minimum is TLSv1.1; TLSv1.2_2021 is required. Set a[0].b, c. [key:origins[0]]"
            )
        ]
    )

    assert (found.requirement, found.remedy, found.key) == (
        "TLSv1.2_2021 is required",
        "Set a[0].b, c.",
        "key:origins[0]",
    )


def test_the_message_of_another_pack_is_kept_whole() -> None:
    (found,) = policy_results(
        [policy("no owner tag; sorry", resource=FUNCTION, description="Owners are named.")]
    )

    assert found.subject == "orders-api (aws:lambda/function:Function)"
    assert found.fact == "no owner tag; sorry"
    assert found.requirement == "Owners are named."


def test_a_description_alone_is_the_fact() -> None:
    (found,) = policy_results([policy("", description="Owners are named.")])

    assert (found.fact, found.requirement) == ("Owners are named.", "")


def test_notes_are_undecided_or_exempted_and_one_a_line() -> None:
    text = (
        "a (aws:iam/role:Role): undecided, name is not known before the update\n"
        "b (aws:iam/role:Role): no boundary; exempted until 2027-01-01 by team-a: moves soon [boundary]"
    )
    first, second = policy_results([note(text)])

    assert (first.kind, first.subject, first.mandatory) == (
        ResultKind.UNDECIDED,
        "a (aws:iam/role:Role)",
        False,
    )
    assert first.fact == "name is not known before the update"
    assert second.kind is ResultKind.EXEMPTED
    assert second.subject == "b (aws:iam/role:Role)"
    assert "by team-a" in second.fact


def test_a_note_never_counts_as_mandatory_and_a_missed_remediation_does() -> None:
    assert not policy_results([note("x")])[0].mandatory
    assert not policy_results([policy(FINDING, level="advisory")])[0].mandatory
    assert policy_results([policy(FINDING, level="remediate")])[0].mandatory


def test_equal_results_are_shown_once() -> None:
    assert len(policy_results([policy(FINDING), policy(FINDING)])) == 1


def test_the_subject_of_a_urn_is_its_name_and_own_type() -> None:
    assert subject_of(urn("a:b:C$aws:sqs/queue:Queue", "q")) == "q (aws:sqs/queue:Queue)"
    assert subject_of("") == "the stack"
