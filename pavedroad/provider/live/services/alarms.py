"""CloudWatch: alarms on metrics, alarms on alarms, dashboards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from pavedroad.provider.live.contract import LiveType
from pavedroad.provider.live.plain import list_in, map_in, maps_in, number_in, strings_in, text_in
from pavedroad.provider.live.services._tags import gone, listed, mapped
from pavedroad.provider.live.services._wire import Part, Turned, capital, sent, told

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_cloudwatch.type_defs import PutCompositeAlarmInputTypeDef, PutMetricAlarmInputTypeDef

    from pavedroad.provider.live.contract import Call
    from pavedroad.provider.live.plain import Plain, Plains
    from pavedroad.provider.live.services._wire import Members, Names


def _pairs(value: Plain) -> object:
    names = strings_in({"of": value}, "of")
    return [{"Name": name, "Value": names[name]} for name in sorted(names)]


def _named(value: object) -> Plain:
    pairs = cast("list[Mapping[str, str]]", value)
    return {pair["Name"]: pair["Value"] for pair in pairs}


_DIMENSIONS: Final = Turned("Dimensions", _pairs, _named)
_ACTIONS: Final[Names] = {
    **capital("actionsEnabled", "alarmActions", "alarmDescription", "insufficientDataActions"),
    "okActions": "OKActions",
}
_METRIC: Final[Names] = {
    **_ACTIONS,
    **capital(
        "comparisonOperator",
        "datapointsToAlarm",
        "evaluationInterval",
        "evaluationPeriods",
        "extendedStatistic",
        "metricName",
        "namespace",
        "period",
        "statistic",
        "threshold",
        "thresholdMetricId",
        "treatMissingData",
        "unit",
    ),
    "dimensions": _DIMENSIONS,
    "evaluateLowSampleCountPercentiles": "EvaluateLowSampleCountPercentile",
    "evaluationCriteria": Part(
        "EvaluationCriteria",
        {"promqlCriteria": Part("PromQLCriteria", capital("query", "pendingPeriod", "recoveryPeriod"))},
    ),
    "evaluationWindow": Part(
        "EvaluationWindow", {"wallClockWindow": Part("WallClockWindow", capital("timezone"))}
    ),
    "warmUpConfiguration": Part(
        "WarmUpConfiguration",
        capital("warmUpPeriodDurationInMinutes", "onlyStartEvaluatingAfterWarmUpPeriodEnds"),
    ),
}
_QUERY: Final[Names] = {
    **capital("accountId", "expression", "id", "label", "period"),
    "metric": Part(
        "MetricStat",
        {
            "dimensions": Turned("Metric.Dimensions", _pairs, _named),
            "metricName": "Metric.MetricName",
            "namespace": "Metric.Namespace",
            "period": "Period",
            "stat": "Stat",
            "unit": "Unit",
        },
    ),
}
_RULE: Final[Names] = {
    **_ACTIONS,
    "alarmRule": "AlarmRule",
}


def _given(inputs: Plains) -> Plains:
    """What is asked for; empty texts and lists mean "not set"."""
    return {name: value for name, value in inputs.items() if value not in ("", [], {})}


def _put_metric(call: Call, name: str) -> None:
    asked = {**sent(_METRIC, _given(call.inputs)), "AlarmName": name}
    queries = [
        {**sent(_QUERY, _given(query)), "ReturnData": query.get("returnData") is True}
        for query in maps_in(call.inputs, "metricQueries")
    ]
    if queries:
        asked["Metrics"] = queries
    if call.tags:
        asked["Tags"] = listed(call.tags)
    call.clients.cloudwatch.put_metric_alarm(**cast("PutMetricAlarmInputTypeDef", asked))


def _create_metric(call: Call) -> str:
    name = call.text("name")
    _put_metric(call, name)
    return name


def _update_metric(call: Call, name: str) -> None:
    _put_metric(call, name)
    _retag(call, _arn(call, name))


def _read_metric(call: Call, name: str) -> Plains | None:
    answer = call.clients.cloudwatch.describe_alarms(AlarmNames=[name], AlarmTypes=["MetricAlarm"])
    for found in answer["MetricAlarms"]:
        alarm = _actions(told(_METRIC, found), call.inputs)
        if text_in(alarm, "thresholdMetricId") or found.get("EvaluationCriteria"):
            alarm.pop("threshold", None)
        arn = found.get("AlarmArn", "")
        alarm["metricQueries"] = _queries(found.get("Metrics", ()), maps_in(call.inputs, "metricQueries"))
        return {**alarm, "name": name, "arn": arn, "tags": _tags(call, arn)}
    return None


def _queries(found: object, asked: list[Plains]) -> Plain:
    """Metric queries in the order in which they were asked for."""
    order = {text_in(query, "id"): place for place, query in enumerate(asked)}
    known = {text_in(query, "id"): query for query in asked}
    blocks: list[Plains] = []
    for item in cast("list[Members]", found):
        block = told(_QUERY, item)
        returned = item.get("ReturnData") is True
        if returned or "returnData" in known.get(text_in(block, "id"), {}):
            block["returnData"] = returned
        metric = map_in(block, "metric")
        if not map_in(metric, "dimensions"):
            metric.pop("dimensions", None)
        blocks.append(block)
    blocks.sort(key=lambda block: order.get(text_in(block, "id"), len(order)))
    return [*blocks]


def _actions(alarm: Plains, asked: Plains) -> Plains:
    """An alarm whose lists of actions stand as they were asked for: AWS keeps them as sets."""
    for name in ("alarmActions", "insufficientDataActions", "okActions"):
        now, given = list_in(alarm, name), list_in(asked, name)
        same = len(now) == len(given) and all(item in now for item in given)
        alarm[name] = given if same else now
    return alarm


def _arn(call: Call, name: str) -> str:
    return f"arn:{call.partition}:cloudwatch:{call.region}:{call.account}:alarm:{name}"


def _tags(call: Call, arn: str) -> Plains:
    return mapped(call.clients.cloudwatch.list_tags_for_resource(ResourceARN=arn)["Tags"])


def _retag(call: Call, arn: str) -> None:
    """PutMetricAlarm and PutCompositeAlarm take tags of new alarms only."""
    if not call.wants("tags"):
        return
    cloudwatch = call.clients.cloudwatch
    old = gone(cloudwatch.list_tags_for_resource(ResourceARN=arn)["Tags"], call.tags)
    if old:
        cloudwatch.untag_resource(ResourceARN=arn, TagKeys=old)
    if call.tags:
        cloudwatch.tag_resource(ResourceARN=arn, Tags=listed(call.tags))


def _delete_alarm(call: Call, name: str) -> None:
    call.clients.cloudwatch.delete_alarms(AlarmNames=[name])


def _put_composite(call: Call, name: str) -> None:
    asked = {**sent(_RULE, _given(call.inputs)), "AlarmName": name}
    suppressor = map_in(call.inputs, "actionsSuppressor")
    if suppressor:
        asked["ActionsSuppressor"] = text_in(suppressor, "alarm")
        asked["ActionsSuppressorExtensionPeriod"] = number_in(suppressor, "extensionPeriod")
        asked["ActionsSuppressorWaitPeriod"] = number_in(suppressor, "waitPeriod")
    if call.tags:
        asked["Tags"] = listed(call.tags)
    call.clients.cloudwatch.put_composite_alarm(**cast("PutCompositeAlarmInputTypeDef", asked))


def _create_composite(call: Call) -> str:
    name = call.text("alarmName")
    _put_composite(call, name)
    return name


def _update_composite(call: Call, name: str) -> None:
    _put_composite(call, name)
    _retag(call, _arn(call, name))


def _read_composite(call: Call, name: str) -> Plains | None:
    answer = call.clients.cloudwatch.describe_alarms(AlarmNames=[name], AlarmTypes=["CompositeAlarm"])
    for found in answer["CompositeAlarms"]:
        alarm = _actions(told(_RULE, found), call.inputs)
        if found.get("ActionsSuppressor"):
            alarm["actionsSuppressor"] = {
                "alarm": found.get("ActionsSuppressor", ""),
                "extensionPeriod": found.get("ActionsSuppressorExtensionPeriod", 0),
                "waitPeriod": found.get("ActionsSuppressorWaitPeriod", 0),
            }
        else:
            alarm["actionsSuppressor"] = {}
        arn = found.get("AlarmArn", "")
        return {**alarm, "alarmName": name, "arn": arn, "tags": _tags(call, arn)}
    return None


def _put_dashboard(call: Call, name: str) -> None:
    call.clients.cloudwatch.put_dashboard(
        DashboardName=name, DashboardBody=text_in(call.inputs, "dashboardBody")
    )


def _create_dashboard(call: Call) -> str:
    name = call.text("dashboardName")
    _put_dashboard(call, name)
    return name


def _read_dashboard(call: Call, name: str) -> Plains:
    found = call.clients.cloudwatch.get_dashboard(DashboardName=name)
    return {
        "dashboardName": name,
        "dashboardArn": f"arn:{call.partition}:cloudwatch::{call.account}:dashboard/{name}",
        "dashboardBody": found["DashboardBody"],
    }


def _delete_dashboard(call: Call, name: str) -> None:
    call.clients.cloudwatch.delete_dashboards(DashboardNames=[name])


TYPES: Final[dict[str, LiveType]] = {
    "aws:cloudwatch/compositeAlarm:CompositeAlarm": LiveType(
        create=_create_composite, read=_read_composite, update=_update_composite, delete=_delete_alarm
    ),
    "aws:cloudwatch/dashboard:Dashboard": LiveType(
        create=_create_dashboard,
        read=_read_dashboard,
        update=_put_dashboard,
        delete=_delete_dashboard,
        tagged=False,
    ),
    "aws:cloudwatch/metricAlarm:MetricAlarm": LiveType(
        create=_create_metric, read=_read_metric, update=_update_metric, delete=_delete_alarm
    ),
}
