"""Kinesis tells the metrics of shards, a stream changes its mode, and a delivery stream counts for itself.

AWS: a stream says which metrics of its shards are on; UpdateStreamMode turns a provisioned stream into one on
demand and back; a stream on demand starts with four shards. A delivery stream has one destination, the first.
The emulator: always answers no metrics; the operation is missing; every stream starts with one shard; the
destinations of all delivery streams are counted together.
Here: the metrics are told, the operation is there, four shards it is, and every destination is number one.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final, cast

from pavedroad.cloud.seams import Seam

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    Members = dict[str, object]
    Answer = tuple[int, dict[str, str], bytes]
    Operation = Callable[[Members], Answer]
    Describe = Callable[..., Members]
    Handler = Callable[[str, str, Mapping[str, str], bytes, object], Awaitable[Answer]]

_kinesis: Final = Seam(
    "services.kinesis",
    "_create_stream",
    "_describe_stream_summary",
    "_resolve_stream",
    "_stream_desc",
    "error_response_json",
    "handle_request",
    "json_response",
)
_firehose: Final = Seam("services.firehose", "_next_dest_id")
_ON_DEMAND: Final = "ON_DEMAND"
_ON_DEMAND_SHARDS: Final = 4


def install() -> None:
    """Wrap what describes and makes streams, and add the missing operation."""
    _kinesis.check()
    _firehose.check()
    _firehose.wrap("_next_dest_id", lambda _original: lambda: "destinationId-000000000001")
    _kinesis.wrap("_create_stream", _create)
    _kinesis.wrap("_describe_stream_summary", _summary)
    _kinesis.wrap("_stream_desc", _description)
    _kinesis.wrap("handle_request", _handle)


def _create(original: Operation) -> Operation:
    def create(request: Members) -> Answer:
        mode = request.get("StreamModeDetails")
        if isinstance(mode, dict) and mode.get("StreamMode") == _ON_DEMAND:
            request = {**request, "ShardCount": _ON_DEMAND_SHARDS}
        return original(request)

    return create


def _monitoring(stream: Mapping[str, object]) -> list[Members]:
    metrics = cast("list[str]", stream.get("ShardLevelMetrics") or [])
    return [{"ShardLevelMetrics": sorted(metrics)}]


def _summary(original: Operation) -> Operation:
    def describe(request: Members) -> Answer:
        answer = original(request)
        _, stream = _kinesis["_resolve_stream"](request)
        if not stream:
            return answer
        told = json.loads(answer[2])
        told["StreamDescriptionSummary"]["EnhancedMonitoring"] = _monitoring(stream)
        return _kinesis["json_response"](told)

    return describe


def _description(original: Describe) -> Describe:
    def describe(stream: Mapping[str, object], *arguments: object) -> Members:
        return {**original(stream, *arguments), "EnhancedMonitoring": _monitoring(stream)}

    return describe


def _handle(original: Handler) -> Handler:
    async def handle(
        method: str, path: str, headers: Mapping[str, str], body: bytes, query: object
    ) -> Answer:
        if headers.get("x-amz-target", "").endswith(".UpdateStreamMode"):
            return _update_mode(cast("Members", json.loads(body)))
        return await original(method, path, headers, body, query)

    return handle


def _update_mode(request: Members) -> Answer:
    name, stream = _kinesis["_resolve_stream"](request)
    if not stream:
        return _kinesis["error_response_json"]("ResourceNotFoundException", f"Stream {name} not found", 400)
    stream["StreamModeDetails"] = request["StreamModeDetails"]
    return _kinesis["json_response"]({})
