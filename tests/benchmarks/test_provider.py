"""What the stand-in provider costs a preview; figures are printed, only gross regressions fail."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.support.provider import Props

from tests.support.provider import FUNCTION, FUNCTION_INPUTS, QUEUE, provider
from tests.unit.provider.good_resources import TRUST

PLUGIN = Path(__file__).parents[2] / "pavedroad" / "provider" / "plugin" / "pulumi-resource-aws"
TYPES: dict[str, Props] = {
    QUEUE: {"tags": {"a": "b"}},
    FUNCTION: {**FUNCTION_INPUTS, "environment": {"variables": {"LOG_LEVEL": "INFO"}}},
    "aws:iam/role:Role": {"assumeRolePolicy": TRUST},
    "aws:cloudwatch/logGroup:LogGroup": {"retentionInDays": 30},
    "aws:cloudwatch/metricAlarm:MetricAlarm": {
        "comparisonOperator": "GreaterThanThreshold",
        "evaluationPeriods": 1,
        "metricName": "Errors",
        "namespace": "AWS/Lambda",
        "period": 60,
        "statistic": "Sum",
        "threshold": 0,
    },
}


def test_start() -> None:
    """From the start of the process to its port."""
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    took: list[float] = []
    for _ in range(5):
        begin = time.perf_counter()
        with subprocess.Popen(  # noqa: S603 - our own executable
            [PLUGIN], stdout=subprocess.PIPE, text=True, env=environment
        ) as process:
            assert process.stdout is not None
            assert int(process.stdout.readline()) > 0
            took.append(time.perf_counter() - begin)
            process.kill()
    print(f"\nprovider start: {statistics.median(took) * 1000:.0f} ms (median of {len(took)})")


def test_check_and_create() -> None:
    """A resource's Check and Create over gRPC, first of its type and after."""
    with provider() as aws:
        for token, inputs in TYPES.items():
            begin = time.perf_counter()
            aws.plan(token, "first", inputs)
            first = time.perf_counter() - begin
            begin = time.perf_counter()
            for index in range(100):
                aws.plan(token, f"r{index}", inputs)
            after = (time.perf_counter() - begin) / 100
            print(f"\n{token}: first {first * 1000:.1f} ms, then {after * 1000:.2f} ms")
