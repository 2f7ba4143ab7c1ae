"""Secrets Manager and parameters in the local cloud."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

import pytest
from botocore.exceptions import ClientError

from tests.support.live import obeys
from tests.support.provider import ACCOUNT, REGION, Kept, secret
from tests.support.seen import gone, without

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_ssm import SSMClient

    from tests.support.live import Bench
    from tests.support.provider import Props

pytestmark = pytest.mark.cloud

SECRET = "aws:secretsmanager/secret:Secret"
VERSION = "aws:secretsmanager/secretVersion:SecretVersion"
POLICY = "aws:secretsmanager/secretPolicy:SecretPolicy"
PARAMETER = "aws:ssm/parameter:Parameter"
NOISE = ("CreatedDate", "LastChangedDate", "LastAccessedDate", "LastModifiedDate")


@pytest.fixture
def secrets(bench: Bench) -> SecretsManagerClient:
    return bench.cloud.client("secretsmanager", ACCOUNT)


@pytest.fixture
def ssm(bench: Bench) -> SSMClient:
    return bench.cloud.client("ssm", ACCOUNT)


def _policy(account: str) -> str:
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
        "Action": "secretsmanager:GetSecretValue",
        "Resource": "*",
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def test_secret(bench: Bench, secrets: SecretsManagerClient) -> None:
    name = "shop/dev/payment"

    def look(_kept: Kept) -> dict[str, object] | None:
        found = gone(lambda: without(secrets.describe_secret(SecretId=name), *NOISE))
        return None if found is None or "DeletedDate" in found else found

    kept = obeys(
        bench,
        SECRET,
        "payment",
        {"name": name, "description": "key", "recoveryWindowInDays": 0, "tags": {"team": "shop"}},
        look=look,
        seen={
            "Description": "key",
            "KmsKeyId": None,
            "Tags": [{"Key": "team", "Value": "shop"}],
            "VersionIdsToStages": {},
        },
        changes=[
            (
                {
                    "name": name,
                    "kmsKeyId": "alias/shop",
                    "recoveryWindowInDays": 0,
                    "policy": _policy("444455556666"),
                    "replicas": [{"region": "eu-central-1"}, {"region": "us-east-1", "kmsKeyId": "alias/x"}],
                    "tags": {"owner": "you"},
                },
                {
                    "Description": "",
                    "KmsKeyId": "alias/shop",
                    "Tags": [{"Key": "owner", "Value": "you"}],
                },
            )
        ],
        drift=lambda _kept: secrets.update_secret(SecretId=name, Description="by hand"),
        blind=frozenset({"recoveryWindowInDays"}),
    )
    arn = str(kept.outputs["arn"])
    assert kept.id == arn
    assert arn.startswith(f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{name}-")


def test_secret_takes_and_loses_replicas_and_policy(bench: Bench, secrets: SecretsManagerClient) -> None:
    name = "shop/dev/replicated"
    first = {"name": name, "recoveryWindowInDays": 0}
    kept = bench.client.make(
        SECRET,
        "replicated",
        {**first, "policy": _policy("444455556666"), "replicas": [{"region": "us-east-1"}]},
    )
    there = bench.cloud.client("secretsmanager", ACCOUNT, "us-east-1")
    assert there.describe_secret(SecretId=name)["PrimaryRegion"] == REGION
    assert "444455556666" in secrets.get_resource_policy(SecretId=name)["ResourcePolicy"]
    kept = bench.client.change(kept, {**first, "replicas": [{"region": "eu-central-1"}]})
    assert "ResourcePolicy" not in secrets.get_resource_policy(SecretId=name)
    assert gone(lambda: {**there.describe_secret(SecretId=name)}) is None
    bench.client.delete(kept)
    assert gone(lambda: {**secrets.describe_secret(SecretId=name)}) is None


def test_deleted_secret_keeps_its_name_for_a_while(bench: Bench) -> None:
    kept = bench.client.make(SECRET, "kept", {"name": "shop/dev/kept"})
    bench.client.delete(kept)
    assert bench.client.refresh(kept).id == ""
    with pytest.raises(Exception, match="scheduled for deletion"):
        bench.client.make(SECRET, "kept", {"name": "shop/dev/kept"})


def _value(secrets: SecretsManagerClient, name: str) -> str:
    return secrets.get_secret_value(SecretId=name)["SecretString"]


def test_versions_take_over_from_each_other(bench: Bench, secrets: SecretsManagerClient) -> None:
    name = "shop/dev/versions"
    arn = secrets.create_secret(Name=name)["ARN"]
    client, asked = bench.client, {"secretId": arn, "secretString": secret("first")}
    first = client.make(VERSION, "value", asked)
    bench.interrupt(first)
    assert client.make(VERSION, "value", asked).id == first.id
    assert _value(secrets, name) == "first"
    refreshed = client.refresh(first)
    assert (refreshed.inputs, refreshed.outputs) == (first.inputs, first.outputs)
    read = client.read(VERSION, "value", first.id)
    assert read.inputs["secretString"] == read.outputs["secretString"] == secret("first")
    assert client.difference(read, asked) == {}

    second = client.make(VERSION, "value", {**asked, "secretString": secret("second")}, replaces=first.id)
    assert second.id != first.id
    assert _value(secrets, name) == "second"
    assert client.refresh(first).outputs["versionStages"] == ["AWSPREVIOUS"]
    client.delete(first)
    assert client.refresh(first).id == ""
    client.delete(first)

    staged = client.change(
        second, {**asked, "secretString": secret("second"), "versionStages": ["AWSCURRENT", "blue"]}
    )
    assert secrets.get_secret_value(SecretId=name, VersionStage="blue")["SecretString"] == "second"
    rested = client.change(
        staged, {**asked, "secretString": secret("second"), "versionStages": ["AWSCURRENT"]}
    )
    assert rested.outputs["versionStages"] == ["AWSCURRENT"]
    with pytest.raises(ClientError, match="blue"):
        secrets.get_secret_value(SecretId=name, VersionStage="blue")
    client.delete(rested)
    assert _value(secrets, name) == "second", "the current version stays until another takes over"


def test_a_version_is_made_with_its_stages(bench: Bench, secrets: SecretsManagerClient) -> None:
    name = "shop/dev/staged"
    arn = secrets.create_secret(Name=name, SecretString="zero")["ARN"]
    asked: Props = {"secretId": arn, "secretString": secret("one"), "versionStages": ["blue", "AWSCURRENT"]}

    one = bench.client.make(VERSION, "one", asked)
    refreshed = bench.client.refresh(one)
    two = bench.client.make(
        VERSION, "two", {"secretId": arn, "secretString": secret("two"), "versionStages": ["blue"]}
    )

    assert set(cast("list[str]", one.outputs["versionStages"])) == {"AWSCURRENT", "blue"}
    assert bench.client.difference(refreshed, asked) == {}
    assert two.outputs["versionStages"] == ["blue"]
    assert secrets.get_secret_value(SecretId=name, VersionStage="blue")["SecretString"] == "two"
    assert _value(secrets, name) == "one"
    assert bench.client.refresh(one).outputs["versionStages"] == ["AWSCURRENT"]


def test_binary_version(bench: Bench, secrets: SecretsManagerClient) -> None:
    name = "shop/dev/binary"
    arn = secrets.create_secret(Name=name)["ARN"]
    kept = bench.client.make(VERSION, "binary", {"secretId": arn, "secretBinary": secret("AAEC")})
    assert secrets.get_secret_value(SecretId=name)["SecretBinary"] == b"\x00\x01\x02"
    assert bench.client.refresh(kept).outputs == kept.outputs


def test_a_refused_value_is_not_in_the_text(bench: Bench) -> None:
    with pytest.raises(Exception, match="ResourceNotFoundException") as caught:
        bench.client.make(
            VERSION,
            "lost",
            {
                "secretId": f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:none-abcdef",
                "secretString": secret("hidden-4711"),
            },
        )
    assert "hidden-4711" not in str(caught.value)


def test_secret_policy(bench: Bench, secrets: SecretsManagerClient) -> None:
    arn = secrets.create_secret(Name="shop/dev/policy", SecretString="x")["ARN"]

    def look(_kept: Kept) -> dict[str, object] | None:
        document = secrets.get_resource_policy(SecretId=arn).get("ResourcePolicy")
        return json.loads(document)["Statement"][0]["Principal"] if document else None

    obeys(
        bench,
        POLICY,
        "policy",
        {"secretArn": arn, "policy": _policy("444455556666")},
        look=look,
        seen={"AWS": "arn:aws:iam::444455556666:root"},
        changes=[
            (
                {"secretArn": arn, "policy": _policy("000000000000")},
                {"AWS": "arn:aws:iam::000000000000:root"},
            )
        ],
        drift=lambda _kept: secrets.put_resource_policy(SecretId=arn, ResourcePolicy=_policy("777788889999")),
    )


def _parameter(ssm: SSMClient, name: str) -> dict[str, object] | None:
    found = ssm.describe_parameters(ParameterFilters=[{"Key": "Name", "Values": [name]}])["Parameters"]
    if not found:
        return None
    tags = ssm.list_tags_for_resource(ResourceType="Parameter", ResourceId=name)["TagList"]
    value = ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]
    return {
        **without(found[0], "Version", *NOISE),
        "Value": value.get("Value"),
        "tags": {tag["Key"]: tag["Value"] for tag in tags},
    }


def test_parameter(bench: Bench, ssm: SSMClient) -> None:
    name = "/shop/dev/limit"
    first = {"name": name, "type": "String"}
    kept = obeys(
        bench,
        PARAMETER,
        "limit",
        {**first, "value": secret("10"), "tags": {"team": "shop"}},
        look=lambda _kept: _parameter(ssm, name),
        seen={"Value": "10", "Type": "String", "Tier": "Standard", "tags": {"team": "shop"}},
        changes=[
            (
                {**first, "value": secret("20"), "description": "most", "allowedPattern": r"^\d+$"},
                {"Value": "20", "Description": "most", "AllowedPattern": r"^\d+$", "tags": {}},
            )
        ],
        drift=lambda _kept: ssm.put_parameter(Name=name, Value="99", Overwrite=True),
    )
    assert kept.outputs["arn"] == f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/shop/dev/limit"
    assert kept.outputs["value"] == secret("10")


def test_secure_parameter(bench: Bench, ssm: SSMClient) -> None:
    name = "shop-dev-token"
    asked = {"name": name, "type": "SecureString", "value": secret("hidden")}
    kept = obeys(
        bench,
        PARAMETER,
        "token",
        asked,
        look=lambda _kept: _parameter(ssm, name),
        seen={"Value": "hidden", "KeyId": "alias/aws/ssm"},
        changes=[({**asked, "keyId": "alias/shop"}, {"KeyId": "alias/shop"})],
        drift=lambda _kept: ssm.put_parameter(Name=name, Type="SecureString", Value="other", Overwrite=True),
    )
    assert kept.outputs["value"] == secret("hidden")


def test_parameter_in_clear(bench: Bench, ssm: SSMClient) -> None:
    name = "shop-dev-clear"
    obeys(
        bench,
        PARAMETER,
        "clear",
        {"name": name, "type": "StringList", "insecureValue": "a,b"},
        look=lambda _kept: _parameter(ssm, name),
        seen={"Value": "a,b", "Type": "StringList"},
        drift=lambda _kept: ssm.put_parameter(Name=name, Value="c", Overwrite=True),
        blind=frozenset({"insecureValue", "value"}),
    )


def test_somebody_elses_parameter_is_not_taken_over(bench: Bench, ssm: SSMClient) -> None:
    ssm.put_parameter(Name="shop-dev-theirs", Type="String", Value="theirs")
    with pytest.raises(Exception, match="ParameterAlreadyExists") as caught:
        bench.client.make(
            PARAMETER, "theirs", {"name": "shop-dev-theirs", "type": "String", "value": secret("ours-4711")}
        )
    assert "ours-4711" not in str(caught.value)
    assert ssm.get_parameter(Name="shop-dev-theirs")["Parameter"].get("Value") == "theirs"
