"""X-Ray in memory: segments by trace, one sampling rule, nothing drawn from them.

Answers PutTraceSegments, PutTelemetryRecords, GetSamplingRules, GetSamplingTargets, GetTraceSummaries and
BatchGetTraces. Left out: groups, insights, encryption, service graphs, filter expressions.
"""

from __future__ import annotations

import json
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Body = Mapping[str, object]

_KEPT_TRACES: Final = 5_000
_DEFAULT_RULE: Final = {
    "RuleName": "Default",
    "RuleARN": "",
    "ResourceARN": "*",
    "Priority": 10_000,
    "FixedRate": 0.05,
    "ReservoirSize": 1,
    "ServiceName": "*",
    "ServiceType": "*",
    "Host": "*",
    "HTTPMethod": "*",
    "URLPath": "*",
    "Version": 1,
}


@dataclass(frozen=True)
class Scope:
    """Where segments are kept.

    Attributes:
        account: The account.
        region: The region.
    """

    account: str
    region: str


_Segments = list[dict[str, object]]
_lock: Final = threading.Lock()
_traces: Final[OrderedDict[tuple[Scope, str], _Segments]] = OrderedDict()


def keep(scope: Scope, segment: Mapping[str, object]) -> None:
    """Keep one segment; a later one with the same id takes its place, the oldest traces go."""
    key = (scope, str(segment["trace_id"]))
    with _lock:
        known = _traces.setdefault(key, [])
        known[:] = [other for other in known if other.get("id") != segment.get("id")]
        known.append(dict(segment))
        while len(_traces) > _KEPT_TRACES:
            _traces.popitem(last=False)


def answer(scope: Scope, path: str, body: Body) -> tuple[int, dict[str, object]]:
    """Status and body of one request, by its path."""
    operation = _OPERATIONS.get(path)
    if operation is None:
        return 400, {
            "__type": "InvalidRequestException",
            "Message": f"the local cloud does not serve X-Ray's {path}, but {', '.join(_OPERATIONS)}",
        }
    return 200, operation(scope, body)


def _put_segments(scope: Scope, body: Body) -> dict[str, object]:
    refused: list[dict[str, str]] = []
    for text in cast("list[str]", body.get("TraceSegmentDocuments") or []):
        try:
            keep(scope, json.loads(text))
        except (ValueError, KeyError, TypeError):
            refused.append({"ErrorCode": "ParseError", "Message": "A segment is JSON with a trace_id."})
    return {"UnprocessedTraceSegments": refused}


def _rules(scope: Scope, _body: Body) -> dict[str, object]:
    arn = f"arn:aws:xray:{scope.region}:{scope.account}:sampling-rule/Default"
    return {"SamplingRuleRecords": [{"SamplingRule": {**_DEFAULT_RULE, "RuleARN": arn}}]}


def _targets(_scope: Scope, body: Body) -> dict[str, object]:
    asked = cast("list[dict[str, object]]", body.get("SamplingStatisticsDocuments") or [])
    rate = {"FixedRate": 0.05, "ReservoirQuota": 1, "ReservoirQuotaTTL": time.time() + 60, "Interval": 10}
    told = [{"RuleName": document.get("RuleName"), **rate} for document in asked]
    return {"SamplingTargetDocuments": told, "UnprocessedStatistics": []}


def _number(segment: Mapping[str, object], name: str) -> float:
    return float(cast("float", segment.get(name) or 0))


def _span(segments: _Segments) -> tuple[float, float]:
    starts = [_number(segment, "start_time") for segment in segments]
    return min(starts), max(_number(segment, "end_time") for segment in segments)


def _summaries(scope: Scope, body: Body) -> dict[str, object]:
    begin, end = _number(body, "StartTime"), _number(body, "EndTime") or time.time()
    told: list[dict[str, object]] = []
    with _lock:
        for (where, trace), segments in _traces.items():
            first, last = _span(segments)
            if where == scope and begin <= first <= end:
                flags = {f"Has{name.title()}": any(part.get(name) for part in segments) for name in _FLAGS}
                told.append({"Id": trace, "StartTime": first, "Duration": max(0.0, last - first), **flags})
    return {"TraceSummaries": told, "TracesProcessedCount": len(told)}


def _traces_of(scope: Scope, body: Body) -> dict[str, object]:
    found: list[dict[str, object]] = []
    missing: list[str] = []
    with _lock:
        for trace in cast("list[str]", body.get("TraceIds") or []):
            segments = _traces.get((scope, trace))
            if segments is None:
                missing.append(trace)
                continue
            first, last = _span(segments)
            documents = [
                {"Id": str(segment.get("id")), "Document": json.dumps(segment)} for segment in segments
            ]
            found.append({"Id": trace, "Duration": max(0.0, last - first), "Segments": documents})
    return {"Traces": found, "UnprocessedTraceIds": missing}


_FLAGS: Final = ("fault", "error", "throttle")
_OPERATIONS: Final[dict[str, Callable[[Scope, Body], dict[str, object]]]] = {
    "/TraceSegments": _put_segments,
    "/TelemetryRecords": lambda _scope, _body: {},
    "/GetSamplingRules": _rules,
    "/SamplingTargets": _targets,
    "/TraceSummaries": _summaries,
    "/Traces": _traces_of,
}
