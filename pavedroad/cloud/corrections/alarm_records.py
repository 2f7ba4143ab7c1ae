"""Alarms keep all that they were made from.

CloudWatch tells an alarm back as it was put. The emulator drops metric queries, the metric of a threshold,
what few samples mean, evaluation windows and suppressors, and gives alarms on a percentile or on metric math
a statistic that nobody asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pavedroad.cloud.seams import Seam

if TYPE_CHECKING:
    from collections.abc import Callable

_cloudwatch: Final = Seam(
    "services.cloudwatch", "_alarms", "_composite_alarms", "_put_composite_alarm", "_put_metric_alarm"
)
_SUCCESS: Final = 200
_METRIC_MEMBERS: Final = (
    "EvaluateLowSampleCountPercentile",
    "EvaluationCriteria",
    "EvaluationInterval",
    "EvaluationWindow",
    "Metrics",
    "ThresholdMetricId",
    "WarmUpConfiguration",
)
_COMPOSITE_MEMBERS: Final = (
    "ActionsSuppressor",
    "ActionsSuppressorExtensionPeriod",
    "ActionsSuppressorWaitPeriod",
)
# What the emulator fills in although nobody asked, and AWS leaves out.
_FILLED: Final = ("Period", "Statistic", "Threshold", "EvaluationPeriods")

_Data = dict[str, Any]
_Answer = tuple[int, dict[str, str], bytes]


def install() -> None:
    """Wrap what puts alarms."""
    _cloudwatch.check()
    _cloudwatch.wrap("_put_metric_alarm", _keeping("_alarms", _METRIC_MEMBERS))
    _cloudwatch.wrap("_put_composite_alarm", _keeping("_composite_alarms", _COMPOSITE_MEMBERS))


def _keeping(store: str, members: tuple[str, ...]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def make(original: Callable[..., Any]) -> Callable[..., Any]:
        def put(params: object, data: _Data, is_cbor: bool, is_json: bool = False) -> _Answer:  # noqa: FBT001, FBT002 - the emulator's signature
            answer: _Answer = original(params, data, is_cbor, is_json)
            if answer[0] == _SUCCESS and (is_cbor or is_json):
                alarm = _cloudwatch[store][data["AlarmName"]]
                alarm.update({name: data[name] for name in members if data.get(name) is not None})
                unasked = [name for name in _FILLED if data.get(name) is None]
                for name in [*unasked, *(name for name, value in alarm.items() if value is None)]:
                    alarm.pop(name, None)
            return answer

        return put

    return make
