"""The order table, the payment secret and the payment provider, as the charging task sees them."""

from __future__ import annotations

import http.client
import json
import re
import ssl
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias, cast
from urllib.parse import urlsplit

from lambdas.charge_order.logic import (
    CARD_DECLINED,
    Attempt,
    Charged,
    Declined,
    Outcome,
    PaymentFault,
    Standing,
    charge_id_of,
)
from lambdas.shared.aws import faults
from lambdas.shared.environment import ConfigurationError
from lambdas.shared.order import Order, Status

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef
    from mypy_boto3_secretsmanager import SecretsManagerClient

MAX_PAYMENT_SECONDS: Final = 5.0
"""The provider's time to answer; less than the 15 s that the workflow gives the task."""

MAX_ANSWER_BYTES: Final = 64 * 1024

_CHARGE_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,128}")

Connect: TypeAlias = Callable[[str, int, float], http.client.HTTPConnection]


@dataclass(frozen=True, kw_only=True)
class OrderTable:
    """Counts tries in the orders' records.

    An answer that is late or lost makes the SDK send the same update again, and adding is not idempotent. The
    record therefore keeps which tries it has counted: all of them, because a try that the workflow has given
    up may still be sending when the next one counts. The workflow's retries keep them few.
    """

    client: DynamoDBClient
    table_name: str

    def begin(self, order_id: str, try_id: str, at: str) -> Attempt | Standing:
        """Count a try once if the order is PROCESSING, however often this is sent."""
        with faults():
            try:
                response = self.client.update_item(
                    TableName=self.table_name,
                    Key={"order_id": {"S": order_id}},
                    UpdateExpression="SET updated_at = :now ADD charge_attempts :one, charge_tries :tries",
                    ConditionExpression="#status = :processing AND NOT contains(charge_tries, :try)",
                    ExpressionAttributeNames={"#status": "status"},
                    ExpressionAttributeValues={
                        ":now": {"S": at},
                        ":one": {"N": "1"},
                        ":processing": {"S": Status.PROCESSING.value},
                        ":try": {"S": try_id},
                        ":tries": {"SS": [try_id]},
                    },
                    ReturnValues="UPDATED_NEW",
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                )
            except self.client.exceptions.ConditionalCheckFailedException as refused:
                item = cast("Mapping[str, AttributeValueTypeDef]", refused.response.get("Item", {}))
                if _text(item, "status") == Status.PROCESSING and try_id in _texts(item, "charge_tries"):
                    return _attempt(item)
                return Standing(_text(item, "status"), _text(item, "charge_id"))
        return _attempt(response.get("Attributes", {}))


class Secret(Protocol):
    """The provider's token."""

    def value(self) -> str:
        """The token."""
        ...

    def forget(self) -> None:
        """Read the token anew next time: it may have been rotated."""
        ...


@dataclass(kw_only=True)
class PaymentSecret:
    """The provider's token: read once, kept in memory only, forgotten when the provider refuses it."""

    client: SecretsManagerClient
    secret_id: str
    _value: str | None = field(default=None, repr=False)

    def value(self) -> str:
        """The token."""
        if self._value is None:
            with faults():
                response = self.client.get_secret_value(SecretId=self.secret_id)
            if "SecretString" not in response:
                raise ConfigurationError("PAYMENT_SECRET: got a binary secret, allowed a text")
            self._value = response["SecretString"]
        return self._value

    def forget(self) -> None:
        """Read the token anew next time: it may have been rotated."""
        self._value = None


@dataclass(frozen=True, kw_only=True)
class HttpPayments:
    """A payment provider that is asked over HTTPS, with the order's id as idempotency key.

    Attributes:
        host: Of the provider.
        port: Of the provider.
        path: Where charges are posted, with its query.
        secret: Bearer token.
        timeout_seconds: For connecting and for each read.
        connect: Opens a connection; redirects and proxies are not followed, so that the token stays where it
            belongs.
    """

    host: str
    port: int
    path: str
    secret: Secret
    timeout_seconds: float
    connect: Connect

    @classmethod
    def at(cls, url: str, *, secret: Secret, timeout_seconds: float) -> HttpPayments:
        """The provider at `url`.

        Raises:
            ConfigurationError: The URL is not HTTPS or names no host.
        """
        parts = urlsplit(url)
        if parts.scheme != "https" or not parts.hostname:
            raise ConfigurationError(
                f"PAYMENT_URL: got scheme {parts.scheme!r}, allowed https://<host>/<path>"
            )
        path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        return cls(
            host=parts.hostname,
            port=parts.port or http.client.HTTPS_PORT,
            path=path,
            secret=secret,
            timeout_seconds=timeout_seconds,
            connect=connect_securely,
        )

    def charge(self, order: Order, attempt: Attempt) -> Outcome:
        """Charge the order's total: 2xx is charged, 402 declined, all else a fault."""
        status, answer = self._post(order)
        if status == HTTPStatus.PAYMENT_REQUIRED:
            return Declined(outcome="declined", reason=CARD_DECLINED)
        if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
            # Charged is charged: an answer without a usable id must not make the workflow think otherwise.
            return Charged(outcome="charged", charge_id=_charge_id(answer) or charge_id_of(order.order_id))
        if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
            self.secret.forget()
        raise PaymentFault(f"payment provider answered {status} to try {attempt.number}")

    def _post(self, order: Order) -> tuple[int, bytes]:
        body = json.dumps(
            {
                "order_id": order.order_id,
                "customer_id": order.customer_id,
                "amount": order.total,
                "currency": order.currency,
            }
        )
        headers = {
            "Authorization": f"Bearer {self.secret.value()}",
            "Content-Type": "application/json",
            "Idempotency-Key": order.order_id,
        }
        connection = self.connect(self.host, self.port, self.timeout_seconds)
        try:
            connection.request("POST", self.path, body.encode(), headers)
            response = connection.getresponse()
            return response.status, response.read(MAX_ANSWER_BYTES)
        except (OSError, http.client.HTTPException) as error:
            raise PaymentFault(f"payment provider: {type(error).__name__}") from error
        finally:
            connection.close()


def connect_securely(host: str, port: int, timeout_seconds: float) -> http.client.HTTPConnection:
    """A connection over TLS that checks the host's certificate."""
    context = ssl.create_default_context()
    return http.client.HTTPSConnection(host, port, timeout=timeout_seconds, context=context)


def payment_seconds(function_timeout_seconds: int) -> float:
    """The provider's time, so that the function can still answer when it is used up."""
    return min(MAX_PAYMENT_SECONDS, function_timeout_seconds / 2)


def _text(item: Mapping[str, AttributeValueTypeDef], name: str) -> str | None:
    return item.get(name, {}).get("S")


def _texts(item: Mapping[str, AttributeValueTypeDef], name: str) -> Collection[str]:
    return item.get(name, {}).get("SS", ())


def _attempt(item: Mapping[str, AttributeValueTypeDef]) -> Attempt:
    return Attempt(int(item.get("charge_attempts", {}).get("N", "1")))


def _charge_id(answer: bytes) -> str | None:
    try:
        document = cast("object", json.loads(answer))
    except (ValueError, RecursionError):
        return None
    found = cast("Mapping[str, object]", document).get("charge_id") if isinstance(document, Mapping) else None
    return found if isinstance(found, str) and _CHARGE_ID.fullmatch(found) else None
