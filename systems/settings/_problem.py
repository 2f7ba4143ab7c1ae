"""What can be wrong with settings, and the one text in which all of it is reported."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

import pulumi

if TYPE_CHECKING:
    from collections.abc import Iterable

    from systems.settings._tree import Path


@dataclass(frozen=True, kw_only=True, order=True)
class Problem:
    """One defect of the configuration.

    Attributes:
        path: Path as a reader writes it: `order_processing.batch_size`, `aws:region`.
        text: What is there and what is allowed.
        origin: File or profile the value came from; empty when nothing was written anywhere.
    """

    path: str
    text: str
    origin: str = ""

    def __str__(self) -> str:
        """One line."""
        return f"{self.text} ({self.origin})" if self.origin else self.text


class SettingsError(pulumi.RunError):
    """The configuration of a stack is not usable; the SDK prints its text without a traceback.

    Attributes:
        problems: All that was found, in the order of the text.
    """

    def __init__(self, stack: str, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        count = len(self.problems)
        lines = "".join(f"\n  - {problem}" for problem in self.problems)
        super().__init__(f"stack {stack}: {count} problem{'s' if count > 1 else ''} in the settings{lines}")


def shown(path: Path) -> str:
    """A path as it is written in messages: systems by their own name, top-level keys by their config key."""
    if len(path) > 1 and path[0] == "systems":
        return ".".join(path[1:])
    return f"pavedroad:{'.'.join(path)}"


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The end of a sentence about an unknown name: the nearest known one, else all of them."""
    names = sorted(known)
    near = get_close_matches(name, names, n=1, cutoff=0.6)
    return f"did you mean `{near[0]}`?" if near else f"allowed: {', '.join(names)}"
