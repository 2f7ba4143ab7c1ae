"""Metric alarms with the house's settings.

Missing data is healthy (a quiet function or an empty queue reports nothing), and the topic is called both
when an alarm goes off and when all is well again. Left out: composite alarms, anomaly bands.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from pulumi_aws import cloudwatch

from components._naming import Kind, physical_name

if TYPE_CHECKING:
    from components._base import Component
    from components._platform import Platform
    from components.observability.metric import Metric

_OPERATORS: Final = {">=": "GreaterThanOrEqualToThreshold", ">": "GreaterThanThreshold"}


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """When a metric means trouble.

    Attributes:
        metric: What is watched.
        threshold: Figure that is compared with.
        description: What it means and what to do; shown to whoever is called.
        comparison: `>=` or `>`.
        periods: Number of periods in a row that must breach.
        period_seconds: Length of a period; 60 is the shortest without high-resolution metrics.
    """

    metric: Metric
    threshold: float
    description: str
    comparison: Literal[">=", ">"] = ">="
    periods: int = 1
    period_seconds: int = 60


def add_alarm(owner: Component, name: str, alarm: Alarm, platform: Platform) -> cloudwatch.MetricAlarm:
    """Make the alarm a child of its owner, under `name` (which is also the end of its physical name)."""
    metric = alarm.metric
    return cloudwatch.MetricAlarm(
        name,
        name=physical_name(platform.scope, name, Kind.ALARM),
        alarm_description=alarm.description,
        namespace=metric.namespace,
        metric_name=metric.name,
        dimensions=dict(metric.dimensions),
        statistic=None if metric.is_percentile else metric.statistic,
        extended_statistic=metric.statistic if metric.is_percentile else None,
        comparison_operator=_OPERATORS[alarm.comparison],
        threshold=alarm.threshold,
        period=alarm.period_seconds,
        evaluation_periods=alarm.periods,
        datapoints_to_alarm=alarm.periods,
        treat_missing_data="notBreaching",
        alarm_actions=[platform.alarm_topic_arn],
        ok_actions=[platform.alarm_topic_arn],
        opts=owner.child(),
    )
