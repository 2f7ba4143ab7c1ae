"""Decisions on Kafka clients."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardrails.kafka import (
    CERTIFICATE_ACCESS,
    METHODS,
    Access,
    ClusterFacts,
    client_tls_only,
    mapping_mutual_tls,
    mutual_tls_enabled,
    only_mutual_tls,
    unauthenticated_refused,
)
from guardrails.verdict import UNKNOWN, VerdictKind
from tests.support.decisions import assert_bounded, assert_unknowns_sound, codes, masks

if TYPE_CHECKING:
    from guardrails.verdict import Maybe, Unknown

MUTUAL = ClusterFacts(authentication=True, authorities=1)


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (None, VerdictKind.PASS),
        ("TLS", VerdictKind.PASS),
        ("tls", VerdictKind.VIOLATION),
        ("TLS_PLAINTEXT", VerdictKind.VIOLATION),
        ("PLAINTEXT", VerdictKind.VIOLATION),
        (UNKNOWN, VerdictKind.UNDECIDED),
    ],
)
def test_client_broker(value: Maybe[str], kind: VerdictKind) -> None:
    assert client_tls_only(replace(MUTUAL, client_broker=value)).kind is kind


@pytest.mark.parametrize(
    ("facts", "accepted", "kind"),
    [
        (MUTUAL, ("mtls",), VerdictKind.PASS),
        (replace(MUTUAL, authorities=0), ("mtls",), VerdictKind.VIOLATION),
        (replace(MUTUAL, authorities=UNKNOWN), ("mtls",), VerdictKind.UNDECIDED),
        (replace(MUTUAL, authorities=UNKNOWN, iam=True), ("mtls", "iam"), VerdictKind.PASS),
        (replace(MUTUAL, authorities=0, iam=UNKNOWN), ("mtls", "iam"), VerdictKind.UNDECIDED),
        (replace(MUTUAL, authorities=0, iam=UNKNOWN), ("mtls",), VerdictKind.VIOLATION),
        (replace(MUTUAL, authorities=0, scram=True), ("mtls", "iam"), VerdictKind.VIOLATION),
        (ClusterFacts(), METHODS, VerdictKind.VIOLATION),
        (ClusterFacts(authentication=UNKNOWN), ("mtls",), VerdictKind.UNDECIDED),
    ],
)
def test_mutual_tls(facts: ClusterFacts, accepted: tuple[str, ...], kind: VerdictKind) -> None:
    assert mutual_tls_enabled(facts, accepted).kind is kind


def test_the_requirement_names_what_is_accepted() -> None:
    (finding,) = mutual_tls_enabled(ClusterFacts(), ("mtls", "scram")).findings
    assert finding.requirement == "mutual TLS or scram is required"


def test_unknown_methods_are_named_one_by_one() -> None:
    facts = ClusterFacts(authentication=True, authorities=UNKNOWN, iam=UNKNOWN)
    verdict = mutual_tls_enabled(facts, METHODS)
    assert verdict.undecided == (
        "clientAuthentication.tls.certificateAuthorityArns",
        "clientAuthentication.sasl.iam",
    )


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (ClusterFacts(), ("open",)),
        (replace(MUTUAL, unauthenticated=True), ("unauthenticated",)),
        (replace(MUTUAL, unauthenticated=False), ()),
        (MUTUAL, ()),
    ],
)
def test_unauthenticated(facts: ClusterFacts, expected: tuple[str, ...]) -> None:
    assert codes(unauthenticated_refused(facts)) == expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (MUTUAL, True),
        (replace(MUTUAL, iam=True), False),
        (replace(MUTUAL, scram=True), False),
        (replace(MUTUAL, unauthenticated=True), False),
        (replace(MUTUAL, authorities=0), False),
        (ClusterFacts(), False),
        (replace(MUTUAL, iam=UNKNOWN), UNKNOWN),
        (replace(MUTUAL, authorities=UNKNOWN), UNKNOWN),
        (ClusterFacts(authentication=UNKNOWN), False),
        (ClusterFacts(authentication=UNKNOWN, authorities=UNKNOWN), UNKNOWN),
        (replace(MUTUAL, authorities=UNKNOWN, iam=True), False),
    ],
)
def test_only_mutual_tls(facts: ClusterFacts, expected: bool | Unknown) -> None:  # noqa: FBT001 - a column
    assert only_mutual_tls(facts) is expected


GOOD = Access(type=CERTIFICATE_ACCESS, uri="arn")
OTHER = Access(type="VPC_SUBNET", uri="subnet:a")


@pytest.mark.parametrize(
    ("accesses", "only", "kind"),
    [
        ((GOOD,), True, VerdictKind.PASS),
        ((UNKNOWN, GOOD), True, VerdictKind.PASS),
        ((replace(GOOD, uri=UNKNOWN),), True, VerdictKind.PASS),
        ((), True, VerdictKind.VIOLATION),
        ((OTHER, replace(GOOD, uri=None)), True, VerdictKind.VIOLATION),
        ((OTHER, UNKNOWN), True, VerdictKind.UNDECIDED),
        (UNKNOWN, True, VerdictKind.UNDECIDED),
        ((OTHER,), UNKNOWN, VerdictKind.UNDECIDED),
        ((GOOD,), UNKNOWN, VerdictKind.PASS),
        ((), False, VerdictKind.NOT_APPLICABLE),
    ],
)
def test_mapping(
    accesses: tuple[Access | Unknown, ...] | Unknown,
    only: bool | Unknown,  # noqa: FBT001 - a table's column
    kind: VerdictKind,
) -> None:
    verdict = mapping_mutual_tls(accesses, only_certificates=only)
    assert verdict.kind is kind
    assert_bounded(verdict)


def test_a_certificate_without_secret_has_its_own_code() -> None:
    verdict = mapping_mutual_tls((replace(GOOD, uri=None),), only_certificates=True)
    assert codes(verdict) == ("no-certificate-uri",)


@given(
    facts=st.builds(
        ClusterFacts,
        client_broker=st.one_of(
            st.none(), st.sampled_from(("TLS", "PLAINTEXT")), st.text(min_size=1, max_size=300)
        ),
        authentication=st.sampled_from((True,)),  # without a block nothing below it can be hidden
        unauthenticated=st.sampled_from((None, True, False)),
        authorities=st.integers(0, 3),
        iam=st.sampled_from((None, True, False)),
        scram=st.sampled_from((None, True, False)),
    ),
    hidden=masks(("client_broker", "unauthenticated", "authorities", "iam", "scram")),
    accepted=st.lists(st.sampled_from(METHODS), min_size=1, unique=True).map(tuple),
)
def test_early_verdicts_hold(facts: ClusterFacts, hidden: frozenset[str], accepted: tuple[str, ...]) -> None:
    assert_unknowns_sound(client_tls_only, facts, hidden)
    assert_unknowns_sound(unauthenticated_refused, facts, hidden)
    assert_unknowns_sound(lambda given: mutual_tls_enabled(given, accepted), facts, hidden)
