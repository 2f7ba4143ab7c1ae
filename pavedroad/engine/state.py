"""Resources as the engine knows them: URNs, goals (what the program wants) and states (what is)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from pavedroad.engine.events import StepState
from pavedroad.engine.values import mask_props

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pavedroad.engine.values import Props

STACK_TYPE: Final = "pulumi:pulumi:Stack"
PROVIDER_PREFIX: Final = "pulumi:providers:"


def make_urn(*, stack: str, project: str, parent: str, type_: str, name: str) -> str:
    """The URN of a resource; the stack's own type never stands in the chain of types."""
    chain = qualified_type(parent) if parent else ""
    full = f"{chain}${type_}" if chain and chain != STACK_TYPE else type_
    return f"urn:pulumi:{stack}::{project}::{full}::{name}"


def qualified_type(urn: str) -> str:
    """The chain of types in a URN, parents first, joined by `$`."""
    return urn.split("::", 3)[2]


def urn_type(urn: str) -> str:
    """The resource's own type."""
    return qualified_type(urn).rsplit("$", 1)[-1]


def urn_name(urn: str) -> str:
    """The logical name, which may itself hold `::`."""
    return urn.split("::", 3)[3]


def is_provider(type_: str) -> bool:
    """Whether the type is a provider resource."""
    return type_.startswith(PROVIDER_PREFIX)


def is_default_provider(urn: str) -> bool:
    """Whether the URN names a provider that the engine made by itself."""
    return is_provider(urn_type(urn)) and urn_name(urn).startswith("default")


def provider_urn(reference: str) -> str:
    """The URN in a provider reference (`<urn>::<id>`)."""
    return reference.rsplit("::", 1)[0]


@dataclass(frozen=True, kw_only=True)
class Alias:
    """Another identity of a resource: a whole URN, or what differs in it."""

    urn: str = ""
    name: str = ""
    type: str = ""
    stack: str = ""
    project: str = ""
    parent: str = ""
    no_parent: bool = False


@dataclass(kw_only=True)
class Goal:
    """What the program registered, after transforms; options that were not given are None or empty."""

    type: str
    name: str
    custom: bool
    inputs: Props
    parent: str = ""
    provider: str = ""
    dependencies: tuple[str, ...] = ()
    property_dependencies: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    protect: bool | None = None
    retain_on_delete: bool | None = None
    deleted_with: str = ""
    delete_before_replace: bool | None = None
    ignore_changes: tuple[str, ...] = ()
    replace_on_changes: tuple[str, ...] = ()
    replace_with: tuple[str, ...] = ()
    hide_diffs: tuple[str, ...] = ()
    additional_secret_outputs: tuple[str, ...] = ()
    aliases: tuple[Alias, ...] = ()
    import_id: str = ""
    custom_timeouts: dict[str, float] = field(default_factory=dict[str, float])

    def needs(self) -> Iterator[str]:
        """Every URN that must exist before this resource."""
        yield from filter(None, (self.parent, provider_urn(self.provider), self.deleted_with))
        yield from self.dependencies
        for urns in self.property_dependencies.values():
            yield from urns


@dataclass(kw_only=True)
class State:
    """One resource of the stack; the fields are those of a version 3 deployment."""

    urn: str
    type: str
    custom: bool
    id: str = ""
    inputs: Props = field(default_factory=dict)
    outputs: Props = field(default_factory=dict)
    parent: str = ""
    provider: str = ""
    dependencies: tuple[str, ...] = ()
    property_dependencies: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    delete: bool = False
    external: bool = False
    protect: bool = False
    pending_replacement: bool = False
    retain_on_delete: bool = False
    deleted_with: str = ""
    replace_with: tuple[str, ...] = ()
    import_id: str = ""
    aliases: tuple[str, ...] = ()
    init_errors: tuple[str, ...] = ()
    additional_secret_outputs: tuple[str, ...] = ()
    ignore_changes: tuple[str, ...] = ()
    replace_on_changes: tuple[str, ...] = ()
    hide_diffs: tuple[str, ...] = ()
    delete_before_replace: bool | None = None
    custom_timeouts: dict[str, float] = field(default_factory=dict[str, float])
    created: str = ""
    modified: str = ""

    @property
    def reference(self) -> str:
        """How others name this resource when it is a provider."""
        return f"{self.urn}::{self.id}"

    def depends_on(self) -> Iterator[str]:
        """Every URN that must exist before this resource: parent, provider and all dependencies."""
        if self.parent:
            yield self.parent
        if self.provider:
            yield provider_urn(self.provider)
        yield from self.dependencies
        for urns in self.property_dependencies.values():
            yield from urns
        if self.deleted_with:
            yield self.deleted_with
        yield from self.replace_with

    def copy(self) -> State:
        """A shallow copy, to change without touching this one."""
        return replace(self)

    def shown(self) -> StepState:
        """What an event may show of the resource."""
        return StepState(
            urn=self.urn,
            type=self.type,
            custom=self.custom,
            id=self.id,
            parent=self.parent,
            provider=self.provider,
            protect=self.protect,
            retain_on_delete=self.retain_on_delete,
            inputs=mask_props(self.inputs),
            outputs=mask_props(self.outputs),
        )
