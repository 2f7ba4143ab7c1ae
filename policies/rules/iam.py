"""Rules on IAM principals: permissions boundary (I1) and name (I2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from guardrails.roles import (
    BoundaryStandard,
    NameStandard,
    PrincipalFacts,
    boundary_attached,
    name_prefixed,
    trusted_services,
)
from guardrails.verdict import UNKNOWN, Maybe, Unknown, Verdict
from policies.kit.parameters import BOUNDARY_POLICIES, ROLE_NAME_PREFIXES, ROLE_PATHS, Parameter
from policies.kit.rule import Level, Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from policies.kit.parameters import Parameters
    from policies.kit.reader import Json
    from policies.kit.views import ResourceView, StackView

ROLE: Final = "aws:iam/role:Role"
USER: Final = "aws:iam/user:User"
POLICY: Final = "aws:iam/policy:Policy"


def _facts(view: ResourceView, boundary_names: tuple[Maybe[str], ...] = ()) -> PrincipalFacts:
    props = view.props
    trust = props.plain("assumeRolePolicy")
    return PrincipalFacts(
        label=view.name,
        name=props.text("name"),
        name_prefix=props.text("namePrefix"),
        path=props.text("path"),
        boundary=props.text("permissionsBoundary"),
        boundary_names=boundary_names,
        trusted_services=UNKNOWN if isinstance(trust, Unknown) else trusted_services(trust),
    )


def _boundary_standard(parameters: Parameters) -> BoundaryStandard:
    return BoundaryStandard(
        policies=parameters.texts("boundaryPolicies"), accounts=parameters.texts("boundaryAccounts")
    )


def _boundary(view: ResourceView, parameters: Parameters) -> Verdict:
    return boundary_attached(_facts(view), _boundary_standard(parameters))


def _boundary_in_stack(view: ResourceView, stack: StackView, parameters: Parameters) -> Verdict:
    policies = stack.linked(view, "permissionsBoundary", POLICY)
    names = tuple(policy.props.text("name") for policy in policies)
    return boundary_attached(_facts(view, names), _boundary_standard(parameters))


def _attach_boundary(view: ResourceView, parameters: Parameters) -> Mapping[str, Json]:
    """Adds the configured boundary where none is set; another one is left for a person to judge."""
    arn = parameters.text("boundaryArn")
    missing = not view.props.has("permissionsBoundary") and bool(_boundary(view, parameters).findings)
    return {"permissionsBoundary": arn} if arn and missing else {}


def _name(view: ResourceView, parameters: Parameters) -> Verdict:
    standard = NameStandard(
        prefixes=parameters.texts("roleNamePrefixes"),
        paths=parameters.texts("rolePaths"),
        services=parameters.texts("prefixServices"),
    )
    return name_prefixed(_facts(view), standard)


IAM_ROLE_BOUNDARY_ATTACHED: Final = Rule(
    id="iam-role-boundary-attached",
    row="I1",
    title="Every role and user carries the company's permissions boundary.",
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    types=(ROLE, USER),
    reads=(POLICY,),
    resource=_boundary,
    in_stack=_boundary_in_stack,
    remediation="Set permissionsBoundary to the company boundary.",
    not_applicable="path starts /aws-service-role/ or /aws-reserved/",
    parameters={
        "boundaryPolicies": BOUNDARY_POLICIES,
        "boundaryAccounts": Parameter(
            meaning="Accounts the boundary may live in; empty for any.", kind="array", default=[]
        ),
        "boundaryArn": Parameter(
            meaning="The boundary that level `remediate` attaches where none is set.", kind="string"
        ),
    },
    remediate=_attach_boundary,
)

IAM_ROLE_NAME_PREFIXED: Final = Rule(
    id="iam-role-name-prefixed",
    row="I2",
    title="Every role has a name with the agreed prefix and an agreed path.",
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    types=(ROLE,),
    resource=_name,
    remediation="Name the role with the agreed prefix and path.",
    not_applicable="as I1; the trust policy names no service of prefixServices, if that is given",
    parameters={
        "roleNamePrefixes": ROLE_NAME_PREFIXES,
        "rolePaths": ROLE_PATHS,
        "prefixServices": Parameter(
            meaning="Judge only roles that one of these service principals may assume; empty for all.",
            kind="array",
            default=[],
        ),
    },
)

RULES: Final[tuple[Rule, ...]] = (IAM_ROLE_BOUNDARY_ATTACHED, IAM_ROLE_NAME_PREFIXED)
