"""Where a provider works: account, region, partition and what follows from them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from pavedroad.provider.values import Value, at, entries, is_unknown, items, reveal, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pavedroad.provider.values import Properties

DEFAULT_ACCOUNT: Final = "000000000000"
DEFAULT_REGION: Final = "us-east-1"
_PARTITIONS: Final = (
    ("cn-", "aws-cn", "amazonaws.com.cn"),
    ("us-gov-", "aws-us-gov", "amazonaws.com"),
    ("us-isob-", "aws-iso-b", "sc2s.sgov.gov"),
    ("us-iso-", "aws-iso", "c2s.ic.gov"),
)

# One after the other, as the official provider assumes them; `assumeRole` is the name in older releases.
_ROLES: Final = ("assumeRoleWithWebIdentity", "assumeRole", "assumeRoles")
_ROLE_ARN: Final = re.compile(r"arn:aws[\w-]*:iam::(\d{12}):role/\S+", re.ASCII)

ACCOUNT_KEYS: Final = ("allowedAccountIds", *_ROLES)
"""What in a provider's configuration decides about the account."""


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
    """The place that a provider's configuration names; objects arrive as JSON text or as they are.

    The account is that of the last role that is assumed, else the first that is allowed.
    """
    region = text(config.get("region")) or DEFAULT_REGION
    roles = (_ROLE_ARN.fullmatch(arn) for _, arn in _roles(config))
    assumed = [role[1] for role in roles if role is not None]
    accounts = [*assumed[-1:], *_ids(config, "allowedAccountIds"), DEFAULT_ACCOUNT]
    tags = at(_parsed(config.get("defaultTags")), "tags")
    return Account(account=accounts[0], region=region, home=region, default_tags=dict(entries(tags)))


def refusals(config: Properties) -> list[tuple[str, str]]:
    """What the official provider refuses about a configuration's account: the path, and why."""
    malformed = [
        (path, f"got {arn!r}, allowed is the ARN of a role, such as arn:aws:iam::123456789012:role/deploy")
        for path, arn in _roles(config)
        if _ROLE_ARN.fullmatch(arn) is None
    ]
    if malformed or not is_settled(config):
        return malformed
    account = from_config(config).account
    allowed, forbidden = _ids(config, "allowedAccountIds"), _ids(config, "forbiddenAccountIds")
    wrong = [("allowedAccountIds", bool(allowed) and account not in allowed)]
    wrong.append(("forbiddenAccountIds", account in forbidden))
    return [(key, f"AWS account ID not allowed: {account}") for key, refused in wrong if refused]


def is_settled(config: Properties) -> bool:
    """Whether nothing that decides about the account is still unknown."""
    return not any(is_unknown(config.get(key)) for key in (*ACCOUNT_KEYS, "forbiddenAccountIds"))


def _roles(config: Properties) -> Iterator[tuple[str, str]]:
    """Paths and ARNs of the roles that are assumed, in their order; a block without an ARN is none."""
    for key in _ROLES:
        value = _parsed(config.get(key))
        for path, block in (
            [(f"{key}[{index}]", item) for index, item in enumerate(value)]
            if isinstance(value, list)
            else [(key, value)]
        ):
            arn = text(at(block, "roleArn"))
            if arn:
                yield f"{path}.roleArn", arn


def _ids(config: Properties, key: str) -> list[str]:
    """Account ids under a key."""
    return [account for item in items(_parsed(config.get(key))) if (account := text(item))]


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
