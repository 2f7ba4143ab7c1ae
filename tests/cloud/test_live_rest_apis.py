"""REST APIs in the local cloud: the API, its methods and their integrations, stages and settings."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.support.live import obeys
from tests.support.provider import ACCOUNT, REGION, Kept
from tests.support.seen import gone, without

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_apigateway import APIGatewayClient

    from tests.support.live import Bench
    from tests.support.provider import Plain, Props

pytestmark = pytest.mark.cloud

API = "aws:apigateway/restApi:RestApi"
POLICY = "aws:apigateway/restApiPolicy:RestApiPolicy"
RESOURCE = "aws:apigateway/resource:Resource"
METHOD = "aws:apigateway/method:Method"
METHOD_RESPONSE = "aws:apigateway/methodResponse:MethodResponse"
INTEGRATION = "aws:apigateway/integration:Integration"
INTEGRATION_RESPONSE = "aws:apigateway/integrationResponse:IntegrationResponse"
STAGE = "aws:apigateway/stage:Stage"
SETTINGS = "aws:apigateway/methodSettings:MethodSettings"
ARN = f"arn:aws:apigateway:{REGION}:"
FUNCTION_ARN = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:shop-dev-orders"
INVOKE_ARN = f"{ARN}lambda:path/2015-03-31/functions/{FUNCTION_ARN}/invocations"
LOGS_ARN = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/shop-dev-access"
NOISE = ("createdDate", "lastUpdatedDate", "methodResponses", "methodIntegration", "integrationResponses")


@pytest.fixture
def gateway(bench: Bench) -> APIGatewayClient:
    return bench.cloud.client("apigateway", ACCOUNT)


@pytest.fixture
def api(gateway: APIGatewayClient) -> str:
    return gateway.create_rest_api(name="shop-dev-parts").get("id", "")


@pytest.fixture
def root(gateway: APIGatewayClient, api: str) -> str:
    return gateway.get_rest_api(restApiId=api).get("rootResourceId", "")


def _seen(see: Callable[[Kept], dict[str, object]]) -> Callable[[Kept], dict[str, object] | None]:
    """What is there, without times and what is not set."""

    def look(kept: Kept) -> dict[str, object] | None:
        found = gone(lambda: without(see(kept), *NOISE))
        if found is None:
            return None
        return {key: value for key, value in found.items() if value not in ("", [], {}, None)}

    return look


def _policy(account: str) -> str:
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
        "Action": "execute-api:Invoke",
        "Resource": "execute-api:/*",
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def test_api(bench: Bench, gateway: APIGatewayClient) -> None:
    name = "shop-dev-rest"

    def see(kept: Kept) -> dict[str, object]:
        tags = gateway.get_tags(resourceArn=str(kept.outputs["arn"])).get("tags")
        return {**gateway.get_rest_api(restApiId=kept.id), "tags": tags}

    kept = obeys(
        bench,
        API,
        "rest",
        {"name": name, "tags": {"team": "shop"}},
        look=_seen(see),
        seen={"name": name, "apiKeySource": "HEADER", "tags": {"team": "shop"}},
        changes=[
            (
                {
                    "name": f"{name}-2",
                    "description": "the shop",
                    "apiKeySource": "AUTHORIZER",
                    "binaryMediaTypes": ["image/png", "image/jpeg"],
                    "disableExecuteApiEndpoint": True,
                    "minimumCompressionSize": "1024",
                    "policy": _policy("444455556666"),
                    "tags": {"owner": "you"},
                },
                {
                    "name": f"{name}-2",
                    "description": "the shop",
                    "apiKeySource": "AUTHORIZER",
                    "binaryMediaTypes": ["image/png", "image/jpeg"],
                    "disableExecuteApiEndpoint": True,
                    "minimumCompressionSize": 1024,
                    "tags": {"owner": "you"},
                },
            )
        ],
        drift=lambda kept: gateway.update_rest_api(
            restApiId=kept.id, patchOperations=[{"op": "replace", "path": "/name", "value": "by-hand"}]
        ),
    )
    assert kept.outputs["arn"] == f"{ARN}:/restapis/{kept.id}"
    assert kept.outputs["executionArn"] == f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{kept.id}"


def test_api_from_a_document_is_refused(bench: Bench) -> None:
    with pytest.raises(Exception, match="body: the local cloud imports no OpenAPI document"):
        bench.client.make(API, "imported", {"name": "imported", "body": "{}"})


def test_policy(bench: Bench, gateway: APIGatewayClient, api: str) -> None:
    def look(_kept: Kept) -> dict[str, object] | None:
        policy = gateway.get_rest_api(restApiId=api).get("policy")
        return {"known": "444455556666" in policy} if policy else None

    obeys(
        bench,
        POLICY,
        "policy",
        {"restApiId": api, "policy": _policy("444455556666")},
        look=look,
        seen={"known": True},
        changes=[({"restApiId": api, "policy": _policy("000000000000")}, {"known": False})],
    )


def test_resource_and_method(bench: Bench, gateway: APIGatewayClient, api: str, root: str) -> None:
    kept = obeys(
        bench,
        RESOURCE,
        "orders",
        {"restApi": api, "parentId": root, "pathPart": "orders"},
        look=_seen(lambda kept: {**gateway.get_resource(restApiId=api, resourceId=kept.id)}),
        seen={"path": "/orders"},
        changes=[({"restApi": api, "parentId": root, "pathPart": "things"}, {"path": "/things"})],
        drift=lambda kept: gateway.update_resource(
            restApiId=api,
            resourceId=kept.id,
            patchOperations=[{"op": "replace", "path": "/pathPart", "value": "hand"}],
        ),
        imported=lambda kept: f"{api}/{kept.id}",
    )
    assert kept.outputs["path"] == "/orders"
    base = {"restApi": api, "resourceId": root, "httpMethod": "POST"}
    kept = obeys(
        bench,
        METHOD,
        "post",
        {**base, "authorization": "NONE"},
        look=_seen(lambda _kept: {**gateway.get_method(restApiId=api, resourceId=root, httpMethod="POST")}),
        seen={"authorizationType": "NONE", "apiKeyRequired": False},
        changes=[
            (
                {
                    **base,
                    "authorization": "COGNITO_USER_POOLS",
                    "authorizerId": "abcdef",
                    "authorizationScopes": ["a/b", "c"],
                    "apiKeyRequired": True,
                    "operationName": "place",
                    "requestModels": {"application/json": "Order"},
                    "requestParameters": {"method.request.querystring.page": True},
                    "requestValidatorId": "v1",
                },
                {
                    "authorizationType": "COGNITO_USER_POOLS",
                    "authorizerId": "abcdef",
                    "authorizationScopes": ["a/b", "c"],
                    "apiKeyRequired": True,
                    "operationName": "place",
                    "requestModels": {"application/json": "Order"},
                    "requestParameters": {"method.request.querystring.page": True},
                    "requestValidatorId": "v1",
                },
            )
        ],
        drift=lambda _kept: gateway.update_method(
            restApiId=api,
            resourceId=root,
            httpMethod="POST",
            patchOperations=[{"op": "replace", "path": "/apiKeyRequired", "value": "true"}],
        ),
        imported=lambda _kept: f"{api}/{root}/POST",
    )
    assert kept.id == f"agm-{api}-{root}-POST"


def test_integration_and_responses(bench: Bench, gateway: APIGatewayClient, api: str, root: str) -> None:
    gateway.put_method(restApiId=api, resourceId=root, httpMethod="GET", authorizationType="NONE")
    base = {"restApi": api, "resourceId": root, "httpMethod": "GET"}
    obeys(
        bench,
        INTEGRATION,
        "call",
        {**base, "type": "AWS_PROXY", "integrationHttpMethod": "POST", "uri": INVOKE_ARN},
        look=_seen(
            lambda _kept: {**gateway.get_integration(restApiId=api, resourceId=root, httpMethod="GET")}
        ),
        seen={"type": "AWS_PROXY", "httpMethod": "POST", "uri": INVOKE_ARN, "timeoutInMillis": 29000},
        changes=[
            (
                {
                    **base,
                    "type": "AWS_PROXY",
                    "integrationHttpMethod": "POST",
                    "uri": f"{INVOKE_ARN}x",
                    "credentials": f"arn:aws:iam::{ACCOUNT}:role/r",
                    "passthroughBehavior": "NEVER",
                    "timeoutMilliseconds": 5000,
                    "requestParameters": {"integration.request.path.a": "method.request.path.a"},
                    "requestTemplates": {"application/json": "{}"},
                },
                {
                    "credentials": f"arn:aws:iam::{ACCOUNT}:role/r",
                    "passthroughBehavior": "NEVER",
                    "timeoutInMillis": 5000,
                    "requestParameters": {"integration.request.path.a": "method.request.path.a"},
                    "requestTemplates": {"application/json": "{}"},
                },
            )
        ],
        drift=lambda _kept: gateway.update_integration(
            restApiId=api,
            resourceId=root,
            httpMethod="GET",
            patchOperations=[{"op": "replace", "path": "/timeoutInMillis", "value": "100"}],
        ),
        imported=lambda _kept: f"{api}/{root}/GET",
    )
    gateway.put_integration(restApiId=api, resourceId=root, httpMethod="GET", type="MOCK")
    status = {**base, "statusCode": "200"}
    obeys(
        bench,
        METHOD_RESPONSE,
        "ok",
        status,
        look=_seen(
            lambda _kept: {
                **gateway.get_method_response(
                    restApiId=api, resourceId=root, httpMethod="GET", statusCode="200"
                )
            }
        ),
        seen={"statusCode": "200"},
        changes=[
            (
                {**status, "responseModels": {"application/json": "Empty"}},
                {"responseModels": {"application/json": "Empty"}},
            )
        ],
        imported=lambda _kept: f"{api}/{root}/GET/200",
    )
    obeys(
        bench,
        INTEGRATION_RESPONSE,
        "ok-integration",
        status,
        look=_seen(
            lambda _kept: {
                **gateway.get_integration_response(
                    restApiId=api, resourceId=root, httpMethod="GET", statusCode="200"
                )
            }
        ),
        seen={"statusCode": "200"},
        changes=[
            (
                {**status, "selectionPattern": "2..", "responseTemplates": {"application/json": "{}"}},
                {"selectionPattern": "2..", "responseTemplates": {"application/json": "{}"}},
            )
        ],
        imported=lambda _kept: f"{api}/{root}/GET/200",
    )


def test_a_stage_is_made_with_what_only_a_patch_sets(
    bench: Bench, gateway: APIGatewayClient, api: str
) -> None:
    logs: Plain = {"destinationArn": LOGS_ARN, "format": "$context.requestId"}
    obeys(
        bench,
        STAGE,
        "logged",
        {
            "restApi": api,
            "stageName": "logged",
            "deployment": "d1",
            "accessLogSettings": logs,
            "clientCertificateId": "c1",
        },
        look=_seen(lambda _kept: {**gateway.get_stage(restApiId=api, stageName="logged")}),
        seen={"accessLogSettings": logs, "clientCertificateId": "c1"},
        changes=[
            (
                {"restApi": api, "stageName": "logged", "deployment": "d1"},
                {"accessLogSettings": None, "clientCertificateId": None},
            )
        ],
        imported=lambda _kept: f"{api}/logged",
    )


def test_the_order_of_media_types_is_no_difference(bench: Bench) -> None:
    base: Props = {"name": "shop-dev-media"}
    made = bench.client.make(API, "media", {**base, "binaryMediaTypes": ["image/png", "image/jpeg"]})
    turned: Props = {**base, "binaryMediaTypes": ["image/jpeg", "image/png"]}

    assert bench.client.difference(made, turned) == {}
    changed = bench.client.change(made, {**turned, "description": "d"})
    assert bench.client.difference(bench.client.refresh(changed), turned | {"description": "d"}) == {}


def test_stage_and_settings(bench: Bench, gateway: APIGatewayClient, api: str) -> None:
    def see(kept: Kept) -> dict[str, object]:
        found = without(gateway.get_stage(restApiId=api, stageName="live"), "methodSettings")
        return {**found, "tags": gateway.get_tags(resourceArn=str(kept.outputs["arn"])).get("tags")}

    base = {"restApi": api, "stageName": "live"}
    kept = obeys(
        bench,
        STAGE,
        "live",
        {**base, "deployment": "d1", "tags": {"team": "shop"}},
        look=_seen(see),
        seen={"deploymentId": "d1", "tags": {"team": "shop"}},
        changes=[
            (
                {
                    **base,
                    "deployment": "d2",
                    "description": "live",
                    "variables": {"a": "1", "b": "x/y"},
                    "xrayTracingEnabled": True,
                    "accessLogSettings": {"destinationArn": LOGS_ARN, "format": "$context.requestId"},
                    "tags": {"owner": "you"},
                },
                {
                    "deploymentId": "d2",
                    "description": "live",
                    "variables": {"a": "1", "b": "x/y"},
                    "tracingEnabled": True,
                    "accessLogSettings": {"destinationArn": LOGS_ARN, "format": "$context.requestId"},
                    "tags": {"owner": "you"},
                },
            )
        ],
        drift=lambda _kept: gateway.update_stage(
            restApiId=api,
            stageName="live",
            patchOperations=[{"op": "replace", "path": "/deploymentId", "value": "d9"}],
        ),
        imported=lambda _kept: f"{api}/live",
    )
    assert kept.id == f"ags-{api}-live"
    assert kept.outputs["invokeUrl"] == f"https://{api}.execute-api.{REGION}.amazonaws.com/live"
    gateway.create_stage(restApiId=api, stageName="live", deploymentId="d1")

    def settings(_kept: Kept) -> dict[str, object] | None:
        found = gateway.get_stage(restApiId=api, stageName="live").get("methodSettings", {})
        return {**found["*/*"]} if "*/*" in found else None

    path = {**base, "methodPath": "*/*"}
    obeys(
        bench,
        SETTINGS,
        "settings",
        {**path, "settings": {"throttlingBurstLimit": 10, "throttlingRateLimit": 5}},
        look=settings,
        seen={"throttlingBurstLimit": 10, "throttlingRateLimit": 5.0, "loggingLevel": "OFF"},
        changes=[
            (
                {**path, "settings": {"loggingLevel": "INFO", "metricsEnabled": True}},
                {"loggingLevel": "INFO", "metricsEnabled": True, "throttlingBurstLimit": 5000},
            )
        ],
        drift=lambda _kept: gateway.update_stage(
            restApiId=api,
            stageName="live",
            patchOperations=[{"op": "replace", "path": "/*/*/throttling/burstLimit", "value": "1"}],
        ),
        imported=lambda _kept: f"{api}/live/*/*",
    )
