"""Decisions on security policies of API domains and endpoints."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardrails.tls import (
    API_POLICIES,
    HTTP_POLICIES,
    ApiKind,
    DomainFacts,
    EndpointFacts,
    TlsStandard,
    domain_tls_modern,
    endpoint_tls_modern,
    from_minimum,
)
from guardrails.verdict import UNKNOWN, Maybe, VerdictKind
from tests.support.decisions import assert_bounded, assert_unknowns_sound, codes, masks

STANDARD = TlsStandard()
TLS13 = "SecurityPolicy_TLS13_1_3_2025_09"
POLICIES = st.one_of(
    st.none(), st.sampled_from((*API_POLICIES, "TLS_1_0", "SSLv3")), st.text(min_size=1, max_size=300)
)


def domain(
    *policies: Maybe[str], access_mode: Maybe[str] = None, kind: ApiKind = ApiKind.REST
) -> DomainFacts:
    return DomainFacts(kind=kind, security_policies=policies, access_mode=access_mode)


@pytest.mark.parametrize("policy", API_POLICIES)
def test_each_listed_policy_passes(policy: str) -> None:
    assert domain_tls_modern(domain(policy, access_mode="BASIC"), STANDARD).kind is VerdictKind.PASS


@pytest.mark.parametrize("policy", ["TLS_1_0", "TLS_1_1", "tls_1_2", "TLS_1_2 ", "SecurityPolicy_TLS10"])
def test_anything_else_is_weak(policy: str) -> None:
    assert codes(domain_tls_modern(domain(policy), STANDARD)) == ("weak",)


@pytest.mark.parametrize("facts", [domain(), domain(None), domain("TLS_1_2", None)])
def test_a_policy_that_is_not_written_down_is_implicit(facts: DomainFacts) -> None:
    assert codes(domain_tls_modern(facts, STANDARD)) == ("implicit",)


def test_every_configuration_of_a_domain_is_judged() -> None:
    verdict = domain_tls_modern(domain("TLS_1_2", "TLS_1_0", "SSLv3"), STANDARD)
    assert codes(verdict) == ("weak", "weak")


def test_an_unknown_configuration_hides_no_weak_one() -> None:
    verdict = domain_tls_modern(domain(UNKNOWN, "TLS_1_0"), STANDARD)
    assert codes(verdict) == ("weak",)
    assert verdict.undecided == ("securityPolicy",)


@pytest.mark.parametrize(
    ("mode", "kind"),
    [
        (None, VerdictKind.VIOLATION),
        (UNKNOWN, VerdictKind.UNDECIDED),
        ("STRICT", VerdictKind.PASS),
        ("BASIC", VerdictKind.PASS),
    ],
)
def test_an_enhanced_policy_needs_an_access_mode(mode: Maybe[str], kind: VerdictKind) -> None:
    assert domain_tls_modern(domain(TLS13, access_mode=mode), STANDARD).kind is kind


def test_a_weak_enhanced_policy_says_nothing_of_the_access_mode() -> None:
    assert codes(domain_tls_modern(domain("SecurityPolicy_TLS9"), STANDARD)) == ("weak",)


@pytest.mark.parametrize("position", range(len(API_POLICIES)))
def test_the_minimum_cuts_the_list(position: int) -> None:
    standard = TlsStandard(minimum=API_POLICIES[position])
    passed = [
        policy
        for policy in API_POLICIES
        if not domain_tls_modern(domain(policy, access_mode="STRICT"), standard).findings
    ]
    assert passed == list(API_POLICIES[position:])


def test_a_minimum_that_is_not_listed_is_refused() -> None:
    with pytest.raises(ValueError, match=r"minimum: got TLS_9, allowed one of TLS_1_2"):
        TlsStandard(minimum="TLS_9")


def test_from_minimum_keeps_the_order() -> None:
    assert from_minimum(("a", "b", "c"), "b") == ("b", "c")


def test_http_domains_know_one_policy_and_name_their_own_property() -> None:
    standard = TlsStandard(allowed_policies=HTTP_POLICIES)
    verdict = domain_tls_modern(domain(TLS13, kind=ApiKind.HTTP), standard)
    assert verdict.findings[0].fact == f"domainNameConfiguration.securityPolicy is {TLS13}"


@pytest.mark.parametrize(
    ("facts", "kind"),
    [
        (EndpointFacts(), VerdictKind.VIOLATION),
        (EndpointFacts(endpoint_type="REGIONAL"), VerdictKind.VIOLATION),
        (EndpointFacts(endpoint_type="PRIVATE"), VerdictKind.PASS),
        (EndpointFacts(endpoint_type=UNKNOWN), VerdictKind.UNDECIDED),
        (EndpointFacts(endpoint_type="PRIVATE", security_policy="TLS_1_0"), VerdictKind.VIOLATION),
        (EndpointFacts(disabled=True, security_policy="TLS_1_0"), VerdictKind.NOT_APPLICABLE),
        (EndpointFacts(disabled=False, security_policy="TLS_1_2"), VerdictKind.PASS),
        (EndpointFacts(disabled=UNKNOWN, security_policy="TLS_1_0"), VerdictKind.UNDECIDED),
    ],
)
def test_default_endpoint(facts: EndpointFacts, kind: VerdictKind) -> None:
    assert endpoint_tls_modern(facts, STANDARD).kind is kind


def test_a_private_endpoint_is_too_weak_for_a_higher_minimum() -> None:
    standard = TlsStandard(minimum="SecurityPolicy_TLS13_1_2_2021_06")
    verdict = endpoint_tls_modern(EndpointFacts(endpoint_type="PRIVATE"), standard)
    assert "accepts TLS_1_2" in verdict.findings[0].fact


@given(policies=st.lists(POLICIES, max_size=3), mode=st.sampled_from((None, UNKNOWN, "STRICT")))
def test_texts_stay_bounded(policies: list[str | None], mode: Maybe[str]) -> None:
    assert_bounded(domain_tls_modern(domain(*policies, access_mode=mode), STANDARD))


@given(
    facts=st.builds(
        EndpointFacts,
        disabled=st.sampled_from((None, True, False)),
        endpoint_type=st.sampled_from((None, "EDGE", "REGIONAL", "PRIVATE")),
        security_policy=POLICIES,
        access_mode=st.sampled_from((None, "STRICT")),
    ),
    hidden=masks(("disabled", "endpoint_type", "security_policy", "access_mode")),
)
def test_an_early_verdict_on_an_endpoint_holds(facts: EndpointFacts, hidden: frozenset[str]) -> None:
    assert_unknowns_sound(lambda given: endpoint_tls_modern(given, STANDARD), facts, hidden)
