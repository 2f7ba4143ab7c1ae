"""IAM users and groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pavedroad.provider.live.contract import LiveType, Refused
from pavedroad.provider.live.plain import flag_in, text_in
from pavedroad.provider.live.services._tags import gone, listed, mapped

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_iam.type_defs import CreateUserRequestTypeDef

    from pavedroad.provider.live.contract import Call
    from pavedroad.provider.live.plain import Plains

_CONFLICT: Final = "DeleteConflict"


def _create_user(call: Call) -> str:
    name = call.text("name")
    wanted: CreateUserRequestTypeDef = {
        "UserName": name,
        "Path": text_in(call.inputs, "path") or "/",
        "Tags": listed(call.tags),
    }
    boundary = text_in(call.inputs, "permissionsBoundary")
    if boundary:
        wanted["PermissionsBoundary"] = boundary
    call.clients.iam.create_user(**wanted)
    return name


def _read_user(call: Call, name: str) -> Plains:
    user = call.clients.iam.get_user(UserName=name)["User"]
    return {
        "arn": user["Arn"],
        "name": name,
        "path": user["Path"],
        "permissionsBoundary": user.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn", ""),
        "uniqueId": user["UserId"],
        "tags": mapped(user.get("Tags")),
    }


def _update_user(call: Call, name: str) -> None:
    iam = call.clients.iam
    _same_place(call, name)
    if call.wants("permissionsBoundary"):
        boundary = text_in(call.inputs, "permissionsBoundary")
        if boundary:
            iam.put_user_permissions_boundary(UserName=name, PermissionsBoundary=boundary)
        elif iam.get_user(UserName=name)["User"].get("PermissionsBoundary"):
            iam.delete_user_permissions_boundary(UserName=name)
    if call.wants("tags"):
        old = gone(iam.get_user(UserName=name)["User"].get("Tags"), call.tags)
        if old:
            iam.untag_user(UserName=name, TagKeys=old)
        if call.tags:
            iam.tag_user(UserName=name, Tags=listed(call.tags))


def _same_place(call: Call, name: str) -> None:
    """Refuse to move or rename in place: AWS can, the local cloud has no such operation."""
    path = text_in(call.inputs, "path") or "/"
    if call.text("path") not in ("", path):
        raise Refused(
            "NotSupported",
            f"the local cloud cannot move {name} to the path {path}; keep the path, or replace the resource",
        )


def _delete_user(call: Call, name: str) -> None:
    iam, force = call.clients.iam, flag_in(call.inputs, "forceDestroy")
    for group in iam.list_groups_for_user(UserName=name)["Groups"]:
        iam.remove_user_from_group(GroupName=group["GroupName"], UserName=name)
    if force:
        _strip(iam, name)
    # The local cloud deletes inline policies with their owner; AWS refuses.
    if iam.list_user_policies(UserName=name)["PolicyNames"]:
        raise Refused(_CONFLICT, "Cannot delete entity, must delete policies first.")
    iam.delete_user(UserName=name)


def _strip(iam: IAMClient, name: str) -> None:
    """Take the credentials away that a program does not know of."""
    for key in iam.list_access_keys(UserName=name)["AccessKeyMetadata"]:
        iam.delete_access_key(UserName=name, AccessKeyId=key.get("AccessKeyId", ""))
    for device in iam.list_mfa_devices(UserName=name)["MFADevices"]:
        iam.deactivate_mfa_device(UserName=name, SerialNumber=device["SerialNumber"])
        iam.delete_virtual_mfa_device(SerialNumber=device["SerialNumber"])
    try:
        iam.delete_login_profile(UserName=name)
    except iam.exceptions.NoSuchEntityException:
        return


def _create_group(call: Call) -> str:
    name = call.text("name")
    call.clients.iam.create_group(GroupName=name, Path=text_in(call.inputs, "path") or "/")
    return name


def _read_group(call: Call, name: str) -> Plains:
    group = call.clients.iam.get_group(GroupName=name)["Group"]
    return {"arn": group["Arn"], "name": name, "path": group["Path"], "uniqueId": group["GroupId"]}


def _delete_group(call: Call, name: str) -> None:
    iam = call.clients.iam
    # The local cloud deletes a group with all that it has; AWS refuses.
    if iam.get_group(GroupName=name)["Users"]:
        raise Refused(_CONFLICT, "Cannot delete entity, must remove users from group first.")
    if iam.list_attached_group_policies(GroupName=name)["AttachedPolicies"]:
        raise Refused(_CONFLICT, "Cannot delete entity, must detach all policies first.")
    if iam.list_group_policies(GroupName=name)["PolicyNames"]:
        raise Refused(_CONFLICT, "Cannot delete entity, must delete policies first.")
    iam.delete_group(GroupName=name)


TYPES: Final[dict[str, LiveType]] = {
    "aws:iam/user:User": LiveType(
        create=_create_user,
        read=_read_user,
        update=_update_user,
        delete=_delete_user,
        locate=lambda _call, name: (name, {"name": name}),
        write_only=frozenset({"forceDestroy"}),
    ),
    "aws:iam/group:Group": LiveType(
        create=_create_group,
        read=_read_group,
        update=_same_place,
        delete=_delete_group,
        locate=lambda _call, name: (name, {"name": name}),
        tagged=False,
    ),
}
