"""Which types are live, and the module that works on each; no module is imported before it is needed."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Final, cast

if TYPE_CHECKING:
    from pavedroad.provider.live.contract import LiveType

SERVICES: Final[dict[str, tuple[str, ...]]] = {
    "alarms": (
        "aws:cloudwatch/compositeAlarm:CompositeAlarm",
        "aws:cloudwatch/dashboard:Dashboard",
        "aws:cloudwatch/metricAlarm:MetricAlarm",
    ),
    "bucket_rules": (
        "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
        "aws:s3/bucketNotification:BucketNotification",
    ),
    "bucket_settings": (
        "aws:s3/bucketCorsConfiguration:BucketCorsConfiguration",
        "aws:s3/bucketLogging:BucketLogging",
        "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
        "aws:s3/bucketPolicy:BucketPolicy",
        "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        "aws:s3/bucketVersioning:BucketVersioning",
    ),
    "buckets": ("aws:s3/bucket:Bucket",),
    "objects": ("aws:s3/bucketObjectv2:BucketObjectv2",),
    "signing": ("aws:signer/signingJob:SigningJob",),
    "policies": (
        "aws:iam/groupPolicy:GroupPolicy",
        "aws:iam/groupPolicyAttachment:GroupPolicyAttachment",
        "aws:iam/policy:Policy",
        "aws:iam/rolePolicy:RolePolicy",
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        "aws:iam/userPolicy:UserPolicy",
        "aws:iam/userPolicyAttachment:UserPolicyAttachment",
    ),
    "event_permissions": (
        "aws:cloudwatch/eventBusPolicy:EventBusPolicy",
        "aws:cloudwatch/eventPermission:EventPermission",
    ),
    "event_targets": ("aws:cloudwatch/eventTarget:EventTarget",),
    "events": (
        "aws:cloudwatch/eventArchive:EventArchive",
        "aws:cloudwatch/eventBus:EventBus",
        "aws:cloudwatch/eventRule:EventRule",
    ),
    "functions": ("aws:lambda/function:Function",),
    "aliases": ("aws:lambda/alias:Alias",),
    "invocations": (
        "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
        "aws:lambda/functionRecursionConfig:FunctionRecursionConfig",
        "aws:lambda/functionUrl:FunctionUrl",
        "aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig",
    ),
    "layers": (
        "aws:lambda/layerVersion:LayerVersion",
        "aws:lambda/layerVersionPermission:LayerVersionPermission",
    ),
    "mappings": ("aws:lambda/eventSourceMapping:EventSourceMapping",),
    "permissions": ("aws:lambda/permission:Permission",),
    "keys": (
        "aws:kms/alias:Alias",
        "aws:kms/key:Key",
        "aws:kms/keyPolicy:KeyPolicy",
    ),
    "log_filters": (
        "aws:cloudwatch/logMetricFilter:LogMetricFilter",
        "aws:cloudwatch/logResourcePolicy:LogResourcePolicy",
        "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter",
    ),
    "log_groups": (
        "aws:cloudwatch/logGroup:LogGroup",
        "aws:cloudwatch/logStream:LogStream",
    ),
    "queues": (
        "aws:sqs/queue:Queue",
        "aws:sqs/queuePolicy:QueuePolicy",
        "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy",
        "aws:sqs/redrivePolicy:RedrivePolicy",
    ),
    "roles": ("aws:iam/role:Role",),
    "users": ("aws:iam/group:Group", "aws:iam/user:User"),
    "schedules": (
        "aws:scheduler/schedule:Schedule",
        "aws:scheduler/scheduleGroup:ScheduleGroup",
    ),
    "secrets": (
        "aws:secretsmanager/secret:Secret",
        "aws:secretsmanager/secretPolicy:SecretPolicy",
        "aws:secretsmanager/secretVersion:SecretVersion",
    ),
    "parameters": ("aws:ssm/parameter:Parameter",),
    "state_machines": (
        "aws:sfn/activity:Activity",
        "aws:sfn/alias:Alias",
        "aws:sfn/stateMachine:StateMachine",
    ),
    "subscriptions": ("aws:sns/topicSubscription:TopicSubscription",),
    "tables": ("aws:dynamodb/table:Table",),
    "topics": (
        "aws:sns/topic:Topic",
        "aws:sns/topicPolicy:TopicPolicy",
    ),
    "streams": (
        "aws:kinesis/stream:Stream",
        "aws:kinesis/streamConsumer:StreamConsumer",
    ),
    "delivery_streams": ("aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream",),
    "http_api_parts": (
        "aws:apigatewayv2/authorizer:Authorizer",
        "aws:apigatewayv2/deployment:Deployment",
        "aws:apigatewayv2/integration:Integration",
        "aws:apigatewayv2/route:Route",
    ),
    "http_apis": (
        "aws:apigatewayv2/api:Api",
        "aws:apigatewayv2/apiMapping:ApiMapping",
        "aws:apigatewayv2/domainName:DomainName",
        "aws:apigatewayv2/stage:Stage",
    ),
    "rest_methods": (
        "aws:apigateway/integration:Integration",
        "aws:apigateway/integrationResponse:IntegrationResponse",
        "aws:apigateway/method:Method",
        "aws:apigateway/methodResponse:MethodResponse",
        "aws:apigateway/resource:Resource",
    ),
    "rest_apis": (
        "aws:apigateway/methodSettings:MethodSettings",
        "aws:apigateway/restApi:RestApi",
        "aws:apigateway/restApiPolicy:RestApiPolicy",
        "aws:apigateway/stage:Stage",
    ),
    "rest_api_parts": (
        "aws:apigateway/apiKey:ApiKey",
        "aws:apigateway/authorizer:Authorizer",
        "aws:apigateway/deployment:Deployment",
        "aws:apigateway/model:Model",
        "aws:apigateway/requestValidator:RequestValidator",
        "aws:apigateway/response:Response",
        "aws:apigateway/usagePlan:UsagePlan",
        "aws:apigateway/usagePlanKey:UsagePlanKey",
    ),
    "user_pools": (
        "aws:cognito/userPool:UserPool",
        "aws:cognito/userPoolClient:UserPoolClient",
    ),
    "pool_parts": (
        "aws:cognito/resourceServer:ResourceServer",
        "aws:cognito/user:User",
        "aws:cognito/userGroup:UserGroup",
        "aws:cognito/userPoolDomain:UserPoolDomain",
    ),
}
"""Module in `services/`: its type tokens."""

MODULES: Final = {token: module for module, tokens in SERVICES.items() for token in tokens}
"""Type token: its module."""


@cache
def live_type(token: str) -> LiveType:
    """How a live type is worked on."""
    module = import_module(f"pavedroad.provider.live.services.{MODULES[token]}")
    return cast("dict[str, LiveType]", module.TYPES)[token]
