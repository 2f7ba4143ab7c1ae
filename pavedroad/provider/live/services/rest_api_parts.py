"""API Gateway, REST: authorizers, validators, models, deployments, gateway responses, keys and plans."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from pavedroad.provider.live.contract import LiveType
from pavedroad.provider.live.plain import maps_in, text_in
from pavedroad.provider.live.services._operations import perform
from pavedroad.provider.live.services._patches import Patch, patches
from pavedroad.provider.live.services._rest_kind import Kind, items
from pavedroad.provider.live.services._wire import Part, Turned, alike, plainly, sent, told
from pavedroad.provider.live.services.rest_apis import gateway_tags, rest_arn, retag_rest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pavedroad.provider.live.contract import Call
    from pavedroad.provider.live.plain import Plain, Plains
    from pavedroad.provider.live.services._wire import Members, Names


def _created(_call: Call, found: Members) -> Plains:
    return {"createdDate": plainly(found["createdDate"])}


def _authorizer_arn(call: Call, found: Members) -> Plains:
    return {"arn": rest_arn(call, f"/restapis/{call.text('restApi')}/authorizers/{found['id']}")}


_KINDS: Final[dict[str, Kind]] = {
    "aws:apigateway/authorizer:Authorizer": Kind(
        noun="authorizer",
        key="authorizerId",
        names={
            **alike("authorizerCredentials", "authorizerResultTtlInSeconds", "authorizerUri"),
            **alike("identitySource", "identityValidationExpression", "name", "type"),
            "providerArns": "providerARNs",
        },
        defaults={
            "authorizerCredentials": "",
            "authorizerResultTtlInSeconds": 300,
            "identitySource": "method.request.header.Authorization",
            "identityValidationExpression": "",
            "providerARNs": [],
            "type": "TOKEN",
        },
        natural=("name",),
        also={"type": "TOKEN"},
        computed=_authorizer_arn,
    ),
    "aws:apigateway/deployment:Deployment": Kind(
        noun="deployment",
        key="deploymentId",
        names=alike("description"),
        defaults={"description": ""},
        natural=("description",),
        computed=_created,
        write_only=frozenset({"triggers", "variables"}),
    ),
    "aws:apigateway/requestValidator:RequestValidator": Kind(
        noun="request_validator",
        key="requestValidatorId",
        names=alike("name", "validateRequestBody", "validateRequestParameters"),
        defaults={"validateRequestBody": False, "validateRequestParameters": False},
        natural=("name",),
    ),
    "aws:apigateway/response:Response": Kind(
        noun="gateway_response",
        verb="put",
        prefix="aggr",
        place=("restApiId", "responseType"),
        names=alike("responseParameters", "responseTemplates", "statusCode"),
        defaults={},
    ),
}


_OWN: Final = {"application/json": '{"message":$context.error.messageString}'}


def _again(call: Call, _identity: str) -> None:
    """Put a gateway response again: that is how it changes."""
    _KINDS["aws:apigateway/response:Response"].create(call)


def _read_response(call: Call, identity: str) -> Plains | None:
    kind = _KINDS["aws:apigateway/response:Response"]
    if kind.look(call, identity).get("defaultResponse"):
        return None
    found = kind.read(call, identity)
    if "responseTemplates" not in call.inputs and (call.before or found.get("responseTemplates") == _OWN):
        found.pop("responseTemplates", None)  # API Gateway's own template
    return found


# Models are known by their name, though they have an id.

_MODEL: Final[Names] = alike("contentType", "description", "name", "schema")


def _model_place(call: Call) -> dict[str, object]:
    return {"restApiId": call.text("restApi"), "modelName": call.text("name")}


def _create_model(call: Call) -> str:
    wanted = {"name": call.text("name"), "restApiId": call.text("restApi"), **sent(_MODEL, call.inputs)}
    return str(perform(call.clients.apigateway, "create_model", **wanted)["id"])


def _find_model(call: Call) -> str | None:
    for model in items(call.clients.apigateway, "get_models", restApiId=call.text("restApi")):
        if model.get("name") == call.text("name"):
            return str(model["id"])
    return None


def _read_model(call: Call, _identity: str) -> Plains:
    found = perform(call.clients.apigateway, "get_model", **_model_place(call))
    return {**told(_MODEL, found), "restApi": call.text("restApi")}


def _update_model(call: Call, _identity: str) -> None:
    now = perform(call.clients.apigateway, "get_model", **_model_place(call))
    wanted = {"description": "", **sent(alike("description", "schema"), call.inputs)}
    operations = patches(now, wanted)
    if operations:
        perform(call.clients.apigateway, "update_model", **_model_place(call), patchOperations=operations)


def _delete_model(call: Call, _identity: str) -> None:
    perform(call.clients.apigateway, "delete_model", **_model_place(call))


def _locate_model(call: Call, identity: str) -> tuple[str, Plains]:
    api, _, name = identity.partition("/")
    found = perform(call.clients.apigateway, "get_model", restApiId=api, modelName=name)
    return str(found["id"]), {"restApi": api, "name": name}


# Keys

_KEY: Final[Names] = alike("customerId", "description", "enabled", "name", "value")


def _create_key(call: Call) -> str:
    wanted = {"enabled": True, "name": call.text("name"), **sent(_KEY, call.inputs)}
    key = str(perform(call.clients.apigateway, "create_api_key", **wanted)["id"])
    retag_rest(call, rest_arn(call, f"/apikeys/{key}"))
    return key


def _find_key(call: Call) -> str | None:
    for key in items(call.clients.apigateway, "get_api_keys"):
        if key.get("name") == call.text("name") and key["id"] not in call.taken:
            return str(key["id"])
    return None


def _read_key(call: Call, key: str) -> Plains:
    found = perform(call.clients.apigateway, "get_api_key", apiKey=key, includeValue=True)
    arn = rest_arn(call, f"/apikeys/{key}")
    return {
        **told({**_KEY, **alike("createdDate", "lastUpdatedDate")}, found),
        "arn": arn,
        "tags": gateway_tags(call, arn),
    }


def _update_key(call: Call, key: str) -> None:
    gateway = call.clients.apigateway
    now = perform(gateway, "get_api_key", apiKey=key)
    names = alike("customerId", "description", "enabled", "name")
    defaults = {"customerId": "", "description": "", "enabled": True}
    operations = patches(now, {**defaults, **sent(names, call.inputs)})
    if operations:
        perform(gateway, "update_api_key", apiKey=key, patchOperations=operations)
    if call.wants("tags"):
        retag_rest(call, rest_arn(call, f"/apikeys/{key}"))


def _delete_key(call: Call, key: str) -> None:
    call.clients.apigateway.delete_api_key(apiKey=key)


# Plans

_LIMITS: Final[Names] = alike("burstLimit", "rateLimit")


def _by_path(value: Plain) -> object:
    """Limits of methods as API Gateway takes them: by path."""
    limits = [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
    return {str(item["path"]): sent(_LIMITS, item) for item in limits}


def _of_path(value: object) -> Plain:
    found = cast("Mapping[str, Members]", value)
    return [{"path": path, **told(_LIMITS, found[path])} for path in sorted(found)]


_PLAN: Final[Names] = {
    **alike("description", "name"),
    "apiStages": Part(
        "apiStages",
        {**alike("apiId", "stage"), "throttles": Turned("throttle", _by_path, _of_path)},
        many=True,
    ),
    "quotaSettings": Part("quota", alike("limit", "offset", "period")),
    "throttleSettings": Part("throttle", _LIMITS),
}
# What API Gateway takes in a patch alone, not when a plan is made.
_PLAN_LATER: Final[Names] = alike("productCode")


def _create_plan(call: Call) -> str:
    wanted = {"name": call.text("name"), **sent(_PLAN, call.inputs)}
    plan = str(perform(call.clients.apigateway, "create_usage_plan", **wanted)["id"])
    _patch_plan(call, plan, patches({}, sent(_PLAN_LATER, call.inputs)))
    retag_rest(call, rest_arn(call, f"/usageplans/{plan}"))
    return plan


def _find_plan(call: Call) -> str | None:
    for plan in items(call.clients.apigateway, "get_usage_plans"):
        if plan.get("name") == call.text("name") and plan["id"] not in call.taken:
            return str(plan["id"])
    return None


def _read_plan(call: Call, plan: str) -> Plains:
    found = perform(call.clients.apigateway, "get_usage_plan", usagePlanId=plan)
    arn = rest_arn(call, f"/usageplans/{plan}")
    return {**told({**_PLAN, **_PLAN_LATER}, found), "arn": arn, "tags": gateway_tags(call, arn)}


def _update_plan(call: Call, plan: str) -> None:
    now = perform(call.clients.apigateway, "get_usage_plan", usagePlanId=plan)
    nothing: dict[str, object] = {"description": "", "productCode": "", "quota": {}, "throttle": {}}
    wanted = {**nothing, **sent({**_PLAN, **_PLAN_LATER}, call.inputs)}
    stages = cast("list[Members]", wanted.pop("apiStages", []))
    there = cast("list[Members]", now.get("apiStages") or [])
    _patch_plan(call, plan, [*patches(now, wanted), *_stages(there, stages)])
    if call.wants("tags"):
        retag_rest(call, rest_arn(call, f"/usageplans/{plan}"))


def _patch_plan(call: Call, plan: str, operations: list[Patch]) -> None:
    if operations:
        perform(call.clients.apigateway, "update_usage_plan", usagePlanId=plan, patchOperations=operations)


def _stages(now: list[Members], wanted: list[Members]) -> Iterator[Patch]:
    """What gives a plan its stages; one whose methods get other limits is taken away and added again."""
    there, asked = (
        {f"{item['apiId']}:{item['stage']}": _limits(item) for item in of} for of in (now, wanted)
    )
    changed = sorted(name for name in {*there, *asked} if there.get(name) != asked.get(name))
    for name in changed:
        if name in there:
            yield {"op": "remove", "path": "/apiStages", "value": name}
    for name in changed:
        if name in asked:
            yield {"op": "add", "path": "/apiStages", "value": name}
        for path, limits in asked.get(name, {}).items():
            for limit, value in limits.items():
                where = f"/apiStages/{name}/throttle/{path}/{limit}"
                yield {"op": "replace", "path": where, "value": str(value)}


def _limits(stage: Members) -> dict[str, dict[str, object]]:
    """The limits of a stage's methods; a limit that nobody gave is none."""
    throttle = cast("Mapping[str, Members]", stage.get("throttle") or {})
    return {
        path: {name: plainly(value) for name, value in limits.items() if value}
        for path, limits in throttle.items()
    }


def _delete_plan(call: Call, plan: str) -> None:
    for stage in maps_in(call.before, "apiStages"):
        # API Gateway refuses to remove a plan that has stages.
        name = f"{text_in(stage, 'apiId')}:{text_in(stage, 'stage')}"
        _patch_plan(call, plan, [{"op": "remove", "path": "/apiStages", "value": name}])
    call.clients.apigateway.delete_usage_plan(usagePlanId=plan)


# Keys of plans


def _create_plan_key(call: Call) -> str:
    made = call.clients.apigateway.create_usage_plan_key(
        usagePlanId=call.text("usagePlanId"), keyId=call.text("keyId"), keyType=call.text("keyType")
    )
    return made.get("id", "")


def _read_plan_key(call: Call, key: str) -> Plains:
    found = call.clients.apigateway.get_usage_plan_key(usagePlanId=call.text("usagePlanId"), keyId=key)
    return {
        "keyId": key,
        "keyType": found.get("type"),
        "name": found.get("name"),
        "usagePlanId": call.text("usagePlanId"),
        "value": found.get("value"),
    }


def _find_plan_key(call: Call) -> str | None:
    return call.text("keyId")


def _delete_plan_key(call: Call, key: str) -> None:
    call.clients.apigateway.delete_usage_plan_key(usagePlanId=call.text("usagePlanId"), keyId=key)


def _locate_plan_key(_call: Call, identity: str) -> tuple[str, Plains]:
    plan, _, key = identity.partition("/")
    return key, {"usagePlanId": plan, "keyId": key}


TYPES: Final[dict[str, LiveType]] = {
    **{token: kind.live() for token, kind in _KINDS.items()},
    "aws:apigateway/apiKey:ApiKey": LiveType(
        create=_create_key,
        read=_read_key,
        update=_update_key,
        delete=_delete_key,
        find=_find_key,
        secret=frozenset({"value"}),
    ),
    "aws:apigateway/model:Model": LiveType(
        create=_create_model,
        read=_read_model,
        update=_update_model,
        delete=_delete_model,
        find=_find_model,
        locate=_locate_model,
        tagged=False,
    ),
    "aws:apigateway/response:Response": LiveType(
        create=_KINDS["aws:apigateway/response:Response"].create,
        read=_read_response,
        update=_again,
        delete=_KINDS["aws:apigateway/response:Response"].delete,
        locate=_KINDS["aws:apigateway/response:Response"].locate,
        tagged=False,
    ),
    "aws:apigateway/usagePlan:UsagePlan": LiveType(
        create=_create_plan,
        read=_read_plan,
        update=_update_plan,
        delete=_delete_plan,
        find=_find_plan,
    ),
    "aws:apigateway/usagePlanKey:UsagePlanKey": LiveType(
        create=_create_plan_key,
        read=_read_plan_key,
        delete=_delete_plan_key,
        find=_find_plan_key,
        locate=_locate_plan_key,
        secret=frozenset({"value"}),
        tagged=False,
    ),
}
