"""What several IAM types share."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import unquote

from pavedroad.provider.live.contract import Refused
from pavedroad.provider.live.retrying import absent

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from pavedroad.provider.live.contract import Call


def moment(time: datetime) -> str:
    """A time as the official provider writes it."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def policy_text(document: str | Mapping[str, object] | None) -> str:
    """A policy as text; IAM answers in URL form, which botocore opens where the text is JSON."""
    if document is None:
        return ""
    return unquote(document) if isinstance(document, str) else json.dumps(document, separators=(",", ":"))


def attachable(call: Call, arn: str) -> None:
    """Make sure that a managed policy exists.

    AWS has far more policies of its own than the local cloud: those are attached whether it has them or not.

    Raises:
        Refused: It does not.
    """
    from botocore.exceptions import ClientError  # noqa: PLC0415 - a preview needs no boto3

    if f":iam::{call.account}:" not in arn:
        return
    try:
        call.clients.iam.get_policy(PolicyArn=arn)
    except ClientError as error:
        if absent(error):
            raise Refused("NoSuchEntity", f"Policy {arn} does not exist or is not attachable.") from error
        raise
