"""The content of a policy pack for one environment: policies, with levels and parameters from the standards.

Nothing here builds a PolicyPack: its constructor starts a server and never returns, so only a pack's __main__
does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import pulumi_policy as sdk

from policies.kit.adapter import Adapter
from policies.kit.levels import level_of, level_problems, strict_by_default
from policies.kit.organisation import parameter_values
from policies.kit.run import RunRecord
from policies.kit.walk import PolicyList

if TYPE_CHECKING:
    from collections.abc import Sequence

    from guardrails.exemptions import Register
    from guardrails.standards import Standards
    from policies.kit.reader import Json
    from policies.kit.rule import Level, Rule


@dataclass(frozen=True, kw_only=True)
class PackContent:
    """What the constructor of a PolicyPack takes.

    Attributes:
        policies: In the order of the rules.
        initial_config: Level and parameters of every policy, by its name.
        record: Memory of the run.
    """

    policies: list[sdk.Policy]
    initial_config: dict[str, sdk.EnforcementLevel | dict[str, object]]
    record: RunRecord


def pack_content(
    rules: Sequence[Rule], standards: Standards, register: Register, *, known_rules: Sequence[str] = ()
) -> PackContent:
    """Build the content of a pack.

    Args:
        rules: The pack's rules; the rules about the rules last.
        standards: The standards of the environment.
        register: The exemptions; only the entries of the pack's rules are judged.
        known_rules: Ids of all rules, for the check of the standards; the pack's own if empty.
    """
    problems: dict[str, tuple[str, ...]] = {}
    for rule_id in standards.rules:
        if rule_id not in (known_rules or [rule.id for rule in rules]):
            problems[rule_id] = ("no rule has this name",)
    for rule in rules:
        found = level_problems(rule, standards)
        if found:
            problems[rule.id] = found
    remark = (
        f"environment {standards.environment} has no table in standards.toml: the base applies, "
        f"with the levels of the {standards.tier} tier"
    )
    record = RunRecord(
        register.of_rules({rule.id for rule in rules}),
        problems=problems,
        remarks=() if standards.listed else (remark,),
        production=standards.tier == "production",
    )
    shared = parameter_values(standards)
    policies: list[sdk.Policy] = []
    types: dict[str, frozenset[str]] = {}
    config: dict[str, sdk.EnforcementLevel | dict[str, object]] = {}
    for rule in rules:
        level = level_of(rule, standards)
        made = Adapter(rule=rule, level=level, record=record).policies()
        policies.extend(made)
        for policy in made:
            config[policy.name] = settings_of(rule, policy.name, level, standards, shared)
            if rule.types:
                stack_half = isinstance(policy, sdk.StackValidationPolicy)
                types[policy.name] = frozenset(rule.subjects if stack_half else rule.types)
    listed = PolicyList(policies, types, record)
    return PackContent(policies=listed, initial_config=config, record=record)


def settings_of(
    rule: Rule, policy: str, level: Level, standards: Standards, shared: dict[str, Json]
) -> dict[str, object]:
    """One policy's level (the wire has no "unset": it must be said), strictness and parameters."""
    own = standards.rules.get(rule.id)
    values = {name: shared[name] for name in rule.parameters if name in shared}
    values |= cast("dict[str, Json]", own.parameters) if own else {}
    values = {name: value for name, value in values.items() if value not in ([], "")}
    strict = strict_by_default(rule, policy, standards)
    return {"enforcementLevel": sdk.EnforcementLevel(level.value), "strict": strict, **values}
