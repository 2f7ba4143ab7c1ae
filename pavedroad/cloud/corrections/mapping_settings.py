"""What AWS refuses when an event source mapping is made or changed, and the emulator takes.

A queue whose messages become visible again before the function's timeout; a batch of more than ten without a
window; a window on a FIFO queue; a second mapping of one source to one function.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from pavedroad.cloud.seams import Seam

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Settings = Mapping[str, object]
    Response = tuple[int, Mapping[str, str], bytes]

_PLAIN_BATCH: Final = 10
"""The largest batch without a window (CreateEventSourceMapping, BatchSize)."""

_STREAM_BATCH: Final = 100
"""AWS's default for streams."""

_LARGEST_BATCH: Final = 10_000
_lambda: Final = Seam(
    "services.lambda_svc",
    "_create_esm",
    "_update_esm",
    "_esms",
    "_get_func_record_for_qualifier",
    "_resolve_request_scoped_name_and_qualifier",
)
_sqs: Final = Seam("services.sqs", "_queue_by_arn")
_responses: Final = Seam("core.responses", "error_response_json")


def install() -> None:
    """Refuse what AWS refuses."""
    for seam in (_lambda, _sqs, _responses):
        seam.check()
    _lambda.wrap("_create_esm", _create)
    _lambda.wrap("_update_esm", _update)


def _create(original: Callable[[Settings], Response]) -> Callable[[Settings], Response]:
    def create(data: Settings) -> Response:
        if ":sqs:" not in str(data.get("EventSourceArn", "")):
            data = {"BatchSize": _STREAM_BATCH, **data}
        return _conflict(data) or _refused(data) or original(data)

    return create


def _update(original: Callable[[str, Settings], Response]) -> Callable[[str, Settings], Response]:
    def update(mapping_id: str, data: Settings) -> Response:
        present = cast("Settings | None", _lambda["_esms"].get(mapping_id))
        if present is None:
            return original(mapping_id, data)
        name = {"FunctionName": present["FunctionArn"]}
        return _refused({**present, **name, **data}) or original(mapping_id, data)

    return update


def _conflict(data: Settings) -> Response | None:
    name, qualifier = _lambda["_resolve_request_scoped_name_and_qualifier"](data.get("FunctionName", ""))
    source = data.get("EventSourceArn")
    for other in cast("list[Settings]", list(_lambda["_esms"].values())):
        if (other["EventSourceArn"], other["FunctionName"], other.get("Qualifier")) == (
            source,
            name,
            qualifier,
        ):
            kind = "SQS" if ":sqs:" in str(source) else "source"
            return _responses["error_response_json"](
                "ResourceConflictException",
                f'An event source mapping with {kind} arn (" {source} ") and function (" {name} ") already '
                f"exists. Please update or delete the existing mapping with UUID {other['UUID']}",
                409,
            )
    return None


def _refused(data: Settings) -> Response | None:
    text = _complaint(data)
    return _responses["error_response_json"]("InvalidParameterValueException", text, 400) if text else None


def _complaint(data: Settings) -> str:
    batch = cast("int", data.get("BatchSize", _PLAIN_BATCH))
    window = cast("int", data.get("MaximumBatchingWindowInSeconds", 0))
    if not 1 <= batch <= _LARGEST_BATCH:
        return f"Batch size of {batch} is out of the range of 1 to {_LARGEST_BATCH}"
    source = str(data.get("EventSourceArn", ""))
    if ":sqs:" not in source:
        return ""
    if source.endswith(".fifo"):
        if window:
            return "Batching window is not supported for FIFO queues"
        if batch > _PLAIN_BATCH:
            return f"Batch size of {batch} is not supported for FIFO queues; the maximum is {_PLAIN_BATCH}"
    elif batch > _PLAIN_BATCH and not window:
        return (
            "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10"
        )
    return _visibility(source, str(data.get("FunctionName", "")))


def _visibility(source: str, function: str) -> str:
    queue = _sqs["_queue_by_arn"](source)
    record, config = _lambda["_get_func_record_for_qualifier"](
        *_lambda["_resolve_request_scoped_name_and_qualifier"](function)
    )
    if queue is None or record is None:
        return ""
    visible, timeout = int(queue["attributes"].get("VisibilityTimeout", "30")), int(config.get("Timeout", 3))
    if visible >= timeout:
        return ""
    return f"Queue visibility timeout: {visible} seconds is less than Function timeout: {timeout} seconds"
