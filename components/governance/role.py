"""A role with the house's rules: name prefix, permissions boundary, one inline policy of exact statements.

The role's ARN is handed on only together with its policy, so that nothing acts before it is allowed to.
Left out: managed policies, instance profiles, roles for people.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulumi_aws import iam

from components._base import known_after
from components._iam import policy_document
from components._naming import Kind, physical_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pulumi import Output

    from components._base import Component
    from components._iam import Statement
    from components._platform import Platform


@dataclass(frozen=True, kw_only=True)
class Role:
    """Attributes: name: physical name. arn: known at plan time, usable once role and policy are there."""

    name: str
    arn: Output[str]


def add_role(
    owner: Component,
    name: str,
    *,
    platform: Platform,
    physical: str,
    trust: str,
    statements: Sequence[Statement],
    description: str,
) -> Role:
    """Make role and policy children of their owner.

    Args:
        owner: Component that acts under the role.
        name: Logical name of the owner; the role is `<name>-role`.
        platform: Gives boundary and scope.
        physical: Logical name from which the role's physical name is built.
        trust: Trust policy document.
        statements: What the role may do; one or more.
        description: Shown in IAM.
    """
    role_name = physical_name(platform.scope, physical, Kind.ROLE)
    role = iam.Role(
        f"{name}-role",
        name=role_name,
        description=description,
        assume_role_policy=trust,
        permissions_boundary=platform.boundary_arn,
        opts=owner.child(),
    )
    grants = iam.RolePolicy(
        f"{name}-grants",
        name="grants",
        role=known_after(role_name, role),
        policy=policy_document(statements),
        opts=owner.child(),
    )
    return Role(name=role_name, arn=known_after(platform.scope.arn("iam", f"role/{role_name}"), role, grants))
