"""Policies that stand at resources: read, changed for a while, put back."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from botocore.awsrequest import AWSRequest
    from botocore.client import BaseClient

    from tests.support.cloud import Cloud

Kind = Literal["queue", "topic", "bucket", "key", "role"]
Statement = dict[str, object]


@dataclass(frozen=True)
class Holder:
    """A resource that carries a policy.

    Attributes:
        kind: What it is.
        name: URL of a queue, ARN of a topic, name of a bucket or role, id of a key.
    """

    kind: Kind
    name: str


@contextmanager
def changed(
    cloud: Cloud, holder: Holder, change: Callable[[list[Statement]], list[Statement]]
) -> Generator[None]:
    """The resource with other statements in its policy; the policy is put back at the end."""
    before = _READ[holder.kind](cloud, holder.name)
    document = cast("dict[str, object]", json.loads(before))
    left = change(cast("list[Statement]", document["Statement"]))
    assert left != document["Statement"], f"nothing was changed in the policy of {holder}"
    try:
        _WRITE[holder.kind](cloud, holder.name, json.dumps({**document, "Statement": left}) if left else "")
        yield
    finally:
        _WRITE[holder.kind](cloud, holder.name, before)


def less(sid: str, action: str = "") -> Callable[[list[Statement]], list[Statement]]:
    """A change: without a statement, or without one action of it."""

    def change(statements: list[Statement]) -> list[Statement]:
        left: list[Statement] = []
        for statement in statements:
            if statement.get("Sid") != sid:
                left.append(statement)
            elif action:
                others = [each for each in cast("list[str]", statement["Action"]) if each != action]
                left.append({**statement, "Action": others})
        return left

    return change


def trusting_nobody(statements: list[Statement]) -> list[Statement]:
    """A change: the role trusts a service that never asks."""
    return [{**statement, "Principal": {"Service": "nobody.amazonaws.com"}} for statement in statements]


def saying_plain_http(client: BaseClient) -> None:
    """From now on the client says that its requests came without TLS."""

    def say(request: AWSRequest, **_: object) -> None:
        request.headers["X-Forwarded-Proto"] = "http"

    client.meta.events.register("before-sign", say)


def _queue(cloud: Cloud, url: str) -> str:
    found = cloud.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])
    return found["Attributes"]["Policy"]


def _put_queue(cloud: Cloud, url: str, policy: str) -> None:
    cloud.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})


def _topic(cloud: Cloud, arn: str) -> str:
    return cloud.client("sns").get_topic_attributes(TopicArn=arn)["Attributes"]["Policy"]


def _put_topic(cloud: Cloud, arn: str, policy: str) -> None:
    cloud.client("sns").set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=policy)


def _bucket(cloud: Cloud, name: str) -> str:
    return cloud.client("s3").get_bucket_policy(Bucket=name)["Policy"]


def _put_bucket(cloud: Cloud, name: str, policy: str) -> None:
    if policy:
        cloud.client("s3").put_bucket_policy(Bucket=name, Policy=policy)
    else:
        cloud.client("s3").delete_bucket_policy(Bucket=name)


def _key(cloud: Cloud, name: str) -> str:
    return cloud.client("kms").get_key_policy(KeyId=name, PolicyName="default")["Policy"]


def _put_key(cloud: Cloud, name: str, policy: str) -> None:
    cloud.client("kms").put_key_policy(KeyId=name, PolicyName="default", Policy=policy)


def _role(cloud: Cloud, name: str) -> str:
    found: object = cloud.client("iam").get_role(RoleName=name)["Role"].get("AssumeRolePolicyDocument")
    return found if isinstance(found, str) else json.dumps(found)


def _put_role(cloud: Cloud, name: str, policy: str) -> None:
    cloud.client("iam").update_assume_role_policy(RoleName=name, PolicyDocument=policy)


_READ: Final[dict[Kind, Callable[[Cloud, str], str]]] = {
    "queue": _queue,
    "topic": _topic,
    "bucket": _bucket,
    "key": _key,
    "role": _role,
}
_WRITE: Final[dict[Kind, Callable[[Cloud, str, str], None]]] = {
    "queue": _put_queue,
    "topic": _put_topic,
    "bucket": _put_bucket,
    "key": _put_key,
    "role": _put_role,
}
