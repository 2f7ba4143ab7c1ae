"""A refusal and its words: field, got, allowed. Secrets and long texts are never quoted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pavedroad.provider.values import Secret, Value, is_secret

_LONGEST_QUOTE: Final = 80


@dataclass(frozen=True)
class Finding:
    """A refusal.

    Attributes:
        path: Path of the input, e.g. `loggingConfig.logFormat`.
        reason: What was got, what is allowed, how to mend it; never a secret.
    """

    path: str
    reason: str


def refuse(path: str, value: Value, allowed: str) -> Finding:
    """A refusal of one value."""
    return Finding(path, f"{path}: got {quote(value)}, allowed {allowed}")


def quote(value: Value) -> str:
    """A value for a message."""
    if isinstance(value, Secret) or is_secret(value):
        return "[secret]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return f"{value:.15g}"
    if isinstance(value, str):
        return f'"{value}"' if len(value) <= _LONGEST_QUOTE else f"a text of {len(value)} characters"
    if isinstance(value, list):
        return f"{len(value)} {'entry' if len(value) == 1 else 'entries'}"
    return "nothing" if value is None else "a map"


def size(value: float, unit: str) -> str:
    """A measured amount for a message, e.g. `12 characters`."""
    return f"{value:g} {unit}"
