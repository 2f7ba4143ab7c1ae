"""The base of every component: its type token, the options of its children, values known ahead.

Kept small on purpose: no registry, no singleton, no configuration, no naming.
"""

from __future__ import annotations

from typing import ClassVar, TypeVar

import pulumi
from pulumi import ComponentResource, Inputs, Output, Resource, ResourceOptions

T = TypeVar("T")


class Component(ComponentResource):
    """A component resource whose class names its type token once.

    Attributes:
        TYPE: Type token `pavedroad:<area>:<Class>`; part of each child's URN: a change needs an alias.
    """

    TYPE: ClassVar[str] = ""

    def __init__(self, name: str, opts: ResourceOptions | None = None) -> None:
        super().__init__(self.TYPE, name, None, opts)

    def child(
        self,
        *,
        depends_on: list[Resource] | None = None,
        protect: bool | None = None,
        retain_on_delete: bool | None = None,
    ) -> ResourceOptions:
        """Options of a child: this component is its parent; nothing of the caller's options is merged in."""
        return ResourceOptions(
            parent=self, depends_on=depends_on, protect=protect, retain_on_delete=retain_on_delete
        )

    def warn(self, message: str) -> None:
        """Show a warning at this component in the preview."""
        pulumi.log.warn(message, resource=self)

    def finish(self, outputs: Inputs) -> None:
        """Register the outputs; the last call of a constructor."""
        self.register_outputs(outputs)


def known_after(value: T, resource: Resource, *others: Resource) -> Output[T]:
    """A value that is known at plan time and may be used only once the resources are there.

    An ARN built from a name is such a value. A plain string would lose the order of creation; the resource's
    own output is unknown at a first preview, and with it every document it stands in. The URN of a resource
    is always known, so the result is too, and it carries the dependency.
    """
    urns = Output.all(*[r.urn for r in (resource, *others)]) if others else resource.urn
    return urns.apply(lambda _: value)
