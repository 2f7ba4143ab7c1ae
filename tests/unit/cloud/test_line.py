"""What the events of a function's log are taken for."""

from __future__ import annotations

import json

import pytest

from pavedroad.cloud.line import Kind, Line, parse

ID = "4eb1bb86-f145-4194-8d9d-65dbffaf5b3d"


def test_a_powertools_line_shows_level_message_request_and_what_is_its_own() -> None:
    text = json.dumps(
        {
            "level": "INFO",
            "location": "handle:9",
            "message": "accepted",
            "timestamp": "2026-11-21 05:15:02,917+0000",
            "service": "orders",
            "cold_start": True,
            "function_name": "accept",
            "function_request_id": ID,
            "xray_trace_id": "1-2-3",
            "order_id": 7,
        }
    )

    assert parse(text, "another") == Line(
        kind=Kind.FUNCTION, message="accepted", level="INFO", request_id=ID, fields={"order_id": 7}
    )


def test_a_traceback_of_powertools_follows_its_line() -> None:
    text = json.dumps(
        {
            "level": "ERROR",
            "message": {"order": 1},
            "exception": "Traceback\n  File\nZeroDivisionError: x",
            "exception_name": "ZeroDivisionError",
            "stack_trace": {"type": "ZeroDivisionError"},
        }
    )

    line = parse(text, ID)

    assert line.message == '{"order": 1}'
    assert line.trace == ("Traceback", "  File", "ZeroDivisionError: x")
    assert dict(line.fields) == {"exception_name": "ZeroDivisionError"}


def test_a_line_of_lambdas_json_format_names_its_request() -> None:
    text = json.dumps(
        {
            "timestamp": "2026-11-21T05:15:02Z",
            "level": "error",
            "message": "bad order",
            "stackTrace": ["  File a\n    raise\n", "  File b\n"],
            "requestId": ID,
            "errorType": "ValueError",
        }
    )

    line = parse(text, "")

    assert (line.level, line.request_id) == ("ERROR", ID)
    assert line.trace == ("  File a", "    raise", "  File b")
    assert dict(line.fields) == {"errorType": "ValueError"}


def test_an_error_that_the_handler_let_through_is_told_in_json_too() -> None:
    text = json.dumps(
        {
            "timestamp": "2026-11-21T05:41:25Z",
            "log_level": "ERROR",
            "errorMessage": "no orders",
            "errorType": "InvalidRequest",
            "requestId": ID,
            "stackTrace": ["  File a\n    raise\n"],
        }
    )

    assert parse(text, "") == Line(
        kind=Kind.FUNCTION,
        level="ERROR",
        message="InvalidRequest: no orders",
        request_id=ID,
        trace=("  File a", "    raise"),
    )


@pytest.mark.parametrize(
    ("text", "failed"),
    [
        (f"START RequestId: {ID} Version: $LATEST", False),
        (f"END RequestId: {ID}\n", False),
        (f"REPORT RequestId: {ID}\tDuration: 1.00 ms\t", False),
        (f"REPORT RequestId: {ID}\tDuration: 1.00 ms\tStatus: timeout\t", True),
        (f"REPORT RequestId: {ID}\tStatus: error\tError Type: ValueError", True),
        (json.dumps({"type": "platform.start", "record": {"requestId": ID}}), False),
        (json.dumps({"type": "platform.report", "record": {"requestId": ID, "status": "success"}}), False),
        (json.dumps({"type": "platform.report", "record": {"requestId": ID, "status": "error"}}), True),
    ],
)
def test_the_platforms_lines_are_told_from_the_functions(text: str, *, failed: bool) -> None:
    line = parse(text, "another")

    assert (line.kind, line.request_id, line.failed) == (Kind.PLATFORM, ID, failed)


def test_a_platform_event_shows_its_record() -> None:
    record = {
        "requestId": ID,
        "metrics": {"durationMs": 2.5},
        "status": "success",
        "tracing": {"spanId": "1"},
    }
    text = json.dumps({"type": "platform.report", "record": record})

    assert parse(text, "") == Line(
        kind=Kind.PLATFORM,
        message="platform.report",
        request_id=ID,
        fields={"durationMs": 2.5, "status": "success"},
    )


def test_metrics_are_shown_by_name_and_value() -> None:
    text = json.dumps(
        {
            "_aws": {
                "Timestamp": 1,
                "CloudWatchMetrics": [
                    {"Namespace": "Orders", "Dimensions": [["Env"]], "Metrics": [{"Name": "Accepted"}]}
                ],
            },
            "Env": "dev",
            "Accepted": [1.0],
        }
    )

    assert parse(text, ID) == Line(
        kind=Kind.METRIC, message="metrics", request_id=ID, fields={"Accepted": [1.0]}
    )


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("plain\nsecond", Line(kind=Kind.FUNCTION, message="plain", request_id="x", trace=("second",))),
        ("{not json", Line(kind=Kind.FUNCTION, message="{not json", request_id="x")),
        ('{"a": 1}', Line(kind=Kind.FUNCTION, message='{"a": 1}', request_id="x")),
        ("STARTING up", Line(kind=Kind.FUNCTION, message="STARTING up", request_id="x")),
        (
            f"[WARNING]\t2026-11-21T05:15:02.917Z\t{ID}\tlow\nstock",
            Line(kind=Kind.FUNCTION, level="WARNING", request_id=ID, message="low", trace=("stock",)),
        ),
        (
            "[ERROR] ValueError: bad\nTraceback",
            Line(
                kind=Kind.FUNCTION,
                level="ERROR",
                request_id="x",
                message="ValueError: bad",
                trace=("Traceback",),
            ),
        ),
        (
            f"2026-11-21T05:15:02.917Z {ID} Task timed out after 3.00 seconds",
            Line(
                kind=Kind.FUNCTION,
                level="ERROR",
                request_id=ID,
                message="Task timed out after 3.00 seconds",
                failed=True,
            ),
        ),
    ],
)
def test_text_is_shown_as_it_is(text: str, line: Line) -> None:
    assert parse(text, "x") == line
