"""IAM roles, with the policies that a program sets within the role itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pavedroad.provider.live.contract import LiveType
from pavedroad.provider.live.plain import flag_in, list_in, maps_in, number_in, text_in, texts_in
from pavedroad.provider.live.retrying import retrying
from pavedroad.provider.live.services._documents import written
from pavedroad.provider.live.services._iam import attachable, moment, policy_text
from pavedroad.provider.live.services._principals import refuse_missing_principals
from pavedroad.provider.live.services._tags import gone, listed, mapped

if TYPE_CHECKING:
    from mypy_boto3_iam.type_defs import CreateRoleRequestTypeDef

    from pavedroad.provider.live.contract import Call
    from pavedroad.provider.live.plain import Plain, Plains

_SESSION_SECONDS: Final = 3600
_INVALID_PRINCIPAL: Final = 'Invalid principal in policy: "AWS":"{}"'


def _trust(call: Call) -> str:
    document = written(call.inputs["assumeRolePolicy"])
    refuse_missing_principals(call, document, "MalformedPolicyDocument", _INVALID_PRINCIPAL)
    return document


def _create(call: Call) -> str:
    name = call.text("name")
    wanted: CreateRoleRequestTypeDef = {
        "RoleName": name,
        "AssumeRolePolicyDocument": _trust(call),
        "Path": text_in(call.inputs, "path") or "/",
        "Description": text_in(call.inputs, "description"),
        "MaxSessionDuration": number_in(call.inputs, "maxSessionDuration", _SESSION_SECONDS),
        "Tags": listed(call.tags),
    }
    boundary = text_in(call.inputs, "permissionsBoundary")
    if boundary:
        wanted["PermissionsBoundary"] = boundary
    call.clients.iam.create_role(**wanted)
    # The role is there now: what is set on it is tried again without making it again.
    retrying(lambda: _set_inline(call, name))
    retrying(lambda: _set_managed(call, name))
    return name


def _read(call: Call, name: str) -> Plains:
    role = call.clients.iam.get_role(RoleName=name)["Role"]
    found: Plains = {
        "name": name,
        "arn": role["Arn"],
        "assumeRolePolicy": policy_text(role.get("AssumeRolePolicyDocument")),
        "createDate": moment(role["CreateDate"]),
        "description": role.get("Description", ""),
        "maxSessionDuration": role.get("MaxSessionDuration", _SESSION_SECONDS),
        "path": role["Path"],
        "permissionsBoundary": role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn", ""),
        "uniqueId": role["RoleId"],
        "tags": mapped(role.get("Tags")),
    }
    # Policies that resources of their own set on the role are told by those resources.
    if "inlinePolicies" in call.inputs:
        found["inlinePolicies"] = _inline_now(call, name)
    if "managedPolicyArns" in call.inputs:
        found["managedPolicyArns"] = [*_managed_now(call, name)]
    return found


def _update(call: Call, name: str) -> None:
    iam = call.clients.iam
    if call.wants("assumeRolePolicy"):
        iam.update_assume_role_policy(RoleName=name, PolicyDocument=_trust(call))
    if call.wants("description"):
        iam.update_role_description(RoleName=name, Description=text_in(call.inputs, "description"))
    if call.wants("maxSessionDuration"):
        seconds = number_in(call.inputs, "maxSessionDuration", _SESSION_SECONDS)
        iam.update_role(RoleName=name, MaxSessionDuration=seconds)
    if call.wants("permissionsBoundary"):
        _set_boundary(call, name)
    if call.wants("inlinePolicies"):
        _set_inline(call, name)
    if call.wants("managedPolicyArns"):
        _set_managed(call, name)
    if call.wants("tags"):
        old = gone(iam.get_role(RoleName=name)["Role"].get("Tags"), call.tags)
        if old:
            iam.untag_role(RoleName=name, TagKeys=old)
        if call.tags:
            iam.tag_role(RoleName=name, Tags=listed(call.tags))


def _set_boundary(call: Call, name: str) -> None:
    boundary = text_in(call.inputs, "permissionsBoundary")
    if boundary:
        call.clients.iam.put_role_permissions_boundary(RoleName=name, PermissionsBoundary=boundary)
    elif call.clients.iam.get_role(RoleName=name)["Role"].get("PermissionsBoundary"):
        call.clients.iam.delete_role_permissions_boundary(RoleName=name)


def _set_inline(call: Call, name: str) -> None:
    """Make the role's inline policies those of the program, where it names any or has named some."""
    wanted = {
        text_in(item, "name"): written(item.get("policy"))
        for item in maps_in(call.inputs, "inlinePolicies")
        if text_in(item, "name")
    }
    if call.wants("inlinePolicies") or wanted:
        for old in sorted(set(_inline_names(call, name)) - set(wanted)):
            call.clients.iam.delete_role_policy(RoleName=name, PolicyName=old)
    for policy, document in wanted.items():
        call.clients.iam.put_role_policy(RoleName=name, PolicyName=policy, PolicyDocument=document)


def _set_managed(call: Call, name: str) -> None:
    wanted = set(texts_in(call.inputs, "managedPolicyArns"))
    if not (call.wants("managedPolicyArns") or wanted):
        return
    now = set(_managed_now(call, name))
    for old in sorted(now - wanted):
        call.clients.iam.detach_role_policy(RoleName=name, PolicyArn=old)
    for arn in sorted(wanted - now):
        attachable(call, arn)
        call.clients.iam.attach_role_policy(RoleName=name, PolicyArn=arn)


def _inline_names(call: Call, name: str) -> list[str]:
    pages = call.clients.iam.get_paginator("list_role_policies").paginate(RoleName=name)
    return [policy for page in pages for policy in page["PolicyNames"]]


def _inline_now(call: Call, name: str) -> list[Plain]:
    iam = call.clients.iam
    asked = [text_in(item, "name") for item in maps_in(call.inputs, "inlinePolicies")]
    # In the program's order: the list is a set, whose parts are compared one by one.
    names = sorted(
        _inline_names(call, name), key=lambda item: (item not in asked, [*asked, item].index(item))
    )
    return [
        {
            "name": item,
            "policy": policy_text(iam.get_role_policy(RoleName=name, PolicyName=item)["PolicyDocument"]),
        }
        for item in names
    ]


def _managed_now(call: Call, name: str) -> list[str]:
    pages = call.clients.iam.get_paginator("list_attached_role_policies").paginate(RoleName=name)
    return [policy.get("PolicyArn", "") for page in pages for policy in page["AttachedPolicies"]]


def _delete(call: Call, name: str) -> None:
    """Delete a role; policies go with it where the program owns them or wants them gone by force."""
    iam, force = call.clients.iam, flag_in(call.inputs, "forceDetachPolicies")
    profiles = iam.get_paginator("list_instance_profiles_for_role").paginate(RoleName=name)
    for profile in [profile for page in profiles for profile in page["InstanceProfiles"]]:
        iam.remove_role_from_instance_profile(
            InstanceProfileName=profile["InstanceProfileName"], RoleName=name
        )
    if force or list_in(call.inputs, "managedPolicyArns"):
        for arn in _managed_now(call, name):
            iam.detach_role_policy(RoleName=name, PolicyArn=arn)
    if force or list_in(call.inputs, "inlinePolicies"):
        for policy in _inline_names(call, name):
            iam.delete_role_policy(RoleName=name, PolicyName=policy)
    iam.delete_role(RoleName=name)


TYPES: Final[dict[str, LiveType]] = {
    "aws:iam/role:Role": LiveType(
        create=_create,
        read=_read,
        update=_update,
        delete=_delete,
        locate=lambda _call, name: (name, {"name": name}),
        write_only=frozenset({"forceDetachPolicies"}),
    ),
}
