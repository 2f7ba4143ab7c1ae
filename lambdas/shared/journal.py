"""What a function tells: JSON log lines with ids and codes, and metrics in the embedded format.

Never a payload, never a secret. Tracing needs no code: Lambda records the function, and botocore hands the
trace header on to the services it calls.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Final

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.metrics.provider.cloudwatch_emf.cloudwatch import AmazonCloudWatchEMFProvider

if TYPE_CHECKING:
    from collections.abc import Generator

    from aws_lambda_powertools.utilities.typing import LambdaContext

    from lambdas.shared.environment import Variables
    from lambdas.shared.notes import Metric

NAMESPACE: Final = "Pavedroad/Orders"
DIMENSION: Final = "Env"
SERVICE: Final = "orders"


class Journal:
    """Logger and metrics of one function."""

    def __init__(
        self, *, environment: str, level: str, service: str = SERVICE, stream: IO[str] | None = None
    ) -> None:
        self._logger = Logger(service=service, level=level, stream=stream)
        self._metrics = AmazonCloudWatchEMFProvider(
            namespace=NAMESPACE, default_dimensions={DIMENSION: environment}
        )
        # The environment is the one dimension; a service name in the process environment would add another.
        self._metrics.service = ""
        self._counted = False

    @classmethod
    def of(cls, variables: Variables) -> Journal:
        """The journal of the running function."""
        return cls(environment=variables.text("ENVIRONMENT"), level=variables.text("LOG_LEVEL"))

    @contextmanager
    def invocation(self, context: LambdaContext) -> Generator[None]:
        """Name function, version and request on every line, and publish the metrics at the end."""
        self._logger.append_keys(
            function_name=context.function_name,
            function_version=context.function_version,
            function_request_id=context.aws_request_id,
        )
        try:
            yield
        finally:
            if self._counted:
                self._metrics.flush_metrics()
                self._counted = False

    @contextmanager
    def correlated(self, correlation_id: str) -> Generator[None]:
        """Put `correlation_id` on the lines written inside."""
        self._logger.append_keys(correlation_id=correlation_id)
        try:
            yield
        finally:
            self._logger.remove_keys(["correlation_id"])

    def count(self, metric: Metric, value: int = 1) -> None:
        """Add `value` to `metric`; adding 0 publishes nothing."""
        if value:
            self._metrics.add_metric(name=metric.value, unit=MetricUnit.Count, value=value)
            self._counted = True

    def note(self, event: str, **ids: str | int | bool | None) -> None:
        """Log one line about something expected."""
        self._logger.info(event, extra={"event": event, **ids})

    def warn(self, event: str, **ids: str | int | bool | None) -> None:
        """Log one line about something that costs time but loses nothing."""
        self._logger.warning(event, extra={"event": event, **ids})

    def error(self, event: str, **ids: str | int | bool | None) -> None:
        """Log one line that an operator has to see."""
        self._logger.error(event, extra={"event": event, **ids})
