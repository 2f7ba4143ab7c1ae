"""Who may do what in the local cloud, where AWS asks and the emulator does not.

The emulator decides about signed calls. What a service does by itself - read a queue with a function's role,
invoke a function because of a rule - it just does. The corrections ask here first. The decision is the
emulator's own: its policies, its evaluator. Left out: service control policies and KMS grants, which it does
not evaluate either.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from pavedroad.cloud.seams import Seam

if TYPE_CHECKING:
    from collections.abc import Mapping

_EVALUATOR: Final = Seam(
    "core.iam_evaluator",
    "EvalContext",
    "_POLICY_REQUIRED",
    "_RESOURCE_POLICY_LOOKUPS",
    "_gather_role_policies",
    "_permissions_boundary",
    "_resource_policy",
    "combine_resource_policy",
    "evaluate",
    "evaluate_resource_policy",
)
_IAM: Final = Seam("services.iam", "_roles")
_RESPONSES: Final = Seam("core.responses", "get_account_id", "get_region", "request_scope")
_TAGGING: Final = Seam("services.tagging", "resource_tags")

_MACHINE_PARTS: Final = 7  # arn:aws:states:<region>:<account>:stateMachine:<name>, then the qualifier
_ALLOW: Final = "Allow"
_DENY: Final = "Deny"


@dataclass(frozen=True)
class Decision:
    """What was decided about one action on one resource.

    Attributes:
        allowed: Whether it may be done; a decision is true when it may.
        message: Why not, in AWS's words; empty when allowed.
    """

    allowed: bool
    message: str = ""

    def __bool__(self) -> bool:
        """Whether it may be done."""
        return self.allowed


def check() -> None:
    """Make sure that every name of the emulator that is used here is there.

    Raises:
        CorrectionError: One is not: the emulator is another one than this was written for.
    """
    for seam in (_EVALUATOR, _IAM, _RESPONSES, _TAGGING):
        seam.check()


def account_of(arn: str) -> str:
    """The account that an ARN names; the present request's when it names none."""
    parts = arn.split(":", 5)
    return (parts[4] if len(parts) > 5 else "") or _RESPONSES["get_account_id"]()  # noqa: PLR2004 - an ARN has six


def region_of(arn: str) -> str:
    """The region that an ARN names; the present request's when it names none."""
    parts = arn.split(":", 5)
    return (parts[3] if len(parts) > 5 else "") or _RESPONSES["get_region"]()  # noqa: PLR2004 - an ARN has six


def role_exists(role_arn: str) -> bool:
    """Whether there is such a role."""
    return _role(role_arn) is not None


def role_allows(
    role_arn: str,
    action: str,
    resource_arn: str,
    *,
    context: Mapping[str, str] | None = None,
    session: str = "session",
) -> Decision:
    """Decide whether a session of a role may do something.

    Identity policies, the boundary and the resource's own policy count, as for a call that the role signs
    itself.

    Args:
        role_arn: The role; its session's account is the role's.
        action: For instance `sqs:ReceiveMessage`.
        resource_arn: What it is done to; `*` for actions that know no resource.
        context: Condition keys of the request, such as `kms:ViaService`.
        session: Name of the session, for messages and `aws:PrincipalArn`-like conditions.
    """
    resource_arn, qualifier = _unqualified(resource_arn)
    account, name = account_of(role_arn), _role_name(role_arn)
    principal = f"arn:aws:sts::{account}:assumed-role/{name}/{session}"
    refusal = f"User: {principal} is not authorized to perform: {action} on resource: {resource_arn}"
    role = _role(role_arn)
    if role is None:
        return Decision(allowed=False, message=f"{refusal} because the role {role_arn} does not exist")
    request = _request(principal, "AssumedRole", action, resource_arn, context)
    request.service_context |= _resource_tags(resource_arn) | qualifier
    request.principal_keys |= {
        f"aws:principaltag/{tag['Key'].lower()}": tag["Value"] for tag in role.get("Tags") or ()
    }
    policies = _EVALUATOR["_gather_role_policies"](name, account)
    limits = _EVALUATOR["_permissions_boundary"](_IAM["_roles"], name, account)
    identity = _EVALUATOR["evaluate"](request, policies, *limits)
    service = action.partition(":")[0]
    found = _resource_policy(service, resource_arn)
    result = identity
    if found is not None:
        required = service in _EVALUATOR["_POLICY_REQUIRED"]
        result = _EVALUATOR["combine_resource_policy"](
            identity, request, *found, required=required, limits=limits
        )
    if result.decision == _ALLOW:
        return Decision(allowed=True)
    if identity.decision == _ALLOW:
        kind = "resource-based policy"
        denied = result.decision == _DENY
    else:
        alone = _EVALUATOR["evaluate"](request, policies)
        denied = identity.decision == _DENY
        by_boundary = alone.decision == _ALLOW or (denied and alone.decision != _DENY)
        kind = "permissions boundary" if by_boundary else "identity-based policy"
    article = "an" if kind.startswith("i") else "a"
    why = (
        f"with an explicit deny in {article} {kind}"
        if denied
        else f"because no {kind} allows the {action} action"
    )
    return Decision(allowed=False, message=f"{refusal} {why}")


def role_trusts(role_arn: str, service: str, *, source_arn: str, source_account: str) -> bool:
    """Whether a service may assume a role for one of its resources.

    Args:
        role_arn: The role; one that does not exist trusts nobody.
        service: Principal of the service, for instance `lambda.amazonaws.com`.
        source_arn: The resource that the role is for.
        source_account: Its account.
    """
    role = _role(role_arn)
    if role is None:
        return False
    policy = role.get("AssumeRolePolicyDocument")
    return resource_allows(
        policy, service, "sts:AssumeRole", role_arn, source_arn=source_arn, source_account=source_account
    ).allowed


def resource_allows(
    policy: str | Mapping[str, object] | None,
    service: str,
    action: str,
    resource_arn: str,
    *,
    source_arn: str,
    source_account: str,
    context: Mapping[str, str] | None = None,
) -> Decision:
    """Decide whether a resource's own policy lets a service do something for one of its resources.

    Args:
        policy: The policy document; None when there is none, which allows nothing.
        service: Principal of the service, for instance `events.amazonaws.com`.
        action: For instance `sqs:SendMessage`.
        resource_arn: What it is done to.
        source_arn: The resource on whose behalf, for instance the rule; empty when there is none.
        source_account: Its account.
        context: Further condition keys.
    """
    source = {
        "aws:sourcearn": source_arn,
        "aws:sourceaccount": source_account,
        "aws:principalisawsservice": "true",
    }
    keys = {key: value for key, value in source.items() if value} | dict(context or {})
    request = _request(service, "AWSService", action, resource_arn, keys)
    result = _EVALUATOR["evaluate_resource_policy"](policy, request, service=service)
    if result.decision == _ALLOW:
        return Decision(allowed=True)
    why = (
        "with an explicit deny in a resource-based policy"
        if result.decision == _DENY
        else f"because no resource-based policy allows the {action} action"
    )
    return Decision(
        allowed=False,
        message=f"{service} for {source_arn} is not authorized to perform: {action} on resource: "
        f"{resource_arn} {why}",
    )


def service_may(
    service: str,
    action: str,
    resource_arn: str,
    *,
    source_arn: str,
    source_account: str,
    context: Mapping[str, str] | None = None,
) -> Decision:
    """Like `resource_allows`, with the policy that the queue, topic, function or bucket has now."""
    found = _resource_policy(action.partition(":")[0].lower(), resource_arn)
    policy = found[0] if found else None
    return resource_allows(
        policy,
        service,
        action,
        resource_arn,
        source_arn=source_arn,
        source_account=source_account,
        context=context,
    )


def _unqualified(arn: str) -> tuple[str, dict[str, str]]:
    """An alias or version of a state machine is asked for as its machine; the rest is a condition key."""
    parts = arn.split(":")
    if ":stateMachine:" not in arn or len(parts) <= _MACHINE_PARTS:
        return arn, {}
    return ":".join(parts[:_MACHINE_PARTS]), {"states:statemachinequalifier": parts[_MACHINE_PARTS]}


def _role_name(role_arn: str) -> str:
    return role_arn.rpartition("/")[2]


def _role(role_arn: str) -> dict[str, Any] | None:
    return _IAM["_roles"].get_scoped(account_of(role_arn), None, _role_name(role_arn))


def _resource_policy(service: str, resource_arn: str) -> tuple[str | dict[str, object], str | None] | None:
    # Some of the lookups search the request's account and region only; the resource's are meant.
    with _RESPONSES["request_scope"](account_of(resource_arn), region_of(resource_arn)):
        return _EVALUATOR["_resource_policy"](service, resource_arn)


def _resource_tags(resource_arn: str) -> dict[str, str]:
    with _RESPONSES["request_scope"](account_of(resource_arn), region_of(resource_arn)):
        tags: dict[str, str] = _TAGGING["resource_tags"](resource_arn) or {}
    return {f"aws:resourcetag/{name}".lower(): value for name, value in tags.items()}


def _request(
    principal: str, kind: str, action: str, resource_arn: str, context: Mapping[str, str] | None
) -> Any:  # noqa: ANN401 - the emulator is untyped
    """What is asked; services and roles call from inside AWS, by TLS."""
    keys: dict[str, object] = {"aws:tagkeys": None}
    keys |= {key.lower(): value for key, value in (context or {}).items()}
    return _EVALUATOR["EvalContext"](
        principal_arn=principal,
        principal_type=kind,
        principal_account=account_of(principal) if principal.startswith("arn:") else "",
        action=action,
        resource_arn=resource_arn,
        region=region_of(resource_arn),
        source_ip="",
        secure_transport=True,
        service_context=keys,
    )
