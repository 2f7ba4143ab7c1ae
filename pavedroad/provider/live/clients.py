"""The APIs of the local cloud: typed boto3 clients that talk to loopback and to nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import RLock
from typing import TYPE_CHECKING, Final, cast
from urllib.parse import urlsplit

if TYPE_CHECKING:
    import boto3
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

_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_CONNECT_SECONDS: Final = 5
# Longer than the longest call: a function that is made waits for its archive.
_READ_SECONDS: Final = 90
_CONNECTIONS: Final = 32
# Any secret will do: the emulator takes an account id as the key of that account's root user.
_SECRET: Final = "test"  # noqa: S105 - see above


class EndpointError(Exception):
    """The endpoint is not on this machine."""


@dataclass
class Endpoint:
    """Where the local cloud is; clients are made once for an account, a region and a service.

    Attributes:
        url: E.g. `http://127.0.0.1:4566`.
    """

    url: str
    _clients: dict[tuple[str, str, str], object] = field(default_factory=dict[tuple[str, str, str], object])
    _session: boto3.Session | None = None
    _lock: RLock = field(default_factory=RLock)

    def __post_init__(self) -> None:
        """Refuse what is not on this machine.

        Raises:
            EndpointError: The host is none of loopback.
        """
        host = urlsplit(self.url).hostname or ""
        if host not in _LOOPBACK:
            raise EndpointError(
                f"PAVEDROAD_CLOUD: got {self.url!r}, allowed an address on this machine, such as "
                "http://127.0.0.1:4566; this provider talks to nothing else"
            )

    def client(self, service: str, account: str, region: str) -> object:
        """The client of a service, as an account's root user."""
        with self._lock:
            known = self._clients.get((service, account, region))
            if known is None:
                known = self._clients[service, account, region] = self._make(service, account, region)
            return known

    def _make(self, service: str, account: str, region: str) -> object:
        import boto3  # noqa: PLC0415 - a preview needs no boto3 (0.2 s)
        from botocore.config import Config  # noqa: PLC0415 - as above

        if self._session is None:
            self._session = boto3.Session()
        config = Config(
            retries={"total_max_attempts": 1, "mode": "standard"},  # the backend retries, and says so
            connect_timeout=_CONNECT_SECONDS,
            read_timeout=_READ_SECONDS,
            max_pool_connections=_CONNECTIONS,
            inject_host_prefix=False,  # `sync-127.0.0.1` is no host
            proxies={},  # never through a proxy of the environment
            s3={"addressing_style": "path"},
        )
        return cast(
            "object",
            self._session.client(  # pyright: ignore[reportCallIssue, reportUnknownMemberType, reportArgumentType, reportUnknownVariableType] - the overloads know literal names only
                service,  # pyright: ignore[reportArgumentType] - as above
                endpoint_url=self.url,
                region_name=region,
                aws_access_key_id=account,
                aws_secret_access_key=_SECRET,
                config=config,
            ),
        )


class PlannedCloud:
    """A local cloud that does not run: live types can be planned, not made."""


def from_variable(value: str | None) -> Endpoint | PlannedCloud | None:
    """The local cloud that the environment names.

    Args:
        value: Its address, `planned` when it does not run yet, or nothing when none is meant.

    Raises:
        EndpointError: The address is not on this machine.
    """
    if not value:
        return None
    return PlannedCloud() if value == "planned" else Endpoint(value)


@dataclass(frozen=True)
class Clients:
    """The APIs at one account and region.

    Attributes:
        endpoint: Where the local cloud is.
        account: Account id.
        region: Region.
    """

    endpoint: Endpoint
    account: str
    region: str

    def _get(self, service: str) -> object:
        return self.endpoint.client(service, self.account, self.region)

    @property
    def apigateway(self) -> APIGatewayClient:
        """API Gateway, REST."""
        return cast("APIGatewayClient", self._get("apigateway"))

    @property
    def apigatewayv2(self) -> ApiGatewayV2Client:
        """API Gateway, HTTP and WebSocket."""
        return cast("ApiGatewayV2Client", self._get("apigatewayv2"))

    @property
    def cloudwatch(self) -> CloudWatchClient:
        """CloudWatch."""
        return cast("CloudWatchClient", self._get("cloudwatch"))

    @property
    def cognito(self) -> CognitoIdentityProviderClient:
        """Cognito user pools."""
        return cast("CognitoIdentityProviderClient", self._get("cognito-idp"))

    @property
    def dynamodb(self) -> DynamoDBClient:
        """DynamoDB."""
        return cast("DynamoDBClient", self._get("dynamodb"))

    @property
    def events(self) -> EventBridgeClient:
        """EventBridge."""
        return cast("EventBridgeClient", self._get("events"))

    @property
    def firehose(self) -> FirehoseClient:
        """Data Firehose."""
        return cast("FirehoseClient", self._get("firehose"))

    @property
    def iam(self) -> IAMClient:
        """IAM."""
        return cast("IAMClient", self._get("iam"))

    @property
    def kinesis(self) -> KinesisClient:
        """Kinesis."""
        return cast("KinesisClient", self._get("kinesis"))

    @property
    def kms(self) -> KMSClient:
        """KMS."""
        return cast("KMSClient", self._get("kms"))

    @property
    def lambda_(self) -> LambdaClient:
        """Lambda."""
        return cast("LambdaClient", self._get("lambda"))

    @property
    def logs(self) -> CloudWatchLogsClient:
        """CloudWatch Logs."""
        return cast("CloudWatchLogsClient", self._get("logs"))

    @property
    def s3(self) -> S3Client:
        """S3."""
        return cast("S3Client", self._get("s3"))

    @property
    def scheduler(self) -> EventBridgeSchedulerClient:
        """EventBridge Scheduler."""
        return cast("EventBridgeSchedulerClient", self._get("scheduler"))

    @property
    def secretsmanager(self) -> SecretsManagerClient:
        """Secrets Manager."""
        return cast("SecretsManagerClient", self._get("secretsmanager"))

    @property
    def sns(self) -> SNSClient:
        """SNS."""
        return cast("SNSClient", self._get("sns"))

    @property
    def sqs(self) -> SQSClient:
        """SQS."""
        return cast("SQSClient", self._get("sqs"))

    @property
    def ssm(self) -> SSMClient:
        """Systems Manager."""
        return cast("SSMClient", self._get("ssm"))

    @property
    def stepfunctions(self) -> SFNClient:
        """Step Functions."""
        return cast("SFNClient", self._get("stepfunctions"))
