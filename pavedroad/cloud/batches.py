"""What a function's answer says about the records of its batch (`ReportBatchItemFailures`)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Collection


def failed_items(answer: object, known: Collection[str]) -> list[str] | None:
    """The identifiers of the records that failed, in the answer's order; None when the whole batch did.

    No answer, an empty one and an empty list are success. An answer that is no object, a list that is none,
    an item without an identifier and one that was not in the batch fail all of it (Lambda guide, "Success and
    failure conditions").

    Args:
        answer: What the handler returned.
        known: The identifiers of the batch.
    """
    if isinstance(answer, str):
        try:
            answer = json.loads(answer or "null")
        except json.JSONDecodeError:
            return None
    listed = (
        cast("dict[str, object]", answer).get("batchItemFailures") if isinstance(answer, dict) else answer
    )
    if listed is None:
        return []
    if not isinstance(listed, list) or not isinstance(answer, dict):
        return None
    items = [_identifier(item) for item in cast("list[object]", listed)]
    found = [item for item in items if item in known]
    return found if len(found) == len(items) else None


def _identifier(item: object) -> str:
    value = cast("dict[str, object]", item).get("itemIdentifier") if isinstance(item, dict) else None
    return value if isinstance(value, str) else ""
