"""Streams feed functions as Lambda does it: a poisoned record does not stop its shard for ever.

AWS: partial batch responses, MaximumRetryAttempts, BisectBatchOnFunctionError, MaximumRecordAgeInSeconds and
the on-failure destination (with the function's role) hold for DynamoDB and Kinesis.
The emulator: a failing batch repeats each second for ever, a partial response is success; a slow handler
stops all mappings, queues too.
Here: its pollers fetch and keep the positions; what they hand to the function goes through `stream_batches`,
one attempt a pass, and they run in a thread of their own.
"""

from __future__ import annotations

import logging
import threading
import time
from contextvars import ContextVar, copy_context
from typing import TYPE_CHECKING, Any, Final, cast
from uuid import uuid4

from pavedroad.cloud import destinations
from pavedroad.cloud.batches import failed_items
from pavedroad.cloud.runtime import platform_log
from pavedroad.cloud.seams import Seam
from pavedroad.cloud.stream_batches import FOREVER, GivenUp, Rules, ShardBatch, StreamRecord

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Mapping = dict[str, Any]
    Record = dict[str, Any]
    Found = tuple[str, str, Mapping]
    Execute = Callable[[Record, Record], Record]

_RETRY_SECONDS: Final = 1.0  # at most; less where asynchronous invocations wait less
_DYNAMODB_SHARD: Final = "shardId-00000000000000000000-00000000"
_lambda: Final = Seam(
    "services.lambda_svc",
    "_ESM_BACKOFF_SECONDS",
    "_LAMBDA_ASYNC_RETRY_BASE_SECONDS",
    "_esm_wake",
    "_execute_function",
    "_iter_all_esms",
    "_poll_dynamodb_streams",
    "_poll_kinesis",
)
_logger: Final = logging.getLogger("pavedroad.mappings")
_polled: ContextVar[Mapping | None] = ContextVar("pavedroad_polled", default=None)
_polling: ContextVar[bool] = ContextVar("pavedroad_polling", default=False)
_batches: Final[dict[tuple[str, str], ShardBatch]] = {}
_busy: Final[set[str]] = set()


def install() -> None:
    """Stand between the pollers of streams and the functions."""
    _lambda.check()
    destinations.check()
    _lambda.put("_ESM_BACKOFF_SECONDS", _pause())
    _lambda.wrap("_iter_all_esms", _noted)
    _lambda.wrap("_execute_function", _execute)
    _lambda.wrap("_poll_kinesis", lambda original: _aside("kinesis", original))
    _lambda.wrap("_poll_dynamodb_streams", lambda original: _aside("dynamodb", original))


def _aside(kind: str, original: Callable[[], bool]) -> Callable[[], bool]:
    """Run the pass in another thread, one at a time, and wake the poller when it found something."""

    def run() -> None:
        _polling.set(True)
        try:
            again = original()
        except Exception:
            _logger.exception("polling %s failed", kind)
            again = False
        _busy.discard(kind)
        if again:
            _lambda["_esm_wake"].set()
        elif _batches:
            timer = threading.Timer(_pause(), _lambda["_esm_wake"].set)
            timer.daemon = True
            timer.start()

    def poll() -> bool:
        if kind not in _busy and any(
            f":{kind}:" in found[2].get("EventSourceArn", "") for found in _mappings()
        ):
            _busy.add(kind)
            threading.Thread(
                target=copy_context().run, args=(run,), name=f"pavedroad-{kind}", daemon=True
            ).start()
        return False

    return poll


def _mappings() -> list[Found]:
    return list(_lambda["_iter_all_esms"]())


def _pause() -> float:
    return min(_RETRY_SECONDS, float(_lambda["_LAMBDA_ASYNC_RETRY_BASE_SECONDS"]))


def _noted(original: Callable[[], Iterator[Found]]) -> Callable[[], Iterator[Found]]:
    """In a pass over streams, note whose turn it is; the emulator's own handling of age stays out of it."""

    def mappings() -> Iterator[Found]:
        found = list(original())
        if not _polling.get():
            yield from found
            return
        known = {mapping["UUID"] for _, _, mapping in found}
        for key in [key for key in _batches if key[0] not in known]:
            del _batches[key]
        for account, region, mapping in found:
            view = {name: value for name, value in mapping.items() if name != "MaximumRecordAgeInSeconds"}
            _polled.set(mapping)
            yield account, region, view
            result = str(view.get("LastProcessingResult"))
            mapping["LastProcessingResult"] = {"FAILED": "PROBLEM: Function call failed"}.get(result, result)
        _polled.set(None)

    return mappings


def _execute(original: Execute) -> Execute:
    def execute(function: Record, event: Record) -> Record:
        mapping = _polled.get()
        if mapping is None or not _polling.get():
            return original(function, event)
        context = copy_context()
        context.run(_polled.set, None)
        return context.run(_deliver, original, mapping, function, event)

    return execute


def _deliver(execute: Execute, mapping: Mapping, function: Record, event: Record) -> Record:
    """Work off the batch as far as it goes; an error makes the poller come again with the same position."""
    config: Record = function.get("config") or function
    records = [_stream_record(body, config) for body in event["Records"]]
    key = (mapping["UUID"], _shard(event["Records"][0]))
    batch = _batches.setdefault(key, ShardBatch(_rules(mapping)))
    batch.rules = _rules(mapping)
    batch.add(records)
    while not batch.done:
        part, old = batch.next(time.time())
        _give_up(mapping, config, key[1], old, None)
        if not part:
            continue
        result = execute(function, {"Records": [record.body for record in part]})
        first = _first_failure(mapping, result, part)
        if first is None:
            batch.succeeded()
            continue
        if not result.get("throttle"):
            _give_up(mapping, config, key[1], batch.failed(first), result)
        if not batch.done:
            return {"error": True, "body": result.get("body"), "log": ""}
    del _batches[key]
    return {"body": None}


def _rules(mapping: Mapping) -> Rules:
    retries, age = mapping.get("MaximumRetryAttempts"), mapping.get("MaximumRecordAgeInSeconds")
    return Rules(
        retries=FOREVER if retries is None else retries,
        age_seconds=FOREVER if age is None else age,
        halves=bool(mapping.get("BisectBatchOnFunctionError")),
    )


def _stream_record(body: Record, config: Record) -> StreamRecord:
    if "kinesis" in body:
        body["invokeIdentityArn"] = config["Role"]
        data = body["kinesis"]
        return StreamRecord(data["sequenceNumber"], float(data["approximateArrivalTimestamp"]), body)
    data = body["dynamodb"]
    arrived = float(data.get("ApproximateCreationDateTime") or time.time())
    return StreamRecord(str(data["SequenceNumber"]), arrived, body)


def _shard(body: Record) -> str:
    return str(body["eventID"]).partition(":")[0] if "kinesis" in body else _DYNAMODB_SHARD


def _first_failure(mapping: Mapping, result: Record, part: list[StreamRecord]) -> int | None:
    """Index of the first record that failed; None when none did."""
    if result.get("error"):
        return 0
    if "ReportBatchItemFailures" not in mapping.get("FunctionResponseTypes", []):
        return None
    order = [record.sequence for record in part]
    failed = failed_items(result.get("body"), order)
    if failed is None:
        return 0
    return min((order.index(sequence) for sequence in failed), default=None)


def _give_up(
    mapping: Mapping, config: Record, shard: str, gone: GivenUp | None, result: Record | None
) -> None:
    if gone is None:
        return
    first, last = gone.records[0], gone.records[-1]
    _logger.warning(
        "mapping %s gives up %d records of %s: %s", mapping["UUID"], len(gone.records), shard, gone.condition
    )
    routes = cast("dict[str, dict[str, str]]", mapping.get("DestinationConfig") or {})
    destination = (routes.get("OnFailure") or {}).get("Destination")
    if not destination:
        return
    response: Record = {"statusCode": 200, "executedVersion": config.get("Version", "$LATEST")}
    if result and result.get("error"):
        response["functionError"] = result.get("function_error") or "Unhandled"
    kind = "KinesisBatchInfo" if ":kinesis:" in mapping["EventSourceArn"] else "DDBStreamBatchInfo"
    record = {
        "requestContext": {
            "requestId": str(uuid4()),
            "functionArn": mapping["FunctionArn"],
            "condition": gone.condition,
            "approximateInvokeCount": gone.attempts,
        },
        "responseContext": response,
        "version": "1.0",
        "timestamp": platform_log.iso(time.time()),
        kind: {
            "shardId": shard,
            "startSequenceNumber": first.sequence,
            "endSequenceNumber": last.sequence,
            "approximateArrivalOfFirstRecord": platform_log.iso(first.arrived),
            "approximateArrivalOfLastRecord": platform_log.iso(last.arrived),
            "batchSize": len(gone.records),
            "streamArn": mapping["EventSourceArn"],
        },
    }
    destinations.send_record(config, destination, record, success=False)
