"""Charging: each try counted first, one charge an order, answers as data and faults as exceptions."""

from __future__ import annotations

import hashlib
import http.client
import io
import json
from dataclasses import dataclass, field
from typing import cast

import boto3
import pytest
from botocore.stub import Stubber

from lambdas.charge_order import handler
from lambdas.charge_order.logic import (
    Attempt,
    NotChargeable,
    Outcome,
    PaymentFault,
    SimulatedPayments,
    Standing,
    charge,
    charge_id_of,
)
from lambdas.charge_order.store import HttpPayments, OrderTable, PaymentSecret, payment_seconds
from lambdas.shared.environment import ConfigurationError
from lambdas.shared.faults import AwsFault
from tests.support.events import lambda_context
from tests.support.order_fakes import NOW_TEXT, FakeAttempts, Lines, fixed, now, order, order_document

CHARGE_ID = f"ch_{hashlib.sha256(b'order-1').hexdigest()[:24]}"
CHARGED = {"outcome": "charged", "charge_id": CHARGE_ID}
DECLINED = {"outcome": "declined", "reason": "card_declined"}


def simulate(customer_id: str, attempts: FakeAttempts | None = None) -> Outcome:
    return charge(
        order(customer_id=customer_id),
        "try-1",
        attempts=attempts or FakeAttempts(),
        payments=SimulatedPayments(),
        clock=now,
    )


def test_an_ordinary_customer_is_charged_after_the_try_is_counted() -> None:
    attempts = FakeAttempts()

    assert simulate("customer-1", attempts) == CHARGED
    assert attempts.counted == [("order-1", "try-1", NOW_TEXT)]


def test_a_declined_customer_is_an_answer() -> None:
    assert simulate("declined-1") == DECLINED
    assert simulate("declined") == CHARGED


def test_a_flaky_customer_fails_as_often_as_its_name_says() -> None:
    attempts = FakeAttempts()

    for _ in range(2):
        with pytest.raises(PaymentFault):
            simulate("flaky-2-1", attempts)

    assert simulate("flaky-2-1", attempts) == CHARGED
    assert len(attempts.counted) == 3


def test_a_name_that_only_looks_flaky_is_charged() -> None:
    assert simulate("flaky-2") == CHARGED
    assert simulate("flaky-x-1") == CHARGED


def test_the_charge_id_follows_from_the_order() -> None:
    assert charge_id_of("order-1") == CHARGE_ID
    assert len(CHARGE_ID) == 27


def test_an_order_that_carries_a_charge_is_answered_with_it() -> None:
    charged_before = FakeAttempts(standing=Standing("CHARGED", "ch_before"))

    assert simulate("declined-1", charged_before) == {"outcome": "charged", "charge_id": "ch_before"}


@pytest.mark.parametrize(
    ("status", "said"), [("REJECTED", "got status REJECTED"), (None, "got status none, it has no record")]
)
def test_an_order_whose_record_forbids_it_is_not_charged(status: str | None, said: str) -> None:
    with pytest.raises(NotChargeable, match=said):
        simulate("customer-1", FakeAttempts(standing=Standing(status, None)))


@dataclass
class FakeConnection:
    """A connection that remembers the request and answers as told."""

    status: int = 200
    answer: bytes = b"{}"
    error: Exception | None = None
    requests: list[tuple[str, str, object, dict[str, str]]] = field(default_factory=list)
    closed: int = 0

    def request(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> None:
        self.requests.append((method, path, json.loads(body), headers))
        if self.error:
            raise self.error

    def getresponse(self) -> object:
        reader = io.BytesIO(self.answer)
        return type("Response", (), {"status": self.status, "read": staticmethod(reader.read)})

    def close(self) -> None:
        self.closed += 1


@dataclass
class FakeSecret:
    """A secret that counts how often it was forgotten."""

    forgotten: int = 0

    def value(self) -> str:
        return "token-4711"

    def forget(self) -> None:
        self.forgotten += 1


@dataclass
class Provider:
    """A payment provider behind a fake connection."""

    connection: FakeConnection
    secret: FakeSecret = field(default_factory=FakeSecret)
    opened: list[tuple[str, int, float]] = field(default_factory=list)

    def charge(self, url: str = "https://pay.example/charges?v=2") -> Outcome:
        at = HttpPayments.at(url, secret=self.secret, timeout_seconds=5.0)
        payments = HttpPayments(
            host=at.host,
            port=at.port,
            path=at.path,
            secret=at.secret,
            timeout_seconds=at.timeout_seconds,
            connect=self.connect,
        )
        return payments.charge(order(), Attempt(1))

    def connect(self, host: str, port: int, timeout_seconds: float) -> http.client.HTTPConnection:
        self.opened.append((host, port, timeout_seconds))
        return cast("http.client.HTTPConnection", self.connection)


def test_a_charge_is_posted_with_token_and_idempotency_key() -> None:
    provider = Provider(FakeConnection(status=201, answer=b'{"charge_id": "pay_77"}'))

    assert provider.charge() == {"outcome": "charged", "charge_id": "pay_77"}

    assert provider.opened == [("pay.example", 443, 5.0)]
    ((method, path, body, headers),) = provider.connection.requests
    assert (method, path) == ("POST", "/charges?v=2")
    assert body == {"order_id": "order-1", "customer_id": "customer-1", "amount": 900, "currency": "EUR"}
    assert headers["Idempotency-Key"] == "order-1"
    assert headers["Authorization"] == "Bearer token-4711"
    assert provider.connection.closed == 1


@pytest.mark.parametrize("answer", [b"", b"no json", b"[]", b'{"charge_id": 5}', b'{"charge_id": "a b"}'])
def test_a_charge_without_usable_id_is_still_a_charge(answer: bytes) -> None:
    assert Provider(FakeConnection(answer=answer)).charge() == CHARGED


def test_payment_required_means_declined() -> None:
    assert Provider(FakeConnection(status=402)).charge() == DECLINED


@pytest.mark.parametrize(
    ("status", "forgotten"), [(301, 0), (400, 0), (409, 0), (429, 0), (500, 0), (401, 1), (403, 1)]
)
def test_every_other_answer_is_a_fault_and_a_refused_token_is_read_anew(status: int, forgotten: int) -> None:
    provider = Provider(FakeConnection(status=status))

    with pytest.raises(PaymentFault, match=f"answered {status}"):
        provider.charge()

    assert provider.secret.forgotten == forgotten
    assert provider.connection.closed == 1


@pytest.mark.parametrize(
    "error", [TimeoutError(), ConnectionResetError(), http.client.BadStatusLine("token-4711")]
)
def test_a_broken_connection_is_a_fault_that_tells_no_secret(error: Exception) -> None:
    provider = Provider(FakeConnection(error=error))

    with pytest.raises(PaymentFault) as caught:
        provider.charge()

    assert str(caught.value) == f"payment provider: {type(error).__name__}"
    assert provider.connection.closed == 1


@pytest.mark.parametrize(
    "url", ["http://pay.example/", "ftp://pay.example/", "https:///charges", "pay.example"]
)
def test_only_https_is_spoken(url: str) -> None:
    with pytest.raises(ConfigurationError, match=r"PAYMENT_URL: got .*, allowed https"):
        Provider(FakeConnection()).charge(url)


def test_a_bare_host_is_asked_at_its_root() -> None:
    provider = Provider(FakeConnection())

    provider.charge("https://pay.example:8443")

    assert provider.opened == [("pay.example", 8443, 5.0)]
    assert provider.connection.requests[0][1] == "/"


def test_the_real_connection_checks_certificates_and_keeps_its_time() -> None:
    payments = HttpPayments.at(
        "https://pay.example/",
        secret=FakeSecret(),
        timeout_seconds=4.0,
    )

    connection = payments.connect("pay.example", 443, 4.0)

    assert isinstance(connection, http.client.HTTPSConnection)
    assert connection.timeout == 4.0
    context = vars(connection)["_context"]
    assert context.check_hostname
    assert context.verify_mode.name == "CERT_REQUIRED"


@pytest.mark.parametrize(("function_seconds", "seconds"), [(30, 5.0), (10, 5.0), (2, 1.0), (1, 0.5)])
def test_the_provider_gets_less_time_than_the_function(function_seconds: int, seconds: float) -> None:
    assert payment_seconds(function_seconds) == seconds


def test_the_secret_is_read_once_until_it_is_forgotten_and_never_shown() -> None:
    client = boto3.client("secretsmanager", region_name="eu-west-1")
    secret = PaymentSecret(client=client, secret_id="pay")
    expected = {"SecretId": "pay"}

    with Stubber(client) as stub:
        stub.add_response("get_secret_value", {"SecretString": "token-1"}, expected)
        stub.add_response("get_secret_value", {"SecretString": "token-2"}, expected)
        values = [secret.value(), secret.value()]
        secret.forget()
        values.append(secret.value())

    assert values == ["token-1", "token-1", "token-2"]
    assert "token" not in repr(secret)


def test_a_binary_or_denied_secret_is_told() -> None:
    client = boto3.client("secretsmanager", region_name="eu-west-1")
    secret = PaymentSecret(client=client, secret_id="pay")

    with Stubber(client) as stub:
        stub.add_response("get_secret_value", {"SecretBinary": b"x"})
        with pytest.raises(ConfigurationError, match="PAYMENT_SECRET"):
            secret.value()
        stub.add_client_error("get_secret_value", "AccessDeniedException", "no secretsmanager:GetSecretValue")
        with pytest.raises(AwsFault, match="secretsmanager:GetSecretValue"):
            secret.value()


def test_the_table_counts_a_try_only_while_the_order_is_processing() -> None:
    client = boto3.client("dynamodb", region_name="eu-west-1")
    table = OrderTable(client=client, table_name="orders")
    expected = {
        "TableName": "orders",
        "Key": {"order_id": {"S": "order-1"}},
        "UpdateExpression": "SET updated_at = :now ADD charge_attempts :one, charge_tries :tries",
        "ConditionExpression": "#status = :processing AND NOT contains(charge_tries, :try)",
        "ExpressionAttributeNames": {"#status": "status"},
        "ExpressionAttributeValues": {
            ":now": {"S": NOW_TEXT},
            ":one": {"N": "1"},
            ":processing": {"S": "PROCESSING"},
            ":try": {"S": "try-1"},
            ":tries": {"SS": ["try-1"]},
        },
        "ReturnValues": "UPDATED_NEW",
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }
    old = {"status": {"S": "CHARGED"}, "charge_id": {"S": "ch_before"}}

    with Stubber(client) as stub:
        stub.add_response("update_item", {"Attributes": {"charge_attempts": {"N": "3"}}}, expected)
        assert table.begin("order-1", "try-1", NOW_TEXT) == Attempt(3)
        stub.add_client_error("update_item", "ConditionalCheckFailedException", modeled_fields={"Item": old})
        assert table.begin("order-1", "try-1", NOW_TEXT) == Standing("CHARGED", "ch_before")
        stub.add_client_error("update_item", "ConditionalCheckFailedException")
        assert table.begin("order-1", "try-1", NOW_TEXT) == Standing(None, None)
        stub.add_client_error("update_item", "ThrottlingException")
        with pytest.raises(AwsFault, match="ThrottlingException"):
            table.begin("order-1", "try-1", NOW_TEXT)


def test_a_try_that_was_sent_again_is_the_try_that_was_counted() -> None:
    """The SDK sends again when an answer is late: the table has counted, and says so by its refusal."""
    client = boto3.client("dynamodb", region_name="eu-west-1")
    table = OrderTable(client=client, table_name="orders")
    counted = {
        "status": {"S": "PROCESSING"},
        "charge_attempts": {"N": "2"},
        "charge_tries": {"SS": ["try-0", "try-1"]},
    }
    others = {**counted, "charge_tries": {"SS": ["try-0"]}}
    charged = {**counted, "status": {"S": "CHARGED"}, "charge_id": {"S": "ch_before"}}

    with Stubber(client) as stub:
        for item, expected in (
            (counted, Attempt(2)),
            (others, Standing("PROCESSING", None)),
            (charged, Standing("CHARGED", "ch_before")),
        ):
            stub.add_client_error(
                "update_item", "ConditionalCheckFailedException", modeled_fields={"Item": item}
            )
            assert table.begin("order-1", "try-1", NOW_TEXT) == expected


def use(monkeypatch: pytest.MonkeyPatch, attempts: FakeAttempts) -> Lines:
    lines = Lines()
    needs = handler.Dependencies(journal=lines.journal(), attempts=attempts, payments=SimulatedPayments())
    monkeypatch.setattr(handler, "dependencies", fixed(needs))
    return lines


def test_the_handler_returns_answers_and_logs_them(monkeypatch: pytest.MonkeyPatch) -> None:
    attempts = FakeAttempts()
    lines = use(monkeypatch, attempts)
    event = {**order_document(customer_id="declined-1"), "correlation_id": "corr-1"}

    assert handler.handle(event, lambda_context()) == DECLINED

    ((_, try_id, _),) = attempts.counted
    assert try_id == lambda_context().aws_request_id

    (line,) = lines.read()
    assert (line["event"], line["code"], line["correlation_id"]) == ("charge_decided", "declined", "corr-1")


def test_the_handler_raises_faults_and_logs_them(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = use(monkeypatch, FakeAttempts())
    event = {**order_document(customer_id="flaky-9-1"), "correlation_id": "corr-1"}

    with pytest.raises(PaymentFault):
        handler.handle(event, lambda_context())

    (line,) = lines.read("ERROR")
    assert (line["event"], line["code"], line["order_id"]) == ("charge_failed", "PaymentFault", "order-1")
