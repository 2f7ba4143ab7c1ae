"""The lines that the platform adds to a function's log, as text or as JSON.

A function's own lines lie between START and END; REPORT says what it took. With the JSON format they are
`platform.*` events (Lambda guide, "Advanced logging controls").
"""

from __future__ import annotations

import json
import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pavedroad.cloud.runtime.process import LogEvent

if TYPE_CHECKING:
    from pavedroad.cloud.runtime.settings import FunctionSettings

_QUIET: Final = "WARN"  # at this level the platform tells of failures only


@dataclass(frozen=True, kw_only=True)
class Report:
    """What one invocation took.

    Attributes:
        request_id: Whose.
        duration_ms: Of the handler.
        init_ms: Of the initialisation, None when the environment was warm.
        peak_memory_mb: The most that the environment held.
        status: `success`, `error` or `timeout`.
        error_type: Of a failure.
        trace_id: Of the sampled trace, else empty.
        segment_id: Of its segment.
    """

    request_id: str
    duration_ms: float
    init_ms: float | None
    peak_memory_mb: int
    status: str
    error_type: str = ""
    trace_id: str = ""
    segment_id: str = ""

    @property
    def billed_ms(self) -> int:
        """Whole milliseconds, the initialisation included."""
        return math.ceil(self.duration_ms + (self.init_ms or 0))


def iso(seconds: float) -> str:
    """A time as AWS writes it, in milliseconds and UTC."""
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(seconds))}.{int(seconds * 1000) % 1000:03d}Z"


def opening(settings: FunctionSettings, request_id: str, seconds: float) -> list[LogEvent]:
    """What stands before the function's own lines."""
    if settings.log_format == "JSON":
        if settings.system_level == _QUIET:
            return []
        return [_event(seconds, "platform.start", {"requestId": request_id, "version": settings.version})]
    return [LogEvent(int(seconds * 1000), f"START RequestId: {request_id} Version: {settings.version}")]


def closing(settings: FunctionSettings, report: Report, seconds: float) -> list[LogEvent]:
    """What stands after them."""
    if settings.log_format == "JSON":
        return _json_closing(settings, report, seconds)
    parts = [
        f"REPORT RequestId: {report.request_id}",
        f"Duration: {report.duration_ms:.2f} ms",
        f"Billed Duration: {report.billed_ms} ms",
        f"Memory Size: {settings.memory_mb} MB",
        f"Max Memory Used: {report.peak_memory_mb} MB",
    ]
    if report.init_ms is not None:
        parts.append(f"Init Duration: {report.init_ms:.2f} ms")
    if report.status != "success":
        parts.append(f"Status: {report.status}")
    if report.error_type and report.status == "error":
        parts.append(f"Error Type: {report.error_type}")
    text = "\t".join(parts) + "\t"
    if report.trace_id:
        text += f"\nXRAY TraceId: {report.trace_id}\tSegmentId: {report.segment_id}\tSampled: true\t"
    now = int(seconds * 1000)
    return [LogEvent(now, f"END RequestId: {report.request_id}"), LogEvent(now, text)]


def _json_closing(settings: FunctionSettings, report: Report, seconds: float) -> list[LogEvent]:
    if settings.system_level == _QUIET and report.status == "success":
        return []
    metrics: dict[str, object] = {
        "durationMs": round(report.duration_ms, 3),
        "billedDurationMs": report.billed_ms,
        "memorySizeMB": settings.memory_mb,
        "maxMemoryUsedMB": report.peak_memory_mb,
    }
    if report.init_ms is not None:
        metrics["initDurationMs"] = round(report.init_ms, 3)
    record: dict[str, object] = {"requestId": report.request_id, "metrics": metrics, "status": report.status}
    if report.error_type:
        record["errorType"] = report.error_type
    if report.trace_id:
        record["tracing"] = {
            "spanId": report.segment_id,
            "type": "X-Amzn-Trace-Id",
            "value": f"Root={report.trace_id};Parent={report.segment_id};Sampled=1",
        }
    return [_event(seconds, "platform.report", record)]


def _event(seconds: float, kind: str, record: dict[str, object]) -> LogEvent:
    return LogEvent(int(seconds * 1000), json.dumps({"time": iso(seconds), "type": kind, "record": record}))
