"""The canonical form: one text and one hash for one order."""

from __future__ import annotations

import hashlib
import json

from hypothesis import given

from lambdas.shared.order import Order, canonical, payload_hash, workflow_input
from lambdas.shared.validate_order import validate_order
from tests.support.order_fakes import order, order_documents


def valid(document: object) -> Order:
    read = validate_order(document)
    assert isinstance(read, Order)
    return read


def test_the_canonical_form_has_sorted_keys_and_no_spaces() -> None:
    assert canonical(order(file="a/ü.csv")) == (
        '{"currency":"EUR","customer_id":"customer-1","file":"a/ü.csv",'
        '"items":[{"quantity":2,"sku":"TEA-01","unit_price":450}],'
        '"order_id":"order-1","placed_at":"2026-03-01T12:00:00Z","schema":1}'
    )


def test_the_hash_is_over_the_canonical_form() -> None:
    expected = hashlib.sha256(canonical(order()).encode()).hexdigest()

    assert payload_hash(order()) == expected
    assert payload_hash(order(customer_id="customer-2")) != expected


@given(order_documents)
def test_neither_key_order_nor_unknown_fields_change_the_canonical_form(
    document: dict[str, object],
) -> None:
    turned = {"unknown": 1, **dict(reversed(document.items()))}

    assert canonical(valid(turned)) == canonical(valid(document))


@given(order_documents)
def test_the_canonical_form_reads_back_as_the_same_order(document: dict[str, object]) -> None:
    read = valid(document)

    assert validate_order(json.loads(canonical(read))) == read


def test_the_workflow_gets_the_canonical_order_and_the_correlation_id() -> None:
    assert json.loads(workflow_input(order(), "corr-9")) == {
        **json.loads(canonical(order())),
        "correlation_id": "corr-9",
    }
