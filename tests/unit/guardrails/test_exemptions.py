"""The register: which entries count, which are faulty, and why."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

import pytest

from guardrails.exemptions import Register, read_register, register

if TYPE_CHECKING:
    from pathlib import Path

AS_OF: Final = dt.date(2026, 9, 1)
RULES: Final = ("functions-layers-trusted", "iam-policy-actions-scoped", "iam-trust-closed")
GOOD: Final[dict[str, object]] = {
    "rule": "functions-layers-trusted",
    "resource": "aws:lambda/function:Function::report",
    "reason": "The vendor publishes it.",
    "owner": "platform-team",
    "expires": dt.date(2027, 3, 31),
}


def read(**changes: object) -> Register:
    fields = {name: value for name, value in {**GOOD, **changes}.items() if value is not None}
    return register([fields], rules=RULES, as_of=AS_OF)


def test_a_complete_entry_is_valid() -> None:
    found = read(stack="dev*", finding="layer:1:x")
    assert found.bad == ()
    entry = found.entries[0]
    assert (entry.position, entry.stack, entry.finding) == (1, "dev*", "layer:1:x")
    assert entry.label == "entry 1 (functions-layers-trusted on aws:lambda/function:Function::report)"


@pytest.mark.parametrize("expires", ["2027-03-31", dt.datetime(2027, 3, 31, tzinfo=dt.UTC)])
def test_an_end_may_be_a_text_or_a_time(expires: object) -> None:
    assert read(expires=expires).entries[0].expires == dt.date(2027, 3, 31)


@pytest.mark.parametrize("days", [0, 366])
def test_the_longest_and_the_shortest_end_are_allowed(days: int) -> None:
    assert read(expires=AS_OF + dt.timedelta(days=days)).entries


def test_a_reason_of_twenty_characters_is_long_enough() -> None:
    assert read(reason="x" * 20).entries


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"rule": None}, "rule missing"),
        ({"owner": ""}, "owner missing"),
        ({"reason": None, "expires": None}, "reason, expires missing"),
        ({"until": "x"}, "until not known"),
        ({"owner": 7}, "owner must be text"),
        ({"rule": "no-such-rule"}, "no rule is named no-such-rule"),
        ({"rule": "iam-trust-closed"}, "nobody is exempted from iam-trust-closed"),
        ({"resource": "*"}, "resource matches everything"),
        ({"resource": "**"}, "resource matches everything"),
        ({"reason": "x" * 19}, "reason is shorter than 20"),
        ({"expires": "soon"}, "expires is no ISO date"),
        ({"expires": AS_OF + dt.timedelta(days=367)}, "expires more than 366 days ahead"),
        ({"rule": "iam-policy-actions-scoped"}, "finding by finding"),
    ],
)
def test_a_faulty_entry_exempts_nothing_and_says_why(changes: dict[str, object], problem: str) -> None:
    found = read(**changes)
    assert found.entries == ()
    assert problem in found.bad[0].problem


def test_an_entry_that_is_no_table_is_faulty() -> None:
    assert register(["x"], rules=RULES, as_of=AS_OF).bad[0].label == "entry 1 (no rule)"


def test_an_expired_entry_is_kept_but_covers_nothing() -> None:
    entry = read(expires=AS_OF - dt.timedelta(days=1)).entries[0]
    assert not entry.holds_in("dev", AS_OF)
    assert entry.holds_in("dev", AS_OF - dt.timedelta(days=1))


def test_a_pack_keeps_the_entries_of_its_rules() -> None:
    assert read().of_rules({"functions-layers-trusted"}).entries
    assert not read().of_rules({"other-rule-name"}).entries


def test_a_missing_file_is_an_empty_register(tmp_path: Path) -> None:
    found = read_register(tmp_path / "none.toml", rules=RULES, as_of=AS_OF)
    assert (found.entries, found.bad) == ((), ())


@pytest.mark.parametrize(
    ("text", "problem"),
    [("x = [", "no TOML"), ("exemption = 1", "[[exemption]] tables"), ("[other]", "[[exemption]] tables")],
)
def test_a_faulty_file_is_one_faulty_entry(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "exemptions.toml"
    path.write_text(text)
    found = read_register(path, rules=RULES, as_of=AS_OF)
    assert found.bad[0].label == "exemptions.toml"
    assert problem in found.bad[0].problem


def test_a_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "exemptions.toml"
    path.write_text(
        '[[exemption]]\nrule = "functions-layers-trusted"\nresource = "*::report"\n'
        'reason = "The vendor publishes it."\nowner = "platform"\nexpires = 2027-01-31\n'
    )
    assert [entry.owner for entry in read_register(path, rules=RULES, as_of=AS_OF).entries] == ["platform"]
