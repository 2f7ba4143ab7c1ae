"""Decisions on parsed OpenAPI documents."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardrails.openapi import Json, no_document, openapi_authorised
from guardrails.verdict import VerdictKind
from tests.support.decisions import assert_bounded, codes

METHODS = ("get", "put", "post", "delete", "head", "patch", "trace", "x-amazon-apigateway-any-method")
SECURED: dict[str, Json] = {"security": [{"company": []}]}


def document(item: Json, **root: Json) -> Json:
    return {"paths": {"/orders": item}, **root}


@pytest.mark.parametrize("method", METHODS)
def test_each_kind_of_operation_is_judged(method: str) -> None:
    assert codes(openapi_authorised(document({method: {}}))) == ("open",)
    assert openapi_authorised(document({method: SECURED})).kind is VerdictKind.PASS


@pytest.mark.parametrize("method", ["GET", "Get", "X-Amazon-Apigateway-Any-Method"])
def test_case_of_a_method_does_not_matter(method: str) -> None:
    assert codes(openapi_authorised(document({method: {}}))) == ("open",)


@pytest.mark.parametrize("key", ["options", "OPTIONS", "parameters", "summary", "servers", "x-note"])
def test_what_is_no_judged_operation_is_left_out(key: str) -> None:
    assert openapi_authorised(document({key: {}})).kind is VerdictKind.PASS


@pytest.mark.parametrize(
    ("security", "code"),
    [
        ([], "open"),
        (None, "open"),
        ([{}], "open"),
        ([{"company": []}, {}], "open"),
        ([None], "open"),
        (["company"], "open"),
        ({}, "open"),
        ([{"key": []}], "api-key"),
        ([{"company": []}, {"key": []}], "api-key"),
    ],
)
def test_what_lets_somebody_in(security: Json, code: str) -> None:
    schemes: Json = {"key": {"type": "apiKey"}}
    verdict = openapi_authorised(
        document({"get": {"security": security}}, components={"securitySchemes": schemes})
    )
    assert codes(verdict) == (code,)


@pytest.mark.parametrize("security", [[{"company": []}], [{"company": [], "key": []}], {"company": []}])
def test_what_keeps_strangers_out(security: Json) -> None:
    schemes: Json = {"key": {"type": "apiKey"}}
    verdict = openapi_authorised(document({"get": {"security": security}}, securityDefinitions=schemes))
    assert verdict.kind is VerdictKind.PASS


def test_an_own_empty_list_overrides_the_document() -> None:
    assert codes(openapi_authorised(document({"get": {"security": []}}, **SECURED))) == ("open",)
    assert openapi_authorised(document({"get": {}}, **SECURED)).kind is VerdictKind.PASS


@pytest.mark.parametrize("mark", ["x-amazon-apigateway-authorizer", "x-amazon-apigateway-authtype"])
def test_api_gateway_marks_its_authorisers(mark: str) -> None:
    schemes: Json = {"company": {"type": "apiKey", mark: "custom"}}
    verdict = openapi_authorised(document({"get": SECURED}, components={"securitySchemes": schemes}))
    assert verdict.kind is VerdictKind.PASS


@pytest.mark.parametrize("body", [None, "text", 1, True, [], {"paths": []}, {"paths": "x"}])
def test_what_is_no_document_is_undecided(body: Json) -> None:
    assert openapi_authorised(body).undecided == ("body",)


def test_a_path_that_cannot_be_read_hides_no_other() -> None:
    paths: Json = {"/a": {"$ref": "other.json"}, "/b": {"get": {}}, "/c": None, "x-note": {"get": {}}}
    verdict = openapi_authorised({"paths": paths})
    assert [finding.key for finding in verdict.findings] == ["route:GET /b"]
    assert verdict.undecided == ("body paths /a", "body paths /c")


@pytest.mark.parametrize("public", ["GET /orders", "/orders", "GET /*"])
def test_public_operations_are_left_out(public: str) -> None:
    verdict = openapi_authorised(document({"get": {}, "post": {}}), (public,))
    expected = () if public == "/orders" else ("route:POST /orders",)
    assert tuple(finding.key for finding in verdict.findings) == expected


def test_without_a_document_it_does_not_apply() -> None:
    assert no_document().kind is VerdictKind.NOT_APPLICABLE


JSON: st.SearchStrategy[Json] = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=20)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.one_of(st.text(max_size=20), st.sampled_from((*METHODS, "security", "paths"))),
            inner,
            max_size=3,
        ),
    ),
    max_leaves=20,
)


@given(body=JSON, item=JSON, security=JSON)
def test_any_tree_gets_a_bounded_verdict(body: Json, item: Json, security: Json) -> None:
    assert_bounded(openapi_authorised(body))
    assert_bounded(openapi_authorised({"paths": {"/" + "x" * 400: item}, "security": security}))
    assert_bounded(openapi_authorised(document({"get": {"security": security}}, securityDefinitions=body)))
