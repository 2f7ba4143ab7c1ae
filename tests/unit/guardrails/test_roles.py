"""Decisions on permissions boundary and name of principals, and the reading of trust policies."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardrails.roles import (
    BoundaryStandard,
    NameStandard,
    PrincipalFacts,
    boundary_attached,
    name_prefixed,
    trusted_services,
)
from guardrails.verdict import UNKNOWN, VerdictKind
from tests.support.decisions import assert_bounded, assert_unknowns_sound, codes, masks

if TYPE_CHECKING:
    from guardrails.openapi import Json
    from guardrails.verdict import Maybe

BOUNDARY = BoundaryStandard(policies=("boundary", "other-boundary"))
NAMES = NameStandard(prefixes=("shop-dev-",))
ROLE = PrincipalFacts(
    label="worker", name="shop-dev-worker", boundary="arn:aws:iam::111122223333:policy/boundary"
)


@pytest.mark.parametrize(
    ("arn", "expected"),
    [
        ("arn:aws:iam::111122223333:policy/boundary", ()),
        ("arn:aws-us-gov:iam::444455556666:policy/boundary", ()),
        ("arn:aws:iam::111122223333:policy/a/b/other-boundary", ()),
        ("arn:aws:iam::aws:policy/boundary", ()),
        (None, ("none",)),
        ("arn:aws:iam::111122223333:policy/boundary2", ("wrong",)),
        ("arn:aws:iam::111122223333:policy/Boundary", ("wrong",)),
        ("arn:aws:iam::111122223333:policy/boundary/", ("wrong",)),
        ("arn:aws:iam::111122223333:role/boundary", ("wrong",)),
        ("arn:aws:iam::11112222333:policy/boundary", ("wrong",)),
        ("boundary", ("wrong",)),
        ("x" * 2048, ("wrong",)),
    ],
)
def test_the_policy_name_of_the_arn_decides(arn: Maybe[str], expected: tuple[str, ...]) -> None:
    assert codes(boundary_attached(replace(ROLE, boundary=arn), BOUNDARY)) == expected


@pytest.mark.parametrize(("account", "expected"), [("111122223333", ()), ("444455556666", ("wrong",))])
def test_accounts_count_when_they_are_given(account: str, expected: tuple[str, ...]) -> None:
    standard = replace(BOUNDARY, accounts=(account,))
    assert codes(boundary_attached(ROLE, standard)) == expected


@pytest.mark.parametrize(
    ("names", "kind"),
    [
        ((), VerdictKind.UNDECIDED),
        (("boundary",), VerdictKind.PASS),
        (("boundary", "other-boundary"), VerdictKind.PASS),
        (("open",), VerdictKind.VIOLATION),
        (("boundary", "open"), VerdictKind.VIOLATION),
        (("boundary", UNKNOWN), VerdictKind.UNDECIDED),
        (("boundary", None), VerdictKind.UNDECIDED),
        ((UNKNOWN, "open"), VerdictKind.VIOLATION),
    ],
)
def test_in_stack_policies_decide_for_an_unknown_arn(
    names: tuple[Maybe[str], ...], kind: VerdictKind
) -> None:
    facts = replace(ROLE, boundary=UNKNOWN, boundary_names=names)
    assert boundary_attached(facts, BOUNDARY).kind is kind


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/aws-service-role/lambda.amazonaws.com/", VerdictKind.NOT_APPLICABLE),
        ("/aws-reserved/sso.amazonaws.com/", VerdictKind.NOT_APPLICABLE),
        ("/aws-reserved2/", VerdictKind.VIOLATION),
        ("/a/aws-reserved/", VerdictKind.VIOLATION),
        (UNKNOWN, VerdictKind.UNDECIDED),
        (None, VerdictKind.VIOLATION),
    ],
)
def test_reserved_paths(path: Maybe[str], kind: VerdictKind) -> None:
    bare = replace(ROLE, boundary=None, name="worker", path=path)
    assert boundary_attached(bare, BOUNDARY).kind is kind
    assert name_prefixed(bare, NAMES).kind is kind


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (ROLE, ()),
        (replace(ROLE, name="worker"), ("name",)),
        (replace(ROLE, name=None, name_prefix="shop-dev-"), ()),
        (replace(ROLE, name=None, name_prefix="shop-"), ("name",)),
        (replace(ROLE, name=None, label="shop-dev-worker"), ()),
        (replace(ROLE, name=None), ("name",)),
        (replace(ROLE, path="/"), ()),
        (replace(ROLE, name="worker", path="/x/"), ("name", "name")),
    ],
)
def test_names(facts: PrincipalFacts, expected: tuple[str, ...]) -> None:
    assert codes(name_prefixed(facts, NAMES)) == expected


def test_no_prefix_at_all_admits_nobody() -> None:
    assert codes(name_prefixed(ROLE, NameStandard(prefixes=()))) == ("name",)


@pytest.mark.parametrize(
    ("services", "kind"),
    [
        (("lambda.amazonaws.com",), VerdictKind.VIOLATION),
        (("ec2.amazonaws.com", "lambda.amazonaws.com"), VerdictKind.VIOLATION),
        (("*",), VerdictKind.VIOLATION),
        (None, VerdictKind.VIOLATION),
        (("ec2.amazonaws.com",), VerdictKind.NOT_APPLICABLE),
        ((), VerdictKind.NOT_APPLICABLE),
        (UNKNOWN, VerdictKind.UNDECIDED),
    ],
)
def test_services_narrow_the_rule(services: Maybe[tuple[str, ...]], kind: VerdictKind) -> None:
    standard = replace(NAMES, services=("lambda.amazonaws.com",))
    facts = replace(ROLE, name="worker", trusted_services=services)
    assert name_prefixed(facts, standard).kind is kind


def _allow(principal: Json, **more: Json) -> Json:
    return {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **more}


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ([_allow({"Service": "lambda.amazonaws.com"})], ("lambda.amazonaws.com",)),
        (_allow({"Service": ["b", "a"]}), ("a", "b")),
        ([_allow({"AWS": "arn:aws:iam::111122223333:root"})], ()),
        ([_allow("*")], ("*",)),
        ([_allow({"service": "*"})], ("*",)),
        ([{"Effect": "Allow", "NotPrincipal": {"AWS": "x"}}], ("*",)),
        ([{"Effect": "Deny", "Principal": {"Service": "a"}}], ()),
        ([{"effect": "Allow", "PRINCIPAL": {"SERVICE": "a"}}], ("a",)),
        ([_allow({"Service": "a"}), _allow({"Service": "b"})], ("a", "b")),
        (["text"], None),
        (None, None),
    ],
)
def test_trust_policies_in_both_forms(statements: Json, expected: tuple[str, ...] | None) -> None:
    document: Json = {"Version": "2012-10-17", "Statement": statements}
    assert trusted_services(document) == expected
    assert trusted_services(f"\ufeff {json.dumps(document)}") == expected


@pytest.mark.parametrize("text", ["", "{", "[]", "1", "null", "[" * 100_000])
def test_what_cannot_be_read_is_none(text: str) -> None:
    assert trusted_services(text) is None


@given(
    facts=st.builds(
        PrincipalFacts,
        label=st.text(max_size=200),
        name=st.one_of(
            st.none(), st.text(min_size=1, max_size=300), st.text(max_size=20).map("shop-dev-{}".format)
        ),
        name_prefix=st.sampled_from((None, "shop-dev-", "x" * 300)),
        path=st.sampled_from((None, "/", "/x/", "/aws-reserved/x/", "/" + "y" * 500)),
        boundary=st.one_of(
            st.none(),
            st.sampled_from((ROLE.boundary, "arn:aws:iam::111122223333:policy/open")),
            st.text(min_size=1),
        ),
        trusted_services=st.sampled_from(((), ("lambda.amazonaws.com",), ("ec2.amazonaws.com",))),
    ),
    hidden=masks(("name", "name_prefix", "path", "boundary", "trusted_services")),
    services=st.sampled_from(((), ("lambda.amazonaws.com",))),
    prefixes=st.lists(st.sampled_from(("shop-dev-", "p" * 200)), max_size=5).map(tuple),
)
def test_early_verdicts_hold(
    facts: PrincipalFacts, hidden: frozenset[str], services: tuple[str, ...], prefixes: tuple[str, ...]
) -> None:
    standard = NameStandard(prefixes=prefixes, services=services)
    assert_unknowns_sound(lambda given: boundary_attached(given, BOUNDARY), facts, hidden)
    assert_unknowns_sound(lambda given: name_prefixed(given, standard), facts, hidden)
    many = BoundaryStandard(policies=("q" * 128,) * 9, accounts=("111122223333",) * 9)
    assert_bounded(boundary_attached(facts, many))
