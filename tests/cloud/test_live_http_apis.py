"""HTTP and WebSocket APIs in the local cloud."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.live import obeys
from tests.support.provider import ACCOUNT, REGION, Kept
from tests.support.seen import gone, without

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_apigatewayv2 import ApiGatewayV2Client

    from tests.support.live import Bench

pytestmark = pytest.mark.cloud

API = "aws:apigatewayv2/api:Api"
ROUTE = "aws:apigatewayv2/route:Route"
INTEGRATION = "aws:apigatewayv2/integration:Integration"
AUTHORIZER = "aws:apigatewayv2/authorizer:Authorizer"
DEPLOYMENT = "aws:apigatewayv2/deployment:Deployment"
STAGE = "aws:apigatewayv2/stage:Stage"
DOMAIN = "aws:apigatewayv2/domainName:DomainName"
MAPPING = "aws:apigatewayv2/apiMapping:ApiMapping"
FUNCTION_ARN = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:shop-dev-orders"
INVOKE_ARN = f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{FUNCTION_ARN}/invocations"
CERTIFICATE_ARN = f"arn:aws:acm:{REGION}:{ACCOUNT}:certificate/c"
LOGS_ARN = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/shop-dev-access"
NOISE = ("CreatedDate", "LastUpdatedDate")


@pytest.fixture
def gateway(bench: Bench) -> ApiGatewayV2Client:
    return bench.cloud.client("apigatewayv2", ACCOUNT)


@pytest.fixture
def api(gateway: ApiGatewayV2Client) -> str:
    return gateway.create_api(Name="shop-dev-parts", ProtocolType="HTTP")["ApiId"]


def _seen(see: Callable[[Kept], dict[str, object]]) -> Callable[[Kept], dict[str, object] | None]:
    """What is there, without times and what is not set."""

    def look(kept: Kept) -> dict[str, object] | None:
        found = gone(lambda: without(see(kept), *NOISE))
        if found is None:
            return None
        return {key: value for key, value in found.items() if value not in ("", [], {}, None)}

    return look


def test_api(bench: Bench, gateway: ApiGatewayV2Client) -> None:
    def see(kept: Kept) -> dict[str, object]:
        tags = gateway.get_tags(ResourceArn=str(kept.outputs["arn"]))["Tags"]
        return {**gateway.get_api(ApiId=kept.id), "Tags": tags}

    base = {"name": "shop-dev-shop", "protocolType": "HTTP"}
    kept = obeys(
        bench,
        API,
        "shop",
        {**base, "tags": {"team": "shop"}},
        look=_seen(see),
        seen={"Name": "shop-dev-shop", "ProtocolType": "HTTP", "Tags": {"team": "shop"}},
        changes=[
            (
                {
                    **base,
                    "name": "shop-dev-store",
                    "description": "the shop",
                    "version": "2",
                    "disableExecuteApiEndpoint": True,
                    "corsConfiguration": {
                        "allowOrigins": ["https://shop.example"],
                        "allowMethods": ["GET", "POST"],
                        "allowHeaders": ["authorization"],
                        "maxAge": 60,
                    },
                    "tags": {"owner": "you"},
                },
                {
                    "Name": "shop-dev-store",
                    "Description": "the shop",
                    "Version": "2",
                    "DisableExecuteApiEndpoint": True,
                    "CorsConfiguration": {
                        "AllowOrigins": ["https://shop.example"],
                        "AllowMethods": ["GET", "POST"],
                        "AllowHeaders": ["authorization"],
                        "MaxAge": 60,
                    },
                    "Tags": {"owner": "you"},
                },
            )
        ],
        drift=lambda kept: gateway.update_api(ApiId=kept.id, Description="by hand"),
    )
    assert kept.outputs["arn"] == f"arn:aws:apigateway:{REGION}::/apis/{kept.id}"
    assert kept.outputs["executionArn"] == f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{kept.id}"
    assert kept.outputs["apiEndpoint"] == f"https://{kept.id}.execute-api.{REGION}.amazonaws.com"


def test_socket_api_is_called_by_wss(bench: Bench) -> None:
    kept = bench.client.make(
        API,
        "talk",
        {
            "name": "shop-dev-talk",
            "protocolType": "WEBSOCKET",
            "routeSelectionExpression": "$request.body.action",
        },
    )
    assert kept.outputs["apiEndpoint"] == f"wss://{kept.id}.execute-api.{REGION}.amazonaws.com"
    assert bench.client.refresh(kept).inputs == kept.inputs


def test_api_from_a_document_is_refused(bench: Bench) -> None:
    with pytest.raises(Exception, match="body: the local cloud makes no routes by itself"):
        bench.client.make(API, "imported", {"name": "i", "protocolType": "HTTP", "body": "{}"})


def test_integration(bench: Bench, gateway: ApiGatewayV2Client, api: str) -> None:
    base = {"apiId": api, "integrationType": "AWS_PROXY", "integrationUri": INVOKE_ARN}
    obeys(
        bench,
        INTEGRATION,
        "call",
        {**base, "payloadFormatVersion": "2.0"},
        look=_seen(lambda kept: {**gateway.get_integration(ApiId=api, IntegrationId=kept.id)}),
        seen={"IntegrationUri": INVOKE_ARN, "PayloadFormatVersion": "2.0", "TimeoutInMillis": 30000},
        changes=[
            (
                {
                    "apiId": api,
                    "integrationType": "AWS_PROXY",
                    "integrationUri": f"{INVOKE_ARN}x",
                    "description": "d",
                    "integrationMethod": "POST",
                    "timeoutMilliseconds": 5000,
                    "requestParameters": {"append:header.x": "$context.requestId"},
                    "responseParameters": [
                        {"statusCode": "500", "mappings": {"overwrite:statuscode": "503"}}
                    ],
                },
                {
                    "PayloadFormatVersion": "1.0",
                    "Description": "d",
                    "TimeoutInMillis": 5000,
                    "RequestParameters": {"append:header.x": "$context.requestId"},
                    "ResponseParameters": {"500": {"overwrite:statuscode": "503"}},
                },
            )
        ],
        drift=lambda kept: gateway.update_integration(
            ApiId=api, IntegrationId=kept.id, PayloadFormatVersion="1.0", Description="by hand"
        ),
        imported=lambda kept: f"{api}/{kept.id}",
    )


def test_two_like_integrations_are_two(bench: Bench, api: str) -> None:
    asked = {"apiId": api, "integrationType": "AWS_PROXY", "integrationUri": INVOKE_ARN}
    first = bench.client.make(INTEGRATION, "first", asked)
    second = bench.client.make(INTEGRATION, "second", asked)
    bench.interrupt(second)
    assert bench.client.make(INTEGRATION, "second", asked).id == second.id != first.id


def test_route(bench: Bench, gateway: ApiGatewayV2Client, api: str) -> None:
    base = {"apiId": api, "routeKey": "GET /orders"}
    obeys(
        bench,
        ROUTE,
        "orders",
        {**base, "target": "integrations/abc"},
        look=_seen(lambda kept: {**gateway.get_route(ApiId=api, RouteId=kept.id)}),
        seen={"RouteKey": "GET /orders", "AuthorizationType": "NONE", "Target": "integrations/abc"},
        changes=[
            (
                {
                    "apiId": api,
                    "routeKey": "POST /orders",
                    "authorizationType": "JWT",
                    "authorizerId": "abcdef",
                    "authorizationScopes": ["orders.read", "orders.write"],
                    "operationName": "place",
                },
                {
                    "RouteKey": "POST /orders",
                    "AuthorizationType": "JWT",
                    "AuthorizerId": "abcdef",
                    "AuthorizationScopes": ["orders.read", "orders.write"],
                    "OperationName": "place",
                    "Target": None,
                },
            )
        ],
        drift=lambda kept: gateway.update_route(ApiId=api, RouteId=kept.id, Target="integrations/other"),
        imported=lambda kept: f"{api}/{kept.id}",
    )


def test_route_key_is_given_once(bench: Bench, api: str) -> None:
    bench.client.make(ROUTE, "one", {"apiId": api, "routeKey": "GET /one"})
    with pytest.raises(Exception, match="Route with key GET /one already exists for this API"):
        bench.client.make(ROUTE, "two", {"apiId": api, "routeKey": "GET /one"})


def test_jwt_authorizer(bench: Bench, gateway: ApiGatewayV2Client, api: str) -> None:
    base = {
        "apiId": api,
        "name": "users",
        "authorizerType": "JWT",
        "identitySources": ["$request.header.Authorization"],
    }
    issuer = f"https://cognito-idp.{REGION}.amazonaws.com/{REGION}_abc"
    obeys(
        bench,
        AUTHORIZER,
        "users",
        {**base, "jwtConfiguration": {"audiences": ["a"], "issuer": issuer}},
        look=_seen(lambda kept: {**gateway.get_authorizer(ApiId=api, AuthorizerId=kept.id)}),
        seen={"JwtConfiguration": {"Audience": ["a"], "Issuer": issuer}},
        changes=[
            (
                {**base, "name": "people", "jwtConfiguration": {"audiences": ["a", "b"], "issuer": issuer}},
                {"Name": "people", "JwtConfiguration": {"Audience": ["a", "b"], "Issuer": issuer}},
            )
        ],
        drift=lambda kept: gateway.update_authorizer(ApiId=api, AuthorizerId=kept.id, Name="by-hand"),
        imported=lambda kept: f"{api}/{kept.id}",
    )


def test_function_authorizer(bench: Bench, gateway: ApiGatewayV2Client, api: str) -> None:
    base = {
        "apiId": api,
        "name": "tokens",
        "authorizerType": "REQUEST",
        "authorizerUri": INVOKE_ARN,
        "authorizerPayloadFormatVersion": "2.0",
        "identitySources": ["$request.header.Authorization"],
    }
    obeys(
        bench,
        AUTHORIZER,
        "tokens",
        base,
        look=_seen(lambda kept: {**gateway.get_authorizer(ApiId=api, AuthorizerId=kept.id)}),
        seen={"AuthorizerUri": INVOKE_ARN, "AuthorizerResultTtlInSeconds": 300},
        changes=[
            (
                {**base, "authorizerResultTtlInSeconds": 0, "enableSimpleResponses": True},
                {"AuthorizerResultTtlInSeconds": 0, "EnableSimpleResponses": True},
            )
        ],
        imported=lambda kept: f"{api}/{kept.id}",
    )


def test_deployment(bench: Bench, gateway: ApiGatewayV2Client, api: str) -> None:
    obeys(
        bench,
        DEPLOYMENT,
        "deployment",
        {"apiId": api, "description": "first", "triggers": {"routes": "1"}},
        look=_seen(lambda kept: {**gateway.get_deployment(ApiId=api, DeploymentId=kept.id)}),
        seen={"Description": "first"},
        imported=lambda kept: f"{api}/{kept.id}",
        blind=frozenset({"triggers"}),
    )


def test_stage(bench: Bench, gateway: ApiGatewayV2Client, api: str) -> None:
    def see(kept: Kept) -> dict[str, object]:
        found = gateway.get_stage(ApiId=api, StageName="$default")
        return {**found, "Tags": gateway.get_tags(ResourceArn=str(kept.outputs["arn"]))["Tags"]}

    base = {"apiId": api, "name": "$default", "autoDeploy": True}
    kept = obeys(
        bench,
        STAGE,
        "stage",
        {**base, "tags": {"team": "shop"}},
        look=_seen(see),
        seen={"AutoDeploy": True, "Tags": {"team": "shop"}},
        changes=[
            (
                {
                    "apiId": api,
                    "name": "$default",
                    "deploymentId": "abc123",
                    "description": "live",
                    "stageVariables": {"a": "1"},
                    "accessLogSettings": {"destinationArn": LOGS_ARN, "format": "$context.requestId"},
                    "defaultRouteSettings": {"throttlingBurstLimit": 10, "throttlingRateLimit": 5},
                    "routeSettings": [{"routeKey": "GET /orders", "throttlingRateLimit": 1.5}],
                    "tags": {"owner": "you"},
                },
                {
                    "AutoDeploy": False,
                    "DeploymentId": "abc123",
                    "Description": "live",
                    "StageVariables": {"a": "1"},
                    "AccessLogSettings": {"DestinationArn": LOGS_ARN, "Format": "$context.requestId"},
                    "DefaultRouteSettings": {"ThrottlingBurstLimit": 10, "ThrottlingRateLimit": 5},
                    "RouteSettings": {"GET /orders": {"ThrottlingRateLimit": 1.5}},
                    "Tags": {"owner": "you"},
                },
            )
        ],
        drift=lambda _kept: gateway.update_stage(ApiId=api, StageName="$default", Description="by hand"),
        imported=lambda _kept: f"{api}/$default",
    )
    assert kept.outputs["invokeUrl"] == f"https://{api}.execute-api.{REGION}.amazonaws.com/"
    assert kept.outputs["executionArn"] == f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{api}/$default"


def test_stage_is_given_once(bench: Bench, gateway: ApiGatewayV2Client, api: str) -> None:
    gateway.create_stage(ApiId=api, StageName="live")
    with pytest.raises(Exception, match="Stage already exists"):
        bench.client.make(STAGE, "again", {"apiId": api, "name": "live"})


def test_domain_and_mapping(bench: Bench, gateway: ApiGatewayV2Client, api: str) -> None:
    name = "api.shop.example"
    configuration = {
        "certificateArn": CERTIFICATE_ARN,
        "endpointType": "REGIONAL",
        "securityPolicy": "TLS_1_2",
    }

    def see(kept: Kept) -> dict[str, object]:
        tags = gateway.get_tags(ResourceArn=str(kept.outputs["arn"]))["Tags"]
        found = gateway.get_domain_name(DomainName=name)
        trust = found.get("MutualTlsAuthentication", {})
        return {
            **found,
            "MutualTlsAuthentication": trust if trust.get("TruststoreUri") else {},
            "Tags": tags,
        }

    kept = obeys(
        bench,
        DOMAIN,
        "domain",
        {"domainName": name, "domainNameConfiguration": configuration, "tags": {"team": "shop"}},
        look=_seen(see),
        seen={"DomainName": name, "Tags": {"team": "shop"}},
        changes=[
            (
                {
                    "domainName": name,
                    "domainNameConfiguration": {**configuration, "certificateArn": f"{CERTIFICATE_ARN}2"},
                    "mutualTlsAuthentication": {"truststoreUri": "s3://b/k.pem", "truststoreVersion": "1"},
                },
                {"MutualTlsAuthentication": {"TruststoreUri": "s3://b/k.pem", "TruststoreVersion": "1"}},
            )
        ],
    )
    told = kept.outputs["domainNameConfiguration"]
    assert isinstance(told, dict)
    assert str(told["targetDomainName"]).endswith(f".execute-api.{REGION}.amazonaws.com")

    gateway.create_domain_name(DomainName=name, DomainNameConfigurations=[{"EndpointType": "REGIONAL"}])
    for stage in ("live", "next"):
        gateway.create_stage(ApiId=api, StageName=stage)
    base = {"apiId": api, "domainName": name}
    obeys(
        bench,
        MAPPING,
        "mapping",
        {**base, "stage": "live", "apiMappingKey": "shop"},
        look=_seen(lambda kept: {**gateway.get_api_mapping(DomainName=name, ApiMappingId=kept.id)}),
        seen={"ApiId": api, "Stage": "live", "ApiMappingKey": "shop"},
        changes=[({**base, "stage": "next"}, {"Stage": "next", "ApiMappingKey": None})],
        drift=lambda kept: gateway.update_api_mapping(
            DomainName=name, ApiMappingId=kept.id, ApiId=api, Stage="next"
        ),
        imported=lambda kept: f"{kept.id}/{name}",
    )
