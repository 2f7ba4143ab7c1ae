"""Lambda functions and all that belongs to them, and code signing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from pavedroad.provider.function_names import function_name
from pavedroad.provider.predict.row import Computed, Counted, Row
from pavedroad.provider.predict.subject import Subject, fill
from pavedroad.provider.values import UNKNOWN, Unknown, Value, at, flag, text

if TYPE_CHECKING:
    from collections.abc import Callable

_ARN: Final = "arn:{@partition}:lambda:{@region}:{@account}:function:{name}"
_INVOKE: Final = "arn:{@partition}:apigateway:{@region}:lambda:path/2015-03-31/functions/"
_STREAM: Final = "arn:{@partition}:apigateway:{@region}:lambda:path/2021-11-15/functions/"

# What names the code.
_CODE: Final = ("code", "codeSha256", "codeSigningConfigArn", "s3Bucket", "s3Key", "s3ObjectVersion")
# A published version is counted; each of these makes a new one.
_PUBLISHES: Final = (
    "architectures",
    "code",
    "codeSha256",
    "deadLetterConfig",
    "description",
    "environment",
    "ephemeralStorage",
    "fileSystemConfig",
    "handler",
    "imageConfig",
    "imageUri",
    "kmsKeyArn",
    "layers",
    "loggingConfig",
    "memorySize",
    "role",
    "runtime",
    "s3Bucket",
    "s3Key",
    "s3ObjectVersion",
    "snapStart",
    "sourceCodeHash",
    "timeout",
    "tracingConfig",
    "vpcConfig",
)


def _if_published(template: str) -> Computed:
    """The number of the version that is published, or the one name of what is not."""

    def computed(subject: Subject) -> Value | Counted:
        publish = subject.read("publish")
        if isinstance(publish, Unknown) or flag(publish):
            return Counted(template, (*_PUBLISHES, "publish"))
        return fill(template.replace("{@count}", "$LATEST"), subject)

    return computed


def _alias_arn(subject: Subject) -> Value:
    function, name = text(subject.read("functionName")), text(subject.read("name"))
    if function is None or name is None:
        return UNKNOWN
    return replace(function_name(function), qualifier=name).arn(subject.account)


def _mapped_function(subject: Subject) -> Value:
    given = text(subject.read("functionName"))
    return UNKNOWN if given is None else function_name(given).arn(subject.account)


def _url_function(subject: Subject) -> Value:
    given, qualifier = text(subject.read("functionName")), subject.read("qualifier")
    if given is None or isinstance(qualifier, Unknown):
        return UNKNOWN
    function = function_name(given)
    return replace(function, qualifier=text(qualifier) or function.qualifier).arn(subject.account)


def _qualified(separator: str) -> Callable[[Subject], Value]:
    """The id of settings that hang on a function, or on one version of it."""

    def identity(subject: Subject) -> Value:
        qualifier = subject.read("qualifier")
        name = text(subject.read("functionName"))
        if name is None or isinstance(qualifier, Unknown):
            return UNKNOWN
        return f"{name}{separator}{text(qualifier)}" if qualifier else name

    return identity


def _if_signed(resource: str) -> Computed:
    """Which job signed the code: known only when Lambda has read the archive."""

    def computed(subject: Subject) -> Value | Counted:
        if subject.read("codeSigningConfigArn") is None:
            return ""
        return Counted(f"arn:{{@partition}}:signer:{{@region}}:{{@account}}:/{resource}", _CODE)

    return computed


def _mapping_batch(subject: Subject) -> Value:
    source = subject.read("eventSourceArn")
    if isinstance(source, Unknown):
        return UNKNOWN
    return 10 if (text(source) or "").split(":")[2:3] == ["sqs"] else 100


def _stream_default(subject: Subject) -> Value:
    # Queues and brokers have no such setting; streams retry for ever.
    source = subject.read("eventSourceArn")
    if isinstance(source, Unknown):
        return UNKNOWN
    service = (text(source) or "").split(":")[2:3]
    return -1 if service in (["kinesis"], ["dynamodb"]) else 0


def _parallelisation(subject: Subject) -> Value:
    source = subject.read("eventSourceArn")
    if isinstance(source, Unknown):
        return UNKNOWN
    service = (text(source) or "").split(":")[2:3]
    return 1 if service in (["kinesis"], ["dynamodb"]) else 0


def _signed_objects(subject: Subject) -> Value:
    """Where Signer puts the signed archive: the destination's prefix, the job's id, `.zip`."""
    destination = at(subject.inputs.get("destination"), "s3")
    bucket, prefix = at(destination, "bucket"), at(destination, "prefix")
    if isinstance(prefix, Unknown) or isinstance(bucket, Unknown):
        return UNKNOWN
    return [{"s3s": [{"bucket": bucket, "key": f"{text(prefix) or ''}{subject.uuid()}.zip"}]}]


def _grantee_sid(subject: Subject) -> Value:
    return f"{subject.name}-{subject.generated('hex', 7)}"


ROWS: Final[dict[str, Row]] = {
    "aws:lambda/function:Function": Row(
        id="{name}",
        outputs={
            "arn": _ARN,
            "invokeArn": f"{_INVOKE}{_ARN}/invocations",
            "responseStreamingInvokeArn": f"{_STREAM}{_ARN}/response-streaming-invocations",
            "version": _if_published("{@count}"),
            "qualifiedArn": _if_published(f"{_ARN}:{{@count}}"),
            "qualifiedInvokeArn": _if_published(f"{_INVOKE}{_ARN}:{{@count}}/invocations"),
            "lastModified": Counted("1970-01-01T00:00:00.000+0000", _PUBLISHES),
            # Told by Lambda when it has read the code; with no cloud there is nobody to read it.
            "codeSha256": Counted("{codeSha256}", _CODE),
            "sourceCodeSize": Counted("{sourceCodeSize}", _CODE),
            "signingJobArn": _if_signed("signing-jobs/{@uuid}"),
            "signingProfileVersionArn": _if_signed("signing-profiles/{@alnum10}/{@ALNUM10}"),
        },
        defaults={
            "architectures": ["x86_64"],
            "ephemeralStorage": {"size": 512},
            "loggingConfig": {"logFormat": "Text", "logGroup": "/aws/lambda/{name}"},
            "memorySize": 128,
            "packageType": "Zip",
            "publish": False,
            "reservedConcurrentExecutions": -1,
            "skipDestroy": False,
            "timeout": 3,
            "tracingConfig": {"mode": "PassThrough"},
        },
    ),
    "aws:lambda/alias:Alias": Row(
        id="{arn}", outputs={"arn": _alias_arn, "invokeArn": f"{_INVOKE}{{arn}}/invocations"}
    ),
    "aws:lambda/eventSourceMapping:EventSourceMapping": Row(
        id="{uuid}",
        outputs={
            "uuid": "{@uuid}",
            "arn": "arn:{@partition}:lambda:{@region}:{@account}:event-source-mapping:{uuid}",
            "functionArn": _mapped_function,
            "lastModified": Counted("1970-01-01T00:00:00Z"),
            "lastProcessingResult": "",
            "state": "Enabled",
            "stateTransitionReason": "USER_INITIATED",
            "batchSize": _mapping_batch,
            "maximumRecordAgeInSeconds": _stream_default,
            "maximumRetryAttempts": _stream_default,
            "parallelizationFactor": _parallelisation,
        },
        defaults={"enabled": True},
    ),
    "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": Row(
        id=_qualified(":"), defaults={"maximumRetryAttempts": 2}
    ),
    "aws:lambda/functionRecursionConfig:FunctionRecursionConfig": Row(id="{functionName}"),
    "aws:lambda/codeSigningConfig:CodeSigningConfig": Row(
        id="{arn}",
        outputs={
            "configId": "csc-{@hex17}",
            "arn": "arn:{@partition}:lambda:{@region}:{@account}:code-signing-config:{configId}",
            "lastModified": Counted("1970-01-01T00:00:00Z"),
        },
        defaults={"policies": {"untrustedArtifactOnDeployment": "Warn"}},
    ),
    "aws:lambda/layerVersion:LayerVersion": Row(
        id="{arn}",
        outputs={
            "layerArn": "arn:{@partition}:lambda:{@region}:{@account}:layer:{layerName}",
            "version": Counted(once=True),
            "arn": Counted("{layerArn}:{@count}", once=True),
            "createdDate": Counted("1970-01-01T00:00:00.000+0000", once=True),
        },
        defaults={"skipDestroy": False},
    ),
    "aws:lambda/layerVersionPermission:LayerVersionPermission": Row(
        id="{layerName},{versionNumber}", outputs={"revisionId": "{@uuid}"}, defaults={"skipDestroy": False}
    ),
    "aws:lambda/permission:Permission": Row(id="{statementId}"),
    "aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig": Row(
        id="{functionName},{qualifier}", defaults={"skipDestroy": False}
    ),
    "aws:lambda/functionUrl:FunctionUrl": Row(
        id=_qualified("/"),
        outputs={
            "functionArn": _url_function,
            "urlId": "{@alnum32}",
            "functionUrl": "https://{urlId}.lambda-url.{@region}.on.aws/",
        },
        defaults={"invokeMode": "BUFFERED"},
    ),
    "aws:signer/signingProfile:SigningProfile": Row(
        id="{name}",
        outputs={
            "arn": "arn:{@partition}:signer:{@region}:{@account}:/signing-profiles/{name}",
            "version": "{@alnum10}",
            "versionArn": "{arn}/{version}",
            "status": "Active",
            "platformDisplayName": "AWS Lambda",
            "revocationRecords": [],
            "signatureValidityPeriod": {"type": "MONTHS", "value": 135},
        },
    ),
    "aws:signer/signingProfilePermission:SigningProfilePermission": Row(
        id="{profileName}/{statementId}", outputs={"statementId": _grantee_sid}
    ),
    "aws:signer/signingJob:SigningJob": Row(
        id="{jobId}",
        outputs={
            "jobId": "{@uuid}",
            "jobOwner": "{@account}",
            "jobInvoker": "{@account}",
            "platformId": "AWSLambda-SHA384-ECDSA",
            "platformDisplayName": "AWS Lambda",
            "requestedBy": "arn:{@partition}:iam::{@account}:root",
            "signedObjects": _signed_objects,
            "status": "Succeeded",
            "statusReason": "Signing Succeeded",
            "revocationRecords": [],
        },
        defaults={"ignoreSigningJobFailure": False},
    ),
}
