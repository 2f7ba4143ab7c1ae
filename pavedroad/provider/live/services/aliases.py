"""Aliases of functions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pavedroad.provider.function_names import LATEST, FunctionName
from pavedroad.provider.live.contract import LiveType, Refused
from pavedroad.provider.live.plain import Whole, map_in, number_in, text_in
from pavedroad.provider.live.services._functions import (
    configuration,
    in_own_words,
    invoke_arn,
    is_gone,
    meant,
)

if TYPE_CHECKING:
    from mypy_boto3_lambda.type_defs import AliasRoutingConfigurationTypeDef

    from pavedroad.provider.live.contract import Call
    from pavedroad.provider.live.plain import Plains

_ALIAS: Final = "name"
_WEIGHTS: Final = "additionalVersionWeights"


def _routing(call: Call) -> AliasRoutingConfigurationTypeDef:
    weights = map_in(map_in(call.inputs, "routingConfig"), _WEIGHTS)
    return {
        "AdditionalVersionWeights": {
            version: float(weight) for version, weight in weights.items() if isinstance(weight, (int, float))
        }
    }


def _refuse_missing_versions(call: Call, function: str) -> None:
    """AWS knows the versions that an alias points to."""
    routed = _routing(call).get("AdditionalVersionWeights", {})
    for version in (text_in(call.inputs, "functionVersion"), *routed):
        if version != LATEST and is_gone(lambda: configuration(call, function, version)):  # noqa: B023 - it is looked at at once
            arn = FunctionName(name=function, qualifier=version).arn(call.subject.account)
            raise Refused("ResourceNotFoundException", f"Function not found: {arn}")


def _create(call: Call) -> str:
    function = meant(call, text_in(call.inputs, "functionName")).name
    _refuse_missing_versions(call, function)
    made = call.clients.lambda_.create_alias(
        FunctionName=function,
        Name=call.text(_ALIAS),
        FunctionVersion=text_in(call.inputs, "functionVersion"),
        Description=text_in(call.inputs, "description"),
        RoutingConfig=_routing(call),
    )
    return made["AliasArn"]


def _read(call: Call, arn: str) -> Plains:
    place = meant(call, arn)
    found = call.clients.lambda_.get_alias(FunctionName=place.name, Name=place.qualifier)
    weights = found.get("RoutingConfig", {}).get("AdditionalVersionWeights", {})
    whole = {
        version: number_in({"all": weight}, "all") if weight == int(weight) else weight
        for version, weight in weights.items()
    }
    return {
        "arn": found["AliasArn"],
        "description": found["Description"],
        "functionName": in_own_words(call, "functionName", place.name),
        "functionVersion": found["FunctionVersion"],
        "invokeArn": invoke_arn(call, found["AliasArn"]),
        _ALIAS: found["Name"],
        "routingConfig": {_WEIGHTS: Whole(whole)} if whole else None,
    }


def _update(call: Call, arn: str) -> None:
    place = meant(call, arn)
    _refuse_missing_versions(call, place.name)
    call.clients.lambda_.update_alias(
        FunctionName=place.name,
        Name=place.qualifier,
        FunctionVersion=text_in(call.inputs, "functionVersion"),
        Description=text_in(call.inputs, "description"),
        RoutingConfig=_routing(call),
    )


def _delete(call: Call, arn: str) -> None:
    place = meant(call, arn)
    call.clients.lambda_.delete_alias(FunctionName=place.name, Name=place.qualifier)


def _locate(call: Call, given: str) -> tuple[str, Plains]:
    function, _, name = given.rpartition("/")
    if not function:
        return given, {}
    arn = FunctionName(name=meant(call, function).name, qualifier=name).arn(call.subject.account)
    return arn, {"functionName": function, _ALIAS: name}


TYPES: Final[dict[str, LiveType]] = {
    "aws:lambda/alias:Alias": LiveType(
        create=_create, read=_read, update=_update, delete=_delete, locate=_locate, tagged=False
    ),
}
