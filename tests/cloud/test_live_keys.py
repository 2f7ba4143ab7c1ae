"""KMS keys, their policies and aliases in the local cloud."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import pytest

from tests.support.live import obeys
from tests.support.provider import ACCOUNT, REGION, Kept

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

    from tests.support.live import Bench

pytestmark = pytest.mark.cloud

KEY: Final = "aws:kms/key:Key"
ALIAS: Final = "aws:kms/alias:Alias"
POLICY: Final = "aws:kms/keyPolicy:KeyPolicy"


def _policy(sid: str) -> str:
    statement = {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
        "Action": "kms:*",
        "Resource": "*",
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _kms(bench: Bench) -> KMSClient:
    return bench.cloud.client("kms", ACCOUNT)


def _look(kms: KMSClient, kept: Kept) -> dict[str, object] | None:
    found = kms.describe_key(KeyId=kept.id)["KeyMetadata"]
    if found.get("KeyState") == "PendingDeletion":
        return None
    rotation = kms.get_key_rotation_status(KeyId=kept.id)
    rotates = rotation["KeyRotationEnabled"]
    return {
        **{
            name: found.get(name) for name in ("Description", "KeySpec", "KeyUsage", "MultiRegion", "Enabled")
        },
        "rotation": rotation.get("RotationPeriodInDays") if rotates else None,
        "policy": json.loads(kms.get_key_policy(KeyId=kept.id, PolicyName="default")["Policy"]),
        "tags": {tag["TagKey"]: tag["TagValue"] for tag in kms.list_resource_tags(KeyId=kept.id)["Tags"]},
    }


def test_key(bench: Bench) -> None:
    kms = _kms(bench)
    inputs = {"description": "orders", "deletionWindowInDays": 7}
    kept = obeys(
        bench,
        KEY,
        "orders",
        {**inputs, "enableKeyRotation": True, "policy": _policy("one"), "tags": {"team": "shop"}},
        look=lambda kept: _look(kms, kept),
        seen={
            "Description": "orders",
            "KeySpec": "SYMMETRIC_DEFAULT",
            "KeyUsage": "ENCRYPT_DECRYPT",
            "Enabled": True,
            "rotation": 365,
            "policy": json.loads(_policy("one")),
            "tags": {"team": "shop"},
        },
        changes=[
            (
                {
                    "deletionWindowInDays": 7,
                    "enableKeyRotation": True,
                    "rotationPeriodInDays": 90,
                    "isEnabled": False,
                    "policy": _policy("two"),
                    "tags": {"owner": "you"},
                },
                {
                    "Description": "",
                    "rotation": 90,
                    "Enabled": False,
                    "policy": json.loads(_policy("two")),
                    "tags": {"owner": "you"},
                },
            ),
            ({"deletionWindowInDays": 7}, {"rotation": None, "Enabled": True, "tags": {}}),
        ],
        drift=lambda kept: kms.disable_key(KeyId=kept.id),
        blind=frozenset({"deletionWindowInDays"}),
    )
    assert kept.outputs["keyId"] == kept.id
    assert kept.outputs["arn"] == f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{kept.id}"


@pytest.mark.parametrize(
    ("name", "inputs"),
    [
        ("signing", {"customerMasterKeySpec": "ECC_NIST_P256", "keyUsage": "SIGN_VERIFY"}),
        ("several", {"multiRegion": True}),
        ("macs", {"customerMasterKeySpec": "HMAC_256", "keyUsage": "GENERATE_VERIFY_MAC"}),
        ("disabled", {"isEnabled": False}),
    ],
)
def test_kinds_of_keys(bench: Bench, name: str, inputs: dict[str, object]) -> None:
    kms = _kms(bench)
    asked = {**inputs, "description": name, "deletionWindowInDays": 7}
    kept = obeys(
        bench,
        KEY,
        name,
        asked,
        look=lambda kept: _look(kms, kept),
        seen={"KeySpec": inputs.get("customerMasterKeySpec", "SYMMETRIC_DEFAULT")},
        drift=lambda kept: kms.update_key_description(KeyId=kept.id, Description="x"),
        blind=frozenset({"deletionWindowInDays"}),
    )
    assert kept.id.startswith("mrk-") == (name == "several")


def test_deletion_is_scheduled_for_as_long_as_asked(bench: Bench) -> None:
    kms = _kms(bench)
    kept = bench.client.make(KEY, "leaving", {"deletionWindowInDays": 9})
    bench.client.delete(kept)
    found = kms.describe_key(KeyId=kept.id)["KeyMetadata"]
    assert found.get("KeyState") == "PendingDeletion"
    assert "DeletionDate" in found
    assert "CreationDate" in found
    assert (found["DeletionDate"] - found["CreationDate"]).days == 9


def test_key_of_another_resource_is_not_adopted(bench: Bench) -> None:
    """Two keys of one making: the one that is there belongs to a resource already."""
    inputs = {"description": "twins"}
    first = bench.client.make(KEY, "first-twin", {**inputs})
    second = bench.client.make(KEY, "second-twin", {**inputs})
    bench.interrupt(second)
    _kms(bench).schedule_key_deletion(KeyId=second.id, PendingWindowInDays=7)
    again = bench.client.make(KEY, "second-twin", {**inputs})
    assert again.id not in {first.id, second.id}
    for kept in (first, again):
        bench.client.delete(kept)


def test_alias(bench: Bench) -> None:
    kms = _kms(bench)
    one, two = (bench.client.make(KEY, f"aliased-{name}", {}) for name in ("one", "two"))

    def look(kept: Kept) -> dict[str, object] | None:
        found = kms.list_aliases()["Aliases"]
        return next(
            ({"key": item.get("TargetKeyId")} for item in found if item.get("AliasName") == kept.id), None
        )

    kept = obeys(
        bench,
        ALIAS,
        "orders",
        {"name": "alias/shop-dev-orders", "targetKeyId": one.id},
        look=look,
        seen={"key": one.id},
        changes=[({"name": "alias/shop-dev-orders", "targetKeyId": two.outputs["arn"]}, {"key": two.id})],
        drift=lambda kept: kms.update_alias(AliasName=kept.id, TargetKeyId=two.id),
    )
    assert kept.outputs["targetKeyArn"] == one.outputs["arn"]
    for key in (one, two):
        bench.client.delete(key)


def test_policy_beside_a_key(bench: Bench) -> None:
    kms = _kms(bench)
    key = bench.client.make(KEY, "guarded", {})

    def look(_kept: Kept) -> dict[str, object] | None:
        policy = kms.get_key_policy(KeyId=key.id, PolicyName="default")["Policy"]
        return None if "key-default-1" in policy else {"policy": policy}

    obeys(
        bench,
        POLICY,
        "guarded",
        {"keyId": key.id, "policy": _policy("one")},
        look=look,
        seen={"policy": _policy("one")},
        changes=[({"keyId": key.id, "policy": _policy("two")}, {"policy": _policy("two")})],
        drift=lambda _kept: kms.put_key_policy(KeyId=key.id, PolicyName="default", Policy=_policy("x")),
    )
    bench.client.delete(key)
