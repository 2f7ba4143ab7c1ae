"""IAM roles, users, groups and their policies in the local cloud."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import grpc
import pytest

from tests.support.live import obeys
from tests.support.provider import ACCOUNT, Kept

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_iam import IAMClient

    from tests.support.live import Bench
    from tests.support.provider import Props

pytestmark = pytest.mark.cloud

ROLE = "aws:iam/role:Role"
POLICY = "aws:iam/policy:Policy"


def _iam(bench: Bench) -> IAMClient:
    return bench.cloud.client("iam", ACCOUNT)


def _trust(service: str = "lambda") -> str:
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": "sts:AssumeRole",
                    "Principal": {"Service": f"{service}.amazonaws.com"},
                }
            ],
        }
    )


def _allow(*actions: str) -> str:
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": list(actions), "Resource": "*"}],
        }
    )


def _document(found: object) -> object:
    return json.loads(found) if isinstance(found, str) else found


def _or_none(iam: IAMClient, look: Callable[[], dict[str, object]]) -> dict[str, object] | None:
    try:
        return look()
    except iam.exceptions.NoSuchEntityException:
        return None


def _look_role(iam: IAMClient, name: str) -> dict[str, object] | None:
    def look() -> dict[str, object]:
        role = iam.get_role(RoleName=name)["Role"]
        return {
            "path": role["Path"],
            "trust": _document(role.get("AssumeRolePolicyDocument")),
            "description": role.get("Description", ""),
            "seconds": role.get("MaxSessionDuration"),
            "boundary": role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn"),
            "inline": iam.list_role_policies(RoleName=name)["PolicyNames"],
            "managed": [
                item.get("PolicyName")
                for item in iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
            ],
            "tags": {tag["Key"]: tag["Value"] for tag in role.get("Tags", [])},
        }

    return _or_none(iam, look)


def test_role(bench: Bench) -> None:
    iam = _iam(bench)
    boundary = iam.create_policy(PolicyName="role-boundary", PolicyDocument=_allow("s3:*"))["Policy"].get(
        "Arn"
    )
    managed = iam.create_policy(PolicyName="role-managed", PolicyDocument=_allow("sqs:*"))["Policy"].get(
        "Arn"
    )
    name = "shop-dev-worker"
    inputs = {
        "name": name,
        "path": "/teams/",
        "assumeRolePolicy": _trust(),
        "permissionsBoundary": boundary,
        "tags": {"team": "shop"},
    }
    seen = {
        "path": "/teams/",
        "trust": json.loads(_trust()),
        "description": "",
        "seconds": 3600,
        "boundary": boundary,
        "inline": [],
        "managed": [],
        "tags": {"team": "shop"},
    }
    changed = {
        "name": name,
        "path": "/teams/",
        "assumeRolePolicy": _trust("states"),
        "description": "Works",
        "maxSessionDuration": 7200,
        "inlinePolicies": [
            {"name": "b", "policy": _allow("s3:GetObject")},
            {"name": "a", "policy": _allow("s3:PutObject")},
        ],
        "managedPolicyArns": [managed],
        "tags": {"owner": "you"},
    }
    obeys(
        bench,
        ROLE,
        "worker",
        inputs,
        look=lambda _kept: _look_role(iam, name),
        seen=seen,
        changes=[
            (
                changed,
                {
                    **seen,
                    "trust": json.loads(_trust("states")),
                    "description": "Works",
                    "seconds": 7200,
                    "boundary": None,
                    "inline": ["b", "a"],
                    "managed": ["role-managed"],
                    "tags": {"owner": "you"},
                },
            ),
            (
                {**changed, "inlinePolicies": [{"name": "a", "policy": _allow("s3:GetObject")}]},
                {"inline": ["a"]},
            ),
        ],
        drift=lambda _kept: iam.update_role(RoleName=name, Description="Changed", MaxSessionDuration=3700),
    )
    iam.delete_policy(PolicyArn=boundary or "")
    iam.delete_policy(PolicyArn=managed or "")


def test_role_deleted_with_policies_of_others(bench: Bench) -> None:
    """Policies that the program does not know of keep a role, unless it says otherwise."""
    iam = _iam(bench)
    kept = bench.client.make(
        ROLE, "forced", {"name": "forced", "assumeRolePolicy": _trust(), "forceDetachPolicies": True}
    )
    iam.put_role_policy(RoleName="forced", PolicyName="foreign", PolicyDocument=_allow("s3:*"))
    iam.attach_role_policy(
        RoleName="forced",
        PolicyArn="arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
    )
    assert bench.client.refresh(kept).inputs == kept.inputs
    bench.client.delete(kept)
    assert _look_role(iam, "forced") is None


def test_role_deleted_with_its_own_policies(bench: Bench) -> None:
    iam = _iam(bench)
    own: Props = {
        "name": "owner-of-two",
        "assumeRolePolicy": _trust(),
        "inlinePolicies": [{"name": "one", "policy": _allow("s3:GetObject")}],
        "managedPolicyArns": ["arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"],
    }
    kept = bench.client.make(ROLE, "own", own)
    bench.client.delete(kept)
    assert _look_role(iam, "owner-of-two") is None


def test_trust_in_a_role_that_is_not_there(bench: Bench) -> None:
    trust = json.loads(_trust())
    trust["Statement"][0]["Principal"] = {"AWS": f"arn:aws:iam::{ACCOUNT}:role/late"}
    with pytest.raises(grpc.RpcError, match=r'MalformedPolicyDocument: Invalid principal.*role/late"'):
        bench.client.make(ROLE, "trusting", {"name": "trusting", "assumeRolePolicy": json.dumps(trust)})
    _iam(bench).create_role(RoleName="late", AssumeRolePolicyDocument=_trust())
    made = bench.client.make(ROLE, "trusting", {"name": "trusting", "assumeRolePolicy": json.dumps(trust)})
    assert made.id == "trusting"


def test_managed_policy(bench: Bench) -> None:
    iam = _iam(bench)
    arn = f"arn:aws:iam::{ACCOUNT}:policy/shop/shop-dev-limits"

    def look(_kept: Kept) -> dict[str, object] | None:
        def found() -> dict[str, object]:
            policy = iam.get_policy(PolicyArn=arn)["Policy"]
            version = policy.get("DefaultVersionId", "")
            document = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"].get(
                "Document"
            )
            return {
                "document": _document(document),
                "description": policy.get("Description"),
                "tags": {tag["Key"]: tag["Value"] for tag in policy.get("Tags", [])},
            }

        return _or_none(iam, found)

    inputs = {
        "name": "shop-dev-limits",
        "path": "/shop/",
        "description": "Limits",
        "policy": _allow("s3:GetObject"),
        "tags": {"team": "shop"},
    }
    seen = {
        "document": json.loads(_allow("s3:GetObject")),
        "description": "Limits",
        "tags": {"team": "shop"},
    }
    obeys(
        bench,
        POLICY,
        "limits",
        inputs,
        look=look,
        seen=seen,
        changes=[
            (
                {**inputs, "policy": _allow(f"s3:Get{number}"), "tags": {"number": str(number)}},
                {"document": json.loads(_allow(f"s3:Get{number}")), "tags": {"number": str(number)}},
            )
            for number in range(7)
        ],
        drift=lambda _kept: _push_version(iam, arn),
    )


def _push_version(iam: IAMClient, arn: str) -> None:
    oldest = next(
        version.get("VersionId", "")
        for version in iam.list_policy_versions(PolicyArn=arn)["Versions"]
        if not version.get("IsDefaultVersion")
    )
    iam.delete_policy_version(PolicyArn=arn, VersionId=oldest)
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=_allow("*"), SetAsDefault=True)


def test_policy_keeps_the_youngest_versions(bench: Bench) -> None:
    iam = _iam(bench)
    kept = bench.client.make(POLICY, "aged", {"name": "aged", "policy": _allow("s3:Get0")})
    for number in range(1, 7):
        kept = bench.client.change(kept, {"name": "aged", "policy": _allow(f"s3:Get{number}")})
    versions = iam.list_policy_versions(PolicyArn=kept.id)["Versions"]
    assert sorted(version.get("VersionId", "") for version in versions) == ["v3", "v4", "v5", "v6", "v7"]
    assert [version.get("VersionId") for version in versions if version.get("IsDefaultVersion")] == ["v7"]


@pytest.mark.parametrize("kind", ["role", "user", "group"])
def test_inline_policy(bench: Bench, kind: str) -> None:
    iam = _iam(bench)
    owner = f"inline-{kind}"
    _make(iam, kind, owner)
    title = kind.capitalize()

    def look(_kept: Kept) -> dict[str, object] | None:
        match kind:
            case "role":
                return _or_none(iam, lambda: dict(iam.get_role_policy(RoleName=owner, PolicyName="grants")))
            case "user":
                return _or_none(iam, lambda: dict(iam.get_user_policy(UserName=owner, PolicyName="grants")))
            case _:
                return _or_none(iam, lambda: dict(iam.get_group_policy(GroupName=owner, PolicyName="grants")))

    def seen(kept: Kept) -> dict[str, object] | None:
        found = look(kept)
        return None if found is None else {"document": _document(found["PolicyDocument"])}

    def drift(_kept: Kept) -> object:
        document = _allow("iam:*")
        match kind:
            case "role":
                return iam.put_role_policy(RoleName=owner, PolicyName="grants", PolicyDocument=document)
            case "user":
                return iam.put_user_policy(UserName=owner, PolicyName="grants", PolicyDocument=document)
            case _:
                return iam.put_group_policy(GroupName=owner, PolicyName="grants", PolicyDocument=document)

    obeys(
        bench,
        f"aws:iam/{kind}Policy:{title}Policy",
        "grants",
        {kind: owner, "name": "grants", "policy": _allow("sqs:SendMessage")},
        look=seen,
        seen={"document": json.loads(_allow("sqs:SendMessage"))},
        changes=[
            (
                {kind: owner, "name": "grants", "policy": _allow("sqs:*")},
                {"document": json.loads(_allow("sqs:*"))},
            )
        ],
        drift=drift,
    )


def _make(iam: IAMClient, kind: str, name: str) -> None:
    match kind:
        case "role":
            iam.create_role(RoleName=name, AssumeRolePolicyDocument=_trust())
        case "user":
            iam.create_user(UserName=name)
        case _:
            iam.create_group(GroupName=name)


@pytest.mark.parametrize("kind", ["role", "user", "group"])
def test_attachment(bench: Bench, kind: str) -> None:
    iam = _iam(bench)
    owner = f"attached-{kind}"
    _make(iam, kind, owner)
    arn = iam.create_policy(PolicyName=f"attached-{kind}", PolicyDocument=_allow("s3:*"))["Policy"].get("Arn")
    title = kind.capitalize()
    token = f"aws:iam/{kind}PolicyAttachment:{title}PolicyAttachment"

    def look(_kept: Kept) -> dict[str, object] | None:
        entities = iam.list_entities_for_policy(PolicyArn=arn or "")
        match kind:
            case "role":
                found = [item.get("RoleName") for item in entities["PolicyRoles"]]
            case "user":
                found = [item.get("UserName") for item in entities["PolicyUsers"]]
            case _:
                found = [item.get("GroupName") for item in entities["PolicyGroups"]]
        return {"owners": found} if found else None

    inputs = {kind: owner, "policyArn": arn}
    with pytest.raises(grpc.RpcError, match=r"NoSuchEntity: Policy .* does not exist or is not attachable"):
        bench.client.make(token, "other", {kind: owner, "policyArn": f"{arn}-none"})
    made = bench.client.make(token, "attached", inputs)
    assert look(made) == {"owners": [owner]}
    bench.interrupt(made)
    assert bench.client.make(token, "attached", inputs).id == made.id
    refreshed = bench.client.refresh(made)
    assert (refreshed.inputs, refreshed.outputs) == (made.inputs, made.outputs)
    read = bench.client.read(token, "attached", f"{owner}/{arn}")
    assert bench.client.difference(read, inputs) == {}
    bench.client.delete(made)
    assert look(made) is None
    assert bench.client.refresh(made).id == ""
    bench.client.delete(made)
