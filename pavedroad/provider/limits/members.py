"""Which operation of which service takes the inputs of a resource type.

Properties and members with the same name (but for case and plural) need no word; the table names the others.
An empty member means that the model cannot decide: another table or rule does, or the provider rewrites the
value.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Operation:
    """Where a type's inputs go.

    Attributes:
        service: Name of the service in botocore.
        name: Name of the operation.
        renamed: Member path by property path.
    """

    service: str
    name: str
    renamed: Mapping[str, str] = field(default_factory=dict[str, str])


_NOTHING: Final = ""
_IAM_TAGS: Final = {"tags": _NOTHING}
_CODE: Final = {"s3Bucket": "Code.S3Bucket", "s3Key": "Code.S3Key", "s3ObjectVersion": "Code.S3ObjectVersion"}

OPERATIONS: Final[dict[str, Operation]] = {
    "aws:lambda/function:Function": Operation(
        "lambda",
        "CreateFunction",
        {
            **_CODE,
            "name": "FunctionName",
            "code": _NOTHING,
            "imageUri": "Code.ImageUri",
            "fileSystemConfig": "FileSystemConfigs",
            "memorySize": _NOTHING,
            "timeout": _NOTHING,
            "tags": _NOTHING,
        },
    ),
    "aws:lambda/alias:Alias": Operation("lambda", "CreateAlias"),
    "aws:lambda/eventSourceMapping:EventSourceMapping": Operation(
        "lambda", "CreateEventSourceMapping", {"startingPositionTimestamp": _NOTHING, "tags": _NOTHING}
    ),
    "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": Operation(
        "lambda", "PutFunctionEventInvokeConfig"
    ),
    "aws:lambda/functionUrl:FunctionUrl": Operation(
        "lambda", "CreateFunctionUrlConfig", {"authorizationType": "AuthType"}
    ),
    "aws:lambda/functionRecursionConfig:FunctionRecursionConfig": Operation(
        "lambda", "PutFunctionRecursionConfig"
    ),
    "aws:lambda/codeSigningConfig:CodeSigningConfig": Operation(
        "lambda", "CreateCodeSigningConfig", {"policies": "CodeSigningPolicies", "tags": _NOTHING}
    ),
    "aws:lambda/layerVersion:LayerVersion": Operation(
        "lambda",
        "PublishLayerVersion",
        {
            "s3Bucket": "Content.S3Bucket",
            "s3Key": "Content.S3Key",
            "s3ObjectVersion": "Content.S3ObjectVersion",
            "code": _NOTHING,
        },
    ),
    "aws:lambda/layerVersionPermission:LayerVersionPermission": Operation(
        "lambda", "AddLayerVersionPermission", {"organizationId": "OrganizationId"}
    ),
    "aws:lambda/permission:Permission": Operation("lambda", "AddPermission", {"function": "FunctionName"}),
    "aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig": Operation(
        "lambda", "PutProvisionedConcurrencyConfig"
    ),
    "aws:iam/role:Role": Operation(
        "iam", "CreateRole", {**_IAM_TAGS, "name": "RoleName", "assumeRolePolicy": "AssumeRolePolicyDocument"}
    ),
    "aws:iam/policy:Policy": Operation(
        "iam", "CreatePolicy", {**_IAM_TAGS, "name": "PolicyName", "policy": "PolicyDocument"}
    ),
    "aws:iam/rolePolicy:RolePolicy": Operation(
        "iam", "PutRolePolicy", {"role": "RoleName", "name": "PolicyName", "policy": "PolicyDocument"}
    ),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": Operation(
        "iam", "AttachRolePolicy", {"role": "RoleName"}
    ),
    "aws:iam/group:Group": Operation("iam", "CreateGroup", {"name": "GroupName"}),
    "aws:iam/groupPolicy:GroupPolicy": Operation(
        "iam", "PutGroupPolicy", {"group": "GroupName", "name": "PolicyName", "policy": "PolicyDocument"}
    ),
    "aws:iam/groupPolicyAttachment:GroupPolicyAttachment": Operation(
        "iam", "AttachGroupPolicy", {"group": "GroupName"}
    ),
    "aws:iam/user:User": Operation("iam", "CreateUser", {**_IAM_TAGS, "name": "UserName"}),
    "aws:iam/userPolicy:UserPolicy": Operation(
        "iam", "PutUserPolicy", {"user": "UserName", "name": "PolicyName", "policy": "PolicyDocument"}
    ),
    "aws:iam/userPolicyAttachment:UserPolicyAttachment": Operation(
        "iam", "AttachUserPolicy", {"user": "UserName"}
    ),
    "aws:dynamodb/table:Table": Operation(
        "dynamodb",
        "CreateTable",
        {
            "name": _NOTHING,
            "attributes": "AttributeDefinitions",
            "attributes.name": "AttributeName",
            "attributes.type": "AttributeType",
            "globalSecondaryIndexes.name": "IndexName",
            "globalSecondaryIndexes.projectionType": "Projection.ProjectionType",
            "localSecondaryIndexes.name": "IndexName",
            "localSecondaryIndexes.projectionType": "Projection.ProjectionType",
            "streamViewType": "StreamSpecification.StreamViewType",
            "tags": _NOTHING,
        },
    ),
    "aws:sfn/stateMachine:StateMachine": Operation("stepfunctions", "CreateStateMachine", {"tags": _NOTHING}),
    "aws:sfn/alias:Alias": Operation(
        "stepfunctions", "CreateStateMachineAlias", {"routingConfigurations": "routingConfiguration"}
    ),
    "aws:cloudwatch/logGroup:LogGroup": Operation(
        "logs", "CreateLogGroup", {"name": "logGroupName", "tags": _NOTHING}
    ),
    "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": Operation("logs", "PutResourcePolicy"),
    "aws:cloudwatch/metricAlarm:MetricAlarm": Operation(
        "cloudwatch",
        "PutMetricAlarm",
        {
            "name": "AlarmName",
            "dimensions": _NOTHING,
            "metricQueries": "Metrics",
            "metricQueries.metric": "MetricStat",
            "metricQueries.metric.metricName": "Metric.MetricName",
            "metricQueries.metric.namespace": "Metric.Namespace",
            "metricQueries.metric.dimensions": _NOTHING,
            "tags": _NOTHING,
        },
    ),
    "aws:cloudwatch/compositeAlarm:CompositeAlarm": Operation(
        "cloudwatch", "PutCompositeAlarm", {"actionsSuppressor": _NOTHING, "tags": _NOTHING}
    ),
    "aws:cloudwatch/dashboard:Dashboard": Operation("cloudwatch", "PutDashboard"),
    "aws:s3/bucketObjectv2:BucketObjectv2": Operation(
        "s3", "PutObject", {"metadata": _NOTHING, "tags": _NOTHING, "kmsKeyId": _NOTHING, "etag": _NOTHING}
    ),
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": Operation(
        "s3", "PutBucketOwnershipControls", {"rule": "OwnershipControls.Rules"}
    ),
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": Operation(
        "s3",
        "PutPublicAccessBlock",
        {
            "blockPublicAcls": "PublicAccessBlockConfiguration.BlockPublicAcls",
            "blockPublicPolicy": "PublicAccessBlockConfiguration.BlockPublicPolicy",
            "ignorePublicAcls": "PublicAccessBlockConfiguration.IgnorePublicAcls",
            "restrictPublicBuckets": "PublicAccessBlockConfiguration.RestrictPublicBuckets",
        },
    ),
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": Operation(
        "s3", "PutBucketEncryption", {"rules": "ServerSideEncryptionConfiguration.Rules"}
    ),
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": Operation(
        "s3",
        "PutBucketLifecycleConfiguration",
        {"rules": "LifecycleConfiguration.Rules", "rules.filter": _NOTHING},
    ),
    "aws:kms/key:Key": Operation("kms", "CreateKey", {"customerMasterKeySpec": "KeySpec", "tags": _NOTHING}),
    "aws:kms/alias:Alias": Operation("kms", "CreateAlias", {"name": "AliasName"}),
    "aws:signer/signingProfile:SigningProfile": Operation(
        "signer", "PutSigningProfile", {"name": "profileName", "tags": _NOTHING}
    ),
    "aws:signer/signingJob:SigningJob": Operation(
        "signer",
        "StartSigningJob",
        {"source.s3.bucket": "bucketName", "destination.s3.bucket": "bucketName"},
    ),
    "aws:cloudwatch/eventBus:EventBus": Operation("events", "CreateEventBus", {"tags": _NOTHING}),
    "aws:cloudwatch/eventRule:EventRule": Operation("events", "PutRule", {"tags": _NOTHING}),
    "aws:cloudwatch/eventArchive:EventArchive": Operation("events", "CreateArchive", {"name": "ArchiveName"}),
    "aws:scheduler/schedule:Schedule": Operation(
        "scheduler", "CreateSchedule", {"startDate": _NOTHING, "endDate": _NOTHING}
    ),
    "aws:secretsmanager/secret:Secret": Operation(
        "secretsmanager", "CreateSecret", {"replicas": _NOTHING, "tags": _NOTHING}
    ),
    "aws:ssm/parameter:Parameter": Operation("ssm", "PutParameter", {"tags": _NOTHING}),
    "aws:kinesis/stream:Stream": Operation("kinesis", "CreateStream", {"tags": _NOTHING}),
    "aws:cognito/userPool:UserPool": Operation(
        "cognito-idp",
        "CreateUserPool",
        {
            "name": "PoolName",
            "passwordPolicy": "Policies.PasswordPolicy",
            "schemas": _NOTHING,
            "tags": _NOTHING,
        },
    ),
}
