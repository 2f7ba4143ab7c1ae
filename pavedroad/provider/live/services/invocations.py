"""How a function may be invoked: asynchronous calls, URLs, recursion and concurrency that is kept ready."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from pavedroad.provider.function_names import FunctionName
from pavedroad.provider.live.contract import LiveType, Refused
from pavedroad.provider.live.plain import flag_in, number_in, text_in
from pavedroad.provider.live.services._functions import meant, permitted, until
from pavedroad.provider.live.services._wire import Names, Part, capital, sent, told

if TYPE_CHECKING:
    from typing import TypedDict

    from mypy_boto3_lambda.literals import FunctionUrlAuthTypeType, InvokeModeType, RecursiveLoopType
    from mypy_boto3_lambda.type_defs import CorsTypeDef, PutFunctionEventInvokeConfigRequestTypeDef

    from pavedroad.provider.live.contract import Call
    from pavedroad.provider.live.plain import Plain, Plains

    class _Place(TypedDict, total=False):
        FunctionName: str
        Qualifier: str


_FAILURE: Final = Part("OnFailure", capital("destination"))
_SUCCESS: Final = Part("OnSuccess", capital("destination"))
_ASYNC: Final[Names] = {
    **capital("maximumEventAgeInSeconds", "maximumRetryAttempts"),
    "destinationConfig": Part("DestinationConfig", {"onFailure": _FAILURE, "onSuccess": _SUCCESS}),
}
_DEFAULT_AGE_SECONDS: Final = 21600
_CORS: Final = Part(
    "Cors",
    capital("allowCredentials", "allowHeaders", "allowMethods", "allowOrigins", "exposeHeaders", "maxAge"),
)
_READY: Final = "READY"


def _target(call: Call) -> FunctionName:
    """The function, with the qualifier that stands beside it or in it."""
    function = meant(call, call.text("functionName"))
    return FunctionName(name=function.name, qualifier=call.text("qualifier") or function.qualifier)


def _at(target: FunctionName) -> _Place:
    place: _Place = {"FunctionName": target.name}
    if target.qualifier:
        place["Qualifier"] = target.qualifier
    return place


def _named(call: Call) -> Plains:
    """What names the resource, in the program's words."""
    return {
        "functionName": call.text("functionName"),
        "qualifier": call.text("qualifier") or None,
    }


def _identity(call: Call, separator: str) -> str:
    name, qualifier = call.text("functionName"), call.text("qualifier")
    return f"{name}{separator}{qualifier}" if qualifier else name


def _put_async(call: Call, _identity: str = "") -> None:
    request = {**_at(_target(call)), **sent(_ASYNC, call.inputs)}
    wanted = cast("PutFunctionEventInvokeConfigRequestTypeDef", request)
    permitted(lambda: call.clients.lambda_.put_function_event_invoke_config(**wanted))


def _create_async(call: Call) -> str:
    _put_async(call)
    return _identity(call, ":")


def _read_async(call: Call, _identity: str) -> Plains:
    found = call.clients.lambda_.get_function_event_invoke_config(**_at(_target(call)))
    known = {**dict.fromkeys(_ASYNC), **told(_ASYNC, found)}
    # The emulator tells AWS's default where AWS tells nothing.
    if found.get("MaximumEventAgeInSeconds") == _DEFAULT_AGE_SECONDS and not call.inputs.get(
        "maximumEventAgeInSeconds"
    ):
        known["maximumEventAgeInSeconds"] = None
    return {**known, **_named(call)}


def _delete_async(call: Call, _identity: str) -> None:
    call.clients.lambda_.delete_function_event_invoke_config(**_at(_target(call)))


def _locate_async(call: Call, given: str) -> tuple[str, Plains]:
    target = meant(call, given)
    inputs: Plains = {"functionName": given.removesuffix(f":{target.qualifier}")}
    return given, {**inputs, "qualifier": target.qualifier} if target.qualifier else inputs


def _create_url(call: Call) -> str:
    target = _target(call)
    mode = cast("InvokeModeType", text_in(call.inputs, "invokeMode") or "BUFFERED")
    auth = cast("FunctionUrlAuthTypeType", text_in(call.inputs, "authorizationType"))
    call.clients.lambda_.create_function_url_config(
        **_at(target), AuthType=auth, InvokeMode=mode, Cors=_cors(call)
    )
    return _identity(call, "/")


def _cors(call: Call) -> CorsTypeDef:
    return cast("CorsTypeDef", sent({"cors": _CORS}, call.inputs).get("Cors", {}))


def _read_url(call: Call, _identity: str) -> Plains:
    found = call.clients.lambda_.get_function_url_config(**_at(_target(call)))
    url = found["FunctionUrl"]
    arn = meant(call, found["FunctionArn"])
    # The emulator leaves the qualifier out of the ARN.
    whole = FunctionName(name=arn.name, qualifier=arn.qualifier or _target(call).qualifier)
    return {
        **_named(call),
        "authorizationType": found["AuthType"],
        "cors": None,
        **told({"cors": _CORS}, found),
        "functionArn": whole.arn(call.subject.account),
        "functionUrl": url,
        "invokeMode": found.get("InvokeMode"),
        "urlId": url.removeprefix("https://").partition(".")[0],
    }


def _update_url(call: Call, _identity: str) -> None:
    mode = cast("InvokeModeType", text_in(call.inputs, "invokeMode") or "BUFFERED")
    auth = cast("FunctionUrlAuthTypeType", text_in(call.inputs, "authorizationType"))
    call.clients.lambda_.update_function_url_config(
        **_at(_target(call)), AuthType=auth, InvokeMode=mode, Cors=_cors(call)
    )


def _delete_url(call: Call, _identity: str) -> None:
    call.clients.lambda_.delete_function_url_config(**_at(_target(call)))


def _find_url(call: Call) -> str:
    return _identity(call, "/")


def _locate_url(call: Call, given: str) -> tuple[str, Plains]:
    name, _, qualifier = given.partition("/")
    inputs: Plains = {"functionName": meant(call, name).name}
    return given, {**inputs, "qualifier": qualifier} if qualifier else inputs


def _keep_ready(call: Call, _identity: str = "") -> None:
    target = _target(call)
    wanted = number_in(call.inputs, "provisionedConcurrentExecutions")
    lambda_ = call.clients.lambda_
    lambda_.put_provisioned_concurrency_config(
        FunctionName=target.name, Qualifier=target.qualifier, ProvisionedConcurrentExecutions=wanted
    )

    def ready() -> bool:
        found = lambda_.get_provisioned_concurrency_config(
            FunctionName=target.name, Qualifier=target.qualifier
        )
        if found.get("Status") == "FAILED":
            raise Refused("FAILED", found.get("StatusReason", ""))
        return found.get("Status") == _READY

    until(ready, f"provisioned concurrency of {target.name} was not ready")


def _create_ready(call: Call) -> str:
    _keep_ready(call)
    return _identity(call, ",")


def _read_ready(call: Call, _identity: str) -> Plains:
    target = _target(call)
    found = call.clients.lambda_.get_provisioned_concurrency_config(
        FunctionName=target.name, Qualifier=target.qualifier
    )
    wanted: Plain = found.get("RequestedProvisionedConcurrentExecutions")
    return {**_named(call), "provisionedConcurrentExecutions": wanted}


def _delete_ready(call: Call, _identity: str) -> None:
    if not flag_in(call.before, "skipDestroy"):
        target = _target(call)
        call.clients.lambda_.delete_provisioned_concurrency_config(
            FunctionName=target.name, Qualifier=target.qualifier
        )


def _locate_ready(_call: Call, given: str) -> tuple[str, Plains]:
    name, _, qualifier = given.rpartition(",")
    return given, {"functionName": name, "qualifier": qualifier}


def _put_recursion(call: Call, _identity: str = "") -> None:
    loop = cast("RecursiveLoopType", text_in(call.inputs, "recursiveLoop"))
    call.clients.lambda_.put_function_recursion_config(FunctionName=_target(call).name, RecursiveLoop=loop)


def _create_recursion(call: Call) -> str:
    _put_recursion(call)
    return call.text("functionName")


def _read_recursion(call: Call, _identity: str) -> Plains:
    found = call.clients.lambda_.get_function_recursion_config(FunctionName=_target(call).name)
    return {"functionName": _named(call)["functionName"], "recursiveLoop": found.get("RecursiveLoop")}


def _forget_recursion(call: Call, _identity: str) -> None:
    """Go back to AWS's default: a function always has the setting."""
    call.clients.lambda_.put_function_recursion_config(
        FunctionName=_target(call).name, RecursiveLoop="Terminate"
    )


def _locate_recursion(_call: Call, given: str) -> tuple[str, Plains]:
    return given, {"functionName": given}


TYPES: Final[dict[str, LiveType]] = {
    "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": LiveType(
        create=_create_async,
        read=_read_async,
        update=_put_async,
        delete=_delete_async,
        locate=_locate_async,
        tagged=False,
    ),
    "aws:lambda/functionRecursionConfig:FunctionRecursionConfig": LiveType(
        create=_create_recursion,
        read=_read_recursion,
        update=_put_recursion,
        delete=_forget_recursion,
        locate=_locate_recursion,
        tagged=False,
    ),
    "aws:lambda/functionUrl:FunctionUrl": LiveType(
        create=_create_url,
        read=_read_url,
        update=_update_url,
        delete=_delete_url,
        find=_find_url,
        locate=_locate_url,
        tagged=False,
    ),
    "aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig": LiveType(
        create=_create_ready,
        read=_read_ready,
        update=_keep_ready,
        delete=_delete_ready,
        locate=_locate_ready,
        write_only=frozenset({"skipDestroy"}),
        tagged=False,
    ),
}
