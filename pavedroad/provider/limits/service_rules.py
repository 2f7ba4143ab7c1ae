"""Rules within a table, a state machine, an alarm, an object or a key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pavedroad.provider.limits.definition import check_definition
from pavedroad.provider.limits.finding import Finding, quote, refuse
from pavedroad.provider.limits.queue_rules import parsed
from pavedroad.provider.values import (
    Properties,
    at,
    flag,
    is_unknown,
    items,
    number,
    text,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

_INDEXES: Final = ("globalSecondaryIndexes", "localSecondaryIndexes")


def alarm(inputs: Properties) -> Iterator[Finding]:
    """One metric or several, one statistic, a period that CloudWatch knows."""
    if inputs.get("statistic") is not None and inputs.get("extendedStatistic") is not None:
        yield Finding(
            "extendedStatistic", "extendedStatistic: got a value beside statistic; give one of the two"
        )
    single, several = inputs.get("metricName") is not None, inputs.get("metricQueries") is not None
    if single == several and not (inputs.get("evaluationCriteria") is not None and not single):
        got = "both" if single else "neither"
        yield Finding(
            "metricName", f"metricName: got {got} of metricName and metricQueries; give one of the two"
        )
    period = number(inputs.get("period"))
    if period is not None and period not in {10, 20, 30} and (period < 1 or period % 60):
        yield refuse("period", period, "10, 20, 30 or a multiple of 60 seconds (CloudWatch PutMetricAlarm)")
    points, periods = number(inputs.get("datapointsToAlarm")), number(inputs.get("evaluationPeriods"))
    if points is not None and periods is not None and points > periods:
        yield refuse("datapointsToAlarm", points, f"at most evaluationPeriods, {quote(periods)} (CloudWatch)")


def table_keys(inputs: Properties) -> Iterator[Finding]:
    """Keys are declared, and nothing but keys is."""
    declared = [at(item, "name") for item in items(inputs.get("attributes"))]
    if is_unknown(inputs.get("attributes")):
        return
    known = {text(name) for name in declared}
    used = {text(inputs.get("hashKey")): "hashKey", text(inputs.get("rangeKey")): "rangeKey"}
    for kind in _INDEXES:
        for index in items(inputs.get(kind)):
            used.setdefault(text(at(index, "hashKey")), f"{kind}.hashKey")
            used.setdefault(text(at(index, "rangeKey")), f"{kind}.rangeKey")
            for key in items(at(index, "keySchemas")):
                used.setdefault(text(at(key, "attributeName")), f"{kind}.keySchemas")
    for name, path in used.items():
        if name is not None and name not in known:
            yield Finding(
                path,
                f"{path}: got {quote(name)}, which attributes does not declare; add it there with its type",
            )
    if is_unknown([inputs.get(key) for key in ("hashKey", "rangeKey", *_INDEXES)]):
        return
    for name in sorted(name for name in known if name is not None and name not in used):
        yield Finding(
            "attributes",
            f"attributes: got {quote(name)}, which is no key; DynamoDB takes keys only, leave it out",
        )


def table_stream(inputs: Properties) -> Iterator[Finding]:
    """A stream says what it carries; a table on demand has no capacity."""
    if flag(inputs.get("streamEnabled")) and inputs.get("streamViewType") is None:
        yield Finding(
            "streamViewType",
            "streamViewType: got nothing with streamEnabled true; say which images it carries",
        )
    if text(inputs.get("billingMode")) == "PAY_PER_REQUEST":
        for key in ("readCapacity", "writeCapacity"):
            if number(inputs.get(key)):
                yield Finding(
                    key, f"{key}: got {quote(inputs.get(key))} with billingMode PAY_PER_REQUEST; leave it out"
                )


def machine(inputs: Properties) -> Iterator[Finding]:
    """The definition, and logs that have a place to go."""
    yield from check_definition(parsed(inputs.get("definition")))
    level, target = (
        text(at(inputs, "loggingConfiguration", "level")),
        at(inputs, "loggingConfiguration", "logDestination"),
    )
    if level not in (None, "OFF") and target is None:
        yield Finding(
            "loggingConfiguration.logDestination",
            f"loggingConfiguration.logDestination: got nothing with level {level}; "
            "give the log group's ARN and :*",
        )
    known = text(target)
    if known and not known.endswith(":*"):
        yield refuse(
            "loggingConfiguration.logDestination", target, "the ARN of a log group that ends with :*"
        )


def routes(inputs: Properties) -> Iterator[Finding]:
    """Weights of versions add up."""
    weights = [number(at(route, "weight")) for route in items(inputs.get("routingConfigurations"))]
    known = [weight for weight in weights if weight is not None]
    if weights and len(known) == len(weights) and sum(known) != 100:  # noqa: PLR2004 - per cent
        yield Finding(
            "routingConfigurations",
            f"routingConfigurations: got weights that add up to {sum(known):g}, allowed 100",
        )


def stored_object(inputs: Properties) -> Iterator[Finding]:
    """An object has one source."""
    sources = [key for key in ("source", "content", "contentBase64") if inputs.get(key) is not None]
    if len(sources) > 1:
        yield Finding(
            "source",
            f"source: got {' and '.join(sources)}; an object has one of source, content, contentBase64",
        )


def rotation(inputs: Properties) -> Iterator[Finding]:
    """Only symmetric keys rotate."""
    kind, spec = text(inputs.get("keyUsage")), text(inputs.get("customerMasterKeySpec"))
    symmetric = spec in (None, "SYMMETRIC_DEFAULT") and kind in (None, "ENCRYPT_DECRYPT")
    if flag(inputs.get("enableKeyRotation")) and not symmetric:
        yield refuse(
            "enableKeyRotation",
            inputs.get("enableKeyRotation"),
            "false for a key that is not symmetric encryption (KMS)",
        )
