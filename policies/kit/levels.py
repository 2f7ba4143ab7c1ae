"""Levels per environment: one default in the catalogue, lowered by rule, never by habit.

Development lowers medium rules to advisory; the test tier and production keep the catalogue's level.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policies.kit.rule import Level, Severity

if TYPE_CHECKING:
    from guardrails.standards import Standards
    from policies.kit.rule import Rule

_SEVERE: Final = (Severity.HIGH, Severity.CRITICAL)


def level_of(rule: Rule, standards: Standards) -> Level:
    """The level of a rule in an environment: an override of the standards, else by severity and tier."""
    settings = standards.rules.get(rule.id)
    if settings and settings.level:
        return Level(settings.level)
    lowered = standards.tier == "development" and rule.severity not in _SEVERE
    return Level.ADVISORY if lowered else rule.level


def level_problems(rule: Rule, standards: Standards) -> tuple[str, ...]:
    """What the environment's level must not be: silent or rewriting in production, lowered when critical."""
    level = level_of(rule, standards)
    production = standards.tier == "production"
    problems: list[str] = []
    if production and level in (Level.DISABLED, Level.REMEDIATE):
        problems.append(f"level {level.value} is not allowed in production")
    critical = rule.severity is Severity.CRITICAL and rule.level is Level.MANDATORY
    if critical and level in (Level.ADVISORY, Level.DISABLED):
        problems.append(f"level {level.value} is too low for a critical rule")
    if level is Level.REMEDIATE and rule.remediate is None:
        problems.append("level remediate is not possible; the rule mends nothing")
    return tuple(problems)


def strict_by_default(rule: Rule, policy: str, standards: Standards) -> bool:
    """Whether undecided counts as a violation: in production, where nothing stops a severe finding later."""
    stack_half = policy == rule.policy_names[-1] and rule.in_stack is not None
    return standards.tier == "production" and stack_half and rule.severity in _SEVERE
