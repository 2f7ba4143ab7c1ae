"""API Gateway, REST: resources, methods, integrations and their responses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pavedroad.provider.live.services._rest_kind import Kind
from pavedroad.provider.live.services._wire import Part, alike, plainly

if TYPE_CHECKING:
    from pavedroad.provider.live.contract import Call, LiveType
    from pavedroad.provider.live.plain import Plains
    from pavedroad.provider.live.services._wire import Members

_METHOD_PLACE: Final = ("restApi", "resourceId", "httpMethod")
_STATUS_PLACE: Final = (*_METHOD_PLACE, "statusCode")


def _path(_call: Call, found: Members) -> Plains:
    return {"path": plainly(found.get("path"))}


class _Put(Kind):
    """A kind whose whole is put again, for the emulator patches no such part."""

    def update(self, call: Call, identity: str) -> None:
        """Put it again."""
        del identity
        self.create(call)


_KINDS: Final[dict[str, Kind]] = {
    "aws:apigateway/resource:Resource": Kind(
        noun="resource",
        key="resourceId",
        names=alike("parentId", "pathPart"),
        defaults={},
        natural=("parentId", "pathPart"),
        computed=_path,
    ),
    "aws:apigateway/method:Method": Kind(
        noun="method",
        verb="put",
        prefix="agm",
        place=_METHOD_PLACE,
        names={
            **alike("apiKeyRequired", "authorizationScopes", "authorizerId", "operationName"),
            **alike("requestModels", "requestParameters", "requestValidatorId"),
            "authorization": "authorizationType",
        },
        defaults={
            "apiKeyRequired": False,
            "authorizationScopes": [],
            "authorizerId": "",
            "operationName": "",
            "requestModels": {},
            "requestParameters": {},
            "requestValidatorId": "",
        },
    ),
    "aws:apigateway/methodResponse:MethodResponse": _Put(
        noun="method_response",
        verb="put",
        prefix="agmr",
        place=_STATUS_PLACE,
        names=alike("responseModels", "responseParameters"),
        defaults={"responseModels": {}, "responseParameters": {}},
    ),
    "aws:apigateway/integration:Integration": Kind(
        noun="integration",
        verb="put",
        prefix="agi",
        place=_METHOD_PLACE,
        names={
            **alike("cacheKeyParameters", "cacheNamespace", "connectionId", "connectionType"),
            **alike("contentHandling", "credentials", "passthroughBehavior", "requestParameters"),
            **alike("requestTemplates", "responseTransferMode", "type", "uri"),
            "integrationHttpMethod": "httpMethod",
            "timeoutMilliseconds": "timeoutInMillis",
            "tlsConfig": Part("tlsConfig", alike("insecureSkipVerification")),
        },
        defaults={
            "cacheKeyParameters": [],
            "connectionType": "INTERNET",
            "contentHandling": "",
            "credentials": "",
            "passthroughBehavior": "WHEN_NO_MATCH",
            "requestParameters": {},
            "requestTemplates": {},
            "timeoutInMillis": 29000,
            "uri": "",
        },
        made={"httpMethod": "integrationHttpMethod"},
        write_only=frozenset(
            {"cacheNamespace", "connectionId", "integrationTarget", "responseTransferMode", "tlsConfig"}
        ),
    ),
    "aws:apigateway/integrationResponse:IntegrationResponse": _Put(
        noun="integration_response",
        verb="put",
        prefix="agir",
        place=_STATUS_PLACE,
        names=alike("contentHandling", "responseParameters", "responseTemplates", "selectionPattern"),
        defaults={
            "contentHandling": "",
            "responseParameters": {},
            "responseTemplates": {},
            "selectionPattern": "",
        },
    ),
}


TYPES: Final[dict[str, LiveType]] = {token: kind.live() for token, kind in _KINDS.items()}
