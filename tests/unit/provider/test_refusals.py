"""Check refuses what AWS would refuse, and nothing else: each case changes one field of a good resource."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.support.provider import (
    ACCOUNT,
    FUNCTION,
    FUNCTION_INPUTS,
    QUEUE,
    REGION,
    ROLE_ARN,
    UNKNOWN,
    secret,
)

if TYPE_CHECKING:
    from tests.support.provider import Client, Plain, Props

MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping"
ROLE = "aws:iam/role:Role"
TABLE = "aws:dynamodb/table:Table"
MACHINE = "aws:sfn/stateMachine:StateMachine"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
QUEUE_ARN = f"arn:aws:sqs:{REGION}:{ACCOUNT}:orders"
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
        "assumeRolePolicy": json.dumps({"Version": "2012-10-17", "Statement": []}),
        "permissionsBoundary": f"arn:aws:iam::{ACCOUNT}:policy/shop-dev-boundary",
    },
    "aws:iam/rolePolicy:RolePolicy": {"role": "r", "policy": json.dumps({"Statement": []})},
    "aws:iam/policy:Policy": {"policy": json.dumps({"Statement": []})},
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

# Type, one change to the good resource, the field that is refused, words of the refusal.
BAD: list[tuple[str, Props, str, str]] = [
    (
        QUEUE,
        {"visibilityTimeoutSeconds": 43201},
        "visibilityTimeoutSeconds",
        "got 43201, allowed 0 to 43200 seconds",
    ),
    (
        QUEUE,
        {"messageRetentionSeconds": 59},
        "messageRetentionSeconds",
        "got 59, allowed 60 to 1209600 seconds",
    ),
    (QUEUE, {"maxMessageSize": 1023}, "maxMessageSize", "got 1023, allowed 1024 to 1048576 bytes"),
    (QUEUE, {"delaySeconds": 901}, "delaySeconds", "allowed 0 to 900 seconds"),
    (QUEUE, {"receiveWaitTimeSeconds": 21}, "receiveWaitTimeSeconds", "allowed 0 to 20 seconds"),
    (QUEUE, {"delaySeconds": "soon"}, "delaySeconds", 'got "soon"'),
    (QUEUE, {"name": "a b"}, "name", 'got "a b", allowed 1 to 80 letters'),
    (QUEUE, {"name": "q" * 81}, "name", "a text of 81 characters"),
    (QUEUE, {"name": "orders.fifo"}, "name", "without fifoQueue"),
    (QUEUE, {"fifoQueue": True}, "name", "a FIFO name ends with .fifo"),
    (QUEUE, {"contentBasedDeduplication": True}, "contentBasedDeduplication", "on a standard queue"),
    (QUEUE, {"redrivePolicy": "{"}, "redrivePolicy", "is no JSON"),
    (QUEUE, {"redrivePolicy": '{"maxReceiveCount": 5}'}, "redrivePolicy", "got no deadLetterTargetArn"),
    (
        QUEUE,
        {"redrivePolicy": json.dumps({"deadLetterTargetArn": QUEUE_ARN, "maxReceiveCount": 1001})},
        "redrivePolicy.maxReceiveCount",
        "got 1001, allowed a whole number from 1 to 1000",
    ),
    (
        QUEUE,
        {"redrivePolicy": json.dumps({"deadLetterTargetArn": f"{QUEUE_ARN}.fifo", "maxReceiveCount": 5})},
        "redrivePolicy",
        "a dead-letter queue of the same kind",
    ),
    (
        QUEUE,
        {
            "redrivePolicy": json.dumps(
                {"deadLetterTargetArn": f"arn:aws:sqs:us-east-1:{ACCOUNT}:d", "maxReceiveCount": 5}
            )
        },
        "redrivePolicy",
        "got a dead-letter queue in us-east-1",
    ),
    (
        QUEUE,
        {"kmsMasterKeyId": "k", "sqsManagedSseEnabled": True},
        "sqsManagedSseEnabled",
        "one kind of encryption",
    ),
    (QUEUE, {"tags": {f"t{n}": "" for n in range(51)}}, "tags", "got 51 tags, allowed at most 50"),
    (QUEUE, {"tags": {"aws:x": "1"}}, "tags.aws:x", "which AWS keeps"),
    (QUEUE, {"tags": {"k": "v" * 257}}, "tags.k", "a value of 257 characters, allowed at most 256"),
    (QUEUE, {"tags": {"k" * 129: "v"}}, "tags", "a key of 129 characters, allowed 1 to 128"),
    (
        "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy",
        {"redriveAllowPolicy": '{"redrivePermission": "byQueue"}'},
        "redriveAllowPolicy.sourceQueueArns",
        "1 to 10 queues",
    ),
    (FUNCTION, {"timeout": 901}, "timeout", "got 901, allowed a whole number from 1 to 900 seconds"),
    (FUNCTION, {"memorySize": 127}, "memorySize", "got 127, allowed a whole number from 128 to 10240 MB"),
    (FUNCTION, {"name": "f" * 65}, "name", "1 to 64 letters"),
    (FUNCTION, {"runtime": "python2.0"}, "runtime", 'got "python2.0", allowed one of'),
    (FUNCTION, {"description": "d" * 257}, "description", "got 257 characters, allowed 0 to 256 characters"),
    (
        FUNCTION,
        {"ephemeralStorage": {"size": 511}},
        "ephemeralStorage.size",
        "got 511, allowed a whole number from 512 to 10240 MB",
    ),
    (FUNCTION, {"loggingConfig": {"logFormat": "XML"}}, "loggingConfig.logFormat", "one of JSON, Text"),
    (FUNCTION, {"tracingConfig": {"mode": "On"}}, "tracingConfig.mode", 'got "On"'),
    (FUNCTION, {"architectures": ["arm"]}, "architectures[0]", "one of x86_64, arm64"),
    (FUNCTION, {"role": "shop-dev-role"}, "role", "a text that matches arn:"),
    (FUNCTION, {"reservedConcurrentExecutions": -2}, "reservedConcurrentExecutions", "at least -1"),
    (
        FUNCTION,
        {"environment": {"variables": {"A1": "x" * 4097}}},
        "environment.variables",
        "at most 4096 bytes",
    ),
    (
        FUNCTION,
        {"environment": {"variables": {"1A": "x"}}},
        "environment.variables.1A",
        "a text that matches",
    ),
    (
        FUNCTION,
        {"layers": [f"arn:aws:lambda:{REGION}:{ACCOUNT}:layer:l{n}:1" for n in range(6)]},
        "layers",
        "got 6 layers, allowed at most 5 layers",
    ),
    (
        FUNCTION,
        {"layers": [f"arn:aws:lambda:{REGION}:{ACCOUNT}:layer:l:{n}" for n in (1, 2)]},
        "layers",
        "more than once",
    ),
    (
        FUNCTION,
        {"layers": [f"arn:aws:lambda:us-east-1:{ACCOUNT}:layer:l:1"]},
        "layers[0]",
        "got a layer in us-east-1",
    ),
    (FUNCTION, {"handler": None}, "handler", "got nothing with packageType Zip"),
    (FUNCTION, {"s3Bucket": None, "s3Key": None}, "code", "got none of them"),
    (FUNCTION, {"imageUri": "x"}, "code", "got s3Bucket and imageUri"),
    (FUNCTION, {"packageType": "Image"}, "runtime", "with packageType Image"),
    (MAPPING, {"batchSize": 11}, "batchSize", "1 to 10 unless maximumBatchingWindowInSeconds is 1 or more"),
    (MAPPING, {"batchSize": 10001, "maximumBatchingWindowInSeconds": 1}, "batchSize", "allowed 1 to 10000"),
    (MAPPING, {"maximumBatchingWindowInSeconds": 301}, "maximumBatchingWindowInSeconds", "allowed 0 to 300"),
    (
        MAPPING,
        {"eventSourceArn": f"{QUEUE_ARN}.fifo", "maximumBatchingWindowInSeconds": 1},
        "maximumBatchingWindowInSeconds",
        "for a FIFO queue",
    ),
    (
        MAPPING,
        {"eventSourceArn": f"{QUEUE_ARN}.fifo", "batchSize": 11, "maximumBatchingWindowInSeconds": 0},
        "batchSize",
        "for a FIFO queue",
    ),
    (
        MAPPING,
        {"scalingConfig": {"maximumConcurrency": 1}},
        "scalingConfig.maximumConcurrency",
        "got 1, allowed 2 to 1000",
    ),
    (
        MAPPING,
        {"provisionedPollerConfig": {"minimumPollers": 2}},
        "provisionedPollerConfig",
        "beside scalingConfig",
    ),
    (MAPPING, {"functionResponseTypes": ["All"]}, "functionResponseTypes[0]", "ReportBatchItemFailures"),
    (MAPPING, {"startingPosition": "LATEST"}, "startingPosition", "only streams have it"),
    (MAPPING, {"eventSourceArn": None}, "eventSourceArn", "a mapping has one source"),
    (
        "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
        {"maximumRetryAttempts": 3},
        "maximumRetryAttempts",
        "allowed 0 to 2",
    ),
    (
        "aws:lambda/functionRecursionConfig:FunctionRecursionConfig",
        {"recursiveLoop": "Stop"},
        "recursiveLoop",
        "Terminate",
    ),
    ("aws:lambda/alias:Alias", {"name": "7"}, "name", "a text that matches"),
    ("aws:lambda/alias:Alias", {"functionVersion": "v1"}, "functionVersion", "a text that matches"),
    (
        "aws:lambda/codeSigningConfig:CodeSigningConfig",
        {"policies": {"untrustedArtifactOnDeployment": "Block"}},
        "policies.untrustedArtifactOnDeployment",
        "one of Warn, Enforce",
    ),
    (
        "aws:lambda/layerVersion:LayerVersion",
        {"licenseInfo": "l" * 513},
        "licenseInfo",
        "allowed 0 to 512 characters",
    ),
    ("aws:lambda/permission:Permission", {"action": "invoke"}, "action", "a text that matches"),
    (
        "aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig",
        {"qualifier": "$LATEST"},
        "qualifier",
        "an alias or a published version",
    ),
    (ROLE, {"name": "r" * 65}, "name", "allowed 1 to 64 characters"),
    (ROLE, {"name": "a b"}, "name", "a text that matches"),
    (ROLE, {"assumeRolePolicy": "no"}, "assumeRolePolicy", "is no JSON"),
    (ROLE, {"assumeRolePolicy": json.dumps({"x": "y" * 2048})}, "assumeRolePolicy", "allowed at most 2048"),
    (ROLE, {"maxSessionDuration": 60}, "maxSessionDuration", "allowed 3600 to 43200"),
    (
        "aws:iam/rolePolicy:RolePolicy",
        {"policy": json.dumps({"x": "y" * 10240})},
        "policy",
        "allowed at most 10240",
    ),
    ("aws:iam/policy:Policy", {"policy": json.dumps({"x": "y" * 6144})}, "policy", "allowed at most 6144"),
    (TABLE, {"name": "ab"}, "name", "3 to 255 letters"),
    (TABLE, {"billingMode": "FREE"}, "billingMode", "one of PROVISIONED, PAY_PER_REQUEST"),
    (TABLE, {"hashKey": "other"}, "hashKey", "which attributes does not declare"),
    (
        TABLE,
        {"attributes": [{"name": "order_id", "type": "S"}, {"name": "status", "type": "S"}]},
        "attributes",
        'got "status", which is no key',
    ),
    (TABLE, {"attributes": [{"name": "order_id", "type": "X"}]}, "attributes[0].type", "one of S, N, B"),
    (TABLE, {"streamEnabled": True}, "streamViewType", "got nothing with streamEnabled true"),
    (TABLE, {"readCapacity": 5}, "readCapacity", "with billingMode PAY_PER_REQUEST"),
    (MACHINE, {"name": "a b"}, "name", "1 to 80 characters without blanks"),
    (MACHINE, {"type": "FAST"}, "type", "one of STANDARD, EXPRESS"),
    (MACHINE, {"definition": "StartAt"}, "definition", "is no JSON"),
    (
        MACHINE,
        {"definition": machine(StartAt="B")},
        "definition",
        'StartAt: got "B", allowed one of the states: A',
    ),
    (
        MACHINE,
        {"definition": machine(States={"A": {"Type": "Pass", "Next": "Z"}})},
        "definition.States.A",
        'got "Z", which is no state',
    ),
    (
        MACHINE,
        {"definition": machine(States={"A": {"Type": "Pass"}})},
        "definition.States.A",
        "neither of Next and End",
    ),
    (
        MACHINE,
        {"definition": machine(States={"A": {"Type": "Job"}})},
        "definition.States.A",
        "allowed one of Task",
    ),
    (
        MACHINE,
        {"loggingConfiguration": {"level": "ALL"}},
        "loggingConfiguration.logDestination",
        "got nothing with level ALL",
    ),
    (
        "aws:sfn/alias:Alias",
        {"routingConfigurations": [{"stateMachineVersionArn": "v", "weight": 50}]},
        "routingConfigurations",
        "add up to 50, allowed 100",
    ),
    (
        "aws:cloudwatch/logGroup:LogGroup",
        {"retentionInDays": 31},
        "retentionInDays",
        "got 31, allowed one of 0, 1, 3",
    ),
    ("aws:cloudwatch/logGroup:LogGroup", {"name": "a b"}, "name", "a text that matches"),
    (ALARM, {"comparisonOperator": "Above"}, "comparisonOperator", "one of"),
    (ALARM, {"period": 45}, "period", "10, 20, 30 or a multiple of 60"),
    (ALARM, {"treatMissingData": "ok"}, "treatMissingData", "one of breaching, notBreaching"),
    (ALARM, {"extendedStatistic": "p99"}, "extendedStatistic", "beside statistic"),
    (
        ALARM,
        {"statistic": None, "extendedStatistic": "p1000"},
        "extendedStatistic",
        "a percentile such as p99",
    ),
    (ALARM, {"datapointsToAlarm": 2}, "datapointsToAlarm", "at most evaluationPeriods, 1"),
    (
        ALARM,
        {"alarmActions": [f"{QUEUE_ARN}{n}" for n in range(6)]},
        "alarmActions",
        "got 6 entries, allowed at most 5",
    ),
    (ALARM, {"metricName": None}, "metricName", "got neither"),
    ("aws:cloudwatch/dashboard:Dashboard", {"dashboardBody": "x"}, "dashboardBody", "is no JSON"),
    ("aws:cloudwatch/dashboard:Dashboard", {"dashboardName": "a b"}, "dashboardName", "1 to 255 letters"),
    ("aws:s3/bucket:Bucket", {"bucket": "Shop"}, "bucket", "3 to 63 lower-case letters"),
    ("aws:s3/bucket:Bucket", {"bucket": "10.0.0.1"}, "bucket", "3 to 63 lower-case letters"),
    (
        "aws:s3/bucketVersioning:BucketVersioning",
        {"versioningConfiguration": {"status": "On"}},
        "versioningConfiguration.status",
        "one of Enabled, Suspended, Disabled",
    ),
    (
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        {"rules": [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "DES"}}]},
        "rules[0].applyServerSideEncryptionByDefault.sseAlgorithm",
        'got "DES"',
    ),
    ("aws:kms/key:Key", {"deletionWindowInDays": 6}, "deletionWindowInDays", "got 6, allowed 7 to 30 days"),
    ("aws:kms/key:Key", {"keyUsage": "SIGN"}, "keyUsage", "one of SIGN_VERIFY"),
    (
        "aws:kms/key:Key",
        {"keyUsage": "SIGN_VERIFY", "customerMasterKeySpec": "RSA_2048"},
        "enableKeyRotation",
        "false for a key that is not symmetric",
    ),
    ("aws:kms/alias:Alias", {"name": "shop"}, "name", "alias/ and letters"),
    ("aws:sns/topic:Topic", {"name": "a.b"}, "name", "1 to 256 letters"),
    ("aws:sns/topicSubscription:TopicSubscription", {"protocol": "pigeon"}, "protocol", "one of application"),
    (
        "aws:sns/topicSubscription:TopicSubscription",
        {"endpoint": f"{QUEUE_ARN}.fifo"},
        "endpoint",
        "allowed a standard queue",
    ),
    ("aws:signer/signingProfile:SigningProfile", {"name": "shop-dev"}, "name", "a text that matches"),
    (
        "aws:signer/signingProfile:SigningProfile",
        {"platformId": "Lambda"},
        "platformId",
        "AWSLambda-SHA384-ECDSA",
    ),
    (
        "aws:signer/signingJob:SigningJob",
        {"profileName": "x"},
        "profileName",
        "got 1 characters, allowed 2 to 64",
    ),
    ("aws:lambda/alias:Alias", {"functionName": None}, "functionName", "requires a value"),
]


@pytest.mark.parametrize("token", GOOD)
def test_a_good_resource_is_taken(aws: Client, token: str) -> None:
    assert aws.check(token, "x", GOOD[token]).failures == {}


@pytest.mark.parametrize(
    ("token", "change", "field", "words"),
    BAD,
    ids=[f"{t.rpartition(':')[2]}-{f}-{n}" for n, (t, _, f, _) in enumerate(BAD)],
)
def test_one_bad_field_is_refused_by_name(
    aws: Client, token: str, change: Props, field: str, words: str
) -> None:
    inputs = {key: value for key, value in {**GOOD[token], **change}.items() if value is not None}

    failures = aws.check(token, "x", inputs).failures

    assert field in failures
    assert failures[field].startswith(field)
    assert words in failures[field]


@pytest.mark.parametrize("token", GOOD)
def test_unknown_values_are_never_refused(aws: Client, token: str) -> None:
    for field in GOOD[token]:
        failures = aws.check(token, "x", {**GOOD[token], field: UNKNOWN}).failures

        assert failures == {}, field


@pytest.mark.parametrize(
    ("token", "change", "field", "words"),
    BAD,
    ids=[f"{t.rpartition(':')[2]}-{f}-{n}" for n, (t, _, f, _) in enumerate(BAD)],
)
def test_secrets_never_stand_in_a_refusal(
    aws: Client, token: str, change: Props, field: str, words: str
) -> None:
    del field, words
    hidden = {key: secret(value) for key, value in change.items() if value is not None}
    inputs = {key: value for key, value in {**GOOD[token], **change, **hidden}.items() if value is not None}

    failures = aws.check(token, "x", inputs).failures

    for path, reason in failures.items():
        if path.partition(".")[0].partition("[")[0] in hidden:
            assert 'got "' not in reason
            assert not any(f"got {value:g}" in reason for value in change.values() if isinstance(value, int))


def test_a_fifo_queue_with_its_suffix_is_taken(aws: Client) -> None:
    assert (
        aws.check(
            QUEUE, "x", {"name": "orders.fifo", "fifoQueue": True, "contentBasedDeduplication": True}
        ).failures
        == {}
    )


def test_more_time_is_allowed_on_a_capacity_provider(aws: Client) -> None:
    inputs: Props = {
        **GOOD[FUNCTION],
        "timeout": 5400,
        "capacityProviderConfig": {
            "lambdaManagedInstancesCapacityProviderConfig": {"capacityProviderArn": "a"}
        },
    }

    assert "timeout" not in aws.check(FUNCTION, "x", inputs).failures
