"""From rules to policies of the official SDK.

A rule with both halves becomes two policies, `<id>` and `<id>-in-stack`, with one level, severity and schema.
Notes (undecided, exempted) are advisory lines under a policy of any level: the SDK writes one when a policy
raises its UnknownValueError, so the adapter raises a subclass of it, with its own text, after all reports.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, TypedDict, cast

import pulumi_policy as sdk
from pulumi_policy import proxy

from guardrails.verdict import Finding, Verdict
from policies.kit import message
from policies.kit.parameters import SCOPE, STRICT, Parameter, Parameters
from policies.kit.reader import raw_entries
from policies.kit.run import LAST_RULE, Fault
from policies.kit.sdkview import resource_view, stack_name, stack_view

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from policies.kit.rule import Level, Rule
    from policies.kit.run import RunRecord
    from policies.kit.views import ResourceView, StackView


class Note(proxy.UnknownValueError):
    """Ends a policy with an advisory line of our own."""

    def __init__(self, text: str) -> None:
        """Take the text in place of the SDK's."""
        super().__init__(proxy.UNKNOWN_STRING_VALUE, [])
        self.message = text


class _Metadata(TypedDict):
    """What both kinds of policies of a rule share."""

    enforcement_level: sdk.EnforcementLevel
    config_schema: sdk.PolicyConfigSchema
    severity: sdk.Severity
    framework: sdk.PolicyComplianceFramework
    tags: list[str]
    remediation_steps: str


@dataclass
class _Outcome:
    """What one policy has to say: reports (text and URN), notes, and why it does not apply."""

    reports: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    notes: list[str] = field(default_factory=list[str])
    reasons: list[str] = field(default_factory=list[str])
    judged: int = 0

    def add(self, view: ResourceView, finding: Finding, remediation: str) -> None:
        """Report a finding on a resource."""
        self.reports.append((message.report(view.subject, finding, remediation), view.urn))

    def say(self, report: sdk.ReportViolation, not_applicable: Callable[[str], None]) -> None:
        """Report everything, then note or tell that the rule does not apply; these two end the policy."""
        for text, urn in self.reports:
            report(text, urn)
        if self.notes:
            raise Note("\n".join(self.notes))
        if not self.reports and self.reasons and len(self.reasons) == self.judged:
            not_applicable(self.reasons[0])


@dataclass(frozen=True, kw_only=True)
class Adapter:
    """Serves one rule in one run of a pack.

    Attributes:
        rule: The rule.
        level: Its level in this environment.
        record: Memory of the run.
    """

    rule: Rule
    level: Level
    record: RunRecord

    @cached_property
    def schema(self) -> Mapping[str, Parameter]:
        """The rule's parameters and those of the kit."""
        return {**self.rule.parameters, "scope": SCOPE, "strict": STRICT}

    def policies(self) -> tuple[sdk.Policy, ...]:
        """The rule's policies, resource half first; the record learns that they are expected to be asked."""
        rule = self.rule
        made: list[sdk.Policy] = []
        resource_name, stack_name = rule.policy_names[0], rule.policy_names[-1]
        if rule.resource or rule.faults:
            made.append(
                sdk.ResourceValidationPolicy(
                    resource_name,
                    rule.title,
                    self._validate_faults if rule.faults else self._validate_resource,
                    # The SDK accepts the map itself too; its alias names only the awaitable.
                    remediate=cast("sdk.ResourceRemediation", self._remedy) if rule.remediate else None,
                    **self._metadata(),
                )
            )
        if rule.in_stack or rule.faults or rule.run:
            validate = self._validate_stack if rule.in_stack else self._validate_run
            made.append(sdk.StackValidationPolicy(stack_name, rule.title, validate, **self._metadata()))
        self.record.expect(policy.name for policy in made)
        return tuple(made)

    def _metadata(self) -> _Metadata:
        rule = self.rule
        return {
            "enforcement_level": sdk.EnforcementLevel(self.level.value),
            "config_schema": sdk.PolicyConfigSchema(
                {name: dict(item.schema) for name, item in self.schema.items()}
            ),
            "severity": sdk.Severity(rule.severity.value),
            "framework": sdk.PolicyComplianceFramework(
                name="pavedroad", reference=rule.row, specification=", ".join(rule.references) or None
            ),
            "tags": [rule.area, rule.row],
            "remediation_steps": rule.remediation,
        }

    def _ask(self, policy: str, configured: Mapping[str, object]) -> None:
        """Check the configuration when a policy is asked for the first time."""
        if self.record.asked(policy):
            self.record.note_problems(policy, Parameters(self.schema, configured).problems())

    def _validate_resource(self, args: sdk.ResourceValidationArgs, report: sdk.ReportViolation) -> None:
        self.record.walk.resource_type = args.resource_type
        self._ask(self.rule.policy_names[0], args.get_config())
        if args.resource_type not in self.rule.types:
            return
        outcome = _Outcome()
        self._collect(outcome, resource_view(args), Parameters(self.schema, args.get_config()), stack=None)
        outcome.say(report, args.not_applicable)

    def _validate_stack(self, args: sdk.StackValidationArgs, report: sdk.ReportViolation) -> None:
        types = frozenset(resource.resource_type for resource in args.resources)
        self.record.walk.stack_types = types
        self._ask(self.rule.policy_names[-1], args.get_config())
        if types.isdisjoint(self.rule.subjects):
            return
        parameters = Parameters(self.schema, args.get_config())
        stack = stack_view(args)
        outcome = _Outcome()
        for view in stack.of_type(*self.rule.subjects):
            self._collect(outcome, view, parameters, stack=stack)
        outcome.say(report, args.not_applicable)

    def _validate_faults(self, args: sdk.ResourceValidationArgs, report: sdk.ReportViolation) -> None:
        self._ask(self.rule.policy_names[0], args.get_config())
        verdict = self.rule.faults(self.record.take_faults(args.urn)) if self.rule.faults else Verdict()
        subject = f"{args.name} ({args.resource_type})"
        for finding in verdict.findings:
            report(message.report(subject, finding, self.rule.remediation), args.urn)

    def _validate_run(self, args: sdk.StackValidationArgs, report: sdk.ReportViolation) -> None:
        self._ask(self.rule.policy_names[-1], args.get_config())
        stack = stack_name(args)
        if self.rule.faults:
            verdict = self.rule.faults(self.record.take_faults())
        else:
            verdict = self.rule.run(self.record.view(stack)) if self.rule.run else Verdict()
        if self.rule.id == LAST_RULE:
            self.record.forget_used()
        subject = f"stack {stack}"
        for finding in verdict.findings:
            report(message.report(subject, finding, self.rule.remediation), "")
        if verdict.undecided:  # of a rule on the run: whole lines that are due soon
            raise Note("\n".join(verdict.undecided))
        if verdict.not_applicable and not verdict.findings:
            args.not_applicable(verdict.not_applicable)

    def _collect(
        self, outcome: _Outcome, view: ResourceView, parameters: Parameters, *, stack: StackView | None
    ) -> None:
        """Judge one resource and write down what follows from the verdict."""
        verdict = self._verdict(view, parameters, stack)
        if verdict is None:
            return
        outcome.judged += 1
        if verdict.not_applicable and not verdict.findings and not verdict.undecided:
            outcome.reasons.append(verdict.not_applicable)
        for finding in verdict.findings:
            if not self._exempted(outcome, view, finding):
                outcome.add(view, finding, self.rule.remediation)
        if not verdict.undecided or (stack is None and self.rule.in_stack):
            return
        if not parameters.flag("strict"):
            outcome.notes.append(message.undecided(view.subject, verdict.undecided))
            return
        for path in verdict.undecided:
            finding = Finding(
                key=f"undecided:{path}",
                code="undecided",
                fact=f"{path} is not known yet",
                requirement="it cannot be decided before the update, and strict mode demands a decision",
                remedy=message.STRICT_REMEDY,
            )
            outcome.add(view, finding, self.rule.remediation)

    def _verdict(self, view: ResourceView, parameters: Parameters, stack: StackView | None) -> Verdict | None:
        """The verdict of the half that is asked; None when this half has nothing to say."""
        missing = parameters.missing()
        if missing:
            return Verdict(not_applicable=f"parameter {missing[0]} not set")
        if not parameters.in_scope(view.name):
            return Verdict(not_applicable="outside the scope of this rule")
        try:
            return self._decide(view, parameters, stack)
        except Exception as error:  # noqa: BLE001 - one broken rule must not end the run; guardrails-rule-sound fails
            kind = type(error).__name__
            self.record.note_fault(Fault(rule=self.rule.id, urn=view.urn, type=view.type, exception=kind))
            return None

    def _decide(self, view: ResourceView, parameters: Parameters, stack: StackView | None) -> Verdict | None:
        rule = self.rule
        if stack is None:
            return rule.resource(view, parameters) if rule.resource else None
        said: tuple[Finding, ...] = ()
        if rule.resource and view.type in rule.types:
            first = rule.resource(view, parameters)
            if not first.undecided:
                return None
            said = first.findings
        verdict = rule.in_stack(view, stack, parameters) if rule.in_stack else Verdict()
        findings = tuple(finding for finding in verdict.findings if finding not in said)
        return Verdict(findings=findings, undecided=verdict.undecided, not_applicable=verdict.not_applicable)

    def _exempted(self, outcome: _Outcome, view: ResourceView, finding: Finding) -> bool:
        """Whether an entry of the register covers a finding; then a note stands in for it."""
        register = self.record.register
        for entry in register.entries:
            if entry.covers(
                rule=self.rule.id,
                urn=view.urn,
                subject=f"{view.type}::{view.name}",
                stack=view.stack,
                finding=finding.key,
                as_of=register.as_of,
            ):
                self.record.note_used(entry, view.urn, finding.key)
                outcome.notes.append(message.exempted(view.subject, finding, entry))
                return True
        return False

    def _remedy(self, args: sdk.ResourceValidationArgs) -> Mapping[str, object] | None:
        """The whole property map with the missing settings added; None when nothing is missing or certain."""
        if args.resource_type not in self.rule.types or self.rule.remediate is None:
            return None
        parameters = Parameters(self.schema, args.get_config())
        view = resource_view(args)
        if parameters.missing() or not parameters.in_scope(view.name):
            return None
        try:
            additions = self.rule.remediate(view, parameters)
        except Exception as error:  # noqa: BLE001 - as above
            kind = type(error).__name__
            self.record.note_fault(Fault(rule=self.rule.id, urn=view.urn, type=view.type, exception=kind))
            return None
        return {**raw_entries(args.props), **additions} if additions else None
