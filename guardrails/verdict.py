"""The answer of every decision: pass, violation, undecided or not applicable.

Order of precedence: findings first (report every one), then what stays undecided, then pass; "not applicable"
only when there is neither. Texts never hold a secret: they quote names, paths, ARNs, enum values and numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final, TypeAlias, TypeVar

T = TypeVar("T")


class Unknown(Enum):
    """A value that is not known yet; distinct from absent (None) and from empty."""

    UNKNOWN = "unknown"

    def __bool__(self) -> bool:
        """Refuse truth tests: an unknown must be handled, never fall through as false."""
        raise TypeError("an unknown value has no truth; compare it with `is UNKNOWN`")


UNKNOWN: Final = Unknown.UNKNOWN

Maybe: TypeAlias = T | Unknown | None
"""A fact: known, absent (None) or unknown (UNKNOWN)."""


class VerdictKind(Enum):
    """The four answers."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    VIOLATION = "violation"
    UNDECIDED = "undecided"
    NOT_APPLICABLE = "not applicable"


@dataclass(frozen=True, kw_only=True, order=True)
class Finding:
    """One defect.

    Attributes:
        key: Finding key by which it can be exempted alone, e.g. `layer:company-base`; findings sort by it.
        code: Short machine code that all gates share, e.g. `too-old`.
        fact: What is there, e.g. "layers holds company-base at version 9".
        requirement: What is demanded, e.g. "12 or newer is required". With the fact: at most 256 characters.
        remedy: The exact change that mends it, when more exact than the rule's remediation; else empty.
    """

    key: str
    code: str
    fact: str
    requirement: str
    remedy: str = ""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What a decision found. Build it with the functions below."""

    findings: tuple[Finding, ...] = ()
    undecided: tuple[str, ...] = ()
    not_applicable: str = ""

    @property
    def kind(self) -> VerdictKind:
        """The single answer, by precedence."""
        if self.findings:
            return VerdictKind.VIOLATION
        if self.undecided:
            return VerdictKind.UNDECIDED
        return VerdictKind.NOT_APPLICABLE if self.not_applicable else VerdictKind.PASS


PASS: Final = Verdict()


def violation(*findings: Finding, undecided: tuple[str, ...] = ()) -> Verdict:
    """Findings, sorted by key, and what stays undecided beside them."""
    return Verdict(findings=tuple(sorted(findings)), undecided=undecided)


def undecided(*paths: str) -> Verdict:
    """Undecided because the values at these property paths are not known yet."""
    return Verdict(undecided=paths)


def not_applicable(reason: str) -> Verdict:
    """The decision does not apply, for this reason."""
    return Verdict(not_applicable=reason)


def combine(*verdicts: Verdict) -> Verdict:
    """All findings and all undecided paths of several verdicts; not applicable only when all are."""
    findings = tuple(sorted(f for v in verdicts for f in v.findings))
    paths = tuple(dict.fromkeys(p for v in verdicts for p in v.undecided))
    reasons = [v.not_applicable for v in verdicts]
    reason = reasons[0] if verdicts and all(reasons) and not findings and not paths else ""
    return Verdict(findings=findings, undecided=paths, not_applicable=reason)
