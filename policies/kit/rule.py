"""One rule: a single constant that holds its metadata and its pure decisions.

A rule has up to three decisions, all total functions:
`resource` (half R) judges one resource's planned inputs, before it is created; the hard stop.
`in_stack` (half S) judges one resource with the whole stack in view. In a rule that has both halves,
"undecided" from `resource` means "the stack half decides": the kit is silent about it there, asks `in_stack`
for such resources only, and leaves out findings that `resource` has given. So `in_stack` gives the full
verdict.
`faults` and `run` judge the run itself (the rules about the rules).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from guardrails.verdict import Verdict
    from policies.kit.parameters import Parameter, Parameters
    from policies.kit.reader import Json
    from policies.kit.run import Fault, RunView
    from policies.kit.views import ResourceView, StackView

    ResourceDecision: TypeAlias = Callable[[ResourceView, Parameters], Verdict]
    StackDecision: TypeAlias = Callable[[ResourceView, StackView, Parameters], Verdict]
    FaultDecision: TypeAlias = Callable[[tuple[Fault, ...]], Verdict]
    RunDecision: TypeAlias = Callable[[RunView], Verdict]
    Remediation: TypeAlias = Callable[[ResourceView, Parameters], Mapping[str, Json]]

_ID: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+){2,}")


class Severity(Enum):
    """How bad a violation is; metadata, never changes an exit code."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class Level(Enum):
    """What a violation does."""

    ADVISORY = "advisory"
    MANDATORY = "mandatory"
    REMEDIATE = "remediate"
    DISABLED = "disabled"


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A rule of the catalogue.

    Attributes:
        id: `<area>-<subject>-<requirement>`, affirmative, never reused; the policy's name.
        row: Code of the subject in the catalogue, `+` for an addition.
        title: The requirement in one affirmative sentence; the policy's description.
        severity: See Severity.
        level: Default level; the environment may lower it (see policies.kit.levels).
        types: Resource types whose verdicts the rule gives; empty for rules on the stack as such.
        resource: Half R.
        in_stack: Half S.
        in_stack_types: Subjects of half S, when they are not `types`.
        reads: Further types that half S looks into.
        faults: Decision on the rules that raised, once per resource and once for the rest of the stack.
        run: Decision on the configuration and the exemptions of the run, once per stack.
        remediation: What the user does about it, one sentence.
        not_applicable: When the rule does not apply, for the documentation; empty for always.
        references: Ids of the same requirement in other rule sets; `≈` marks verdicts that differ.
        parameters: Its own parameters by name; `scope` and `strict` are added by the kit.
        explicit: The program must say the value itself; a provider's default does not count.
        remediate: Adds a missing setting whose value is certain: the top-level properties to set, or none.
    """

    id: str
    row: str
    title: str
    severity: Severity
    level: Level
    types: tuple[str, ...] = ()
    resource: ResourceDecision | None = None
    in_stack: StackDecision | None = None
    in_stack_types: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    faults: FaultDecision | None = None
    run: RunDecision | None = None
    remediation: str
    not_applicable: str = ""
    references: tuple[str, ...] = ()
    parameters: Mapping[str, Parameter] = field(default_factory=dict[str, "Parameter"])
    explicit: bool = False
    remediate: Remediation | None = None

    def __post_init__(self) -> None:
        """Refuse a rule that could not be served.

        Raises:
            ValueError: When the id has another form, or no decision is given, or types are missing.
        """
        if not _ID.fullmatch(self.id):
            raise ValueError(f"id: got {self.id!r}, allowed is <area>-<subject>-<requirement> in kebab-case")
        on_resources, on_run = bool(self.resource or self.in_stack), bool(self.faults or self.run)
        if on_resources == on_run:
            raise ValueError(f"{self.id}: give resource or in_stack (or both), else faults or run")
        if bool(self.types) != on_resources:
            raise ValueError(f"{self.id}: types belong to rules with resource or in_stack, and to these only")
        clash = {"scope", "strict", "enforcementLevel"} & set(self.parameters)
        if clash:
            raise ValueError(f"{self.id}: parameter names {sorted(clash)} belong to the kit")

    @property
    def area(self) -> str:
        """First word of the id."""
        return self.id.split("-", 1)[0]

    @property
    def kind(self) -> str:
        """`R`, `S` or `R+S`."""
        on_resource = self.resource or self.faults
        on_stack = self.in_stack or self.faults or self.run
        return "+".join(half for half, given in (("R", on_resource), ("S", on_stack)) if given)

    @property
    def policy_names(self) -> tuple[str, ...]:
        """The names of its policies: `<id>`, and for a rule of two halves also `<id>-in-stack`."""
        return (self.id, f"{self.id}-in-stack") if self.kind == "R+S" else (self.id,)

    @property
    def subjects(self) -> tuple[str, ...]:
        """Types that half S judges."""
        return self.in_stack_types or self.types
