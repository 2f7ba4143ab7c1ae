"""The rule on authorised routes: A5, for routes, methods, quick create and OpenAPI bodies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from guardrails.openapi import no_document, openapi_authorised
from guardrails.routes import QuickCreateFacts, RouteFacts, quick_create_closed, route_authorised
from guardrails.tls import ApiKind
from guardrails.verdict import Unknown, Verdict, combine, undecided
from policies.kit.parameters import PUBLIC_ROUTES
from policies.kit.rule import Level, Rule, Severity
from policies.rules.api.documents import parse
from policies.rules.api.tokens import HTTP_API, HTTP_ROUTE, REST_API, REST_API_PUT, REST_METHOD

if TYPE_CHECKING:
    from policies.kit.parameters import Parameters
    from policies.kit.views import ResourceView


def route_facts(view: ResourceView) -> RouteFacts:
    """What the decisions need to know of a route or method."""
    props = view.props
    rest = view.type == REST_METHOD
    return RouteFacts(
        kind=ApiKind.REST if rest else ApiKind.HTTP,
        key=props.text("httpMethod" if rest else "routeKey"),
        label=view.name,
        websocket=props.has("routeResponseSelectionExpression"),
        authorization=props.text("authorization" if rest else "authorizationType"),
        authorizer=props.text("authorizerId"),
        api_key_required=props.flag("apiKeyRequired"),
    )


def _route_authorised(view: ResourceView, parameters: Parameters) -> Verdict:
    public = parameters.texts("publicRoutes")
    if view.type in (HTTP_ROUTE, REST_METHOD):
        return route_authorised(route_facts(view), public)
    body = _body(view, public)
    if view.type != HTTP_API:
        return body
    quick = QuickCreateFacts(
        route_key=view.props.text("routeKey"), target=view.props.text("target"), label=view.name
    )
    return combine(quick_create_closed(quick, public), body)


def _body(view: ResourceView, public: tuple[str, ...]) -> Verdict:
    body = view.props.text("body")
    if body is None:
        return no_document()
    return undecided("body") if isinstance(body, Unknown) else openapi_authorised(parse(body), public)


API_ROUTE_AUTHORISED: Final = Rule(
    id="api-route-authorised",
    row="A5",
    title="Every route, method and operation of an API is authorised.",
    severity=Severity.CRITICAL,
    level=Level.MANDATORY,
    types=(HTTP_ROUTE, REST_METHOD, HTTP_API, REST_API, REST_API_PUT),
    resource=_route_authorised,
    remediation="Attach the company authoriser to the route.",
    not_applicable="OPTIONS; WebSocket routes other than $connect; matches publicRoutes",
    references=(
        "≈CKV_AWS_59",
        "CKV_AWS_309",
        "≈CKV2_AWS_70",
        "≈AVD-AWS-0004",
        "nag:APIGWAuthorization",
        "nag:CognitoUserPoolAPIGWAuthorizer",
        "guard:API_GW_METHOD_AUTHORIZATION_TYPE_RULE",
        "Config:API_GWV2_AUTHORIZATION_TYPE_CONFIGURED",
        "SH APIGateway.8",
    ),
    parameters={"publicRoutes": PUBLIC_ROUTES},
)
