"""`pavedroad rules`: the catalogue of guardrails as a list, one rule in full, and the generated page."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict

from rich.table import Table
from rich.text import Text

from guardrails.standards import StandardsError, environments, load
from pavedroad.command.console import console, print_plain
from pavedroad.command.failure import CommandError
from policies.kit.catalogue import explain, find, page, summaries
from policies.rules import RULES
from policies.selection import ids_by_pack

_STYLES = {"critical": "bold red", "high": "red", "medium": "yellow", "low": "cyan"}


def show_list(environment: str | None, *, as_json: bool) -> None:
    """Every rule on one line, with its level in an environment (the first of the standards by default).

    Raises:
        CommandError: The environment or the standards cannot be used.
    """
    try:
        found = summaries(RULES, load(_known(environment)), ids_by_pack())
    except StandardsError as error:
        raise CommandError(str(error), remedy="Mend guardrails/standards.toml.") from error
    if as_json:
        sys.stdout.write(json.dumps([asdict(each) for each in found], indent=2) + "\n")
        return
    table = Table.grid(padding=(0, 2, 0, 0))
    for _ in range(3):
        table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row(*(Text(name, style="bold") for name in ("Severity", "Level", "Rule", "Requirement")))
    for rule in found:
        table.add_row(
            Text(rule.severity, style=_STYLES.get(rule.severity, "")),
            Text(rule.level, style="bold" if rule.level == "mandatory" else "dim"),
            Text(rule.id, style="cyan"),
            Text(rule.title),
        )
    print_plain(table, console())


def explain_rule(name: str, environment: str | None) -> None:
    """One rule in full.

    Raises:
        CommandError: There is no such rule, or the standards cannot be used.
    """
    try:
        rule = find(RULES, name)
    except LookupError as error:
        raise CommandError(str(error.args[0]), remedy="See `pavedroad rules list`.") from error
    try:
        text = explain(rule, load(_known(environment)))
    except StandardsError as error:
        raise CommandError(str(error), remedy="Mend guardrails/standards.toml.") from error
    sys.stdout.write(f"{text}\n")


def print_page() -> None:
    """The page of all rules on standard output.

    Raises:
        CommandError: The standards cannot be used.
    """
    try:
        standards = [load(name) for name in environments()]
    except StandardsError as error:
        raise CommandError(str(error), remedy="Mend guardrails/standards.toml.") from error
    sys.stdout.write(page(RULES, standards, ids_by_pack()))


def _known(environment: str | None) -> str:
    names = environments()
    if environment is None:
        return names[0]
    if environment not in names:
        raise CommandError(
            f"--stack: got {environment!r}, the standards have a table for {', '.join(names)}",
            remedy="Name one of these.",
        )
    return environment
