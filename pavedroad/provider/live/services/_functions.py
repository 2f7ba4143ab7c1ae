"""What several Lambda types share: which function is meant, and waiting until AWS is done with it."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Final, TypeVar

from pavedroad.provider.function_names import function_name
from pavedroad.provider.live.contract import Refused
from pavedroad.provider.live.plain import text_in
from pavedroad.provider.live.retrying import absent, message_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_lambda.type_defs import FunctionConfigurationResponseTypeDef

    from pavedroad.provider.function_names import FunctionName
    from pavedroad.provider.live.contract import Call
    from pavedroad.provider.live.plain import Plains

_T = TypeVar("_T")
_POLL_SECONDS: Final = 0.05
_PATIENCE_SECONDS: Final = 60.0
_POLICY_SECONDS: Final = 5.0
_NOT_PERMITTED: Final = re.compile(r"role does not have permissions|ensure the role can perform")
_READY: Final = frozenset({"Active", "ActiveNonInvocable"})
_GATEWAY: Final = "arn:{}:apigateway:{}:lambda:path/{}/functions/{}/{}"


def meant(call: Call, text: str) -> FunctionName:
    """The function that a text means.

    Raises:
        Refused: It is a function of another account or region, which the API of this one does not work on.
    """
    found = function_name(text)
    if not found.is_at(call.subject.account):
        raise Refused(
            "ResourceNotFoundException",
            f"Functions from '{found.region or found.account}' are not "
            f"reachable in this region ('{call.region}') of account {call.account}: {text}",
        )
    return found


def invoke_arn(call: Call, arn: str) -> str:
    """Under what API Gateway invokes a function."""
    return _GATEWAY.format(call.partition, call.region, "2015-03-31", arn, "invocations")


def streaming_arn(call: Call, arn: str) -> str:
    """Under what API Gateway invokes a function that answers bit by bit."""
    return _GATEWAY.format(call.partition, call.region, "2021-11-15", arn, "response-streaming-invocations")


def until(done: Callable[[], bool], what: str) -> None:
    """Wait for a condition.

    Raises:
        Refused: It did not come about in time.
    """
    end = time.monotonic() + _PATIENCE_SECONDS
    while not done():
        if time.monotonic() > end:
            raise Refused("Timeout", f"{what} after {_PATIENCE_SECONDS:g} seconds")
        time.sleep(_POLL_SECONDS)


def permitted(operation: Callable[[], _T]) -> _T:
    """The result of what Lambda does only if a role may do more; a policy may be on its way to the role.

    The official provider waits for minutes, as IAM needs them; here all policies count at once.
    """
    from botocore.exceptions import ClientError  # noqa: PLC0415 - a preview needs no boto3

    end = time.monotonic() + _POLICY_SECONDS
    while True:
        try:
            return operation()
        except ClientError as error:
            if _NOT_PERMITTED.search(message_of(error)) is None or time.monotonic() > end:
                raise
        time.sleep(_POLL_SECONDS)


def is_gone(look: Callable[[], object]) -> bool:
    """Whether what is looked at does not exist."""
    from botocore.exceptions import ClientError  # noqa: PLC0415 - a preview needs no boto3

    try:
        look()
    except ClientError as error:
        if not absent(error):
            raise
        return True
    return False


def await_ready(call: Call, name: str, version: str = "") -> None:
    """Wait until a function, or one version of it, can be called and changed.

    Raises:
        Refused: AWS could not make it ready.
    """

    def ready() -> bool:
        found = configuration(call, name, version)
        state, update = found.get("State"), found.get("LastUpdateStatus")
        if state == "Failed":
            raise Refused(found.get("StateReasonCode", "Failed"), found.get("StateReason", ""))
        if update == "Failed":
            code, reason = found.get("LastUpdateStatusReasonCode"), found.get("LastUpdateStatusReason", "")
            raise Refused(code or "Failed", reason)
        return state in _READY and update != "InProgress"

    until(ready, f"function {name}{f':{version}' if version else ''} was not ready")


def configuration(call: Call, name: str, version: str = "") -> FunctionConfigurationResponseTypeDef:
    """How a function, or one version or alias of it, is set up."""
    if version:
        return call.clients.lambda_.get_function_configuration(FunctionName=name, Qualifier=version)
    return call.clients.lambda_.get_function_configuration(FunctionName=name)


def in_own_words(call: Call, key: str, found: str) -> str:
    """A function as the program calls it, if it means the one that was found; else as it was found."""
    given, place = call.text(key), call.subject.account
    return given if given and function_name(given).same(function_name(found), place) else found


def same_principal(call: Call, statement: Plains) -> str:
    """Who a statement grants something to, as the program says it; AWS writes an account as its root user."""
    who = statement.get("Principal")
    found = text_in(who, "Service") or text_in(who, "AWS") if isinstance(who, dict) else str(who)
    given = call.text("principal")
    return given if given and found == f"arn:{call.partition}:iam::{given}:root" else found
