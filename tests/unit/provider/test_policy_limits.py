"""Check refuses policies that IAM and S3 call malformed, and takes those that they take."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.support.provider import ACCOUNT, UNKNOWN

if TYPE_CHECKING:
    from tests.support.provider import Client, Plain, Props

ROLE = "aws:iam/role:Role"
POLICY = "aws:iam/policy:Policy"
BUCKET_POLICY = "aws:s3/bucketPolicy:BucketPolicy"
ALLOWED: Props = {"Effect": "Allow", "Action": ["s3:GetObject", "sqs:*"], "Resource": "arn:aws:s3:::b/*"}
TRUSTED: Props = {
    "Effect": "Allow",
    "Action": "sts:AssumeRole",
    "Principal": {"Service": "lambda.amazonaws.com", "AWS": [f"arn:aws:iam::{ACCOUNT}:root", ACCOUNT, "*"]},
}
SHARED: Props = {
    "Sid": "in plain words",
    "Effect": "Deny",
    "Action": "s3:*",
    "Principal": "*",
    "Resource": ["arn:aws:s3:::b-1", "arn:aws:s3:::b-1/*", "arn:aws:s3:::b*"],
}


def _policy(*statements: Plain, **more: Plain) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [*statements], **more})


def _inputs(token: str, document: Plain) -> Props:
    if token == ROLE:
        return {"assumeRolePolicy": document}
    return {"policy": document} if token == POLICY else {"bucket": "b-1", "policy": document}


@pytest.mark.parametrize(
    ("token", "statement"), [(POLICY, ALLOWED), (ROLE, TRUSTED), (BUCKET_POLICY, SHARED)]
)
def test_a_good_policy_is_taken(aws: Client, token: str, statement: Props) -> None:
    alone = json.dumps({"Version": "2008-10-17", "Statement": statement})
    as_map: Plain = {"Version": "2012-10-17", "Statement": [statement]}
    half: Plain = {"Version": "2012-10-17", "Statement": [{**statement, "Action": UNKNOWN}]}
    for document in (_policy(statement), alone, as_map, half):
        assert aws.check(token, "x", _inputs(token, document)).failures == {}


@pytest.mark.parametrize(
    ("token", "document", "words"),
    [
        (POLICY, _policy(), "got no statement"),
        (POLICY, json.dumps({"Version": "2012-10-17"}), "got no statement"),
        (POLICY, _policy(ALLOWED, Version="2020-01-01"), 'got "2020-01-01", allowed the Version'),
        (POLICY, _policy({**ALLOWED, "Effect": "allow"}), 'got "allow", allowed the Effect Allow or Deny'),
        (POLICY, _policy({**ALLOWED, "Actions": "x"}), 'got the element "Actions"'),
        (POLICY, _policy({**ALLOWED, "NotAction": "s3:*"}), "got Action and NotAction"),
        (POLICY, _policy({**ALLOWED, "Action": "GetObject"}), 'got "GetObject", allowed an action with its'),
        (POLICY, _policy({**ALLOWED, "Action": ["s3:*", "s3:Get Object"]}), 'got "s3:Get Object"'),
        (POLICY, _policy({**ALLOWED, "Principal": "*"}), "got Principal, allowed none"),
        (POLICY, _policy({**ALLOWED, "Resource": None}), "got neither in a statement"),
        (POLICY, _policy({**ALLOWED, "Resource": "b/*"}), 'got "b/*", allowed an ARN or *'),
        (POLICY, _policy({**ALLOWED, "Sid": "a b"}), 'got "a b", allowed letters and digits'),
        (POLICY, _policy({**ALLOWED, "Sid": "A"}, {**ALLOWED, "Sid": "A"}), 'got the Sid "A" twice'),
        (ROLE, _policy(ALLOWED), "got Resource, allowed none in a trust policy"),
        (ROLE, _policy({**TRUSTED, "Principal": None}), "got a statement without Principal"),
        (ROLE, _policy({**TRUSTED, "Principal": "lambda"}), "allowed * or a map of principals"),
        (ROLE, _policy({**TRUSTED, "Principal": {"service": "x"}}), 'got "service", allowed AWS'),
        (ROLE, _policy({**TRUSTED, "Principal": {"Service": "lambda"}}), "allowed a service such as"),
        (ROLE, _policy({**TRUSTED, "Principal": {"AWS": "someone"}}), "allowed an account, an ARN or *"),
        (ROLE, _policy({**TRUSTED, "Action": "s3:GetObject"}), "allowed actions of STS"),
        (ROLE, _policy({**TRUSTED, "Action": "*"}), "allowed actions of STS"),
        (BUCKET_POLICY, _policy({**SHARED, "Principal": None}), "got a statement without Principal"),
        (BUCKET_POLICY, _policy({**SHARED, "Resource": None}), "got neither in a statement"),
        (
            BUCKET_POLICY,
            _policy({**SHARED, "Resource": ["arn:aws:s3:::b-1", "arn:aws:s3:::other/*"]}),
            'got "arn:aws:s3:::other/*", allowed resources of b-1',
        ),
    ],
)
def test_a_malformed_policy_is_refused(aws: Client, token: str, document: str, words: str) -> None:
    bare = json.loads(document)
    for statement in bare["Statement"] if isinstance(bare.get("Statement"), list) else ():
        for key in [key for key, value in statement.items() if value is None]:
            del statement[key]
    field = "assumeRolePolicy" if token == ROLE else "policy"

    failures = aws.check(token, "x", _inputs(token, json.dumps(bare))).failures

    assert words in failures[field]
    assert failures[field].startswith(f"{field}: ")


def test_a_policy_within_a_role_is_checked(aws: Client) -> None:
    inputs: Props = {
        "assumeRolePolicy": _policy(TRUSTED),
        "inlinePolicies": [{"name": "a", "policy": _policy({**ALLOWED, "Principal": "*"})}],
    }
    assert "got Principal" in aws.check(ROLE, "x", inputs).failures["inlinePolicies"]
