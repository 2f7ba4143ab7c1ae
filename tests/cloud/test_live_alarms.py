"""Alarms and dashboards in the local cloud."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import pytest

from tests.support.live import obeys
from tests.support.provider import ACCOUNT, REGION, Kept

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient

    from tests.support.live import Bench

pytestmark = pytest.mark.cloud

METRIC: Final = "aws:cloudwatch/metricAlarm:MetricAlarm"
COMPOSITE: Final = "aws:cloudwatch/compositeAlarm:CompositeAlarm"
DASHBOARD: Final = "aws:cloudwatch/dashboard:Dashboard"
_TOPICS: Final = [f"arn:aws:sns:{REGION}:{ACCOUNT}:shop-dev-{name}" for name in ("b", "a")]
_OF_AN_INSTANT: Final = frozenset(
    {
        "AlarmConfigurationUpdatedTimestamp",
        "StateReason",
        "StateReasonData",
        "StateTransitionedTimestamp",
        "StateUpdatedTimestamp",
        "StateValue",
    }
)


def _cloudwatch(bench: Bench) -> CloudWatchClient:
    return bench.cloud.client("cloudwatch", ACCOUNT)


def _look(cloudwatch: CloudWatchClient, kept: Kept) -> dict[str, object] | None:
    answer = cloudwatch.describe_alarms(AlarmNames=[kept.id], AlarmTypes=["MetricAlarm", "CompositeAlarm"])
    for alarm in [*answer["MetricAlarms"], *answer["CompositeAlarms"]]:
        tags = cloudwatch.list_tags_for_resource(ResourceARN=alarm.get("AlarmArn", ""))["Tags"]
        return {
            **{key: value for key, value in alarm.items() if key not in _OF_AN_INSTANT},
            "tags": {tag["Key"]: tag["Value"] for tag in tags},
        }
    return None


def test_alarm_on_a_metric(bench: Bench) -> None:
    cloudwatch = _cloudwatch(bench)
    inputs = {
        "name": "shop-dev-errors",
        "namespace": "AWS/Lambda",
        "metricName": "Errors",
        "dimensions": {"FunctionName": "shop-dev-accept"},
        "comparisonOperator": "GreaterThanOrEqualToThreshold",
        "threshold": 1,
        "period": 60,
        "evaluationPeriods": 3,
    }
    obeys(
        bench,
        METRIC,
        "errors",
        {**inputs, "statistic": "Sum", "alarmActions": _TOPICS, "tags": {"team": "shop"}},
        look=lambda kept: _look(cloudwatch, kept),
        seen={
            "Namespace": "AWS/Lambda",
            "MetricName": "Errors",
            "Dimensions": [{"Name": "FunctionName", "Value": "shop-dev-accept"}],
            "Statistic": "Sum",
            "Threshold": 1.0,
            "Period": 60,
            "EvaluationPeriods": 3,
            "TreatMissingData": "missing",
            "ActionsEnabled": True,
            "AlarmActions": _TOPICS,
            "OKActions": [],
            "tags": {"team": "shop"},
        },
        changes=[
            (
                {
                    **inputs,
                    "extendedStatistic": "p99.9",
                    "threshold": 0.5,
                    "period": 300,
                    "evaluationPeriods": 2,
                    "datapointsToAlarm": 1,
                    "treatMissingData": "breaching",
                    "evaluateLowSampleCountPercentiles": "ignore",
                    "alarmDescription": "slow",
                    "actionsEnabled": False,
                    "okActions": _TOPICS,
                    "insufficientDataActions": _TOPICS[:1],
                    "unit": "Milliseconds",
                    "tags": {"owner": "you"},
                },
                {
                    "Statistic": None,
                    "ExtendedStatistic": "p99.9",
                    "Threshold": 0.5,
                    "Period": 300,
                    "EvaluationPeriods": 2,
                    "DatapointsToAlarm": 1,
                    "TreatMissingData": "breaching",
                    "EvaluateLowSampleCountPercentile": "ignore",
                    "AlarmDescription": "slow",
                    "ActionsEnabled": False,
                    "AlarmActions": [],
                    "OKActions": _TOPICS,
                    "InsufficientDataActions": _TOPICS[:1],
                    "Unit": "Milliseconds",
                    "tags": {"owner": "you"},
                },
            ),
        ],
        drift=lambda kept: cloudwatch.put_metric_alarm(
            AlarmName=kept.id,
            Namespace="AWS/Lambda",
            MetricName="Errors",
            Statistic="Sum",
            ComparisonOperator="GreaterThanOrEqualToThreshold",
            Threshold=7,
            Period=60,
            EvaluationPeriods=3,
        ),
    )


def test_alarm_on_metric_math(bench: Bench) -> None:
    cloudwatch = _cloudwatch(bench)

    def one(name: str, metric: str) -> dict[str, object]:
        stat = {
            "metricName": metric,
            "namespace": "AWS/Lambda",
            "period": 60,
            "stat": "Sum",
            "dimensions": {"FunctionName": "shop-dev-accept"},
        }
        return {"id": name, "metric": stat}

    inputs = {"name": "shop-dev-rate", "evaluationPeriods": 1}
    rate = {"id": "rate", "expression": "100 * errors / calls", "label": "Errors in %", "returnData": True}
    band = {"id": "band", "expression": "ANOMALY_DETECTION_BAND(calls, 2)", "returnData": True}

    def metric(name: str, metric_name: str, *, returned: bool) -> dict[str, object]:
        dimensions = [{"Name": "FunctionName", "Value": "shop-dev-accept"}]
        inner = {"Namespace": "AWS/Lambda", "MetricName": metric_name, "Dimensions": dimensions}
        return {
            "Id": name,
            "MetricStat": {"Metric": inner, "Period": 60, "Stat": "Sum"},
            "ReturnData": returned,
        }

    obeys(
        bench,
        METRIC,
        "rate",
        {
            **inputs,
            "comparisonOperator": "GreaterThanThreshold",
            "threshold": 5,
            "metricQueries": [rate, one("errors", "Errors"), one("calls", "Invocations")],
        },
        look=lambda kept: _look(cloudwatch, kept),
        seen={
            "Metrics": [
                {
                    "Id": "rate",
                    "Expression": "100 * errors / calls",
                    "Label": "Errors in %",
                    "ReturnData": True,
                },
                metric("errors", "Errors", returned=False),
                metric("calls", "Invocations", returned=False),
            ],
            "Threshold": 5.0,
            "Statistic": None,
            "MetricName": None,
        },
        changes=[
            (
                {
                    **inputs,
                    "comparisonOperator": "GreaterThanUpperThreshold",
                    "thresholdMetricId": "band",
                    "metricQueries": [{**one("calls", "Invocations"), "returnData": True}, band],
                },
                {
                    "ThresholdMetricId": "band",
                    "Metrics": [
                        metric("calls", "Invocations", returned=True),
                        {"Id": "band", "Expression": "ANOMALY_DETECTION_BAND(calls, 2)", "ReturnData": True},
                    ],
                },
            ),
        ],
        drift=lambda kept: cloudwatch.put_metric_alarm(
            AlarmName=kept.id,
            ComparisonOperator="GreaterThanThreshold",
            Threshold=5,
            EvaluationPeriods=1,
            Metrics=[{"Id": "rate", "Expression": "1", "ReturnData": True}],
        ),
    )


def test_composite_alarm(bench: Bench) -> None:
    cloudwatch = _cloudwatch(bench)
    for name in ("shop-dev-one", "shop-dev-two"):
        cloudwatch.put_metric_alarm(
            AlarmName=name,
            Namespace="shop",
            MetricName=name,
            Statistic="Sum",
            ComparisonOperator="GreaterThanThreshold",
            Threshold=1,
            Period=60,
            EvaluationPeriods=1,
        )
    inputs = {"alarmName": "shop-dev-both", "alarmRule": "ALARM(shop-dev-one) AND ALARM(shop-dev-two)"}
    suppressor = {"alarm": "shop-dev-two", "extensionPeriod": 10, "waitPeriod": 20}
    obeys(
        bench,
        COMPOSITE,
        "both",
        {**inputs, "alarmActions": _TOPICS, "tags": {"team": "shop"}},
        look=lambda kept: _look(cloudwatch, kept),
        seen={"AlarmRule": inputs["alarmRule"], "AlarmActions": _TOPICS, "tags": {"team": "shop"}},
        changes=[
            (
                {
                    **inputs,
                    "alarmRule": "ALARM(shop-dev-one)",
                    "alarmDescription": "one",
                    "actionsSuppressor": suppressor,
                    "okActions": _TOPICS,
                    "insufficientDataActions": _TOPICS[:1],
                },
                {
                    "AlarmRule": "ALARM(shop-dev-one)",
                    "AlarmDescription": "one",
                    "ActionsSuppressor": "shop-dev-two",
                    "ActionsSuppressorExtensionPeriod": 10,
                    "ActionsSuppressorWaitPeriod": 20,
                    "AlarmActions": [],
                    "OKActions": _TOPICS,
                    "tags": {},
                },
            ),
        ],
        drift=lambda kept: cloudwatch.put_composite_alarm(
            AlarmName=kept.id, AlarmRule="ALARM(shop-dev-two)", AlarmActions=_TOPICS
        ),
    )
    cloudwatch.delete_alarms(AlarmNames=["shop-dev-one", "shop-dev-two"])


def test_dashboard(bench: Bench) -> None:
    cloudwatch = _cloudwatch(bench)

    def body(text: str) -> str:
        widget = {"type": "text", "x": 0, "y": 0, "width": 6, "height": 3, "properties": {"markdown": text}}
        return json.dumps({"widgets": [widget]})

    def look(kept: Kept) -> dict[str, object] | None:
        names = [item.get("DashboardName") for item in cloudwatch.list_dashboards()["DashboardEntries"]]
        if kept.id not in names:
            return None
        return {"body": cloudwatch.get_dashboard(DashboardName=kept.id)["DashboardBody"]}

    kept = obeys(
        bench,
        DASHBOARD,
        "all",
        {"dashboardName": "shop-dev-all", "dashboardBody": body("one")},
        look=look,
        seen={"body": body("one")},
        changes=[({"dashboardName": "shop-dev-all", "dashboardBody": body("two")}, {"body": body("two")})],
        drift=lambda kept: cloudwatch.put_dashboard(DashboardName=kept.id, DashboardBody=body("x")),
    )
    assert kept.outputs["dashboardArn"] == f"arn:aws:cloudwatch::{ACCOUNT}:dashboard/shop-dev-all"
