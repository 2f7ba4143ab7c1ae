"""What a rule sees: one resource, or the stack with its dependencies. Immutable, free of the SDK's types."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

from policies.kit.reader import Facts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from guardrails.verdict import Maybe

_URN_PARTS = 4


@dataclass(frozen=True, kw_only=True)
class ResourceView:
    """One resource.

    Attributes:
        type: Type token, e.g. `aws:lambda/function:Function`.
        name: Logical name.
        urn: URN.
        props: Checked inputs in a resource policy, outputs in a stack policy.
        provider: Inputs of the resource's provider; absent when the request leaves it out.
        parent: URN of the parent, or empty.
        protect: Whether the resource is protected.
        links: URNs that each top-level property depends on; stack policies only.
    """

    type: str
    name: str
    urn: str
    props: Facts
    provider: Facts = field(default_factory=lambda: Facts(None))
    parent: str = ""
    protect: bool = False
    links: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def region(self) -> Maybe[str]:
        """The resource's own `region`, else its provider's; None when neither says it."""
        own = self.props.text("region")
        return self.provider.text("region") if own is None else own

    @property
    def subject(self) -> str:
        """How messages name the resource."""
        return f"{self.name} ({self.type})"

    @property
    def stack(self) -> str:
        """Name of the stack, from the URN."""
        parts = self.urn.split(":", _URN_PARTS)
        return parts[2] if len(parts) > _URN_PARTS - 1 else ""


@dataclass(frozen=True, kw_only=True)
class StackView:
    """All resources of a stack.

    Attributes:
        resources: In the order of registration.
    """

    resources: tuple[ResourceView, ...]

    @cached_property
    def by_urn(self) -> Mapping[str, ResourceView]:
        """The resources by URN."""
        return {resource.urn: resource for resource in self.resources}

    @cached_property
    def _by_type(self) -> Mapping[str, tuple[ResourceView, ...]]:
        groups: dict[str, list[ResourceView]] = {}
        for resource in self.resources:
            groups.setdefault(resource.type, []).append(resource)
        return {kind: tuple(members) for kind, members in groups.items()}

    def of_type(self, *types: str) -> tuple[ResourceView, ...]:
        """The resources of these types, type by type, each in the order of registration."""
        return tuple(resource for kind in types for resource in self._by_type.get(kind, ()))

    def linked(self, resource: ResourceView, property_name: str, *types: str) -> tuple[ResourceView, ...]:
        """The in-stack resources that a top-level property depends on, of these types (all if none is given).

        Nested references share the entry of their top-level property, so callers filter by type.
        """
        targets = (self.by_urn.get(urn) for urn in resource.links.get(property_name, ()))
        return tuple(target for target in targets if target and (not types or target.type in types))

    @property
    def name(self) -> str:
        """Name of the stack; empty for an empty stack."""
        return self.resources[0].stack if self.resources else ""
