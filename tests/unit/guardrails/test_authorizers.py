"""Decisions on the company's authorisers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardrails.authorizers import (
    AuthorizerFacts,
    AuthorizerStandard,
    authorizer_cache,
    authorizer_company,
    authorizer_source,
    function_arn,
)
from guardrails.tls import ApiKind
from guardrails.verdict import UNKNOWN, VerdictKind
from tests.support.decisions import assert_bounded, assert_unknowns_sound, codes, masks

if TYPE_CHECKING:
    from guardrails.verdict import Maybe, Unknown

POOL = "arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_AbCdEf123"
FUNCTION = "arn:aws:lambda:eu-west-1:111122223333:function:company"
STANDARD = AuthorizerStandard(
    issuers=("https://login.example.com/",),
    audiences=("orders", "billing"),
    functions=("company", "arn:aws:lambda:*:999988887777:function:shared"),
    user_pools=(POOL,),
    own_accounts=("111122223333",),
)
JWT = AuthorizerFacts(
    kind=ApiKind.HTTP, type="JWT", issuer="https://login.example.com/", audiences=("orders",)
)


def uri(arn: str = FUNCTION) -> str:
    return f"arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/{arn}/invocations"


REQUEST = AuthorizerFacts(kind=ApiKind.HTTP, type="REQUEST", uri=uri(), identified=True)
TOKEN = replace(REQUEST, kind=ApiKind.REST, type=None)
COGNITO = AuthorizerFacts(kind=ApiKind.REST, type="COGNITO_USER_POOLS", user_pools=(POOL,))


@pytest.mark.parametrize("facts", [JWT, REQUEST, TOKEN, COGNITO])
def test_the_company_passes(facts: AuthorizerFacts) -> None:
    assert authorizer_company(facts, STANDARD).kind is VerdictKind.PASS


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (replace(JWT, kind=ApiKind.REST), ("authorizer",)),
        (replace(COGNITO, kind=ApiKind.HTTP), ("authorizer",)),
        (replace(TOKEN, kind=ApiKind.HTTP, type="TOKEN"), ("authorizer",)),
        (replace(JWT, type=None), ("authorizer",)),
        (replace(JWT, issuer="https://login.example.com"), ("issuer",)),
        (replace(JWT, issuer=None), ("issuer",)),
        (replace(JWT, audiences=()), ("audience",)),
        (replace(JWT, audiences=("a", "b", "orders")), ("audience", "audience")),
        (replace(COGNITO, user_pools=()), ("user-pool",)),
        (replace(COGNITO, user_pools=(POOL, POOL + "4")), ("user-pool",)),
        (replace(REQUEST, uri=None), ("authorizer",)),
    ],
)
def test_each_defect_has_its_code(facts: AuthorizerFacts, expected: tuple[str, ...]) -> None:
    assert codes(authorizer_source(facts, STANDARD)) == expected


@pytest.mark.parametrize(
    ("arn", "passes"),
    [
        (FUNCTION, True),
        (f"{FUNCTION}:live", True),
        (f"{FUNCTION}:$LATEST", True),
        (f"{FUNCTION}:7", True),
        (f"{FUNCTION}2", False),
        (f"{FUNCTION}:live:company", False),
        (FUNCTION.replace("company", "x:company"), False),
        (FUNCTION.replace("111122223333", "444455556666"), False),
        ("arn:aws:lambda:us-east-1:999988887777:function:shared:live", True),
        ("arn:aws:lambda:us-east-1:111122223333:function:shared", False),
        ("company", False),
        ("", False),
    ],
)
def test_the_function_in_the_address_decides(arn: str, passes: bool) -> None:  # noqa: FBT001 - a table's column
    verdict = authorizer_source(replace(REQUEST, uri=uri(arn)), STANDARD)
    assert (verdict.kind is VerdictKind.PASS) is passes


def test_without_own_accounts_a_name_counts_in_any_account() -> None:
    foreign = replace(REQUEST, uri=uri(FUNCTION.replace("111122223333", "444455556666")))
    assert authorizer_source(foreign, replace(STANDARD, own_accounts=())).kind is VerdictKind.PASS


@pytest.mark.parametrize(
    "address", ["https://user:hunter2@example.com", FUNCTION, uri() + "/x", "arn:aws:s3:::x"]
)
def test_other_addresses_name_no_function_and_are_not_quoted(address: str) -> None:
    assert function_arn(address) is None
    (finding,) = authorizer_source(replace(REQUEST, uri=address), STANDARD).findings
    assert address not in f"{finding.fact}{finding.requirement}"


@pytest.mark.parametrize(
    ("names", "kind"),
    [
        ((), VerdictKind.UNDECIDED),
        (("company",), VerdictKind.PASS),
        (("shared",), VerdictKind.PASS),
        (("mine",), VerdictKind.VIOLATION),
        (("company", "mine"), VerdictKind.VIOLATION),
        (("company", UNKNOWN), VerdictKind.UNDECIDED),
        ((None,), VerdictKind.UNDECIDED),
    ],
)
def test_in_stack_functions_decide_for_an_unknown_address(
    names: tuple[Maybe[str], ...], kind: VerdictKind
) -> None:
    facts = replace(REQUEST, uri=UNKNOWN, functions=names)
    assert authorizer_source(facts, STANDARD).kind is kind


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (replace(REQUEST, ttl_seconds=300), ()),
        (replace(REQUEST, ttl_seconds=301), ("ttl",)),
        (replace(REQUEST, ttl_seconds=3600, identified=False), ("identity", "ttl")),
        (replace(REQUEST, ttl_seconds=0, identified=False), ()),
        (replace(REQUEST, ttl_seconds=1, identified=False), ("identity",)),
        (replace(REQUEST, identified=False), ("identity",)),
        (replace(TOKEN, identified=False), ()),
        (replace(COGNITO, ttl_seconds=900), ("ttl",)),
        (replace(JWT, ttl_seconds=900), ("ttl",)),
        (JWT, ()),
    ],
)
def test_cache(facts: AuthorizerFacts, expected: tuple[str, ...]) -> None:
    assert codes(authorizer_cache(facts, STANDARD)) == expected


def test_an_issuer_with_credentials_is_not_quoted() -> None:
    verdict = authorizer_source(replace(JWT, issuer="https://user:hunter2@login.example.com/"), STANDARD)
    assert "hunter2" not in repr(verdict)


@pytest.mark.parametrize(
    ("kind", "path", "sources"),
    [(ApiKind.REST, "type", "identitySource "), (ApiKind.HTTP, "authorizerType", "identitySources ")],
)
def test_each_family_names_its_own_properties(kind: ApiKind, path: str, sources: str) -> None:
    facts = replace(REQUEST, kind=kind, identified=False)
    assert authorizer_source(replace(facts, type=UNKNOWN), STANDARD).undecided == (path,)
    assert authorizer_cache(facts, STANDARD).findings[0].fact.startswith(sources)


def test_unknown_pools_are_undecided() -> None:
    assert authorizer_source(replace(COGNITO, user_pools=UNKNOWN), STANDARD).undecided == ("providerArns",)


def test_unknowns_are_named_one_by_one() -> None:
    facts = replace(JWT, issuer=UNKNOWN, audiences=("web", UNKNOWN))
    verdict = authorizer_company(facts, STANDARD)
    assert codes(verdict) == ("audience",)
    assert verdict.undecided == ("jwtConfiguration.issuer", "jwtConfiguration.audiences[1]")


TEXTS = st.lists(
    st.one_of(st.sampled_from(("orders", POOL)), st.text(min_size=1, max_size=300)), max_size=4
).map(tuple)


@given(
    facts=st.builds(
        AuthorizerFacts,
        kind=st.sampled_from((ApiKind.HTTP, ApiKind.REST)),
        type=st.sampled_from((None, "JWT", "REQUEST", "TOKEN", "COGNITO_USER_POOLS", "x" * 300)),
        issuer=st.one_of(st.none(), st.sampled_from(STANDARD.issuers), st.text(min_size=1, max_size=300)),
        audiences=TEXTS,
        uri=st.one_of(
            st.none(), st.sampled_from((uri(), uri(FUNCTION + "2"))), st.text(min_size=1, max_size=300)
        ),
        user_pools=TEXTS,
        ttl_seconds=st.one_of(st.none(), st.integers(0, 3600)),
        identified=st.booleans(),
    ),
    hidden=masks(("type", "issuer", "audiences", "uri", "user_pools", "ttl_seconds")),
    maximum=st.sampled_from((0, 60, 300)),
)
def test_an_early_verdict_holds(facts: AuthorizerFacts, hidden: frozenset[str], maximum: int) -> None:
    standard = replace(STANDARD, maximum_ttl=maximum)
    assert_unknowns_sound(lambda given: authorizer_company(given, standard), facts, hidden)


@given(elements=st.lists(st.one_of(st.text(max_size=300), st.just(UNKNOWN)), max_size=5).map(tuple))
def test_texts_stay_bounded(elements: tuple[str | Unknown, ...]) -> None:
    long = AuthorizerStandard(
        issuers=("i" * 200,) * 3, audiences=("a" * 200,) * 3, user_pools=("p" * 200,) * 3
    )
    assert_bounded(authorizer_source(replace(JWT, issuer="j" * 500, audiences=elements), long))
    assert_bounded(authorizer_source(replace(COGNITO, user_pools=elements), long))
