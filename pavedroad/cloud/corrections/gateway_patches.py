"""Patches of REST APIs reach what their paths name.

AWS: a path has `~1` for a slash; a value comes as text and is stored as what the field is; a path that ends
in a list adds or removes a member, one in a usage plan's stage sets the limits of a method.
The emulator: takes paths apart at every slash, stores text for truths and numbers, and puts maps in the place
of lists.
Here: patches are applied as AWS applies them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, cast

from pavedroad.cloud.seams import Seam

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    Record = dict[str, object]
    Patch = Mapping[str, str]

_gateway: Final = Seam("services.apigateway_v1", "_apply_patch")
_FLAGS: Final = frozenset(
    {"apiKeyRequired", "cacheClusterEnabled", "disableExecuteApiEndpoint", "enabled", "tracingEnabled"}
    | {"useStageCache"}
)
_NUMBERS: Final = frozenset(
    {"authorizerResultTtlInSeconds", "burstLimit", "limit", "minimumCompressionSize", "offset"}
    | {"timeoutInMillis"}
)
_FRACTIONS: Final = frozenset({"percentTraffic", "rateLimit"})
_LISTS: Final = frozenset(
    {"authorizationScopes", "binaryMediaTypes", "cacheKeyParameters", "providerARNs", "types"}
    | {"vpcEndpointIds"}
)
# A method's path is not escaped everywhere: `/apiStages/<API>:<stage>/throttle//orders/GET/rateLimit`.
_METHOD_LIMIT: Final = re.compile(
    r"/apiStages/([^:/]+):([^/]+)/throttle/(.+)/(burstLimit|rateLimit)", re.ASCII
)


def install() -> None:
    """Take the place of what applies patches."""
    _gateway.check()
    _gateway.wrap("_apply_patch", _replaced)


def _replaced(_original: Callable[..., object]) -> Callable[..., object]:
    return apply


def apply(record: Record, patches: Sequence[Patch]) -> Record:
    """Apply patches to a record in place."""
    for patch in patches:
        limit = _METHOD_LIMIT.fullmatch(patch.get("path", ""))
        if limit is not None:
            _plan_limit(record, limit, patch.get("value") or "0")
            continue
        tokens = [_plain(token) for token in patch.get("path", "").removeprefix("/").split("/")]
        if tokens != [""]:
            _apply(record, patch.get("op", "replace"), tokens, patch.get("value"))
    return record


def _plain(token: str) -> str:
    return token.replace("~1", "/").replace("~0", "~")


def _apply(record: Record, operation: str, tokens: list[str], value: str | None) -> None:
    if tokens[0] == "apiStages" and len(tokens) == 1:
        _plan_stage(record, operation, value or "")
        return
    inner = record
    for token in tokens[:-1]:
        there = inner.get(token)
        if token in _LISTS:
            members = cast("list[str]", there) if isinstance(there, list) else []
            inner[token] = _members(members, operation, tokens[-1], value)
            return
        if not isinstance(there, dict):
            there = inner[token] = {}
        inner = cast("Record", there)
    if operation == "remove":
        inner.pop(tokens[-1], None)
    else:
        inner[tokens[-1]] = _typed(record, tokens, value)


def _members(now: list[str], operation: str, member: str, value: str | None) -> list[str]:
    if operation == "add":
        return now if member in now else [*now, member]
    rest = [item for item in now if item != member]
    return [*rest, value] if operation == "replace" and value is not None else rest


def _plan_stage(plan: Record, operation: str, value: str) -> None:
    api, _, stage = value.partition(":")
    now = cast("list[dict[str, object]]", plan.get("apiStages") or [])
    others = [item for item in now if (item.get("apiId"), item.get("stage")) != (api, stage)]
    plan["apiStages"] = others if operation == "remove" else [*others, {"apiId": api, "stage": stage}]


def _plan_limit(plan: Record, found: re.Match[str], value: str) -> None:
    api, stage, path, limit = (_plain(part) for part in found.groups())
    for item in cast("list[dict[str, dict[str, Record]]]", plan.get("apiStages") or []):
        if (item.get("apiId"), item.get("stage")) == (api, stage):
            limits = item.setdefault("throttle", {}).setdefault(path, {})
            limits[limit] = float(value) if limit in _FRACTIONS else int(float(value))


def _typed(record: Record, tokens: list[str], value: str | None) -> object:
    name = tokens[-1]
    if value is None:
        return None
    required = tokens[0] == "requestParameters" and "authorizationType" in record
    required = required or (tokens[0] == "responseParameters" and "responseModels" in record)
    if required or (name in _FLAGS and tokens[0] not in {"variables", "requestModels"}):
        return str(value).lower() == "true"  # the emulator has turned some already
    if name in _NUMBERS:
        return int(float(value)) if value else None
    return float(value) if name in _FRACTIONS else value
