"""SNS: who gets the messages of a topic."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from pavedroad.provider.live.contract import LiveType, Refused
from pavedroad.provider.live.plain import text_in
from pavedroad.provider.live.services._documents import written

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pavedroad.provider.live.contract import Call
    from pavedroad.provider.live.plain import Plain, Plains

# Property: SNS's attribute, and the value that takes it back to SNS's default. The scope comes before the
# policy that is written for it.
_ATTRIBUTES: Final[dict[str, tuple[str, str]]] = {
    "deliveryPolicy": ("DeliveryPolicy", ""),
    "filterPolicyScope": ("FilterPolicyScope", "MessageAttributes"),
    "filterPolicy": ("FilterPolicy", "{}"),
    "rawMessageDelivery": ("RawMessageDelivery", "false"),
    "redrivePolicy": ("RedrivePolicy", ""),
    "replayPolicy": ("ReplayPolicy", ""),
    "subscriptionRoleArn": ("SubscriptionRoleArn", ""),
}
_NOTHING: Final = frozenset({"", "{}"})
_UNTOLD: Final = frozenset({"replayPolicy"})


def _text(value: Plain) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return written(value)


def _asked(call: Call) -> dict[str, str]:
    return {
        attribute: _text(call.inputs[name])
        for name, (attribute, default) in _ATTRIBUTES.items()
        if name in call.inputs and _text(call.inputs[name]) not in _NOTHING | {default}
    }


def _create(call: Call) -> str:
    if _find(call) is not None:
        raise Refused(
            "InvalidParameterException",
            "Invalid parameter: Attributes Reason: Subscription already exists with different attributes",
        )
    made = call.clients.sns.subscribe(
        TopicArn=call.text("topic"),
        Protocol=text_in(call.inputs, "protocol"),
        Endpoint=text_in(call.inputs, "endpoint"),
        Attributes=_asked(call),
        ReturnSubscriptionArn=True,
    )
    arn = made["SubscriptionArn"]
    # Of one that is to be confirmed the list knows the ARN.
    return arn if arn.startswith("arn:") else _find(call) or arn


def _find(call: Call) -> str | None:
    """A topic has one subscription of an endpoint."""
    wanted = (text_in(call.inputs, "protocol"), text_in(call.inputs, "endpoint"))
    pages = call.clients.sns.get_paginator("list_subscriptions_by_topic")
    for page in pages.paginate(TopicArn=call.text("topic")):
        for found in page["Subscriptions"]:
            if (found.get("Protocol"), found.get("Endpoint")) == wanted:
                return found.get("SubscriptionArn")
    return None


def _read(call: Call, arn: str) -> Plains:
    found: Mapping[str, str] = call.clients.sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
    told: Plains = {
        name: "" if found.get(attribute, "") in _NOTHING else found.get(attribute, "")
        for name, (attribute, _) in _ATTRIBUTES.items()
        if name not in _UNTOLD
    }
    told["rawMessageDelivery"] = told["rawMessageDelivery"] == "true"
    # SNS tells the scope of a filter only, and its own when none was asked for.
    told["filterPolicyScope"] = told["filterPolicy"] and (told["filterPolicyScope"] or "MessageAttributes")
    return {
        **told,
        "arn": arn,
        "topic": found.get("TopicArn", ""),
        "protocol": found.get("Protocol", ""),
        "endpoint": found.get("Endpoint", ""),
        "ownerId": found.get("Owner", ""),
        "pendingConfirmation": found.get("PendingConfirmation") == "true",
        "confirmationWasAuthenticated": found.get("ConfirmationWasAuthenticated") == "true",
    }


def _update(call: Call, arn: str) -> None:
    there = call.clients.sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
    for name, (attribute, default) in _ATTRIBUTES.items():
        if not call.wants(name):
            continue
        wanted = (_text(call.inputs[name]) if name in call.inputs else "") or default
        if not _same(there.get(attribute, ""), wanted, default):
            call.clients.sns.set_subscription_attributes(
                SubscriptionArn=arn, AttributeName=attribute, AttributeValue=wanted
            )


def _same(now: str, wanted: str, default: str) -> bool:
    if (now or default) == wanted:
        return True
    try:
        return json.loads(now) == json.loads(wanted)
    except ValueError:
        return False


def _delete(call: Call, arn: str) -> None:
    call.clients.sns.unsubscribe(SubscriptionArn=arn)


TYPES: Final[dict[str, LiveType]] = {
    "aws:sns/topicSubscription:TopicSubscription": LiveType(
        create=_create,
        read=_read,
        update=_update,
        delete=_delete,
        find=_find,
        write_only=frozenset({"confirmationTimeoutInMinutes", "endpointAutoConfirms", "replayPolicy"}),
        tagged=False,
    ),
}
