"""IAM, keys and secrets."""

from __future__ import annotations

import json
from typing import Final

from pavedroad.provider.predict.row import Counted, Row
from pavedroad.provider.predict.subject import Subject, fill
from pavedroad.provider.values import UNKNOWN, Unknown, Value, text

_CREATED: Final = Counted("1970-01-01T00:00:00Z", once=True)
_IAM: Final = "arn:{@partition}:iam::{@account}:"

# What a new version of a parameter is made of.
_PARAMETER: Final = (
    "allowedPattern",
    "dataType",
    "description",
    "insecureValue",
    "keyId",
    "tier",
    "type",
    "value",
)


def _at_path(kind: str) -> str:
    return f"{_IAM}{kind}{{path}}{{name}}"


def _owner(property_name: str) -> str:
    return f"{{{property_name}}}:{{name}}"


def _attachment(owner: str) -> str:
    return f"{{{owner}}}-{{@digits26}}"


def _key_policy(subject: Subject) -> Value:
    """What KMS gives a key that names no policy: the account's own IAM decides."""
    root = fill(f"{_IAM}root", subject)
    statement = {
        "Sid": "Enable IAM User Permissions",
        "Effect": "Allow",
        "Principal": {"AWS": root},
        "Action": "kms:*",
        "Resource": "*",
    }
    return json.dumps(
        {"Version": "2012-10-17", "Id": "key-default-1", "Statement": [statement]}, separators=(",", ":")
    )


def _key_id(subject: Subject) -> Value:
    several = subject.read("multiRegion")
    if isinstance(several, Unknown):
        return UNKNOWN
    return f"mrk-{subject.generated('hex', 32)}" if several is True else subject.uuid()


def _rotation_days(subject: Subject) -> Value:
    rotates = subject.read("enableKeyRotation")
    return UNKNOWN if isinstance(rotates, Unknown) else 365 if rotates is True else 0


def _target_key(subject: Subject) -> Value:
    target = text(subject.read("targetKeyId"))
    if target is None:
        return UNKNOWN
    place = subject.account
    return (
        target
        if target.startswith("arn:")
        else f"arn:{place.partition}:kms:{place.region}:{place.account}:key/{target}"
    )


def _parameter_arn(subject: Subject) -> Value:
    name = text(subject.read("name"))
    if name is None:
        return UNKNOWN
    place = subject.account
    return f"arn:{place.partition}:ssm:{place.region}:{place.account}:parameter/{name.removeprefix('/')}"


def _parameter_key(subject: Subject) -> Value:
    kind = text(subject.read("type"))
    return UNKNOWN if kind is None else "alias/aws/ssm" if kind == "SecureString" else ""


ROWS: Final[dict[str, Row]] = {
    "aws:iam/role:Role": Row(
        id="{name}",
        outputs={
            "arn": _at_path("role"),
            "uniqueId": "AROA{@ALNUM17}",
            "createDate": _CREATED,
            "inlinePolicies": [],
            "managedPolicyArns": [],
        },
        defaults={
            "description": "",
            "forceDetachPolicies": False,
            "maxSessionDuration": 3600,
            "path": "/",
            "permissionsBoundary": "",
        },
    ),
    "aws:iam/policy:Policy": Row(
        id="{arn}",
        outputs={"arn": _at_path("policy"), "policyId": "ANPA{@ALNUM17}", "attachmentCount": 0},
        defaults={"path": "/"},
    ),
    "aws:iam/user:User": Row(
        id="{name}",
        outputs={"arn": _at_path("user"), "uniqueId": "AIDA{@ALNUM17}"},
        defaults={"path": "/", "forceDestroy": False, "permissionsBoundary": ""},
    ),
    "aws:iam/group:Group": Row(
        id="{name}", outputs={"arn": _at_path("group"), "uniqueId": "AGPA{@ALNUM17}"}, defaults={"path": "/"}
    ),
    "aws:iam/instanceProfile:InstanceProfile": Row(
        id="{name}",
        outputs={"arn": _at_path("instance-profile"), "uniqueId": "AIPA{@ALNUM17}", "createDate": _CREATED},
        defaults={"path": "/"},
    ),
    "aws:iam/rolePolicy:RolePolicy": Row(id=_owner("role")),
    "aws:iam/userPolicy:UserPolicy": Row(id=_owner("user")),
    "aws:iam/groupPolicy:GroupPolicy": Row(id=_owner("group")),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": Row(id="{role}/{policyArn}"),
    "aws:iam/userPolicyAttachment:UserPolicyAttachment": Row(id=_attachment("user")),
    "aws:iam/groupPolicyAttachment:GroupPolicyAttachment": Row(id=_attachment("group")),
    "aws:kms/key:Key": Row(
        id="{keyId}",
        outputs={
            "multiRegion": False,
            "keyId": _key_id,
            "arn": "arn:{@partition}:kms:{@region}:{@account}:key/{keyId}",
            "policy": _key_policy,
            "description": "",
            "rotationPeriodInDays": _rotation_days,
        },
        defaults={
            "bypassPolicyLockoutSafetyCheck": False,
            "customerMasterKeySpec": "SYMMETRIC_DEFAULT",
            "enableKeyRotation": False,
            "isEnabled": True,
            "keyUsage": "ENCRYPT_DECRYPT",
        },
    ),
    "aws:kms/alias:Alias": Row(
        id="{name}",
        outputs={"arn": "arn:{@partition}:kms:{@region}:{@account}:{name}", "targetKeyArn": _target_key},
    ),
    "aws:kms/keyPolicy:KeyPolicy": Row(id="{keyId}", defaults={"bypassPolicyLockoutSafetyCheck": False}),
    "aws:secretsmanager/secret:Secret": Row(
        id="{arn}",
        outputs={
            "arn": "arn:{@partition}:secretsmanager:{@region}:{@account}:secret:{name}-{@alnum6}",
            "policy": "",
        },
        defaults={
            **dict.fromkeys(("description", "kmsKeyId")),
            "forceOverwriteReplicaSecret": False,
            "recoveryWindowInDays": 30,
            "replicas": [],
        },
    ),
    "aws:secretsmanager/secretPolicy:SecretPolicy": Row(id="{secretArn}"),
    "aws:secretsmanager/secretVersion:SecretVersion": Row(
        id="{secretId}|{versionId}",
        outputs={
            "versionId": "{@uuid}",
            "arn": "{secretId}",
            "secretArn": "{secretId}",
            "versionStages": ["AWSCURRENT"],
            "hasSecretStringWo": False,
        },
    ),
    "aws:ssm/parameter:Parameter": Row(
        id="{name}",
        outputs={
            "arn": _parameter_arn,
            "keyId": _parameter_key,
            "version": Counted(properties=_PARAMETER),
            "dataType": "text",
            "tier": "Standard",
            "hasValueWo": False,
        },
        defaults=dict.fromkeys(("allowedPattern", "description")),
    ),
}
