"""One failed record fails alone: response shape, log line, delay of its own."""

from __future__ import annotations

from typing import cast

import boto3
import pytest
from aws_lambda_powertools.utilities.batch.exceptions import UnexpectedBatchTypeError
from botocore.stub import Stubber

from lambdas.shared.consumer import QueueDelays, consume
from lambdas.shared.delivery import Failure, Message
from lambdas.shared.environment import Variables
from lambdas.shared.faults import AwsFault
from tests.support.events import Sent, lambda_context, receipt_handle, sqs_event
from tests.support.order_fakes import FakeDelays, Lines

GOOD = Sent(message_id="m-good", body="good")
BAD = Sent(message_id="m-bad", body="bad", receive_count=2, correlation_id="corr-2")


def process(message: Message) -> Failure | None:
    if message.body == "bad":
        return Failure(code="bad_value", permanent=True, order_id="order-7")
    if message.body == "throttled":
        raise AwsFault("ThrottlingException", "StartExecution: ThrottlingException")
    if message.body == "bug":
        raise ZeroDivisionError("4711")
    return None


def run(*messages: Sent, lines: Lines | None = None, delays: FakeDelays | None = None) -> object:
    return consume(
        sqs_event(*messages),
        lambda_context(),
        process=process,
        delays=delays or FakeDelays(),
        journal=(lines or Lines()).journal(),
    )


def test_the_response_names_exactly_the_failed_messages() -> None:
    assert run(GOOD, BAD, Sent(message_id="m-3", body="good")) == {
        "batchItemFailures": [{"itemIdentifier": "m-bad"}]
    }


def test_a_batch_without_failures_answers_with_an_empty_list() -> None:
    assert run(GOOD) == {"batchItemFailures": []}


def test_an_event_that_is_no_batch_is_a_fault_of_the_mapping() -> None:
    with pytest.raises(UnexpectedBatchTypeError):
        run()


def test_a_batch_that_fails_as_a_whole_does_not_raise() -> None:
    failed = run(BAD, Sent(message_id="m-bug", body="bug"), Sent(message_id="m-slow", body="throttled"))

    assert failed == {"batchItemFailures": [{"itemIdentifier": i} for i in ("m-bad", "m-bug", "m-slow")]}


def test_a_failure_is_one_error_line_with_ids_and_no_payload() -> None:
    lines = Lines()

    run(GOOD, BAD, lines=lines)

    (line,) = lines.read("ERROR")
    assert {
        "event": "order_failed",
        "code": "bad_value",
        "message_id": "m-bad",
        "order_id": "order-7",
        "receive_count": 2,
        "permanent": True,
        "correlation_id": "corr-2",
    }.items() <= line.items()
    assert '"bad"' not in lines.stream.getvalue()


def test_a_fault_of_aws_is_transient_and_told_with_its_code() -> None:
    lines = Lines()

    run(Sent(body="throttled"), lines=lines)

    (line,) = lines.read("ERROR")
    assert (line["code"], line["permanent"]) == ("ThrottlingException", False)
    assert line["detail"] == "StartExecution: ThrottlingException"


def test_a_bug_fails_only_its_record_and_shows_its_class_not_its_text() -> None:
    lines = Lines()

    assert run(Sent(message_id="m-bug", body="bug"), GOOD, lines=lines) == {
        "batchItemFailures": [{"itemIdentifier": "m-bug"}]
    }
    (line,) = lines.read("ERROR")
    assert (line["code"], line["detail"]) == ("unexpected_error", "ZeroDivisionError")
    assert "4711" not in lines.stream.getvalue()


def test_only_failed_messages_get_a_delay_with_their_own_receive_count() -> None:
    delays = FakeDelays()

    run(GOOD, BAD, Sent(message_id="m-bug", body="bug", receive_count=4), delays=delays)

    assert delays.asked == [(receipt_handle("m-bad"), 2), (receipt_handle("m-bug"), 4)]


def test_delays_begin_when_the_whole_batch_is_done() -> None:
    delays = FakeDelays()
    asked_before_the_last: list[int] = []

    def watch(message: Message) -> Failure | None:
        asked_before_the_last.append(len(delays.asked))
        return process(message)

    consume(
        sqs_event(BAD, BAD, GOOD), lambda_context(), process=watch, delays=delays, journal=Lines().journal()
    )

    assert asked_before_the_last == [0, 0, 0]
    assert len(delays.asked) == 2


def test_a_refused_delay_is_logged_and_changes_nothing_else() -> None:
    lines = Lines()
    delays = FakeDelays(fault=AwsFault("ReceiptHandleIsInvalid", "ChangeMessageVisibility"))

    response = run(BAD, Sent(message_id="m-bug", body="bug"), lines=lines, delays=delays)

    assert response == {"batchItemFailures": [{"itemIdentifier": "m-bad"}, {"itemIdentifier": "m-bug"}]}
    assert [line["event"] for line in lines.read("WARNING")] == ["retry_delay_failed"] * 2
    assert len(delays.asked) == 2


@pytest.mark.parametrize(
    ("given", "seen"), [("corr-1", "corr-1"), (None, "m-good"), ("two words", "m-good"), ("", "m-good")]
)
def test_a_message_without_usable_correlation_id_is_followed_by_its_own_id(
    given: str | None, seen: str
) -> None:
    messages: list[Message] = []

    consume(
        sqs_event(Sent(message_id="m-good", body="good", correlation_id=given)),
        lambda_context(),
        process=messages.append,
        delays=FakeDelays(),
        journal=Lines().journal(),
    )

    assert messages == [Message(message_id="m-good", body="good", receive_count=1, correlation_id=seen)]


def test_a_record_of_another_shape_fails_alone_and_is_named() -> None:
    lines, delays = Lines(), FakeDelays()
    event = sqs_event(Sent(message_id="m-odd", body="good"), GOOD)
    del cast("list[dict[str, object]]", event["Records"])[0]["attributes"]

    response = consume(event, lambda_context(), process=process, delays=delays, journal=lines.journal())

    assert response == {"batchItemFailures": [{"itemIdentifier": "m-odd"}]}
    (line,) = lines.read("ERROR")
    assert (line["code"], line["message_id"]) == ("unreadable_record", "m-odd")


def test_the_delay_is_a_change_of_visibility_of_that_message() -> None:
    client = boto3.client("sqs", region_name="eu-west-1")
    values = {"QUEUE_URL": "https://q", "RETRY_DELAY_SECONDS": "10", "VISIBILITY_TIMEOUT_SECONDS": "180"}
    delays = QueueDelays.of(Variables(frozenset(values), values), client)

    with Stubber(client) as stub:
        stub.add_response(
            "change_message_visibility",
            {},
            {"QueueUrl": "https://q", "ReceiptHandle": "handle", "VisibilityTimeout": 40},
        )
        delays.delay("handle", 3)
        stub.assert_no_pending_responses()

        stub.add_client_error("change_message_visibility", "AccessDenied", "no sqs:ChangeMessageVisibility")
        with pytest.raises(AwsFault, match="sqs:ChangeMessageVisibility"):
            delays.delay("handle", 3)


def test_a_retry_delay_of_zero_asks_nothing_of_the_queue() -> None:
    client = boto3.client("sqs", region_name="eu-west-1")
    delays = QueueDelays(
        client=client, queue_url="https://q", retry_delay_seconds=0, visibility_timeout_seconds=180
    )

    with Stubber(client):  # a call without a stubbed answer would raise
        delays.delay("handle", 1)
