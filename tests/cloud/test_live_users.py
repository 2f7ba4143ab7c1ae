"""IAM users and groups in the local cloud."""

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

pytestmark = pytest.mark.cloud

USER = "aws:iam/user:User"
GROUP = "aws:iam/group:Group"


def _iam(bench: Bench) -> IAMClient:
    return bench.cloud.client("iam", ACCOUNT)


def _allow(*actions: str) -> str:
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": list(actions), "Resource": "*"}],
        }
    )


def _or_none(iam: IAMClient, look: Callable[[], dict[str, object]]) -> dict[str, object] | None:
    try:
        return look()
    except iam.exceptions.NoSuchEntityException:
        return None


def test_user(bench: Bench) -> None:
    iam = _iam(bench)
    boundary = iam.create_policy(PolicyName="user-boundary", PolicyDocument=_allow("s3:*"))["Policy"].get(
        "Arn"
    )

    def look(_kept: Kept) -> dict[str, object] | None:
        def found() -> dict[str, object]:
            user = iam.get_user(UserName="shop-robot")["User"]
            return {
                "path": user["Path"],
                "boundary": user.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn"),
                "tags": {tag["Key"]: tag["Value"] for tag in user.get("Tags", [])},
            }

        return _or_none(iam, found)

    inputs = {"name": "shop-robot", "path": "/robots/", "tags": {"team": "shop"}}
    obeys(
        bench,
        USER,
        "robot",
        inputs,
        look=look,
        seen={"path": "/robots/", "boundary": None, "tags": {"team": "shop"}},
        changes=[
            (
                {"name": "shop-robot", "path": "/robots/", "permissionsBoundary": boundary},
                {"boundary": boundary, "tags": {}},
            )
        ],
        drift=lambda _kept: iam.tag_user(UserName="shop-robot", Tags=[{"Key": "team", "Value": "other"}]),
    )


def test_user_with_keys_and_groups(bench: Bench) -> None:
    """Groups let a user go; keys hold it back unless the program says otherwise."""
    iam = _iam(bench)
    kept = bench.client.make(USER, "keyed", {"name": "keyed", "forceDestroy": True})
    iam.create_access_key(UserName="keyed")
    iam.create_group(GroupName="keyed-group")
    iam.add_user_to_group(GroupName="keyed-group", UserName="keyed")
    bench.client.delete(kept)
    assert not iam.get_group(GroupName="keyed-group")["Users"]
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.get_user(UserName="keyed")


def test_user_and_group_with_foreign_policies_stay(bench: Bench) -> None:
    iam = _iam(bench)
    user = bench.client.make(USER, "held", {"name": "held"})
    group = bench.client.make(GROUP, "held", {"name": "held"})
    iam.put_user_policy(UserName="held", PolicyName="foreign", PolicyDocument=_allow("s3:*"))
    iam.put_group_policy(GroupName="held", PolicyName="foreign", PolicyDocument=_allow("s3:*"))
    for kept in (user, group):
        with pytest.raises(grpc.RpcError, match="DeleteConflict: Cannot delete entity, must delete policies"):
            bench.client.delete(kept)
    assert iam.get_user(UserName="held")["User"]["UserName"] == "held"
    assert iam.get_group(GroupName="held")["Group"]["GroupName"] == "held"


def test_group(bench: Bench) -> None:
    iam = _iam(bench)

    def look(_kept: Kept) -> dict[str, object] | None:
        return _or_none(iam, lambda: {"path": iam.get_group(GroupName="shop-people")["Group"]["Path"]})

    obeys(
        bench,
        GROUP,
        "people",
        {"name": "shop-people", "path": "/people/"},
        look=look,
        seen={"path": "/people/"},
    )
