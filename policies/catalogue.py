"""The catalogue of this repository's rules, for the command: list, explain, and the generated page."""

from __future__ import annotations

from guardrails.standards import environments, load
from policies.kit import catalogue
from policies.kit.catalogue import RuleSummary
from policies.rules import RULES
from policies.selection import ids_by_pack

__all__ = ["RuleSummary", "docs", "explain", "listing"]


def listing(environment: str) -> tuple[RuleSummary, ...]:
    """All rules, with the levels of an environment.

    Raises:
        StandardsError: When the standards are faulty.
    """
    return catalogue.summaries(RULES, load(environment), ids_by_pack())


def explain(name: str, environment: str) -> str:
    """One rule in full, as Markdown.

    Args:
        name: Id, policy name or row.
        environment: Whose level is shown.

    Raises:
        LookupError: When no rule has this name.
        StandardsError: When the standards are faulty.
    """
    return catalogue.explain(catalogue.find(RULES, name), load(environment))


def docs() -> str:
    """The page docs/guardrails.md.

    Raises:
        StandardsError: When the standards are faulty.
    """
    return catalogue.page(RULES, [load(name) for name in environments()], ids_by_pack())
