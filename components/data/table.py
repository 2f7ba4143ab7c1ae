"""A DynamoDB table: on demand, recoverable to any second of 35 days, protected in production.

Grants name exact actions. Left out: indexes, streams, replicas, provisioned capacity; the first system that
needs one of them adds it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulumi_aws import dynamodb

from components._base import Component, known_after
from components._iam import Statement
from components._keys import allow_key, check_key_arn
from components._naming import Kind, physical_name
from components.observability.metric import Metric

if TYPE_CHECKING:
    from pulumi import Output, ResourceOptions

    from components._platform import Platform


@dataclass(frozen=True, kw_only=True)
class TableArgs:
    """What a table needs.

    Attributes:
        platform: Shared ground; its tier decides protection.
        hash_key: Name of the partition key, a string.
        range_key: Name of the sort key, a string; none = items have a partition key only.
        ttl_attribute: Attribute with the expiry in epoch seconds; none = items stay.
        kms_key_arn: Customer key; none = the key that DynamoDB owns.
    """

    platform: Platform
    hash_key: str
    range_key: str | None = None
    ttl_attribute: str | None = None
    kms_key_arn: str | None = None

    def __post_init__(self) -> None:
        """Refuse keys that could not work."""
        if not self.hash_key or self.hash_key == self.range_key:
            raise ValueError(f"hash_key: got {self.hash_key!r}, allowed a name other than range_key's")
        check_key_arn("kms_key_arn", self.kms_key_arn)


class Table(Component):
    """One table.

    Attributes:
        physical_name: Name at AWS.
        name: The same, usable once the table is there.
        arn: Table ARN, known at plan time.
    """

    TYPE = "pavedroad:data:Table"

    name: Output[str]
    arn: Output[str]

    def __init__(self, name: str, args: TableArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._args = args
        scope = args.platform.scope
        keep = args.platform.tier.keeps_state
        self.physical_name = physical_name(scope, name, Kind.TABLE)
        self._arn = scope.arn("dynamodb", f"table/{self.physical_name}")
        keys = [key for key in (args.hash_key, args.range_key) if key]
        table = dynamodb.Table(
            name,
            name=self.physical_name,
            billing_mode="PAY_PER_REQUEST",
            attributes=[{"name": key, "type": "S"} for key in keys],
            hash_key=args.hash_key,
            range_key=args.range_key,
            point_in_time_recovery={"enabled": True},
            deletion_protection_enabled=keep,
            server_side_encryption=(
                {"enabled": True, "kms_key_arn": args.kms_key_arn} if args.kms_key_arn else None
            ),
            ttl={"enabled": True, "attribute_name": args.ttl_attribute} if args.ttl_attribute else None,
            opts=self.child(protect=keep or None),
        )
        self.name = known_after(self.physical_name, table)
        self.arn = known_after(self._arn, table)
        self.finish({"name": self.name, "arn": self.arn})

    def allow_read(self) -> tuple[Statement, ...]:
        """Read one item by its key: GetItem."""
        return self._allow("dynamodb:GetItem", write=False)

    def allow_write(self) -> tuple[Statement, ...]:
        """Put an item, and read what stands in its place when a condition fails: PutItem, GetItem."""
        return self._allow("dynamodb:PutItem", "dynamodb:GetItem", write=True)

    def allow_update(self) -> tuple[Statement, ...]:
        """Change an item under a condition: UpdateItem."""
        return self._allow("dynamodb:UpdateItem", write=True)

    def _allow(self, *actions: str, write: bool) -> tuple[Statement, ...]:
        scope = self._args.platform.scope
        return (
            Statement(actions=actions, resources=(self._arn,)),
            *allow_key(scope, "dynamodb", self._args.kms_key_arn, write=write),
        )

    def metric(self, name: str, statistic: str = "Sum") -> Metric:
        """A metric of the table."""
        return Metric(
            namespace="AWS/DynamoDB",
            name=name,
            dimensions={"TableName": self.physical_name},
            statistic=statistic,
        )
