"""The rights on a customer key that go with the rights on what it encrypts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from components._iam import Statement

if TYPE_CHECKING:
    from components._naming import Scope

_KEY_ARN: Final = re.compile(r"arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+")


def check_key_arn(field: str, arn: str | None) -> None:
    """Refuse what cannot stand in an IAM statement: aliases, ids without an account.

    Raises:
        ValueError: `arn` is not the ARN of a key.
    """
    if arn is not None and not _KEY_ARN.fullmatch(arn):
        raise ValueError(
            f"{field}: got {arn!r}, allowed the ARN of a key, arn:aws:kms:<region>:<account>:key/<id>"
        )


def allow_key(scope: Scope, service: str, arn: str | None, *, write: bool) -> tuple[Statement, ...]:
    """Use the key through the service that encrypts with it; nothing when there is no customer key."""
    if arn is None:
        return ()
    return (
        Statement(
            actions=("kms:Decrypt", "kms:GenerateDataKey") if write else ("kms:Decrypt",),
            resources=(arn,),
            conditions={"StringEquals": {"kms:ViaService": f"{service}.{scope.region}.amazonaws.com"}},
        ),
    )
