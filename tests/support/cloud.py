"""A local cloud for the tests: one for each process of the test run, thrown away at its end.

Import the fixture in a conftest.py (`from tests.support.cloud import cloud`). Its state is shared by all
tests of the process: give each test names, or an account, of its own, or reset it.
"""

from __future__ import annotations

import http.client
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, overload

import boto3
import pytest
from botocore.config import Config

from pavedroad.cloud.emulator import MAIN_ACCOUNT, throw_away

if TYPE_CHECKING:
    from collections.abc import Generator

    from botocore.client import BaseClient
    from mypy_boto3_apigateway import APIGatewayClient
    from mypy_boto3_apigatewayv2 import ApiGatewayV2Client
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_firehose import FirehoseClient
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_kinesis import KinesisClient
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_scheduler import EventBridgeSchedulerClient
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_ssm import SSMClient
    from mypy_boto3_stepfunctions import SFNClient
    from mypy_boto3_sts import STSClient

    from pavedroad.cloud.instance import Running

REGION: Final = "eu-west-1"
WAITS: Final = 0.05
"""State machines and retries wait a twentieth of what they say."""
_RESET_SECONDS: Final = 30
_CONFIG: Final = Config(
    retries={"total_max_attempts": 1},
    inject_host_prefix=False,  # `sync-127.0.0.1` is no host
    proxies={},
    s3={"addressing_style": "path"},
)
# One for all: a session reads the models of services, which takes six times as long as making a client.
_session: Final = boto3.Session()
_making: Final = threading.Lock()


@dataclass(frozen=True, kw_only=True)
class Cloud:
    """A local cloud that runs.

    Attributes:
        running: What is known of it: endpoint, process, log.
    """

    running: Running
    _clients: dict[tuple[str, str, str], BaseClient] = field(
        default_factory=dict["tuple[str, str, str]", "BaseClient"], repr=False, compare=False
    )

    @property
    def endpoint(self) -> str:
        """Where every service answers."""
        return self.running.endpoint

    @overload
    def client(
        self, service: Literal["apigateway"], account: str = ..., region: str = ...
    ) -> APIGatewayClient: ...
    @overload
    def client(
        self, service: Literal["apigatewayv2"], account: str = ..., region: str = ...
    ) -> ApiGatewayV2Client: ...
    @overload
    def client(
        self, service: Literal["cloudwatch"], account: str = ..., region: str = ...
    ) -> CloudWatchClient: ...
    @overload
    def client(
        self, service: Literal["cognito-idp"], account: str = ..., region: str = ...
    ) -> CognitoIdentityProviderClient: ...
    @overload
    def client(
        self, service: Literal["dynamodb"], account: str = ..., region: str = ...
    ) -> DynamoDBClient: ...
    @overload
    def client(
        self, service: Literal["events"], account: str = ..., region: str = ...
    ) -> EventBridgeClient: ...
    @overload
    def client(
        self, service: Literal["firehose"], account: str = ..., region: str = ...
    ) -> FirehoseClient: ...
    @overload
    def client(self, service: Literal["iam"], account: str = ..., region: str = ...) -> IAMClient: ...
    @overload
    def client(self, service: Literal["kinesis"], account: str = ..., region: str = ...) -> KinesisClient: ...
    @overload
    def client(self, service: Literal["kms"], account: str = ..., region: str = ...) -> KMSClient: ...
    @overload
    def client(self, service: Literal["lambda"], account: str = ..., region: str = ...) -> LambdaClient: ...
    @overload
    def client(
        self, service: Literal["logs"], account: str = ..., region: str = ...
    ) -> CloudWatchLogsClient: ...
    @overload
    def client(self, service: Literal["s3"], account: str = ..., region: str = ...) -> S3Client: ...
    @overload
    def client(
        self, service: Literal["scheduler"], account: str = ..., region: str = ...
    ) -> EventBridgeSchedulerClient: ...
    @overload
    def client(
        self, service: Literal["secretsmanager"], account: str = ..., region: str = ...
    ) -> SecretsManagerClient: ...
    @overload
    def client(self, service: Literal["sns"], account: str = ..., region: str = ...) -> SNSClient: ...
    @overload
    def client(self, service: Literal["sqs"], account: str = ..., region: str = ...) -> SQSClient: ...
    @overload
    def client(self, service: Literal["ssm"], account: str = ..., region: str = ...) -> SSMClient: ...
    @overload
    def client(
        self, service: Literal["stepfunctions"], account: str = ..., region: str = ...
    ) -> SFNClient: ...
    @overload
    def client(self, service: Literal["sts"], account: str = ..., region: str = ...) -> STSClient: ...
    @overload
    def client(self, service: str, account: str = ..., region: str = ...) -> BaseClient: ...
    def client(self, service: str, account: str = MAIN_ACCOUNT, region: str = REGION) -> BaseClient:
        """A client of one service, as the root user of an account; the same one for all who ask."""
        known = self._clients.get((service, account, region))
        if known is None:
            known = self.client_with_keys(service, account, "test", region=region)
            self._clients[service, account, region] = known
        return known

    def client_with_keys(
        self, service: str, key: str, secret: str, token: str | None = None, *, region: str = REGION
    ) -> BaseClient:
        """A client with other keys, such as those of an assumed role; nobody else has it."""
        with _making:  # not safe in several threads
            return _session.client(  # pyright: ignore[reportCallIssue, reportUnknownVariableType] - its overloads know literal names only
                service,  # pyright: ignore[reportArgumentType] - as above
                endpoint_url=self.endpoint,
                region_name=region,
                aws_access_key_id=key,
                aws_secret_access_key=secret,
                aws_session_token=token,
                config=_CONFIG,
            )

    def reset(self) -> None:
        """Forget everything, in all accounts and regions."""
        connection = http.client.HTTPConnection("127.0.0.1", self.running.port, timeout=_RESET_SECONDS)
        try:
            connection.request("POST", "/_ministack/reset")
            assert connection.getresponse().status == http.HTTPStatus.OK
        finally:
            connection.close()

    def log(self) -> str:
        """What it has said: silent unless something failed."""
        return self.running.log.read_text(encoding="utf-8", errors="replace")


@pytest.fixture(scope="session")
def cloud() -> Generator[Cloud]:
    """The cloud of this process of the test run."""
    with throw_away(waits=WAITS) as running:
        yield Cloud(running=running)
