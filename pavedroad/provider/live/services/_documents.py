"""Policy documents: as text for the services, and what is in their trust statements."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pavedroad.provider.live.plain import list_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pavedroad.provider.live.plain import Plain, Plains


def written(document: Plain) -> str:
    """A document as text; the SDK lets programs give it as a map too."""
    return document if isinstance(document, str) else json.dumps(document, separators=(",", ":"))


def statements(document: str) -> list[Plains]:
    """The statements of a document; none of what is not in order."""
    try:
        tree: Plain = json.loads(document)
    except ValueError:
        return []  # the service says so, or the table of limits has
    if not isinstance(tree, dict):
        return []
    found = tree.get("Statement")
    several: list[Plain] = [found] if isinstance(found, dict) else list_in(tree, "Statement")
    return [item for item in several if isinstance(item, dict)]


def principals(document: str, kind: str) -> Iterator[str]:
    """The principals of one kind, e.g. `AWS`, in all statements of a document."""
    for statement in statements(document):
        who = statement.get("Principal")
        named = who.get(kind) if isinstance(who, dict) else who if kind == "AWS" else None
        for item in named if isinstance(named, list) else [named]:
            if isinstance(item, str):
                yield item
