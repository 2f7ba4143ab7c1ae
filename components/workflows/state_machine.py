"""A Standard Step Functions workflow: versioned, called by alias, traced, logged without payloads.

Standard and not Express: a start is idempotent by name, and a failed execution can be redriven for 14 days.
Left out: Express workflows, weighted releases, encryption with a customer key.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from pulumi import Output
from pulumi_aws import sfn

from components._base import Component, known_after
from components._iam import Statement, trust_document
from components._naming import Kind, physical_name
from components.compute.runtime import LIVE_ALIAS
from components.governance.role import add_role
from components.observability.alarm import Alarm, add_alarm
from components.observability.log_group import add_log_group, check_retention
from components.observability.metric import Metric

if TYPE_CHECKING:
    from pulumi import ResourceOptions

    from components._platform import Platform

Json: TypeAlias = "str | int | float | bool | Output[str] | Mapping[str, Json] | Sequence[Json] | None"
"""A definition as plain data; ARNs in it may be outputs, which carry the order of creation."""

_MAX_TIMEOUT_SECONDS: Final = 31_536_000  # Step Functions quota: an execution lasts a year at most
_TRACE_AND_LOG: Final = (
    Statement(
        sid="Trace",
        actions=(
            "xray:GetSamplingRules",
            "xray:GetSamplingTargets",
            "xray:PutTelemetryRecords",
            "xray:PutTraceSegments",
        ),
        resources=("*",),
    ),
    Statement(
        sid="DeliverLogs",
        actions=(
            "logs:CreateLogDelivery",
            "logs:DeleteLogDelivery",
            "logs:DescribeLogGroups",
            "logs:DescribeResourcePolicies",
            "logs:GetLogDelivery",
            "logs:ListLogDeliveries",
            "logs:PutResourcePolicy",
            "logs:UpdateLogDelivery",
        ),
        resources=("*",),
    ),
)
_ALARMS: Final = {
    "failed": ("ExecutionsFailed", "an execution failed; redrive it when the cause is gone"),
    "timed-out": ("ExecutionsTimedOut", "an execution ran into the workflow's timeout"),
    "aborted": ("ExecutionsAborted", "an execution was aborted"),
    "throttled": ("ExecutionThrottled", "executions are throttled; raise the quota or slow the callers"),
}


@dataclass(frozen=True, kw_only=True)
class StateMachineArgs:
    """What a workflow needs.

    Attributes:
        platform: Shared ground.
        definition: Amazon States Language as data, with `StartAt` and `States`, without `TimeoutSeconds`.
        statements: Grants of its role beyond traces and log delivery.
        timeout_seconds: Of a whole execution, 1 to 31536000; stands in the definition.
        log_retention_days: A value that CloudWatch knows.
    """

    platform: Platform
    definition: Mapping[str, Json]
    statements: Sequence[Statement]
    timeout_seconds: int = 3600
    log_retention_days: int = 30

    def __post_init__(self) -> None:
        """Refuse a definition without a start, and a timeout out of range."""
        if not 1 <= self.timeout_seconds <= _MAX_TIMEOUT_SECONDS:
            raise ValueError(
                f"timeout_seconds: got {self.timeout_seconds}, allowed 1 to {_MAX_TIMEOUT_SECONDS}"
            )
        check_retention("log_retention_days", self.log_retention_days)
        states = self.definition.get("States")
        if not isinstance(states, Mapping) or self.definition.get("StartAt") not in states:
            raise ValueError("definition: StartAt must name one of States")
        if "TimeoutSeconds" in self.definition:
            raise ValueError("definition: TimeoutSeconds stands there already; set timeout_seconds instead")


class StateMachine(Component):
    """One workflow with its role, logs, alias and alarms.

    Attributes:
        physical_name: Name at AWS; also the name of its role.
        role_name: Name of its role.
        arn: ARN without version, known at plan time.
        live_arn: ARN of the alias `live`, known at plan time; what callers start.
        definition: The definition as JSON.
    """

    TYPE = "pavedroad:workflows:StateMachine"

    arn: Output[str]
    live_arn: Output[str]
    definition: Output[str]

    def __init__(self, name: str, args: StateMachineArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        scope = args.platform.scope
        self.physical_name = physical_name(scope, name, Kind.STATE_MACHINE)
        self._arn = scope.arn("states", f"stateMachine:{self.physical_name}")
        # CloudWatch Logs keeps one resource policy for all names that start with /aws/vendedlogs/: other
        # names would each add to it, up to its 5,120 characters.
        group_name = f"/aws/vendedlogs/states/{self.physical_name}"

        group = add_log_group(self, f"{name}-logs", group_name, args.log_retention_days)
        role = add_role(
            self,
            name,
            platform=args.platform,
            physical=name,
            trust=trust_document(
                "states.amazonaws.com", source_account=scope.account, source_arns=(self._arn,)
            ),
            statements=[*_TRACE_AND_LOG, *args.statements],
            description=f"Execution role of {self.physical_name}",
        )
        self.role_name = role.name
        body = {**args.definition, "TimeoutSeconds": args.timeout_seconds}
        self.definition = Output.from_input(body).apply(_to_json)
        machine = sfn.StateMachine(
            name,
            name=self.physical_name,
            type="STANDARD",
            role_arn=role.arn,
            definition=self.definition,
            publish=True,
            tracing_configuration={"enabled": True},
            logging_configuration={
                "level": "ERROR",
                "include_execution_data": False,
                "log_destination": known_after(scope.arn("logs", f"log-group:{group_name}:*"), group),
            },
            opts=self.child(),
        )
        alias = sfn.Alias(
            f"{name}-{LIVE_ALIAS}",
            name=LIVE_ALIAS,
            description="What every caller starts",
            routing_configurations=[
                {"state_machine_version_arn": machine.state_machine_version_arn, "weight": 100}
            ],
            opts=self.child(),
        )
        for role_name, (metric, meaning) in _ALARMS.items():
            alarm = Alarm(
                metric=self.metric(metric), threshold=1, description=f"{self.physical_name}: {meaning}"
            )
            add_alarm(self, f"{name}-{role_name}", alarm, args.platform)
        self.arn = known_after(self._arn, machine)
        self.live_arn = known_after(f"{self._arn}:{LIVE_ALIAS}", alias)
        self.finish({"arn": self.arn, "liveArn": self.live_arn})

    def allow_start(self) -> tuple[Statement, ...]:
        """Start executions: of the alias, and of the machine behind it, for which IAM asks as well."""
        return (
            Statement(actions=("states:StartExecution",), resources=(self._arn, f"{self._arn}:{LIVE_ALIAS}")),
        )

    def metric(self, name: str, statistic: str = "Sum") -> Metric:
        """A metric of all versions together."""
        return Metric(
            namespace="AWS/States",
            name=name,
            dimensions={"StateMachineArn": self._arn},
            statistic=statistic,
        )


def _to_json(definition: Mapping[str, Json]) -> str:
    return json.dumps(definition, separators=(",", ":"))
