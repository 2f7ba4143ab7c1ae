"""The few properties that tell what a new resource will be, by type."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from pavedroad.command.display.shapes import as_list, as_mapping
from pavedroad.command.display.values import value_text
from pavedroad.engine.events import UNKNOWN_MASK

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pavedroad.engine.events import Json

# Names are the provider's wire names. Dots lead into a nested property; `#name` is the length of a list.
_BY_TYPE: Final[Mapping[str, tuple[str, ...]]] = {
    "aws:apigatewayv2/domainName:DomainName": ("domainName", "domainNameConfiguration.securityPolicy"),
    "aws:apigatewayv2/route:Route": ("routeKey", "authorizationType"),
    "aws:apigateway/domainName:DomainName": ("domainName", "securityPolicy"),
    "aws:cloudfront/distribution:Distribution": ("viewerCertificate.minimumProtocolVersion", "#origins"),
    "aws:cloudwatch/logGroup:LogGroup": ("retentionInDays",),
    "aws:dynamodb/table:Table": ("hashKey", "rangeKey", "billingMode", "deletionProtectionEnabled"),
    "aws:iam/role:Role": ("name", "path"),
    "aws:iam/policy:Policy": ("name",),
    "aws:kms/key:Key": ("enableKeyRotation", "deletionWindowInDays"),
    "aws:lambda/alias:Alias": ("name", "functionVersion"),
    "aws:lambda/codeSigningConfig:CodeSigningConfig": ("policies.untrustedArtifactOnDeployment",),
    "aws:lambda/eventSourceMapping:EventSourceMapping": (
        "batchSize",
        "maximumBatchingWindowInSeconds",
        "scalingConfig.maximumConcurrency",
        "functionResponseTypes",
    ),
    "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": (
        "maximumRetryAttempts",
        "maximumEventAgeInSeconds",
    ),
    "aws:lambda/functionRecursionConfig:FunctionRecursionConfig": ("recursiveLoop",),
    "aws:lambda/function:Function": ("runtime", "memorySize", "timeout", "architectures", "#layers"),
    "aws:lambda/layerVersion:LayerVersion": ("layerName", "compatibleRuntimes"),
    "aws:lambda/permission:Permission": ("principal", "action"),
    "aws:msk/cluster:Cluster": ("clusterName", "kafkaVersion", "numberOfBrokerNodes"),
    "aws:s3/bucket:Bucket": ("bucket",),
    "aws:s3/bucketObjectv2:BucketObjectv2": ("key",),
    "aws:sfn/stateMachine:StateMachine": ("type", "name"),
    "aws:signer/signingProfile:SigningProfile": ("platformId", "name"),
    "aws:sns/topicSubscription:TopicSubscription": ("protocol",),
    "aws:sqs/queue:Queue": ("visibilityTimeoutSeconds", "messageRetentionSeconds", "fifoQueue"),
}
_ANY_TYPE: Final = ("name", "key", "domainName", "protocol", "engine", "type")
_COMPARISONS: Final = {
    "GreaterThanOrEqualToThreshold": ">=",
    "GreaterThanThreshold": ">",
    "LessThanThreshold": "<",
    "LessThanOrEqualToThreshold": "<=",
}
_LABELS: Final = {
    "deletionProtectionEnabled": "protected from deletion",
    "enableKeyRotation": "rotated",
    "functionVersion": "version",
    "hashKey": "key",
    "maximumBatchingWindowInSeconds": "window",
    "maximumConcurrency": "concurrency",
    "maximumEventAgeInSeconds": "age up to",
    "maximumRetryAttempts": "retries",
    "memorySize": "memory",
    "messageRetentionSeconds": "retention",
    "platformId": "platform",
    "recursiveLoop": "loops:",
    "untrustedArtifactOnDeployment": "unsigned code:",
    "visibilityTimeoutSeconds": "visibility",
}
_UNNAMED: Final = frozenset(
    {
        "architectures",
        "billingMode",
        "bucket",
        "functionResponseTypes",
        "key",
        "layerName",
        "name",
        "routeKey",
        "runtime",
        "type",
    }
)
"""Properties whose value says what it is without its name."""

_COMMON_ACTIONS: Final = ("logs:", "xray:")
_VALUE_LIMIT: Final = 40
_SECONDS: Final = re.compile(r"(?:InSeconds|Seconds)$|^timeout$")
_DAYS: Final = re.compile(r"InDays$")
_WORDS: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SECONDS_A_DAY: Final = 86_400


def key_facts(token: str, inputs: Mapping[str, Json]) -> tuple[str, ...]:
    """Short phrases such as `timeout 30 s` for what is set and known; the first tells the most."""
    special = _SPECIAL.get(token)
    if special:
        return special(inputs)
    phrases = (_phrase(name, inputs) for name in _BY_TYPE.get(token, _ANY_TYPE))
    return tuple(phrase for phrase in phrases if phrase)


def _alarm(inputs: Mapping[str, Json]) -> tuple[str, ...]:
    metric, threshold = inputs.get("metricName"), inputs.get("threshold")
    if not isinstance(metric, str) or threshold is None:
        return ()  # an alarm on an expression or on other alarms
    operator = str(inputs.get("comparisonOperator"))
    compared = f"{_COMPARISONS.get(operator, operator)} {value_text(threshold, _VALUE_LIMIT)}"
    periods = value_text(inputs.get("evaluationPeriods"), _VALUE_LIMIT)
    spans = (f"{periods} x {value_text(inputs['period'], _VALUE_LIMIT)} s",) if "period" in inputs else ()
    return (f"{metric} {compared}", *spans)


def _grants(inputs: Mapping[str, Json]) -> tuple[str, ...]:
    document = inputs.get("policy")
    try:
        parsed: Json = json.loads(document) if isinstance(document, str) else document
    except ValueError:
        return ()  # not known yet, or no document at all; the policies say so
    statements = (
        as_mapping(item) or {} for item in as_list((as_mapping(parsed) or {}).get("Statement")) or ()
    )
    actions = (
        each for item in statements if item.get("Effect") == "Allow" for each in _many(item.get("Action"))
    )
    texts = dict.fromkeys(value_text(action, _VALUE_LIMIT) for action in actions)
    # What every role may do tells the least.
    return tuple(sorted(texts, key=lambda text: text.startswith(_COMMON_ACTIONS)))


def _many(value: Json) -> Sequence[Json]:
    items = as_list(value)
    return items if items is not None else () if value is None else (value,)


_SPECIAL: Final = {"aws:cloudwatch/metricAlarm:MetricAlarm": _alarm, "aws:iam/rolePolicy:RolePolicy": _grants}


def _phrase(path: str, inputs: Mapping[str, Json]) -> str:
    counted = path.startswith("#")
    value: Json = inputs
    for part in path.lstrip("#").split("."):
        value = (as_mapping(value) or {}).get(part)
    if value is None or value in ("", False, UNKNOWN_MASK) or value == []:
        return ""
    items = as_list(value)
    last = path.lstrip("#").rsplit(".", 1)[-1]
    if counted:
        return f"{len(items)} {last if len(items) != 1 else last.removesuffix('s')}" if items else ""
    text = ", ".join(_value(last, item) for item in _many(value))
    if last in _UNNAMED:
        return text
    label = _LABELS.get(last) or _WORDS.sub(" ", _DAYS.sub("", _SECONDS.sub("", last) or last)).lower()
    return label if value is True else f"{label} {text}"


def _value(name: str, value: Json) -> str:
    text = value_text(value, _VALUE_LIMIT)
    if not isinstance(value, int | float):
        return text
    if _DAYS.search(name):
        return f"{text} d"
    if _SECONDS.search(name):
        days, rest = divmod(value, _SECONDS_A_DAY)
        return f"{days:.0f} d" if days and not rest else f"{text} s"
    return f"{text} MB" if name == "memorySize" else text
