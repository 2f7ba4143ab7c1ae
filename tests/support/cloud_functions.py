"""Deploys small functions into the local cloud and calls them."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast
from uuid import uuid4

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_lambda.type_defs import CreateFunctionRequestTypeDef

    from tests.support.cloud import Cloud

ACCOUNT = "000000000000"
LOGGING = {"Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": "*"}


def archive(files: Mapping[str, str], modes: Mapping[str, int] | None = None) -> bytes:
    """A zip file of texts."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as opened:
        for name, text in files.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = (modes or {}).get(name, 0o644) << 16
            opened.writestr(entry, text)
    return buffer.getvalue()


def unique(prefix: str) -> str:
    """A name of this test alone."""
    return f"{prefix}-{uuid4().hex[:10]}"


def make_role(
    cloud: Cloud, name: str, *statements: Mapping[str, object], service: str = "lambda.amazonaws.com"
) -> str:
    """A role of a service that may do what the statements say; its ARN."""
    iam = cloud.client("iam")
    trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    trusting = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trusting)["Role"]["Arn"]
    if statements:
        document = json.dumps({"Version": "2012-10-17", "Statement": statements})
        iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=document)
    return role


@dataclass(frozen=True)
class Answer:
    """What an invocation answered."""

    payload: object
    error: str | None
    tail: str
    request_id: str
    version: str

    @property
    def failure(self) -> dict[str, object]:
        """The payload of an error."""
        assert self.error == "Unhandled", self
        return cast("dict[str, object]", self.payload)


@dataclass(frozen=True)
class Deployed:
    """A function of the local cloud."""

    cloud: Cloud
    name: str
    arn: str
    role: str

    def call(self, event: object = None, qualifier: str = "", client_context: str = "") -> Answer:
        """Invoke it and wait."""
        response = self.cloud.client("lambda").invoke(
            FunctionName=f"{self.name}:{qualifier}" if qualifier else self.name,
            Payload=json.dumps({} if event is None else event),
            LogType="Tail",
            ClientContext=client_context,
        )
        return Answer(
            payload=json.loads(response["Payload"].read()),
            error=response.get("FunctionError"),
            tail=base64.b64decode(response.get("LogResult", "")).decode(),
            request_id=response["ResponseMetadata"]["RequestId"],
            version=response.get("ExecutedVersion", ""),
        )

    def log(self) -> list[str]:
        """All events of its log group in order; none when the group is missing."""
        logs = self.cloud.client("logs")
        group = f"/aws/lambda/{self.name}"
        if not logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]:
            return []
        found = logs.filter_log_events(logGroupName=group)["events"]
        return [event.get("message", "") for event in found]

    def streams(self) -> list[str]:
        """The names of its log streams."""
        logs = self.cloud.client("logs")
        found = logs.describe_log_streams(logGroupName=f"/aws/lambda/{self.name}")["logStreams"]
        return [stream.get("logStreamName", "") for stream in found]


def deploy(
    cloud: Cloud,
    code: str | Mapping[str, str],
    *statements: Mapping[str, object],
    may_log: bool = True,
    **settings: object,
) -> Deployed:
    """Create a function `app.handle` with a role of its own.

    Args:
        cloud: Where.
        code: Its module `app`, or all its files.
        statements: What its role may do beside writing its log.
        may_log: Its role may write its log.
        settings: Of CreateFunction.
    """
    name = unique("fn")
    role = make_role(cloud, name, *([LOGGING] if may_log else []), *statements)
    files = {"app.py": code} if isinstance(code, str) else code
    request: dict[str, object] = {
        "FunctionName": name,
        "Role": role,
        "Runtime": "python3.12",
        "Handler": "app.handle",
        "Timeout": 10,
        "Code": {"ZipFile": archive(files)},
        **settings,
    }
    cloud.client("logs").create_log_group(logGroupName=f"/aws/lambda/{name}")
    made = cloud.client("lambda").create_function(**cast("CreateFunctionRequestTypeDef", request))
    return Deployed(cloud, name, made["FunctionArn"], role)
