"""What each function of order_processing is given: grants and environment variables, least of both."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from pulumi import Output

from components._iam import Statement
from components.compute.function import FunctionArgs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pulumi import Input

    from components._platform import Platform
    from components.data.table import Table
    from components.messaging.dead_letter_queue import DeadLetterQueue
    from components.messaging.queue import Queue
    from systems.order_processing.settings import OrderProcessingSettings

SUBMIT_TIMEOUT_SECONDS: Final = 60  # it sends many batches with retries, whatever the consumers' timeout is
MAX_INPUT_BYTES: Final = 262_144  # Step Functions quota: input of an execution
ASYNC_MAX_AGE_SECONDS: Final = 3_600


@dataclass(frozen=True, kw_only=True)
class Next:
    """Where accept_orders passes an order on to.

    Attributes:
        statements: What its role needs for that.
        environment: How it finds the way.
    """

    statements: Sequence[Statement]
    environment: Mapping[str, Input[str]]


@dataclass(frozen=True, kw_only=True)
class FunctionPlans:
    """Arguments of the functions, from settings and what they work with.

    Attributes:
        platform: Shared ground.
        settings: Settings of the system.
        encrypted: Fields of the settings whose values must stay secret.
    """

    platform: Platform
    settings: OrderProcessingSettings
    encrypted: frozenset[str] = field(default_factory=frozenset[str])

    def submit_orders(self, queue: Queue, failures: DeadLetterQueue) -> FunctionArgs:
        """Validates orders and puts them into the queue."""
        return self._plan(
            "submit_orders",
            "Puts valid orders into the queue",
            statements=queue.allow_send(),
            environment={"QUEUE_URL": queue.url, "MAX_MESSAGE_BYTES": str(self.settings.max_message_bytes)},
            timeout_seconds=SUBMIT_TIMEOUT_SECONDS,
            on_failure=failures,
        )

    def accept_orders(self, queue: Queue, table: Table, onward: Next) -> FunctionArgs:
        """Records orders and passes them on."""
        limit = min(MAX_INPUT_BYTES, self.settings.max_message_bytes)
        return self._plan(
            "accept_orders",
            "Records orders and passes them on",
            statements=(*queue.allow_consume(), *onward.statements, *table.allow_write()),
            environment={
                **self._consumer(queue),
                "TABLE_NAME": table.name,
                "MAX_INPUT_BYTES": str(limit),
                **onward.environment,
            },
            reserved_concurrency=self.settings.reserved_concurrency,
        )

    def check_order(self) -> FunctionArgs:
        """Decides whether an order may be charged."""
        return self._plan(
            "check_order",
            "Decides whether an order may be charged",
            environment={
                "MAX_ORDER_TOTAL": str(self.settings.max_order_total),
                "CURRENCIES": ",".join(self.settings.currencies),
            },
        )

    def charge_order(self, table: Table) -> FunctionArgs:
        """Charges an order once."""
        return self._plan(
            "charge_order",
            "Charges an order once",
            statements=(*table.allow_update(), *self._allow_secret()),
            environment={"TABLE_NAME": table.name, **self._payment()},
        )

    def fulfil_orders(self, queue: Queue, table: Table) -> FunctionArgs:
        """Marks orders as fulfilled."""
        return self._plan(
            "fulfil_orders",
            "Marks orders as fulfilled",
            statements=(*queue.allow_consume(), *table.allow_update()),
            environment={
                **self._consumer(queue),
                "TABLE_NAME": table.name,
                "ORCHESTRATION": self.settings.orchestration,
            },
            reserved_concurrency=self.settings.reserved_concurrency,
        )

    def _plan(
        self,
        package: str,
        description: str,
        *,
        environment: Mapping[str, Input[str]],
        statements: Sequence[Statement] = (),
        timeout_seconds: int | None = None,
        reserved_concurrency: int | None = None,
        on_failure: DeadLetterQueue | None = None,
    ) -> FunctionArgs:
        timeout = timeout_seconds or self.settings.function_timeout_seconds
        return FunctionArgs(
            platform=self.platform,
            package=package,
            description=description,
            statements=statements,
            environment={
                "ENVIRONMENT": self.platform.scope.environment,
                "FUNCTION_TIMEOUT_SECONDS": str(timeout),
                **environment,
            },
            timeout_seconds=timeout,
            reserved_concurrency=reserved_concurrency,
            log_level=self.settings.log_level,
            log_retention_days=self.settings.log_retention_days,
            on_failure=on_failure,
            async_max_age_seconds=ASYNC_MAX_AGE_SECONDS,
        )

    def _consumer(self, queue: Queue) -> dict[str, Input[str]]:
        return {
            "QUEUE_URL": queue.url,
            "RETRY_DELAY_SECONDS": str(self.settings.retry_delay_seconds),
            "VISIBILITY_TIMEOUT_SECONDS": str(queue.visibility_seconds),
        }

    def _payment(self) -> dict[str, Input[str]]:
        url, secret = self.settings.payment_url, self.settings.payment_secret
        if self.settings.payment_mode != "http" or url is None or secret is None:
            return {"PAYMENT_MODE": "simulated"}
        return {
            "PAYMENT_MODE": "http",
            "PAYMENT_URL": Output.secret(url) if "payment_url" in self.encrypted else url,
            # An ARN without its random end: Secrets Manager finds the secret, and no one takes it for one.
            "PAYMENT_SECRET": self._secret_arn(secret),
        }

    def _allow_secret(self) -> tuple[Statement, ...]:
        secret = self.settings.payment_secret
        if self.settings.payment_mode != "http" or secret is None:
            return ()
        return (
            Statement(
                actions=("secretsmanager:GetSecretValue",),
                resources=(f"{self._secret_arn(secret)}-??????",),
                wildcard_reason="Secrets Manager ends each ARN with six characters of its own",
            ),
        )

    def _secret_arn(self, name: str) -> str:
        return self.platform.scope.arn("secretsmanager", f"secret:{name}")
