"""The texts of reports and notes, in one place: subject, fact, requirement, remedy and key, within limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from guardrails.exemptions import Exemption
    from guardrails.verdict import Finding

FACT_LIMIT: Final = 256  # of an annotation in AWS Config, which carries fact and requirement
MESSAGE_LIMIT: Final = 500
STRICT_REMEDY: Final = "Use a deterministic name, or pass the resource itself instead of a text"


def report(subject: str, finding: Finding, remediation: str) -> str:
    """The text of a violation; too long a fact, then too long a remedy, gives way, the key never."""
    statement = fitted(f"{finding.fact}; {finding.requirement}", FACT_LIMIT)
    remedy = (finding.remedy or remediation).rstrip(".")
    head, tail = f"{subject}: {statement}.", f" [{finding.key}]"
    room = MESSAGE_LIMIT - len(head) - len(tail) - len(" .")
    return f"{head} {fitted(remedy, max(room, 0))}.{tail}"[-MESSAGE_LIMIT:]


def exempted(subject: str, finding: Finding, exemption: Exemption) -> str:
    """The note that stands in for an exempted violation."""
    return (
        f"{subject}: {fitted(finding.fact, FACT_LIMIT)}; exempted until {exemption.expires.isoformat()} "
        f"by {exemption.owner}: {exemption.reason} [{finding.key}]"
    )


def undecided(subject: str, paths: tuple[str, ...]) -> str:
    """The note about what is not known yet."""
    verb = "is" if len(paths) == 1 else "are"
    return f"{subject}: undecided, {', '.join(paths)} {verb} not known before the update"


def fitted(text: str, limit: int) -> str:
    """The text, cut with three dots when it is too long."""
    return text if len(text) <= limit else f"{text[: max(limit - 3, 0)]}..."
