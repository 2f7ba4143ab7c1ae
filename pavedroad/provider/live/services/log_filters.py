"""CloudWatch Logs: filters that make metrics or pass events on, and the policies of services that write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast
from zlib import crc32

from pavedroad.provider.live.contract import LiveType, Refused
from pavedroad.provider.live.plain import flag_in, map_in, strings_in, text_in, texts_in
from pavedroad.provider.live.services._documents import written

if TYPE_CHECKING:
    from mypy_boto3_logs.literals import StandardUnitType
    from mypy_boto3_logs.type_defs import (
        MetricFilterTypeDef,
        MetricTransformationUnionTypeDef,
        PutMetricFilterRequestTypeDef,
        PutSubscriptionFilterRequestTypeDef,
        ResourcePolicyTypeDef,
        SubscriptionFilterTypeDef,
    )

    from pavedroad.provider.live.contract import Call
    from pavedroad.provider.live.plain import Plain, Plains

_SUBSCRIPTIONS: Final = 2
# What CloudWatch has when nobody asks.
_NO_UNIT: Final = "None"


def _put_metric(call: Call, name: str) -> None:
    block = map_in(call.inputs, "metricTransformation")
    transformation: MetricTransformationUnionTypeDef = {
        "metricName": text_in(block, "name"),
        "metricNamespace": text_in(block, "namespace"),
        "metricValue": text_in(block, "value"),
    }
    default = block.get("defaultValue")
    if isinstance(default, (str, int, float)) and default != "":
        transformation["defaultValue"] = float(default)
    if strings_in(block, "dimensions"):
        transformation["dimensions"] = strings_in(block, "dimensions")
    if text_in(block, "unit"):
        transformation["unit"] = cast("StandardUnitType", text_in(block, "unit"))
    asked: PutMetricFilterRequestTypeDef = {
        "logGroupName": call.text("logGroupName"),
        "filterName": name,
        "filterPattern": text_in(call.inputs, "pattern"),
        "metricTransformations": [transformation],
    }
    if flag_in(call.inputs, "applyOnTransformedLogs"):
        asked["applyOnTransformedLogs"] = True
    call.clients.logs.put_metric_filter(**asked)


def _create_metric(call: Call) -> str:
    name = call.text("name")
    _put_metric(call, name)
    return name


def _metric(call: Call, group: str, name: str) -> MetricFilterTypeDef | None:
    pages = call.clients.logs.get_paginator("describe_metric_filters")
    for page in pages.paginate(logGroupName=group, filterNamePrefix=name):
        for found in page["metricFilters"]:
            if found.get("filterName") == name:
                return found
    return None


def _read_metric(call: Call, name: str) -> Plains | None:
    group = call.text("logGroupName")
    found = _metric(call, group, name)
    if found is None:
        return None
    transformation = next(iter(found.get("metricTransformations", ())), None)
    block: Plains = {}
    if transformation is not None:
        block = {
            "name": transformation["metricName"],
            "namespace": transformation["metricNamespace"],
            "value": transformation["metricValue"],
        }
        if "defaultValue" in transformation:
            block["defaultValue"] = f"{transformation['defaultValue']:g}"
        dimensions: Plains = {**transformation.get("dimensions", {})}
        if dimensions:
            block["dimensions"] = dimensions
        unit = transformation.get("unit", _NO_UNIT)
        if unit != _NO_UNIT or text_in(map_in(call.inputs, "metricTransformation"), "unit") == _NO_UNIT:
            block["unit"] = unit
    return {
        "name": name,
        "logGroupName": group,
        "pattern": found.get("filterPattern", ""),
        "metricTransformation": block,
        "applyOnTransformedLogs": found.get("applyOnTransformedLogs", False),
    }


def _delete_metric(call: Call, name: str) -> None:
    call.clients.logs.delete_metric_filter(logGroupName=call.text("logGroupName"), filterName=name)


def _locate_metric(_call: Call, identity: str) -> tuple[str, Plains]:
    group, _, name = identity.partition(":")
    return name, {"logGroupName": group, "name": name}


def _subscriptions(call: Call) -> list[SubscriptionFilterTypeDef]:
    pages = call.clients.logs.get_paginator("describe_subscription_filters")
    return [
        found
        for page in pages.paginate(logGroupName=call.text("logGroup"))
        for found in page["subscriptionFilters"]
    ]


def _put_subscription(call: Call, _identity: str = "") -> None:
    asked: PutSubscriptionFilterRequestTypeDef = {
        "logGroupName": call.text("logGroup"),
        "filterName": call.text("name"),
        "filterPattern": text_in(call.inputs, "filterPattern"),
        "destinationArn": text_in(call.inputs, "destinationArn"),
        "distribution": "Random" if text_in(call.inputs, "distribution") == "Random" else "ByLogStream",
    }
    if text_in(call.inputs, "roleArn"):
        asked["roleArn"] = text_in(call.inputs, "roleArn")
    if flag_in(call.inputs, "applyOnTransformedLogs"):
        asked["applyOnTransformedLogs"] = True
    if texts_in(call.inputs, "emitSystemFields"):
        asked["emitSystemFields"] = texts_in(call.inputs, "emitSystemFields")
    call.clients.logs.put_subscription_filter(**asked)


def _create_subscription(call: Call) -> str:
    others = [found for found in _subscriptions(call) if found.get("filterName") != call.text("name")]
    if len(others) >= _SUBSCRIPTIONS:
        raise Refused("LimitExceededException", "Resource limit exceeded.")
    _put_subscription(call)
    return _subscription_id(call.text("logGroup"))


def _subscription_id(group: str) -> str:
    # The official provider's id; it names the group only, from the days of one filter a group.
    return f"cwlsf-{crc32(f'{group}-'.encode())}"


def _read_subscription(call: Call, _identity: str) -> Plains | None:
    name = call.text("name")
    found = next((item for item in _subscriptions(call) if item.get("filterName") == name), None)
    if found is None:
        return None
    fields: list[Plain] = [*found.get("emitSystemFields", ())]
    return {
        "name": name,
        "logGroup": call.text("logGroup"),
        "filterPattern": found.get("filterPattern", ""),
        "destinationArn": found.get("destinationArn", ""),
        "roleArn": found.get("roleArn", ""),
        "distribution": found.get("distribution", "ByLogStream"),
        "applyOnTransformedLogs": found.get("applyOnTransformedLogs", False),
        "emitSystemFields": fields,
    }


def _delete_subscription(call: Call, _identity: str) -> None:
    call.clients.logs.delete_subscription_filter(
        logGroupName=call.text("logGroup"), filterName=call.text("name")
    )


def _locate_subscription(_call: Call, identity: str) -> tuple[str, Plains]:
    group, _, name = identity.partition("|")
    return _subscription_id(group), {"logGroup": group, "name": name}


def _put_policy(call: Call, revision: str) -> None:
    document = written(call.inputs["policyDocument"])
    arn = call.text("resourceArn")
    if not arn:
        call.clients.logs.put_resource_policy(policyName=call.text("policyName"), policyDocument=document)
    elif revision:
        call.clients.logs.put_resource_policy(
            resourceArn=arn, policyDocument=document, expectedRevisionId=revision
        )
    else:
        call.clients.logs.put_resource_policy(resourceArn=arn, policyDocument=document)


def _create_policy(call: Call) -> str:
    _put_policy(call, "")
    return call.text("resourceArn") or call.text("policyName")


def _policy(call: Call, identity: str) -> ResourcePolicyTypeDef | None:
    logs = call.clients.logs
    if identity.startswith("arn:"):
        answer = logs.describe_resource_policies(resourceArn=identity, policyScope="RESOURCE")
        return next(iter(answer["resourcePolicies"]), None)
    for page in logs.get_paginator("describe_resource_policies").paginate():
        for found in page["resourcePolicies"]:
            if found.get("policyName") == identity:
                return found
    return None


def _read_policy(call: Call, identity: str) -> Plains | None:
    found = _policy(call, identity)
    if found is None:
        return None
    whose = "resourceArn" if identity.startswith("arn:") else "policyName"
    return {
        whose: identity,
        "policyDocument": found.get("policyDocument", ""),
        "policyScope": found.get("policyScope", "ACCOUNT"),
        "revisionId": found.get("revisionId", "") if whose == "resourceArn" else "",
    }


def _update_policy(call: Call, identity: str) -> None:
    found = _policy(call, identity)
    _put_policy(call, "" if found is None else found.get("revisionId", ""))


def _delete_policy(call: Call, identity: str) -> None:
    if not identity.startswith("arn:"):
        call.clients.logs.delete_resource_policy(policyName=identity)
        return
    found = _policy(call, identity)
    if found is not None:
        call.clients.logs.delete_resource_policy(
            resourceArn=identity, expectedRevisionId=found.get("revisionId", "")
        )


TYPES: Final[dict[str, LiveType]] = {
    "aws:cloudwatch/logMetricFilter:LogMetricFilter": LiveType(
        create=_create_metric,
        read=_read_metric,
        update=_put_metric,
        delete=_delete_metric,
        locate=_locate_metric,
        tagged=False,
    ),
    "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter": LiveType(
        create=_create_subscription,
        read=_read_subscription,
        update=_put_subscription,
        delete=_delete_subscription,
        locate=_locate_subscription,
        tagged=False,
    ),
    "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": LiveType(
        create=_create_policy, read=_read_policy, update=_update_policy, delete=_delete_policy, tagged=False
    ),
}
