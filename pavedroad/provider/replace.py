"""Which properties cannot be changed in place: a change replaces the resource.

The SDK's documentation says so for some properties. The table has what it leaves out for the types that
programs of this project use (source: each property's `ForceNew` in the Terraform AWS provider, version 6).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pavedroad.provider.naming import rule_for

if TYPE_CHECKING:
    from pavedroad.provider.sdk import ResourceShape

EVERYTHING: Final = frozenset({"*"})
_BUCKET: Final = frozenset({"bucket"})
_OWNED_BUCKET: Final = frozenset({"bucket", "expectedBucketOwner"})
_REST_STATUS: Final = frozenset({"restApi", "resourceId", "httpMethod", "statusCode"})

FORCES_NEW: Final[dict[str, frozenset[str]]] = {
    "aws:apigateway/authorizer:Authorizer": frozenset({"restApi"}),
    "aws:apigateway/deployment:Deployment": frozenset({"restApi", "triggers"}),
    "aws:apigateway/domainName:DomainName": frozenset({"domainName"}),
    "aws:apigateway/integration:Integration": frozenset(
        {"restApi", "resourceId", "httpMethod", "type", "integrationHttpMethod"}
    ),
    "aws:apigateway/integrationResponse:IntegrationResponse": _REST_STATUS,
    "aws:apigateway/methodResponse:MethodResponse": _REST_STATUS,
    "aws:apigateway/methodSettings:MethodSettings": frozenset({"restApi", "stageName", "methodPath"}),
    "aws:apigateway/model:Model": frozenset({"restApi", "contentType"}),
    "aws:apigateway/requestValidator:RequestValidator": frozenset({"restApi"}),
    "aws:apigateway/response:Response": frozenset({"restApiId", "responseType"}),
    "aws:apigateway/restApiPolicy:RestApiPolicy": frozenset({"restApiId"}),
    "aws:apigateway/usagePlanKey:UsagePlanKey": EVERYTHING,
    "aws:apigateway/apiKey:ApiKey": frozenset({"value"}),
    "aws:apigateway/method:Method": frozenset({"restApi", "resourceId", "httpMethod"}),
    "aws:apigateway/resource:Resource": frozenset({"restApi"}),
    "aws:apigateway/stage:Stage": frozenset({"restApi", "stageName"}),
    "aws:apigatewayv2/api:Api": frozenset({"protocolType"}),
    "aws:apigatewayv2/apiMapping:ApiMapping": frozenset({"domainName"}),
    "aws:apigatewayv2/authorizer:Authorizer": frozenset({"apiId"}),
    "aws:apigatewayv2/deployment:Deployment": frozenset({"apiId", "triggers"}),
    "aws:apigatewayv2/domainName:DomainName": frozenset({"domainName"}),
    "aws:apigatewayv2/integration:Integration": frozenset({"apiId", "integrationSubtype", "integrationType"}),
    "aws:apigatewayv2/route:Route": frozenset({"apiId"}),
    "aws:apigatewayv2/stage:Stage": frozenset({"apiId", "name"}),
    "aws:cloudwatch/compositeAlarm:CompositeAlarm": frozenset({"alarmName"}),
    "aws:cloudwatch/dashboard:Dashboard": frozenset({"dashboardName"}),
    "aws:cloudwatch/eventArchive:EventArchive": frozenset({"eventSourceArn"}),
    "aws:cloudwatch/eventBus:EventBus": frozenset({"eventSourceName"}),
    "aws:cloudwatch/eventBusPolicy:EventBusPolicy": frozenset({"eventBusName"}),
    "aws:cloudwatch/eventPermission:EventPermission": frozenset({"eventBusName", "statementId"}),
    "aws:cloudwatch/eventRule:EventRule": frozenset({"eventBusName"}),
    "aws:cloudwatch/eventTarget:EventTarget": frozenset({"rule", "eventBusName", "targetId"}),
    "aws:cloudwatch/logGroup:LogGroup": frozenset({"logGroupClass"}),
    "aws:cloudwatch/logMetricFilter:LogMetricFilter": frozenset({"logGroupName"}),
    "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": frozenset({"policyName"}),
    "aws:cloudwatch/logStream:LogStream": frozenset({"logGroupName"}),
    "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter": frozenset({"logGroup"}),
    "aws:cognito/resourceServer:ResourceServer": frozenset({"identifier", "userPoolId"}),
    "aws:cognito/user:User": frozenset({"userPoolId", "username"}),
    "aws:cognito/userGroup:UserGroup": frozenset({"userPoolId"}),
    "aws:cognito/userPool:UserPool": frozenset(
        {"aliasAttributes", "usernameAttributes", "usernameConfiguration"}
    ),
    "aws:cognito/userPoolClient:UserPoolClient": frozenset({"generateSecret", "userPoolId"}),
    "aws:cognito/userPoolDomain:UserPoolDomain": frozenset({"domain", "userPoolId"}),
    "aws:dynamodb/table:Table": frozenset(
        {
            "hashKey",
            "importTable",
            "localSecondaryIndexes",
            "rangeKey",
            "restoreBackupArn",
            "restoreDateTime",
            "restoreSourceName",
            "restoreSourceTableArn",
            "restoreToLatestTime",
        }
    ),
    "aws:iam/groupPolicy:GroupPolicy": frozenset({"group"}),
    "aws:iam/groupPolicyAttachment:GroupPolicyAttachment": EVERYTHING,
    "aws:iam/instanceProfile:InstanceProfile": frozenset({"path"}),
    "aws:iam/policy:Policy": frozenset({"path", "description"}),
    "aws:iam/role:Role": frozenset({"path"}),
    "aws:iam/rolePolicy:RolePolicy": frozenset({"role"}),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": EVERYTHING,
    "aws:iam/userPolicy:UserPolicy": frozenset({"user"}),
    "aws:iam/userPolicyAttachment:UserPolicyAttachment": EVERYTHING,
    "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream": frozenset(
        {
            "destination",
            "extendedS3Configuration.dynamicPartitioningConfiguration",
            "extendedS3Configuration.dynamicPartitioningConfiguration.enabled",
            "kinesisSourceConfiguration",
            "mskSourceConfiguration",
        }
    ),
    "aws:kinesis/stream:Stream": frozenset({"name"}),
    "aws:kinesis/streamConsumer:StreamConsumer": frozenset({"name", "streamArn"}),
    "aws:kms/key:Key": frozenset(
        {"customerMasterKeySpec", "keyUsage", "multiRegion", "customKeyStoreId", "xksKeyId"}
    ),
    "aws:kms/keyPolicy:KeyPolicy": frozenset({"keyId"}),
    "aws:lambda/alias:Alias": frozenset({"functionName", "name"}),
    "aws:lambda/eventSourceMapping:EventSourceMapping": frozenset(
        {
            "amazonManagedKafkaEventSourceConfig",
            "eventSourceArn",
            "queues",
            "selfManagedEventSource",
            "selfManagedKafkaEventSourceConfig",
            "startingPosition",
            "startingPositionTimestamp",
            "topics",
        }
    ),
    "aws:lambda/function:Function": frozenset({"packageType", "tenancyConfig"}),
    "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": frozenset(
        {"functionName", "qualifier"}
    ),
    "aws:lambda/functionRecursionConfig:FunctionRecursionConfig": frozenset({"functionName"}),
    "aws:lambda/functionUrl:FunctionUrl": frozenset({"functionName", "qualifier"}),
    "aws:lambda/layerVersion:LayerVersion": EVERYTHING,
    "aws:lambda/layerVersionPermission:LayerVersionPermission": EVERYTHING,
    "aws:lambda/permission:Permission": EVERYTHING,
    "aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig": frozenset(
        {"functionName", "qualifier"}
    ),
    "aws:msk/cluster:Cluster": frozenset({"clusterName", "encryptionInfo.encryptionAtRestKmsKeyArn"}),
    "aws:s3/bucket:Bucket": frozenset({"objectLockEnabled"}),
    "aws:s3/bucketCorsConfiguration:BucketCorsConfiguration": _OWNED_BUCKET,
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": _OWNED_BUCKET,
    "aws:s3/bucketLogging:BucketLogging": _OWNED_BUCKET,
    "aws:s3/bucketNotification:BucketNotification": _BUCKET,
    "aws:s3/bucketObject:BucketObject": frozenset({"bucket", "key"}),
    "aws:s3/bucketObjectv2:BucketObjectv2": frozenset({"bucket", "key"}),
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": _BUCKET,
    "aws:s3/bucketPolicy:BucketPolicy": _BUCKET,
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": _BUCKET,
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": _OWNED_BUCKET,
    "aws:s3/bucketVersioning:BucketVersioning": _OWNED_BUCKET,
    "aws:s3/bucketV2:BucketV2": frozenset({"objectLockEnabled"}),
    "aws:scheduler/schedule:Schedule": frozenset({"groupName"}),
    "aws:secretsmanager/secretPolicy:SecretPolicy": frozenset({"secretArn"}),
    "aws:secretsmanager/secretVersion:SecretVersion": frozenset({"secretId", "secretBinary", "secretString"}),
    "aws:sfn/activity:Activity": frozenset({"encryptionConfiguration"}),
    "aws:sfn/alias:Alias": frozenset({"name"}),
    "aws:sfn/stateMachine:StateMachine": frozenset({"type"}),
    "aws:signer/signingJob:SigningJob": EVERYTHING,
    "aws:signer/signingProfile:SigningProfile": frozenset(
        {"platformId", "signatureValidityPeriod", "signingMaterial"}
    ),
    "aws:signer/signingProfilePermission:SigningProfilePermission": EVERYTHING,
    "aws:sns/topic:Topic": frozenset({"fifoTopic"}),
    "aws:sns/topicPolicy:TopicPolicy": frozenset({"arn"}),
    "aws:sns/topicSubscription:TopicSubscription": frozenset({"topic", "protocol", "endpoint"}),
    "aws:sqs/queue:Queue": frozenset({"fifoQueue"}),
    "aws:sqs/queuePolicy:QueuePolicy": frozenset({"queueUrl"}),
    "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy": frozenset({"queueUrl"}),
    "aws:sqs/redrivePolicy:RedrivePolicy": frozenset({"queueUrl"}),
}

# A second one beside the first is refused, or is the same thing: the old one must go first.
DELETE_FIRST: Final = frozenset(
    {
        "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter",
        "aws:iam/groupPolicyAttachment:GroupPolicyAttachment",
        "aws:iam/policyAttachment:PolicyAttachment",
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        "aws:iam/userPolicyAttachment:UserPolicyAttachment",
    }
)

# Their id is not their name, and the API changes the name. IAM renames users and groups in place too, but
# their id changes with the name, and the local cloud has no such operation: there a new one is made.
_RENAMED_IN_PLACE: Final = frozenset(
    {
        "aws:apigateway/apiKey:ApiKey",
        "aws:apigateway/authorizer:Authorizer",
        "aws:apigateway/requestValidator:RequestValidator",
        "aws:apigateway/restApi:RestApi",
        "aws:apigateway/usagePlan:UsagePlan",
        "aws:apigatewayv2/api:Api",
        "aws:apigatewayv2/authorizer:Authorizer",
        "aws:cognito/resourceServer:ResourceServer",
        "aws:cognito/userPoolClient:UserPoolClient",
    }
)

# The documentation speaks of a replacement that somebody has to ask for: a change is made in place.
_CHANGED_IN_PLACE: Final = {"aws:cognito/userPool:UserPool": frozenset({"smsConfiguration"})}


def replaces(shape: ResourceShape, path: str) -> bool:
    """Whether a change at a path, e.g. `tags.team`, replaces the resource."""
    head = path.partition(".")[0].partition("[")[0]
    if head in {"region", "__defaults"}:
        return head == "region"
    listed = FORCES_NEW.get(shape.token, frozenset[str]())
    if listed is EVERYTHING:
        return head != "skipDestroy"
    if head in listed or path in listed:
        return True
    output = shape.outputs.get(head)
    if output is not None and output.forces_new:
        return head not in _CHANGED_IN_PLACE.get(shape.token, frozenset[str]())
    rule = rule_for(shape)
    if rule is None or shape.token in _RENAMED_IN_PLACE:
        return False
    return head in {rule.property, f"{rule.property}Prefix"}
