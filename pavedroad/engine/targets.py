"""Which resources an operation is about: `--target` and `--exclude`, globs over URNs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from pavedroad.engine.state import STACK_TYPE, is_provider, urn_type

if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence

    from pavedroad.engine.state import State
    from pavedroad.engine.steps import Step


class Targets:
    """The resources that an operation may change; without globs, all of them."""

    def __init__(self, targets: Sequence[str], excludes: Sequence[str]) -> None:
        """Take the globs; `*` and `**` match any part of a URN, all else is as it stands."""
        self._targets = {glob: _compiled(glob) for glob in targets}
        self._excludes = {glob: _compiled(glob) for glob in excludes}
        self._met: set[str] = set()

    def has(self, urn: str) -> bool:
        """Whether the operation is about the resource; the stack and providers always belong to it."""
        wanted, excluded = self._match(self._targets, urn), self._match(self._excludes, urn)
        if urn_type(urn) == STACK_TYPE or is_provider(urn_type(urn)):
            return True
        return (wanted or not self._targets) and not excluded

    def _match(self, globs: Mapping[str, re.Pattern[str]], urn: str) -> bool:
        met = {glob for glob, pattern in globs.items() if pattern.fullmatch(urn)}
        self._met |= met
        return bool(met)

    def unmet(self) -> list[tuple[Literal["warning", "error"], str]]:
        """What is wrong with the globs that no resource has met, once all have been asked about.

        A glob may well match nothing; a whole URN that does is a mistake, and an exclude that does would let
        happen what it was to prevent.
        """
        found: list[tuple[Literal["warning", "error"], str]] = []
        for option, globs in (("--target", self._targets), ("--exclude", self._excludes)):
            for glob in globs:
                if glob in self._met:
                    continue
                harmless = option == "--target" and "*" in glob
                message = f"{option} {glob}: no resource of the stack has this URN"
                found.append(("warning" if harmless else "error", message))
        return found

    def deletes(
        self, steps: Sequence[Step], resources: Sequence[State], seen: Container[str]
    ) -> tuple[list[Step], list[tuple[str, str]]]:
        """The deletions that the operation is about, and (what would go, what needs it) where it must not.

        Args:
            steps: All deletions that the plan would do.
            resources: The state.
            seen: URNs that the program holds on to.
        """
        if not (self._targets or self._excludes):
            return list(steps), []
        doomed = {id(step.state): step for step in steps if self.has(step.state.urn)}
        problems: list[tuple[str, str]] = []
        # Backwards, so that what is kept is known before what it needs is looked at.
        for state in reversed(resources):
            if id(state) in doomed or state.urn in seen:
                continue
            needs = set(state.depends_on())
            for step in list(doomed.values()):
                if step.state.urn not in needs or step.state.delete:
                    continue
                if urn_type(step.state.urn) == STACK_TYPE or is_provider(step.state.type):
                    del doomed[id(step.state)]
                else:
                    problems.append((step.state.urn, state.urn))
        return list(doomed.values()), problems


def _compiled(glob: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, glob.split("*"))), re.DOTALL)
