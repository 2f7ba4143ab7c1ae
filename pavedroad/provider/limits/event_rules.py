"""Rules within an event rule, its targets, a schedule, a stream or a parameter."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pavedroad.provider.limits.finding import Finding, quote, refuse
from pavedroad.provider.limits.queue_rules import parsed
from pavedroad.provider.values import (
    Properties,
    Secret,
    Value,
    at,
    entries,
    is_open,
    is_unknown,
    items,
    number,
    reveal,
    text,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

_EXPRESSION: Final = re.compile(r"(?:rate|cron)\(.+\)")
_RATE: Final = re.compile(r"rate\((\d+) (minutes?|hours?|days?)\)")
_AT: Final = re.compile(r"at\(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\)")
_INPUTS: Final = ("input", "inputPath", "inputTransformer")
_STANDARD_BYTES: Final = 4096
_CRON: Final = re.compile(r"cron\((.+)\)")
_CRON_FIELDS: Final = 6
_OR: Final = "$or"
# Kinesis IncreaseStreamRetentionPeriod: a day to a year.
_RETENTION_HOURS: Final = (24, 8760)
_RESERVED: Final = ("aws", "ssm")


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
        yield from _expression(known, "rate(<n> minutes|hours|days) or cron(<six fields>)", numbered=True)
        if is_open(schedule):
            yield from _days(known)


def _days(known: str) -> Iterator[Finding]:
    cron = _CRON.fullmatch(known)
    fields = cron[1].split() if cron else []
    if cron and len(fields) != _CRON_FIELDS:
        yield refuse(
            "scheduleExpression", known, "six fields: minutes, hours, day of month, month, day of week, year"
        )
    elif cron and "?" not in (fields[2], fields[4]):
        yield refuse(
            "scheduleExpression",
            known,
            "? as the day of month or as the day of week (EventBridge PutRule: Parameter ScheduleExpression "
            "is not valid)",
        )


def event_pattern(inputs: Properties) -> Iterator[Finding]:
    """Values to match stand in lists."""
    given = inputs.get("eventPattern")
    if given and is_open(given):
        pattern = parsed(given)
        if not isinstance(pattern, dict):
            yield refuse("eventPattern", given, "a JSON object (EventBridge: InvalidEventPatternException)")
        for key in _bare(pattern):
            yield Finding(
                "eventPattern",
                f"eventPattern: Event pattern is not valid. Reason: {quote(key)} must be an object or an "
                f"array; put the value of {key} into a list (EventBridge: InvalidEventPatternException)",
            )


def _bare(pattern: Value) -> Iterator[str]:
    """Keys whose value is neither a list of what matches nor a pattern of its own."""
    for key, value in entries(pattern):
        if isinstance(value, dict):
            yield from _bare(value)
        elif not isinstance(value, list):
            yield key
        elif key == _OR:
            for branch in items(value):
                yield from _bare(branch)


def schedule(inputs: Properties) -> Iterator[Finding]:
    """An expression that Scheduler reads, and a window that has a length when it is one."""
    known = text(inputs.get("scheduleExpression"))
    if known is not None and not _AT.fullmatch(known):
        # Unlike EventBridge, Scheduler takes rate(1 hours).
        yield from _expression(
            known,
            "rate(<n> minutes|hours|days), cron(<six fields>) or at(yyyy-mm-ddThh:mm:ss)",
            numbered=False,
        )
    mode = text(at(inputs, "flexibleTimeWindow", "mode"))
    minutes = at(inputs, "flexibleTimeWindow", "maximumWindowInMinutes")
    path = "flexibleTimeWindow.maximumWindowInMinutes"
    if mode == "FLEXIBLE" and minutes is None:
        yield Finding(path, f"{path}: got nothing with mode FLEXIBLE, allowed 1 to 1440 minutes (Scheduler)")
    if mode == "OFF" and minutes is not None and not is_unknown(minutes):
        yield Finding(path, f"{path}: got {quote(minutes)} with mode OFF; leave it out")


def time_zone(inputs: Properties) -> Iterator[Finding]:
    """A schedule's time zone is one of IANA's."""
    given = inputs.get("scheduleExpressionTimezone")
    if isinstance(given, str) and not _is_zone(given):
        yield Finding(
            "scheduleExpressionTimezone",
            f"scheduleExpressionTimezone: got {quote(given)}; Invalid Schedule Expression Timezone, give a "
            "name of the IANA database such as Europe/Berlin (Scheduler: ValidationException)",
        )


def _is_zone(name: str) -> bool:
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - few programs have a schedule in a zone

    try:
        ZoneInfo("Europe/London")
    except (LookupError, OSError, ValueError):
        return True  # this machine has no database to ask
    try:
        ZoneInfo(name)
    except (LookupError, OSError, ValueError):
        return False
    return not name.startswith(("posix/", "right/"))


def _expression(known: str, words: str, *, numbered: bool) -> Iterator[Finding]:
    rate = _RATE.fullmatch(known)
    wrong = not _EXPRESSION.fullmatch(known) or (known.startswith("rate(") and rate is None)
    if rate is not None:
        amount, unit = int(rate[1]), rate[2]
        # One minute, two minutes; nothing comes every 0 minutes.
        wrong = amount == 0 or (numbered and (amount == 1) == unit.endswith("s"))
    if wrong:
        hint = "; rate(1 day), but rate(2 days)" if numbered else ""
        yield refuse("scheduleExpression", known, f"{words}{hint}")


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
    given = inputs.get("retentionPeriod")
    hours = number(given)
    low, high = _RETENTION_HOURS
    if hours is not None and is_open(given) and not low <= hours <= high:
        yield refuse("retentionPeriod", hours, f"{low} to {high} hours (Kinesis)")
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


def parameter_name(inputs: Properties) -> Iterator[Finding]:
    """Names that AWS keeps for itself."""
    name = inputs.get("name")
    if isinstance(name, str) and name.removeprefix("/").lower().startswith(_RESERVED):
        yield refuse(
            "name",
            name,
            'another name: it can\'t be prefixed with "aws" or "ssm" (case-insensitive) (SSM PutParameter)',
        )


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
