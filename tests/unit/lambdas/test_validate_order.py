"""The rules of an order, one by one, and the promise that nothing makes the validation raise."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.shared.order import Order
from lambdas.shared.validate_order import Refusal, RefusalCode, validate_order
from tests.support.order_fakes import json_values, order_document, order_documents

ITEM = {"sku": "TEA-01", "quantity": 2, "unit_price": 450}


def item(**changes: object) -> list[dict[str, object]]:
    return [{**ITEM, **changes}]


@pytest.mark.parametrize(
    ("changes", "code", "where"),
    [
        ({"schema": None}, RefusalCode.MISSING_FIELD, "schema"),
        ({"schema": "1"}, RefusalCode.BAD_TYPE, "schema"),
        ({"schema": True}, RefusalCode.BAD_TYPE, "schema"),
        ({"schema": 1.0}, RefusalCode.BAD_TYPE, "schema"),
        ({"schema": 2}, RefusalCode.BAD_VALUE, "schema"),
        ({"order_id": None}, RefusalCode.MISSING_FIELD, "order_id"),
        ({"order_id": 7}, RefusalCode.BAD_TYPE, "order_id"),
        ({"order_id": ""}, RefusalCode.BAD_VALUE, "order_id"),
        ({"order_id": "x" * 65}, RefusalCode.BAD_VALUE, "order_id"),
        ({"order_id": "with blank"}, RefusalCode.BAD_VALUE, "order_id"),
        ({"order_id": "newline\n"}, RefusalCode.BAD_VALUE, "order_id"),
        ({"order_id": "é"}, RefusalCode.BAD_VALUE, "order_id"),
        ({"customer_id": None}, RefusalCode.MISSING_FIELD, "customer_id"),
        ({"customer_id": "a.b"}, RefusalCode.BAD_VALUE, "customer_id"),
        ({"placed_at": "2026-03-01T12:00:00"}, RefusalCode.BAD_VALUE, "placed_at"),
        ({"placed_at": "2026-03-01T12:00:00+00:00"}, RefusalCode.BAD_VALUE, "placed_at"),
        ({"placed_at": "2026-02-30T12:00:00Z"}, RefusalCode.BAD_VALUE, "placed_at"),
        ({"placed_at": "2026-03-01T24:00:00Z"}, RefusalCode.BAD_VALUE, "placed_at"),
        ({"placed_at": "٢٠٢٦-03-01T12:00:00Z"}, RefusalCode.BAD_VALUE, "placed_at"),
        ({"placed_at": 1}, RefusalCode.BAD_TYPE, "placed_at"),
        ({"currency": "eur"}, RefusalCode.BAD_VALUE, "currency"),
        ({"currency": "EURO"}, RefusalCode.BAD_VALUE, "currency"),
        ({"items": None}, RefusalCode.MISSING_FIELD, "items"),
        ({"items": {}}, RefusalCode.BAD_TYPE, "items"),
        ({"items": "TEA"}, RefusalCode.BAD_TYPE, "items"),
        ({"items": []}, RefusalCode.BAD_VALUE, "items"),
        ({"items": [ITEM] * 101}, RefusalCode.BAD_VALUE, "items"),
        ({"items": [ITEM, 3]}, RefusalCode.BAD_TYPE, "items[1]"),
        ({"items": [{"sku": "A", "quantity": 1}]}, RefusalCode.MISSING_FIELD, "items[0].unit_price"),
        ({"items": item(sku="tea")}, RefusalCode.BAD_VALUE, "items[0].sku"),
        ({"items": item(sku="T" * 33)}, RefusalCode.BAD_VALUE, "items[0].sku"),
        ({"items": item(quantity=0)}, RefusalCode.BAD_VALUE, "items[0].quantity"),
        ({"items": item(quantity=1001)}, RefusalCode.BAD_VALUE, "items[0].quantity"),
        ({"items": item(quantity=True)}, RefusalCode.BAD_TYPE, "items[0].quantity"),
        ({"items": item(unit_price=-1)}, RefusalCode.BAD_VALUE, "items[0].unit_price"),
        ({"items": item(unit_price=10_000_001)}, RefusalCode.BAD_VALUE, "items[0].unit_price"),
        ({"items": item(unit_price=4.5)}, RefusalCode.BAD_TYPE, "items[0].unit_price"),
        ({"file": 5}, RefusalCode.BAD_TYPE, "file"),
        ({"file": ""}, RefusalCode.BAD_VALUE, "file"),
        ({"file": "f" * 1025}, RefusalCode.BAD_VALUE, "file"),
        ({"file": "tab\tin"}, RefusalCode.BAD_VALUE, "file"),
        ({"file": "half \ud800 pair"}, RefusalCode.BAD_VALUE, "file"),
    ],
)
def test_a_broken_rule_is_refused_with_code_and_field(
    changes: dict[str, object], code: RefusalCode, where: str
) -> None:
    refused = validate_order(order_document(**changes))

    assert isinstance(refused, Refusal)
    assert refused.code is code
    assert refused.message.partition(":")[0] == where
    assert refused.order_id == (None if "order_id" in changes else "order-1")


@pytest.mark.parametrize(
    "changes",
    [
        {"order_id": "x" * 64},
        {"placed_at": "2024-02-29T23:59:59.123456789Z"},
        {"items": item(quantity=1000, unit_price=10_000_000)},
        {"items": item(unit_price=0)},
        {"items": [ITEM] * 100},
        {"file": "f" * 1024},
        {"file": "incoming/Bücher 1.csv"},
    ],
)
def test_the_edge_of_a_rule_is_allowed(changes: dict[str, object]) -> None:
    assert isinstance(validate_order(order_document(**changes)), Order)


@pytest.mark.parametrize(
    ("value", "name"),
    [(None, "null"), ([], "an array"), (3, "a number"), (True, "a boolean"), ("x", "a string")],
)
def test_what_is_no_object_is_named_as_json_names_it(value: object, name: str) -> None:
    refused = validate_order(value)

    assert refused == Refusal(RefusalCode.BAD_TYPE, f"order: got {name}, allowed an object", None)


def test_an_explicit_null_is_no_absent_file() -> None:
    document = {**order_document(), "file": None}

    refused = validate_order(document)

    assert isinstance(refused, Refusal)
    assert refused.message == "file: got null, allowed a string"


def test_a_long_value_is_shortened_in_the_message() -> None:
    refused = validate_order(order_document(currency="E" * 5000))

    assert isinstance(refused, Refusal)
    assert len(refused.message) < 150


@given(order_documents)
def test_every_valid_document_becomes_the_same_order(document: dict[str, object]) -> None:
    valid = validate_order(document)

    assert isinstance(valid, Order)
    assert valid == validate_order({**document, "unknown": {"field": [1]}})
    assert valid.total == sum(item.quantity * item.unit_price for item in valid.items)


@given(json_values)
def test_any_json_is_judged_without_raising(value: object) -> None:
    assert isinstance(validate_order(value), Refusal)


@given(order_documents, st.sampled_from(["schema", "order_id", "items", "placed_at", "file"]), json_values)
def test_any_value_in_any_field_is_judged_without_raising(
    document: dict[str, object], name: str, value: object
) -> None:
    judged = validate_order({**document, name: value})

    assert isinstance(judged, Order | Refusal)
    if isinstance(judged, Refusal):
        json.dumps(judged.message).encode()
        assert judged.message.startswith(name)
