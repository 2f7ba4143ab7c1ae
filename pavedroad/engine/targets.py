"""Which resources an operation is about: `--target` and `--exclude`, globs over URNs."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from pavedroad.engine.state import STACK_TYPE, is_provider, urn_type

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from pavedroad.engine.state import State
    from pavedroad.engine.steps import Step


class Targets:
    """The resources that an operation may change; without globs, all of them."""

    def __init__(self, targets: Sequence[str], excludes: Sequence[str]) -> None:
        """Take the globs; `*` and `**` match any part of a URN."""
        self._targets = targets
        self._excludes = excludes

    def has(self, urn: str) -> bool:
        """Whether the operation is about the resource; the stack and providers always belong to it."""
        if urn_type(urn) == STACK_TYPE or is_provider(urn_type(urn)):
            return True
        wanted = not self._targets or any(fnmatchcase(urn, glob) for glob in self._targets)
        return wanted and not any(fnmatchcase(urn, glob) for glob in self._excludes)

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
