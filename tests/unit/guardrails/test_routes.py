"""Decisions on routes, quick create and the authorisers that routes name."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardrails.routes import (
    AUTHORIZATIONS,
    QuickCreateFacts,
    Reached,
    RouteFacts,
    family,
    quick_create_closed,
    route_authorised,
    route_authorizer_company,
)
from guardrails.tls import ApiKind
from guardrails.verdict import UNKNOWN, VerdictKind
from tests.support.decisions import assert_unknowns_sound, codes, masks

if TYPE_CHECKING:
    from guardrails.verdict import Maybe

ROUTE = RouteFacts(
    kind=ApiKind.HTTP, key="GET /orders", label="orders", authorization="JWT", authorizer="a1b2c3"
)
METHOD = RouteFacts(kind=ApiKind.REST, key="GET", label="orders", authorization="CUSTOM", authorizer="a1b2c3")


@pytest.mark.parametrize("kind", [ApiKind.HTTP, ApiKind.REST])
@pytest.mark.parametrize(
    "authorization", ["JWT", "CUSTOM", "AWS_IAM", "COGNITO_USER_POOLS", "NONE", "API_KEY", "jwt"]
)
def test_only_the_types_of_the_family_count(kind: ApiKind, authorization: str) -> None:
    facts = replace(ROUTE if kind is ApiKind.HTTP else METHOD, authorization=authorization)
    good = authorization in AUTHORIZATIONS[kind]
    assert route_authorised(facts).kind is (VerdictKind.PASS if good else VerdictKind.VIOLATION)


@pytest.mark.parametrize(
    ("authorization", "expected"),
    [(None, ("open",)), ("NONE", ("open",)), ("API_KEY", ("type",)), ("none", ("type",))],
)
def test_open_and_foreign_types_differ_in_code(authorization: Maybe[str], expected: tuple[str, ...]) -> None:
    assert codes(route_authorised(replace(ROUTE, authorization=authorization))) == expected


@pytest.mark.parametrize("authorization", ["JWT", "CUSTOM"])
def test_an_authoriser_has_to_be_named(authorization: str) -> None:
    bare = replace(ROUTE, authorization=authorization, authorizer=None)
    assert codes(route_authorised(bare)) == ("no-authorizer",)
    assert route_authorised(replace(bare, authorizer=UNKNOWN)).kind is VerdictKind.PASS


def test_an_api_key_is_mentioned_and_never_counted() -> None:
    (finding,) = route_authorised(replace(METHOD, authorization="NONE", api_key_required=True)).findings
    assert "an API key authorises nobody" in finding.fact


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        ("GET /orders", ApiKind.HTTP),
        ("$default", ApiKind.HTTP),
        ("$connect", ApiKind.WEBSOCKET),
        ("$disconnect", ApiKind.WEBSOCKET),
        ("send", ApiKind.WEBSOCKET),
        (UNKNOWN, ApiKind.HTTP),
    ],
)
def test_family_by_key(key: Maybe[str], kind: ApiKind) -> None:
    assert family(replace(ROUTE, key=key)) is kind


@pytest.mark.parametrize("key", ["OPTIONS /orders", "options /orders", "$disconnect", "send"])
def test_routes_that_need_no_authorisation(key: str) -> None:
    assert route_authorised(replace(ROUTE, key=key, authorization=None)).kind is VerdictKind.NOT_APPLICABLE


@pytest.mark.parametrize("key", ["OPTION /orders", "GET /options", "$default", "$connect", "ANY /{proxy+}"])
def test_routes_that_do(key: str) -> None:
    assert codes(route_authorised(replace(ROUTE, key=key, authorization=None))) == ("open",)


def test_an_unknown_websocket_route_is_undecided_while_open() -> None:
    facts = replace(ROUTE, key=UNKNOWN, websocket=True, authorization=None)
    assert route_authorised(facts).undecided == ("routeKey",)


@pytest.mark.parametrize(
    ("facts", "public", "kind"),
    [
        (ROUTE, ("GET /orders",), VerdictKind.NOT_APPLICABLE),
        (ROUTE, ("GET /*",), VerdictKind.NOT_APPLICABLE),
        (ROUTE, ("GET /order",), VerdictKind.VIOLATION),
        (ROUTE, ("get /orders",), VerdictKind.VIOLATION),
        (METHOD, ("GET orders",), VerdictKind.NOT_APPLICABLE),
        (METHOD, ("GET /orders",), VerdictKind.VIOLATION),
        (replace(METHOD, label=""), ("",), VerdictKind.VIOLATION),
    ],
)
def test_public_routes(facts: RouteFacts, public: tuple[str, ...], kind: VerdictKind) -> None:
    assert route_authorised(replace(facts, authorization=None), public).kind is kind


@pytest.mark.parametrize(
    ("facts", "public", "kind"),
    [
        (QuickCreateFacts(), (), VerdictKind.NOT_APPLICABLE),
        (QuickCreateFacts(target="x"), (), VerdictKind.VIOLATION),
        (QuickCreateFacts(target=UNKNOWN), (), VerdictKind.VIOLATION),
        (QuickCreateFacts(target=UNKNOWN), ("$default",), VerdictKind.NOT_APPLICABLE),
        (QuickCreateFacts(route_key="GET /a"), ("GET /b",), VerdictKind.VIOLATION),
        (QuickCreateFacts(route_key=UNKNOWN), (), VerdictKind.VIOLATION),
        (QuickCreateFacts(route_key=UNKNOWN), ("GET /b",), VerdictKind.UNDECIDED),
        (QuickCreateFacts(target="x", label="site"), ("site",), VerdictKind.NOT_APPLICABLE),
    ],
)
def test_quick_create(facts: QuickCreateFacts, public: tuple[str, ...], kind: VerdictKind) -> None:
    assert quick_create_closed(facts, public).kind is kind


COMPANY = Reached(label="company", company=True)
FOREIGN = Reached(label="foreign", company=False)


@pytest.mark.parametrize(
    ("facts", "reached", "kind"),
    [
        (replace(ROUTE, authorization="AWS_IAM"), (), VerdictKind.NOT_APPLICABLE),
        (replace(ROUTE, authorization="NONE"), (), VerdictKind.NOT_APPLICABLE),
        (replace(ROUTE, authorizer=None), (), VerdictKind.NOT_APPLICABLE),
        (replace(ROUTE, authorizer="listed"), None, VerdictKind.NOT_APPLICABLE),
        (ROUTE, None, VerdictKind.UNDECIDED),
        (ROUTE, (), VerdictKind.VIOLATION),
        (replace(ROUTE, authorizer=UNKNOWN), (), VerdictKind.UNDECIDED),
        (replace(ROUTE, authorizer=UNKNOWN), (COMPANY,), VerdictKind.PASS),
        (replace(ROUTE, authorizer=UNKNOWN), (COMPANY, FOREIGN), VerdictKind.VIOLATION),
        (replace(ROUTE, authorization=UNKNOWN), (COMPANY,), VerdictKind.PASS),
    ],
)
def test_the_authoriser_of_a_route(
    facts: RouteFacts, reached: tuple[Reached, ...] | None, kind: VerdictKind
) -> None:
    assert route_authorizer_company(facts, reached, listed_ids=("listed",)).kind is kind


def test_iam_counts_only_where_it_is_accepted() -> None:
    facts = replace(ROUTE, authorization="AWS_IAM", authorizer=None)
    assert codes(route_authorizer_company(facts, None, accept_iam=False)) == ("iam",)


@given(
    facts=st.builds(
        RouteFacts,
        kind=st.sampled_from((ApiKind.HTTP, ApiKind.REST)),
        key=st.sampled_from(
            ("GET /orders", "OPTIONS /x", "OPTIONS", "$default", "$connect", "send", "x" * 400)
        ),
        label=st.text(max_size=200),
        websocket=st.booleans(),
        authorization=st.sampled_from(
            (None, "NONE", "JWT", "CUSTOM", "AWS_IAM", "COGNITO_USER_POOLS", "y" * 400)
        ),
        authorizer=st.sampled_from((None, "a1b2c3")),
        api_key_required=st.booleans(),
    ),
    hidden=masks(("key", "authorization", "authorizer")),
    public=st.sampled_from(((), ("GET /*",), ("*",))),
)
def test_an_early_verdict_holds(facts: RouteFacts, hidden: frozenset[str], public: tuple[str, ...]) -> None:
    presence = "authorizer" in hidden
    assert_unknowns_sound(lambda given: route_authorised(given, public), facts, hidden, presence=presence)


@given(
    facts=st.builds(
        QuickCreateFacts,
        route_key=st.sampled_from((None, "GET /a", "z" * 400)),
        target=st.sampled_from((None, "arn:aws:lambda:eu-west-1:111122223333:function:a")),
        label=st.text(max_size=200),
    ),
    hidden=masks(("route_key", "target")),
    public=st.sampled_from(((), ("GET /*",))),
)
def test_an_early_verdict_on_quick_create_holds(
    facts: QuickCreateFacts, hidden: frozenset[str], public: tuple[str, ...]
) -> None:
    assert_unknowns_sound(lambda given: quick_create_closed(given, public), facts, hidden)
