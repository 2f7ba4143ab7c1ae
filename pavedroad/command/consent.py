"""Asking before a stack is changed."""

from __future__ import annotations

import sys

import typer

from pavedroad.command.failure import CommandError


def demand_consent(*, yes: bool, as_json: bool, instead: str) -> None:
    """See to it, before anything is done, that consent is given or somebody can be asked.

    Args:
        yes: Consent is given.
        as_json: Standard output is for a machine.
        instead: What else can be run.

    Raises:
        CommandError: There is nobody to ask.
    """
    if yes or (not as_json and _has_reader()):
        return
    reason = "--json leaves no room for a question" if as_json else "there is no terminal to ask on"
    raise CommandError(
        f"this changes the stack, and {reason}", remedy=f"Give --yes, or see first what it does: {instead}."
    )


def consents(question: str) -> bool:
    """Ask; no is the default.

    Raises:
        KeyboardInterrupt: The reader went away, or pressed Ctrl-C.
    """
    try:
        return typer.confirm(question, err=True)
    except typer.Abort:
        sys.stderr.write("\n")
        raise KeyboardInterrupt from None


def _has_reader() -> bool:
    # Whoever cannot see the plan cannot agree to it.
    return sys.stdin.isatty() and sys.stdout.isatty()
