"""SQS: queues and the policies that are set on them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from pavedroad.provider.live.contract import LiveType
from pavedroad.provider.live.plain import flag_in, text_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_sqs.literals import QueueAttributeNameType

    from pavedroad.provider.live.contract import Call
    from pavedroad.provider.live.plain import Plain, Plains

# Property: SQS's attribute, and what AWS sets when nobody asks.
_ATTRIBUTES: Final[dict[str, tuple[QueueAttributeNameType, str]]] = {
    "contentBasedDeduplication": ("ContentBasedDeduplication", "false"),
    "deduplicationScope": ("DeduplicationScope", "queue"),
    "delaySeconds": ("DelaySeconds", "0"),
    "fifoQueue": ("FifoQueue", "false"),
    "fifoThroughputLimit": ("FifoThroughputLimit", "perQueue"),
    "kmsDataKeyReusePeriodSeconds": ("KmsDataKeyReusePeriodSeconds", "300"),
    "kmsMasterKeyId": ("KmsMasterKeyId", ""),
    "maxMessageSize": ("MaximumMessageSize", "262144"),
    "messageRetentionSeconds": ("MessageRetentionPeriod", "345600"),
    "policy": ("Policy", ""),
    "receiveWaitTimeSeconds": ("ReceiveMessageWaitTimeSeconds", "0"),
    "redriveAllowPolicy": ("RedriveAllowPolicy", ""),
    "redrivePolicy": ("RedrivePolicy", ""),
    "sqsManagedSseEnabled": ("SqsManagedSseEnabled", "true"),
    "visibilityTimeoutSeconds": ("VisibilityTimeout", "30"),
}
_FIXED: Final = frozenset({"fifoQueue"})
_FIFO: Final = frozenset({"contentBasedDeduplication", "deduplicationScope", "fifoThroughputLimit"})
_NUMBERS: Final = frozenset(
    {
        "kmsDataKeyReusePeriodSeconds",
        "delaySeconds",
        "maxMessageSize",
        "messageRetentionSeconds",
        "receiveWaitTimeSeconds",
        "visibilityTimeoutSeconds",
    }
)
_FLAGS: Final = frozenset({"contentBasedDeduplication", "fifoQueue", "sqsManagedSseEnabled"})


def _written(value: Plain) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value)


def _read_back(name: str, value: str) -> Plain:
    if name in _NUMBERS:
        return int(value)
    return value == "true" if name in _FLAGS else value


def _address(call: Call, url: str) -> str:
    """The queue's URL at the local cloud; in the state stands AWS's."""
    name = url.rpartition("/")[2]
    return call.clients.sqs.get_queue_url(QueueName=name)["QueueUrl"]


def _managed_key(call: Call) -> bool:
    """Whether SQS encrypts with its own key: unless it is told not to, or to use another one."""
    return flag_in(call.inputs, "sqsManagedSseEnabled", default=not text_in(call.inputs, "kmsMasterKeyId"))


def _create_queue(call: Call) -> str:
    # The provider's defaults are sent too: SQS's own for the size of a message has changed since.
    sent = _NUMBERS | _FIFO if flag_in(call.inputs, "fifoQueue") else _NUMBERS
    asked: Plains = {
        **{name: default for name, (_, default) in _ATTRIBUTES.items() if name in sent},
        **call.inputs,
        "sqsManagedSseEnabled": _managed_key(call),
    }
    wanted: dict[QueueAttributeNameType, str] = {
        attribute: _written(asked[name])
        for name, (attribute, _) in _ATTRIBUTES.items()
        if name in asked and (name != "fifoQueue" or asked[name])
    }
    call.clients.sqs.create_queue(QueueName=call.text("name"), Attributes=wanted, tags=call.tags)
    return text_in(call.predicted, "url")


def _read_queue(call: Call, url: str) -> Plains:
    address = _address(call, url)
    found = call.clients.sqs.get_queue_attributes(QueueUrl=address, AttributeNames=["All"])["Attributes"]
    tags = call.clients.sqs.list_queue_tags(QueueUrl=address).get("Tags", {})
    known: Plains = {
        name: _read_back(name, found[attribute])
        for name, (attribute, _) in _ATTRIBUTES.items()
        if attribute in found
    }
    return {**known, "name": url.rpartition("/")[2], "arn": found["QueueArn"], "tags": {**tags}}


def _update_queue(call: Call, url: str) -> None:
    address = _address(call, url)
    wanted: dict[QueueAttributeNameType, str] = {
        attribute: _written(call.inputs.get(name, default))
        for name, (attribute, default) in _ATTRIBUTES.items()
        if name not in _FIXED and call.wants(name)
    }
    if call.wants("kmsMasterKeyId") or call.wants("sqsManagedSseEnabled"):
        wanted["SqsManagedSseEnabled"] = _written(_managed_key(call))
    if wanted:
        call.clients.sqs.set_queue_attributes(QueueUrl=address, Attributes=wanted)
    if call.wants("tags"):
        now = call.clients.sqs.list_queue_tags(QueueUrl=address).get("Tags", {})
        gone = sorted(set(now) - set(call.tags))
        if gone:
            call.clients.sqs.untag_queue(QueueUrl=address, TagKeys=gone)
        if call.tags:
            call.clients.sqs.tag_queue(QueueUrl=address, Tags=call.tags)


def _delete_queue(call: Call, url: str) -> None:
    call.clients.sqs.delete_queue(QueueUrl=_address(call, url))


def _locate_queue(_call: Call, url: str) -> tuple[str, Plains]:
    return url, {"name": url.rpartition("/")[2]}


def _policy(name: str, attribute: QueueAttributeNameType) -> LiveType:
    """A type that sets one attribute of a queue."""

    def put(call: Call, url: str) -> None:
        document = _written(call.inputs[name])
        call.clients.sqs.set_queue_attributes(QueueUrl=_address(call, url), Attributes={attribute: document})

    def create(call: Call) -> str:
        put(call, call.text("queueUrl"))
        return call.text("queueUrl")

    def read(call: Call, url: str) -> Plains | None:
        address = _address(call, url)
        found = call.clients.sqs.get_queue_attributes(QueueUrl=address, AttributeNames=[attribute])
        document = found.get("Attributes", {}).get(attribute)
        return {"queueUrl": url, name: document} if document else None

    def delete(call: Call, url: str) -> None:
        call.clients.sqs.set_queue_attributes(QueueUrl=_address(call, url), Attributes={attribute: ""})

    def locate(_call: Call, url: str) -> tuple[str, Plains]:
        return url, {"queueUrl": url}

    named: Callable[[Call, str], tuple[str, Plains]] = locate
    return LiveType(create=create, read=read, update=put, delete=delete, locate=named, tagged=False)


TYPES: Final[dict[str, LiveType]] = {
    "aws:sqs/queue:Queue": LiveType(
        create=_create_queue,
        read=_read_queue,
        update=_update_queue,
        delete=_delete_queue,
        locate=_locate_queue,
    ),
    "aws:sqs/queuePolicy:QueuePolicy": _policy("policy", "Policy"),
    "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy": _policy("redriveAllowPolicy", "RedriveAllowPolicy"),
    "aws:sqs/redrivePolicy:RedrivePolicy": _policy("redrivePolicy", "RedrivePolicy"),
}
