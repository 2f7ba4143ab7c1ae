"""SNS: topics and the policies that are set on them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from pavedroad.provider.live.contract import LiveType, Refused
from pavedroad.provider.live.plain import flag_in, text_in
from pavedroad.provider.live.services._documents import written
from pavedroad.provider.live.services._tags import gone, listed, mapped

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pavedroad.provider.live.contract import Call
    from pavedroad.provider.live.plain import Plain, Plains

_SENDERS: Final = {
    "application": "Application",
    "firehose": "Firehose",
    "http": "HTTP",
    "lambda": "Lambda",
    "sqs": "SQS",
}
# Property: SNS's attribute, and the value that takes it back to SNS's default.
_ATTRIBUTES: Final[dict[str, tuple[str, str]]] = {
    "archivePolicy": ("ArchivePolicy", "{}"),
    "contentBasedDeduplication": ("ContentBasedDeduplication", "false"),
    "deliveryPolicy": ("DeliveryPolicy", ""),
    "displayName": ("DisplayName", ""),
    "fifoThroughputScope": ("FifoThroughputScope", "Topic"),
    "fifoTopic": ("FifoTopic", "false"),
    "kmsMasterKeyId": ("KmsMasterKeyId", ""),
    "maximumMessageSize": ("MaximumMessageSize", "262144"),
    "signatureVersion": ("SignatureVersion", "1"),
    "tracingConfig": ("TracingConfig", "PassThrough"),
    **{
        f"{kind}FailureFeedbackRoleArn": (f"{name}FailureFeedbackRoleArn", "")
        for kind, name in _SENDERS.items()
    },
    **{
        f"{kind}SuccessFeedbackRoleArn": (f"{name}SuccessFeedbackRoleArn", "")
        for kind, name in _SENDERS.items()
    },
    **{
        f"{kind}SuccessFeedbackSampleRate": (f"{name}SuccessFeedbackSampleRate", "0")
        for kind, name in _SENDERS.items()
    },
}
_OFF: Final = frozenset({"", "false"})
_FIXED: Final = frozenset({"fifoTopic"})
_FIFO_ONLY: Final = frozenset({"archivePolicy", "contentBasedDeduplication", "fifoThroughputScope"})
_NUMBERS: Final = frozenset(
    {"maximumMessageSize", "signatureVersion", *(f"{kind}SuccessFeedbackSampleRate" for kind in _SENDERS)}
)
_FLAGS: Final = frozenset({"contentBasedDeduplication", "fifoTopic"})


def _text(value: Plain) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value)


def _told(name: str, value: str) -> Plain:
    if name in _NUMBERS:
        return int(value)
    return value == "true" if name in _FLAGS else value


def _default_policy(call: Call, arn: str) -> str:
    """What SNS gives a topic that names no policy."""
    statement = {
        "Sid": "__default_statement_ID",
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": ["SNS:Publish", "SNS:Subscribe", "SNS:Receive"],
        "Resource": arn,
        "Condition": {"StringEquals": {"AWS:SourceOwner": call.account}},
    }
    return json.dumps({"Version": "2008-10-17", "Id": "__default_policy_ID", "Statement": [statement]})


def _create_topic(call: Call) -> str:
    asked = {
        attribute: _text(call.inputs[name])
        for name, (attribute, _) in _ATTRIBUTES.items()
        # A standard topic takes no FIFO attribute, not even one that is off.
        if name in call.inputs and _text(call.inputs[name]) not in _OFF
    }
    if text_in(call.inputs, "policy"):
        asked["Policy"] = written(call.inputs["policy"])
    arn = text_in(call.predicted, "arn")
    there = _attributes(call, arn)
    if there is not None and any(there.get(name) != value for name, value in asked.items()):
        raise Refused(
            "InvalidParameterException",
            "Invalid parameter: Attributes Reason: Topic already exists with different attributes",
        )
    if there is not None and _tags(call, arn) != call.tags:
        raise Refused(
            "InvalidParameterException",
            "Invalid parameter: Tags Reason: Topic already exists with different tags",
        )
    made = call.clients.sns.create_topic(Name=call.text("name"), Attributes=asked, Tags=listed(call.tags))
    return made["TopicArn"]


def _attributes(call: Call, arn: str) -> Mapping[str, str] | None:
    try:
        return call.clients.sns.get_topic_attributes(TopicArn=arn)["Attributes"]
    except call.clients.sns.exceptions.NotFoundException:
        return None


def _tags(call: Call, arn: str) -> Plains:
    return mapped(call.clients.sns.list_tags_for_resource(ResourceArn=arn).get("Tags"))


def _read_topic(call: Call, arn: str) -> Plains | None:
    found = _attributes(call, arn)
    if found is None:
        return None
    fifo = found.get("FifoTopic") == "true"
    told: Plains = {
        name: _told(name, found.get(attribute) or default)
        for name, (attribute, default) in _ATTRIBUTES.items()
        if (attribute in found or default) and (fifo or name not in _FIFO_ONLY or name in _FLAGS)
    }
    if told.get("archivePolicy") == "{}":
        told["archivePolicy"] = ""
    if fifo and "FifoThroughputScope" not in found:
        told["fifoThroughputScope"] = ""
    policy = found.get("Policy") or "{}"
    # An import takes over what somebody has set, not SNS's own policy.
    if call.before or json.loads(policy) not in ({}, json.loads(_default_policy(call, arn))):
        told["policy"] = policy
    return {
        **told,
        "name": arn.rpartition(":")[2],
        "arn": arn,
        "owner": found.get("Owner", call.account),
        "tags": _tags(call, arn),
    }


def _update_topic(call: Call, arn: str) -> None:
    sns = call.clients.sns
    fifo = flag_in(call.inputs, "fifoTopic")
    there = _attributes(call, arn) or {}
    for name, (attribute, default) in _ATTRIBUTES.items():
        if name in _FIXED or not call.wants(name) or (name in _FIFO_ONLY and not fifo):
            continue
        wanted = _text(call.inputs[name]) if name in call.inputs else default
        if wanted != (there.get(attribute) or default):
            sns.set_topic_attributes(TopicArn=arn, AttributeName=attribute, AttributeValue=wanted)
    if call.wants("policy"):
        given = text_in(call.inputs, "policy")
        policy = written(call.inputs["policy"]) if given else _default_policy(call, arn)
        sns.set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=policy)
    if call.wants("tags"):
        old = gone(sns.list_tags_for_resource(ResourceArn=arn).get("Tags"), call.tags)
        if old:
            sns.untag_resource(ResourceArn=arn, TagKeys=old)
        if call.tags:
            sns.tag_resource(ResourceArn=arn, Tags=listed(call.tags))


def _delete_topic(call: Call, arn: str) -> None:
    call.clients.sns.delete_topic(TopicArn=arn)


def _put_policy(call: Call, arn: str) -> None:
    call.clients.sns.set_topic_attributes(
        TopicArn=arn, AttributeName="Policy", AttributeValue=written(call.inputs["policy"])
    )


def _create_policy(call: Call) -> str:
    arn = call.text("arn")
    _put_policy(call, arn)
    return arn


def _read_policy(call: Call, arn: str) -> Plains | None:
    found = _attributes(call, arn)
    if found is None:
        return None
    policy = json.loads(found.get("Policy") or "{}")
    asked, default = call.inputs.get("policy"), json.loads(_default_policy(call, arn))
    # A topic always has a policy: without one of its own it is SNS's.
    if asked and policy in (default, {}) and json.loads(written(asked)) != policy:
        return None
    return {"arn": arn, "policy": json.dumps(policy), "owner": found.get("Owner", call.account)}


def _delete_policy(call: Call, arn: str) -> None:
    call.clients.sns.set_topic_attributes(
        TopicArn=arn, AttributeName="Policy", AttributeValue=_default_policy(call, arn)
    )


def _locate_policy(_call: Call, arn: str) -> tuple[str, Plains]:
    return arn, {"arn": arn}


TYPES: Final[dict[str, LiveType]] = {
    "aws:sns/topic:Topic": LiveType(
        create=_create_topic, read=_read_topic, update=_update_topic, delete=_delete_topic
    ),
    "aws:sns/topicPolicy:TopicPolicy": LiveType(
        create=_create_policy,
        read=_read_policy,
        update=_put_policy,
        delete=_delete_policy,
        locate=_locate_policy,
        tagged=False,
    ),
}
