"""Execution roles: Lambda refuses a function whose role it could not assume."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pavedroad.provider.live.contract import Refused
from pavedroad.provider.live.plain import list_in
from pavedroad.provider.live.retrying import absent
from pavedroad.provider.live.services._documents import statements
from pavedroad.provider.live.services._iam import policy_text

if TYPE_CHECKING:
    from pavedroad.provider.live.contract import Call
    from pavedroad.provider.live.plain import Plain, Plains

_CODE: Final = "InvalidParameterValueException"
_UNASSUMABLE: Final = "The role defined for the function cannot be assumed by Lambda."
_SERVICE: Final = "lambda.amazonaws.com"
_ASSUME: Final = frozenset({"*", "sts:*", "sts:assumerole"})
_PARTS: Final = 6


def refuse_unassumable(call: Call, arn: str) -> None:
    """Make sure that Lambda may assume a function's role.

    Raises:
        Refused: The role does not exist, is another account's, or does not trust Lambda.
    """
    from botocore.exceptions import ClientError  # noqa: PLC0415 - a preview needs no boto3

    parts = arn.split(":", _PARTS - 1)
    if len(parts) == _PARTS and parts[4] != call.account:
        raise Refused("AccessDeniedException", "Cross-account pass role is not allowed.")
    try:
        role = call.clients.iam.get_role(RoleName=arn.rpartition("/")[2])["Role"]
    except ClientError as error:
        if not absent(error):
            raise
        raise Refused(_CODE, _UNASSUMABLE) from error
    trust = policy_text(role.get("AssumeRolePolicyDocument"))
    if role["Arn"] != arn or not any(_trusts(statement) for statement in statements(trust)):
        raise Refused(_CODE, _UNASSUMABLE)


def _trusts(statement: Plains) -> bool:
    actions = {action.lower() for action in _texts(statement.get("Action"))}
    who = statement.get("Principal")
    services = _texts(who.get("Service")) if isinstance(who, dict) else []
    trusted = who == "*" or _SERVICE in services
    return statement.get("Effect") == "Allow" and trusted and bool(actions & _ASSUME)


def _texts(value: Plain) -> list[str]:
    """The texts of what may be one or a list of them."""
    several = list_in({"all": value}, "all") or [value]
    return [item for item in several if isinstance(item, str)]
