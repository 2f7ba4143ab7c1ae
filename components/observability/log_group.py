"""Log groups with retention, made before whatever writes to them.

A group that its writer creates on first use keeps its events for ever, so roles get no `logs:CreateLogGroup`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pulumi_aws import cloudwatch

from components._iam import Statement

if TYPE_CHECKING:
    from components._base import Component
    from components._naming import Scope

# CloudWatch Logs PutRetentionPolicy, retentionInDays: the values that the service takes.
RETENTION_DAYS: Final = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731),
    *(1096, 1827, 2192, 2557, 2922, 3288, 3653),
)


def check_retention(field: str, days: int) -> None:
    """Refuse a retention that CloudWatch does not know.

    Raises:
        ValueError: `days` is none of `RETENTION_DAYS`.
    """
    if days not in RETENTION_DAYS:
        allowed = ", ".join(map(str, RETENTION_DAYS))
        raise ValueError(f"{field}: got {days}, allowed {allowed}")


def add_log_group(owner: Component, name: str, group_name: str, retention_days: int) -> cloudwatch.LogGroup:
    """Make the log group a child of its owner."""
    return cloudwatch.LogGroup(name, name=group_name, retention_in_days=retention_days, opts=owner.child())


def allow_write_logs(scope: Scope, group_name: str) -> Statement:
    """Write to the streams of this one group."""
    return Statement(
        sid="WriteOwnLogs",
        actions=("logs:CreateLogStream", "logs:PutLogEvents"),
        resources=(scope.arn("logs", f"log-group:{group_name}:*"),),
        wildcard_reason="the streams of the one group: their names are made by the service at run time",
    )
