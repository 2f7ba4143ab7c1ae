"""The form of a rule's cases, which run in both preview modes, and once more with the rule emptied.

Tables live in tests/support/<area>_cases.py as a tuple CASES, which tests/policies/test_<area>.py runs;
`tests/contract/test_rules.py` asks for a pass and a violation of each rule, and that every violation is
silent when its rule is emptied.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.support.policies import MODES, Data, Mode, Report, Res, judge

if TYPE_CHECKING:
    from collections.abc import Mapping

    from policies.kit.rule import Rule


@dataclass(frozen=True, kw_only=True)
class Case:
    """One program and what the rule says about it.

    Attributes:
        rule: The rule.
        name: Given and then, in a few words.
        resources: The program, in order.
        keys: Finding keys of the violations, in order; empty for none.
        undecided: Texts that the notes hold, one a note line; empty for no note.
        not_applicable: Text that the reason holds; empty when the rule applies.
        parameters: Configuration of the rule.
        modes: Preview modes in which it holds.
        says: Texts that the first violation holds.
    """

    rule: Rule
    name: str
    resources: tuple[Res, ...]
    keys: tuple[str, ...] = ()
    undecided: tuple[str, ...] = ()
    not_applicable: str = ""
    parameters: Mapping[str, Data] = field(default_factory=dict[str, Data])
    modes: tuple[Mode, ...] = MODES
    says: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """Name of the test."""
        return f"{self.rule.id}: {self.name}"


def run(case: Case, mode: Mode, rule: Rule | None = None) -> Report:
    """The report on a case's program, by its rule or another."""
    return judge(rule or case.rule, *case.resources, parameters=case.parameters, mode=mode)


def check(case: Case, mode: Mode) -> None:
    """Assert everything that a case says."""
    report = run(case, mode)
    assert report.keys == case.keys, report.violations
    assert len(report.notes) == len(case.undecided), report.notes
    for note, text in zip(report.notes, case.undecided, strict=True):
        assert text in note
    for text in case.says:
        assert text in report.violations[0]
    if case.not_applicable:
        assert report.not_applicable
        assert all(case.not_applicable in reason for reason in report.not_applicable)
    elif not case.keys and not case.undecided:
        assert report.not_applicable == ()
