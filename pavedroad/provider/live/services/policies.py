"""IAM policies: managed ones with their versions, inline ones, and what they are attached to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pavedroad.provider.live.contract import LiveType
from pavedroad.provider.live.plain import text_in
from pavedroad.provider.live.services._documents import written
from pavedroad.provider.live.services._iam import attachable, policy_text
from pavedroad.provider.live.services._tags import gone, listed, mapped
from pavedroad.provider.predict.subject import fill
from pavedroad.provider.predict.tables import ROWS
from pavedroad.provider.values import text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mypy_boto3_iam import IAMClient
    from mypy_boto3_iam.type_defs import CreatePolicyRequestTypeDef, PolicyVersionTypeDef

    from pavedroad.provider.live.contract import Call
    from pavedroad.provider.live.plain import Plains
    from pavedroad.provider.predict.subject import Subject

_VERSIONS: Final = 5
"""IAM quotas: versions of a managed policy."""


def _create(call: Call) -> str:
    wanted: CreatePolicyRequestTypeDef = {
        "PolicyName": call.text("name"),
        "PolicyDocument": written(call.inputs["policy"]),
        "Path": text_in(call.inputs, "path") or "/",
        "Tags": listed(call.tags),
    }
    description = text_in(call.inputs, "description")
    if description:
        wanted["Description"] = description
    return call.clients.iam.create_policy(**wanted)["Policy"].get("Arn", "")


def _read(call: Call, arn: str) -> Plains:
    iam = call.clients.iam
    policy = iam.get_policy(PolicyArn=arn)["Policy"]
    version = policy.get("DefaultVersionId", "")
    document = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"].get("Document")
    return {
        "arn": arn,
        "attachmentCount": policy.get("AttachmentCount", 0),
        "description": policy.get("Description", ""),
        "name": policy.get("PolicyName", ""),
        "path": policy.get("Path", "/"),
        "policy": policy_text(document),
        "policyId": policy.get("PolicyId", ""),
        "tags": mapped(policy.get("Tags")),
    }


def _update(call: Call, arn: str) -> None:
    iam = call.clients.iam
    if call.wants("policy"):
        document = written(call.inputs["policy"])
        # An update that was interrupted may have made the version already.
        if text_in(_read(call, arn), "policy") != document:
            _make_room(iam, arn)
            iam.create_policy_version(PolicyArn=arn, PolicyDocument=document, SetAsDefault=True)
    if call.wants("tags"):
        old = gone(iam.get_policy(PolicyArn=arn)["Policy"].get("Tags"), call.tags)
        if old:
            iam.untag_policy(PolicyArn=arn, TagKeys=old)
        if call.tags:
            iam.tag_policy(PolicyArn=arn, Tags=listed(call.tags))


def _make_room(iam: IAMClient, arn: str) -> None:
    """Delete the oldest version that is not in force when there is no room for one more."""
    versions = _others(iam, arn)
    if len(versions) + 1 >= _VERSIONS:
        oldest = min(versions, key=lambda item: int(item.get("VersionId", "v0")[1:]))
        iam.delete_policy_version(PolicyArn=arn, VersionId=oldest.get("VersionId", ""))


def _others(iam: IAMClient, arn: str) -> list[PolicyVersionTypeDef]:
    """The versions that are not in force."""
    pages = iam.get_paginator("list_policy_versions").paginate(PolicyArn=arn)
    return [version for page in pages for version in page["Versions"] if not version.get("IsDefaultVersion")]


def _delete(call: Call, arn: str) -> None:
    iam = call.clients.iam
    for version in _others(iam, arn):
        iam.delete_policy_version(PolicyArn=arn, VersionId=version.get("VersionId", ""))
    iam.delete_policy(PolicyArn=arn)


@dataclass(frozen=True)
class _Owner:
    """What carries policies.

    Attributes:
        kind: The property that names it: `role`, `user` or `group`.
        put: Sets an inline policy: owner, policy, document.
        get: The document of an inline policy: owner, policy.
        remove: Deletes an inline policy: owner, policy.
        attach: Attaches a managed policy: owner, ARN.
        detach: Takes one away: owner, ARN.
        attached: The ARNs of those that are attached: owner.
    """

    kind: str
    put: Callable[[IAMClient, str, str, str], object]
    get: Callable[[IAMClient, str, str], str | Mapping[str, object]]
    remove: Callable[[IAMClient, str, str], object]
    attach: Callable[[IAMClient, str, str], object]
    detach: Callable[[IAMClient, str, str], object]
    attached: Callable[[IAMClient, str], list[str]]


_ROLE: Final = _Owner(
    "role",
    put=lambda iam, name, policy, document: iam.put_role_policy(
        RoleName=name, PolicyName=policy, PolicyDocument=document
    ),
    get=lambda iam, name, policy: iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"],
    remove=lambda iam, name, policy: iam.delete_role_policy(RoleName=name, PolicyName=policy),
    attach=lambda iam, name, arn: iam.attach_role_policy(RoleName=name, PolicyArn=arn),
    detach=lambda iam, name, arn: iam.detach_role_policy(RoleName=name, PolicyArn=arn),
    attached=lambda iam, name: [
        policy.get("PolicyArn", "")
        for page in iam.get_paginator("list_attached_role_policies").paginate(RoleName=name)
        for policy in page["AttachedPolicies"]
    ],
)
_USER: Final = _Owner(
    "user",
    put=lambda iam, name, policy, document: iam.put_user_policy(
        UserName=name, PolicyName=policy, PolicyDocument=document
    ),
    get=lambda iam, name, policy: iam.get_user_policy(UserName=name, PolicyName=policy)["PolicyDocument"],
    remove=lambda iam, name, policy: iam.delete_user_policy(UserName=name, PolicyName=policy),
    attach=lambda iam, name, arn: iam.attach_user_policy(UserName=name, PolicyArn=arn),
    detach=lambda iam, name, arn: iam.detach_user_policy(UserName=name, PolicyArn=arn),
    attached=lambda iam, name: [
        policy.get("PolicyArn", "")
        for page in iam.get_paginator("list_attached_user_policies").paginate(UserName=name)
        for policy in page["AttachedPolicies"]
    ],
)
_GROUP: Final = _Owner(
    "group",
    put=lambda iam, name, policy, document: iam.put_group_policy(
        GroupName=name, PolicyName=policy, PolicyDocument=document
    ),
    get=lambda iam, name, policy: iam.get_group_policy(GroupName=name, PolicyName=policy)["PolicyDocument"],
    remove=lambda iam, name, policy: iam.delete_group_policy(GroupName=name, PolicyName=policy),
    attach=lambda iam, name, arn: iam.attach_group_policy(GroupName=name, PolicyArn=arn),
    detach=lambda iam, name, arn: iam.detach_group_policy(GroupName=name, PolicyArn=arn),
    attached=lambda iam, name: [
        policy.get("PolicyArn", "")
        for page in iam.get_paginator("list_attached_group_policies").paginate(GroupName=name)
        for policy in page["AttachedPolicies"]
    ],
)


def _inline(owner: _Owner) -> LiveType:
    """A type that sets one inline policy."""

    def create(call: Call) -> str:
        name, policy = call.text(owner.kind), call.text("name")
        owner.put(call.clients.iam, name, policy, written(call.inputs["policy"]))
        return f"{name}:{policy}"

    def read(call: Call, identity: str) -> Plains:
        name, _, policy = identity.partition(":")
        document = owner.get(call.clients.iam, name, policy)
        return {owner.kind: name, "name": policy, "policy": policy_text(document)}

    def update(call: Call, identity: str) -> None:
        name, _, policy = identity.partition(":")
        owner.put(call.clients.iam, name, policy, written(call.inputs["policy"]))

    def delete(call: Call, identity: str) -> None:
        name, _, policy = identity.partition(":")
        owner.remove(call.clients.iam, name, policy)

    def locate(_call: Call, identity: str) -> tuple[str, Plains]:
        name, _, policy = identity.partition(":")
        return identity, {owner.kind: name, "name": policy}

    return LiveType(create=create, read=read, update=update, delete=delete, locate=locate, tagged=False)


def _attachment_id(owner: _Owner, subject: Subject) -> str:
    """The id as it was predicted; those of users and groups are drawn."""
    template = ROWS[subject.shape.token].id
    return text(fill(template, subject) if isinstance(template, str) else template(subject)) or owner.kind


def _attachment(owner: _Owner) -> LiveType:
    """A type that attaches one managed policy."""

    def create(call: Call) -> str:
        name, arn = call.text(owner.kind), call.text("policyArn")
        attachable(call, arn)
        owner.attach(call.clients.iam, name, arn)
        return _attachment_id(owner, call.subject)

    def read(call: Call, _identity: str) -> Plains | None:
        name, arn = call.text(owner.kind), call.text("policyArn")
        there = arn in owner.attached(call.clients.iam, name)
        return {owner.kind: name, "policyArn": arn} if there else None

    def delete(call: Call, _identity: str) -> None:
        owner.detach(call.clients.iam, call.text(owner.kind), call.text("policyArn"))

    def locate(_call: Call, identity: str) -> tuple[str, Plains]:
        name, _, arn = identity.partition("/")
        own = identity if owner.kind == "role" else f"{name}-{arn}"
        return own, {owner.kind: name, "policyArn": arn}

    return LiveType(create=create, read=read, delete=delete, locate=locate, tagged=False)


TYPES: Final[dict[str, LiveType]] = {
    "aws:iam/policy:Policy": LiveType(
        create=_create,
        read=_read,
        update=_update,
        delete=_delete,
        write_only=frozenset({"delayAfterPolicyCreationInMs"}),
    ),
    "aws:iam/rolePolicy:RolePolicy": _inline(_ROLE),
    "aws:iam/userPolicy:UserPolicy": _inline(_USER),
    "aws:iam/groupPolicy:GroupPolicy": _inline(_GROUP),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": _attachment(_ROLE),
    "aws:iam/userPolicyAttachment:UserPolicyAttachment": _attachment(_USER),
    "aws:iam/groupPolicyAttachment:GroupPolicyAttachment": _attachment(_GROUP),
}
