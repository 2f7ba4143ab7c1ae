"""What roles are granted, one action on one resource at a time, and how to take one away for a while."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Generator

    from mypy_boto3_iam import IAMClient

Statement = dict[str, object]


@dataclass(frozen=True, order=True)
class Grant:
    """One action on one resource that a policy in a role allows."""

    role: str
    policy: str
    action: str
    resource: str

    def __str__(self) -> str:
        return f"{self.role}: {self.action} on {self.resource}"


def grants_of(client: IAMClient, role: str) -> list[Grant]:
    """Every grant in a role's inline policies."""
    found: list[Grant] = []
    for policy in client.list_role_policies(RoleName=role)["PolicyNames"]:
        for statement in _statements(_document(client, role, policy)):
            assert statement["Effect"] == "Allow"
            found += [
                Grant(role, policy, action, resource)
                for action in _texts(statement["Action"])
                for resource in _texts(statement["Resource"])
            ]
    return sorted(set(found))


@contextmanager
def without(client: IAMClient, taken: Grant) -> Generator[None]:
    """The role as it is, less one grant; the policy is put back at the end."""
    document = _document(client, taken.role, taken.policy)
    left: list[Statement] = []
    for statement in _statements(document):
        left += _less(statement, taken)
    assert left != _statements(document), f"{taken} is not granted"
    try:
        _put(client, taken, {**document, "Statement": left})
        yield
    finally:
        _put(client, taken, document)


def _less(statement: Statement, taken: Grant) -> list[Statement]:
    """The statements that allow what this one does, but for one action on one resource."""
    actions, resources = _texts(statement["Action"]), _texts(statement["Resource"])
    if taken.action not in actions or taken.resource not in resources:
        return [statement]
    base = {key: value for key, value in statement.items() if key != "Sid"}
    others = [action for action in actions if action != taken.action]
    elsewhere = [resource for resource in resources if resource != taken.resource]
    found: list[Statement] = []
    if others:
        found.append({**base, "Action": others})
    if elsewhere:
        found.append({**base, "Action": [taken.action], "Resource": elsewhere})
    return found


def _document(client: IAMClient, role: str, policy: str) -> Statement:
    document: object = client.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
    parsed: object = json.loads(unquote(document)) if isinstance(document, str) else document
    return cast("Statement", parsed)


def _put(client: IAMClient, grant: Grant, document: Statement) -> None:
    # A policy without statements is refused; one that grants nothing anybody asks for takes its place.
    nothing = [{"Effect": "Allow", "Action": "sts:GetCallerIdentity", "Resource": "*"}]
    kept = {**document, "Statement": document["Statement"] or nothing}
    client.put_role_policy(RoleName=grant.role, PolicyName=grant.policy, PolicyDocument=json.dumps(kept))


def _statements(document: Statement) -> list[Statement]:
    return cast("list[Statement]", document["Statement"])


def _texts(value: object) -> list[str]:
    return [value] if isinstance(value, str) else cast("list[str]", value)
