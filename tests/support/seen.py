"""What boto3 sees of a resource, in a form that can be compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_ABSENT = ("NotFound", "404", "NoSuch", "DoesNotExist")


def gone(look: Callable[[], dict[str, object]]) -> dict[str, object] | None:
    """What is there, or None when AWS says that nothing is."""
    try:
        return look()
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        if any(word in code for word in _ABSENT):
            return None
        raise


def without(answer: Mapping[str, object], *keys: str) -> dict[str, object]:
    """An answer without what says nothing of the resource, such as times."""
    return {key: value for key, value in answer.items() if key not in {*keys, "ResponseMetadata"}}
