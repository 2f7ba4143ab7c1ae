"""The check: limits are inclusive, and a refusal is data."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.check_order import handler
from lambdas.check_order.logic import check
from lambdas.shared.order import Order
from lambdas.shared.task import InvalidTaskInput
from lambdas.shared.validate_order import validate_order
from tests.support.events import lambda_context
from tests.support.order_fakes import Lines, fixed, order, order_document, order_documents

CURRENCIES = {"EUR", "USD"}


@pytest.mark.parametrize(
    ("limit", "currency", "decision", "reason"),
    [
        (900, "EUR", "accept", None),
        (899, "EUR", "reject", "total_above_limit"),
        (900, "USD", "accept", None),
        (900, "GBP", "reject", "currency_not_supported"),
        (1, "GBP", "reject", "currency_not_supported"),
    ],
)
def test_the_decision(limit: int, currency: str, decision: str, reason: str | None) -> None:
    decided = check(order(currency=currency), max_order_total=limit, currencies=CURRENCIES)

    assert decided == {"decision": decision, "total": 900, "reason": reason}


@given(order_documents, st.integers(0, 10**12))
def test_a_reason_is_given_exactly_for_a_refusal(document: dict[str, object], limit: int) -> None:
    valid = validate_order(document)
    assert isinstance(valid, Order)

    decided = check(valid, max_order_total=limit, currencies={valid.currency})

    assert (decided["decision"] == "accept") is (decided["reason"] is None) is (valid.total <= limit)


def test_the_handler_reads_the_workflows_input_and_logs_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = Lines()
    needs = handler.Dependencies(
        journal=lines.journal(), max_order_total=10, currencies=frozenset(CURRENCIES)
    )
    monkeypatch.setattr(handler, "dependencies", fixed(needs))

    decided = handler.handle({**order_document(), "correlation_id": "corr-1"}, lambda_context())

    assert decided == {"decision": "reject", "total": 900, "reason": "total_above_limit"}
    (line,) = lines.read()
    assert (line["order_id"], line["code"], line["correlation_id"]) == (
        "order-1",
        "total_above_limit",
        "corr-1",
    )
    with pytest.raises(InvalidTaskInput):
        handler.handle({}, lambda_context())
