"""Policy results, messages, outputs and summary as a reader sees them."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from pavedroad.command.display.model import read_events
from pavedroad.command.display.report import show_report
from pavedroad.command.display.wording import Operation
from pavedroad.engine.events import (
    CancelEvent,
    DiagnosticEvent,
    EngineEvent,
    Op,
    PolicyRemediationEvent,
    ResourcePreEvent,
    ResOutputsEvent,
)
from tests.support.command import STACK_URN, applied, done, note, pack, policy, small_run, step, summary, urn

FUNCTION = urn("aws:lambda/function:Function", "orders-api")
FINDING = (
    "orders-api (aws:lambda/function:Function): layers holds company-base at version 9; "
    "12 or newer is required. Add version 12 of company-base to layers. [layer:company-base]"
)


def shown(
    events: list[EngineEvent],
    width: int = 100,
    *,
    terminal: bool = False,
    operation: Operation = Operation.PREVIEW,
) -> str:
    out = io.StringIO()
    console = Console(
        file=out, width=width, force_terminal=terminal, highlight=False, markup=False, emoji=False
    )
    show_report(read_events(events, operation=operation), console, outcome="the plan is well")
    return out.getvalue()


def test_a_violation_names_subject_rule_fact_requirement_and_remedy() -> None:
    text = shown([pack(), policy(FINDING, resource=FUNCTION, rule="functions-layer-company-present")])

    block = text[text.index("Policy violations (1)") :]
    assert "high, mandatory (1)" in block
    assert "orders-api (aws:lambda/function:Function)  functions-layer-company-present  standards" in block
    assert "fact         layers holds company-base at version 9" in block
    assert "requirement  12 or newer is required" in block
    assert "remedy       Add version 12 of company-base to layers." in block


def test_violations_are_grouped_by_severity_and_level_worst_first() -> None:
    text = shown(
        [
            policy("a", rule="a", severity="low", level="advisory"),
            policy("a", rule="b", severity="high", level="advisory"),
            policy("a", rule="d", severity="critical"),
            policy("a", rule="c", severity="high"),
        ]
    )

    places = [
        text.index(heading)
        for heading in ("critical, mandatory", "high, mandatory", "high, advisory", "low,")
    ]
    assert places == sorted(places)


def test_undecided_notes_and_exemptions_stand_apart_from_violations() -> None:
    text = shown(
        [
            note("a (aws:iam/role:Role): undecided, name is not known before the update"),
            note("b (aws:iam/role:Role): undecided, name is not known before the update"),
            note("c (aws:iam/role:Role): no boundary; exempted until 2027-01-01 by ops: it moves [boundary]"),
        ]
    )

    assert "Policy violations" not in text
    assert "Undecided before the update (2)" in text
    assert "a, b (aws:iam/role:Role): name is not known before the update" in text
    assert "Exempted (1)" in text
    assert "exempted until 2027-01-01 by ops" in text


def test_remarks_of_the_rules_about_the_rules_are_no_undecided_results() -> None:
    line = "entry 1 (iam-role-boundary-attached on *::a) expires on 2027-01-01, owner ops"
    text = shown([note(line, rule="exemptions-entry-current")])

    assert "Undecided" not in text
    assert "Remarks (1)" in text
    assert line in " ".join(text.split())


def test_the_list_of_used_exemptions_is_no_violation() -> None:
    listed = (
        "stack dev: boundary on a is exempted until 2027-01-01 by ops; it moves soon. Nothing. [exemption:1]"
    )

    text = shown([policy(listed, rule="exemptions-entry-listed", level="advisory", severity="low")])

    assert "Policy violations" not in text
    assert "Exempted (1)" in text


def test_remediations_name_what_was_changed() -> None:
    event = PolicyRemediationEvent(
        resource_urn=FUNCTION,
        policy_name="functions-tracing-active",
        policy_pack_name="standards",
        policy_pack_version="1.2.0",
        before={"timeout": 3},
        after={"timeout": 3, "tracingConfig": {"mode": "Active"}},
    )

    assert "orders-api (aws:lambda/function:Function): tracingConfig  (functions-tracing-active)" in shown(
        [event]
    )


def test_the_summary_counts_steps_policies_and_time() -> None:
    events: list[EngineEvent] = [
        pack(policies=22, enabled=20),
        policy(FINDING, rule="one"),
        policy("x", rule="two", level="advisory"),
        note("n", rule="three"),
        note("n", rule="one"),
        summary(create=3, update=1, replace=1, delete=2, same=9),
    ]

    text = shown(events, width=120)

    assert "+ 3 to create, ~ 1 to update, +- 1 to replace, - 2 to delete, = 9 unchanged" in text
    assert "standards 1.2.0 (20 policies, 2 disabled)" in text
    assert "17 passed, 2 violated (2 findings, 1 mandatory), 1 undecided" in text
    assert "1.2 s" in text


def test_errors_stand_last_and_name_their_resource() -> None:
    text = shown(
        [
            DiagnosticEvent(
                severity="error", message="name: got '', allowed 1 to 64 characters\n", urn=FUNCTION
            ),
            DiagnosticEvent(severity="info", message="hello from the program"),
            DiagnosticEvent(severity="debug", message="noise"),
            DiagnosticEvent(severity="error", message="preview failed"),
            DiagnosticEvent(severity="info", message="moving", ephemeral=True),
        ]
    )

    assert text.index("hello from the program") < text.index(
        "error: orders-api (aws:lambda/function:Function): name:"
    )
    assert "noise" not in text
    assert "preview failed" not in text
    assert "moving" not in text


def test_outputs_of_the_stack_are_listed() -> None:
    created = step(Op.CREATE, STACK_URN, parent="").metadata
    assert created.new
    outputs = ResOutputsEvent(metadata=created, planning=True)
    object.__setattr__(created.new, "outputs", {"orders": {"queueUrl": "https://sqs"}, "key": "[secret]"})

    text = shown([outputs])

    assert "  orders:\n    queueUrl: https://sqs\n" in text
    assert "key: [secret]" in text


@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_line_is_wider_than_asked_and_none_ends_in_blanks(width: int) -> None:
    long = policy(FINDING.replace("company-base", "arn:aws:lambda:eu-west-1:111122223333:layer:" + "x" * 90))
    text = shown([*small_run(), long, note("n " * 200)], width)

    assert all(len(line) <= width and line == line.rstrip() for line in text.splitlines())


def test_no_colour_and_no_escape_reaches_a_file_whatever_a_value_holds() -> None:
    evil = "\x1b[2J\x1b]0;title\x07"
    events: list[EngineEvent] = [
        step(Op.CREATE, urn("aws:sqs/queue:Queue", f"q{evil}"), new={"name": evil}),
        policy(f"s (t): {evil}; b. c. [k]"),
        note(evil),
        DiagnosticEvent(severity="error", message=evil),
    ]

    assert "\x1b" not in shown(events)
    assert "\x07" not in shown(events)


def test_a_terminal_gets_colour() -> None:
    assert "\x1b[" in shown(small_run(), terminal=True)


def test_square_brackets_in_values_are_no_markup() -> None:
    assert "[bold]x" in shown([policy("[bold]x")])


def test_what_is_said_of_many_resources_in_the_same_words_is_said_once() -> None:
    said = [
        DiagnosticEvent(
            severity="warning", message="it was interrupted", urn=urn("aws:sqs/queue:Queue", f"q{n}")
        )
        for n in range(7)
    ]

    out = " ".join(shown([*small_run(), *said], width=80).split())

    assert "warning: q0, q1, q2, q3, q4 and 2 more: it was interrupted" in out
    assert out.count("interrupted") == 1


def test_a_run_that_broke_off_counts_what_it_did() -> None:
    events = [applied(event) for event in small_run()[1:-1]]
    ended = [done(event) for event in small_run()[4:5] if isinstance(event, ResourcePreEvent)]

    out = shown([*events, *ended, CancelEvent()], operation=Operation.UPDATE)

    # Stack and components are over as soon as they are begun.
    assert "+ 4 created" in out
    assert "4 done, 2 begun, end not seen" in out
