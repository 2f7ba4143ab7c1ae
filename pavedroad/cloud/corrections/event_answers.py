"""Rules and bus policies are what the last call says.

AWS: PutRule replaces a rule, what is left out goes back to its default; PutPermission takes a whole policy,
names an account by the ARN of its root and writes the condition as policies do.
The emulator: a rule keeps description, role and state that are not named; a whole policy is dropped and one
statement for everybody stored; principal and condition stay as they were sent.
Here: the defaults are said, a whole policy is stored, and a statement is written as AWS writes it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final, cast

from pavedroad.cloud.seams import Seam

if TYPE_CHECKING:
    from collections.abc import Callable

    Request = dict[str, object]
    Answer = Callable[[Request], object]

_events: Final = Seam(
    "services.eventbridge",
    "_put_rule",
    "_put_permission",
    "_event_bus_policies",
    "error_response_json",
)
_RULE: Final = {"Description": "", "RoleArn": "", "State": "ENABLED"}


def install() -> None:
    """Wrap PutRule and PutPermission."""
    _events.check()
    _events.wrap("_put_rule", _rule)
    _events.wrap("_put_permission", _permission)


def _rule(original: Answer) -> Answer:
    return lambda request: original({**_RULE, **request})


def _permission(original: Answer) -> Answer:
    def put(request: Request) -> object:
        bus = str(request.get("EventBusName") or "default")
        whole = request.get("Policy")
        if isinstance(whole, str) and whole:
            return _replace(bus, whole)
        principal, condition = request.get("Principal"), request.get("Condition")
        answer = original(request)
        for statement in _events["_event_bus_policies"][bus]["Statement"]:
            if statement["Sid"] == request.get("StatementId"):
                statement["Principal"] = _principal(principal)
                if isinstance(condition, dict):
                    statement["Condition"] = _condition(cast("dict[str, str]", condition))
        return answer

    return put


def _replace(bus: str, whole: str) -> object:
    try:
        policy: object = json.loads(whole)
    except ValueError:
        policy = None
    if not isinstance(policy, dict):
        return _events["error_response_json"](
            "MalformedPolicyDocumentException", "Policy is not a valid JSON document", 400
        )
    _events["_event_bus_policies"][bus] = policy
    return 200, {"Content-Type": "application/x-amz-json-1.1"}, b"{}"


def _principal(principal: object) -> object:
    return principal if principal == "*" else {"AWS": f"arn:aws:iam::{principal}:root"}


def _condition(condition: dict[str, str]) -> object:
    return {condition["Type"]: {condition["Key"]: condition["Value"]}}
