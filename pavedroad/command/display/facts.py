"""The few properties that tell what a new resource will be, by type."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pavedroad.command.display.shapes import as_list, as_mapping
from pavedroad.command.display.values import value_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pavedroad.engine.events import Json

# Names are the provider's wire names. Dots lead into a nested property; `#name` is the length of a list.
_BY_TYPE: Final[Mapping[str, tuple[str, ...]]] = {
    "aws:apigatewayv2/domainName:DomainName": ("domainName", "domainNameConfiguration.securityPolicy"),
    "aws:apigatewayv2/route:Route": ("routeKey", "authorizationType"),
    "aws:apigateway/domainName:DomainName": ("domainName", "securityPolicy"),
    "aws:cloudfront/distribution:Distribution": ("viewerCertificate.minimumProtocolVersion", "#origins"),
    "aws:cloudwatch/metricAlarm:MetricAlarm": (
        "metricName",
        "comparisonOperator",
        "threshold",
        "evaluationPeriods",
        "period",
    ),
    "aws:cloudwatch/logGroup:LogGroup": ("retentionInDays", "name"),
    "aws:dynamodb/table:Table": ("hashKey", "rangeKey", "billingMode", "deletionProtectionEnabled"),
    "aws:iam/role:Role": ("name", "path"),
    "aws:iam/policy:Policy": ("name",),
    "aws:iam/rolePolicy:RolePolicy": ("name",),
    "aws:kms/key:Key": ("enableKeyRotation", "deletionWindowInDays"),
    "aws:lambda/alias:Alias": ("name", "functionVersion"),
    "aws:lambda/codeSigningConfig:CodeSigningConfig": ("policies.untrustedArtifactOnDeployment",),
    "aws:lambda/eventSourceMapping:EventSourceMapping": (
        "batchSize",
        "maximumBatchingWindowInSeconds",
        "scalingConfig.maximumConcurrency",
        "functionResponseTypes",
    ),
    "aws:lambda/function:Function": ("runtime", "memorySize", "timeout", "architectures", "#layers"),
    "aws:lambda/layerVersion:LayerVersion": ("layerName", "compatibleRuntimes"),
    "aws:lambda/permission:Permission": ("principal", "action"),
    "aws:msk/cluster:Cluster": ("clusterName", "kafkaVersion", "numberOfBrokerNodes"),
    "aws:s3/bucketObjectv2:BucketObjectv2": ("key",),
    "aws:sfn/stateMachine:StateMachine": ("type", "name"),
    "aws:signer/signingProfile:SigningProfile": ("platformId", "name"),
    "aws:sns/topicSubscription:TopicSubscription": ("protocol",),
    "aws:sqs/queue:Queue": ("visibilityTimeoutSeconds", "messageRetentionSeconds", "fifoQueue"),
}
_ANY_TYPE: Final = ("name", "bucket", "key", "domainName", "protocol", "engine", "type")
_VALUE_LIMIT: Final = 40
_UNIT: Final = re.compile(r"(?:InSeconds|Seconds|InDays)$")
_SUFFIXES: Final = {"InSeconds": " s", "Seconds": " s", "InDays": " d"}
_FIXED_UNITS: Final = {"memorySize": " MB", "timeout": " s"}
_WORDS: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_UNNAMED: Final = frozenset(
    {"name", "bucket", "runtime", "metricName", "routeKey", "billingMode", "layerName", "key"}
)
"""Properties whose value says what it is without its name."""


def key_facts(token: str, inputs: Mapping[str, Json]) -> tuple[str, ...]:
    """Short phrases such as `timeout 30 s` for what is set; the order tells the most first."""
    phrases = (_phrase(name, inputs) for name in _BY_TYPE.get(token, _ANY_TYPE))
    return tuple(phrase for phrase in phrases if phrase)


def _phrase(path: str, inputs: Mapping[str, Json]) -> str:
    counted = path.startswith("#")
    value: Json = inputs
    for part in path.lstrip("#").split("."):
        value = (as_mapping(value) or {}).get(part)
    if value is None or value in ("", False) or value == []:
        return ""
    items = as_list(value)
    last = path.lstrip("#").rsplit(".", 1)[-1]
    if counted:
        return f"{len(items)} {last}" if items else ""
    text = ", ".join(value_text(item, _VALUE_LIMIT) for item in ([value] if items is None else items))
    if last in _UNNAMED:
        return text
    if value is True:
        return _words(last)
    return f"{_words(_UNIT.sub('', last))} {text}{_unit(last, value)}"


def _words(name: str) -> str:
    return _WORDS.sub(" ", name).lower()


def _unit(name: str, value: Json) -> str:
    if isinstance(value, str):
        return ""
    match = _UNIT.search(name)
    return _SUFFIXES[match[0]] if match else _FIXED_UNITS.get(name, "")
