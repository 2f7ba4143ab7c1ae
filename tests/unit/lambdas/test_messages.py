"""Messages between the functions: sizes as SQS counts them, and tolerant reading."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.shared.messages import (
    FulfilmentMessage,
    Unreadable,
    attributes,
    is_correlation_id,
    message_bytes,
    parse_fulfilment,
    parse_json,
)
from tests.support.order_fakes import json_values

MESSAGE = FulfilmentMessage(order_id="order-1", charge_id="ch_1", correlation_id="corr-1")


def body(**changes: object) -> str:
    document = {**json.loads(MESSAGE.body()), **changes}
    return json.dumps({name: value for name, value in document.items() if value is not ...})


def test_every_message_carries_correlation_id_and_schema_version() -> None:
    assert attributes("corr-1") == {
        "correlation_id": {"DataType": "String", "StringValue": "corr-1"},
        "schema_version": {"DataType": "String", "StringValue": "1"},
    }


def test_the_size_counts_body_bytes_and_attributes() -> None:
    by_hand = len("correlation_id" + "String" + "corr-1") + len("schema_version" + "String" + "1")

    assert message_bytes("ü", "corr-1") == 2 + by_hand


@pytest.mark.parametrize("text", ["", "not json", "{", "[" * 100_000, "1" * 5000])
def test_what_is_no_json_is_unreadable(text: str) -> None:
    assert parse_json(text) == Unreadable("bad_json")


@pytest.mark.parametrize("charge_id", ["ch_1", None])
def test_a_fulfilment_message_reads_back(charge_id: str | None) -> None:
    message = FulfilmentMessage(order_id="order-1", charge_id=charge_id, correlation_id="corr-1")

    assert parse_fulfilment(message.body()) == message
    assert json.loads(message.body())["schema"] == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("not json", Unreadable("bad_json")),
        ("[]", Unreadable("bad_type")),
        ("null", Unreadable("bad_type")),
        (body(charge_id=...), Unreadable("missing_field", "order-1")),
        (body(order_id=...), Unreadable("missing_field")),
        (body(order_id=5), Unreadable("bad_type")),
        (body(schema=True), Unreadable("bad_type", "order-1")),
        (body(schema="1"), Unreadable("bad_type", "order-1")),
        (body(charge_id=3), Unreadable("bad_type", "order-1")),
        (body(correlation_id=None), Unreadable("bad_type", "order-1")),
        (body(schema=2), Unreadable("bad_value", "order-1")),
        (body(order_id="not an id"), Unreadable("bad_value")),
    ],
)
def test_what_is_no_fulfilment_message_is_named(text: str, expected: Unreadable) -> None:
    assert parse_fulfilment(text) == expected


@given(json_values | st.dictionaries(st.sampled_from(list(json.loads(MESSAGE.body()))), json_values))
def test_any_json_is_read_without_raising(value: object) -> None:
    assert isinstance(parse_fulfilment(json.dumps(value)), Unreadable | FulfilmentMessage)


@pytest.mark.parametrize(
    ("value", "usable"),
    [
        ("a", True),
        ("Root=1-2:3/4", True),
        ("x" * 128, True),
        ("x" * 129, False),
        ("", False),
        ("a b", False),
        ("é", False),
        ("a\n", False),
        (None, False),
        (7, False),
    ],
)
def test_a_correlation_id_is_printable_and_short(value: object, usable: bool) -> None:  # noqa: FBT001 - a case
    assert is_correlation_id(value) is usable
