"""`pavedroad check --all-verdicts`: what every rule of our own packs says of every resource, as JSON."""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import policies
from guardrails.exemptions import read_register
from guardrails.standards import StandardsError, load
from guardrails.verdict import VerdictKind
from pavedroad.command.failure import CommandError, ExitCode
from pavedroad.engine.state import provider_urn, urn_name
from pavedroad.engine.values import masked_props, plain_references, without_internals
from policies.kit.reader import Facts
from policies.kit.verdicts import Judged, all_verdicts
from policies.kit.views import ResourceView
from policies.rules import RULES
from policies.selection import EXEMPTIONS, PACKS, rules_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pavedroad.engine.events import Json
    from pavedroad.engine.state import State
    from pavedroad.engine.values import Props
    from policies.kit.rule import Rule

_STACK_PART = 2


def print_verdicts(resources: Sequence[State], packs: Sequence[Path], *, strict: bool) -> ExitCode:
    """Print the verdicts, and say how the command ends.

    Args:
        resources: What to judge; each in the environment of the stack that its URN names.
        packs: Folders of packs whose rules are asked; empty for all of ours.
        strict: Whether "undecided" counts as a violation.

    Raises:
        CommandError: A pack is none of ours, or the standards cannot be used.
    """
    rules = _rules(packs)
    register = read_register(
        EXEMPTIONS, rules=tuple(rule.id for rule in RULES), as_of=dt.datetime.now(tz=dt.UTC).date()
    )
    by_stack: dict[str, list[State]] = {}
    for state in resources:
        by_stack.setdefault(state.urn.split(":")[_STACK_PART], []).append(state)
    found: list[Judged] = []
    for stack, states in by_stack.items():
        try:
            standards = load(stack)
        except StandardsError as error:
            raise CommandError(str(error), remedy="Mend guardrails/standards.toml.") from error
        known = {state.urn: state for state in resources}
        found += all_verdicts(
            rules,
            standards,
            register,
            inputs=[_view(state, state.inputs, known) for state in states],
            outputs=[_view(state, state.outputs, known) for state in states],
            strict=strict,
        )
    counts = Counter(each.verdict.kind for each in found)
    code = ExitCode.POLICY_VIOLATION if any(each.refused for each in found) else ExitCode.WELL
    document = {
        "resources": len(resources),
        "rules": len(rules),
        "exitCode": code.value,
        "summary": {kind.value: counts[kind] for kind in VerdictKind},
        "verdicts": [_entry(each) for each in found],
    }
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")
    sys.stdout.flush()
    return code


def _rules(packs: Sequence[Path]) -> tuple[Rule, ...]:
    """The rules on resources of these packs, each once."""
    home = Path(policies.__file__).resolve().parent / "packs"
    names = {home / name: name for name in PACKS}
    chosen = [name for folder, name in names.items() if not packs or folder in packs]
    strange = [str(pack) for pack in packs if pack not in names]
    if strange:
        raise CommandError(
            f"--all-verdicts: {strange[0]} is no pack of ours; only our rules can be asked one by one",
            remedy=f"Name {', '.join(map(str, names))}, or leave --policy-pack out for all of them.",
        )
    return tuple({rule.id: rule for name in chosen for rule in rules_of(name) if rule.types}.values())


def _view(state: State, props: Props, known: Mapping[str, State]) -> ResourceView:
    provider = known.get(provider_urn(state.provider))
    return ResourceView(
        type=state.type,
        name=urn_name(state.urn),
        urn=state.urn,
        props=Facts(_visible(props)),
        provider=Facts(None if provider is None else _visible(provider.inputs)),
        parent=state.parent,
        protect=state.protect,
        links={key: tuple(urns) for key, urns in state.property_dependencies.items()},
    )


def _visible(props: Props) -> Props:
    return plain_references(without_internals(masked_props(props)))


def _entry(judged: Judged) -> dict[str, Json]:
    rule, verdict = judged.rule, judged.verdict
    found: dict[str, Json] = {
        "rule": rule.id,
        "row": rule.row,
        "severity": rule.severity.value,
        "level": judged.level.value,
        "resourceUrn": judged.resource.urn,
        "verdict": verdict.kind.value,
    }
    if verdict.findings:
        found["findings"] = [
            {
                "key": finding.key,
                "code": finding.code,
                "fact": finding.fact,
                "requirement": finding.requirement,
                "remedy": finding.remedy or rule.remediation,
                "exempted": finding.key in judged.exempted,
            }
            for finding in verdict.findings
        ]
    if verdict.undecided:
        found["undecided"] = list(verdict.undecided)
    if verdict.kind is VerdictKind.NOT_APPLICABLE:
        found["reason"] = verdict.not_applicable
    if judged.fault:
        found["fault"] = judged.fault
    return found
