"""A CloudWatch dashboard from plain widgets; its body is known at plan time.

Left out: text and log widgets, cross-account views.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pulumi_aws import cloudwatch

from components._base import Component
from components._naming import Kind, physical_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pulumi import Output, ResourceOptions

    from components._platform import Platform
    from components.observability.metric import Metric

_GRID_WIDTH: Final = 24  # CloudWatch dashboard body structure: a row has 24 columns
_WIDGET_HEIGHT: Final = 6
_MAX_WIDGETS: Final = 500  # CloudWatch quota: widgets of one dashboard


@dataclass(frozen=True, kw_only=True)
class Widget:
    """One graph.

    Attributes:
        title: Heading.
        metrics: What it shows; one or more.
        period_seconds: Length of a data point.
        width: Columns of 24.
    """

    title: str
    metrics: Sequence[Metric]
    period_seconds: int = 60
    width: int = 8

    def __post_init__(self) -> None:
        """Refuse a graph that CloudWatch would draw empty or beside the grid."""
        if not self.metrics:
            raise ValueError(f"metrics of widget {self.title!r}: got none, allowed one or more")
        if not 1 <= self.width <= _GRID_WIDTH:
            raise ValueError(f"width of widget {self.title!r}: got {self.width}, allowed 1 to {_GRID_WIDTH}")


@dataclass(frozen=True, kw_only=True)
class DashboardArgs:
    """Attributes: platform: shared ground. widgets: graphs, placed from left to right, top to bottom."""

    platform: Platform
    widgets: Sequence[Widget]

    def __post_init__(self) -> None:
        """Refuse an empty or overfull dashboard."""
        if not 1 <= len(self.widgets) <= _MAX_WIDGETS:
            raise ValueError(f"widgets: got {len(self.widgets)}, allowed 1 to {_MAX_WIDGETS}")


class Dashboard(Component):
    """One dashboard.

    Attributes:
        body: The JSON that CloudWatch draws.
        name: Physical name.
    """

    TYPE = "pavedroad:observability:Dashboard"

    body: str
    name: Output[str]

    def __init__(self, name: str, args: DashboardArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self.body = dashboard_body(args.widgets, args.platform.scope.region)
        dashboard = cloudwatch.Dashboard(
            name,
            dashboard_name=physical_name(args.platform.scope, name, Kind.DASHBOARD),
            dashboard_body=self.body,
            opts=self.child(),
        )
        self.name = dashboard.dashboard_name
        self.finish({"name": self.name})


def dashboard_body(widgets: Sequence[Widget], region: str) -> str:
    """The dashboard's JSON, widgets placed row by row."""
    placed: list[dict[str, object]] = []
    x = y = 0
    for widget in widgets:
        if x + widget.width > _GRID_WIDTH:
            x, y = 0, y + _WIDGET_HEIGHT
        placed.append(
            {
                "type": "metric",
                "x": x,
                "y": y,
                "width": widget.width,
                "height": _WIDGET_HEIGHT,
                "properties": {
                    "title": widget.title,
                    "region": region,
                    "view": "timeSeries",
                    "period": widget.period_seconds,
                    "metrics": [_series(metric) for metric in widget.metrics],
                },
            }
        )
        x += widget.width
    return json.dumps({"widgets": placed}, separators=(",", ":"))


def _series(metric: Metric) -> list[object]:
    options: dict[str, str] = {"stat": metric.statistic}
    if metric.label:
        options["label"] = metric.label
    pairs = [part for pair in sorted(metric.dimensions.items()) for part in pair]
    return [metric.namespace, metric.name, *pairs, options]
