"""API Gateway, HTTP and WebSocket: integrations, routes, authorizers and deployments of an API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pavedroad.provider.live.contract import LiveType, Refused
from pavedroad.provider.live.plain import text_in
from pavedroad.provider.live.services._operations import listing, perform
from pavedroad.provider.live.services._wire import Part, Turned, capital, plainly, sent, told

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pavedroad.provider.live.contract import Call
    from pavedroad.provider.live.plain import Plain, Plains
    from pavedroad.provider.live.services._wire import Members, Names


@dataclass(frozen=True, kw_only=True)
class _Kind:
    """What an API has several of.

    Attributes:
        noun: Its name in operations, such as `route`.
        key: The member with its id.
        names: Its properties.
        defaults: What takes an input away again; a change leaves alone what it does not name.
        also: What is said even when the program does not, because the defaults differ.
        natural: Members that tell one from another where AWS draws the id.
        write_only: Inputs that the emulator does not keep.
        trim: Leaves out of an answer what AWS would not say.
        check: Refuses what AWS refuses.
    """

    noun: str
    key: str
    names: Names
    defaults: Mapping[str, object]
    natural: tuple[str, ...]
    write_only: frozenset[str] = frozenset()
    also: Callable[[Call], dict[str, object]] = lambda _call: {}
    trim: Callable[[Call, Plains], Plains] = lambda _call, found: found
    check: Callable[[Call, str], None] = lambda _call, _identity: None

    def create(self, call: Call) -> str:
        self.check(call, "")
        made = perform(
            call.clients.apigatewayv2,
            f"create_{self.noun}",
            ApiId=call.text("apiId"),
            **{**self.also(call), **sent(self.names, call.inputs)},
        )
        return str(made[self.key])

    def read(self, call: Call, identity: str) -> Plains:
        found = perform(call.clients.apigatewayv2, f"get_{self.noun}", **self._place(call, identity))
        return {**self.trim(call, told(self.names, found)), "apiId": call.text("apiId")}

    def update(self, call: Call, identity: str) -> None:
        self.check(call, identity)
        perform(
            call.clients.apigatewayv2,
            f"update_{self.noun}",
            **self._place(call, identity),
            **self._wanted(call),
        )

    def delete(self, call: Call, identity: str) -> None:
        perform(call.clients.apigatewayv2, f"delete_{self.noun}", **self._place(call, identity))

    def find(self, call: Call) -> str | None:
        wanted = self._wanted(call)
        for item in listing(call.clients.apigatewayv2, f"get_{self.noun}s", ApiId=call.text("apiId")):
            same = all((item.get(name) or "") == (wanted.get(name) or "") for name in self.natural)
            if same and item[self.key] not in call.taken:
                return str(item[self.key])
        return None

    def _wanted(self, call: Call) -> dict[str, object]:
        return {**self.defaults, **self.also(call), **sent(self.names, call.inputs)}

    def _place(self, call: Call, identity: str) -> dict[str, object]:
        return {"ApiId": call.text("apiId"), self.key: identity}


def locate_part(_call: Call, identity: str) -> tuple[str, Plains]:
    """A part of an API is imported as `<API id>/<its id>`."""
    api, _, own = identity.partition("/")
    return own, {"apiId": api}


# Maps in the API that are lists in the SDK: the key is one of the properties.


def _by_status(value: Plain) -> object:
    items = [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
    return {str(item["statusCode"]): item.get("mappings") for item in items}


def _of_status(value: object) -> Plain:
    found = plainly(value)
    items = found.items() if isinstance(found, dict) else ()
    return [{"statusCode": status, "mappings": mappings} for status, mappings in items]


def _by_parameter(value: Plain) -> object:
    items = [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
    return {str(item["requestParameterKey"]): {"Required": item.get("required") is True} for item in items}


def _of_parameter(value: object) -> Plain:
    found = plainly(value)
    items = found.items() if isinstance(found, dict) else ()
    return [
        {"requestParameterKey": key, "required": isinstance(item, dict) and item.get("Required") is True}
        for key, item in items
    ]


def _trim_integration(call: Call, found: Plains) -> Plains:
    # Functions are always called by POST; the official provider does not mind.
    if "integrationMethod" not in call.inputs and found.get("integrationMethod") == "POST":
        found.pop("integrationMethod")
    return found


def _trim_authorizer(_call: Call, found: Plains) -> Plains:
    if found.get("authorizerType") == "JWT":
        # These are of Lambda authorizers only.
        found.pop("authorizerPayloadFormatVersion", None)
        found["authorizerResultTtlInSeconds"] = 0
    return found


def _authorizer_seconds(call: Call) -> dict[str, object]:
    function = text_in(call.inputs, "authorizerType") == "REQUEST"
    return {"AuthorizerResultTtlInSeconds": 300} if function else {}


def _route_key_is_free(call: Call, identity: str) -> None:
    key = text_in(call.inputs, "routeKey")
    for route in listing(call.clients.apigatewayv2, "get_routes", ApiId=call.text("apiId")):
        if route.get("RouteKey") == key and route.get("RouteId") != identity:
            raise Refused("ConflictException", f"Route with key {key} already exists for this API")


_INTEGRATION: Final = _Kind(
    noun="integration",
    key="IntegrationId",
    names={
        **capital("connectionId", "connectionType", "contentHandlingStrategy", "credentialsArn"),
        **capital("description", "integrationMethod", "integrationSubtype", "integrationType"),
        **capital("integrationUri", "passthroughBehavior", "payloadFormatVersion", "requestParameters"),
        **capital("requestTemplates", "templateSelectionExpression"),
        "integrationResponseSelectionExpression": "IntegrationResponseSelectionExpression",
        "responseParameters": Turned("ResponseParameters", _by_status, _of_status),
        "timeoutMilliseconds": "TimeoutInMillis",
        "tlsConfig": Part("TlsConfig", capital("serverNameToVerify")),
    },
    defaults={
        "Description": "",
        "RequestParameters": {},
        "RequestTemplates": {},
        "ResponseParameters": {},
        "TimeoutInMillis": 30000,
    },
    natural=("IntegrationType", "IntegrationUri", "Description", "PayloadFormatVersion"),
    write_only=frozenset(
        {
            "connectionId",
            "credentialsArn",
            "integrationSubtype",
            "passthroughBehavior",
            "templateSelectionExpression",
            "tlsConfig",
        }
    ),
    also=lambda _call: {"PayloadFormatVersion": "1.0"},
    trim=_trim_integration,
)
_ROUTE: Final = _Kind(
    noun="route",
    key="RouteId",
    names={
        **capital("apiKeyRequired", "authorizationScopes", "authorizationType", "authorizerId"),
        **capital("modelSelectionExpression", "operationName", "requestModels", "routeKey"),
        **capital("routeResponseSelectionExpression", "target"),
        "requestParameters": Turned("RequestParameters", _by_parameter, _of_parameter),
    },
    defaults={
        "ApiKeyRequired": False,
        "AuthorizationScopes": [],
        "AuthorizationType": "NONE",
        "AuthorizerId": "",
        "ModelSelectionExpression": "",
        "OperationName": "",
        "RequestModels": {},
        "RequestParameters": {},
        "RouteResponseSelectionExpression": "",
        "Target": "",
    },
    natural=("RouteKey",),
    check=_route_key_is_free,
)
_AUTHORIZER: Final = _Kind(
    noun="authorizer",
    key="AuthorizerId",
    names={
        **capital("authorizerCredentialsArn", "authorizerPayloadFormatVersion", "authorizerType"),
        **capital("authorizerResultTtlInSeconds", "authorizerUri", "enableSimpleResponses", "name"),
        "identitySources": "IdentitySource",
        "jwtConfiguration": Part("JwtConfiguration", {"audiences": "Audience", "issuer": "Issuer"}),
    },
    defaults={
        "AuthorizerCredentialsArn": "",
        "EnableSimpleResponses": False,
    },
    natural=("Name",),
    also=_authorizer_seconds,
    trim=_trim_authorizer,
)
_DEPLOYMENT: Final = _Kind(
    noun="deployment",
    key="DeploymentId",
    names=capital("description"),
    defaults={"Description": ""},
    natural=("Description",),
    write_only=frozenset({"triggers"}),
)


def _read_deployment(call: Call, identity: str) -> Plains:
    found = perform(
        call.clients.apigatewayv2, "get_deployment", ApiId=call.text("apiId"), DeploymentId=identity
    )
    automatic = found.get("AutoDeployed") is True
    return {**_DEPLOYMENT.read(call, identity), "autoDeployed": automatic}


def _update_deployment(call: Call, identity: str) -> None:
    now: Members = perform(
        call.clients.apigatewayv2, "get_deployment", ApiId=call.text("apiId"), DeploymentId=identity
    )
    if (now.get("Description") or "") != text_in(call.inputs, "description"):
        _DEPLOYMENT.update(call, identity)


def _live(kind: _Kind) -> LiveType:
    return LiveType(
        create=kind.create,
        read=kind.read,
        update=kind.update,
        delete=kind.delete,
        find=kind.find,
        locate=locate_part,
        write_only=kind.write_only,
        tagged=False,
    )


TYPES: Final[dict[str, LiveType]] = {
    "aws:apigatewayv2/authorizer:Authorizer": _live(_AUTHORIZER),
    "aws:apigatewayv2/deployment:Deployment": LiveType(
        create=_DEPLOYMENT.create,
        read=_read_deployment,
        update=_update_deployment,
        delete=_DEPLOYMENT.delete,
        find=_DEPLOYMENT.find,
        locate=locate_part,
        write_only=_DEPLOYMENT.write_only,
        tagged=False,
    ),
    "aws:apigatewayv2/integration:Integration": _live(_INTEGRATION),
    "aws:apigatewayv2/route:Route": _live(_ROUTE),
}
