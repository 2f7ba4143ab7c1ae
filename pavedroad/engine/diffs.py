"""What the engine makes of differences: its own comparison, and the options that sharpen a provider's."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pavedroad.engine import paths, values
from pavedroad.engine.provider_client import Diff

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pavedroad.engine.values import Props


def compare(old: Props, new: Props) -> Diff:
    """The engine's own comparison, for components and for providers that leave it to the engine.

    What providers keep for themselves among the inputs (`__...`) is nobody's change.
    """
    changed = tuple(
        key
        for key in sorted({*old, *new})
        if not key.startswith("__") and not values.same_value(old.get(key), new.get(key))
    )
    return Diff(changes="some" if changed else "none", diffs=changed)


def with_replace_on_changes(diff: Diff, patterns: Sequence[str]) -> Diff:
    """The difference, where a change under one of the paths forces a replacement."""
    if diff.changes != "some":
        return diff
    parsed = [path for path in map(paths.parse, patterns) if path]
    forced = [
        key
        for key in diff.diffs
        if key not in diff.replaces
        and any(paths.covers(pattern, paths.parse(key) or ()) for pattern in parsed)
    ]
    return replace(diff, replaces=(*diff.replaces, *forced)) if forced else diff
