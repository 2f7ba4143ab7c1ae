"""Secrets Manager: secrets, their versions and policies; rotation calls no function here: recorded."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Final, cast

from pavedroad.provider.live.contract import LiveType, Refused
from pavedroad.provider.live.plain import flag_in, maps_in, number_in, text_in, texts_in
from pavedroad.provider.live.retrying import absent, code_of
from pavedroad.provider.live.services._documents import written
from pavedroad.provider.live.services._tags import listed
from pavedroad.provider.live.services._wire import capital, retag, sent, tag_map, told

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.type_defs import (
        CreateSecretRequestTypeDef,
        DescribeSecretResponseTypeDef,
        ReplicaRegionTypeTypeDef,
        TagTypeDef,
    )

    from pavedroad.provider.live.contract import Call
    from pavedroad.provider.live.plain import Plains
    from pavedroad.provider.live.services._wire import Names

_RECOVERY_DAYS: Final = 30
_CURRENT: Final = "AWSCURRENT"
_SECRET: Final[Names] = capital("description", "kmsKeyId")
_REPLICA: Final[Names] = {
    **capital("kmsKeyId", "region", "status", "statusMessage"),
    "lastAccessedDate": "LastAccessedDate",
}


def _described(call: Call, secret: str) -> DescribeSecretResponseTypeDef | None:
    """A secret, unless it is gone or waits for its deletion."""
    from botocore.exceptions import ClientError  # noqa: PLC0415 - a preview needs no boto3

    try:
        found = call.clients.secretsmanager.describe_secret(SecretId=secret)
    except ClientError as error:
        if absent(error):
            return None
        raise
    return None if found.get("DeletedDate") else found


def _create_secret(call: Call) -> str:
    from botocore.exceptions import ClientError  # noqa: PLC0415 - a preview needs no boto3

    secrets, name = call.clients.secretsmanager, call.text("name")
    wanted = {**sent(_SECRET, call.inputs), "Name": name, "Tags": listed(call.tags)}
    try:
        arn = secrets.create_secret(**cast("CreateSecretRequestTypeDef", wanted))["ARN"]
    except ClientError as error:
        if code_of(error) == "ResourceExistsException" and _described(call, name) is None:
            raise Refused(
                "InvalidRequestException",
                "You can't create this secret because a secret with this name is already scheduled for "
                "deletion.",
            ) from error
        raise
    _set_policy(call, arn)
    _replicate(call, arn)
    return arn


def _find_secret(call: Call) -> str | None:
    found = _described(call, call.text("name"))
    return found["ARN"] if found else None


def _read_secret(call: Call, arn: str) -> Plains | None:
    found = _described(call, arn)
    if found is None:
        return None
    replicas = [told(_REPLICA, replica) for replica in found.get("ReplicationStatus", [])]
    known: Plains = {
        **told(_SECRET, found),
        "name": found["Name"],
        "arn": found["ARN"],
        "replicas": [*replicas],
        "tags": tag_map(found.get("Tags", [])),
    }
    if "policy" in call.inputs:
        # A policy that a resource of its own sets is told by that resource.
        known["policy"] = _document(call, arn)
    return known


def _update_secret(call: Call, arn: str) -> None:
    secrets = call.clients.secretsmanager
    if call.wants("description") or call.wants("kmsKeyId"):
        secrets.update_secret(
            SecretId=arn,
            Description=text_in(call.inputs, "description"),
            KmsKeyId=text_in(call.inputs, "kmsKeyId"),
        )
    if call.wants("policy"):
        _set_policy(call, arn, drop=True)
    if call.wants("replicas"):
        _replicate(call, arn)
    if call.wants("tags"):
        retag(
            tag_map(secrets.describe_secret(SecretId=arn).get("Tags", [])),
            call.tags,
            tag=lambda tags: secrets.tag_resource(SecretId=arn, Tags=cast("list[TagTypeDef]", listed(tags))),
            untag=lambda keys: secrets.untag_resource(SecretId=arn, TagKeys=keys),
        )


def _delete_secret(call: Call, arn: str) -> None:
    secrets = call.clients.secretsmanager
    found = _described(call, arn)
    if found is None:
        return
    regions = [status.get("Region", "") for status in found.get("ReplicationStatus", [])]
    if regions:
        secrets.remove_regions_from_replication(SecretId=arn, RemoveReplicaRegions=regions)
    days = number_in(call.before, "recoveryWindowInDays", _RECOVERY_DAYS)
    if days == 0:
        secrets.delete_secret(SecretId=arn, ForceDeleteWithoutRecovery=True)
    else:
        secrets.delete_secret(SecretId=arn, RecoveryWindowInDays=days)


def _replicate(call: Call, arn: str) -> None:
    """Let the secret have the replicas that are asked for, each with its key."""
    secrets = call.clients.secretsmanager
    now = {
        status.get("Region", ""): status.get("KmsKeyId", "")
        for status in secrets.describe_secret(SecretId=arn).get("ReplicationStatus", [])
    }
    wanted = {text_in(item, "region"): text_in(item, "kmsKeyId") for item in maps_in(call.inputs, "replicas")}
    gone = [region for region, key in now.items() if wanted.get(region) != key]
    if gone:
        secrets.remove_regions_from_replication(SecretId=arn, RemoveReplicaRegions=gone)
    new: list[ReplicaRegionTypeTypeDef] = [
        {"Region": region, "KmsKeyId": key} if key else {"Region": region}
        for region, key in wanted.items()
        if now.get(region) != key
    ]
    if new:
        secrets.replicate_secret_to_regions(
            SecretId=arn,
            AddReplicaRegions=new,
            ForceOverwriteReplicaSecret=flag_in(call.inputs, "forceOverwriteReplicaSecret"),
        )


def _document(call: Call, secret: str) -> str:
    return call.clients.secretsmanager.get_resource_policy(SecretId=secret).get("ResourcePolicy", "")


def _set_policy(call: Call, secret: str, *, drop: bool = False) -> None:
    policy = call.inputs.get("policy")
    if policy:
        call.clients.secretsmanager.put_resource_policy(SecretId=secret, ResourcePolicy=written(policy))
    elif drop:
        call.clients.secretsmanager.delete_resource_policy(SecretId=secret)


# Versions


def _version_place(identity: str) -> tuple[str, str]:
    secret, _, version = identity.rpartition("|")
    return secret, version


def _create_version(call: Call) -> str:
    secrets, secret = call.clients.secretsmanager, call.text("secretId")
    # The token makes a second try the same version.
    token = text_in(call.predicted, "versionId")
    stages = texts_in(call.inputs, "versionStages") or [_CURRENT]
    binary = text_in(call.inputs, "secretBinary")
    if binary:
        secrets.put_secret_value(
            SecretId=secret,
            ClientRequestToken=token,
            SecretBinary=base64.b64decode(binary),
            VersionStages=stages,
        )
    else:
        value = text_in(call.inputs, "secretStringWo") or text_in(call.inputs, "secretString")
        secrets.put_secret_value(
            SecretId=secret, ClientRequestToken=token, SecretString=value, VersionStages=stages
        )
    return f"{secret}|{token}"


def _stages(call: Call, identity: str) -> dict[str, list[str]]:
    """The stages of all versions of the secret."""
    secret, _ = _version_place(identity)
    return call.clients.secretsmanager.describe_secret(SecretId=secret).get("VersionIdsToStages", {})


def _read_version(call: Call, identity: str) -> Plains | None:
    secret, version = _version_place(identity)
    found = call.clients.secretsmanager.get_secret_value(SecretId=secret, VersionId=version)
    stages = found.get("VersionStages", [])
    if not stages:
        return None  # deprecated: Secrets Manager deletes such versions
    known: Plains = {
        "arn": found["ARN"],
        "secretArn": found["ARN"],
        "secretId": secret,
        "versionId": version,
        "versionStages": [*stages],
        "hasSecretStringWo": "secretStringWo" in call.inputs,
    }
    if "secretStringWo" not in call.inputs:
        known.update(told(capital("secretString", "secretBinary"), found))
    return known


def _update_version(call: Call, identity: str) -> None:
    if not call.wants("versionStages"):
        return
    secrets, (secret, version) = call.clients.secretsmanager, _version_place(identity)
    wanted, now = texts_in(call.inputs, "versionStages") or [_CURRENT], _stages(call, identity)
    for stage in sorted(set(wanted) - set(now.get(version, []))):
        holder = next((other for other, stages in now.items() if stage in stages), "")
        if holder:
            secrets.update_secret_version_stage(
                SecretId=secret, VersionStage=stage, MoveToVersionId=version, RemoveFromVersionId=holder
            )
        else:
            secrets.update_secret_version_stage(SecretId=secret, VersionStage=stage, MoveToVersionId=version)
    _unstage(call, identity, keep=set(wanted))


def _delete_version(call: Call, identity: str) -> None:
    _unstage(call, identity, keep=set())


def _unstage(call: Call, identity: str, keep: set[str]) -> None:
    """Take stages from a version; the current one stays it until another takes over."""
    secret, version = _version_place(identity)
    for stage in _stages(call, identity).get(version, []):
        if stage not in {_CURRENT, *keep}:
            call.clients.secretsmanager.update_secret_version_stage(
                SecretId=secret, VersionStage=stage, RemoveFromVersionId=version
            )


def _locate_version(_call: Call, identity: str) -> tuple[str, Plains]:
    return identity, {"secretId": _version_place(identity)[0]}


# Policies


def _put_policy(call: Call, secret: str) -> None:
    call.clients.secretsmanager.put_resource_policy(
        SecretId=secret,
        ResourcePolicy=written(call.inputs["policy"]),
        BlockPublicPolicy=flag_in(call.inputs, "blockPublicPolicy"),
    )


def _create_policy(call: Call) -> str:
    _put_policy(call, call.text("secretArn"))
    return call.text("secretArn")


def _read_policy(call: Call, secret: str) -> Plains | None:
    document = _document(call, secret)
    return {"secretArn": secret, "policy": document} if document else None


def _delete_policy(call: Call, secret: str) -> None:
    call.clients.secretsmanager.delete_resource_policy(SecretId=secret)


TYPES: Final[dict[str, LiveType]] = {
    "aws:secretsmanager/secret:Secret": LiveType(
        create=_create_secret,
        read=_read_secret,
        update=_update_secret,
        delete=_delete_secret,
        find=_find_secret,
        write_only=frozenset({"forceOverwriteReplicaSecret", "recoveryWindowInDays", "type"}),
    ),
    "aws:secretsmanager/secretPolicy:SecretPolicy": LiveType(
        create=_create_policy,
        read=_read_policy,
        update=_put_policy,
        delete=_delete_policy,
        write_only=frozenset({"blockPublicPolicy"}),
        tagged=False,
    ),
    "aws:secretsmanager/secretVersion:SecretVersion": LiveType(
        create=_create_version,
        read=_read_version,
        update=_update_version,
        delete=_delete_version,
        locate=_locate_version,
        write_only=frozenset({"secretStringWo", "secretStringWoVersion"}),
        secret=frozenset({"secretBinary", "secretString", "secretStringWo"}),
        tagged=False,
    ),
}
