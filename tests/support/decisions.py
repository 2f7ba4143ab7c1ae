"""Laws of every decision, whatever the facts: bounded texts, order, and what an unknown may change."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, TypeVar

from hypothesis import strategies as st

from guardrails.verdict import UNKNOWN, Verdict, VerdictKind

if TYPE_CHECKING:
    from collections.abc import Callable

Facts = TypeVar("Facts")

ANNOTATION_LIMIT = 256


def codes(verdict: Verdict) -> tuple[str, ...]:
    """The codes of a verdict's findings, in order."""
    return tuple(finding.code for finding in verdict.findings)


def assert_bounded(verdict: Verdict) -> None:
    """Findings are sorted and fit an evaluation; a reason stands alone."""
    assert list(verdict.findings) == sorted(verdict.findings)
    for finding in verdict.findings:
        assert len(f"{finding.fact}; {finding.requirement}") <= ANNOTATION_LIMIT
        assert finding.key
        assert finding.code
        assert "\n" not in f"{finding.key}{finding.fact}{finding.requirement}"
    assert not (verdict.not_applicable and (verdict.findings or verdict.undecided))


def masks(names: tuple[str, ...]) -> st.SearchStrategy[frozenset[str]]:
    """Which fields are not known yet."""
    return st.frozensets(st.sampled_from(names))


def hide(facts: Facts, names: frozenset[str]) -> Facts:
    """The facts with some fields that are set made unknown; absent ones stay absent."""
    known = {field.name: getattr(facts, field.name) for field in fields(facts)}  # pyright: ignore[reportArgumentType] - a dataclass
    hidden = {name: UNKNOWN for name in names if known[name] is not None}
    return replace(facts, **hidden)  # pyright: ignore[reportType, reportCallIssue, reportArgumentType] - a dataclass


def assert_unknowns_sound(
    decide: Callable[[Facts], Verdict], facts: Facts, names: frozenset[str], *, presence: bool = False
) -> None:
    """What is decided in spite of unknowns is what is decided once they are known.

    Args:
        decide: The decision.
        facts: Facts without unknowns.
        names: Fields to hide.
        presence: Whether a hidden field may count as good because it is set (code P).
    """
    final, early = decide(facts), decide(hide(facts, names))
    assert_bounded(final)
    assert_bounded(early)
    assert not final.undecided
    if early.kind is VerdictKind.VIOLATION:
        assert {finding.key for finding in early.findings} <= {finding.key for finding in final.findings}
    if early.kind is VerdictKind.PASS and not presence:
        assert final.kind in (VerdictKind.PASS, VerdictKind.NOT_APPLICABLE)
    if early.kind is VerdictKind.NOT_APPLICABLE:
        assert final.kind is VerdictKind.NOT_APPLICABLE
