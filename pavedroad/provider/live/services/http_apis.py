"""API Gateway, HTTP and WebSocket: APIs, their stages, and domain names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from pavedroad.provider.live.contract import LiveType, Refused
from pavedroad.provider.live.plain import map_in, text_in
from pavedroad.provider.live.services._operations import listing, perform
from pavedroad.provider.live.services._wire import Part, Turned, capital, retag, sent, told
from pavedroad.provider.live.services.http_api_parts import locate_part

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pavedroad.provider.live.contract import Call
    from pavedroad.provider.live.plain import Plain, Plains
    from pavedroad.provider.live.services._wire import Members, Names

_CORS: Final[Names] = capital(
    "allowCredentials", "allowHeaders", "allowMethods", "allowOrigins", "exposeHeaders", "maxAge"
)
_API: Final[Names] = {
    **capital("apiKeySelectionExpression", "description", "disableExecuteApiEndpoint", "name"),
    **capital("protocolType", "routeSelectionExpression", "version"),
    "corsConfiguration": Part("CorsConfiguration", _CORS),
}
_API_DEFAULTS: Final[Mapping[str, object]] = {
    "ApiKeySelectionExpression": "$request.header.x-api-key",
    "Description": "",
    "DisableExecuteApiEndpoint": False,
    "Version": "",
}
# A document or a quick create makes routes behind one's back; the emulator does neither.
_MAKES_MORE: Final = ("body", "target", "routeKey", "credentialsArn")
_SETTINGS: Final[Names] = capital(
    "dataTraceEnabled",
    "detailedMetricsEnabled",
    "loggingLevel",
    "throttlingBurstLimit",
    "throttlingRateLimit",
)


def tags_of(call: Call, arn: str) -> Plains:
    """The tags of an API, a stage or a domain name."""
    found = perform(call.clients.apigatewayv2, "get_tags", ResourceArn=arn).get("Tags")
    return cast("Plains", dict(cast("Mapping[str, str]", found or {})))


def retag_gateway(call: Call, arn: str) -> None:
    """Make the tags of an API, a stage or a domain name what they shall be."""
    gateway = call.clients.apigatewayv2
    retag(
        tags_of(call, arn),
        call.tags,
        tag=lambda tags: gateway.tag_resource(ResourceArn=arn, Tags=tags),
        untag=lambda keys: gateway.untag_resource(ResourceArn=arn, TagKeys=keys),
    )


def gateway_arn(call: Call, path: str) -> str:
    """The ARN by which API Gateway knows its resources."""
    return f"arn:{call.partition}:apigateway:{call.region}::{path}"


# APIs


def _create_api(call: Call) -> str:
    for name in _MAKES_MORE:
        if name in call.inputs:
            raise Refused(
                "NotSupported",
                f"{name}: the local cloud makes no routes by itself, neither from a document nor by quick "
                "create; write the API's routes, integrations and stages as resources of their own",
            )
    wanted = {**sent(_API, call.inputs), "Name": call.text("name"), "Tags": call.tags}
    return str(perform(call.clients.apigatewayv2, "create_api", **wanted)["ApiId"])


def _find_api(call: Call) -> str | None:
    for api in listing(call.clients.apigatewayv2, "get_apis"):
        same = (api.get("Name"), api.get("ProtocolType")) == (call.text("name"), call.text("protocolType"))
        if same and api["ApiId"] not in call.taken:
            return str(api["ApiId"])
    return None


def _read_api(call: Call, api: str) -> Plains:
    found = perform(call.clients.apigatewayv2, "get_api", ApiId=api)
    scheme = "wss" if found.get("ProtocolType") == "WEBSOCKET" else "https"
    arn = gateway_arn(call, f"/apis/{api}")
    return {
        **told(_API, found),
        "arn": arn,
        "apiEndpoint": f"{scheme}://{api}.execute-api.{call.region}.{call.subject.account.dns_suffix}",
        "executionArn": f"arn:{call.partition}:execute-api:{call.region}:{call.account}:{api}",
        "tags": tags_of(call, arn),
    }


def _update_api(call: Call, api: str) -> None:
    gateway = call.clients.apigatewayv2
    wanted = {**_API_DEFAULTS, "Name": call.text("name"), **sent(_API, call.inputs)}
    wanted.pop("ProtocolType", None)
    perform(gateway, "update_api", ApiId=api, **wanted)
    if call.wants("corsConfiguration") and "corsConfiguration" not in call.inputs:
        gateway.delete_cors_configuration(ApiId=api)
    if call.wants("tags"):
        retag_gateway(call, gateway_arn(call, f"/apis/{api}"))


def _delete_api(call: Call, api: str) -> None:
    call.clients.apigatewayv2.delete_api(ApiId=api)


# Stages


def _by_route(value: Plain) -> object:
    items = [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
    return {str(item["routeKey"]): sent(_SETTINGS, item) for item in items}


def _of_route(value: object) -> Plain:
    found = cast("Mapping[str, Members]", value)
    return [{"routeKey": key, **told(_SETTINGS, settings)} for key, settings in found.items()]


_STAGE: Final[Names] = {
    **capital("autoDeploy", "clientCertificateId", "deploymentId", "description", "stageVariables"),
    "accessLogSettings": Part("AccessLogSettings", capital("destinationArn", "format")),
    "defaultRouteSettings": Part("DefaultRouteSettings", _SETTINGS),
    "routeSettings": Turned("RouteSettings", _by_route, _of_route),
}
_STAGE_DEFAULTS: Final[Mapping[str, object]] = {
    "AccessLogSettings": {},
    "AutoDeploy": False,
    "DefaultRouteSettings": {},
    "Description": "",
    "RouteSettings": {},
    "StageVariables": {},
}


def _stage_arn(call: Call, stage: str) -> str:
    return gateway_arn(call, f"/apis/{call.text('apiId')}/stages/{stage}")


def _create_stage(call: Call) -> str:
    name, api = call.text("name"), call.text("apiId")
    for stage in listing(call.clients.apigatewayv2, "get_stages", ApiId=api):
        if stage.get("StageName") == name:
            raise Refused("ConflictException", "Stage already exists")
    wanted = {**sent(_STAGE, call.inputs), "Tags": call.tags}
    perform(call.clients.apigatewayv2, "create_stage", ApiId=api, StageName=name, **wanted)
    return name


def _read_stage(call: Call, name: str) -> Plains:
    api = call.text("apiId")
    found = told(_STAGE, perform(call.clients.apigatewayv2, "get_stage", ApiId=api, StageName=name))
    place = f"{call.region}:{call.account}:{api}/{name}"
    url = f"https://{api}.execute-api.{call.region}.{call.subject.account.dns_suffix}/"
    arn = _stage_arn(call, name)
    return {
        **found,
        "apiId": api,
        "arn": arn,
        "executionArn": f"arn:{call.partition}:execute-api:{place}",
        "invokeUrl": url if name == "$default" else f"{url}{name}",
        "name": name,
        "tags": tags_of(call, arn),
    }


def _update_stage(call: Call, name: str) -> None:
    gone = {
        api: ""
        for api, own in (("ClientCertificateId", "clientCertificateId"), ("DeploymentId", "deploymentId"))
        if call.wants(own)
    }
    wanted = {**_STAGE_DEFAULTS, **gone, **sent(_STAGE, call.inputs)}
    perform(call.clients.apigatewayv2, "update_stage", ApiId=call.text("apiId"), StageName=name, **wanted)
    if call.wants("tags"):
        retag_gateway(call, _stage_arn(call, name))


def _delete_stage(call: Call, name: str) -> None:
    call.clients.apigatewayv2.delete_stage(ApiId=call.text("apiId"), StageName=name)


# Domain names


_CONFIGURATION: Final[Names] = {
    **capital("certificateArn", "endpointType", "hostedZoneId", "ipAddressType", "securityPolicy"),
    "ownershipVerificationCertificateArn": "OwnershipVerificationCertificateArn",
    "targetDomainName": "ApiGatewayDomainName",
}
_ANSWERED: Final = frozenset({"hostedZoneId", "targetDomainName"})
_COMPUTED: Final = _ANSWERED | {"ipAddressType"}


def _configuration(call: Call) -> dict[str, object]:
    block = map_in(call.inputs, "domainNameConfiguration")
    given = {key: item for key, item in block.items() if key not in _ANSWERED}
    wanted: dict[str, object] = {"DomainNameConfigurations": [sent(_CONFIGURATION, given)]}
    trust = sent(
        capital("truststoreUri", "truststoreVersion"), map_in(call.inputs, "mutualTlsAuthentication")
    )
    if trust:
        wanted["MutualTlsAuthentication"] = trust
    if "routingMode" in call.inputs:
        wanted["RoutingMode"] = call.inputs["routingMode"]
    return wanted


def _create_domain(call: Call) -> str:
    name = call.text("domainName")
    perform(
        call.clients.apigatewayv2,
        "create_domain_name",
        DomainName=name,
        Tags=call.tags,
        **_configuration(call),
    )
    return name


def _read_domain(call: Call, name: str) -> Plains:
    found = perform(call.clients.apigatewayv2, "get_domain_name", DomainName=name)
    configurations = cast("list[Members]", found["DomainNameConfigurations"])
    names: Names = {
        **capital("apiMappingSelectionExpression", "domainName", "routingMode"),
        "mutualTlsAuthentication": Part(
            "MutualTlsAuthentication", capital("truststoreUri", "truststoreVersion")
        ),
    }
    arn = gateway_arn(call, f"/domainnames/{name}")
    known = told(names, found)
    configuration = told(_CONFIGURATION, configurations[0])
    if "domainNameConfiguration" not in call.inputs:
        # An import tells what a program may say; the rest comes with the next refresh.
        configuration = {key: item for key, item in configuration.items() if key not in _COMPUTED}
    if not text_in(map_in(known, "mutualTlsAuthentication"), "truststoreUri"):
        known.pop("mutualTlsAuthentication", None)  # turned off again
    return {
        **known,
        "arn": arn,
        "domainNameConfiguration": configuration,
        "tags": tags_of(call, arn),
    }


def _update_domain(call: Call, name: str) -> None:
    wanted = {"MutualTlsAuthentication": {"TruststoreUri": ""}, "RoutingMode": "API_MAPPING_ONLY"}
    if not call.wants("mutualTlsAuthentication"):
        wanted.pop("MutualTlsAuthentication")
    perform(
        call.clients.apigatewayv2,
        "update_domain_name",
        DomainName=name,
        **{**wanted, **_configuration(call)},
    )
    if call.wants("tags"):
        retag_gateway(call, gateway_arn(call, f"/domainnames/{name}"))


def _delete_domain(call: Call, name: str) -> None:
    call.clients.apigatewayv2.delete_domain_name(DomainName=name)


# Mappings of APIs to domain names

_MAPPING: Final[Names] = capital("apiId", "apiMappingKey", "stage")


def _create_mapping(call: Call) -> str:
    wanted = {**sent(_MAPPING, call.inputs), "DomainName": call.text("domainName")}
    return str(perform(call.clients.apigatewayv2, "create_api_mapping", **wanted)["ApiMappingId"])


def _find_mapping(call: Call) -> str | None:
    domain, key = call.text("domainName"), text_in(call.inputs, "apiMappingKey")
    for mapping in listing(call.clients.apigatewayv2, "get_api_mappings", DomainName=domain):
        if (mapping.get("ApiMappingKey") or "") == key and mapping["ApiMappingId"] not in call.taken:
            return str(mapping["ApiMappingId"])
    return None


def _mapping_place(call: Call, identity: str) -> dict[str, object]:
    return {"DomainName": call.text("domainName"), "ApiMappingId": identity}


def _read_mapping(call: Call, identity: str) -> Plains:
    found = perform(call.clients.apigatewayv2, "get_api_mapping", **_mapping_place(call, identity))
    return {**told(_MAPPING, found), "domainName": call.text("domainName")}


def _update_mapping(call: Call, identity: str) -> None:
    wanted = {"ApiMappingKey": "", **sent(_MAPPING, call.inputs)}
    perform(call.clients.apigatewayv2, "update_api_mapping", **_mapping_place(call, identity), **wanted)


def _delete_mapping(call: Call, identity: str) -> None:
    perform(call.clients.apigatewayv2, "delete_api_mapping", **_mapping_place(call, identity))


def _locate_mapping(_call: Call, identity: str) -> tuple[str, Plains]:
    own, _, domain = identity.partition("/")
    return own, {"domainName": domain}


TYPES: Final[dict[str, LiveType]] = {
    "aws:apigatewayv2/api:Api": LiveType(
        create=_create_api,
        read=_read_api,
        update=_update_api,
        delete=_delete_api,
        find=_find_api,
        write_only=frozenset({*_MAKES_MORE, "failOnWarnings", "ipAddressType"}),
    ),
    "aws:apigatewayv2/apiMapping:ApiMapping": LiveType(
        create=_create_mapping,
        read=_read_mapping,
        update=_update_mapping,
        delete=_delete_mapping,
        find=_find_mapping,
        locate=_locate_mapping,
        tagged=False,
    ),
    "aws:apigatewayv2/domainName:DomainName": LiveType(
        create=_create_domain,
        read=_read_domain,
        update=_update_domain,
        delete=_delete_domain,
    ),
    "aws:apigatewayv2/stage:Stage": LiveType(
        create=_create_stage,
        read=_read_stage,
        update=_update_stage,
        delete=_delete_stage,
        locate=locate_part,
    ),
}
