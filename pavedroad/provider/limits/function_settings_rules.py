"""Rules within a function's settings: reserved variables, runtimes of the past, what goes with what."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pavedroad.provider.limits.finding import Finding, quote, refuse
from pavedroad.provider.values import (
    Properties,
    Unknown,
    Value,
    at,
    entries,
    is_open,
    number,
    text,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

# Lambda, "Defined runtime environment variables": those that cannot be set.
_RESERVED: Final = frozenset(
    {
        "AWS_ACCESS_KEY",
        "AWS_ACCESS_KEY_ID",
        "AWS_DEFAULT_REGION",
        "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE",
        "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_LAMBDA_RUNTIME_API",
        "AWS_REGION",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "LAMBDA_RUNTIME_DIR",
        "LAMBDA_TASK_ROOT",
        "_HANDLER",
        "_X_AMZN_TRACE_ID",
    }
)
# Lambda, "Deprecated runtimes": those for which functions can neither be made nor changed any more.
_PAST_RUNTIMES: Final = frozenset(
    {
        "dotnetcore1.0",
        "dotnetcore2.0",
        "dotnetcore2.1",
        "dotnetcore3.1",
        "nodejs",
        "nodejs10.x",
        "nodejs12.x",
        "nodejs4.3",
        "nodejs4.3-edge",
        "nodejs6.10",
        "nodejs8.10",
        "python2.7",
        "python3.6",
        "ruby2.5",
    }
)
_SNAP_STORAGE_MB: Final = 512
# Lambda, "Improving startup performance with SnapStart": the first version of each language that has it.
_SNAP_RUNTIMES: Final = {"dotnet": (8,), "java": (11,), "python": (3, 12)}
_RUNTIME: Final = re.compile(r"([a-z]+)(\d+(?:\.\d+)?)(?:\.al2|\.x)?")
_DEAD_LETTERS: Final = re.compile(r"arn:[^:]+:(?:sqs|sns):.+")
_LEVELS: Final = ("applicationLogLevel", "systemLogLevel")
_FIFO: Final = ".fifo"


def settings(inputs: Properties) -> Iterator[Finding]:
    """Variables, runtime, log levels, snapshots and dead letters."""
    for name, _ in entries(at(inputs, "environment", "variables")):
        if name in _RESERVED:
            yield Finding(
                f"environment.variables.{name}",
                f"environment.variables.{name}: got a name that Lambda sets itself; rename the variable",
            )
    if text(inputs.get("runtime")) in _PAST_RUNTIMES:
        yield refuse(
            "runtime", inputs.get("runtime"), "a supported runtime; Lambda makes no functions with this one"
        )
    logging = inputs.get("loggingConfig")
    for level in _LEVELS if text(at(logging, "logFormat")) == "Text" else ():
        if at(logging, level) is not None:
            yield Finding(
                f"loggingConfig.{level}",
                f"loggingConfig.{level}: got {quote(at(logging, level))} with logFormat Text; only JSON logs "
                "have levels, set logFormat to JSON or leave it out",
            )
    yield from _snapshots(inputs)
    yield from _standard("deadLetterConfig.targetArn", at(inputs, "deadLetterConfig", "targetArn"))
    yield from _dead_letters(inputs)


def _snapshots(inputs: Properties) -> Iterator[Finding]:
    if text(at(inputs, "snapStart", "applyOn")) != "PublishedVersions":
        return
    storage = number(at(inputs, "ephemeralStorage", "size"))
    if storage is not None and storage > _SNAP_STORAGE_MB:
        yield refuse(
            "ephemeralStorage.size", storage, f"at most {_SNAP_STORAGE_MB} MB with SnapStart (Lambda)"
        )
    files = inputs.get("fileSystemConfig")
    if files is not None and not isinstance(files, Unknown):
        yield Finding(
            "fileSystemConfig", "fileSystemConfig: got a value with SnapStart, which has none; leave it out"
        )

    runtime = text(inputs.get("runtime"))
    if runtime and is_open(inputs.get("runtime"), inputs.get("snapStart")) and not _has_snapshots(runtime):
        yield Finding(
            "snapStart.applyOn",
            f"snapStart.applyOn: got PublishedVersions; {runtime} is not supported for SnapStart enabled "
            "functions, take java11, python3.12, dotnet8 or newer (Lambda)",
        )


def _has_snapshots(runtime: str) -> bool:
    parts = _RUNTIME.fullmatch(runtime)
    least = _SNAP_RUNTIMES.get(parts[1]) if parts else None
    return least is not None and parts is not None and tuple(map(int, parts[2].split("."))) >= least


def _dead_letters(inputs: Properties) -> Iterator[Finding]:
    target = text(at(inputs, "deadLetterConfig", "targetArn"))
    if target and is_open(inputs.get("deadLetterConfig")) and not _DEAD_LETTERS.fullmatch(target):
        yield refuse("deadLetterConfig.targetArn", target, "the ARN of an SQS queue or an SNS topic (Lambda)")


def destinations(inputs: Properties) -> Iterator[Finding]:
    """Where the outcome of asynchronous calls may go."""
    for case in ("onFailure", "onSuccess"):
        path = f"destinationConfig.{case}.destination"
        yield from _standard(path, at(inputs, *path.split(".")))


def _standard(path: str, target: Value) -> Iterator[Finding]:
    if (text(target) or "").endswith(_FIFO):
        yield refuse(path, target, "a standard queue or topic (Lambda)")


def alias(inputs: Properties) -> Iterator[Finding]:
    """Which versions may share the traffic of an alias."""
    weights = [name for name, _ in entries(at(inputs, "routingConfig", "additionalVersionWeights"))]
    path = "routingConfig.additionalVersionWeights"
    if len(weights) > 1:
        yield Finding(
            path, f"{path}: got {len(weights)} versions, allowed one beside functionVersion (Lambda)"
        )
    if "$LATEST" in weights:
        yield Finding(f"{path}.$LATEST", f"{path}.$LATEST: got $LATEST, allowed published versions (Lambda)")
