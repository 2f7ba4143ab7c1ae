"""A function that is ready for production: signed, observable, least privilege, released by alias.

Made in this order: log group, role with its one inline policy, archive and signature, function, version,
alias `live`. Everything that calls the function calls the alias. Lambda stops a function that feeds itself.
Left out: containers, networks, function URLs, provisioned concurrency, weighted releases.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pulumi import Output
from pulumi_aws import lambda_

from components._base import Component, known_after
from components._iam import Statement, trust_document
from components._naming import Kind, physical_name
from components._packaging import function_archive
from components.compute.function_args import FailureDestination, FunctionArgs, check_environment_size
from components.compute.runtime import ARCHITECTURE, LIVE_ALIAS
from components.compute.signed_code import add_signed_code
from components.governance.role import add_role
from components.observability.alarm import Alarm, add_alarm
from components.observability.log_group import add_log_group, allow_write_logs
from components.observability.metric import Metric

if TYPE_CHECKING:
    from pulumi import ResourceOptions

__all__ = ["FailureDestination", "Function", "FunctionArgs"]

_DURATION_SHARE: Final = 0.8  # of the timeout; above it the next slow dependency is a timeout
_DURATION_PERIODS: Final = 3

TRACE: Final = Statement(
    sid="Trace", actions=("xray:PutTelemetryRecords", "xray:PutTraceSegments"), resources=("*",)
)


class Function(Component):
    """One function with its role, logs, alias and alarms.

    Attributes:
        args: What it was built from.
        physical_name: Name at AWS; also the name of its role.
        role_name: Name of its role.
        arn: ARN without version, known at plan time.
        live_arn: ARN of the alias `live`, known at plan time; what callers use.
        environment_bytes: Size of all variables; too many fail the run, also when values come late.
    """

    TYPE = "pavedroad:compute:Function"

    arn: Output[str]
    live_arn: Output[str]
    environment_bytes: Output[int]

    def __init__(self, name: str, args: FunctionArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self.args = args
        platform = args.platform
        scope = platform.scope
        self.physical_name = physical_name(scope, name, Kind.FUNCTION)
        self._live_arn = scope.arn("lambda", f"function:{self.physical_name}:{LIVE_ALIAS}")
        group_name = f"/aws/lambda/{self.physical_name}"
        environment = {"LOG_LEVEL": args.log_level, **args.environment}

        group = add_log_group(self, f"{name}-logs", group_name, args.log_retention_days)
        role = add_role(
            self,
            name,
            platform=platform,
            physical=name,
            trust=trust_document("lambda.amazonaws.com"),
            statements=self._statements(group_name),
            description=f"Execution role of {self.physical_name}",
        )
        self.role_name = role.name
        code = add_signed_code(
            self,
            name,
            function_archive(args.package),
            bucket_name=platform.artifact_bucket_name,
            profile_name=platform.signing_profile_name,
        )
        function = lambda_.Function(
            name,
            name=self.physical_name,
            description=args.description,
            role=role.arn,
            handler=f"lambdas.{args.package}.handler.handle",
            runtime=args.runtime,
            architectures=[ARCHITECTURE],
            s3_bucket=code.bucket,
            s3_key=code.key,
            code_signing_config_arn=platform.code_signing_config_arn,
            layers=[platform.company_layer_arn, *args.layers],
            memory_size=args.memory_mb,
            timeout=args.timeout_seconds,
            reserved_concurrent_executions=args.reserved_concurrency,
            environment={"variables": environment},
            kms_key_arn=args.kms_key_arn,
            tracing_config={"mode": "Active"},
            logging_config={
                "log_format": "JSON",
                "log_group": known_after(group_name, group),
                "application_log_level": args.log_level,
                "system_log_level": "INFO",
            },
            publish=True,
            opts=self.child(),
        )
        function_name = known_after(self.physical_name, function)
        alias = lambda_.Alias(
            f"{name}-{LIVE_ALIAS}",
            name=LIVE_ALIAS,
            description="What every trigger calls",
            function_name=function_name,
            function_version=function.version,
            opts=self.child(),
        )
        lambda_.FunctionRecursionConfig(
            f"{name}-recursion", function_name=function_name, recursive_loop="Terminate", opts=self.child()
        )
        if args.on_failure is not None:
            lambda_.FunctionEventInvokeConfig(
                f"{name}-async",
                function_name=function_name,
                qualifier=known_after(LIVE_ALIAS, alias),
                maximum_retry_attempts=args.async_retries,
                maximum_event_age_in_seconds=args.async_max_age_seconds,
                destination_config={"on_failure": {"destination": args.on_failure.arn}},
                opts=self.child(),
            )
        self._add_alarms(name)

        self.arn = known_after(scope.arn("lambda", f"function:{self.physical_name}"), function)
        self.live_arn = known_after(self._live_arn, alias)
        self.environment_bytes = Output.all(**environment).apply(check_environment_size)
        self.finish({"arn": self.arn, "liveArn": self.live_arn, "environmentBytes": self.environment_bytes})

    def _statements(self, group_name: str) -> list[Statement]:
        args = self.args
        statements = [allow_write_logs(args.platform.scope, group_name), TRACE, *args.statements]
        if args.on_failure is not None:
            statements += args.on_failure.allow_send()
        if args.kms_key_arn is not None:
            statements.append(
                Statement(sid="ReadOwnVariables", actions=("kms:Decrypt",), resources=(args.kms_key_arn,))
            )
        return statements

    def _add_alarms(self, name: str) -> None:
        limit_ms = self.args.timeout_seconds * 1000 * _DURATION_SHARE
        alarms = {
            "errors": Alarm(
                metric=self.metric("Errors"),
                threshold=1,
                description=f"{self.physical_name} raised an error; its log group says why",
            ),
            "throttles": Alarm(
                metric=self.metric("Throttles"),
                threshold=1,
                description=f"{self.physical_name} was throttled; raise its concurrency or slow its callers",
            ),
            "duration": Alarm(
                metric=self.metric("Duration", "p99"),
                threshold=limit_ms,
                comparison=">",
                periods=_DURATION_PERIODS,
                description=(
                    f"{self.physical_name} takes more than {_DURATION_SHARE:.0%} of its "
                    f"{self.args.timeout_seconds} s timeout"
                ),
            ),
        }
        for role, alarm in alarms.items():
            add_alarm(self, f"{name}-{role}", alarm, self.args.platform)

    def allow_invoke(self) -> tuple[Statement, ...]:
        """Call the alias `live`, and nothing else of the function."""
        return (Statement(actions=("lambda:InvokeFunction",), resources=(self._live_arn,)),)

    def metric(self, name: str, statistic: str = "Sum") -> Metric:
        """A metric of all versions and aliases together."""
        return Metric(
            namespace="AWS/Lambda",
            name=name,
            dimensions={"FunctionName": self.physical_name},
            statistic=statistic,
        )
