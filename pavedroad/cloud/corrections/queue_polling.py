"""Lambda's poller of queues.

AWS: gathers messages for the batching window, deletes what a filter leaves out, takes a malformed batch
response for a failure of the whole batch, is throttled by reserved concurrency (the receive count rises),
stops when the function is gone.
The emulator: no window, at most ten messages, filtered messages share the batch's fate, a malformed response
is success, reserved concurrency holds the poller back, a deleted function's mapping stays enabled.
Here: one pass over all queue mappings takes the place of the emulator's; receiving and deleting stay its own.
Whether the role may read is decided by `iam_pollers`.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, cast

from pavedroad.cloud.batches import failed_items
from pavedroad.cloud.runtime import starts
from pavedroad.cloud.seams import Seam

if TYPE_CHECKING:
    Mapping = dict[str, Any]
    Message = dict[str, Any]
    Record = dict[str, Any]

_PAYLOAD_BYTES: Final = 6 * 1024 * 1024  # what an invocation takes at most
_DEFAULT_CONCURRENCY: Final = 5  # batches at once with which Lambda begins
_lambda: Final = Seam(
    "services.lambda_svc",
    "_apply_filter_criteria",
    "_dispatch_esm_batch",
    "_esm_inflight",
    "_esm_wake",
    "_execute_function",
    "_get_func_record_for_qualifier",
    "_iter_all_esms",
    "_poll_sqs",
)
_sqs: Final = Seam(
    "services.sqs", "_queue_by_arn", "_queue_url", "_receive_messages_for_esm", "_delete_messages_for_esm"
)
_responses: Final = Seam("core.responses", "request_scope")
_logger: Final = logging.getLogger("pavedroad.mappings")


@dataclass
class _Waiting:
    """Messages that were received and wait for their window."""

    messages: list[Message] = field(default_factory=list["Message"])
    due: float = 0.0


_waiting: Final[dict[str, _Waiting]] = {}


def install() -> None:
    """Take the place of the emulator's poller of queues."""
    for seam in (_lambda, _sqs, _responses):
        seam.check()
    _lambda.wrap("_poll_sqs", lambda _original: poll)


def poll() -> bool:
    """One pass; true when there was something to do, so that the next one follows at once."""
    busy = False
    seen: set[str] = set()
    for account, region, mapping in cast("list[tuple[str, str, Mapping]]", list(_lambda["_iter_all_esms"]())):
        if ":sqs:" not in mapping.get("EventSourceArn", "") or not mapping.get("Enabled", True):
            continue
        seen.add(mapping["UUID"])
        with _responses["request_scope"](account, region):
            busy = _poll_one(mapping) or busy
    for gone in _waiting.keys() - seen:  # their messages become visible again by themselves
        del _waiting[gone]
    return busy


def _poll_one(mapping: Mapping) -> bool:
    function, _ = _lambda["_get_func_record_for_qualifier"](mapping["FunctionName"], mapping.get("Qualifier"))
    if function is None:
        mapping |= {
            "Enabled": False,
            "State": "Disabled",
            "LastProcessingResult": "PROBLEM: Function not found",
        }
        return False
    queue = _sqs["_queue_by_arn"](mapping["EventSourceArn"])
    if queue is None:
        mapping["LastProcessingResult"] = "PROBLEM: The queue does not exist"
        return False
    scaling = cast("dict[str, int]", mapping.get("ScalingConfig") or {})
    limit = 1 if queue["is_fifo"] else scaling.get("MaximumConcurrency", _DEFAULT_CONCURRENCY)
    busy = _lambda["_esm_inflight"].get(mapping["UUID"], 0)
    # While environments wait for their turn to begin, messages had better wait in the queue: in flight they
    # would become visible again.
    if busy >= limit or (busy and starts.all_taken()):
        return False
    waiting = _waiting.setdefault(mapping["UUID"], _Waiting())
    fetched = _fetch(mapping, queue, waiting)
    size = mapping.get("BatchSize", 10)
    held = sum(len(message["body"]) for message in waiting.messages)
    due = len(waiting.messages) >= size or held >= _PAYLOAD_BYTES or time.monotonic() >= waiting.due
    if not waiting.messages or not due:
        return fetched
    del _waiting[mapping["UUID"]]
    _start(mapping, function, waiting.messages)
    return True


def _fetch(mapping: Mapping, queue: Record, waiting: _Waiting) -> bool:
    """Receive what fits into the batch; true when there was something."""
    now = time.time()
    if not any(message.get("visible_at", 0) <= now for message in queue["messages"]):
        return False
    room = mapping.get("BatchSize", 10) - len(waiting.messages)
    url = _sqs["_queue_url"](mapping["EventSourceArn"].rpartition(":")[2])
    received = _sqs["_receive_messages_for_esm"](url, room)
    if received and not waiting.messages:
        window = mapping.get("MaximumBatchingWindowInSeconds") or 0
        waiting.due = time.monotonic() + window
        if window:
            timer = threading.Timer(window, _lambda["_esm_wake"].set)
            timer.daemon = True
            timer.start()
    waiting.messages += received
    return bool(received)


def _start(mapping: Mapping, function: Record, messages: list[Message]) -> None:
    """Hand the batch to the function, without what the filters leave out."""
    records = [_record(mapping, message) for message in messages]
    kept = {record["messageId"] for record in _lambda["_apply_filter_criteria"](records, mapping)}
    _delete(mapping, [message for message in messages if message["id"] not in kept])
    batch = [message for message in messages if message["id"] in kept]
    if batch:
        event = {"Records": [record for record in records if record["messageId"] in kept]}
        handles = {message["id"]: message["receipt_handle"] for message in batch}
        _lambda["_dispatch_esm_batch"](mapping["UUID"], _run, mapping, function, event, handles)


def _run(mapping: Mapping, function: Record, event: Record, handles: dict[str, str]) -> None:
    result = _lambda["_execute_function"](function, event)
    if result.get("error"):
        mapping["LastProcessingResult"] = "PROBLEM: Function call failed"
        _logger.warning(
            "a batch of %d messages failed: %s", len(handles), json.dumps(result.get("body"))[:500]
        )
        return
    failed: list[str] | None = []
    if "ReportBatchItemFailures" in mapping.get("FunctionResponseTypes", []):
        failed = failed_items(result.get("body"), handles)
    if failed is None:
        mapping["LastProcessingResult"] = "PROBLEM: Function call failed"
        _logger.warning("%s answered no valid batch response: its batch failed", mapping["FunctionArn"])
        return
    mapping["LastProcessingResult"] = "OK"
    done = {handle for message, handle in handles.items() if message not in set(failed)}
    _sqs["_delete_messages_for_esm"](_sqs["_queue_url"](mapping["EventSourceArn"].rpartition(":")[2]), done)


def _delete(mapping: Mapping, messages: list[Message]) -> None:
    handles = {message["receipt_handle"] for message in messages}
    _sqs["_delete_messages_for_esm"](
        _sqs["_queue_url"](mapping["EventSourceArn"].rpartition(":")[2]), handles
    )


def _record(mapping: Mapping, message: Message) -> Record:
    """A message as a function sees it (Lambda guide, "Using Lambda with Amazon SQS")."""
    system: Record = message.get("sys") or {}
    attributes = {
        "ApproximateReceiveCount": str(message.get("receive_count", 1)),
        "SentTimestamp": str(int(message["sent_at"] * 1000)),
        "SenderId": system.get("SenderId", ""),
        "ApproximateFirstReceiveTimestamp": str(int((message.get("first_receive_at") or time.time()) * 1000)),
    }
    extra = {
        "AWSTraceHeader": system.get("AWSTraceHeader"),
        "DeadLetterQueueSourceArn": system.get("DeadLetterQueueSourceArn"),
        "MessageGroupId": message.get("group_id"),
        "MessageDeduplicationId": message.get("dedup_id"),
        "SequenceNumber": message.get("seq"),
    }
    own = cast("dict[str, Record]", message.get("message_attributes") or {})
    record: Record = {
        "messageId": message["id"],
        "receiptHandle": message["receipt_handle"],
        "body": message["body"],
        "attributes": attributes | {name: str(value) for name, value in extra.items() if value is not None},
        "messageAttributes": {name: _attribute(value) for name, value in own.items()},
        "md5OfBody": message.get("md5_body", ""),
        "eventSource": "aws:sqs",
        "eventSourceARN": mapping["EventSourceArn"],
        "awsRegion": mapping["EventSourceArn"].split(":")[3],
    }
    if own and message.get("md5_attrs"):
        record["md5OfMessageAttributes"] = message["md5_attrs"]
    return record


def _attribute(value: Record) -> Record:
    lists: Record = {"stringListValues": [], "binaryListValues": []}
    return lists | {name[0].lower() + name[1:]: part for name, part in value.items()}
