"""Rules within alarms, metric filters and dashboards."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pavedroad.provider.limits.finding import Finding, refuse
from pavedroad.provider.limits.queue_rules import parsed
from pavedroad.provider.values import Properties, Value, at, entries, flag, is_unknown, items, number, text

if TYPE_CHECKING:
    from collections.abc import Iterator

_DAY_SECONDS: Final = 86_400
_WEEK_SECONDS: Final = 604_800
_HOUR_SECONDS: Final = 3_600
_ID: Final = re.compile(r"[a-z][A-Za-z0-9_]*", re.ASCII)
_WIDGETS: Final = 500
_WIDTH: Final = 24
_HEIGHT: Final = 1000
_TYPES: Final = frozenset({"alarm", "custom", "explorer", "log", "metric", "text"})


def alarm_needs(inputs: Properties) -> Iterator[Finding]:
    """What an alarm cannot be without."""
    if inputs.get("evaluationCriteria") is not None:
        return
    for key in ("comparisonOperator", "evaluationPeriods"):
        if inputs.get(key) is None:
            yield Finding(key, f"{key}: got nothing, CloudWatch requires it (PutMetricAlarm)")
    if inputs.get("threshold") is None and inputs.get("thresholdMetricId") is None:
        yield Finding("threshold", "threshold: got nothing; give a number, or thresholdMetricId with a band")
    if inputs.get("metricName") is None:
        return
    for key in ("namespace", "period"):
        if inputs.get(key) is None:
            yield Finding(
                key, f"{key}: got nothing beside metricName, CloudWatch requires it (PutMetricAlarm)"
            )
    if inputs.get("statistic") is None and inputs.get("extendedStatistic") is None:
        yield Finding(
            "statistic",
            "statistic: got neither statistic nor extendedStatistic; give one, such as Sum or p99",
        )


def alarm_span(inputs: Properties) -> Iterator[Finding]:
    """How far back an alarm looks."""
    period, periods = number(inputs.get("period")), number(inputs.get("evaluationPeriods"))
    if period is None or periods is None:
        return
    longest = _WEEK_SECONDS if period >= _HOUR_SECONDS else _DAY_SECONDS
    if period * periods > longest:
        yield refuse(
            "evaluationPeriods",
            inputs.get("evaluationPeriods"),
            f"at most {longest // int(period)} with this period: an alarm looks back {longest} seconds",
        )


def alarm_queries(inputs: Properties) -> Iterator[Finding]:
    """Metric queries: names, one source each, and one that the alarm watches."""
    queries = inputs.get("metricQueries")
    if queries is None or is_unknown(queries):
        return
    seen: set[str] = set()
    for index, query in enumerate(items(queries)):
        path, name = f"metricQueries[{index}]", text(at(query, "id"))
        if name is not None and (_ID.fullmatch(name) is None or name in seen):
            yield refuse(
                f"{path}.id", at(query, "id"), "a name of its own: a small letter, then letters, digits, _"
            )
        seen.add(name or "")
        if (at(query, "metric") is None) == (at(query, "expression") is None):
            yield Finding(path, f"{path}: got both or neither of metric and expression; give one of the two")
    watched = sum(1 for query in items(queries) if flag(at(query, "returnData")))
    wanted = 1 if inputs.get("thresholdMetricId") is None else 2
    if watched != wanted:
        yield Finding(
            "metricQueries",
            f"metricQueries: got {watched} queries with returnData true, allowed {wanted}; "
            "the alarm watches what returns data",
        )


def metric_filter(inputs: Properties) -> Iterator[Finding]:
    """A metric with dimensions has no value of its own when nothing matches."""
    block = inputs.get("metricTransformation")
    default = at(block, "defaultValue")
    if default not in (None, "") and list(entries(at(block, "dimensions"))):
        yield Finding(
            "metricTransformation.defaultValue",
            "metricTransformation.defaultValue: got a value beside dimensions; leave one of the two out",
        )


def dashboard(inputs: Properties) -> Iterator[Finding]:
    """Widgets that CloudWatch can draw."""
    body = parsed(inputs.get("dashboardBody"))
    if body is None:
        return
    if not isinstance(body, dict):
        yield Finding(
            "dashboardBody", "dashboardBody: got JSON that is no object, allowed an object with widgets"
        )
        return
    widgets = body.get("widgets")
    if widgets is not None and not isinstance(widgets, list):
        yield Finding(
            "dashboardBody", "dashboardBody: got widgets that are no list, allowed a list of widgets"
        )
    if len(items(widgets)) > _WIDGETS:
        yield Finding("dashboardBody", f"dashboardBody: got too many widgets, allowed at most {_WIDGETS}")
    for index, widget in enumerate(items(widgets)):
        yield from _widget(widget, f"widgets[{index}]")


def _widget(widget: Value, place: str) -> Iterator[Finding]:
    def wrong(what: str) -> Finding:
        # The body may be a secret: nothing of it is quoted.
        return Finding("dashboardBody", f"dashboardBody: {place}: {what} (CloudWatch PutDashboard)")

    if not isinstance(widget, dict):
        yield wrong("got no object, allowed an object with type and properties")
        return
    if text(widget.get("type")) not in _TYPES:
        yield wrong(f"got another type, allowed {', '.join(sorted(_TYPES))}")
    if not isinstance(widget.get("properties"), dict):
        yield wrong("got no properties, allowed an object")
    for key, low, high in (("x", 0, _WIDTH - 1), ("width", 1, _WIDTH), ("height", 1, _HEIGHT)):
        value = widget.get(key)
        amount = value if isinstance(value, (int, float)) else None
        if value is not None and (amount is None or not low <= amount <= high or amount % 1):
            yield wrong(f"got another {key}, allowed a whole number from {low} to {high}")
