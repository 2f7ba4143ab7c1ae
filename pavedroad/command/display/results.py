"""Policy events sorted by what they mean (violations, undecided notes, exemptions), each taken apart.

A finding of our packs reads `subject: fact; requirement. Remedy. [key]` below the policy's description. A
message of another pack is shown whole: nothing is lost when it does not have that form.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pavedroad.engine.events import EnforcementLevel, PolicyEvent

# What the policy SDK makes of a rule that ends with a note; always advisory, whatever the rule's level.
_NOTE: Final = re.compile(
    r"can't run (?:policy|remediation) '.*?' from policy pack '.*?' during preview: ?", re.DOTALL
)
_EXEMPTED: Final = re.compile(r"\bexempted until \d{4}-\d{2}-\d{2} by ")
_LISTED: Final = "exemptions-entry-listed"
_ABOUT_RULES: Final = ("exemptions-", "guardrails-")
"""Areas of the rules about the rules: what they note is for the keepers of the register and the standards."""

_SUBJECT: Final = r"^(?P<subject>stack \S+|.+? \([^()\s]+\)): "
_HEADED: Final = re.compile(_SUBJECT + r"(?:undecided, )?(?P<rest>.+)$", re.DOTALL)
_FINDING: Final = re.compile(
    _SUBJECT + r"(?P<fact>.+?); (?P<requirement>.+?)\. (?P<remedy>.+\.) \[(?P<key>.+?)\]$", re.DOTALL
)


class ResultKind(Enum):
    """What a policy event means for the reader."""

    VIOLATION = "violation"
    UNDECIDED = "undecided"
    EXEMPTED = "exempted"
    REMARK = "remark"


@dataclass(frozen=True, kw_only=True)
class PolicyResult:
    """One result of one rule on one resource.

    Attributes:
        subject: Logical name and type, e.g. `orders (aws:sqs/queue:Queue)`.
        fact: What is there; holds the whole text when the message has another form.
        requirement: What is demanded, or the policy's description.
        remedy: The change that mends it.
        key: Finding key by which it can be exempted.
    """

    kind: ResultKind
    rule: str
    pack: str
    pack_version: str
    level: EnforcementLevel
    severity: str
    urn: str
    description: str
    subject: str
    fact: str
    requirement: str = ""
    remedy: str = ""
    key: str = ""

    @property
    def mandatory(self) -> bool:
        """Whether it fails the run."""
        return self.kind is ResultKind.VIOLATION and self.level in ("mandatory", "remediate")


def policy_results(events: Iterable[PolicyEvent]) -> tuple[PolicyResult, ...]:
    """The results in order, equal ones once; a note of several lines is one result a line."""
    return tuple(dict.fromkeys(result for event in events for result in _results(event)))


def _results(event: PolicyEvent) -> Iterator[PolicyResult]:
    note = _NOTE.search(event.message)
    if note:
        for line in event.message[note.end() :].strip().splitlines():
            headed = _HEADED.match(line)
            yield _result(
                event,
                _kind_of_note(event, line),
                subject=headed["subject"] if headed else subject_of(event.resource_urn),
                fact=headed["rest"] if headed else line,
            )
        return
    description, _, text = (part.strip() for part in event.message.partition("\n"))
    finding, headed = _FINDING.match(text), _HEADED.match(text)
    if finding:
        # The list of used exemptions comes as reports of a rule of its own; it reports no fault.
        kind = ResultKind.EXEMPTED if event.policy_name == _LISTED else ResultKind.VIOLATION
        yield _result(event, kind, description=description, **finding.groupdict())
    else:
        yield _result(
            event,
            ResultKind.VIOLATION,
            description=description,
            subject=headed["subject"] if headed else subject_of(event.resource_urn),
            fact=headed["rest"] if headed else text or description,
            requirement=description if text else "",
        )


def _kind_of_note(event: PolicyEvent, line: str) -> ResultKind:
    if _EXEMPTED.search(line):
        return ResultKind.EXEMPTED
    return ResultKind.REMARK if event.policy_name.startswith(_ABOUT_RULES) else ResultKind.UNDECIDED


def _result(
    event: PolicyEvent,
    kind: ResultKind,
    *,
    subject: str,
    fact: str,
    description: str = "",
    requirement: str = "",
    remedy: str = "",
    key: str = "",
) -> PolicyResult:
    return PolicyResult(
        kind=kind,
        rule=event.policy_name,
        pack=event.policy_pack_name,
        pack_version=event.policy_pack_version,
        level=event.enforcement_level,
        severity=event.severity or "medium",
        urn=event.resource_urn,
        description=description,
        subject=subject,
        fact=fact,
        requirement=requirement,
        remedy=remedy,
        key=key,
    )


def subject_of(urn: str) -> str:
    """`name (type)` of a URN; the stack when there is none."""
    if not urn:
        return "the stack"
    type_chain, _, name = urn.rpartition("::")
    return f"{name} ({type_chain.rsplit('::', 1)[-1].rsplit('$', 1)[-1]})"
