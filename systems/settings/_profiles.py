"""Tier profiles, and what production may not lower.

`development` is what the models say by themselves; `production` keeps evidence longer. Protection of data
follows the tier directly (components ask for it), so there is no setting to switch it off.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

from systems._model import FLOOR
from systems.settings._problem import Problem, shown
from systems.settings._schema import keys_at, mark, node_at
from systems.settings._tree import Path, Tree, find, origin_of
from systems.settings.model import PRODUCTION_NAMES, EnvironmentSettings, SystemsSettings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from systems.settings._tree import Layer

EVERY_SYSTEM: Final[dict[str, Tree]] = {
    "development": {},
    "production": {"log_retention_days": 90},
}
"""Values that a tier gives to every system that has a setting of that name."""


def profile(tier: str) -> Tree:
    """What the tier sets under `pavedroad:`; nothing for an unknown tier."""
    shared = EVERY_SYSTEM.get(tier, {})
    systems: Tree = {
        name: {key: value for key, value in shared.items() if key in keys_at(("systems", name))}
        for name in SystemsSettings.model_fields
    }
    return {"systems": systems} if shared else {}


def floor_problems(
    environment: str,
    settings: EnvironmentSettings,
    standard: EnvironmentSettings,
    layers: Sequence[Layer],
    today: dt.date,
) -> Iterator[Problem]:
    """What a production environment may not do.

    Args:
        environment: Name of the environment.
        settings: Settings in force.
        standard: Settings that the environment would have without its parent and its own file.
        layers: What the settings were merged from.
        today: Day on which `debug_until` is judged.
    """
    if settings.tier != "production":
        if environment in PRODUCTION_NAMES:
            text = (
                f"pavedroad:tier: got {settings.tier}, an environment named {environment} must be production"
            )
            yield Problem(path="pavedroad:tier", text=text, origin=origin_of(layers, ("tier",)))
        return
    if not settings.foundation.alarm_emails and settings.foundation.alarm_topic_arn is None:
        text = "pavedroad:foundation.alarm_emails: got none, production needs an address (or alarm_topic_arn)"
        path: Path = ("foundation", "alarm_emails")
        yield Problem(path=shown(path), text=text, origin=origin_of(layers, path))
    values, standards = settings.model_dump(mode="json"), standard.model_dump(mode="json")
    for name in SystemsSettings.model_fields:
        for field in keys_at(("systems", name)):
            path = ("systems", name, field)
            got, least = find(values, path)[1], find(standards, path)[1]
            kept = mark(node_at(path) or {}, FLOOR) == "not-lower"
            if kept and isinstance(got, int) and isinstance(least, int) and got < least:
                text = f"{shown(path)}: got {got}, production allows {least} or more"
                yield Problem(path=shown(path), text=text, origin=origin_of(layers, path))
            if field == "log_level" and got == "DEBUG":
                yield from _debug_problem(settings.debug_until, today, path, layers)


def _debug_problem(
    until: str | None, today: dt.date, path: Path, layers: Sequence[Layer]
) -> Iterator[Problem]:
    if until is None or dt.date.fromisoformat(until) < today:
        reason = (
            "pavedroad:debug_until is not set" if until is None else f"pavedroad:debug_until {until} is over"
        )
        text = f"{shown(path)}: got DEBUG, production allows it until a date only; {reason}"
        yield Problem(path=shown(path), text=text, origin=origin_of(layers, path))
