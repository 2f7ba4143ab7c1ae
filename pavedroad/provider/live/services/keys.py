"""KMS: keys, their policies and aliases."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final, cast

from pavedroad.provider.live.contract import LiveType
from pavedroad.provider.live.plain import flag_in, number_in, text_in
from pavedroad.provider.live.services._documents import written
from pavedroad.provider.live.services._wire import retag

if TYPE_CHECKING:
    from mypy_boto3_kms.type_defs import AliasListEntryTypeDef, CreateKeyRequestTypeDef, KeyMetadataTypeDef

    from pavedroad.provider.live.contract import Call
    from pavedroad.provider.live.plain import Plains

_LONGEST_WINDOW_DAYS: Final = 30
_YEAR_DAYS: Final = 365
_LEAVING: Final = frozenset({"PendingDeletion", "PendingReplicaDeletion"})


def _create_key(call: Call) -> str:
    asked: dict[str, object] = {
        "Description": text_in(call.inputs, "description"),
        "KeySpec": text_in(call.inputs, "customerMasterKeySpec") or "SYMMETRIC_DEFAULT",
        "KeyUsage": text_in(call.inputs, "keyUsage") or "ENCRYPT_DECRYPT",
        "MultiRegion": flag_in(call.inputs, "multiRegion"),
        "BypassPolicyLockoutSafetyCheck": flag_in(call.inputs, "bypassPolicyLockoutSafetyCheck"),
        "Tags": [{"TagKey": key, "TagValue": value} for key, value in sorted(call.tags.items())],
    }
    if text_in(call.inputs, "policy"):
        asked["Policy"] = written(call.inputs["policy"])
    made = call.clients.kms.create_key(**cast("CreateKeyRequestTypeDef", asked))["KeyMetadata"]["KeyId"]
    _rotate(call, made)
    if not flag_in(call.inputs, "isEnabled", default=True):
        call.clients.kms.disable_key(KeyId=made)
    return made


def _rotate(call: Call, key: str) -> None:
    if flag_in(call.inputs, "enableKeyRotation"):
        days = number_in(call.inputs, "rotationPeriodInDays") or _YEAR_DAYS
        call.clients.kms.enable_key_rotation(KeyId=key, RotationPeriodInDays=days)
    elif call.wants("enableKeyRotation") and _rotation(call, key)["enableKeyRotation"]:
        call.clients.kms.disable_key_rotation(KeyId=key)


def _rotation(call: Call, key: str) -> Plains:
    found = call.clients.kms.get_key_rotation_status(KeyId=key)
    enabled = found["KeyRotationEnabled"]
    days = found.get("RotationPeriodInDays", _YEAR_DAYS)
    return {"enableKeyRotation": enabled, "rotationPeriodInDays": days if enabled else 0}


def _there(call: Call, key: str) -> KeyMetadataTypeDef | None:
    """A key that is not about to go: what is scheduled for deletion does not exist any more."""
    found = call.clients.kms.describe_key(KeyId=key)["KeyMetadata"]
    return None if found.get("KeyState") in _LEAVING else found


def _read_key(call: Call, key: str) -> Plains | None:
    found = _there(call, key)
    if found is None:
        return None
    symmetric = found.get("KeySpec") == "SYMMETRIC_DEFAULT" and found.get("KeyUsage") == "ENCRYPT_DECRYPT"
    rotation: Plains = {"enableKeyRotation": False, "rotationPeriodInDays": 0}
    return {
        "keyId": found["KeyId"],
        "arn": found.get("Arn", ""),
        "description": found.get("Description", ""),
        "customerMasterKeySpec": found.get("KeySpec", ""),
        "keyUsage": found.get("KeyUsage", ""),
        "multiRegion": found.get("MultiRegion", False),
        "isEnabled": found.get("Enabled", False),
        "policy": call.clients.kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"],
        **(_rotation(call, key) if symmetric else rotation),
        "tags": {**_tags(call, key)},
    }


def _tags(call: Call, key: str) -> dict[str, str]:
    pages = call.clients.kms.get_paginator("list_resource_tags").paginate(KeyId=key)
    return {tag["TagKey"]: tag["TagValue"] for page in pages for tag in page["Tags"]}


def _update_key(call: Call, key: str) -> None:
    kms = call.clients.kms
    enabled = flag_in(call.inputs, "isEnabled", default=True)
    # Rotation cannot be changed on a key that is off.
    if call.wants("isEnabled") and enabled:
        kms.enable_key(KeyId=key)
    if call.wants("enableKeyRotation") or call.wants("rotationPeriodInDays"):
        _rotate(call, key)
    if call.wants("description"):
        kms.update_key_description(KeyId=key, Description=text_in(call.inputs, "description"))
    if call.wants("policy"):
        policy = written(call.inputs["policy"]) if text_in(call.inputs, "policy") else _default_policy(call)
        _put(call, key, policy)
    if call.wants("isEnabled") and not enabled:
        kms.disable_key(KeyId=key)
    if call.wants("tags"):
        retag(
            _tags(call, key),
            call.tags,
            tag=lambda tags: kms.tag_resource(
                KeyId=key, Tags=[{"TagKey": name, "TagValue": value} for name, value in sorted(tags.items())]
            ),
            untag=lambda names: kms.untag_resource(KeyId=key, TagKeys=names),
        )


def _delete_key(call: Call, key: str) -> None:
    if _there(call, key) is None:
        return
    days = number_in(call.before, "deletionWindowInDays") or _LONGEST_WINDOW_DAYS
    call.clients.kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=days)


def _find_key(call: Call) -> str | None:
    """A key of ours that nobody knows of yet: of the same making, without an alias, in nobody's record.

    KMS draws the id, and a key has no name. Two keys of the same making are the same to everybody.
    """
    kms = call.clients.kms
    keys = [
        item.get("KeyId", "") for page in kms.get_paginator("list_keys").paginate() for item in page["Keys"]
    ]
    named = {alias.get("TargetKeyId") for alias in _aliases(call)}
    matching = (
        key for key in sorted(keys) if key not in call.taken and key not in named and _is_made_so(call, key)
    )
    return next(matching, None)


def _is_made_so(call: Call, key: str) -> bool:
    found = _there(call, key)
    return (
        found is not None
        and found.get("KeyManager") == "CUSTOMER"
        and found.get("Description", "") == text_in(call.inputs, "description")
        and found.get("KeySpec") == (text_in(call.inputs, "customerMasterKeySpec") or "SYMMETRIC_DEFAULT")
        and found.get("KeyUsage") == (text_in(call.inputs, "keyUsage") or "ENCRYPT_DECRYPT")
        and found.get("MultiRegion", False) == flag_in(call.inputs, "multiRegion")
        and _tags(call, key) == call.tags
        and _policy_of(call, key) == json.loads(text_in(call.inputs, "policy") or _default_policy(call))
    )


def _policy_of(call: Call, key: str) -> object:
    return json.loads(call.clients.kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"])


def _default_policy(call: Call) -> str:
    """What KMS gives a key that names no policy."""
    statement = {
        "Sid": "Enable IAM User Permissions",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:{call.partition}:iam::{call.account}:root"},
        "Action": "kms:*",
        "Resource": "*",
    }
    return json.dumps({"Version": "2012-10-17", "Id": "key-default-1", "Statement": [statement]})


def _put(call: Call, key: str, policy: str) -> None:
    call.clients.kms.put_key_policy(
        KeyId=key,
        PolicyName="default",
        Policy=policy,
        BypassPolicyLockoutSafetyCheck=flag_in(call.inputs, "bypassPolicyLockoutSafetyCheck"),
    )


def _put_policy(call: Call, key: str) -> None:
    _put(call, key, written(call.inputs["policy"]))


def _create_policy(call: Call) -> str:
    key = call.text("keyId")
    _put_policy(call, key)
    return key


def _read_policy(call: Call, key: str) -> Plains | None:
    if _there(call, key) is None:
        return None
    asked, default = text_in(call.inputs, "policy"), json.loads(_default_policy(call))
    found = _policy_of(call, key)
    # A key always has a policy: without one of its own it is KMS's.
    if asked and found == default and json.loads(asked) != default:
        return None
    return {"keyId": key, "policy": json.dumps(found)}


def _delete_policy(call: Call, key: str) -> None:
    if _there(call, key) is not None:
        _put(call, key, _default_policy(call))


def _locate_policy(_call: Call, key: str) -> tuple[str, Plains]:
    return key, {"keyId": key}


def _aliases(call: Call) -> list[AliasListEntryTypeDef]:
    pages = call.clients.kms.get_paginator("list_aliases").paginate()
    return [alias for page in pages for alias in page["Aliases"]]


def _create_alias(call: Call) -> str:
    name = call.text("name")
    call.clients.kms.create_alias(AliasName=name, TargetKeyId=call.text("targetKeyId"))
    return name


def _read_alias(call: Call, name: str) -> Plains | None:
    for alias in _aliases(call):
        if alias.get("AliasName") == name:
            key, asked = alias.get("TargetKeyId", ""), text_in(call.inputs, "targetKeyId")
            return {
                "name": name,
                "arn": alias.get("AliasArn", ""),
                # The key may be named by its ARN, too.
                "targetKeyId": asked if asked.rpartition("/")[2] == key else key,
                "targetKeyArn": f"arn:{call.partition}:kms:{call.region}:{call.account}:key/{key}",
            }
    return None


def _update_alias(call: Call, name: str) -> None:
    call.clients.kms.update_alias(AliasName=name, TargetKeyId=text_in(call.inputs, "targetKeyId"))


def _delete_alias(call: Call, name: str) -> None:
    call.clients.kms.delete_alias(AliasName=name)


TYPES: Final[dict[str, LiveType]] = {
    "aws:kms/alias:Alias": LiveType(
        create=_create_alias, read=_read_alias, update=_update_alias, delete=_delete_alias, tagged=False
    ),
    "aws:kms/key:Key": LiveType(
        create=_create_key,
        read=_read_key,
        update=_update_key,
        delete=_delete_key,
        find=_find_key,
        write_only=frozenset(
            {"bypassPolicyLockoutSafetyCheck", "customKeyStoreId", "deletionWindowInDays", "xksKeyId"}
        ),
    ),
    "aws:kms/keyPolicy:KeyPolicy": LiveType(
        create=_create_policy,
        read=_read_policy,
        update=_put_policy,
        delete=_delete_policy,
        locate=_locate_policy,
        write_only=frozenset({"bypassPolicyLockoutSafetyCheck"}),
        tagged=False,
    ),
}
