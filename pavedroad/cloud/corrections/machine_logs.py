"""A state machine writes what its executions do to the log group of its logging configuration.

AWS: history events of the configured level, one JSON document each, with input and output only when
`includeExecutionData` says so. Whether the role may is asked when the machine is made (`iam_state_machines`).
The emulator: keeps the configuration and writes nothing.
Here: every event of the history is written as it happens, to one stream for each machine and minute.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from typing import TYPE_CHECKING, Any, Final, cast
from uuid import uuid4

from pavedroad.cloud import permissions
from pavedroad.cloud.seams import Seam

if TYPE_CHECKING:
    from collections.abc import Callable

    Data = dict[str, Any]

_log: Final = logging.getLogger("pavedroad.machines")
_states: Final = Seam("services.stepfunctions", "_add_event", "_iso_to_epoch_ms", "_state_machines")
_logs: Final = Seam("services.cloudwatch_logs", "_create_log_stream", "_log_groups", "_put_log_events")
_scopes: Final = Seam("core.responses", "request_scope")

_FATAL: Final = ("ExecutionFailed", "ExecutionAborted", "ExecutionTimedOut")
_ERRORS: Final = ("Failed", "TimedOut", "Aborted")
_DATA: Final = ("input", "output")
_OWN: Final = ("id", "type", "timestamp")
_NOTHING: Final[Data] = {}

_writing: Final = threading.Lock()
_written: Final[dict[str, int]] = {}
_stream_id: Final = uuid4().hex[:8]


def install() -> None:
    """Wrap the adding of an event to a history."""
    for seam in (_states, _logs, _scopes):
        seam.check()
    _states.wrap("_add_event", _adding)


def _adding(original: Callable[..., Data]) -> Callable[..., Data]:
    def add(execution: Data, *rest: object) -> Data:
        event = original(execution, *rest)
        machine: Data | None = _states["_state_machines"].get(execution.get("stateMachineArn"))
        if machine:
            with _writing:
                _write(machine, execution)
        return event

    return add


def _write(machine: Data, execution: Data) -> None:
    """Write what has been added to the history since the last time."""
    arn: str = execution["executionArn"]
    events = cast("list[Data]", execution["events"])
    before = _written.get(arn, 0)
    new = events[before if before < len(events) else 0 :]  # fewer: another execution has the name by now
    _written[arn] = len(events)
    configured: Data = machine.get("loggingConfiguration") or {}
    level = str(configured.get("level") or "OFF")
    chosen = [event for event in new if _is_logged(event["type"], level)]
    with_data = bool(configured.get("includeExecutionData"))
    for destination in cast("list[Data]", configured.get("destinations") or []) if chosen else ():
        group = str(destination["cloudWatchLogsLogGroup"]["logGroupArn"])
        lines = [_line(event, execution, with_data=with_data) for event in chosen]
        with _scopes["request_scope"](permissions.account_of(group), permissions.region_of(group)):
            _put(group.partition(":log-group:")[2].removesuffix(":*"), machine["name"], lines)


def _is_logged(kind: str, level: str) -> bool:
    if level == "ERROR":
        return kind.endswith(_ERRORS)
    return level == "ALL" or (level == "FATAL" and kind in _FATAL)


def _line(event: Data, execution: Data, *, with_data: bool) -> Data:
    details: Data = next((cast("Data", value) for name, value in event.items() if name not in _OWN), _NOTHING)
    if not with_data:
        details = {name: value for name, value in details.items() if name not in _DATA}
    moment = int(_states["_iso_to_epoch_ms"](event["timestamp"]))
    message = {
        "id": str(event["id"]),
        "type": event["type"],
        "details": details,
        "redrive_count": str(execution.get("redriveCount", 0)),
        "previous_event_id": str(event["id"] - 1),
        "event_timestamp": str(moment),
        "execution_arn": execution["executionArn"],
    }
    return {"timestamp": moment, "message": json.dumps(message)}


def _put(group: str, machine: str, lines: list[Data]) -> None:
    kept: Data | None = _logs["_log_groups"].get(group)
    if kept is None:
        _log.warning("executions of %s are not logged: log group %s does not exist", machine, group)
        return
    stream = f"states/{machine}/{time.strftime('%Y-%m-%d-%H-%M', time.gmtime())}/{_stream_id}"
    named = {"logGroupName": group, "logStreamName": stream}
    if stream not in kept["streams"]:
        _logs["_create_log_stream"](named)
    _logs["_put_log_events"]({**named, "logEvents": lines})
