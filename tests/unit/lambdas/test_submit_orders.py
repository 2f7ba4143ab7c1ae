"""Submitting: every order of a request has exactly one fate, and only what may succeed is sent again."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.stub import Stubber
from hypothesis import given
from hypothesis import strategies as st

from lambdas.shared.faults import AwsFault
from lambdas.shared.messages import attributes
from lambdas.shared.order import canonical
from lambdas.submit_orders import handler
from lambdas.submit_orders.logic import (
    MAX_BATCH_BYTES,
    Entry,
    InvalidRequest,
    Patience,
    Request,
    Result,
    Unsent,
    batches,
    read_request,
    sort_orders,
    submit,
)
from lambdas.submit_orders.store import OrderQueue
from tests.support.events import lambda_context
from tests.support.order_fakes import (
    FakeQueue,
    Lines,
    fixed,
    json_values,
    metrics_of,
    order,
    order_document,
    order_documents,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

LIMIT = 262_144


@dataclass
class Waits:
    """Patience that waits in no time and remembers how long it would have."""

    bounds: list[float] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)

    def patience(self) -> Patience:
        def half(bound: float) -> float:
            self.bounds.append(bound)
            return bound / 2

        return Patience(jitter=half, sleep=self.slept.append)


def request(*documents: object) -> Request:
    return Request(documents, "corr-1")


def orders(count: int) -> list[dict[str, object]]:
    return [order_document(order_id=f"order-{number}") for number in range(count)]


def run(queue: FakeQueue, *documents: object, waits: Waits | None = None) -> Result:
    return submit(
        request(*documents), queue=queue, patience=(waits or Waits()).patience(), max_message_bytes=LIMIT
    )


@pytest.mark.parametrize(
    "event",
    [
        None,
        [],
        "orders",
        {},
        {"orders": None},
        {"orders": {"order_id": "1"}},
        {"orders": "[]"},
        {"orders": [], "correlation_id": 5},
        {"orders": [], "correlation_id": "two words"},
        {"orders": [], "correlation_id": ""},
        {"orders": [], "more": 1},
    ],
)
def test_an_event_of_another_form_is_an_invalid_request(event: object) -> None:
    with pytest.raises(InvalidRequest, match=r"got .*, allowed"):
        read_request(event, new_id=lambda: "new")


def test_a_request_keeps_its_correlation_id_or_gets_one() -> None:
    assert read_request({"orders": [1], "correlation_id": "c"}, new_id=lambda: "new") == Request([1], "c")
    assert read_request({"orders": []}, new_id=lambda: "new") == Request([], "new")


def test_valid_orders_are_accepted_and_invalid_ones_never_queued() -> None:
    queue = FakeQueue()
    bad = order_document(order_id="order-bad", currency="euro")

    result = run(queue, order_document(), bad, "no order")

    assert result["accepted"] == ["order-1"]
    assert [(r["index"], r["order_id"], r["code"]) for r in result["rejected"]] == [
        (1, "order-bad", "bad_value"),
        (2, None, "bad_type"),
    ]
    assert result["failed"] == []
    assert queue.calls == [[0]]


def test_the_second_order_with_an_id_is_rejected_as_duplicate() -> None:
    result = run(FakeQueue(), order_document(), order_document(customer_id="other"))

    assert result["accepted"] == ["order-1"]
    assert [(r["index"], r["code"]) for r in result["rejected"]] == [(1, "duplicate_in_request")]


def test_an_invalid_order_does_not_take_the_id_of_a_valid_one() -> None:
    result = run(FakeQueue(), order_document(currency="euro"), order_document())

    assert result["accepted"] == ["order-1"]
    assert [r["code"] for r in result["rejected"]] == ["bad_value"]


def test_an_order_above_the_message_limit_is_too_large_and_at_the_limit_fits() -> None:
    (entry,), _ = sort_orders(request(order_document()), LIMIT)

    assert entry.body == canonical(order())
    assert sort_orders(request(order_document()), entry.size) == ([entry], [])
    taken, (refused,) = sort_orders(request(order_document()), entry.size - 1)
    assert taken == []
    assert (refused["code"], refused["order_id"]) == ("too_large", "order-1")


def test_batches_hold_ten_entries() -> None:
    queue = FakeQueue()

    result = run(queue, *orders(25))

    assert [len(call) for call in queue.calls] == [10, 10, 5]
    assert len(result["accepted"]) == 25


@given(st.lists(st.integers(1, LIMIT), max_size=60))
def test_batches_keep_order_and_both_limits(sizes: list[int]) -> None:
    entries = [Entry(index, f"order-{index}", "{}", size) for index, size in enumerate(sizes)]

    made = list(batches(entries))

    assert [entry for batch in made for entry in batch] == entries
    assert all(0 < len(batch) <= 10 for batch in made)
    assert all(sum(entry.size for entry in batch) <= MAX_BATCH_BYTES for batch in made)


def test_a_batch_of_exactly_one_mebibyte_goes_at_once() -> None:
    entries = [Entry(index, f"order-{index}", "{}", LIMIT) for index in range(5)]

    assert [len(batch) for batch in batches(entries)] == [4, 1]


def test_only_entries_without_sender_fault_are_sent_again() -> None:
    queue = FakeQueue(
        answers=[
            [Unsent(0, "InternalError", sender_fault=False), Unsent(1, "InvalidContents", sender_fault=True)]
        ]
    )
    waits = Waits()

    result = run(queue, *orders(3), waits=waits)

    assert queue.calls == [[0, 1, 2], [0]]
    assert result["accepted"] == ["order-0", "order-2"]
    assert result["failed"] == [{"index": 1, "order_id": "order-1", "code": "InvalidContents"}]
    assert waits.bounds == [0.2]
    assert waits.slept == [0.1]


def test_an_entry_that_fails_three_times_is_reported_as_failed() -> None:
    unsent = [Unsent(0, "InternalError", sender_fault=False)]
    queue = FakeQueue(answers=[list(unsent), list(unsent), list(unsent)])
    waits = Waits()

    result = run(queue, order_document(), waits=waits)

    assert queue.calls == [[0], [0], [0]]
    assert waits.bounds == [0.2, 0.4]
    assert result["accepted"] == []
    assert result["failed"] == [{"index": 0, "order_id": "order-1", "code": "InternalError"}]


def test_a_call_that_fails_as_a_whole_is_a_fault() -> None:
    with pytest.raises(AwsFault, match="AccessDenied"):
        run(FakeQueue(fault=AwsFault("AccessDenied", "SendMessageBatch")), order_document())


@given(st.lists(order_documents | json_values, max_size=12), st.data())
def test_every_order_has_exactly_one_fate(documents: list[object], data: st.DataObject) -> None:
    codes = st.sampled_from(["InternalError", "InvalidContents"])
    answers = data.draw(
        st.lists(
            st.lists(st.builds(Unsent, st.integers(0, 11), codes, sender_fault=st.booleans()), max_size=3),
            max_size=4,
        )
    )

    result = run(FakeQueue(answers=answers), *documents)

    fates = len(result["accepted"]) + len(result["rejected"]) + len(result["failed"])
    assert fates == len(documents)
    assert len({r["index"] for r in result["rejected"]} | {f["index"] for f in result["failed"]}) == len(
        result["rejected"]
    ) + len(result["failed"])
    json.dumps(result)


def use(monkeypatch: pytest.MonkeyPatch, queue: FakeQueue) -> Lines:
    lines = Lines()
    needs = handler.Dependencies(
        journal=lines.journal(), queue=queue, patience=Waits().patience(), max_message_bytes=LIMIT
    )
    monkeypatch.setattr(handler, "dependencies", fixed(needs))
    return lines


def test_the_handler_answers_counts_and_logs_without_payload(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = use(monkeypatch, FakeQueue(answers=[[Unsent(0, "InvalidContents", sender_fault=True)]]))
    bad = order_document(order_id="order-bad", currency="verysecret")

    result = handler.handle(
        {"orders": [order_document(), order_document(order_id="order-2"), bad], "correlation_id": "corr-7"},
        lambda_context(),
    )

    assert result["correlation_id"] == "corr-7"
    assert result["accepted"] == ["order-2"]
    assert [(line["event"], line["order_id"], line["correlation_id"]) for line in lines.read()] == [
        ("order_rejected", "order-bad", "corr-7"),
        ("order_not_sent", "order-1", "corr-7"),
    ]
    assert "verysecret" not in lines.stream.getvalue()
    (metrics,) = metrics_of(capsys.readouterr().out)
    assert (metrics["OrdersSubmitted"], metrics["OrdersInvalid"]) == ([1.0], [1.0])


def test_the_handler_makes_a_correlation_id_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, FakeQueue())

    first = handler.handle({"orders": []}, lambda_context())
    second = handler.handle({"orders": []}, lambda_context())

    assert len(first["correlation_id"]) == 36
    assert first["correlation_id"] != second["correlation_id"]


def test_the_store_sends_one_batch_with_attributes_and_reads_what_was_not_taken() -> None:
    client = boto3.client("sqs", region_name="eu-west-1")
    queue = OrderQueue(client=client, queue_url="https://q")
    expected: Mapping[str, object] = {
        "QueueUrl": "https://q",
        "Entries": [
            {"Id": "0", "MessageBody": "{}", "MessageAttributes": attributes("corr-1")},
            {"Id": "4", "MessageBody": "[]", "MessageAttributes": attributes("corr-1")},
        ],
    }
    failure = {"Id": "4", "SenderFault": True, "Code": "InvalidMessageContents", "Message": "quotes"}

    with Stubber(client) as stub:
        stub.add_response("send_message_batch", {"Successful": [], "Failed": [failure]}, expected)
        unsent = queue.send([Entry(0, "order-0", "{}", 2), Entry(4, "order-4", "[]", 2)], "corr-1")
        stub.add_client_error("send_message_batch", "RequestThrottled")
        with pytest.raises(AwsFault, match="RequestThrottled"):
            queue.send([Entry(0, "order-0", "{}", 2)], "corr-1")

    assert unsent == [Unsent(4, "InvalidMessageContents", sender_fault=True)]
