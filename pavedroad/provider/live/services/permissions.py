"""Statements in the policies of functions: who may invoke them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from pavedroad.provider.function_names import LATEST, FunctionName
from pavedroad.provider.live.contract import LiveType
from pavedroad.provider.live.plain import flag_in, map_in, text_in
from pavedroad.provider.live.services._documents import statements
from pavedroad.provider.live.services._functions import in_own_words, meant, same_principal
from pavedroad.provider.live.services._wire import Names, capital, sent

if TYPE_CHECKING:
    from mypy_boto3_lambda.type_defs import AddPermissionRequestTypeDef, GetPolicyRequestTypeDef

    from pavedroad.provider.live.contract import Call
    from pavedroad.provider.live.plain import Plain, Plains

_FIELDS: Final[Names] = {
    **capital(
        "action",
        "eventSourceToken",
        "functionUrlAuthType",
        "invokedViaFunctionUrl",
        "principal",
        "sourceAccount",
        "sourceArn",
    ),
    "principalOrgId": "PrincipalOrgID",
}
# Property: the condition key in which the policy says it.
_CONDITIONS: Final = {
    "eventSourceToken": "lambda:eventsourcetoken",
    "functionUrlAuthType": "lambda:functionurlauthtype",
    "principalOrgId": "aws:principalorgid",
    "sourceAccount": "aws:sourceaccount",
    "sourceArn": "aws:sourcearn",
}
_VIA_URL: Final = "lambda:invokedviafunctionurl"


def _target(call: Call) -> FunctionName:
    """The function, with the qualifier that stands beside it or in it."""
    function = meant(call, call.text("function"))
    return FunctionName(name=function.name, qualifier=call.text("qualifier") or function.qualifier)


def _create(call: Call) -> str:
    target = _target(call)
    sid = call.text("statementId")
    wanted: dict[str, object] = {
        "FunctionName": target.name,
        "StatementId": sid,
        **sent(_FIELDS, call.inputs),
    }
    if target.qualifier:
        wanted["Qualifier"] = target.qualifier
    call.clients.lambda_.add_permission(**cast("AddPermissionRequestTypeDef", wanted))
    return sid


def _read(call: Call, sid: str) -> Plains | None:
    target = _target(call)
    request: GetPolicyRequestTypeDef = {"FunctionName": target.name}
    if target.qualifier:
        request["Qualifier"] = target.qualifier
    policy = call.clients.lambda_.get_policy(**request)["Policy"]
    arn = target.arn(call.subject.account)
    # The policy of the function itself is told with those of its versions and aliases.
    own = [item for item in statements(policy) if item.get("Sid") == sid and item.get("Resource") == arn]
    if not own:
        return None
    statement = own[0]
    keys = _condition_keys(statement)
    return {
        "action": text_in(statement, "Action"),
        "function": in_own_words(call, "function", _named(call, target)),
        "invokedViaFunctionUrl": flag_in(keys, _VIA_URL) or None,
        "principal": same_principal(call, statement),
        "qualifier": text_in(call.inputs, "qualifier"),
        "statementId": sid,
        **{name: keys.get(key) for name, key in _CONDITIONS.items()},
    }


def _named(call: Call, target: FunctionName) -> str:
    """The function as `function` names it: without the qualifier that stands beside it."""
    beside = call.text("qualifier") or not target.qualifier
    return target.name if beside else target.arn(call.subject.account)


def _condition_keys(statement: Plains) -> dict[str, Plain]:
    """What a statement demands, by condition key in lower case, whatever the operator."""
    conditions = map_in(statement, "Condition")
    return {key.lower(): value for name in conditions for key, value in map_in(conditions, name).items()}


def _delete(call: Call, sid: str) -> None:
    target = _target(call)
    if target.qualifier and target.qualifier != LATEST:
        call.clients.lambda_.remove_permission(
            FunctionName=target.name, StatementId=sid, Qualifier=target.qualifier
        )
    else:
        call.clients.lambda_.remove_permission(FunctionName=target.name, StatementId=sid)


def _locate(call: Call, given: str) -> tuple[str, Plains]:
    function, _, sid = given.rpartition("/")
    target = meant(call, function)
    inputs: Plains = {"function": target.name, "statementId": sid}
    return sid, {**inputs, "qualifier": target.qualifier} if target.qualifier else inputs


TYPES: Final[dict[str, LiveType]] = {
    "aws:lambda/permission:Permission": LiveType(
        create=_create, read=_read, delete=_delete, locate=_locate, tagged=False
    ),
}
