"""Where a provider works: account, region, partition and what follows from them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from pavedroad.provider.values import Value, at, entries, items, reveal, text

if TYPE_CHECKING:
    from pavedroad.provider.values import Properties

DEFAULT_ACCOUNT: Final = "000000000000"
DEFAULT_REGION: Final = "us-east-1"
_PARTITIONS: Final = (
    ("cn-", "aws-cn", "amazonaws.com.cn"),
    ("us-gov-", "aws-us-gov", "amazonaws.com"),
    ("us-isob-", "aws-iso-b", "sc2s.sgov.gov"),
    ("us-iso-", "aws-iso", "c2s.ic.gov"),
)


@dataclass(frozen=True, kw_only=True)
class Account:
    """Where a resource is made.

    Attributes:
        account: Account id, twelve digits.
        region: Region of this resource.
        home: Region of the provider.
        default_tags: Tags that the provider adds to every resource.
    """

    account: str = DEFAULT_ACCOUNT
    region: str = DEFAULT_REGION
    home: str = DEFAULT_REGION
    default_tags: Properties = field(default_factory=dict[str, Value])

    @property
    def partition(self) -> str:
        """The group of regions that the region is in, e.g. `aws` or `aws-cn`."""
        return next((name for start, name, _ in _PARTITIONS if self.region.startswith(start)), "aws")

    @property
    def dns_suffix(self) -> str:
        """Domain of the partition's endpoints."""
        return next(
            (name for start, _, name in _PARTITIONS if self.region.startswith(start)), "amazonaws.com"
        )

    def of(self, inputs: Properties) -> Account:
        """The place of one resource: its own `region` argument wins over the provider's."""
        region = text(inputs.get("region"))
        return replace(self, region=region) if region else self


def from_config(config: Properties) -> Account:
    """The place that a provider's configuration names; objects arrive as JSON text or as they are."""
    region = text(config.get("region")) or DEFAULT_REGION
    accounts = [text(item) for item in items(_parsed(config.get("allowedAccountIds")))]
    tags = at(_parsed(config.get("defaultTags")), "tags")
    return Account(
        account=next((account for account in accounts if account), DEFAULT_ACCOUNT),
        region=region,
        home=region,
        default_tags=dict(entries(tags)),
    )


def _parsed(value: Value) -> Value:
    plain = reveal(value)
    if isinstance(plain, str):
        try:
            return json.loads(plain)
        except ValueError:
            return plain
    return plain


def merged_tags(account: Account, tags: Value) -> Value:
    """A resource's tags over the provider's; the secret mark of the resource's own is kept."""
    if tags is None:
        return dict(account.default_tags)
    if not account.default_tags or not isinstance(tags, dict):
        return tags
    return {**account.default_tags, **tags}
