"""Which changes replace a resource and which are made in place, as the official provider has it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from pavedroad.provider import sdk
from pavedroad.provider.live.table import MODULES, live_type
from pavedroad.provider.replace import replaces

if TYPE_CHECKING:
    from tests.support.provider import Client, Plain, Props

IMPORTED: Final[Plain] = {"inputFormat": "CSV", "s3BucketSource": {"bucket": "orders"}}
SEALED: Final[Plain] = {"type": "CUSTOMER_MANAGED_KMS_KEY", "kmsKeyId": "k"}
SCHEDULE: Final[Props] = {
    "name": "nightly",
    "scheduleExpression": "rate(1 days)",
    "flexibleTimeWindow": {"mode": "OFF"},
    "target": {"arn": "arn:aws:sqs:eu-west-1:000000000000:q", "roleArn": "arn:aws:iam::000000000000:role/r"},
}
REPLACED: Final[list[tuple[str, str, Plain, Plain]]] = [
    ("aws:apigatewayv2/apiMapping:ApiMapping", "domainName", "a.example", "b.example"),
    ("aws:apigatewayv2/integration:Integration", "integrationSubtype", "SQS-SendMessage", "SQS-PurgeQueue"),
    ("aws:cloudwatch/eventArchive:EventArchive", "eventSourceArn", "a", "b"),
    ("aws:cloudwatch/eventBus:EventBus", "eventSourceName", "aws.partner/a", "aws.partner/b"),
    ("aws:cloudwatch/eventBusPolicy:EventBusPolicy", "eventBusName", "a", "b"),
    ("aws:cloudwatch/eventPermission:EventPermission", "eventBusName", "a", "b"),
    ("aws:cloudwatch/eventPermission:EventPermission", "statementId", "a", "b"),
    ("aws:cloudwatch/logStream:LogStream", "logGroupName", "a", "b"),
    ("aws:dynamodb/table:Table", "importTable", None, IMPORTED),
    ("aws:dynamodb/table:Table", "restoreDateTime", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"),
    ("aws:dynamodb/table:Table", "restoreSourceName", "a", "b"),
    ("aws:dynamodb/table:Table", "restoreSourceTableArn", "a", "b"),
    ("aws:dynamodb/table:Table", "restoreToLatestTime", None, True),
    ("aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream", "destination", "extended_s3", "splunk"),
    ("aws:s3/bucket:Bucket", "objectLockEnabled", False, True),
    ("aws:s3/bucketCorsConfiguration:BucketCorsConfiguration", "bucket", "a", "b"),
    ("aws:s3/bucketV2:BucketV2", "objectLockEnabled", False, True),
    ("aws:scheduler/schedule:Schedule", "groupName", "a", "b"),
    ("aws:secretsmanager/secretPolicy:SecretPolicy", "secretArn", "a", "b"),
    ("aws:sfn/activity:Activity", "encryptionConfiguration", None, SEALED),
    # What has no other way to another name.
    ("aws:cloudwatch/logStream:LogStream", "name", "a", "b"),
    ("aws:cognito/userGroup:UserGroup", "name", "a", "b"),
    ("aws:sqs/queue:Queue", "name", "a", "b"),
]
IN_PLACE: Final[list[tuple[str, str, Plain, Plain]]] = [
    ("aws:apigateway/apiKey:ApiKey", "name", "a", "b"),
    ("aws:apigateway/authorizer:Authorizer", "name", "a", "b"),
    ("aws:apigateway/requestValidator:RequestValidator", "name", "a", "b"),
    ("aws:apigateway/restApi:RestApi", "name", "a", "b"),
    ("aws:apigateway/usagePlan:UsagePlan", "name", "a", "b"),
    ("aws:apigatewayv2/api:Api", "name", "a", "b"),
    ("aws:apigatewayv2/authorizer:Authorizer", "name", "a", "b"),
    ("aws:cloudwatch/eventPermission:EventPermission", "principal", "1", "2"),
    ("aws:cognito/resourceServer:ResourceServer", "name", "a", "b"),
    ("aws:cognito/userPool:UserPool", "smsConfiguration", {"externalId": "a"}, {"externalId": "b"}),
    ("aws:cognito/userPoolClient:UserPoolClient", "name", "a", "b"),
    ("aws:lambda/layerVersion:LayerVersion", "skipDestroy", False, True),
]


def _kinds(aws: Client, token: str, field: str, old: Plain, new: Plain) -> tuple[bool, bool]:
    before = {} if old is None else {field: old}
    answer = aws.diff(token, before, {field: new})
    return bool(answer.diffs), bool(answer.replaces)


@pytest.mark.parametrize(("token", "field", "old", "new"), REPLACED)
def test_what_aws_cannot_change_is_replaced(
    aws: Client, token: str, field: str, old: Plain, new: Plain
) -> None:
    assert _kinds(aws, token, field, old, new) == (True, True)


@pytest.mark.parametrize(("token", "field", "old", "new"), IN_PLACE)
def test_what_aws_can_change_stays(aws: Client, token: str, field: str, old: Plain, new: Plain) -> None:
    assert _kinds(aws, token, field, old, new) == (True, False)


@pytest.mark.parametrize(
    ("token", "inputs", "field", "value"),
    [
        ("aws:s3/bucket:Bucket", {}, "objectLockEnabled", False),
        ("aws:scheduler/schedule:Schedule", SCHEDULE, "groupName", "default"),
        ("aws:cloudwatch/eventBusPolicy:EventBusPolicy", {"policy": "{}"}, "eventBusName", "default"),
    ],
)
def test_to_say_what_is_so_anyway_or_to_stop_saying_it_replaces_nothing(
    aws: Client, token: str, inputs: Props, field: str, value: Plain
) -> None:
    silent = aws.make(token, "silent", inputs)
    assert aws.difference(silent, {**inputs, field: value}) == {}
    aws.delete(silent)
    spoken = aws.make(token, "spoken", {**inputs, field: value})
    assert aws.difference(spoken, inputs) == {}


@pytest.mark.parametrize("token", sorted(MODULES))
def test_a_type_that_cannot_be_changed_is_replaced_by_every_change(token: str) -> None:
    """A live type without an update would refuse in the middle of `up` what the preview calls an update."""
    shape = sdk.shape(token)
    kept = [] if live_type(token).update else [name for name in shape.inputs if not replaces(shape, name)]

    assert kept == []
