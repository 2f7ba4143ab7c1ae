"""The rules about the rules: a rule set that cannot go silent.

Bad configuration, a rule that raised, and exemptions that are faulty, expired or unused are findings
themselves. Levels that `--policy-pack-config` sets reach the SDK only, never a policy, so of these `disabled`
alone is seen: a disabled policy is not asked.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

from guardrails.verdict import Finding, Verdict, not_applicable, violation
from policies.kit.rule import Level, Rule, Severity
from policies.kit.run import LAST_RULE

if TYPE_CHECKING:
    from policies.kit.run import Fault, RunView

DUE_SOON: Final = dt.timedelta(days=30)
_EMPTY: Final = "empty register"


def configuration_valid(run: RunView) -> Verdict:
    """Parameters are complete and known, levels are allowed, nothing is disabled in production."""
    findings = [
        Finding(
            key=f"configuration:{policy}",
            code="configuration",
            fact=f"{policy}: {problem}",
            requirement="a complete and valid configuration is required",
        )
        for policy, problems in run.problems.items()
        for problem in problems
    ]
    if run.production:
        findings.extend(
            Finding(
                key=f"configuration:{policy}",
                code="disabled",
                fact=f"{policy} is disabled",
                requirement="every rule runs in production",
            )
            for policy in run.silent
            if policy != LAST_RULE
        )
    return Verdict(findings=tuple(sorted(findings)), undecided=run.remarks)


def rule_sound(faults: tuple[Fault, ...]) -> Verdict:
    """No rule raised."""
    return violation(
        *(
            Finding(
                key=f"rule:{fault.rule}",
                code="raised",
                fact=f"{fault.rule} raised {fault.exception} on {fault.type}",
                requirement="every rule decides",
            )
            for fault in faults
        )
    )


def entry_valid(run: RunView) -> Verdict:
    """Every entry of the register is complete and allowed."""
    register = run.register
    if not register.entries and not register.bad:
        return not_applicable(_EMPTY)
    return violation(
        *(
            Finding(
                key=f"exemption:{entry.label}",
                code="entry",
                fact=f"{entry.label}: {entry.problem}",
                requirement="a complete entry is required",
            )
            for entry in register.bad
        )
    )


def entry_current(run: RunView) -> Verdict:
    """No entry has expired; those that soon will are named in a note."""
    register = run.register
    if not register.entries:
        return not_applicable(_EMPTY)
    expired = [entry for entry in register.entries if entry.expires < register.as_of]
    due = [
        entry for entry in register.entries if register.as_of <= entry.expires <= register.as_of + DUE_SOON
    ]
    return violation(
        *(
            Finding(
                key=f"exemption:{entry.position}",
                code="expired",
                fact=f"{entry.label} expired on {entry.expires.isoformat()}",
                requirement="a current entry is required",
            )
            for entry in expired
        ),
        undecided=tuple(
            f"{entry.label} expires on {entry.expires.isoformat()}, owner {entry.owner}" for entry in due
        ),
    )


def entry_listed(run: RunView) -> Verdict:
    """Every exemption that was used stands in the report."""
    if not run.used:
        return not_applicable("nothing exempted")
    entries = {entry.position: entry for entry in run.register.entries}
    return violation(
        *(
            Finding(
                key=f"exemption:{used.position}",
                code="exempted",
                fact=(
                    f"{entries[used.position].rule} on {used.urn.rsplit('::', 1)[-1]} is exempted until "
                    f"{entries[used.position].expires.isoformat()} by {entries[used.position].owner}"
                ),
                requirement=entries[used.position].reason,
            )
            for used in run.used
        )
    )


def entry_used(run: RunView) -> Verdict:
    """Every entry for this stack matched a violation."""
    register = run.register
    if not register.entries:
        return not_applicable(_EMPTY)
    used = {item.position for item in run.used}
    return violation(
        *(
            Finding(
                key=f"exemption:{entry.position}",
                code="unused",
                fact=f"{entry.label} matched no violation in stack {run.stack}",
                requirement="an entry that is needed is required",
            )
            for entry in register.entries
            if entry.position not in used and entry.holds_in(run.stack, register.as_of)
        )
    )


RULES: Final = (
    Rule(
        id="guardrails-rule-sound",
        row="+",
        title="Every rule decides without an error.",
        severity=Severity.HIGH,
        level=Level.MANDATORY,
        faults=rule_sound,
        remediation="Report the rule and the resource type.",
    ),
    Rule(
        id="exemptions-entry-valid",
        row="+",
        title="Every exemption is complete and allowed.",
        severity=Severity.HIGH,
        level=Level.MANDATORY,
        run=entry_valid,
        remediation="Complete the entry.",
        not_applicable=_EMPTY,
    ),
    Rule(
        id="exemptions-entry-current",
        row="+",
        title="No exemption has expired.",
        severity=Severity.HIGH,
        level=Level.MANDATORY,
        run=entry_current,
        remediation="Fix the cause or renew the entry with a new reason.",
        not_applicable=_EMPTY,
    ),
    Rule(
        id="exemptions-entry-listed",
        row="+",
        title="Every exemption that is used is listed.",
        severity=Severity.LOW,
        level=Level.ADVISORY,
        run=entry_listed,
        remediation="Review the list.",
        not_applicable="nothing exempted",
    ),
    Rule(
        id="guardrails-configuration-valid",
        row="+",
        title="The configuration of the rules is complete and valid.",
        severity=Severity.HIGH,
        level=Level.MANDATORY,
        run=configuration_valid,
        remediation="Correct the configuration file.",
    ),
    Rule(
        id="exemptions-entry-used",
        row="+",
        title="Every exemption is needed.",
        severity=Severity.MEDIUM,
        level=Level.MANDATORY,
        run=entry_used,
        remediation="Remove the entry.",
        not_applicable="the run failed earlier, or the register is empty",
    ),
)
"""In the order in which they run, after all other rules; the last one clears the record of the run.

The check of the configuration sees only policies that were asked before it, so it is the last but one.
"""
