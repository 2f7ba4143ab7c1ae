"""Boundary, code signing and the company layer."""

from __future__ import annotations

import json
import re
from fnmatch import fnmatchcase
from typing import Any

import pytest

from components._iam import STAR_ONLY_ACTIONS
from components._naming import Scope
from components.compute.layer import CompanyLayer, CompanyLayerArgs
from components.governance.boundary import (
    MAX_POLICY_CHARACTERS,
    PermissionsBoundary,
    PermissionsBoundaryArgs,
    boundary_document,
)
from components.governance.signing import Signing, SigningArgs
from tests.support.components import SCOPE
from tests.support.mocks import record

NEEDED_BY_ORDER_PROCESSING = (
    "sqs:SendMessage",
    "sqs:ReceiveMessage",
    "sqs:DeleteMessage",
    "sqs:ChangeMessageVisibility",
    "sqs:GetQueueAttributes",
    "states:StartExecution",
    "dynamodb:PutItem",
    "dynamodb:GetItem",
    "dynamodb:UpdateItem",
    "secretsmanager:GetSecretValue",
    "lambda:InvokeFunction",
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "kms:Decrypt",
    "kms:GenerateDataKey",
)
NEVER = (
    "iam:CreateRole",
    "iam:PutRolePolicy",
    "organizations:LeaveOrganization",
    "account:CloseAccount",
    "dynamodb:DeleteTable",
    "s3:DeleteBucket",
    "s3:PutBucketPolicy",
    "lambda:UpdateFunctionCode",
    "lambda:CreateFunction",
    "lambda:DeleteFunction",
)
FUNCTION_ROLE = "arn:aws:iam::111122223333:role/pavedroad-dev-orders-accept-orders"
PRUNE_ROLE = "arn:aws:iam::111122223333:role/pavedroad-dev-platform-prune-versions"


def listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def covers(statement: dict[str, Any], action: str, role: str) -> bool:
    """Whether a statement speaks of the action for a role in the scope's own Region, through any service."""
    spared = listed(statement.get("Condition", {}).get("ArnNotLike", {}).get("aws:PrincipalArn", []))
    if any(fnmatchcase(role, pattern) for pattern in spared):
        return False
    return any(fnmatchcase(action.lower(), pattern.lower()) for pattern in listed(statement["Action"]))


def allows(document: dict[str, Any], action: str, role: str = FUNCTION_ROLE) -> bool:
    hits = {s["Effect"] for s in document["Statement"] if covers(s, action, role) and "Resource" in s}
    return hits == {"Allow"}


DOCUMENT: dict[str, Any] = json.loads(boundary_document(SCOPE))


@pytest.mark.parametrize("action", [*NEEDED_BY_ORDER_PROCESSING, *sorted(STAR_ONLY_ACTIONS)])
def test_the_boundary_lets_workloads_work(action: str) -> None:
    assert allows(DOCUMENT, action)


@pytest.mark.parametrize("action", NEVER)
def test_the_boundary_keeps_workloads_off_the_platform(action: str) -> None:
    assert not allows(DOCUMENT, action)
    assert any(s["Effect"] == "Deny" and covers(s, action, FUNCTION_ROLE) for s in DOCUMENT["Statement"])


def test_what_is_not_listed_is_not_allowed() -> None:
    for action in ("s3:CreateBucket", "ec2:RunInstances", "sts:GetFederationToken", "dynamodb:CreateTable"):
        assert not allows(DOCUMENT, action)


def test_only_releasers_release_and_only_passers_pass_roles() -> None:
    assert allows(DOCUMENT, "lambda:DeleteFunction", PRUNE_ROLE)
    assert not allows(DOCUMENT, "lambda:CreateFunction", PRUNE_ROLE)
    assert not allows(DOCUMENT, "iam:PassRole")
    assert allows(DOCUMENT, "iam:PassRole", f"{FUNCTION_ROLE}-forecast-demand")
    assert not allows(DOCUMENT, "iam:CreateRole", f"{FUNCTION_ROLE}-forecast-demand")


def test_roles_of_others_are_denied_by_name() -> None:
    (statement,) = [s for s in DOCUMENT["Statement"] if "NotResource" in s]

    assert (statement["Effect"], statement["Action"]) == ("Deny", "sts:AssumeRole")
    assert statement["NotResource"] == "arn:aws:iam::111122223333:role/pavedroad-dev-*"


def test_the_boundary_holds_in_the_environments_regions_only() -> None:
    document = json.loads(boundary_document(SCOPE, ("us-east-1", "eu-west-1")))
    data_plane = document["Statement"][0]

    assert data_plane["Condition"] == {
        "StringEquals": {"aws:RequestedRegion": ["eu-west-1", "us-east-1"]},
    }


def test_the_boundary_fits_into_a_managed_policy_also_with_long_names() -> None:
    scope = Scope(
        project="a" * 23,
        environment="b" * 16,
        region="ap-southeast-1",
        account="1" * 12,
        partition="aws-us-gov",
    )

    assert len(boundary_document(scope, ("us-east-1", "eu-central-1"))) <= MAX_POLICY_CHARACTERS
    with pytest.raises(ValueError, match="allowed 6144; name fewer Regions"):
        boundary_document(scope, tuple(f"eu-west-{n}" for n in range(60)))


def test_every_action_of_the_boundary_is_one_that_aws_could_know() -> None:
    for statement in DOCUMENT["Statement"]:
        for action in listed(statement["Action"]):
            assert re.fullmatch(r"[a-z0-9-]+:[A-Z*][A-Za-z*]*", action), action


def test_the_boundarys_arn_is_known_at_once_and_waits_for_the_policy(*, preview: bool) -> None:
    run = record(
        lambda: {"arn": PermissionsBoundary("boundary", PermissionsBoundaryArgs(scope=SCOPE)).arn},
        preview=preview,
    )

    assert run.values["arn"] == "arn:aws:iam::111122223333:policy/pavedroad-dev-boundary"
    assert run.one("aws:iam/policy:Policy").inputs["name"] == "pavedroad-dev-boundary"


def test_only_code_signed_by_our_profile_is_deployed(*, preview: bool) -> None:
    run = record(
        lambda: {
            "name": (s := Signing("signing", SigningArgs(scope=SCOPE))).profile_name,
            "arn": s.config_arn,
        },
        preview=preview,
    )
    profile = run.one("aws:signer/signingProfile:SigningProfile")
    config = run.one("aws:lambda/codeSigningConfig:CodeSigningConfig")

    assert run.values["name"] == profile.inputs["name"] == "pavedroad_dev_signing"
    assert profile.inputs["platformId"] == "AWSLambda-SHA384-ECDSA"
    assert profile.inputs["signatureValidityPeriod"] == {"value": 135, "type": "MONTHS"}
    assert config.inputs["policies"] == {"untrustedArtifactOnDeployment": "Enforce"}
    assert config.property_dependencies["allowedPublishers"] == {profile.urn}


def test_the_company_layer_is_signed_named_for_all_environments_and_kept() -> None:
    args = CompanyLayerArgs(scope=SCOPE, artifact_bucket_name="bucket", signing_profile_name="profile")
    run = record(lambda: {"arn": CompanyLayer("company-layer", args).arn}, preview=False)
    layer = run.one("aws:lambda/layerVersion:LayerVersion").inputs
    digest = run.one("aws:s3/bucketObjectv2:BucketObjectv2").inputs["key"].split("/")[-1].removesuffix(".zip")

    assert layer == {
        "layerName": "pavedroad-company",
        "description": f"sha256 {digest}",
        "s3Bucket": "bucket",
        "s3Key": "signed/company-layer-signature.zip",
        "compatibleRuntimes": ["python3.12", "python3.13", "python3.14", "python3.15"],
        "compatibleArchitectures": ["arm64", "x86_64"],
        "skipDestroy": True,
    }
