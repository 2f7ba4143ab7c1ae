"""Smaller parts of REST APIs in the local cloud: authorizers, validators, models, responses, keys, plans."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.live import obeys
from tests.support.provider import ACCOUNT, REGION, Kept, secret
from tests.support.seen import gone, without

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_apigateway import APIGatewayClient

    from tests.support.live import Bench
    from tests.support.provider import Plain, Props

pytestmark = pytest.mark.cloud

AUTHORIZER = "aws:apigateway/authorizer:Authorizer"
DEPLOYMENT = "aws:apigateway/deployment:Deployment"
VALIDATOR = "aws:apigateway/requestValidator:RequestValidator"
MODEL = "aws:apigateway/model:Model"
RESPONSE = "aws:apigateway/response:Response"
KEY = "aws:apigateway/apiKey:ApiKey"
PLAN = "aws:apigateway/usagePlan:UsagePlan"
PLAN_KEY = "aws:apigateway/usagePlanKey:UsagePlanKey"
POOL_ARN = f"arn:aws:cognito-idp:{REGION}:{ACCOUNT}:userpool/{REGION}_a"


@pytest.fixture
def gateway(bench: Bench) -> APIGatewayClient:
    return bench.cloud.client("apigateway", ACCOUNT)


@pytest.fixture
def api(gateway: APIGatewayClient) -> str:
    return gateway.create_rest_api(name="shop-dev-parts").get("id", "")


def _seen(see: Callable[[Kept], dict[str, object]]) -> Callable[[Kept], dict[str, object] | None]:
    """What is there, without times and what is not set."""

    def look(kept: Kept) -> dict[str, object] | None:
        found = gone(lambda: without(see(kept), "createdDate", "lastUpdatedDate", "apiSummary"))
        if found is None:
            return None
        return {key: value for key, value in found.items() if value not in ("", [], {}, None)}

    return look


def test_authorizer(bench: Bench, gateway: APIGatewayClient, api: str) -> None:
    base = {"restApi": api, "type": "COGNITO_USER_POOLS"}
    kept = obeys(
        bench,
        AUTHORIZER,
        "users",
        {**base, "name": "users", "providerArns": [POOL_ARN]},
        look=_seen(lambda kept: {**gateway.get_authorizer(restApiId=api, authorizerId=kept.id)}),
        seen={"name": "users", "providerARNs": [POOL_ARN], "authorizerResultTtlInSeconds": 300},
        changes=[
            (
                {
                    **base,
                    "name": "people",
                    "providerArns": [f"{POOL_ARN}2"],
                    "authorizerResultTtlInSeconds": 0,
                    "identitySource": "method.request.header.Token",
                },
                {
                    "name": "people",
                    "providerARNs": [f"{POOL_ARN}2"],
                    "authorizerResultTtlInSeconds": 0,
                    "identitySource": "method.request.header.Token",
                },
            )
        ],
        drift=lambda kept: gateway.update_authorizer(
            restApiId=api,
            authorizerId=kept.id,
            patchOperations=[{"op": "replace", "path": "/authorizerResultTtlInSeconds", "value": "7"}],
        ),
        imported=lambda kept: f"{api}/{kept.id}",
    )
    arn = f"arn:aws:apigateway:{REGION}::/restapis/{api}/authorizers/{kept.id}"
    assert kept.outputs["arn"] == arn


def test_validator_model_deployment(bench: Bench, gateway: APIGatewayClient, api: str) -> None:
    obeys(
        bench,
        VALIDATOR,
        "bodies",
        {"restApi": api, "name": "bodies", "validateRequestBody": True},
        look=_seen(lambda kept: {**gateway.get_request_validator(restApiId=api, requestValidatorId=kept.id)}),
        seen={"validateRequestBody": True, "validateRequestParameters": False},
        changes=[
            (
                {"restApi": api, "name": "queries", "validateRequestParameters": True},
                {"name": "queries", "validateRequestBody": False, "validateRequestParameters": True},
            )
        ],
        imported=lambda kept: f"{api}/{kept.id}",
    )
    model = {"restApi": api, "name": "Order", "contentType": "application/json"}
    obeys(
        bench,
        MODEL,
        "order",
        {**model, "schema": '{"type": "object"}'},
        look=_seen(lambda _kept: {**gateway.get_model(restApiId=api, modelName="Order")}),
        seen={"schema": '{"type": "object"}'},
        changes=[
            (
                {**model, "schema": '{"type": "array"}', "description": "d"},
                {"schema": '{"type": "array"}', "description": "d"},
            )
        ],
        drift=lambda _kept: gateway.update_model(
            restApiId=api,
            modelName="Order",
            patchOperations=[{"op": "replace", "path": "/schema", "value": '{"type": "null"}'}],
        ),
        imported=lambda _kept: f"{api}/Order",
    )
    obeys(
        bench,
        DEPLOYMENT,
        "deployment",
        {"restApi": api, "description": "first", "triggers": {"routes": "1"}},
        look=_seen(lambda kept: {**gateway.get_deployment(restApiId=api, deploymentId=kept.id)}),
        seen={"description": "first"},
        changes=[
            (
                {"restApi": api, "description": "other", "triggers": {"routes": "1"}},
                {"description": "other"},
            )
        ],
        imported=lambda kept: f"{api}/{kept.id}",
        blind=frozenset({"triggers"}),
    )


def test_gateway_response(bench: Bench, gateway: APIGatewayClient, api: str) -> None:
    kind = "UNAUTHORIZED"
    base = {"restApiId": api, "responseType": kind, "statusCode": "401"}

    def look(_kept: Kept) -> dict[str, object] | None:
        found = without(gateway.get_gateway_response(restApiId=api, responseType=kind))
        return None if found.get("defaultResponse") else found

    obeys(
        bench,
        RESPONSE,
        "unauthorized",
        {**base, "responseTemplates": {"application/json": '{"m": 1}'}},
        look=look,
        seen={"statusCode": "401", "responseTemplates": {"application/json": '{"m": 1}'}},
        changes=[
            (
                {
                    **base,
                    "statusCode": "403",
                    "responseParameters": {"gatewayresponse.header.X": "'1'"},
                    "responseTemplates": {"application/json": "{}"},
                },
                {"statusCode": "403", "responseParameters": {"gatewayresponse.header.X": "'1'"}},
            )
        ],
        drift=lambda _kept: gateway.put_gateway_response(
            restApiId=api, responseType="UNAUTHORIZED", statusCode="418"
        ),
        imported=lambda _kept: f"{api}/{kind}",
    )


def test_key_and_plan(bench: Bench, gateway: APIGatewayClient, api: str) -> None:
    value = "0123456789abcdefghij"

    def key(kept: Kept) -> dict[str, object]:
        tags = gateway.get_tags(resourceArn=str(kept.outputs["arn"])).get("tags")
        return {**gateway.get_api_key(apiKey=kept.id, includeValue=True), "tags": tags}

    base = {"name": "shop-dev-key", "value": secret(value)}
    kept = obeys(
        bench,
        KEY,
        "key",
        {**base, "tags": {"team": "shop"}},
        look=_seen(key),
        seen={"name": "shop-dev-key", "value": value, "enabled": True, "tags": {"team": "shop"}},
        changes=[
            (
                {**base, "name": "other-key", "description": "d", "enabled": False, "tags": {"owner": "you"}},
                {"name": "other-key", "description": "d", "enabled": False, "tags": {"owner": "you"}},
            )
        ],
        drift=lambda kept: gateway.update_api_key(
            apiKey=kept.id, patchOperations=[{"op": "replace", "path": "/enabled", "value": "false"}]
        ),
    )
    assert kept.outputs["value"] == secret(value)
    for stage in ("live", "next"):
        gateway.create_stage(restApiId=api, stageName=stage, deploymentId="d")
    plan = {"name": "shop-dev-plan"}
    obeys(
        bench,
        PLAN,
        "plan",
        {**plan, "apiStages": [{"apiId": api, "stage": "live"}]},
        look=_seen(lambda kept: {**gateway.get_usage_plan(usagePlanId=kept.id)}),
        seen={"apiStages": [{"apiId": api, "stage": "live"}], "quota": None},
        changes=[
            (
                {
                    **plan,
                    "name": "other-plan",
                    "description": "d",
                    "apiStages": [{"apiId": api, "stage": "next"}],
                    "quotaSettings": {"limit": 10, "period": "DAY"},
                    "throttleSettings": {"burstLimit": 5, "rateLimit": 2.5},
                },
                {
                    "name": "other-plan",
                    "description": "d",
                    "apiStages": [{"apiId": api, "stage": "next"}],
                    "quota": {"limit": 10, "period": "DAY"},
                    "throttle": {"burstLimit": 5, "rateLimit": 2.5},
                },
            )
        ],
        drift=lambda kept: gateway.update_usage_plan(
            usagePlanId=kept.id, patchOperations=[{"op": "replace", "path": "/description", "value": "x"}]
        ),
    )
    key_id = gateway.create_api_key(name="shop-dev-member").get("id", "")
    plan_id = gateway.create_usage_plan(name="shop-dev-members").get("id", "")
    obeys(
        bench,
        PLAN_KEY,
        "member",
        {"keyId": key_id, "keyType": "API_KEY", "usagePlanId": plan_id},
        look=_seen(lambda _kept: {**gateway.get_usage_plan_key(usagePlanId=plan_id, keyId=key_id)}),
        seen={"name": "shop-dev-member"},
        imported=lambda _kept: f"{plan_id}/{key_id}",
    )


def test_an_imported_key_keeps_its_value(bench: Bench) -> None:
    made = bench.client.make(KEY, "kept", {"name": "shop-dev-kept", "description": "d"})

    imported = bench.client.read(KEY, "kept", made.id)

    assert imported.inputs["value"] == made.outputs["value"]
    assert bench.client.difference(imported, {"name": "shop-dev-kept", "description": "d"}) == {}
    changed = bench.client.change(imported, {"name": "shop-dev-kept", "description": "e"})
    assert changed.outputs["value"] == made.outputs["value"]
    bench.client.delete(made)


def test_a_plan_limits_single_methods(bench: Bench, gateway: APIGatewayClient, api: str) -> None:
    for stage in ("live", "next"):
        gateway.create_stage(restApiId=api, stageName=stage, deploymentId="d")

    def plan(throttles: dict[str, list[Plain]]) -> Props:
        stages: list[Plain] = [
            {"apiId": api, "stage": stage, **({"throttles": limits} if limits else {})}
            for stage, limits in throttles.items()
        ]
        return {"name": "shop-dev-limits", "productCode": "p-1", "apiStages": stages}

    def see(kept: Kept) -> dict[str, object]:
        found = gateway.get_usage_plan(usagePlanId=kept.id).get("apiStages", [])
        return {item.get("stage", ""): item.get("throttle") for item in found}

    orders: Plain = {"path": "/orders/GET", "burstLimit": 3, "rateLimit": 1.5}
    things: Plain = {"path": "/things/POST", "burstLimit": 2}
    obeys(
        bench,
        PLAN,
        "limits",
        plan({"live": [orders, things]}),
        look=_seen(see),
        seen={
            "live": {"/orders/GET": {"burstLimit": 3, "rateLimit": 1.5}, "/things/POST": {"burstLimit": 2}}
        },
        changes=[
            (plan({"live": [things]}), {"live": {"/things/POST": {"burstLimit": 2}}}),
            (
                plan({"live": [], "next": [orders]}),
                {"next": {"/orders/GET": {"burstLimit": 3, "rateLimit": 1.5}}},
            ),
        ],
    )
