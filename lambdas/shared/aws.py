"""How the functions call AWS: timeouts below the function's own, adaptive retries, one typed fault."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from lambdas.shared.faults import AwsFault

if TYPE_CHECKING:
    from collections.abc import Generator

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_stepfunctions import SFNClient

ATTEMPTS: Final = 3
"""Tries of one call, the first included."""

MAX_CONNECT_SECONDS: Final = 2.0
MAX_READ_SECONDS: Final = 5.0


def client_config(function_timeout_seconds: int) -> Config:
    """Client settings with which a hanging call ends while the function can still answer.

    A quarter of the function's time for each try leaves the last quarter for the answer. Very short functions
    keep a floor, because a timeout below a second fails on a busy machine rather than on a broken one.
    """
    # At INFO, the level of a function's log, the SDK tells with each client where it found credentials.
    logging.getLogger("botocore").setLevel(logging.WARNING)
    limit = float(function_timeout_seconds)
    return Config(
        connect_timeout=min(MAX_CONNECT_SECONDS, max(limit / 12, min(0.5, limit / 4))),
        read_timeout=min(MAX_READ_SECONDS, max(limit / 6, min(1.0, limit / 2))),
        retries={"mode": "adaptive", "total_max_attempts": ATTEMPTS},
    )


def sqs_client(function_timeout_seconds: int) -> SQSClient:
    """A client of SQS."""
    config = client_config(function_timeout_seconds)
    return boto3.client("sqs", config=config)  # pyright: ignore[reportUnknownMemberType] - stubs of 4 services


def dynamodb_client(function_timeout_seconds: int) -> DynamoDBClient:
    """A client of DynamoDB."""
    config = client_config(function_timeout_seconds)
    return boto3.client("dynamodb", config=config)  # pyright: ignore[reportUnknownMemberType] - as above


def stepfunctions_client(function_timeout_seconds: int) -> SFNClient:
    """A client of Step Functions."""
    config = client_config(function_timeout_seconds)
    return boto3.client("stepfunctions", config=config)  # pyright: ignore[reportUnknownMemberType] - as above


def secrets_client(function_timeout_seconds: int) -> SecretsManagerClient:
    """A client of Secrets Manager."""
    config = client_config(function_timeout_seconds)
    return boto3.client("secretsmanager", config=config)  # pyright: ignore[reportUnknownMemberType] - as above


def fault_of(error: ClientError | BotoCoreError) -> AwsFault:
    """The typed fault for an error of the SDK."""
    if not isinstance(error, ClientError):
        # The text names the endpoint and the reason; it holds no parameter values for these errors.
        return AwsFault(type(error).__name__, type(error).__name__)
    said = error.response.get("Error", {})
    code = said.get("Code", "Unknown")
    # Only a denial's text is safe to keep, and needed: it names the action and the role, never the payload.
    told = said.get("Message", "") if code.startswith("AccessDenied") else ""
    return AwsFault(code, f"{error.operation_name}: {told or code}")


@contextmanager
def faults() -> Generator[None]:
    """Turn errors of the SDK into `AwsFault`."""
    try:
        yield
    except (ClientError, BotoCoreError) as error:
        raise fault_of(error) from error
