"""The encryption key of a stack: rotated each year, open to the account's own IAM and two services.

CloudWatch must use it for alarms to reach an encrypted topic (the key that SNS owns cannot let it in), and
CloudWatch Logs for encrypted log groups. Left out: multi-Region keys, grants, imported material.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pulumi_aws import kms

from components._base import Component, known_after
from components._iam import Statement, resource_policy_document
from components._naming import Kind, physical_name

if TYPE_CHECKING:
    from pulumi import Output, ResourceOptions

    from components._naming import Scope
    from components._platform import Tier

_ROTATION_DAYS: Final = 365
_DELETION_WINDOW_DAYS: Final = 30  # KMS ScheduleKeyDeletion: the longest time to change one's mind
_THIS_KEY: Final = ("*",)
_THIS_KEY_REASON: Final = "in a key policy * means the key that carries the policy"


@dataclass(frozen=True, kw_only=True)
class EncryptionKeyArgs:
    """Attributes: scope: where it lives. tier: production protects the key. description: what it is for."""

    scope: Scope
    tier: Tier
    description: str


class EncryptionKey(Component):
    """A symmetric key and its alias.

    Attributes:
        arn: Key ARN; KMS makes the id, so it is known after creation only.
        alias_name: `alias/<physical name>`, known at plan time.
    """

    TYPE = "pavedroad:data:EncryptionKey"

    arn: Output[str]
    alias_name: Output[str]

    def __init__(self, name: str, args: EncryptionKeyArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        key = kms.Key(
            name,
            description=args.description,
            enable_key_rotation=True,
            rotation_period_in_days=_ROTATION_DAYS,
            deletion_window_in_days=_DELETION_WINDOW_DAYS,
            policy=key_policy(args.scope),
            opts=self.child(protect=args.tier.keeps_state or None),
        )
        alias_name = f"alias/{physical_name(args.scope, name, Kind.KEY_ALIAS)}"
        alias = kms.Alias(f"{name}-alias", name=alias_name, target_key_id=key.key_id, opts=self.child())
        self.arn = key.arn
        self.alias_name = known_after(alias_name, alias)
        self.finish({"arn": self.arn, "aliasName": self.alias_name})


def key_policy(scope: Scope) -> str:
    """Who may use the key: the account by its IAM policies, alarms and log groups of this account."""
    account = Statement(
        sid="AllowAccountByIam",
        principals={"AWS": (scope.arn("iam", "root"),)},
        actions=("kms:*",),
        resources=_THIS_KEY,
        wildcard_reason="leaves the decision to the account's IAM; without it nobody could mend the key",
    )
    alarms = Statement(
        sid="AllowAlarmsToEncryptedTopics",
        principals={"Service": ("cloudwatch.amazonaws.com",)},
        actions=("kms:Decrypt", "kms:GenerateDataKey"),
        resources=_THIS_KEY,
        conditions={"StringEquals": {"aws:SourceAccount": scope.account}},
        wildcard_reason=_THIS_KEY_REASON,
    )
    logs = Statement(
        sid="AllowEncryptedLogGroups",
        principals={"Service": (f"logs.{scope.region}.amazonaws.com",)},
        actions=(
            "kms:Decrypt",
            "kms:DescribeKey",
            "kms:Encrypt",
            "kms:GenerateDataKey",
            "kms:GenerateDataKeyWithoutPlaintext",
            "kms:ReEncryptFrom",
            "kms:ReEncryptTo",
        ),
        resources=_THIS_KEY,
        conditions={"ArnLike": {"kms:EncryptionContext:aws:logs:arn": scope.arn("logs", "log-group:*")}},
        wildcard_reason=_THIS_KEY_REASON,
    )
    return resource_policy_document([account, alarms, logs])
