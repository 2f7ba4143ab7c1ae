"""Limits that botocore's models leave open, or state too widely, with AWS's page for each."""

from __future__ import annotations

from typing import Final

from pavedroad.provider.limits.limit import Choice, Document, Form, Limit, Measure, Range

_SQS: Final = "SQS SetQueueAttributes"
_SQS_NAME: Final = "SQS CreateQueue"
_LAMBDA: Final = "Lambda quotas"
_MAPPING: Final = "Lambda CreateEventSourceMapping"
_LOGS: Final = "CloudWatch Logs PutRetentionPolicy"
_IAM: Final = "IAM quotas"
_ALARM: Final = "CloudWatch PutMetricAlarm"
_BUCKET: Final = "S3 bucket naming rules"
_DYNAMODB: Final = "DynamoDB naming rules"
_SFN: Final = "Step Functions quotas"
_SNS: Final = "SNS CreateTopic"
_KMS: Final = "KMS key settings"

RETENTION_DAYS: Final = (
    0.0, 1.0, 3.0, 5.0, 7.0, 14.0, 30.0, 60.0, 90.0, 120.0, 150.0, 180.0, 365.0, 400.0, 545.0, 731.0, 1096.0,
    1827.0, 2192.0, 2557.0, 2922.0, 3288.0, 3653.0,
)  # fmt: skip
"""Days that CloudWatch Logs accepts; 0 keeps events for ever."""


def _policy(path: str, high: int, *, spaces_count: bool = False, source: str = _IAM) -> Document:
    # IAM does not count white space in a document's size.
    return Document(path=path, high=high, spaces_count=spaces_count, source=source)


LIMITS: Final[dict[str, tuple[Limit, ...]]] = {
    "aws:sqs/queue:Queue": (
        Form(
            path="name",
            pattern=r"[A-Za-z0-9_-]{1,80}|[A-Za-z0-9_-]{1,75}\.fifo",
            words="1 to 80 letters, digits, hyphens and underscores; .fifo at the end for a FIFO queue only",
            source=_SQS_NAME,
        ),
        Range(path="delaySeconds", low=0, high=900, unit="seconds", source=_SQS),
        Range(path="maxMessageSize", low=1024, high=1048576, unit="bytes", source=_SQS),
        Range(path="messageRetentionSeconds", low=60, high=1209600, unit="seconds", source=_SQS),
        Range(path="receiveWaitTimeSeconds", low=0, high=20, unit="seconds", source=_SQS),
        Range(path="visibilityTimeoutSeconds", low=0, high=43200, unit="seconds", source=_SQS),
        Range(path="kmsDataKeyReusePeriodSeconds", low=60, high=86400, unit="seconds", source=_SQS),
        Choice(path="deduplicationScope", values=("messageGroup", "queue"), source=_SQS),
        Choice(path="fifoThroughputLimit", values=("perQueue", "perMessageGroupId"), source=_SQS),
        _policy("policy", 10240, spaces_count=True, source="SQS policy quotas"),
        _policy("redrivePolicy", 10240, spaces_count=True, source=_SQS),
        _policy("redriveAllowPolicy", 10240, spaces_count=True, source=_SQS),
    ),
    "aws:sqs/queuePolicy:QueuePolicy": (
        _policy("policy", 10240, spaces_count=True, source="SQS policy quotas"),
    ),
    "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy": (
        _policy("redriveAllowPolicy", 10240, spaces_count=True, source=_SQS),
    ),
    "aws:sqs/redrivePolicy:RedrivePolicy": (_policy("redrivePolicy", 10240, spaces_count=True, source=_SQS),),
    "aws:sns/topic:Topic": (
        Form(
            path="name",
            pattern=r"[A-Za-z0-9_-]{1,256}|[A-Za-z0-9_-]{1,251}\.fifo",
            words="1 to 256 letters, digits, hyphens and underscores; .fifo at the end for a FIFO topic only",
            source=_SNS,
        ),
        Choice(path="tracingConfig", values=("PassThrough", "Active"), source="SNS SetTopicAttributes"),
        Choice(path="signatureVersion", values=(1.0, 2.0), source="SNS SetTopicAttributes"),
        Choice(path="fifoThroughputScope", values=("Topic", "MessageGroup"), source="SNS SetTopicAttributes"),
        Range(path="sqsSuccessFeedbackSampleRate", low=0, high=100, unit="per cent", source=_SNS),
        Range(path="lambdaSuccessFeedbackSampleRate", low=0, high=100, unit="per cent", source=_SNS),
        Range(path="httpSuccessFeedbackSampleRate", low=0, high=100, unit="per cent", source=_SNS),
        _policy("policy", 30720, spaces_count=True, source="SNS topic policy quota"),
    ),
    "aws:sns/topicPolicy:TopicPolicy": (
        _policy("policy", 30720, spaces_count=True, source="SNS topic policy quota"),
    ),
    "aws:sns/topicSubscription:TopicSubscription": (
        Choice(
            path="protocol",
            values=(
                "application",
                "email",
                "email-json",
                "firehose",
                "http",
                "https",
                "lambda",
                "sms",
                "sqs",
            ),
            source="SNS Subscribe",
        ),
        Choice(path="filterPolicyScope", values=("MessageAttributes", "MessageBody"), source="SNS Subscribe"),
        _policy("filterPolicy", 262144, spaces_count=True, source="SNS filter policy constraints"),
        _policy("redrivePolicy", 10240, spaces_count=True, source="SNS Subscribe"),
    ),
    "aws:lambda/function:Function": (
        Form(
            path="name",
            pattern=r"[A-Za-z0-9_-]{1,64}|arn:.*|\d{12}:.*",
            words="1 to 64 letters, digits, hyphens and underscores",
            source="Lambda CreateFunction",
        ),
        Range(path="layers", high=5, measure=Measure.ENTRIES, unit="layers", source=_LAMBDA),
        Range(path="environment.variables", high=4096, measure=Measure.BYTES, source=_LAMBDA),
        Range(
            path="reservedConcurrentExecutions", low=-1, unit="executions (-1: none reserved)", source=_LAMBDA
        ),
    ),
    "aws:lambda/eventSourceMapping:EventSourceMapping": (
        Range(
            path="filterCriteria.filters", high=10, measure=Measure.ENTRIES, unit="filters", source=_MAPPING
        ),
        Range(path="scalingConfig.maximumConcurrency", low=2, high=1000, source=_MAPPING),
        Range(
            path="provisionedPollerConfig.minimumPollers", low=1, high=200, unit="pollers", source=_MAPPING
        ),
        Range(
            path="provisionedPollerConfig.maximumPollers", low=1, high=2000, unit="pollers", source=_MAPPING
        ),
    ),
    "aws:iam/role:Role": (
        _policy("assumeRolePolicy", 2048),
        Range(path="managedPolicyArns", high=20, measure=Measure.ENTRIES, unit="policies", source=_IAM),
    ),
    "aws:iam/policy:Policy": (_policy("policy", 6144),),
    "aws:iam/rolePolicy:RolePolicy": (_policy("policy", 10240),),
    "aws:iam/userPolicy:UserPolicy": (_policy("policy", 2048),),
    "aws:iam/groupPolicy:GroupPolicy": (_policy("policy", 5120),),
    "aws:dynamodb/table:Table": (
        Form(
            path="name",
            pattern=r"[A-Za-z0-9_.-]{3,255}",
            words="3 to 255 letters, digits, underscores, hyphens and dots",
            source=_DYNAMODB,
        ),
        Range(path="hashKey", low=1, high=255, measure=Measure.CHARACTERS, source=_DYNAMODB),
        Range(path="rangeKey", low=1, high=255, measure=Measure.CHARACTERS, source=_DYNAMODB),
        Range(
            path="globalSecondaryIndexes",
            high=20,
            measure=Measure.ENTRIES,
            unit="indexes",
            source="DynamoDB quotas",
        ),
        Range(
            path="localSecondaryIndexes",
            high=5,
            measure=Measure.ENTRIES,
            unit="indexes",
            source="DynamoDB quotas",
        ),
    ),
    "aws:sfn/stateMachine:StateMachine": (
        Form(
            path="name",
            pattern=r"[A-Za-z0-9_+!@.()='-]{1,80}",
            words="1 to 80 characters without blanks, brackets, wildcards or specials",
            source="Step Functions CreateStateMachine",
        ),
        Document(path="definition", high=1048576, source=_SFN),
    ),
    "aws:cloudwatch/logGroup:LogGroup": (
        Choice(path="retentionInDays", values=RETENTION_DAYS, source=_LOGS),
    ),
    "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": (
        _policy("policyDocument", 5120, spaces_count=True, source="CloudWatch Logs PutResourcePolicy"),
    ),
    "aws:cloudwatch/metricAlarm:MetricAlarm": (
        Choice(
            path="treatMissingData", values=("breaching", "notBreaching", "ignore", "missing"), source=_ALARM
        ),
        Choice(path="evaluateLowSampleCountPercentiles", values=("evaluate", "ignore"), source=_ALARM),
        Form(
            path="extendedStatistic",
            pattern=r"(p|tm|tc|ts|wm)\d{1,2}(\.\d{1,10})?|p100|IQM|(PR|TC|TM|TS|WM)\(.*\)",
            words="a percentile such as p99, a trimmed mean such as tm90, IQM, PR(), TC(), TM(), TS(), WM()",
            source=_ALARM,
        ),
        Range(path="dimensions", high=30, measure=Measure.ENTRIES, unit="dimensions", source=_ALARM),
    ),
    "aws:cloudwatch/dashboard:Dashboard": (
        Form(
            path="dashboardName",
            pattern=r"[A-Za-z0-9_-]{1,255}",
            words="1 to 255 letters, digits, hyphens and underscores",
            source="CloudWatch PutDashboard",
        ),
        # No quota is stated for a dashboard's body; a request takes at most one mebibyte.
        Document(path="dashboardBody", high=1048576, source="CloudWatch PutDashboard"),
    ),
    "aws:s3/bucket:Bucket": (
        Form(
            path="bucket",
            pattern=r"(?!xn--|sthree-|amzn-s3-demo-)(?!.*(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$)"
            r"(?!\d+\.\d+\.\d+\.\d+$)(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]",
            words="3 to 63 lower-case letters, digits, dots and hyphens; a letter or digit at both ends",
            source=_BUCKET,
        ),
    ),
    "aws:s3/bucketPolicy:BucketPolicy": (
        _policy("policy", 20480, spaces_count=True, source="S3 bucket policy quota"),
    ),
    "aws:s3/bucketVersioning:BucketVersioning": (
        Choice(
            path="versioningConfiguration.status",
            values=("Enabled", "Suspended", "Disabled"),
            source="S3 PutBucketVersioning",
        ),
    ),
    "aws:kms/key:Key": (
        _policy("policy", 32768, spaces_count=True, source="KMS key policy quota"),
        Range(path="deletionWindowInDays", low=7, high=30, unit="days", source=_KMS),
        Range(path="rotationPeriodInDays", low=90, high=2560, unit="days", source=_KMS),
    ),
    "aws:kms/keyPolicy:KeyPolicy": (
        _policy("policy", 32768, spaces_count=True, source="KMS key policy quota"),
    ),
    "aws:kms/alias:Alias": (
        Form(
            path="name",
            pattern=r"alias/(?!aws/)[A-Za-z0-9/_-]+",
            words="alias/ and letters, digits, slashes, hyphens and underscores, not alias/aws/",
            source="KMS CreateAlias",
        ),
    ),
    "aws:signer/signingProfile:SigningProfile": (
        Choice(
            path="platformId",
            values=(
                "AWSLambda-SHA384-ECDSA",
                "AmazonFreeRTOS-Default",
                "AmazonFreeRTOS-TI-CC3220SF",
                "AWSIoTDeviceManagement-SHA256-ECDSA",
                "Notation-OCI-SHA384-ECDSA",
            ),
            source="Signer ListSigningPlatforms",
        ),
        Choice(path="signatureValidityPeriod.type", values=("DAYS", "MONTHS", "YEARS"), source="Signer"),
    ),
    "aws:signer/signingProfilePermission:SigningProfilePermission": (
        Choice(
            path="action",
            values=(
                "signer:StartSigningJob",
                "signer:SignPayload",
                "signer:GetSigningProfile",
                "signer:RevokeSignature",
            ),
            source="Signer AddProfilePermission",
        ),
    ),
}
"""By type token; every path is an input of the type (a contract test holds the table to the SDK)."""

TAGS_HIGH: Final = 50
TAG_KEY_HIGH: Final = 128
TAG_VALUE_HIGH: Final = 256
"""AWS General Reference, Tagging your AWS resources: tags a resource, characters of a key and of a value."""

ASSUME_ROLE_CEILING: Final = 4096
"""IAM quotas: what the 2,048 characters of a trust policy can be raised to on request."""
