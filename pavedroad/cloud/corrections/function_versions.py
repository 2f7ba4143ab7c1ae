"""An alias is more than the version behind it.

AWS: a function that is invoked through an alias sees the alias in its ARN; an alias with weights sends part
of its traffic to another version; reserved concurrency holds for all versions together.
The emulator: event sources and other services hand over the version's ARN, weights are stored only,
reserved concurrency counts for the unqualified function alone.
Here: records that an alias is resolved to carry its ARN, and the weights are drawn where an invocation
begins, from a generator with a fixed seed.
"""

from __future__ import annotations

import random
import threading
from typing import TYPE_CHECKING, Final, cast

from pavedroad.cloud.runtime import caller
from pavedroad.cloud.seams import Seam

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Record = Mapping[str, object]
    Found = tuple[Record | None, Record | None]

_LATEST: Final = "$LATEST"
_QUALIFIED_PARTS: Final = 8  # arn:aws:lambda:<region>:<account>:function:<name>:<qualifier>
_lambda: Final = Seam(
    "services.lambda_svc", "_effective_func_record_for_qualifier", "_reserved_concurrency", "_functions"
)
_draw: Final = random.Random(0)  # noqa: S311 - shares traffic, keeps no secret
_draw_lock: Final = threading.Lock()


def install() -> None:
    """Let aliases count."""
    _lambda.check()
    _lambda.wrap("_effective_func_record_for_qualifier", _effective_record)
    _lambda.wrap("_reserved_concurrency", _reserved_concurrency)


def qualifier_of(arn: str) -> str:
    """The version or alias that an ARN names, `$LATEST` when none."""
    parts = arn.split(":")
    return parts[_QUALIFIED_PARTS - 1] if len(parts) >= _QUALIFIED_PARTS else _LATEST


def base_record(config: Record) -> Record | None:
    """The function that a version belongs to, None when it was deleted; in the function's own scope."""
    return cast("Record | None", _lambda["_functions"].get(config.get("FunctionName")))


def route(record: Record) -> Record:
    """The record to run: where an alias has weights, one of its versions."""
    config = cast("Record", record.get("config") or record)
    base = base_record(config)
    alias = _parts(_parts(base, "aliases"), qualifier_of(str(config.get("FunctionArn", ""))))
    weights = cast("Mapping[str, float]", _parts(_parts(alias, "RoutingConfig"), "AdditionalVersionWeights"))
    if base is None or not weights:
        return record
    with _draw_lock:
        point = _draw.random()
    version = str(alias["FunctionVersion"])
    for other, weight in weights.items():
        point -= weight
        if point < 0:
            version = other
            break
    chosen = base if version == _LATEST else cast("Record", _parts(base, "versions").get(version))
    executed = caller.present().executed
    if executed is not None:
        executed.version = version
    settings = cast("Record", chosen["config"])
    return {**chosen, "config": {**settings, "FunctionArn": config["FunctionArn"]}}


def _parts(of: Record | None, name: str) -> Record:
    return cast("Record", (of or {}).get(name) or {})


def _effective_record(original: Callable[[Record | None, str | None], Found]) -> Callable[..., Found]:
    def effective(function: Record | None, qualifier: str | None) -> Found:
        record, config = original(function, qualifier)
        if function is None or record is None or config is None or qualifier in {None, _LATEST}:
            return record, config
        arn = f"{_parts(function, 'config')['FunctionArn']}:{qualifier}"
        settings: Record = {**config, "FunctionArn": arn}
        return {**record, "config": settings}, settings

    return effective


def _reserved_concurrency(original: Callable[[Record, Record], int | None]) -> Callable[..., int | None]:
    def reserved(function: Record, config: Record) -> int | None:
        base = base_record(config)
        return original(function if base is None else base, config)

    return reserved
