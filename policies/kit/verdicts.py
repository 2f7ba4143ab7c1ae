"""Every verdict of every rule, passes included: also what a pack keeps silent about because it is well.

A pack's process tells findings alone. Here the same rules, with the levels and parameters that the standards
give them, are asked in this process, one by one, about resources that are known already.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from guardrails.verdict import Verdict
from policies.kit.levels import level_of
from policies.kit.organisation import parameter_values
from policies.kit.pack import settings_of
from policies.kit.parameters import SCOPE, STRICT, Parameters
from policies.kit.rule import Level
from policies.kit.views import StackView

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from guardrails.exemptions import Register
    from guardrails.standards import Standards
    from policies.kit.rule import Rule
    from policies.kit.views import ResourceView


@dataclass(frozen=True, kw_only=True)
class Judged:
    """What one rule says of one resource.

    Attributes:
        rule: The rule.
        level: Its level in the environment.
        resource: The resource.
        verdict: The verdict of both its halves.
        exempted: Keys of findings that the register covers.
        strict: Whether "undecided" counts as a violation.
        fault: Type of the exception when the rule raised; its verdict is then "undecided".
    """

    rule: Rule
    level: Level
    resource: ResourceView
    verdict: Verdict
    exempted: frozenset[str] = frozenset()
    strict: bool = False
    fault: str = ""

    @property
    def refused(self) -> bool:
        """Whether a pack would end in a mandatory violation because of it."""
        found = any(finding.key not in self.exempted for finding in self.verdict.findings)
        due = found or (self.strict and bool(self.verdict.undecided))
        return due and self.level in (Level.MANDATORY, Level.REMEDIATE)


def all_verdicts(
    rules: Sequence[Rule],
    standards: Standards,
    register: Register,
    *,
    inputs: Sequence[ResourceView],
    outputs: Sequence[ResourceView],
    strict: bool = False,
) -> Iterator[Judged]:
    """The verdicts of rules on the resources of one stack, rule by rule.

    Args:
        rules: The rules; those about the rules say nothing of resources and are left out.
        standards: The standards of the stack's environment.
        register: The exemptions.
        inputs: The resources as the resource half sees them.
        outputs: The same resources, in the same order, as the stack half sees them.
        strict: Whether every rule counts "undecided" as a violation.
    """
    stack = StackView(resources=tuple(outputs))
    for rule in rules:
        asked = _Asked(rule, standards, stack, strict=strict)
        for first, last in zip(inputs, outputs, strict=True):
            if first.type in {*rule.types, *(rule.subjects if rule.in_stack else ())}:
                yield asked.judge(first, last, register)


class _Asked:
    """One rule as its environment configures it."""

    def __init__(self, rule: Rule, standards: Standards, stack: StackView, *, strict: bool) -> None:
        self._rule = rule
        self._stack = stack
        self._level = level_of(rule, standards)
        shared = parameter_values(standards)
        schema = {**rule.parameters, "scope": SCOPE, "strict": STRICT}
        first, last = (
            Parameters(schema, settings_of(rule, name, self._level, standards, shared))
            for name in (rule.policy_names[0], rule.policy_names[-1])
        )
        self._first, self._last = first, last
        self._strict = strict or last.flag("strict")

    def judge(self, first: ResourceView, last: ResourceView, register: Register) -> Judged:
        verdict, fault = self._verdict(first, last)
        return Judged(
            rule=self._rule,
            level=self._level,
            resource=first,
            verdict=verdict,
            exempted=frozenset(
                finding.key
                for finding in verdict.findings
                if any(
                    entry.covers(
                        rule=self._rule.id,
                        urn=first.urn,
                        subject=f"{first.type}::{first.name}",
                        stack=first.stack,
                        finding=finding.key,
                        as_of=register.as_of,
                    )
                    for entry in register.entries
                )
            ),
            strict=self._strict,
            fault=fault,
        )

    def _verdict(self, first: ResourceView, last: ResourceView) -> tuple[Verdict, str]:
        try:
            return verdict_of(self._rule, (first, last), self._stack, (self._first, self._last)), ""
        except Exception as error:  # noqa: BLE001 - one broken rule must not hide the verdicts of the others
            kind = type(error).__name__
            return Verdict(undecided=(f"the rule raised {kind}",)), kind


def verdict_of(
    rule: Rule,
    resource: tuple[ResourceView, ResourceView],
    stack: StackView,
    parameters: tuple[Parameters, Parameters],
) -> Verdict:
    """The verdict of both halves of a rule.

    Args:
        rule: The rule.
        resource: The resource as its two halves see it.
        stack: The stack that it is in.
        parameters: What the two halves are configured with.
    """
    missing = parameters[0].missing()
    if missing:
        return Verdict(not_applicable=f"parameter {missing[0]} not set")
    first, last = resource
    if not parameters[0].in_scope(first.name):
        return Verdict(not_applicable="outside the scope of this rule")
    early = rule.resource(first, parameters[0]) if rule.resource and first.type in rule.types else None
    if rule.in_stack is None or first.type not in rule.subjects:
        return early or Verdict()
    # Where the resource half has decided, the stack half is not asked.
    if early is not None and not early.undecided:
        return early
    verdict = rule.in_stack(last, stack, parameters[1])
    said = early.findings if early else ()
    return Verdict(
        findings=tuple(sorted({*said, *verdict.findings})),
        undecided=verdict.undecided,
        not_applicable=verdict.not_applicable,
    )
