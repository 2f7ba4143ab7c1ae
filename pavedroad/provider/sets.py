"""Lists whose order AWS does not keep: a program that turns one round changes nothing.

By type, the paths of such inputs without their indexes. What is not here is compared in order.
"""

from __future__ import annotations

from typing import Final

_ALARM: Final = frozenset({"alarmActions", "insufficientDataActions", "okActions"})
_TARGETS: Final = frozenset({"securityGroups", "subnets"})

SETS: Final[dict[str, frozenset[str]]] = {
    "aws:alb/loadBalancer:LoadBalancer": _TARGETS,
    "aws:apigateway/authorizer:Authorizer": frozenset({"providerArns"}),
    "aws:apigateway/domainName:DomainName": frozenset({"endpointConfiguration.vpcEndpointIds"}),
    "aws:apigateway/integration:Integration": frozenset({"cacheKeyParameters"}),
    "aws:apigateway/method:Method": frozenset({"authorizationScopes"}),
    "aws:apigateway/restApi:RestApi": frozenset({"binaryMediaTypes", "endpointConfiguration.vpcEndpointIds"}),
    "aws:apigateway/usagePlan:UsagePlan": frozenset({"apiStages", "apiStages.throttles"}),
    "aws:apigatewayv2/api:Api": frozenset(
        {
            "corsConfiguration.allowHeaders",
            "corsConfiguration.allowMethods",
            "corsConfiguration.allowOrigins",
            "corsConfiguration.exposeHeaders",
        }
    ),
    "aws:apigatewayv2/authorizer:Authorizer": frozenset({"identitySources", "jwtConfiguration.audiences"}),
    "aws:apigatewayv2/route:Route": frozenset({"authorizationScopes", "requestParameters"}),
    "aws:apigatewayv2/stage:Stage": frozenset({"routeSettings"}),
    "aws:cloudfront/distribution:Distribution": frozenset(
        {
            "aliases",
            "customErrorResponses",
            "defaultCacheBehavior.allowedMethods",
            "defaultCacheBehavior.cachedMethods",
            "orderedCacheBehaviors.allowedMethods",
            "orderedCacheBehaviors.cachedMethods",
            "origins",
            "restrictions.geoRestriction.locations",
        }
    ),
    "aws:cloudwatch/compositeAlarm:CompositeAlarm": _ALARM,
    "aws:cloudwatch/metricAlarm:MetricAlarm": _ALARM | {"metricQueries"},
    "aws:cognito/userPoolClient:UserPoolClient": frozenset(
        {
            "allowedOauthFlows",
            "allowedOauthScopes",
            "callbackUrls",
            "explicitAuthFlows",
            "logoutUrls",
            "readAttributes",
            "supportedIdentityProviders",
            "writeAttributes",
        }
    ),
    "aws:dynamodb/table:Table": frozenset(
        {"attributes", "globalSecondaryIndexes", "localSecondaryIndexes", "replicas"}
    ),
    "aws:ec2/securityGroup:SecurityGroup": frozenset({"egress", "ingress"}),
    "aws:ec2/vpcEndpoint:VpcEndpoint": frozenset({"routeTableIds", "securityGroupIds", "subnetIds"}),
    "aws:iam/role:Role": frozenset({"inlinePolicies", "managedPolicyArns"}),
    "aws:kinesis/stream:Stream": frozenset({"shardLevelMetrics"}),
    "aws:lambda/codeSigningConfig:CodeSigningConfig": frozenset(
        {"allowedPublishers.signingProfileVersionArns"}
    ),
    "aws:lambda/eventSourceMapping:EventSourceMapping": frozenset(
        {
            "filterCriteria.filters",
            "functionResponseTypes",
            "selfManagedEventSource.endpoints",
            "sourceAccessConfigurations",
            "topics",
        }
    ),
    "aws:lambda/function:Function": frozenset({"vpcConfig.securityGroupIds", "vpcConfig.subnetIds"}),
    "aws:lambda/functionUrl:FunctionUrl": frozenset(
        {"cors.allowHeaders", "cors.allowMethods", "cors.allowOrigins", "cors.exposeHeaders"}
    ),
    "aws:lambda/layerVersion:LayerVersion": frozenset({"compatibleArchitectures", "compatibleRuntimes"}),
    "aws:lb/loadBalancer:LoadBalancer": _TARGETS,
    "aws:msk/cluster:Cluster": frozenset(
        {"brokerNodeGroupInfo.clientSubnets", "brokerNodeGroupInfo.securityGroups"}
    ),
    "aws:s3/bucketCorsConfiguration:BucketCorsConfiguration": frozenset({"corsRules"}),
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": frozenset(
        {"rules"}
    ),
    "aws:scheduler/schedule:Schedule": frozenset({"target.ecsParameters.capacityProviderStrategies"}),
    "aws:secretsmanager/secretVersion:SecretVersion": frozenset({"versionStages"}),
}
