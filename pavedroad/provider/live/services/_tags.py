"""Tags as most services list them: maps of `Key` and `Value`."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pavedroad.provider.live.plain import Plains


class Tag(TypedDict):
    """One tag."""

    Key: str
    Value: str


def listed(tags: Mapping[str, str]) -> list[Tag]:
    """Tags in the services' form."""
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]


def mapped(tags: Iterable[Mapping[str, object]] | None) -> Plains:
    """Tags in the provider's form."""
    return {str(tag["Key"]): str(tag["Value"]) for tag in tags or ()}


def gone(now: Iterable[Mapping[str, object]] | None, wanted: Mapping[str, str]) -> list[str]:
    """Keys of tags that stand there and are not wanted any more."""
    return sorted(set(mapped(now)) - set(wanted))
