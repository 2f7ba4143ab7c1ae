"""Finds the old state of a resource that was renamed, moved or retyped, by its aliases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pavedroad.engine.state import STACK_TYPE, make_urn, qualified_type, urn_name, urn_type

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping

    from pavedroad.engine.state import Alias, Goal, State


class AliasBook:
    """The aliases that resources of this run were found under.

    Attributes:
        used: Old URN to the new URN that took it over.
    """

    def __init__(self, *, project: str, stack: str) -> None:
        """Start with none."""
        self._project = project
        self._stack = stack
        self.used: dict[str, str] = {}
        self._old_of: dict[str, str] = {}

    def find(
        self, goal: Goal, urn: str, olds: Mapping[str, State], seen: Container[str]
    ) -> tuple[State | None, str, str]:
        """The old state, the alias it was found under, and what is wrong with it; each may be empty."""
        if urn in self.used:
            return None, "", f"Duplicate resource URN '{urn}': {self.used[urn]} took it over by an alias"
        if urn in olds:
            return olds[urn], "", ""
        for alias in self._candidates(goal):
            if alias not in olds:
                continue
            other = self.used.get(alias, alias if alias in seen else "")
            if other:
                return None, "", f"Duplicate resource alias '{alias}': it is applied to {urn} and {other}"
            self.used[alias] = urn
            self._old_of[urn] = alias
            return olds[alias], alias, ""
        return None, "", ""

    def _candidates(self, goal: Goal) -> Iterator[str]:
        own = [self._urn(goal, alias) for alias in goal.aliases]
        yield from own
        parent = self._old_of.get(goal.parent)
        if parent is None:
            return
        # A child of a renamed parent: its old name may have carried the parent's old name in front.
        for type_, name in [(goal.type, goal.name), *((urn_type(urn), urn_name(urn)) for urn in own)]:
            prefix = urn_name(goal.parent)
            old_name = urn_name(parent) + name.removeprefix(prefix) if name.startswith(prefix) else name
            yield make_urn(
                stack=self._stack, project=self._project, parent=parent, type_=type_, name=old_name
            )

    def _urn(self, goal: Goal, alias: Alias) -> str:
        if alias.urn:
            return alias.urn
        parent = alias.parent or goal.parent
        if alias.parent:
            parent = self._old_of.get(alias.parent, alias.parent)
        if alias.no_parent or (parent and qualified_type(parent) == STACK_TYPE):
            parent = ""
        return make_urn(
            stack=alias.stack or self._stack,
            project=alias.project or self._project,
            parent=parent,
            type_=alias.type or goal.type,
            name=alias.name or goal.name,
        )
