"""All rules, area by area, in the order of the catalogue; the rules about the rules last."""

from __future__ import annotations

from typing import Final

from policies.rules import api, cdn, functions, iam, kafka, rulebook

RULES: Final = (
    *functions.RULES,
    *api.RULES,
    *iam.RULES,
    *kafka.RULES,
    *cdn.RULES,
    *rulebook.RULES,
)
