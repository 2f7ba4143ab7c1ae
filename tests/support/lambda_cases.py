"""Functions for the tests of live types: an archive as a program gives it, a role, and a first function."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from pavedroad.provider.values import ARCHIVE, ASSET, SIGNATURE
from tests.support.provider import ACCOUNT, FUNCTION

if TYPE_CHECKING:
    from tests.support.live import Bench
    from tests.support.provider import Kept, Plain, Props

SOURCE: Final = "def handle(event, context):\n    return {'got': event}\n"


_POLICY: Final = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "*", "Resource": "*"},
        ],
    }
)


def trust(service: str = "lambda.amazonaws.com") -> str:
    """A document that lets a service assume a role."""
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}],
        }
    )


def unique(prefix: str) -> str:
    """A name that no other test has."""
    return f"{prefix}-{uuid4().hex[:8]}"


def role(bench: Bench, service: str = "lambda.amazonaws.com") -> str:
    """The ARN of a new role that may do all that Lambda asks a role for."""
    iam, name = bench.cloud.client("iam", ACCOUNT), unique("role")
    made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust(service))
    iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=_POLICY)
    return made["Role"]["Arn"]


def archive(source: str = SOURCE, name: str = "app.py") -> Props:
    """An archive of one file, as the engine sends it."""
    member: Props = {SIGNATURE: ASSET, "text": source, "hash": source}
    return {SIGNATURE: ARCHIVE, "assets": {name: member}, "hash": f"{name}:{source}"}


def inputs(bench: Bench, name: str = "", **more: Plain) -> Props:
    """What a program says of a plain function."""
    return {
        "name": name or unique("fn"),
        "role": role(bench),
        "runtime": "python3.13",
        "handler": "app.handle",
        "code": archive(),
        **more,
    }


def make(bench: Bench, name: str = "", **more: Plain) -> Kept:
    """A plain function."""
    wanted = inputs(bench, name, **more)
    return bench.client.make(FUNCTION, str(wanted["name"]), wanted)
