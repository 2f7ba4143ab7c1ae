"""Calls that AWS makes with a function's role: signed with its session, decided like the function's own.

A destination that the role may not reach, a queue policy that denies it, a key: all of it counts, because the
call takes the way that every call takes.
"""

from __future__ import annotations

import os
import threading
from functools import cache
from typing import TYPE_CHECKING, Final, Literal, cast

import boto3
from botocore.config import Config

from pavedroad.cloud.runtime.settings import FunctionSettings
from pavedroad.cloud.seams import Seam

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient

_runtime: Final = Seam("core.lambda_runtime", "execution_credentials")
_making: Final = threading.Lock()  # making a client is not safe in several threads
_CONFIG: Final = Config(retries={"total_max_attempts": 1}, inject_host_prefix=False, proxies={})


def endpoint() -> str:
    """Where the local cloud answers."""
    return os.environ.get("AWS_ENDPOINT_URL") or f"http://127.0.0.1:{os.environ['GATEWAY_PORT']}"


@cache
def _session() -> boto3.Session:
    """One for all: it reads the models of services, which takes six times as long as making a client."""
    return boto3.Session()


class RoleClients:
    """Clients with the session of a function's role.

    Args:
        config: The function, as the emulator keeps it.
    """

    def __init__(self, config: Mapping[str, object]) -> None:
        self._keys = _runtime["execution_credentials"](config)
        self._region = FunctionSettings.read(config).region

    def sqs(self) -> SQSClient:
        """For queues."""
        return cast("SQSClient", self._client("sqs"))

    def sns(self) -> SNSClient:
        """For topics."""
        return cast("SNSClient", self._client("sns"))

    def functions(self) -> LambdaClient:
        """For functions."""
        return cast("LambdaClient", self._client("lambda"))

    def events(self) -> EventBridgeClient:
        """For event buses."""
        return cast("EventBridgeClient", self._client("events"))

    def _client(self, service: Literal["events", "lambda", "sns", "sqs"]) -> object:
        with _making:
            return _session().client(
                service,
                endpoint_url=endpoint(),
                region_name=self._region,
                aws_access_key_id=self._keys["AWS_ACCESS_KEY_ID"],
                aws_secret_access_key=self._keys["AWS_SECRET_ACCESS_KEY"],
                aws_session_token=self._keys["AWS_SESSION_TOKEN"],
                config=_CONFIG,
            )
