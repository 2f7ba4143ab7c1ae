"""Transport security towards the viewers of a CloudFront distribution (F1).

The origins' side, logs and firewalls are other rules. The default certificate means TLSv1, whatever version
is written beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from guardrails.tls import from_minimum
from guardrails.verdict import PASS, UNKNOWN, Finding, Maybe, Verdict, undecided, violation
from guardrails.wording import quote

# CloudFront's recommended viewer policies, weakest first ("Supported protocols between viewers and
# CloudFront").
VIEWER_POLICIES: Final = ("TLSv1.2_2021", "TLSv1.2_2025", "TLSv1.3_2025")
_VERSION: Final = "viewerCertificate.minimumProtocolVersion"
_DEFAULT: Final = "viewerCertificate.cloudfrontDefaultCertificate"


@dataclass(frozen=True, kw_only=True)
class ViewerFacts:
    """The viewer certificate of a distribution.

    Attributes:
        default_certificate: Whether it is CloudFront's own.
        minimum_version: The weakest security policy; absent is TLSv1.
    """

    default_certificate: Maybe[bool] = None
    minimum_version: Maybe[str] = None


def viewer_tls_modern(facts: ViewerFacts, minimum: str = VIEWER_POLICIES[0]) -> Verdict:
    """F1: viewers are held to the minimum or newer, with a certificate that allows it."""
    accepted = from_minimum(VIEWER_POLICIES, minimum)
    version = facts.minimum_version
    if facts.default_certificate is True:
        return violation(
            Finding(
                key="viewerCertificate",
                code="default-certificate",
                fact=f"{_DEFAULT} is true, which means TLSv1",
                requirement=f"a certificate of your own with {minimum} or newer is required",
            )
        )
    waiting = (_DEFAULT,) if facts.default_certificate is UNKNOWN else ()
    if version is UNKNOWN:
        return undecided(*waiting, _VERSION)
    if version in accepted:
        return undecided(*waiting) if waiting else PASS
    return violation(
        Finding(
            key="viewerCertificate",
            code="implicit" if version is None else "weak",
            fact=f"{_VERSION} is {quote(version) if version else 'not set, which means TLSv1'}",
            requirement=f"{minimum} or newer is required",
            remedy=f"Use an ACM certificate and set {_VERSION} to one of {', '.join(accepted)}.",
        ),
        undecided=waiting,
    )
