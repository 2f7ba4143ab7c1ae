"""A CloudWatch metric as plain data: what components offer and what alarms and dashboards show."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One metric of one resource.

    Attributes:
        namespace: CloudWatch namespace, e.g. `AWS/SQS`.
        name: Metric name.
        dimensions: Dimension -> value; physical names, known at plan time.
        statistic: `Sum`, `Maximum`, `Average` ... or a percentile such as `p99`.
        label: Legend on a dashboard; empty = CloudWatch's own.
    """

    namespace: str
    name: str
    dimensions: Mapping[str, str]
    statistic: str = "Sum"
    label: str = ""

    @property
    def is_percentile(self) -> bool:
        """Whether the statistic is one that CloudWatch calls extended."""
        return self.statistic.startswith("p")

    def labelled(self, label: str) -> Metric:
        """The same metric with a legend."""
        return replace(self, label=label)
