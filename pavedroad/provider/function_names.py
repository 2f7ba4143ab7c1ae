"""Names of functions as Lambda takes them: name, name with qualifier, partial ARN, ARN, qualified ARN."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pavedroad.provider.account import Account

LATEST: Final = "$LATEST"
_PREFIX: Final = "arn:"
_KIND: Final = "function"


@dataclass(frozen=True, kw_only=True)
class FunctionName:
    """What a text says of a function; what it leaves out is empty.

    Attributes:
        name: The function's own name.
        qualifier: Alias or version.
        account: Account that the text names.
        region: Region that the text names.
    """

    name: str
    qualifier: str = ""
    account: str = ""
    region: str = ""

    def is_at(self, place: Account) -> bool:
        """Whether it is a function of this account and region."""
        return self.account in {"", place.account} and self.region in {"", place.region}

    def arn(self, place: Account) -> str:
        """The ARN, qualified if the text was; what the text leaves out is taken from the place."""
        region, account = self.region or place.region, self.account or place.account
        ending = f":{self.qualifier}" if self.qualifier else ""
        return f"arn:{place.partition}:lambda:{region}:{account}:function:{self.name}{ending}"

    def same(self, other: FunctionName, place: Account) -> bool:
        """Whether both mean the same function and qualifier; `$LATEST` is what no qualifier means."""
        return _unlatest(self).arn(place) == _unlatest(other).arn(place)


def function_name(text: str) -> FunctionName:
    """What a text says of a function."""
    parts = text.split(":")
    if _KIND in parts[:-1]:
        place = parts.index(_KIND)
        before, rest = parts[:place], parts[place + 1 :]
        whole = text.startswith(_PREFIX)
        return FunctionName(
            name=rest[0],
            qualifier=":".join(rest[1:]),
            account=before[-1] if before else "",
            region=before[-2] if whole and len(before) > 1 else "",
        )
    return FunctionName(name=parts[0], qualifier=":".join(parts[1:]))


def _unlatest(given: FunctionName) -> FunctionName:
    if given.qualifier != LATEST:
        return given
    return FunctionName(name=given.name, account=given.account, region=given.region)
