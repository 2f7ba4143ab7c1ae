"""Decisions on mutual TLS and on the endpoint that would bypass it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardrails.domains import (
    Binding,
    BoundApiFacts,
    MutualTlsStandard,
    default_endpoint_disabled,
    mutual_tls,
    truststore_pinned,
)
from guardrails.tls import ApiKind, DomainFacts
from guardrails.verdict import UNKNOWN, Maybe, VerdictKind
from tests.support.decisions import assert_bounded, assert_unknowns_sound, codes, masks

ANY = MutualTlsStandard()
GOOD = DomainFacts(
    kind=ApiKind.REST,
    name="orders.example.com",
    security_policies=("TLS_1_2",),
    endpoint_types=("REGIONAL",),
    truststore_uri="s3://trust/ca.pem",
    truststore_version="v1",
)


def test_a_regional_domain_with_a_truststore_passes() -> None:
    assert mutual_tls(GOOD, ANY).kind is VerdictKind.PASS


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (replace(GOOD, truststore_uri=None), ("no-truststore",)),
        (replace(GOOD, truststore_uri="https://a:b@example.com"), ("foreign-truststore",)),
        (replace(GOOD, truststore_uri="s3://"), ("foreign-truststore",)),
        (replace(GOOD, endpoint_types=()), ("edge",)),
        (replace(GOOD, endpoint_types=("EDGE",)), ("edge",)),
        (replace(GOOD, endpoint_types=("PRIVATE",)), ("edge",)),
        (replace(GOOD, endpoint_types=(UNKNOWN, "PRIVATE")), ("edge",)),
        (replace(GOOD, security_policies=("SecurityPolicy_TLS13_1_3_2025_09",)), ("policy-conflict",)),
        (
            replace(GOOD, security_policies=("SecurityPolicy_X",), truststore_uri=None),
            ("no-truststore",),
        ),
    ],
)
def test_each_defect_has_its_code(facts: DomainFacts, expected: tuple[str, ...]) -> None:
    assert codes(mutual_tls(facts, ANY)) == expected


def test_http_domains_are_regional_by_nature() -> None:
    facts = replace(GOOD, kind=ApiKind.HTTP, endpoint_types=())
    assert mutual_tls(facts, ANY).kind is VerdictKind.PASS


@pytest.mark.parametrize(
    ("uri", "passes"),
    [
        ("s3://trust/ca.pem", True),
        ("s3://trust", True),
        ("s3://trust2/ca.pem", False),
        ("s3://other/trust/ca.pem", False),
        (UNKNOWN, True),
    ],
)
def test_buckets_are_compared_whole(uri: Maybe[str], passes: bool) -> None:  # noqa: FBT001 - a table's column
    standard = MutualTlsStandard(truststore_buckets=("trust",))
    assert (mutual_tls(replace(GOOD, truststore_uri=uri), standard).kind is VerdictKind.PASS) is passes


def test_an_address_with_credentials_is_never_quoted() -> None:
    verdict = mutual_tls(replace(GOOD, truststore_uri="https://user:hunter2@example.com"), ANY)
    assert "hunter2" not in repr(verdict)


def test_not_required_and_public_domains_are_left_out() -> None:
    bare = replace(GOOD, truststore_uri=None)
    assert mutual_tls(bare, MutualTlsStandard(required=False)).kind is VerdictKind.NOT_APPLICABLE
    public = MutualTlsStandard(public_domains=("*.example.com",))
    assert mutual_tls(bare, public).kind is VerdictKind.NOT_APPLICABLE
    assert mutual_tls(replace(bare, name="orders.example.org"), public).kind is VerdictKind.VIOLATION
    assert mutual_tls(replace(bare, name=UNKNOWN), public).undecided == ("domainName",)


@pytest.mark.parametrize(
    ("version", "uri", "kind"),
    [
        ("v1", "s3://a/b", VerdictKind.PASS),
        (UNKNOWN, UNKNOWN, VerdictKind.PASS),
        (None, "s3://a/b", VerdictKind.VIOLATION),
        (None, UNKNOWN, VerdictKind.VIOLATION),
        ("v1", None, VerdictKind.NOT_APPLICABLE),
    ],
)
def test_pinned(version: Maybe[str], uri: Maybe[str], kind: VerdictKind) -> None:
    assert truststore_pinned(replace(GOOD, truststore_uri=uri, truststore_version=version)).kind is kind


BOUND = BoundApiFacts(
    kind=ApiKind.REST,
    endpoint_type="REGIONAL",
    disabled=None,
    bindings=(
        Binding(domain="a.example.com", mutual_tls=True),
        Binding(domain="b.example.com", mutual_tls=False),
    ),
)


def test_an_open_endpoint_bypasses_the_domains_with_mutual_tls_only() -> None:
    (finding,) = default_endpoint_disabled(BOUND).findings
    assert finding.code == "bypass"
    assert "a.example.com" in finding.fact
    assert "b.example.com" not in finding.fact


@pytest.mark.parametrize(
    ("facts", "kind", "expected"),
    [
        (replace(BOUND, disabled=True), VerdictKind.PASS, ()),
        (replace(BOUND, disabled=UNKNOWN), VerdictKind.UNDECIDED, ()),
        (replace(BOUND, bindings=BOUND.bindings[1:]), VerdictKind.VIOLATION, ("default-endpoint",)),
        (
            replace(BOUND, bindings=(Binding(domain="x", mutual_tls=UNKNOWN),)),
            VerdictKind.VIOLATION,
            ("default-endpoint",),
        ),
        (replace(BOUND, bindings=()), VerdictKind.NOT_APPLICABLE, ()),
        (replace(BOUND, endpoint_type="PRIVATE"), VerdictKind.NOT_APPLICABLE, ()),
        (replace(BOUND, endpoint_type=UNKNOWN), VerdictKind.UNDECIDED, ()),
        (replace(BOUND, endpoint_type=UNKNOWN, kind=ApiKind.HTTP), VerdictKind.VIOLATION, ("bypass",)),
    ],
)
def test_default_endpoint(facts: BoundApiFacts, kind: VerdictKind, expected: tuple[str, ...]) -> None:
    verdict = default_endpoint_disabled(facts)
    assert verdict.kind is kind
    assert codes(verdict) == expected


def test_always_needs_no_mapping() -> None:
    lone = replace(BOUND, bindings=())
    assert codes(default_endpoint_disabled(lone, always=True)) == ("default-endpoint",)


DOMAINS = st.builds(
    DomainFacts,
    kind=st.sampled_from(ApiKind),
    name=st.sampled_from((None, "a.example.com", "b.example.org")),
    security_policies=st.lists(
        st.sampled_from((None, "TLS_1_2", "SecurityPolicy_TLS13_1_3_2025_09")), max_size=2
    ).map(tuple),
    endpoint_types=st.lists(st.sampled_from(("EDGE", "REGIONAL", "PRIVATE")), max_size=2).map(tuple),
    truststore_uri=st.one_of(st.none(), st.text(max_size=300), st.text(max_size=300).map("s3://{}".format)),
    truststore_version=st.sampled_from((None, "v1")),
)


@given(facts=DOMAINS, hidden=masks(("name", "truststore_uri", "truststore_version")))
def test_an_early_verdict_on_a_domain_holds(facts: DomainFacts, hidden: frozenset[str]) -> None:
    standard = MutualTlsStandard(truststore_buckets=("trust",), public_domains=("*.example.com",))
    assert_unknowns_sound(lambda given: mutual_tls(given, standard), facts, hidden, presence=True)
    assert_unknowns_sound(truststore_pinned, facts, hidden)


@given(
    facts=st.builds(
        BoundApiFacts,
        kind=st.sampled_from(ApiKind),
        endpoint_type=st.sampled_from((None, "EDGE", "PRIVATE")),
        disabled=st.sampled_from((None, True, False)),
        bindings=st.lists(
            st.builds(
                Binding, domain=st.text(max_size=300), mutual_tls=st.sampled_from((True, False, UNKNOWN))
            )
        ).map(tuple),
    ),
    hidden=masks(("endpoint_type", "disabled")),
    always=st.booleans(),
)
def test_an_early_verdict_on_an_api_holds(
    facts: BoundApiFacts,
    hidden: frozenset[str],
    always: bool,  # noqa: FBT001 - drawn by name
) -> None:
    assert_unknowns_sound(lambda given: default_endpoint_disabled(given, always=always), facts, hidden)
    assert_bounded(default_endpoint_disabled(facts, always=always))
