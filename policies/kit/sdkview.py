"""From the SDK's arguments to the views that rules see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policies.kit.reader import Facts
from policies.kit.views import ResourceView, StackView

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pulumi_policy as sdk


def resource_view(args: sdk.ResourceValidationArgs) -> ResourceView:
    """The view of a resource policy."""
    return ResourceView(
        type=args.resource_type,
        name=args.name,
        urn=args.urn,
        props=Facts(args.props),
        provider=Facts(args.provider.props if args.provider else None),
        parent=args.opts.parent or "",
        protect=bool(args.opts.protect),
    )


def stack_view(args: sdk.StackValidationArgs) -> StackView:
    """The view of a stack policy."""
    return StackView(resources=tuple(_member(resource) for resource in args.resources))


def stack_name(args: sdk.StackValidationArgs) -> str:
    """Name of the stack, from the URN of any resource; empty for an empty stack."""
    parts = args.resources[0].urn.split(":", 4) if args.resources else ()
    return parts[2] if len(parts) > 4 else ""  # noqa: PLR2004 - urn:pulumi:<stack>::...


def _member(resource: sdk.PolicyResource) -> ResourceView:
    dependencies = resource.property_dependencies
    links: Mapping[str, tuple[str, ...]] = {
        name: tuple(target.urn for target in targets) for name, targets in dependencies.items()
    }
    return ResourceView(
        type=resource.resource_type,
        name=resource.name,
        urn=resource.urn,
        props=Facts(resource.props),
        provider=Facts(resource.provider.props if resource.provider else None),
        parent=resource.parent.urn if resource.parent else "",
        protect=bool(resource.opts.protect),
        links=links,
    )
