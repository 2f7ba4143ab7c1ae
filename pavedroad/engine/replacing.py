"""What must go along when a resource is deleted before its replacement is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pavedroad.engine import graph, values
from pavedroad.engine.provider_client import Subject
from pavedroad.engine.state import is_provider, urn_name

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from pavedroad.engine.providers import Providers
    from pavedroad.engine.state import State
    from pavedroad.engine.values import Props


async def replaced_along(
    root: State,
    resources: Sequence[State],
    registered: Container[str],
    providers: Providers,
) -> list[tuple[State, tuple[str, ...]]]:
    """Resources that must be replaced when another is, in order, with the properties that force it.

    A dependent goes along when its provider would replace it once what it takes from the replaced resource is
    not known any more, or when the replaced resource is its provider.

    Args:
        root: The resource that is replaced.
        resources: The state, dependencies first.
        registered: URNs that the program registered before it, which cannot depend on it.
        providers: The providers to ask.
    """
    found: list[tuple[State, tuple[str, ...]]] = []
    gone = {root.urn}
    for state in graph.dependents(resources, root, registered):
        if not state.custom or state.external:
            continue
        if graph.needs_provider(state, gone):
            found.append((state, ()))
            gone.add(state.urn)
            continue
        moved = [key for key in state.inputs if gone & set(state.property_dependencies.get(key, ()))]
        if not moved or is_provider(state.type):
            continue
        instance = await providers.ensure(state.provider)
        inputs: Props = {**state.inputs, **dict.fromkeys(moved, values.UNKNOWN)}
        subject = Subject(urn=state.urn, type=state.type, name=urn_name(state.urn))
        diff = await instance.client.diff(subject, state.id, (state.inputs, state.outputs), inputs, ())
        if diff.replace:
            found.append((state, diff.replaces))
            gone.add(state.urn)
    return found
