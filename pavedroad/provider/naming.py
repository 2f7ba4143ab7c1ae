"""Automatic physical names, as the official provider gives them.

Logical name, separator, seven hexadecimal digits; the digits come from the engine's random seed, so that an
interrupted create finds its name again. A name or a name prefix that the program gives wins. Too long a
logical name is refused, as the official provider does, for a silently shortened name would collide.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from pavedroad.provider.values import UNKNOWN, Properties, Unknown, flag, text

if TYPE_CHECKING:
    from pavedroad.provider.sdk import ResourceShape

HEX: Final = "0123456789abcdef"
LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
FIFO: Final = ".fifo"


class NamingError(Exception):
    """A name cannot be made; the text says why and how to mend it."""


@dataclass(frozen=True, kw_only=True)
class NameRule:
    """How a type is named.

    Attributes:
        property: Input that holds the physical name.
        longest: Most characters AWS takes, the digits included.
        separator: Between logical name and digits.
        digits: How many are added.
        alphabet: What they are drawn from.
        lower: Whether AWS takes lower case only.
        prefix: What the name must start with.
        fifo: Whether `fifoTopic` or `fifoQueue` asks for the suffix `.fifo`.
    """

    property: str = "name"
    longest: int = 255
    separator: str = "-"
    digits: int = 7
    alphabet: str = HEX
    lower: bool = False
    prefix: str = ""
    fifo: bool = False


@dataclass(frozen=True, kw_only=True)
class NameRequest:
    """What the engine says about the name.

    Attributes:
        logical: The resource's logical name.
        seed: Random seed of the engine; equal seeds give equal names.
        proposed: Name that the project's own autonaming settings propose, or none.
        disabled: Whether those settings forbid automatic names.
        known: Name given at an earlier run, or none.
    """

    logical: str
    seed: bytes
    proposed: str = ""
    disabled: bool = False
    known: str = ""


_UNDERSCORE: Final = NameRule(separator="_")
_GLUE: Final = NameRule(separator="_", digits=8, alphabet=LETTERS, lower=True)
_SHORT: Final = NameRule(longest=32)

# The exceptions from the general rule, as the official provider's own table has them.
RULES: Final[dict[str, NameRule]] = {
    "aws:alb/loadBalancer:LoadBalancer": _SHORT,
    "aws:alb/targetGroup:TargetGroup": _SHORT,
    "aws:appsync/dataSource:DataSource": _UNDERSCORE,
    "aws:appsync/function:Function": _UNDERSCORE,
    "aws:cloudwatch/eventRule:EventRule": NameRule(longest=64),
    "aws:cloudwatch/eventTarget:EventTarget": NameRule(property="targetId"),
    "aws:codedeploy/deploymentConfig:DeploymentConfig": NameRule(
        property="deploymentConfigName", longest=100, separator="_"
    ),
    "aws:elasticache/cluster:Cluster": NameRule(property="clusterId", longest=50, lower=True),
    "aws:elasticsearch/domain:Domain": NameRule(property="domainName", longest=28, lower=True),
    "aws:elb/loadBalancer:LoadBalancer": _SHORT,
    "aws:glue/catalogDatabase:CatalogDatabase": _GLUE,
    "aws:glue/catalogTable:CatalogTable": _GLUE,
    "aws:iam/policy:Policy": NameRule(longest=128),
    "aws:iam/role:Role": NameRule(longest=64),
    "aws:iot/topicRule:TopicRule": _UNDERSCORE,
    "aws:kms/alias:Alias": NameRule(longest=238, prefix="alias/"),
    "aws:lambda/function:Function": NameRule(longest=64),
    "aws:lambda/permission:Permission": NameRule(property="statementId", longest=100),
    "aws:lb/loadBalancer:LoadBalancer": _SHORT,
    "aws:lb/targetGroup:TargetGroup": _SHORT,
    "aws:mq/broker:Broker": NameRule(property="brokerName", longest=50),
    "aws:opensearch/domain:Domain": NameRule(property="domainName", longest=28, lower=True),
    "aws:rds/instance:Instance": NameRule(property="identifier"),
    "aws:s3/bucket:Bucket": NameRule(property="bucket", longest=63, lower=True),
    "aws:s3/bucketV2:BucketV2": NameRule(property="bucket", longest=63, lower=True),
    "aws:sfn/activity:Activity": NameRule(longest=80),
    "aws:sfn/stateMachine:StateMachine": NameRule(longest=80),
    "aws:sns/topic:Topic": NameRule(longest=256, fifo=True),
    "aws:sqs/queue:Queue": NameRule(longest=80, fifo=True),
}

# Types whose optional `name` is no name of their own: a DNS record, what to look up, what an engine or AWS
# names.
WITHOUT: Final = frozenset(
    {
        "aws:route53/record:Record",
        "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
        "aws:lambda/layerVersion:LayerVersion",
    }
)


def rule_for(shape: ResourceShape) -> NameRule | None:
    """How a type is named; None when it has no automatic name.

    The general rule is the official one: an optional text input `name` is filled.
    """
    rule = RULES.get(shape.token)
    if rule is None and shape.token not in WITHOUT:
        rule = NameRule()
    if rule is None:
        return None
    given = shape.inputs.get(rule.property)
    if given is None or given.kind != "string" or given.required:
        return None
    return rule


def automatic_name(rule: NameRule, inputs: Properties, request: NameRequest) -> str | Unknown | None:
    """The name to fill in; None when the program gives one, or a prefix.

    Raises:
        NamingError: Automatic names are switched off, or the logical name is too long.
    """
    if inputs.get(rule.property) is not None or inputs.get(f"{rule.property}Prefix") is not None:
        return None
    if request.disabled:
        raise NamingError(
            f"{rule.property}: got nothing, and automatic names are switched off; "
            f"give {rule.property} a value"
        )
    suffix = ""
    if rule.fifo:
        asked = inputs.get("fifoQueue", inputs.get("fifoTopic"))
        if isinstance(asked, Unknown):
            return UNKNOWN
        suffix = FIFO if flag(asked) else ""
    if request.known and request.known.endswith(FIFO) == bool(suffix):
        return request.known
    body = request.proposed or f"{request.logical}{rule.separator}{_digits(rule, request)}"
    if suffix and body.endswith(suffix):
        body = body[: -len(suffix)]
    name = (body.lower() if rule.lower else body) + suffix
    if len(name) > rule.longest:
        room = rule.longest - len(suffix) - (0 if request.proposed else rule.digits + len(rule.separator))
        raise NamingError(
            f"{rule.property}: the automatic name {name!r} has {len(name)} "
            f"characters, at most {rule.longest} "
            f"are allowed; shorten the logical name to {room} characters or give {rule.property} a value"
        )
    return name if name.startswith(rule.prefix) else f"{rule.prefix}{name}"


def name_from_prefix(prefix: str, seed: bytes) -> str:
    """The full name that a given prefix grows into: 26 digits, as the Terraform provider appends."""
    return prefix + sha256(seed + prefix.encode()).hexdigest()[:26]


def _digits(rule: NameRule, request: NameRequest) -> str:
    digest = sha256(request.seed + b"\0" + request.logical.encode()).digest()
    return "".join(rule.alphabet[byte % len(rule.alphabet)] for byte in digest[: rule.digits])


def known_name(rule: NameRule, olds: Properties) -> str:
    """The automatic name of an earlier run, or nothing when the program had given one."""
    made = olds.get("__defaults")
    if isinstance(made, list) and rule.property in made:
        return text(olds.get(rule.property)) or ""
    return ""


@dataclass(frozen=True)
class Naming:
    """What was filled in.

    Attributes:
        inputs: The inputs, with the name.
        defaults: Names of the properties that were filled in.
    """

    inputs: Properties
    defaults: list[str] = field(default_factory=list)
