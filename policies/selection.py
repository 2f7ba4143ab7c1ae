"""Which rules a pack serves. The rules about the rules are in every pack, at its end."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from policies.rules import RULES, rulebook

if TYPE_CHECKING:
    from policies.kit.rule import Rule

EXEMPTIONS: Final = Path(__file__).with_name("exemptions.toml")
"""The one register of exemptions, for all packs."""

PACKS: Final = {
    # The organisation's standards.
    "standards": (
        "L1", "L2", "L3a", "L3b", "L3c", "L23",
        "A1", "A1b", "A2", "A3", "A3b", "A4", "A5", "A6",
        "F1",
        "K1", "K3a", "K3b", "K3c",
        "I1", "I2",
    ),
}  # fmt: skip
"""Rows of the catalogue by pack."""


def rules_of(pack: str) -> tuple[Rule, ...]:
    """The rules of a pack, in the order of the catalogue.

    Raises:
        KeyError: When no pack has this name.
    """
    rows = PACKS[pack]
    return (*(rule for rule in RULES if rule.row in rows), *rulebook.RULES)


def ids_by_pack() -> dict[str, tuple[str, ...]]:
    """Rule ids by pack, for the catalogue."""
    return {pack: tuple(rule.id for rule in rules_of(pack)) for pack in PACKS}
