"""Cognito in the local cloud: user pools, clients, domains, resource servers, groups and users."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest

from tests.support.live import obeys
from tests.support.provider import ACCOUNT, REGION, Kept, secret
from tests.support.seen import gone, without

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

    from tests.support.live import Bench

pytestmark = pytest.mark.cloud

POOL = "aws:cognito/userPool:UserPool"
CLIENT = "aws:cognito/userPoolClient:UserPoolClient"
DOMAIN = "aws:cognito/userPoolDomain:UserPoolDomain"
SERVER = "aws:cognito/resourceServer:ResourceServer"
GROUP = "aws:cognito/userGroup:UserGroup"
USER = "aws:cognito/user:User"
FUNCTION_ARN = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:shop-dev-sign-up"
NOISE = ("CreationDate", "LastModifiedDate", "SchemaAttributes", "UserCreateDate", "UserLastModifiedDate")
OFF = {"Enabled": False}


@pytest.fixture
def cognito(bench: Bench) -> CognitoIdentityProviderClient:
    return bench.cloud.client("cognito-idp", ACCOUNT)


@pytest.fixture
def pool(cognito: CognitoIdentityProviderClient) -> str:
    return cognito.create_user_pool(PoolName="shop-dev-pool")["UserPool"].get("Id", "")


def _seen(see: Callable[[Kept], Mapping[str, object]]) -> Callable[[Kept], dict[str, object] | None]:
    """What is there, without times and what is not set."""

    def look(kept: Kept) -> dict[str, object] | None:
        found = gone(lambda: without(see(kept), *NOISE))
        if not found:
            return None
        return {key: value for key, value in found.items() if value not in ("", [], {}, None, OFF)}

    return look


def test_pool(bench: Bench, cognito: CognitoIdentityProviderClient) -> None:
    def see(kept: Kept) -> dict[str, object]:
        factors = cognito.get_user_pool_mfa_config(UserPoolId=kept.id)
        pool = cognito.describe_user_pool(UserPoolId=kept.id)["UserPool"]
        return {**pool, **without(factors)}

    name = "shop-dev-people"
    kept = obeys(
        bench,
        POOL,
        "people",
        {"name": name, "usernameAttributes": ["email"], "tags": {"team": "shop"}},
        look=_seen(see),
        seen={
            "Name": name,
            "UsernameAttributes": ["email"],
            "MfaConfiguration": "OFF",
            "UserPoolTags": {"team": "shop"},
        },
        changes=[
            (
                {
                    "name": name,
                    "usernameAttributes": ["email"],
                    "autoVerifiedAttributes": ["email"],
                    "mfaConfiguration": "OPTIONAL",
                    "softwareTokenMfaConfiguration": {"enabled": True},
                    "passwordPolicy": {
                        "minimumLength": 12,
                        "requireLowercase": True,
                        "requireNumbers": False,
                        "requireSymbols": False,
                        "requireUppercase": True,
                        "temporaryPasswordValidityDays": 3,
                    },
                    "lambdaConfig": {"preSignUp": FUNCTION_ARN},
                    "adminCreateUserConfig": {"allowAdminCreateUserOnly": True},
                    "accountRecoverySetting": {
                        "recoveryMechanisms": [{"name": "verified_email", "priority": 1}]
                    },
                    "emailVerificationSubject": "your code",
                    "tags": {"owner": "you"},
                },
                {
                    "AutoVerifiedAttributes": ["email"],
                    "MfaConfiguration": "OPTIONAL",
                    "SoftwareTokenMfaConfiguration": {"Enabled": True},
                    "LambdaConfig": {"PreSignUp": FUNCTION_ARN},
                    "AccountRecoverySetting": {
                        "RecoveryMechanisms": [{"Name": "verified_email", "Priority": 1}]
                    },
                    "EmailVerificationSubject": "your code",
                    "UserPoolTags": {"owner": "you"},
                },
            )
        ],
        drift=lambda kept: cognito.update_user_pool(
            UserPoolId=kept.id, AutoVerifiedAttributes=["phone_number"]
        ),
    )
    assert kept.outputs["arn"] == f"arn:aws:cognito-idp:{REGION}:{ACCOUNT}:userpool/{kept.id}"
    assert kept.outputs["endpoint"] == f"cognito-idp.{REGION}.amazonaws.com/{kept.id}"


def test_pool_takes_more_attributes(bench: Bench, cognito: CognitoIdentityProviderClient) -> None:
    schemas = [{"name": "shop", "attributeDataType": "String", "mutable": True}]
    base = {"name": "shop-dev-schemas"}
    kept = bench.client.make(POOL, "schemas", {**base, "schemas": cast("list[object]", schemas)})  # pyright: ignore[reportArgumentType] - the helper's own types are wider
    more = [*schemas, {"name": "age", "attributeDataType": "Number", "mutable": True}]
    bench.client.change(kept, {**base, "schemas": cast("list[object]", more)})  # pyright: ignore[reportArgumentType] - as above
    told = cognito.describe_user_pool(UserPoolId=kept.id)["UserPool"].get("SchemaAttributes", [])
    assert {"custom:shop", "custom:age"} <= {item.get("Name") for item in told}


def test_client_with_a_secret(bench: Bench, cognito: CognitoIdentityProviderClient, pool: str) -> None:
    base = {"userPoolId": pool, "name": "shop-dev-web", "generateSecret": True}
    kept = obeys(
        bench,
        CLIENT,
        "web",
        {**base, "explicitAuthFlows": ["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]},
        look=_seen(
            lambda kept: cognito.describe_user_pool_client(UserPoolId=pool, ClientId=kept.id)[
                "UserPoolClient"
            ]
        ),
        seen={"ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]},
        changes=[
            (
                {
                    **base,
                    "name": "shop-dev-site",
                    "allowedOauthFlows": ["client_credentials"],
                    "allowedOauthFlowsUserPoolClient": True,
                    "allowedOauthScopes": ["shop/read"],
                    "callbackUrls": ["https://shop.example/in"],
                    "logoutUrls": ["https://shop.example/out"],
                    "accessTokenValidity": 2,
                    "refreshTokenValidity": 5,
                    "tokenValidityUnits": {"accessToken": "hours", "refreshToken": "days"},
                },
                {
                    "ClientName": "shop-dev-site",
                    "AllowedOAuthFlows": ["client_credentials"],
                    "AllowedOAuthFlowsUserPoolClient": True,
                    "AllowedOAuthScopes": ["shop/read"],
                    "CallbackURLs": ["https://shop.example/in"],
                    "LogoutURLs": ["https://shop.example/out"],
                    "AccessTokenValidity": 2,
                    "RefreshTokenValidity": 5,
                    "TokenValidityUnits": {"AccessToken": "hours", "RefreshToken": "days"},
                    "ExplicitAuthFlows": None,
                },
            )
        ],
        drift=lambda kept: cognito.update_user_pool_client(
            UserPoolId=pool,
            ClientId=kept.id,
            ClientName="shop-dev-web",
            ExplicitAuthFlows=["ALLOW_CUSTOM_AUTH"],
        ),
        imported=lambda kept: f"{pool}/{kept.id}",
    )
    told = cast("dict[str, object]", kept.outputs["clientSecret"])
    assert told == secret(cast("str", told["value"]))
    assert told["value"]


def test_domain(bench: Bench, cognito: CognitoIdentityProviderClient, pool: str) -> None:
    obeys(
        bench,
        DOMAIN,
        "domain",
        {"userPoolId": pool, "domain": "shop-dev-login"},
        look=_seen(
            lambda _kept: cognito.describe_user_pool_domain(Domain="shop-dev-login")["DomainDescription"]
        ),
        seen={"UserPoolId": pool, "Domain": "shop-dev-login"},
    )


def test_resource_server(bench: Bench, cognito: CognitoIdentityProviderClient, pool: str) -> None:
    base = {"userPoolId": pool, "identifier": "shop"}
    read = {"scopeName": "read", "scopeDescription": "Look"}
    kept = obeys(
        bench,
        SERVER,
        "server",
        {**base, "name": "Shop", "scopes": [read]},
        look=_seen(
            lambda _kept: cognito.describe_resource_server(UserPoolId=pool, Identifier="shop")[
                "ResourceServer"
            ]
        ),
        seen={"Name": "Shop", "Scopes": [{"ScopeName": "read", "ScopeDescription": "Look"}]},
        changes=[({**base, "name": "Store"}, {"Name": "Store", "Scopes": None})],
        drift=lambda _kept: cognito.update_resource_server(
            UserPoolId=pool, Identifier="shop", Name="Shop", Scopes=[]
        ),
    )
    assert kept.id == f"{pool}|shop"
    assert kept.outputs["scopeIdentifiers"] == ["shop/read"]


def test_group(bench: Bench, cognito: CognitoIdentityProviderClient, pool: str) -> None:
    base = {"userPoolId": pool, "name": "staff"}
    kept = obeys(
        bench,
        GROUP,
        "staff",
        {**base, "description": "people"},
        look=_seen(lambda _kept: cognito.get_group(UserPoolId=pool, GroupName="staff")["Group"]),
        seen={"GroupName": "staff", "Description": "people"},
        changes=[({**base, "precedence": 5}, {"Description": None, "Precedence": 5})],
        drift=lambda _kept: cognito.update_group(UserPoolId=pool, GroupName="staff", Description="by hand"),
    )
    assert kept.id == f"{pool}/staff"


def test_user(bench: Bench, cognito: CognitoIdentityProviderClient, pool: str) -> None:
    base = {"userPoolId": pool, "username": "ann", "messageAction": "SUPPRESS"}

    def see(_kept: Kept) -> dict[str, object]:
        found = cognito.admin_get_user(UserPoolId=pool, Username="ann")
        attributes = {item["Name"]: item.get("Value") for item in found["UserAttributes"]}
        attributes.pop("sub", None)
        return {"attributes": attributes, "enabled": "yes" if found.get("Enabled") else "no"}

    kept = obeys(
        bench,
        USER,
        "ann",
        {**base, "attributes": {"email": "ann@shop.example"}},
        look=_seen(see),
        seen={"attributes": {"email": "ann@shop.example"}, "enabled": "yes"},
        changes=[
            (
                {**base, "attributes": {"name": "Ann"}, "enabled": False},
                {"attributes": {"name": "Ann"}, "enabled": "no"},
            )
        ],
        drift=lambda _kept: cognito.admin_disable_user(UserPoolId=pool, Username="ann"),
        blind=frozenset({"messageAction"}),
    )
    assert kept.id == f"{pool}/ann"


def test_refused_password_is_not_in_the_text(bench: Bench, pool: str) -> None:
    with pytest.raises(Exception, match="InvalidPasswordException") as caught:
        bench.client.make(
            USER,
            "bob",
            {
                "userPoolId": pool,
                "username": "bob",
                "messageAction": "SUPPRESS",
                "password": secret("weak4711"),
            },
        )
    assert "weak4711" not in str(caught.value)


def test_an_imported_pool_keeps_its_tier(bench: Bench, cognito: CognitoIdentityProviderClient) -> None:
    made = bench.client.make(POOL, "tiered", {"name": "shop-dev-tiered", "userPoolTier": "PLUS"})
    imported = bench.client.read(POOL, "tiered", made.id)

    assert imported.inputs["userPoolTier"] == "PLUS"
    assert bench.client.difference(imported, {"name": "shop-dev-tiered"}) == {}
    changed = bench.client.change(imported, {"name": "shop-dev-tiered", "deletionProtection": "ACTIVE"})
    assert changed.outputs["userPoolTier"] == "PLUS"
    assert cognito.describe_user_pool(UserPoolId=made.id)["UserPool"].get("UserPoolTier") == "PLUS"
