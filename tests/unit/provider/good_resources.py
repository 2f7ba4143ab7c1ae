"""One good resource of each type whose inputs the provider checks."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.support.provider import ACCOUNT, FUNCTION, FUNCTION_INPUTS, QUEUE, REGION, ROLE_ARN

if TYPE_CHECKING:
    from tests.support.provider import Plain, Props

MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping"
ROLE = "aws:iam/role:Role"
TABLE = "aws:dynamodb/table:Table"
MACHINE = "aws:sfn/stateMachine:StateMachine"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
POLICY_ARN = f"arn:aws:iam::{ACCOUNT}:policy/shop-dev-boundary"
QUEUE_ARN = f"arn:aws:sqs:{REGION}:{ACCOUNT}:orders"
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": "sts:AssumeRole",
                "Principal": {"Service": "lambda.amazonaws.com"},
            }
        ],
    }
)
ALLOW = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Sid": "Read", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}],
    }
)
DEFINITION: Props = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}


def machine(**changes: Plain) -> Plain:
    return json.dumps({**DEFINITION, **changes})


GOOD: dict[str, Props] = {
    QUEUE: {
        "name": "orders",
        "visibilityTimeoutSeconds": 180,
        "messageRetentionSeconds": 172800,
        "maxMessageSize": 262144,
        "receiveWaitTimeSeconds": 20,
        "redrivePolicy": json.dumps({"deadLetterTargetArn": f"{QUEUE_ARN}-dlq", "maxReceiveCount": 5}),
        "tags": {"team": "road"},
    },
    "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy": {
        "queueUrl": "https://q",
        "redriveAllowPolicy": json.dumps({"redrivePermission": "byQueue", "sourceQueueArns": [QUEUE_ARN]}),
    },
    FUNCTION: {
        **FUNCTION_INPUTS,
        "name": "accept-orders",
        "timeout": 30,
        "memorySize": 256,
        "architectures": ["arm64"],
        "environment": {"variables": {"LOG_LEVEL": "INFO"}},
        "layers": [f"arn:aws:lambda:{REGION}:{ACCOUNT}:layer:pavedroad-company:3"],
        "loggingConfig": {"logFormat": "JSON", "logGroup": "/aws/lambda/accept-orders"},
        "tracingConfig": {"mode": "Active"},
        "reservedConcurrentExecutions": -1,
    },
    MAPPING: {
        "eventSourceArn": QUEUE_ARN,
        "functionName": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:accept-orders:live",
        "batchSize": 10,
        "functionResponseTypes": ["ReportBatchItemFailures"],
        "scalingConfig": {"maximumConcurrency": 10},
    },
    "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": {
        "functionName": "f",
        "qualifier": "live",
        "maximumEventAgeInSeconds": 3600,
        "maximumRetryAttempts": 2,
        "destinationConfig": {"onFailure": {"destination": QUEUE_ARN}},
    },
    "aws:lambda/functionRecursionConfig:FunctionRecursionConfig": {
        "functionName": "f",
        "recursiveLoop": "Terminate",
    },
    "aws:lambda/alias:Alias": {"functionName": "f", "functionVersion": "1", "name": "live"},
    "aws:lambda/codeSigningConfig:CodeSigningConfig": {
        "allowedPublishers": {
            "signingProfileVersionArns": [
                f"arn:aws:signer:{REGION}:{ACCOUNT}:/signing-profiles/shop/abcdefghij"
            ]
        },
        "policies": {"untrustedArtifactOnDeployment": "Enforce"},
    },
    "aws:lambda/layerVersion:LayerVersion": {
        "layerName": "pavedroad-company",
        "compatibleRuntimes": ["python3.13"],
        "s3Bucket": "b-1",
        "s3Key": "k",
    },
    "aws:lambda/permission:Permission": {
        "action": "lambda:InvokeFunction",
        "function": "f",
        "principal": "sns.amazonaws.com",
    },
    ROLE: {
        "name": "shop-dev-accept-orders",
        "assumeRolePolicy": TRUST,
        "permissionsBoundary": f"arn:aws:iam::{ACCOUNT}:policy/shop-dev-boundary",
    },
    "aws:iam/rolePolicy:RolePolicy": {"role": "r", "policy": ALLOW},
    "aws:iam/policy:Policy": {"policy": ALLOW},
    TABLE: {
        "name": "orders",
        "hashKey": "order_id",
        "attributes": [{"name": "order_id", "type": "S"}],
        "billingMode": "PAY_PER_REQUEST",
        "pointInTimeRecovery": {"enabled": True},
    },
    MACHINE: {
        "name": "orders-workflow",
        "roleArn": ROLE_ARN,
        "definition": machine(),
        "loggingConfiguration": {
            "level": "ERROR",
            "includeExecutionData": False,
            "logDestination": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/vendedlogs/states/x:*",
        },
        "tracingConfiguration": {"enabled": True},
    },
    "aws:sfn/alias:Alias": {
        "name": "live",
        "routingConfigurations": [{"stateMachineVersionArn": f"{ROLE_ARN}:1", "weight": 100}],
    },
    "aws:cloudwatch/logGroup:LogGroup": {"name": "/aws/lambda/f", "retentionInDays": 30},
    ALARM: {
        "name": "dlq",
        "comparisonOperator": "GreaterThanOrEqualToThreshold",
        "evaluationPeriods": 1,
        "metricName": "ApproximateNumberOfMessagesVisible",
        "namespace": "AWS/SQS",
        "period": 60,
        "statistic": "Maximum",
        "threshold": 1,
        "treatMissingData": "notBreaching",
        "dimensions": {"QueueName": "orders"},
    },
    "aws:cloudwatch/dashboard:Dashboard": {"dashboardName": "orders", "dashboardBody": '{"widgets": []}'},
    "aws:s3/bucket:Bucket": {"bucket": "shop-dev-artifacts"},
    "aws:iam/user:User": {"name": "robot", "path": "/robots/"},
    "aws:iam/group:Group": {"name": "people", "path": "/people/"},
    "aws:iam/userPolicy:UserPolicy": {"user": "robot", "policy": ALLOW},
    "aws:iam/groupPolicy:GroupPolicy": {"group": "people", "policy": ALLOW},
    "aws:iam/userPolicyAttachment:UserPolicyAttachment": {"user": "robot", "policyArn": POLICY_ARN},
    "aws:iam/groupPolicyAttachment:GroupPolicyAttachment": {"group": "people", "policyArn": POLICY_ARN},
    "aws:s3/bucketVersioning:BucketVersioning": {
        "bucket": "b-1",
        "versioningConfiguration": {"status": "Enabled"},
    },
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": {
        "bucket": "b-1",
        "rules": [
            {"applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms"}, "bucketKeyEnabled": True}
        ],
    },
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": {"bucket": "b-1", "blockPublicAcls": True},
    "aws:kms/key:Key": {"enableKeyRotation": True, "deletionWindowInDays": 7},
    "aws:kms/alias:Alias": {"name": "alias/shop-dev", "targetKeyId": "k"},
    "aws:sns/topic:Topic": {"name": "alarms"},
    "aws:sns/topicSubscription:TopicSubscription": {
        "topic": f"arn:aws:sns:{REGION}:{ACCOUNT}:alarms",
        "protocol": "sqs",
        "endpoint": QUEUE_ARN,
    },
    "aws:signer/signingProfile:SigningProfile": {
        "name": "shop_dev",
        "platformId": "AWSLambda-SHA384-ECDSA",
        "signatureValidityPeriod": {"type": "MONTHS", "value": 135},
    },
    "aws:signer/signingJob:SigningJob": {
        "profileName": "shop_dev",
        "source": {"s3": {"bucket": "b-1", "key": "k", "version": "v"}},
        "destination": {"s3": {"bucket": "b-1", "prefix": "signed/"}},
    },
    "aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig": {
        "functionName": "f",
        "qualifier": "live",
        "provisionedConcurrentExecutions": 2,
    },
}
