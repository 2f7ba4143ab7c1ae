"""A function's log is written with its role.

AWS: each execution environment writes to a stream of its own with `logs:CreateLogStream` and
`logs:PutLogEvents` of the function's role, and makes a missing group with `logs:CreateLogGroup`; a role that
may not leaves no log.
The emulator: writes always, a new stream for each invocation.
Here: our runtime's events are written to the environment's stream when the role allows it; a refusal is one
warning for each function and action in the emulator's log.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from pavedroad.cloud import permissions
from pavedroad.cloud.seams import Seam

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pavedroad.cloud.runtime.process import LogEvent
    from pavedroad.cloud.runtime.settings import FunctionSettings

_logs: Final = Seam(
    "services.cloudwatch_logs", "_log_groups", "_create_log_group", "_create_log_stream", "_put_log_events"
)
_responses: Final = Seam("core.responses", "request_scope")
_logger: Final = logging.getLogger("pavedroad.logs")
_refused: Final[set[tuple[str, str, str]]] = set()


def install() -> None:
    """Make sure that the log service is as expected."""
    _logs.check()
    _responses.check()
    permissions.check()


def write(settings: FunctionSettings, stream: str, events: Sequence[LogEvent]) -> None:
    """Append the events to the environment's stream, as far as the role may."""
    if not events or not stream:
        return
    name = {"logGroupName": settings.log_group}
    with _responses["request_scope"](settings.account, settings.region):
        groups = _logs["_log_groups"]
        if settings.log_group not in groups:
            if not _may(settings, "logs:CreateLogGroup"):
                return
            _logs["_create_log_group"](name)
        if stream not in groups[settings.log_group]["streams"]:
            if not _may(settings, "logs:CreateLogStream"):
                return
            _logs["_create_log_stream"]({**name, "logStreamName": stream})
        if _may(settings, "logs:PutLogEvents", stream):
            lines = [{"timestamp": event.timestamp, "message": event.message} for event in events]
            _logs["_put_log_events"]({**name, "logStreamName": stream, "logEvents": lines})


def _may(settings: FunctionSettings, action: str, stream: str = "") -> bool:
    group = f"arn:aws:logs:{settings.region}:{settings.account}:log-group:{settings.log_group}"
    decision = permissions.role_allows(
        settings.role, action, f"{group}:log-stream:{stream}", session=settings.name
    )
    known = (settings.arn, settings.role, action)
    if decision:
        _refused.discard(known)
    elif known not in _refused:
        _refused.add(known)
        _logger.warning("the log of %s is not written: %s", settings.arn, decision.message)
    return decision.allowed
