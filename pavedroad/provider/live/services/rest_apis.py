"""API Gateway, REST: APIs, their policies, deployments, stages and settings of methods."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from pavedroad.provider.live.contract import LiveType, Refused
from pavedroad.provider.live.plain import map_in, text_in
from pavedroad.provider.live.services._documents import written
from pavedroad.provider.live.services._operations import perform
from pavedroad.provider.live.services._patches import Patch, patches
from pavedroad.provider.live.services._rest_kind import Kind, items
from pavedroad.provider.live.services._wire import Part, alike, plainly, retag, sent, told

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pavedroad.provider.live.contract import Call
    from pavedroad.provider.live.plain import Plain, Plains
    from pavedroad.provider.live.services._wire import Members, Names

_API: Final[Names] = {
    **alike("apiKeySource", "binaryMediaTypes", "description", "disableExecuteApiEndpoint", "name"),
    "endpointConfiguration": Part("endpointConfiguration", alike("types", "vpcEndpointIds")),
}
_API_DEFAULTS: Final[Mapping[str, object]] = {
    "apiKeySource": "HEADER",
    "binaryMediaTypes": [],
    "description": "",
    "disableExecuteApiEndpoint": False,
    "minimumCompressionSize": "",
}
_IMPORTS: Final = ("body", "parameters")
_STEERING: Final = frozenset(
    {*_IMPORTS, "endpointAccessMode", "failOnWarnings", "putRestApiMode", "securityPolicy"}
)


def gateway_tags(call: Call, arn: str) -> Plains:
    """The tags of an API, a stage, a key or a plan."""
    return {**call.clients.apigateway.get_tags(resourceArn=arn).get("tags", {})}


def retag_rest(call: Call, arn: str) -> None:
    """Make the tags of an API, a stage, a key or a plan what they shall be."""
    gateway = call.clients.apigateway
    retag(
        gateway_tags(call, arn),
        call.tags,
        tag=lambda tags: gateway.tag_resource(resourceArn=arn, tags=tags),
        untag=lambda keys: gateway.untag_resource(resourceArn=arn, tagKeys=keys),
    )


def rest_arn(call: Call, path: str) -> str:
    """The ARN by which API Gateway knows its resources."""
    return f"arn:{call.partition}:apigateway:{call.region}::{path}"


# APIs


def _wanted(call: Call) -> dict[str, object]:
    wanted = {"name": call.text("name"), **sent(_API, call.inputs)}
    endpoint = map_in(call.inputs, "endpointConfiguration")
    if endpoint:
        types = endpoint.get("types")
        kinds = types if isinstance(types, list) else [types]
        wanted["endpointConfiguration"] = {
            "types": kinds,
            **({"vpcEndpointIds": endpoint["vpcEndpointIds"]} if "vpcEndpointIds" in endpoint else {}),
        }
    return wanted


def _create_api(call: Call) -> str:
    for name in _IMPORTS:
        if name in call.inputs:
            raise Refused(
                "NotSupported",
                f"{name}: the local cloud imports no OpenAPI document; write the API's resources, methods "
                "and integrations as resources of their own",
            )
    wanted = _wanted(call)
    size = text_in(call.inputs, "minimumCompressionSize")
    if size:
        wanted["minimumCompressionSize"] = int(size)
    if call.inputs.get("policy"):
        wanted["policy"] = written(call.inputs["policy"])
    return str(perform(call.clients.apigateway, "create_rest_api", **wanted, tags=call.tags)["id"])


def _find_api(call: Call) -> str | None:
    for api in items(call.clients.apigateway, "get_rest_apis"):
        if api.get("name") == call.text("name") and api["id"] not in call.taken:
            return str(api["id"])
    return None


def _policy(found: Members) -> str:
    """The policy in clear; API Gateway escapes its quotation marks."""
    return str(found.get("policy") or "").replace('\\"', '"')


def _read_api(call: Call, api: str) -> Plains:
    found = perform(call.clients.apigateway, "get_rest_api", restApiId=api)
    known = told(_API, found)
    endpoint, asked = map_in(known, "endpointConfiguration"), map_in(call.inputs, "endpointConfiguration")
    types = endpoint.get("types")
    if isinstance(types, list) and types and not isinstance(asked.get("types"), list):
        endpoint["types"] = types[0]
    if not call.inputs:
        known.pop("endpointConfiguration", None)
    if "policy" in call.inputs:
        known["policy"] = _policy(found)
    size = found.get("minimumCompressionSize")
    arn = rest_arn(call, f"/restapis/{api}")
    return {
        **known,
        "arn": arn,
        "createdDate": plainly(found["createdDate"]),
        "executionArn": f"arn:{call.partition}:execute-api:{call.region}:{call.account}:{api}",
        "minimumCompressionSize": "" if size is None else str(size),
        "rootResourceId": str(found["rootResourceId"]),
        "tags": gateway_tags(call, arn),
    }


def _update_api(call: Call, api: str) -> None:
    now = perform(call.clients.apigateway, "get_rest_api", restApiId=api)
    wanted = {**_API_DEFAULTS, **_wanted(call)}
    if text_in(call.inputs, "minimumCompressionSize"):
        wanted["minimumCompressionSize"] = text_in(call.inputs, "minimumCompressionSize")
    operations = patches(now, wanted)
    if call.wants("policy"):
        policy = call.inputs.get("policy")
        operations.append({"op": "replace", "path": "/policy", "value": written(policy) if policy else ""})
    if operations:
        perform(call.clients.apigateway, "update_rest_api", restApiId=api, patchOperations=operations)
    if call.wants("tags"):
        retag_rest(call, rest_arn(call, f"/restapis/{api}"))


def _delete_api(call: Call, api: str) -> None:
    call.clients.apigateway.delete_rest_api(restApiId=api)


# A policy of its own


def _put_policy(call: Call, api: str) -> None:
    patch: Patch = {"op": "replace", "path": "/policy", "value": written(call.inputs["policy"])}
    perform(call.clients.apigateway, "update_rest_api", restApiId=api, patchOperations=[patch])


def _create_policy(call: Call) -> str:
    _put_policy(call, call.text("restApiId"))
    return call.text("restApiId")


def _read_policy(call: Call, api: str) -> Plains | None:
    policy = _policy(perform(call.clients.apigateway, "get_rest_api", restApiId=api))
    return {"restApiId": api, "policy": policy} if policy else None


def _delete_policy(call: Call, api: str) -> None:
    patch: Patch = {"op": "replace", "path": "/policy", "value": ""}
    perform(call.clients.apigateway, "update_rest_api", restApiId=api, patchOperations=[patch])


# Stages

_STAGE: Final = Kind(
    noun="stage",
    prefix="ags",
    place=("restApi", "stageName"),
    names={
        **alike("cacheClusterEnabled", "cacheClusterSize", "clientCertificateId", "description"),
        **alike("documentationVersion", "variables"),
        "accessLogSettings": Part("accessLogSettings", alike("destinationArn", "format")),
        "deployment": "deploymentId",
        "xrayTracingEnabled": "tracingEnabled",
    },
    defaults={
        "accessLogSettings": {},
        "cacheClusterEnabled": False,
        "clientCertificateId": "",
        "description": "",
        "documentationVersion": "",
        "tracingEnabled": False,
        "variables": {},
    },
    later=frozenset({"accessLogSettings", "clientCertificateId"}),
)


def _stage_arn(call: Call) -> str:
    return rest_arn(call, f"/restapis/{call.text('restApi')}/stages/{call.text('stageName')}")


def _create_stage(call: Call) -> str:
    stages = perform(call.clients.apigateway, "get_stages", restApiId=call.text("restApi"))
    if any(stage["stageName"] == call.text("stageName") for stage in cast("list[Members]", stages["item"])):
        raise Refused("ConflictException", "Stage already exists")
    identity = _STAGE.create(call)
    retag_rest(call, _stage_arn(call))
    return identity


def _read_stage(call: Call, identity: str) -> Plains:
    api, name, arn = call.text("restApi"), call.text("stageName"), _stage_arn(call)
    suffix = call.subject.account.dns_suffix
    found = _STAGE.read(call, identity)
    if "cacheClusterEnabled" not in call.inputs and not found.get("cacheClusterEnabled"):
        found.pop("cacheClusterEnabled", None)
    return {
        **found,
        "arn": arn,
        "executionArn": f"arn:{call.partition}:execute-api:{call.region}:{call.account}:{api}/{name}",
        "invokeUrl": f"https://{api}.execute-api.{call.region}.{suffix}/{name}",
        "tags": gateway_tags(call, arn),
    }


def _update_stage(call: Call, identity: str) -> None:
    _STAGE.update(call, identity)
    if call.wants("tags"):
        retag_rest(call, _stage_arn(call))


# Settings of methods

# Property: the end of its path in a patch.
_SETTINGS: Final = {
    "cacheDataEncrypted": "caching/dataEncrypted",
    "cacheTtlInSeconds": "caching/ttlInSeconds",
    "cachingEnabled": "caching/enabled",
    "dataTraceEnabled": "logging/dataTrace",
    "loggingLevel": "logging/loglevel",
    "metricsEnabled": "metrics/enabled",
    "requireAuthorizationForCacheControl": "caching/requireAuthorizationForCacheControl",
    "throttlingBurstLimit": "throttling/burstLimit",
    "throttlingRateLimit": "throttling/rateLimit",
    "unauthorizedCacheControlHeaderStrategy": "caching/unauthorizedCacheControlHeaderStrategy",
}


def _settings_place(call: Call) -> tuple[dict[str, object], str]:
    return (
        {"restApiId": call.text("restApi"), "stageName": call.text("stageName")},
        call.text("methodPath"),
    )


def _escaped(path: str) -> str:
    resource, _, method = path.rpartition("/")
    return f"{resource.replace('~', '~0').replace('/', '~1')}/{method}"


def _put_settings(call: Call, _identity: str) -> None:
    stage, path = _settings_place(call)
    asked = map_in(call.inputs, "settings")
    # What is left out goes back to its default with the removal.
    operations: list[Patch] = [{"op": "remove", "path": f"/{_escaped(path)}"}]
    for name, end in _SETTINGS.items():
        if name in asked:
            where = f"/{_escaped(path)}/{end}"
            operations.append({"op": "replace", "path": where, "value": _value(asked[name])})
    perform(call.clients.apigateway, "update_stage", **stage, patchOperations=operations)


def _value(value: Plain) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _create_settings(call: Call) -> str:
    _put_settings(call, "")
    return f"{call.text('restApi')}-{call.text('stageName')}-{call.text('methodPath')}"


def _read_settings(call: Call, _identity: str) -> Plains | None:
    stage, path = _settings_place(call)
    found = perform(call.clients.apigateway, "get_stage", **stage)
    settings = cast("Mapping[str, Members]", found.get("methodSettings") or {}).get(path)
    if settings is None:
        return None
    place: Plains = {name: call.text(name) for name in ("restApi", "stageName", "methodPath")}
    return {**place, "settings": told(alike(*_SETTINGS), settings)}


def _delete_settings(call: Call, _identity: str) -> None:
    stage, path = _settings_place(call)
    patch: Patch = {"op": "remove", "path": f"/{_escaped(path)}"}
    perform(call.clients.apigateway, "update_stage", **stage, patchOperations=[patch])


def _locate_settings(_call: Call, identity: str) -> tuple[str, Plains]:
    api, stage, path = identity.split("/", 2)
    return f"{api}-{stage}-{path}", {"restApi": api, "stageName": stage, "methodPath": path}


TYPES: Final[dict[str, LiveType]] = {
    "aws:apigateway/methodSettings:MethodSettings": LiveType(
        create=_create_settings,
        read=_read_settings,
        update=_put_settings,
        delete=_delete_settings,
        locate=_locate_settings,
        tagged=False,
    ),
    "aws:apigateway/restApi:RestApi": LiveType(
        create=_create_api,
        read=_read_api,
        update=_update_api,
        delete=_delete_api,
        find=_find_api,
        write_only=_STEERING,
    ),
    "aws:apigateway/restApiPolicy:RestApiPolicy": LiveType(
        create=_create_policy,
        read=_read_policy,
        update=_put_policy,
        delete=_delete_policy,
        tagged=False,
    ),
    "aws:apigateway/stage:Stage": LiveType(
        create=_create_stage,
        read=_read_stage,
        update=_update_stage,
        delete=_STAGE.delete,
        locate=_STAGE.locate,
        write_only=frozenset({"canarySettings"}),
    ),
}
