"""What one event of a function's log says.

Understood are the JSON lines of Powertools and of Lambda's JSON format, Lambda's text format, the platform's
own lines in both formats, and metrics in CloudWatch's embedded format; anything else is a message as it is.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Final, cast

if TYPE_CHECKING:
    from collections.abc import Mapping

_PLATFORM: Final = re.compile(r"(START|END|REPORT|INIT_START|INIT_REPORT|EXTENSION|XRAY)\b")
_REQUEST: Final = re.compile(r"RequestId: ([0-9a-fA-F-]{8,})")
_STATUS: Final = re.compile(r"\bStatus: (\w+)")
# [LEVEL]<tab>time<tab>request id<tab>message, as the handler of Lambda's own logger writes it.
_TEXT: Final = re.compile(r"\[([A-Z]+)\]\t\S+Z\t([0-9a-fA-F-]{8,})\t(.*)", re.DOTALL)
# [ERROR] ValueError: ..., as the runtime tells of an error that the handler let through.
_RAISED: Final = re.compile(r"\[([A-Z]+)\] (.*)", re.DOTALL)
# time request id Task timed out after 3.00 seconds
_TIMED_OUT: Final = re.compile(r"\S+Z ([0-9a-fA-F-]{8,}) (Task timed out .*)", re.DOTALL)
_TRACES: Final = ("exception", "stack_trace", "stackTrace")
_TOLD_ELSEWHERE: Final = frozenset(
    {
        "level",
        "message",
        "timestamp",
        "time",
        "location",
        "logger",
        "service",
        "cold_start",
        "function_name",
        "function_memory_size",
        "function_arn",
        "function_request_id",
        "requestId",
        "AWSRequestId",
        "xray_trace_id",
        "sampling_rate",
        *_TRACES,
    }
)
"""Keys that the columns show, or that are the same in every line of a function."""


class Kind(Enum):
    """Whose line it is."""

    FUNCTION = "function"
    PLATFORM = "platform"
    METRIC = "metric"


@dataclass(frozen=True, kw_only=True)
class Line:
    """One event, taken apart.

    Attributes:
        kind: Whose line it is.
        message: What it says, without the rest.
        level: E.g. `INFO`; empty when it has none.
        request_id: Of the invocation; empty when it is not known.
        fields: What else it holds, by key.
        trace: Lines of a traceback.
        failed: Whether it tells that an invocation failed.
    """

    kind: Kind
    message: str
    level: str = ""
    request_id: str = ""
    fields: Mapping[str, object] = field(default_factory=dict[str, object])
    trace: tuple[str, ...] = ()
    failed: bool = False


def parse(text: str, request_id: str) -> Line:
    """Take an event apart.

    Args:
        text: The event.
        request_id: Of the invocation that its stream is in, for lines that do not name it.
    """
    text = text.rstrip()
    document = _json(text)
    if document is not None:
        return _structured(document, text, request_id)
    if _PLATFORM.match(text):
        status = _STATUS.search(text)
        return Line(
            kind=Kind.PLATFORM,
            message=text.replace("\t", "  "),
            request_id=_found(_REQUEST.search(text)),
            failed=status is not None and status[1] != "success",
        )
    if found := _TEXT.fullmatch(text):
        first, _, rest = found[3].partition("\n")
        return Line(
            kind=Kind.FUNCTION,
            level=found[1],
            request_id=found[2],
            message=first,
            trace=tuple(rest.splitlines()),
        )
    if found := _TIMED_OUT.fullmatch(text):
        return Line(kind=Kind.FUNCTION, level="ERROR", request_id=found[1], message=found[2], failed=True)
    raised = _RAISED.fullmatch(text)
    first, _, rest = (raised[2] if raised else text).partition("\n")
    return Line(
        kind=Kind.FUNCTION,
        level=raised[1] if raised else "",
        message=first,
        request_id=request_id,
        trace=tuple(rest.splitlines()),
    )


def _json(text: str) -> Mapping[str, object] | None:
    if not text.startswith("{"):
        return None
    try:
        document: object = json.loads(text)
    except ValueError:
        return None
    return cast("Mapping[str, object]", document) if isinstance(document, dict) else None


def _structured(document: Mapping[str, object], text: str, request_id: str) -> Line:
    kind = document.get("type")
    if isinstance(kind, str) and kind.startswith("platform."):
        return _platform(kind, _mapping(document.get("record")))
    if "_aws" in document:
        return _metrics(document, request_id)
    named = (document.get(key) for key in ("function_request_id", "requestId", "AWSRequestId"))
    known = next((str(value) for value in named if value), request_id)
    if "errorType" in document and "message" not in document:
        # What the runtime says of an error that the handler let through, in the JSON format.
        return Line(
            kind=Kind.FUNCTION,
            level=_text(document.get("log_level", "ERROR")).upper(),
            message=f"{_text(document['errorType'])}: {_text(document.get('errorMessage', ''))}",
            request_id=known,
            trace=_lines(document.get("stackTrace") or []),
        )
    if "message" not in document:
        return Line(kind=Kind.FUNCTION, message=text, request_id=known)
    return Line(
        kind=Kind.FUNCTION,
        message=_text(document["message"]),
        level=_text(document.get("level", "")).upper(),
        request_id=known,
        fields={key: value for key, value in document.items() if key not in _TOLD_ELSEWHERE},
        trace=next((_lines(document[key]) for key in _TRACES if document.get(key)), ()),
    )


def _platform(kind: str, record: Mapping[str, object]) -> Line:
    status = record.get("status")
    return Line(
        kind=Kind.PLATFORM,
        message=kind,
        request_id=_text(record.get("requestId", "")),
        fields={
            **_mapping(record.get("metrics")),
            **{key: value for key, value in record.items() if key not in {"requestId", "tracing", "metrics"}},
        },
        failed=status is not None and status != "success",
    )


def _metrics(document: Mapping[str, object], request_id: str) -> Line:
    directives = _mapping(document["_aws"]).get("CloudWatchMetrics")
    names = [
        _text(_mapping(metric).get("Name", ""))
        for directive in _list(directives)
        for metric in _list(_mapping(directive).get("Metrics"))
    ]
    values = {name: document.get(name) for name in names}
    return Line(kind=Kind.METRIC, message="metrics", request_id=request_id, fields=values)


def _found(match: re.Match[str] | None) -> str:
    return match[1] if match else ""


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _lines(value: object) -> tuple[str, ...]:
    if isinstance(value, list):
        return tuple(
            line.rstrip() for item in cast("list[object]", value) for line in _text(item).splitlines()
        )
    return tuple(_text(value).splitlines())


def _mapping(value: object) -> Mapping[str, object]:
    return cast("Mapping[str, object]", value) if isinstance(value, dict) else {}


def _list(value: object) -> list[object]:
    return cast("list[object]", value) if isinstance(value, list) else []
