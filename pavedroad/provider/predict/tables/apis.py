"""API Gateway in both generations, and CloudFront."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pavedroad.provider.predict.row import Counted, Row
from pavedroad.provider.values import UNKNOWN, Unknown, Value, at, items, text

if TYPE_CHECKING:
    from pavedroad.provider.predict.subject import Subject

_CREATED: Final = Counted("1970-01-01T00:00:00Z", once=True)
# CloudFront's one hosted zone for alias records (AWS General Reference).
_CLOUDFRONT_ZONE: Final = "Z2FDTNDATAQYW2"
_VERSION_TAG: Final = Counted("ETV{@ALNUM10}")
_EXECUTE: Final = "arn:{@partition}:execute-api:{@region}:{@account}:"
_V1: Final = "arn:{@partition}:apigateway:{@region}::/restapis/"
_V2: Final = "arn:{@partition}:apigateway:{@region}::/apis/"
_GATEWAY_ZONE: Final = "Z1UJRXOUMOOFQ8"
_METHOD_UNSET: Final = (
    "authorizationScopes",
    "authorizerId",
    "operationName",
    "requestModels",
    "requestParameters",
    "requestValidatorId",
)
_INTEGRATION_UNSET: Final = (
    "cacheKeyParameters",
    "contentHandling",
    "credentials",
    "requestParameters",
    "requestTemplates",
)
_REST_STAGE_UNSET: Final = ("accessLogSettings", "description", "documentationVersion", "variables")
_ROUTE_UNSET: Final = (
    "authorizationScopes",
    "authorizerId",
    "operationName",
    "requestModels",
    "requestParameters",
    "target",
)
_STAGE_UNSET: Final = (
    "accessLogSettings",
    "clientCertificateId",
    "defaultRouteSettings",
    "description",
    "routeSettings",
    "stageVariables",
)


def _authorizer_seconds(subject: Subject) -> Value:
    kind = subject.read("authorizerType")
    return UNKNOWN if isinstance(kind, Unknown) else 300 if kind == "REQUEST" else 0


def _endpoint(subject: Subject) -> Value:
    protocol = subject.read("protocolType")
    if isinstance(protocol, Unknown):
        return UNKNOWN
    scheme = "wss" if protocol == "WEBSOCKET" else "https"
    place = subject.account
    return f"{scheme}://{subject.generated('alnum', 10)}.execute-api.{place.region}.{place.dns_suffix}"


def _stage_suffix(subject: Subject) -> Value:
    api, name = text(subject.read("apiId")), text(subject.read("name"))
    if api is None or name is None:
        return UNKNOWN
    place = subject.account
    url = f"https://{api}.execute-api.{place.region}.{place.dns_suffix}/"
    return url if name == "$default" else f"{url}{name}"


def _rest_types(subject: Subject) -> list[str]:
    types = [text(item) for item in items(at(subject.inputs.get("endpointConfiguration"), "types"))]
    single = text(at(subject.inputs.get("endpointConfiguration"), "types"))
    return [kind for kind in (*types, single) if kind]


def _regional_name(subject: Subject) -> Value:
    if _rest_types(subject) == ["EDGE"]:
        return ""
    place = subject.account
    return f"d-{subject.generated('alnum', 10)}.execute-api.{place.region}.{place.dns_suffix}"


def _edge_name(subject: Subject) -> Value:
    return f"d{subject.generated('alnum', 13)}.cloudfront.net" if _rest_types(subject) == ["EDGE"] else ""


ROWS: Final[dict[str, Row]] = {
    "aws:apigatewayv2/api:Api": Row(
        id="{@alnum10}",
        outputs={
            "arn": f"{_V2}{{@alnum10}}",
            "executionArn": f"{_EXECUTE}{{@alnum10}}",
            "apiEndpoint": _endpoint,
            "ipAddressType": "ipv4",
        },
        defaults={
            **dict.fromkeys(("corsConfiguration", "description", "version")),
            "apiKeySelectionExpression": "$request.header.x-api-key",
            "disableExecuteApiEndpoint": False,
            "routeSelectionExpression": "$request.method $request.path",
        },
    ),
    "aws:apigatewayv2/domainName:DomainName": Row(
        id="{domainName}",
        outputs={
            "arn": "arn:{@partition}:apigateway:{@region}::/domainnames/{domainName}",
            "apiMappingSelectionExpression": "$request.basepath",
            "routingMode": "API_MAPPING_ONLY",
        },
        defaults={
            "domainNameConfiguration": {
                "hostedZoneId": _GATEWAY_ZONE,
                "ipAddressType": "ipv4",
                "targetDomainName": "d-{@alnum10}.execute-api.{@region}.{@suffix}",
            },
            "mutualTlsAuthentication": None,
        },
    ),
    "aws:apigatewayv2/route:Route": Row(
        id="{@alnum7}",
        defaults={
            **dict.fromkeys(_ROUTE_UNSET),
            "apiKeyRequired": False,
            "authorizationType": "NONE",
        },
    ),
    "aws:apigatewayv2/integration:Integration": Row(
        id="{@alnum7}",
        outputs={"timeoutMilliseconds": 30000},
        defaults={
            **dict.fromkeys(("description", "requestParameters", "requestTemplates", "responseParameters")),
            "connectionType": "INTERNET",
            "payloadFormatVersion": "1.0",
        },
    ),
    "aws:apigatewayv2/authorizer:Authorizer": Row(
        id="{@alnum6}",
        outputs={"authorizerResultTtlInSeconds": _authorizer_seconds},
        defaults={"authorizerCredentialsArn": None, "enableSimpleResponses": False},
    ),
    "aws:apigatewayv2/apiMapping:ApiMapping": Row(id="{@alnum6}"),
    "aws:apigatewayv2/deployment:Deployment": Row(id="{@alnum6}", outputs={"autoDeployed": False}),
    "aws:apigatewayv2/stage:Stage": Row(
        id="{name}",
        outputs={
            "arn": f"{_V2}{{apiId}}/stages/{{name}}",
            "executionArn": f"{_EXECUTE}{{apiId}}/{{name}}",
            "invokeUrl": _stage_suffix,
        },
        defaults={**dict.fromkeys(_STAGE_UNSET), "autoDeploy": False},
    ),
    "aws:apigateway/restApi:RestApi": Row(
        id="{@alnum10}",
        outputs={
            "arn": f"{_V1}{{@alnum10}}",
            "executionArn": f"{_EXECUTE}{{@alnum10}}",
            "rootResourceId": "{@lower10}",
            "createdDate": _CREATED,
            "apiKeySource": "HEADER",
            "binaryMediaTypes": [],
            "description": "",
            "disableExecuteApiEndpoint": False,
            "minimumCompressionSize": "",
            "policy": "",
        },
    ),
    "aws:apigateway/domainName:DomainName": Row(
        id="{domainName}",
        outputs={
            "arn": "arn:{@partition}:apigateway:{@region}::/domainnames/{domainName}",
            "regionalDomainName": _regional_name,
            "cloudfrontDomainName": _edge_name,
            "cloudfrontZoneId": _CLOUDFRONT_ZONE,
            "certificateUploadDate": _CREATED,
            "domainNameId": "",
            "routingMode": "BASE_PATH_MAPPING_ONLY",
        },
    ),
    "aws:apigateway/resource:Resource": Row(id="{@alnum6}"),
    "aws:apigateway/method:Method": Row(
        id="agm-{restApi}-{resourceId}-{httpMethod}",
        defaults={**dict.fromkeys(_METHOD_UNSET), "apiKeyRequired": False},
    ),
    "aws:apigateway/integration:Integration": Row(
        id="agi-{restApi}-{resourceId}-{httpMethod}",
        outputs={"cacheNamespace": "{resourceId}", "passthroughBehavior": "WHEN_NO_MATCH"},
        defaults={
            **dict.fromkeys(_INTEGRATION_UNSET),
            "connectionType": "INTERNET",
            "timeoutMilliseconds": 29000,
        },
    ),
    "aws:apigateway/deployment:Deployment": Row(
        id="{@alnum6}", outputs={"createdDate": _CREATED}, defaults={"description": None}
    ),
    "aws:apigateway/authorizer:Authorizer": Row(
        id="{@alnum6}",
        outputs={"arn": f"{_V1}{{restApi}}/authorizers/{{@alnum6}}"},
        defaults={
            **dict.fromkeys(("authorizerCredentials", "identityValidationExpression", "providerArns")),
            "authorizerResultTtlInSeconds": 300,
            "identitySource": "method.request.header.Authorization",
            "type": "TOKEN",
        },
    ),
    "aws:apigateway/stage:Stage": Row(
        id="ags-{restApi}-{stageName}",
        outputs={
            "arn": f"{_V1}{{restApi}}/stages/{{stageName}}",
            "executionArn": f"{_EXECUTE}{{restApi}}/{{stageName}}",
            "invokeUrl": "https://{restApi}.execute-api.{@region}.{@suffix}/{stageName}",
            "webAclArn": "",
        },
        defaults={**dict.fromkeys(_REST_STAGE_UNSET), "xrayTracingEnabled": False},
    ),
    "aws:cloudfront/distribution:Distribution": Row(
        id="E{@ALNUM13}",
        outputs={
            "arn": "arn:{@partition}:cloudfront::{@account}:distribution/E{@ALNUM13}",
            "domainName": "d{@alnum13}.cloudfront.net",
            "hostedZoneId": _CLOUDFRONT_ZONE,
            "callerReference": "terraform-{@digits20}",
            "etag": Counted("E{@ALNUM13}"),
            "lastModifiedTime": Counted("1970-01-01 00:00:00 +0000 UTC"),
            "inProgressValidationBatches": 0,
            "status": "Deployed",
            "loggingV1Enabled": lambda subject: subject.inputs.get("loggingConfig") is not None,
            "trustedKeyGroups": [{"enabled": False, "items": []}],
            "trustedSigners": [{"enabled": False, "items": []}],
        },
        defaults={
            "httpVersion": "http2",
            "isIpv6Enabled": False,
            "priceClass": "PriceClass_All",
            "retainOnDelete": False,
            "staging": False,
            "waitForDeployment": True,
        },
    ),
    "aws:cloudfront/function:Function": Row(
        id="{name}",
        outputs={
            "arn": "arn:{@partition}:cloudfront::{@account}:function/{name}",
            "status": "UNASSOCIATED",
            "etag": _VERSION_TAG,
            "liveStageEtag": _VERSION_TAG,
        },
        defaults={"publish": True},
    ),
    "aws:cloudfront/originAccessControl:OriginAccessControl": Row(
        id="E{@ALNUM13}",
        outputs={
            "arn": "arn:{@partition}:cloudfront::{@account}:origin-access-control/E{@ALNUM13}",
            "etag": _VERSION_TAG,
        },
    ),
}
