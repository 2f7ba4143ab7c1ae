"""Decisions on the viewers of a distribution."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardrails.cdn import VIEWER_POLICIES, ViewerFacts, viewer_tls_modern
from guardrails.verdict import UNKNOWN, VerdictKind
from tests.support.decisions import assert_unknowns_sound, codes, masks

if TYPE_CHECKING:
    from guardrails.verdict import Maybe


@pytest.mark.parametrize("minimum", VIEWER_POLICIES)
@pytest.mark.parametrize("version", VIEWER_POLICIES)
def test_the_order_decides(minimum: str, version: str) -> None:
    newer = VIEWER_POLICIES.index(version) >= VIEWER_POLICIES.index(minimum)
    verdict = viewer_tls_modern(ViewerFacts(minimum_version=version), minimum)
    assert verdict.kind is (VerdictKind.PASS if newer else VerdictKind.VIOLATION)


@pytest.mark.parametrize(
    ("default", "version", "expected"),
    [
        (None, None, ("implicit",)),
        (False, "TLSv1", ("weak",)),
        (False, "TLSv1.2_2019", ("weak",)),
        (False, "TLSv1.2", ("weak",)),
        (True, "TLSv1.3_2025", ("default-certificate",)),
        (True, None, ("default-certificate",)),
        (True, UNKNOWN, ("default-certificate",)),
        (UNKNOWN, "TLSv1", ("weak",)),
        (UNKNOWN, "TLSv1.2_2021", ()),
        (None, UNKNOWN, ()),
    ],
)
def test_codes(default: Maybe[bool], version: Maybe[str], expected: tuple[str, ...]) -> None:
    assert (
        codes(viewer_tls_modern(ViewerFacts(default_certificate=default, minimum_version=version)))
        == expected
    )


def test_a_minimum_that_is_not_listed_is_refused() -> None:
    with pytest.raises(ValueError, match=r"minimum: got TLSv1, allowed one of TLSv1\.2_2021"):
        viewer_tls_modern(ViewerFacts(), "TLSv1")


@given(
    facts=st.builds(
        ViewerFacts,
        default_certificate=st.sampled_from((None, True, False)),
        minimum_version=st.one_of(
            st.none(), st.sampled_from(VIEWER_POLICIES), st.text(min_size=1, max_size=300)
        ),
    ),
    hidden=masks(("default_certificate", "minimum_version")),
)
def test_an_early_verdict_holds(facts: ViewerFacts, hidden: frozenset[str]) -> None:
    assert_unknowns_sound(viewer_tls_modern, facts, hidden)
