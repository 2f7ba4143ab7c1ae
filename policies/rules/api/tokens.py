"""Type tokens of API Gateway and of what its rules look at beside it."""

from __future__ import annotations

from typing import Final

REST_API: Final = "aws:apigateway/restApi:RestApi"
REST_API_PUT: Final = "aws:apigateway/restApiPut:RestApiPut"
REST_METHOD: Final = "aws:apigateway/method:Method"
REST_AUTHORIZER: Final = "aws:apigateway/authorizer:Authorizer"
REST_DOMAIN: Final = "aws:apigateway/domainName:DomainName"
REST_MAPPING: Final = "aws:apigateway/basePathMapping:BasePathMapping"
REST_STAGE: Final = "aws:apigateway/stage:Stage"
REST_DEPLOYMENT: Final = "aws:apigateway/deployment:Deployment"
HTTP_API: Final = "aws:apigatewayv2/api:Api"
HTTP_ROUTE: Final = "aws:apigatewayv2/route:Route"
HTTP_AUTHORIZER: Final = "aws:apigatewayv2/authorizer:Authorizer"
HTTP_DOMAIN: Final = "aws:apigatewayv2/domainName:DomainName"
HTTP_MAPPING: Final = "aws:apigatewayv2/apiMapping:ApiMapping"
HTTP_STAGE: Final = "aws:apigatewayv2/stage:Stage"
HTTP_DEPLOYMENT: Final = "aws:apigatewayv2/deployment:Deployment"
ROUTING_RULE: Final = "aws:apigatewayv2/routingRule:RoutingRule"
FUNCTION: Final = "aws:lambda/function:Function"
FUNCTION_ALIAS: Final = "aws:lambda/alias:Alias"
