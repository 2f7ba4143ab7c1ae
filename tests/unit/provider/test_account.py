"""Which account a provider's configuration means, and which it refuses."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import grpc
import pytest
from pulumi.runtime.proto import provider_pb2

from pavedroad.provider.account import DEFAULT_ACCOUNT, from_config
from tests.support.provider import ACCOUNT, QUEUE, UNKNOWN, struct

if TYPE_CHECKING:
    from pavedroad.provider.values import Value
    from tests.support.provider import Client, Plain, Props

DEPLOY = "arn:aws:iam::111111111111:role/deploy"
NESTED = "arn:aws-us-gov:iam::222222222222:role/ops/deploy"
PROVIDER = "urn:pulumi:dev::shop::pulumi:providers:aws::other"


def role(arn: str) -> dict[str, str]:
    return {"roleArn": arn, "sessionName": "pavedroad"}


def failures(aws: Client, config: Props) -> dict[str, str]:
    response = aws.stub.CheckConfig(provider_pb2.CheckRequest(urn=PROVIDER, news=struct(config)))
    return {item.property: item.reason for item in response.failures}


@pytest.mark.parametrize(
    ("config", "account"),
    [
        ({}, DEFAULT_ACCOUNT),
        ({"allowedAccountIds": [ACCOUNT, "444455556666"]}, ACCOUNT),
        ({"assumeRoles": [role(DEPLOY)]}, "111111111111"),
        ({"assumeRoles": [role(DEPLOY), role(NESTED)]}, "222222222222"),
        ({"assumeRoles": [role(DEPLOY), {"sessionName": "none"}]}, "111111111111"),
        ({"assumeRoleWithWebIdentity": role(DEPLOY)}, "111111111111"),
        ({"assumeRoleWithWebIdentity": role(NESTED), "assumeRoles": [role(DEPLOY)]}, "111111111111"),
        ({"assumeRole": role(DEPLOY)}, "111111111111"),
        ({"allowedAccountIds": [ACCOUNT, "111111111111"], "assumeRoles": [role(DEPLOY)]}, "111111111111"),
    ],
)
@pytest.mark.parametrize("as_text", [False, True])
def test_the_account_is_that_of_the_last_role(
    config: dict[str, Value], account: str, *, as_text: bool
) -> None:
    given: dict[str, Value] = (
        {key: json.dumps(value) for key, value in config.items()} if as_text else {**config}
    )

    assert from_config(given).account == account


def test_two_providers_with_two_roles_name_two_queues(aws: Client) -> None:
    arns: list[Plain] = []
    for arn in (DEPLOY, "arn:aws:iam::222222222222:role/deploy"):
        aws.configure(region="eu-west-1", assumeRoles=json.dumps([role(arn)]))
        arns.append(aws.plan(QUEUE, "q", {"name": "orders"}).outputs["arn"])

    assert arns == ["arn:aws:sqs:eu-west-1:111111111111:orders", "arn:aws:sqs:eu-west-1:222222222222:orders"]


@pytest.mark.parametrize(
    ("config", "path"),
    [
        ({"allowedAccountIds": [ACCOUNT], "assumeRoles": [role(DEPLOY)]}, "allowedAccountIds"),
        ({"forbiddenAccountIds": ["111111111111"], "assumeRoles": [role(DEPLOY)]}, "forbiddenAccountIds"),
    ],
)
def test_an_account_that_is_not_allowed_is_refused(aws: Client, config: Props, path: str) -> None:
    assert failures(aws, config) == {path: "AWS account ID not allowed: 111111111111"}
    with pytest.raises(grpc.RpcError, match="AWS account ID not allowed: 111111111111"):
        aws.configure(**config)


@pytest.mark.parametrize("arn", ["deploy", "arn:aws:iam::1:role/deploy", "arn:aws:iam::111111111111:user/x"])
def test_a_malformed_role_is_refused(aws: Client, arn: str) -> None:
    config: Props = {"assumeRoles": [{"roleArn": DEPLOY}, {"roleArn": arn}]}

    found = failures(aws, config)

    assert list(found) == ["assumeRoles[1].roleArn"]
    assert f"got {arn!r}, allowed is the ARN of a role" in found["assumeRoles[1].roleArn"]


@pytest.mark.parametrize(
    "config",
    [
        {"allowedAccountIds": [ACCOUNT]},
        {"allowedAccountIds": ["111111111111"], "assumeRoles": [{"roleArn": DEPLOY}]},
        {"forbiddenAccountIds": [ACCOUNT], "assumeRoles": [{"roleArn": DEPLOY}]},
        {"allowedAccountIds": [ACCOUNT], "assumeRoles": [{"roleArn": UNKNOWN}]},
        {"allowedAccountIds": [ACCOUNT], "assumeRoles": UNKNOWN},
    ],
)
def test_what_is_allowed_or_not_known_yet_is_not_refused(aws: Client, config: Props) -> None:
    assert failures(aws, config) == {}


@pytest.mark.parametrize(
    ("new", "replaces"),
    [
        ({"assumeRoles": [{"roleArn": NESTED}]}, ["assumeRoles"]),
        ({"assumeRoles": [{"roleArn": "arn:aws:iam::111111111111:role/other"}]}, []),
        ({"assumeRoles": [{"roleArn": UNKNOWN}]}, []),
        ({}, ["assumeRoles"]),
    ],
)
def test_a_role_in_another_account_replaces_the_provider(
    aws: Client, new: Props, replaces: list[str]
) -> None:
    old: Props = {"assumeRoles": [{"roleArn": DEPLOY}]}

    response = aws.stub.DiffConfig(
        provider_pb2.DiffRequest(urn=PROVIDER, old_inputs=struct(old), news=struct(new))
    )

    assert list(response.replaces) == replaces
