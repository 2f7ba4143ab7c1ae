"""Cases of the rules on functions, joined from their parts."""

from __future__ import annotations

from typing import Final

from tests.support import layer_cases, signing_cases

CASES: Final = (
    *layer_cases.PRESENT_CASES,
    *layer_cases.TRUSTED_CASES,
    *signing_cases.ATTACHED_CASES,
    *signing_cases.ENFORCED_CASES,
    *signing_cases.PUBLISHER_CASES,
    *signing_cases.ARTIFACT_CASES,
)
