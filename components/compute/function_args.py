"""What a function is told, and every check that needs no other resource."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

from components.compute.runtime import (
    ASYNC_AGE_SECONDS,
    DEFAULT_RUNTIME,
    LOG_LEVELS,
    MAX_ASYNC_RETRIES,
    MAX_DESCRIPTION,
    MAX_ENVIRONMENT_BYTES,
    MAX_LAYERS,
    MAX_TIMEOUT_SECONDS,
    MEMORY_MB,
    RUNTIMES,
)
from components.observability.log_group import check_retention

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pulumi import Input, Output

    from components._iam import Statement
    from components._platform import Platform

_PACKAGE: Final = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_VARIABLE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_SENSITIVE: Final = re.compile(r"secret|token|password", re.IGNORECASE)
_REFERENCE_NAME: Final = re.compile(r"_(ARN|NAME|ID)$")


class FailureDestination(Protocol):
    """Where events go that a function failed on: a queue of ours."""

    arn: Output[str]

    def allow_send(self) -> tuple[Statement, ...]:
        """What the function's role needs to deliver there."""
        ...


@dataclass(frozen=True, kw_only=True)
class FunctionArgs:
    """What a function needs.

    Attributes:
        platform: Shared ground.
        package: Folder under `lambdas/`; the handler is `lambdas.<package>.handler.handle`.
        description: What it does, in one line.
        statements: Grants beyond logs and traces, from the `allow_...` methods of other components.
        environment: Variables beside `LOG_LEVEL`; no secrets, only names and ARNs of secrets.
        timeout_seconds: 1 to 900; for queues p99 of a batch with room to spare.
        memory_mb: 128 to 10240; more memory is more CPU.
        runtime: A Python runtime in support.
        reserved_concurrency: Environments kept for it alone; none = the account's pool, 0 = stopped.
        log_level: Of our own lines.
        log_retention_days: A value that CloudWatch knows.
        on_failure: Where asynchronous events go after the last retry; makes the event invoke configuration.
        async_retries: 0 to 2.
        async_max_age_seconds: 60 to 21600; how long an event may wait.
        layers: Layer versions after the company layer; 4 at most.
        kms_key_arn: Customer key for the variables; none = Lambda's own.
    """

    platform: Platform
    package: str
    description: str
    statements: Sequence[Statement] = ()
    environment: Mapping[str, Input[str]] = field(default_factory=dict[str, "Input[str]"])
    timeout_seconds: int = 30
    memory_mb: int = 256
    runtime: str = DEFAULT_RUNTIME
    reserved_concurrency: int | None = None
    log_level: str = "INFO"
    log_retention_days: int = 30
    on_failure: FailureDestination | None = None
    async_retries: int = MAX_ASYNC_RETRIES
    async_max_age_seconds: int = 3600
    layers: Sequence[Input[str]] = ()
    kms_key_arn: str | None = None

    def __post_init__(self) -> None:
        """Refuse what Lambda would refuse, and what it would take and regret."""
        if not _PACKAGE.fullmatch(self.package):
            raise ValueError(f"package: got {self.package!r}, allowed the name of a folder under lambdas/")
        if not 1 <= len(self.description) <= MAX_DESCRIPTION:
            raise ValueError(
                f"description: got {len(self.description)} characters, allowed 1 to {MAX_DESCRIPTION}"
            )
        _check_range("timeout_seconds", self.timeout_seconds, 1, MAX_TIMEOUT_SECONDS)
        _check_range("memory_mb", self.memory_mb, *MEMORY_MB)
        _check_range("async_retries", self.async_retries, 0, MAX_ASYNC_RETRIES)
        _check_range("async_max_age_seconds", self.async_max_age_seconds, *ASYNC_AGE_SECONDS)
        if self.reserved_concurrency is not None and self.reserved_concurrency < 0:
            raise ValueError(f"reserved_concurrency: got {self.reserved_concurrency}, allowed 0 or more")
        if self.runtime not in RUNTIMES:
            raise ValueError(f"runtime: got {self.runtime!r}, allowed {', '.join(RUNTIMES)}")
        if self.log_level not in LOG_LEVELS:
            raise ValueError(f"log_level: got {self.log_level!r}, allowed {', '.join(LOG_LEVELS)}")
        check_retention("log_retention_days", self.log_retention_days)
        if len(self.layers) + 1 > MAX_LAYERS:
            raise ValueError(
                f"layers: function {self.package} has {len(self.layers) + 1} layers with the company layer, "
                f"limit {MAX_LAYERS}; merge some of them"
            )
        self._check_environment()

    def _check_environment(self) -> None:
        plain = {name: value for name, value in self.environment.items() if isinstance(value, str)}
        for name in self.environment:
            if not _VARIABLE.fullmatch(name) or name == "LOG_LEVEL":
                raise ValueError(
                    f"environment: got {name!r}, allowed letters, digits and _, a letter first, not LOG_LEVEL"
                )
        for name, value in plain.items():
            if _SENSITIVE.search(name) and not _REFERENCE_NAME.search(name) and not _is_reference(value):
                raise ValueError(
                    f"environment: {name} holds a literal; pass the ARN of the secret and read it at run time"
                )
        check_environment_size({name: plain.get(name, "") for name in self.environment})


def check_environment_size(variables: Mapping[str, str]) -> int:
    """Bytes of all names and values together.

    Raises:
        ValueError: More than Lambda takes.
    """
    size = sum(len(name.encode()) + len(value.encode()) for name, value in variables.items())
    if size > MAX_ENVIRONMENT_BYTES:
        raise ValueError(
            f"environment: got {size} bytes, allowed {MAX_ENVIRONMENT_BYTES}; move long values to a parameter"
        )
    return size


def _is_reference(value: str) -> bool:
    return not value or value.startswith("arn:")


def _check_range(field_name: str, got: int, least: int, most: int) -> None:
    if not least <= got <= most:
        raise ValueError(f"{field_name}: got {got}, allowed {least} to {most}")
