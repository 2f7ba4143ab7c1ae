"""The roles and users that a policy names as principals: AWS refuses those that do not exist."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pavedroad.provider.live.contract import Refused
from pavedroad.provider.live.retrying import absent
from pavedroad.provider.live.services._documents import principals

if TYPE_CHECKING:
    from pavedroad.provider.live.contract import Call

_PARTS: Final = 6


def missing_principals(call: Call, document: str) -> list[str]:
    """Roles and users of the resource's own account that a policy names and that are not there.

    Other accounts are not looked into: this account's administrator could not either.
    """
    return [arn for arn in principals(document, "AWS") if _own(call, arn) and not _there(call, arn)]


def refuse_missing_principals(call: Call, document: str, code: str, text: str) -> None:
    """Refuse a policy as AWS does.

    Args:
        call: The operation.
        document: The policy.
        code: The service's error code.
        text: Its words, with `{}` for the principal where it names it.

    Raises:
        Refused: A principal does not exist.
    """
    for arn in missing_principals(call, document):
        raise Refused(code, text.format(arn))


def _own(call: Call, arn: str) -> bool:
    parts = arn.split(":", _PARTS - 1)
    return (
        len(parts) == _PARTS
        and parts[2] == "iam"
        and parts[4] == call.account
        and parts[5].partition("/")[0] in {"role", "user"}
    )


def _there(call: Call, arn: str) -> bool:
    from botocore.exceptions import ClientError  # noqa: PLC0415 - a preview needs no boto3

    kind, _, name = arn.split(":", _PARTS - 1)[5].partition("/")
    plain = name.rpartition("/")[2]
    try:
        if kind == "role":
            return call.clients.iam.get_role(RoleName=plain)["Role"]["Arn"] == arn
        return call.clients.iam.get_user(UserName=plain)["User"]["Arn"] == arn
    except ClientError as error:
        if absent(error):
            return False
        raise
