"""Which log groups a system has, as its stack's state tells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pavedroad.cloud.tail import Source
from pavedroad.command.display.shapes import as_list, as_mapping
from pavedroad.command.failure import CommandError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pavedroad.engine.events import Json

_SYSTEMS: Final = "pavedroad:systems:"
_FUNCTION: Final = "aws:lambda/function:Function"
_ARN_PARTS: Final = 7
_DEFAULT_TIMEOUT_SECONDS: Final = 3


@dataclass(frozen=True, kw_only=True)
class _Resource:
    urn: str
    type: str
    parent: str
    outputs: Mapping[str, Json]

    @property
    def name(self) -> str:
        return self.urn.rpartition("::")[2]


def sources_of(state: Mapping[str, Json], system: str, *, stack: str) -> list[Source]:
    """The log groups of a system's functions.

    Args:
        state: The stack's state, as a deployment.
        system: Logical name of the system, or its class in any spelling (`OrderProcessing`,
            `order-processing`, `order_processing`).
        stack: Name of the stack, for messages.

    Raises:
        CommandError: There is no such system, or it has no functions.
    """
    resources = [
        _resource(item)
        for item in as_list((as_mapping(state.get("deployment")) or {}).get("resources")) or ()
    ]
    systems = [each for each in resources if each.type.startswith(_SYSTEMS)]
    meant = {each.urn for each in systems if system == each.name} or {
        each.urn for each in systems if _plain(system) == _plain(each.type.removeprefix(_SYSTEMS))
    }
    if not meant:
        names = ", ".join(f"{each.name} ({each.type.removeprefix(_SYSTEMS)})" for each in systems)
        raise CommandError(
            f"stack {stack} has no system {system!r}",
            remedy=f"Name one of these: {names}." if names else "It holds none: run `pavedroad up` first.",
        )
    parents = {each.urn: each.parent for each in resources}
    found = [
        _source(each) for each in resources if each.type == _FUNCTION and _descends(each.urn, parents, meant)
    ]
    if not found:
        raise CommandError(
            f"system {system!r} of stack {stack} has no functions in the state",
            remedy="Run `pavedroad up` to its end, or name another system.",
        )
    return sorted(found, key=lambda source: source.function)


def _resource(item: Json) -> _Resource:
    values = as_mapping(item) or {}
    return _Resource(
        urn=str(values.get("urn", "")),
        type=str(values.get("type", "")),
        parent=str(values.get("parent", "")),
        outputs=as_mapping(values.get("outputs")) or {},
    )


def _descends(urn: str, parents: Mapping[str, str], meant: set[str]) -> bool:
    while urn:
        if urn in meant:
            return True
        urn = parents.get(urn, "")
    return False


def _source(function: _Resource) -> Source:
    outputs = function.outputs
    # arn:aws:lambda:<region>:<account>:function:<name>
    parts = str(outputs.get("arn", "")).split(":")
    if len(parts) != _ARN_PARTS:
        raise CommandError(
            f"{function.urn}: the state has no ARN of this function",
            remedy="Run `pavedroad refresh`, or `pavedroad up` to its end.",
        )
    timeout = outputs.get("timeout")
    config = as_mapping(outputs.get("loggingConfig")) or {}
    return Source(
        function=function.name,
        group=str(config.get("logGroup") or f"/aws/lambda/{parts[6]}"),
        account=parts[4],
        region=parts[3],
        timeout_seconds=int(timeout) if isinstance(timeout, (int, float)) else _DEFAULT_TIMEOUT_SECONDS,
    )


def _plain(name: str) -> str:
    return name.replace("-", "").replace("_", "").lower()
