"""Writes the log of a Python function to its group and to the stream of its environment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pavedroad.cloud.seams import Seam

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pavedroad.cloud.runtime.process import LogEvent
    from pavedroad.cloud.runtime.settings import FunctionSettings

_logs: Final = Seam(
    "services.cloudwatch_logs", "_log_groups", "_create_log_group", "_create_log_stream", "_put_log_events"
)
_responses: Final = Seam("core.responses", "request_scope")


def install() -> None:
    """Make sure that the log service is as expected."""
    _logs.check()
    _responses.check()


def write(settings: FunctionSettings, stream: str, events: Sequence[LogEvent]) -> None:
    """Append the events; the group is made when it is missing."""
    if not events:
        return
    group = settings.log_group
    name = {"logGroupName": group}
    with _responses["request_scope"](settings.account, settings.region):
        groups = _logs["_log_groups"]
        if group not in groups:
            _logs["_create_log_group"](name)
        if stream not in groups[group]["streams"]:
            _logs["_create_log_stream"]({**name, "logStreamName": stream})
        _logs["_put_log_events"](
            {
                **name,
                "logStreamName": stream,
                "logEvents": [{"timestamp": event.timestamp, "message": event.message} for event in events],
            }
        )
