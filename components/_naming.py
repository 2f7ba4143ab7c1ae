"""Physical names and ARNs, known before anything is created.

Pure functions: the same scope and logical name give the same physical name on every machine, so that IAM
documents can be written, and judged, at the first preview. Names that a service limits keep their start and
get a hash of the whole as their end, so that two long names that differ only at the end stay different.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from enum import Enum
from typing import Final

_NAME: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_ENVIRONMENT: Final = re.compile(r"[a-z][a-z0-9]{0,15}")
_PROJECT: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_ACCOUNT: Final = re.compile(r"[0-9]{12}")
_REGION: Final = re.compile(r"[a-z]{2}(-[a-z]+)+-[0-9]")
_PARTITION: Final = re.compile(r"aws(-[a-z]+)*")

_HASH_LENGTH: Final = 8
_MAX_PREFIX_LENGTH: Final = 40  # leaves 23 characters of a bucket's 63 for the name itself

_WITHOUT_REGION: Final = frozenset({"iam"})
_WITHOUT_REGION_AND_ACCOUNT: Final = frozenset({"s3"})


class Kind(Enum):
    """A kind of physical name: what it is, its length limit (the service's quota) and its word separator."""

    ALARM = ("alarm", 255, "-")  # CloudWatch PutMetricAlarm, AlarmName
    BUCKET = ("bucket", 63, "-")  # S3 general purpose bucket naming rules
    DASHBOARD = ("dashboard", 255, "-")  # CloudWatch PutDashboard; letters, digits, - and _
    FUNCTION = ("function", 64, "-")  # Lambda CreateFunction, name without ARN
    KEY_ALIAS = ("key alias", 250, "-")  # KMS CreateAlias: 256 with the prefix alias/
    LAYER = ("layer", 140, "-")  # Lambda PublishLayerVersion, LayerName
    POLICY = ("policy", 128, "-")  # IAM CreatePolicy
    QUEUE = ("queue", 80, "-")  # SQS CreateQueue
    ROLE = ("role", 64, "-")  # IAM CreateRole
    SIGNING_PROFILE = ("signing profile", 64, "_")  # Signer PutSigningProfile: letters, digits and _ only
    STATE_MACHINE = ("state machine", 80, "-")  # Step Functions CreateStateMachine
    TABLE = ("table", 255, "-")  # DynamoDB CreateTable
    TOPIC = ("topic", 256, "-")  # SNS CreateTopic

    @property
    def max_length(self) -> int:
        """Longest name that the service takes."""
        return self.value[1]

    @property
    def separator(self) -> str:
        """What stands between the words of the name."""
        return self.value[2]


def _require(field: str, value: str, pattern: re.Pattern[str], allowed: str) -> None:
    if not pattern.fullmatch(value):
        raise ValueError(f"{field}: got {value!r}, allowed {allowed}")


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Where the resources of one stack live.

    Attributes:
        project: Project name; first part of each physical name.
        environment: Environment (stack) name; second part of each physical name.
        partition: AWS partition, e.g. `aws`.
        region: Region of the stack, e.g. `eu-west-1`.
        account: Twelve digits of the account.
    """

    project: str
    environment: str
    partition: str = "aws"
    region: str
    account: str

    def __post_init__(self) -> None:
        """Refuse parts from which no valid name or ARN could be built."""
        _require("project", self.project, _PROJECT, "lower-case words joined by -")
        _require("environment", self.environment, _ENVIRONMENT, "1 to 16 lower-case letters and digits")
        _require("partition", self.partition, _PARTITION, "aws, aws-cn, aws-us-gov ...")
        _require("region", self.region, _REGION, "an AWS region such as eu-west-1")
        _require("account", self.account, _ACCOUNT, "twelve digits")
        if len(self.prefix) > _MAX_PREFIX_LENGTH:
            raise ValueError(
                f"project and environment: {self.prefix!r} has {len(self.prefix)} characters, "
                f"allowed {_MAX_PREFIX_LENGTH}; choose a shorter project name"
            )

    @property
    def prefix(self) -> str:
        """Start of each physical name: `<project>-<environment>`."""
        return f"{self.project}-{self.environment}"

    def arn(self, service: str, resource: str) -> str:
        """ARN of a resource of this scope; region and account are left out where the service has none."""
        region = "" if service in _WITHOUT_REGION | _WITHOUT_REGION_AND_ACCOUNT else self.region
        account = "" if service in _WITHOUT_REGION_AND_ACCOUNT else self.account
        return f"arn:{self.partition}:{service}:{region}:{account}:{resource}"


def company_name(scope: Scope, name: str) -> str:
    """Name `<project>-<name>` of what all environments of a project call the same, e.g. the company layer."""
    _require("name", name, _NAME, "lower-case words of letters and digits joined by -, a letter first")
    return f"{scope.project}-{name}"


def physical_name(scope: Scope, name: str, kind: Kind) -> str:
    """Physical name `<project>-<environment>-<name>`, cut to the service's limit with a hash at its end.

    Args:
        scope: Where the resource lives.
        name: Logical name: lower-case words joined by `-`.
        kind: What is named; decides length and separator.

    Raises:
        ValueError: `name` has other characters.
    """
    _require("name", name, _NAME, "lower-case words of letters and digits joined by -, a letter first")
    full = f"{scope.prefix}-{name}"
    if len(full) > kind.max_length:
        digest = hashlib.sha256(full.encode()).hexdigest()[:_HASH_LENGTH]
        full = f"{full[: kind.max_length - _HASH_LENGTH - 1].rstrip('-')}-{digest}"
    return full.replace("-", kind.separator)
