"""What S3 does by rules of a bucket: ends the life of objects, and tells others of changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from pavedroad.provider.live.contract import Refused
from pavedroad.provider.live.plain import flag_in, map_in, maps_in, strings_in, text_in
from pavedroad.provider.live.retrying import absent
from pavedroad.provider.live.services._documents import statements
from pavedroad.provider.live.services._tags import listed
from pavedroad.provider.live.services._wire import Part, Turned, capital, sent, tag_map, told
from pavedroad.provider.live.services.bucket_settings import Setting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mypy_boto3_s3.type_defs import (
        NotificationConfigurationTypeDef,
        PutBucketLifecycleConfigurationRequestTypeDef,
    )

    from pavedroad.provider.live.contract import Call, LiveType
    from pavedroad.provider.live.plain import Plain, Plains
    from pavedroad.provider.live.services._wire import Members, Names

_SIZES: Final = capital("objectSizeGreaterThan", "objectSizeLessThan", "prefix")
_FILTER: Final[Names] = {
    **_SIZES,
    "and": Part(
        "And",
        {
            **_SIZES,
            "tags": Turned(
                "Tags",
                lambda value: listed(strings_in({"tags": value}, "tags")),
                lambda value: tag_map(cast("Sequence[Members]", value)),
            ),
        },
    ),
    "tag": Part("Tag", capital("key", "value")),
}
_RULE: Final[Names] = {
    "abortIncompleteMultipartUpload": Part("AbortIncompleteMultipartUpload", capital("daysAfterInitiation")),
    "expiration": Part("Expiration", capital("date", "days", "expiredObjectDeleteMarker")),
    "filter": Part("Filter", _FILTER),
    "id": "ID",
    "noncurrentVersionExpiration": Part(
        "NoncurrentVersionExpiration", capital("newerNoncurrentVersions", "noncurrentDays")
    ),
    "noncurrentVersionTransitions": Part(
        "NoncurrentVersionTransitions",
        capital("newerNoncurrentVersions", "noncurrentDays", "storageClass"),
        many=True,
    ),
    "status": "Status",
    "transitions": Part("Transitions", capital("date", "days", "storageClass"), many=True),
}

# Kind of receiver: the list of its configurations in the API, its ARN there and here, its word in an id.
_RECEIVERS: Final = {
    "lambdaFunctions": (
        "LambdaFunctionConfigurations",
        "LambdaFunctionArn",
        "lambdaFunctionArn",
        "lambda-function",
    ),
    "queues": ("QueueConfigurations", "QueueArn", "queueArn", "queue"),
    "topics": ("TopicConfigurations", "TopicArn", "topicArn", "topic"),
}


def _put_lifecycle(call: Call, bucket: str) -> None:
    rules: list[object] = []
    for rule in maps_in(call.inputs, "rules"):
        filtered: Plains = {"prefix": text_in(rule, "prefix")} if "filter" not in rule else {}
        rules.append(sent(_RULE, {"filter": filtered, **rule}))
    wanted: PutBucketLifecycleConfigurationRequestTypeDef = {
        "Bucket": bucket,
        "LifecycleConfiguration": {"Rules": rules},  # pyright: ignore[reportAssignmentType] - S3 refuses what it does not know
    }
    least = text_in(call.inputs, "transitionDefaultMinimumObjectSize")
    if least:
        wanted["TransitionDefaultMinimumObjectSize"] = least  # pyright: ignore[reportGeneralTypeIssues] - as above
    call.clients.s3.put_bucket_lifecycle_configuration(**wanted)


def _lifecycle(call: Call, bucket: str) -> Plains:
    found = call.clients.s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    asked = maps_in(call.inputs, "rules")
    rules: list[Plain] = []
    for index, rule in enumerate(found):
        known = told(_RULE, cast("Members", rule))
        like = asked[index] if index < len(asked) else {}
        if "prefix" in like:
            known["prefix"] = text_in(map_in(known, "filter"), "prefix")
        else:
            # A filter that lets everything pass has nothing in it.
            known["filter"] = _lean(map_in(known, "filter"), map_in(like, "filter"))
        rules.append(known)
    return {"rules": rules}


def _lean(found: Plains, like: Plains) -> Plains:
    """A filter without what S3 fills in: an empty prefix and a size of zero."""
    lean = {key: value for key, value in found.items() if value not in ("", 0) or key in like}
    return {
        key: _lean(value, map_in(like, key)) if isinstance(value, dict) and key == "and" else value
        for key, value in lean.items()
    }


def _put_notification(call: Call, bucket: str) -> None:
    wanted: dict[str, object] = {}
    for name, (member, arn, own, kind) in _RECEIVERS.items():
        receivers = maps_in(call.inputs, name)
        wanted[member] = [
            {
                "Id": text_in(receiver, "id") or _drawn(call, kind, index),
                arn: text_in(receiver, own),
                "Events": receiver.get("events"),
                **_narrowed(receiver),
            }
            for index, receiver in enumerate(receivers)
        ]
    for function in maps_in(call.inputs, "lambdaFunctions"):
        _check_permission(call, bucket, text_in(function, "lambdaFunctionArn"))
    if flag_in(call.inputs, "eventbridge"):
        wanted["EventBridgeConfiguration"] = {}
    configuration = cast("NotificationConfigurationTypeDef", wanted)
    call.clients.s3.put_bucket_notification_configuration(
        Bucket=bucket, NotificationConfiguration=configuration
    )


def _drawn(call: Call, kind: str, index: int) -> str:
    """An id in the official provider's form."""
    return f"tf-s3-{kind}-{call.subject.generated('digits', 24)}{index:02}"


def _narrowed(receiver: Plains) -> dict[str, object]:
    rules = [
        {"Name": name, "Value": text_in(receiver, key)}
        for name, key in (("prefix", "filterPrefix"), ("suffix", "filterSuffix"))
        if text_in(receiver, key)
    ]
    return {"Filter": {"Key": {"FilterRules": rules}}} if rules else {}


def _check_permission(call: Call, bucket: str, arn: str) -> None:
    """Refuse a function that does not let S3 call it, which S3 tries and the local cloud does not.

    Raises:
        Refused: It is not there, or has no permission for S3.
    """
    from botocore.exceptions import ClientError  # noqa: PLC0415 - a preview needs no boto3

    try:
        document = call.clients.lambda_.get_policy(FunctionName=arn)["Policy"]
    except ClientError as error:
        if not absent(error):
            raise
        document = "{}"
    services = {text_in(map_in(item, "Principal"), "Service") for item in statements(document)}
    if "s3.amazonaws.com" not in services:
        raise Refused(
            "InvalidArgument",
            f"Unable to validate the following destination configurations: {arn} does not let "
            "s3.amazonaws.com invoke it; add an aws.lambda_.Permission with source_arn "
            f"arn:{call.partition}:s3:::{bucket}, and make the notification depend on it",
        )


def _notification(call: Call, bucket: str) -> Plains:
    answer = cast("Members", call.clients.s3.get_bucket_notification_configuration(Bucket=bucket))
    found: Plains = {"eventbridge": "EventBridgeConfiguration" in answer}
    for name, (member, arn, own, _) in _RECEIVERS.items():
        entries = cast("Sequence[Members]", answer.get(member, ()))
        found[name] = [_receiver(entry, arn, own) for entry in entries]
    return found


def _receiver(entry: Members, arn: str, own: str) -> Plain:
    receiver = told({"id": "Id", own: arn, "events": "Events", "rules": "Filter.Key.FilterRules"}, entry)
    for rule in maps_in(receiver, "rules"):
        receiver[f"filter{text_in(rule, 'Name').capitalize()}"] = text_in(rule, "Value")
    receiver.pop("rules", None)
    return receiver


TYPES: Final[dict[str, LiveType]] = {
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": Setting(
        put=_put_lifecycle,
        get=_lifecycle,
        drop=lambda call, bucket: call.clients.s3.delete_bucket_lifecycle(Bucket=bucket),
        write_only=frozenset({"timeouts", "transitionDefaultMinimumObjectSize"}),
    ).live(),
    "aws:s3/bucketNotification:BucketNotification": Setting(
        put=_put_notification,
        get=_notification,
        drop=lambda call, bucket: call.clients.s3.put_bucket_notification_configuration(
            Bucket=bucket, NotificationConfiguration={}
        ),
    ).live(),
}
