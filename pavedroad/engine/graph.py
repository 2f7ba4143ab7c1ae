"""Dependencies between resources, as the state records them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pavedroad.engine.state import provider_urn

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Sequence

    from pavedroad.engine.state import State


def dependents(resources: Sequence[State], root: State, seen: Container[str]) -> Iterator[State]:
    """Resources that depend on one, directly or not, in the order of the state; children do not count.

    Args:
        resources: The state, dependencies first.
        root: What they depend on.
        seen: URNs that cannot depend on it any more: the program registered them before it.
    """
    found = {root.urn}
    after = False
    for state in resources:
        after = after or state is root
        if not after or state is root or state.urn in seen:
            continue
        needs = set(state.depends_on()) - {state.parent}
        needs |= set(state.dependencies)
        if needs & found:
            found.add(state.urn)
            yield state


def needs_provider(state: State, urns: Container[str]) -> bool:
    """Whether the resource is managed by one of these provider resources."""
    return bool(state.provider) and provider_urn(state.provider) in urns


def blockers(doomed: Sequence[State]) -> dict[int, list[State]]:
    """For each resource that shall go (by `id`), those that must go before it: what depends on it."""
    by_urn: dict[str, list[State]] = {}
    for state in doomed:
        by_urn.setdefault(state.urn, []).append(state)
    waits: dict[int, list[State]] = {id(state): [] for state in doomed}
    for state in doomed:
        for urn in set(state.depends_on()):
            for needed in by_urn.get(urn, ()):
                if needed is not state:
                    waits[id(needed)].append(state)
    return waits
