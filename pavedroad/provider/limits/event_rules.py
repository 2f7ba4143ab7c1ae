"""Rules within an event rule, its targets, a schedule, a stream or a parameter."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pavedroad.provider.limits.finding import Finding, quote, refuse
from pavedroad.provider.values import Properties, Secret, at, is_unknown, number, reveal, text

if TYPE_CHECKING:
    from collections.abc import Iterator

_EXPRESSION: Final = re.compile(r"(?:rate|cron)\(.+\)")
_RATE: Final = re.compile(r"rate\((\d+) (minutes?|hours?|days?)\)")
_AT: Final = re.compile(r"at\(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\)")
_INPUTS: Final = ("input", "inputPath", "inputTransformer")
_STANDARD_BYTES: Final = 4096


def event_rule(inputs: Properties) -> Iterator[Finding]:
    """A rule has a pattern or a schedule, and schedules are of the default bus."""
    pattern, schedule = inputs.get("eventPattern"), inputs.get("scheduleExpression")
    if pattern is None and schedule is None:
        yield Finding(
            "eventPattern",
            "eventPattern: got neither eventPattern nor scheduleExpression; give one of the two",
        )
    bus, known = text(inputs.get("eventBusName")), text(schedule)
    if schedule is not None and bus is not None and bus.rpartition("/")[2] != "default":
        yield Finding(
            "scheduleExpression",
            f"scheduleExpression: got one on the bus {quote(bus)}, allowed on the default bus only "
            "(EventBridge PutRule)",
        )
    if known is not None:
        yield from _expression(known, _EXPRESSION, "rate(<n> minutes|hours|days) or cron(<six fields>)")


def schedule(inputs: Properties) -> Iterator[Finding]:
    """An expression that Scheduler reads, and a window that has a length when it is one."""
    known = text(inputs.get("scheduleExpression"))
    if known is not None and not _AT.fullmatch(known):
        yield from _expression(
            known, _EXPRESSION, "rate(<n> minutes|hours|days), cron(<six fields>) or at(yyyy-mm-ddThh:mm:ss)"
        )
    mode = text(at(inputs, "flexibleTimeWindow", "mode"))
    minutes = at(inputs, "flexibleTimeWindow", "maximumWindowInMinutes")
    path = "flexibleTimeWindow.maximumWindowInMinutes"
    if mode == "FLEXIBLE" and minutes is None:
        yield Finding(path, f"{path}: got nothing with mode FLEXIBLE, allowed 1 to 1440 minutes (Scheduler)")
    if mode == "OFF" and minutes is not None and not is_unknown(minutes):
        yield Finding(path, f"{path}: got {quote(minutes)} with mode OFF; leave it out")


def _expression(known: str, form: re.Pattern[str], words: str) -> Iterator[Finding]:
    rate = _RATE.fullmatch(known)
    wrong = not form.fullmatch(known) or (known.startswith("rate(") and rate is None)
    if rate is not None:
        amount, unit = int(rate[1]), rate[2]
        # One minute, two minutes; nothing comes every 0 minutes.
        wrong = amount == 0 or (amount == 1) == unit.endswith("s")
    if wrong:
        yield refuse("scheduleExpression", known, f"{words}; rate(1 day), but rate(2 days)")


def event_target(inputs: Properties) -> Iterator[Finding]:
    """A target gets one kind of input, and a FIFO queue a group."""
    given = [name for name in _INPUTS if inputs.get(name) is not None]
    if len(given) > 1:
        yield Finding(
            given[1], f"{given[1]}: got it beside {given[0]}; a target has one of {', '.join(_INPUTS)}"
        )
    arn = text(inputs.get("arn"))
    if arn is None:
        return
    if ":sqs:" in arn and arn.endswith(".fifo") and inputs.get("sqsTarget") is None:
        yield Finding(
            "sqsTarget",
            "sqsTarget: got nothing for a FIFO queue; give messageGroupId (EventBridge PutTargets)",
        )
    if re.match(r"arn:[^:]+:(states|kinesis|firehose|ecs|batch):", arn) and inputs.get("roleArn") is None:
        yield Finding(
            "roleArn", f"roleArn: got nothing for the target {quote(arn)}, which EventBridge needs a role for"
        )


def stream(inputs: Properties) -> Iterator[Finding]:
    """Shards are counted for provisioned streams only; a key goes with encryption."""
    mode = text(at(inputs, "streamModeDetails", "streamMode"))
    shards = inputs.get("shardCount")
    if mode == "ON_DEMAND" and shards is not None and not is_unknown(shards):
        yield Finding(
            "shardCount", f"shardCount: got {quote(shards)} with streamMode ON_DEMAND; leave it out"
        )
    if (mode == "PROVISIONED" or inputs.get("streamModeDetails") is None) and shards is None:
        yield Finding("shardCount", "shardCount: got nothing for a provisioned stream; give at least 1")
    kind = text(inputs.get("encryptionType"))
    if kind == "KMS" and inputs.get("kmsKeyId") is None:
        yield Finding(
            "kmsKeyId", "kmsKeyId: got nothing with encryptionType KMS; name a key or alias/aws/kinesis"
        )


def parameter(inputs: Properties) -> Iterator[Finding]:
    """A parameter has one value that fits its tier and its pattern."""
    values = [name for name in ("value", "insecureValue", "valueWo") if inputs.get(name) is not None]
    if len(values) != 1:
        got = " and ".join(values) or "nothing"
        yield Finding("value", f"value: got {got}; give one of value, insecureValue and valueWo")
        return
    name = values[0]
    given = inputs[name]
    content = text(reveal(given))
    if content is None:
        return
    if not content:
        yield Finding(name, f"{name}: got an empty text, allowed 1 character or more (SSM PutParameter)")
    high = _STANDARD_BYTES * 2 if text(inputs.get("tier")) == "Advanced" else _STANDARD_BYTES
    if text(inputs.get("tier")) != "Intelligent-Tiering" and len(content.encode()) > high:
        yield Finding(
            name,
            f"{name}: got a text of {len(content.encode())} bytes, allowed at most {high} in its tier "
            "(SSM quotas)",
        )
    pattern = text(inputs.get("allowedPattern"))
    if pattern is not None and not _fits(pattern, content):
        shown = "a secret" if isinstance(given, Secret) else quote(given)
        yield Finding(name, f"{name}: got {shown}, which does not match allowedPattern {quote(pattern)}")


def _fits(pattern: str, content: str) -> bool:
    try:
        return re.search(pattern, content) is not None
    except re.error:
        return True  # another engine reads it


def authorizer(inputs: Properties) -> Iterator[Finding]:
    """An authorizer of an HTTP API has what its type needs."""
    kind = text(inputs.get("authorizerType"))
    if kind == "JWT" and inputs.get("jwtConfiguration") is None:
        yield Finding(
            "jwtConfiguration",
            "jwtConfiguration: got nothing with authorizerType JWT; give issuer and audiences",
        )
    if kind == "REQUEST" and inputs.get("authorizerUri") is None:
        yield Finding(
            "authorizerUri", "authorizerUri: got nothing with authorizerType REQUEST; name the function"
        )


def route(inputs: Properties) -> Iterator[Finding]:
    """A route that somebody must be let in to names who decides."""
    kind = text(inputs.get("authorizationType"))
    if kind in {"JWT", "CUSTOM"} and inputs.get("authorizerId") is None:
        yield Finding(
            "authorizerId", f"authorizerId: got nothing with authorizationType {kind}; name the authorizer"
        )


def secret_window(inputs: Properties) -> Iterator[Finding]:
    """A secret waits for its deletion 7 to 30 days, or not at all."""
    days = number(inputs.get("recoveryWindowInDays"))
    if days is not None and days != 0 and not 7 <= days <= 30:  # noqa: PLR2004 - days
        yield refuse("recoveryWindowInDays", days, "0 or 7 to 30 days (Secrets Manager DeleteSecret)")
