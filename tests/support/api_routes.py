"""Cases of the rule on authorised routes: A5."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from policies.rules.api import API_ROUTE_AUTHORISED
from policies.rules.api.tokens import HTTP_API, HTTP_ROUTE, REST_API, REST_API_PUT, REST_METHOD
from tests.support.policies import Computed, Data, Res
from tests.support.rule_cases import Case

if TYPE_CHECKING:
    from collections.abc import Mapping

UNKNOWN: Final = Computed()
_HEALTH: Final = {"publicRoutes": ["GET /health", "GET /docs/*"]}


def route(
    key: Data = "GET /orders", authorization: Data = "JWT", authorizer: Data = UNKNOWN, **more: Data
) -> Res:
    """A compliant route of an HTTP API with some properties changed; None takes one away."""
    props = {"routeKey": key, "authorizationType": authorization, "authorizerId": authorizer, **more}
    return Res(type=HTTP_ROUTE, name="orders-route", props=props)


def method(
    verb: Data = "GET", authorization: Data = "CUSTOM", authorizer: Data = UNKNOWN, **more: Data
) -> Res:
    """A compliant method of a REST API with some properties changed."""
    props = {"httpMethod": verb, "authorization": authorization, "authorizerId": authorizer, **more}
    return Res(type=REST_METHOD, name="orders-get", props=props)


def api(kind: str = HTTP_API, **props: Data) -> Res:
    named = {} if kind == REST_API_PUT else {"name": "orders"}
    return Res(type=kind, name="orders", props={**named, **props})


def body(operations: Data, **root: Data) -> str:
    return json.dumps({"openapi": "3.0.1", "paths": operations, **root})


def _case(
    name: str,
    subject: Res,
    *,
    keys: tuple[str, ...] = (),
    undecided: tuple[str, ...] = (),
    off: str = "",
    says: tuple[str, ...] = (),
    parameters: Mapping[str, Data] | None = None,
) -> Case:
    return Case(
        rule=API_ROUTE_AUTHORISED,
        name=name,
        resources=(subject,),
        keys=keys,
        undecided=undecided,
        not_applicable=off,
        says=says,
        parameters=parameters or {},
    )


_ORDERS: Final = ("route:GET /orders",)
_ROUTES: Final = (
    _case("JWT with an authoriser passes", route()),
    _case("CUSTOM with an authoriser passes", route(authorization="CUSTOM")),
    _case("AWS_IAM needs no authoriser", route(authorization="AWS_IAM", authorizer=None)),
    _case(
        "NONE fails",
        route(authorization="NONE", authorizer=None),
        keys=_ORDERS,
        says=(
            "orders-route (aws:apigatewayv2/route:Route): authorizationType is NONE on GET /orders; ",
            "JWT, AWS_IAM, CUSTOM is required. Attach the company authoriser to the route. ",
            "[route:GET /orders]",
        ),
    ),
    _case("absent is NONE", route(authorization=None), keys=_ORDERS, says=("not set, which means NONE",)),
    _case("empty is absent", route(authorization=""), keys=_ORDERS),
    _case(
        "an API key authorises nobody",
        route(authorization=None, apiKeyRequired=True),
        keys=_ORDERS,
        says=("an API key authorises nobody",),
    ),
    _case("a type of REST APIs fails", route(authorization="COGNITO_USER_POOLS"), keys=_ORDERS),
    _case("case counts", route(authorization="jwt"), keys=_ORDERS),
    _case(
        "JWT without authoriser fails",
        route(authorizer=None),
        keys=_ORDERS,
        says=("authorizerId is not set",),
    ),
    _case("an unknown type is undecided", route(authorization=UNKNOWN), undecided=("authorizationType",)),
    _case("an unknown key does not matter when authorised", route(key=UNKNOWN, authorization="CUSTOM")),
    _case("an unknown key may be $connect, which knows no JWT", route(key=UNKNOWN), undecided=("routeKey",)),
    _case(
        "an unknown open key is undecided", route(key=UNKNOWN, authorization="NONE"), undecided=("routeKey",)
    ),
    _case(
        "OPTIONS", route(key="OPTIONS /orders", authorization="NONE"), off="OPTIONS carries no credentials"
    ),
    _case(
        "a path with OPTIONS in it",
        route(key="GET /OPTIONS", authorization="NONE"),
        keys=("route:GET /OPTIONS",),
    ),
    _case(
        "a public route",
        route(key="GET /health", authorization="NONE"),
        off="public on purpose",
        parameters=_HEALTH,
    ),
    _case("a public glob", route(key="GET /docs/a", authorization="NONE"), off="public", parameters=_HEALTH),
    _case("another route is not public", route(authorization="NONE"), keys=_ORDERS, parameters=_HEALTH),
    _case(
        "a route that is public by its logical name",
        route(authorization="NONE"),
        off="public",
        parameters={"publicRoutes": ["orders-route"]},
    ),
    _case(
        "the catch-all of an HTTP API fails",
        route(key="$default", authorization="NONE"),
        keys=("route:$default",),
        says=("list a WebSocket $default by its logical name",),
    ),
    _case(
        "$connect needs authorisation", route(key="$connect", authorization="NONE"), keys=("route:$connect",)
    ),
    _case("$connect with AWS_IAM passes", route(key="$connect", authorization="AWS_IAM", authorizer=None)),
    _case("$connect knows no JWT", route(key="$connect"), keys=("route:$connect",)),
    _case("$disconnect", route(key="$disconnect", authorization="NONE"), off="at $connect"),
    _case("a message of a WebSocket", route(key="send", authorization="NONE"), off="at $connect"),
    _case(
        "the default of a WebSocket that answers",
        route(key="$default", authorization="NONE", routeResponseSelectionExpression="$default"),
        off="at $connect",
    ),
)

_METHODS: Final = (
    _case("CUSTOM passes", method()),
    _case("COGNITO_USER_POOLS passes", method(authorization="COGNITO_USER_POOLS")),
    _case("AWS_IAM passes on a method", method(authorization="AWS_IAM", authorizer=None)),
    _case(
        "an open method fails",
        method(authorization="NONE", authorizer=None, apiKeyRequired=True),
        keys=("route:GET",),
        says=(
            "authorization is NONE; an API key authorises nobody on GET; CUSTOM, AWS_IAM, COGNITO_USER_POOLS",
        ),
    ),
    _case("JWT is no type of methods", method(authorization="JWT"), keys=("route:GET",)),
    _case("ANY is judged", method("ANY", authorization="NONE"), keys=("route:ANY",)),
    _case("a method without authoriser fails", method(authorizer=None), keys=("route:GET",)),
    _case("OPTIONS on a method", method("OPTIONS", authorization="NONE"), off="OPTIONS"),
    _case(
        "the misspelt OPTION is no OPTIONS", method("OPTION", authorization="NONE"), keys=("route:OPTION",)
    ),
    _case("an unknown method type is undecided", method(authorization=UNKNOWN), undecided=("authorization",)),
    _case(
        "an unknown open method is undecided",
        method(UNKNOWN, authorization="NONE"),
        undecided=("httpMethod",),
    ),
    _case(
        "a public method, by verb and logical name",
        method(authorization="NONE"),
        off="public",
        parameters={"publicRoutes": ["GET orders-*"]},
    ),
)

_SCHEMES: Final = {
    "company": {"type": "oauth2", "x-amazon-apigateway-authorizer": {"type": "jwt"}},
    "function": {"type": "apiKey", "x-amazon-apigateway-authorizer": {"type": "request"}},
    "sigv4": {"type": "apiKey", "x-amazon-apigateway-authtype": "awsSigv4"},
    "key": {"type": "apiKey", "name": "x-api-key", "in": "header"},
}
_SECURED: Final = {"components": {"securitySchemes": _SCHEMES}}
_YAML: Final = """
openapi: 3.0.1
paths:
  /orders:
    get:
      responses: {200: {description: ok}}
    post:
      security:
        - company: [orders/write]
"""


def operation(*security: Data) -> dict[str, Data]:
    return {"/orders": {"get": {"security": list(security)}}}


def _documents(kind: str) -> tuple[Case, ...]:
    """The cases of a body, for one of the three resource types that carry one."""
    word = kind.rpartition(":")[2]

    def case(name: str, text: Data, **expected: object) -> Case:
        return _case(f"{word}: {name}", api(kind, body=text), **expected)  # pyright: ignore[reportArgumentType] - the keywords of _case

    return (
        case("an operation with security passes", body(operation({"company": []}), **_SECURED)),
        case("an undefined scheme is taken at its word", body(operation({"elsewhere": []}))),
        case("the document's security counts", body({"/orders": {"get": {}}}, security=[{"company": []}])),
        case(
            "an authoriser of type apiKey passes",
            body(operation({"function": []}, {"sigv4": []}), **_SECURED),
        ),
        case(
            "an API key beside an authoriser passes", body(operation({"company": [], "key": []}), **_SECURED)
        ),
        case("OPTIONS is left out", body({"/orders": {"options": {}, "parameters": []}})),
        case("no operation at all passes", body({})),
        case(
            "no security fails",
            body({"/orders": {"get": {}, "x-amazon-apigateway-any-method": {}}}),
            keys=("route:ANY /orders", "route:GET /orders"),
            says=("operation ANY /orders of body is open: it has no security and the document has none",),
        ),
        case(
            "an empty list fails",
            body(operation(), security=[{"company": []}]),
            keys=_ORDERS,
            says=("is empty",),
        ),
        case(
            "an empty list of the document fails", body({"/orders": {"get": {}}}, security=[]), keys=_ORDERS
        ),
        case(
            "an empty alternative fails",
            body(operation({"company": []}, {})),
            keys=_ORDERS,
            says=("alternative",),
        ),
        case(
            "an API key alone fails",
            body(operation({"company": []}, {"key": []}), **_SECURED),
            keys=_ORDERS,
            says=("accepts an API key alone",),
        ),
        case(
            "Swagger 2 definitions count",
            body(operation({"key": []}), securityDefinitions=_SCHEMES),
            keys=_ORDERS,
        ),
        case("a public operation passes", body({"/docs/a": {"get": {}}}), parameters=_HEALTH),
        case("YAML is read", _YAML, keys=_ORDERS),
        case("an unknown body is undecided", UNKNOWN, undecided=("body",)),
        case("an unreadable body is undecided", "paths: [", undecided=("body",)),
        case("a body of another shape is undecided", '["paths"]', undecided=("body",)),
        case(
            "a referred path is undecided",
            body({"/orders": {"$ref": "#/x"}}),
            undecided=("body paths /orders",),
        ),
    )


_QUICK: Final = (
    _case(
        "a target makes an open route",
        api(target=UNKNOWN),
        keys=("route:quick-create",),
        says=(
            "target is set, so quick create makes route $default without authorisation",
            "Drop routeKey and target",
        ),
    ),
    _case("a route key makes an open route", api(routeKey="GET /orders"), keys=("route:quick-create",)),
    _case("an unknown route key makes one", api(routeKey=UNKNOWN), keys=("route:quick-create",)),
    _case(
        "quick create of a public route",
        api(routeKey="GET /health", target="x"),
        off="public on",
        parameters=_HEALTH,
    ),
    _case(
        "an unknown route key may be public",
        api(routeKey=UNKNOWN),
        undecided=("routeKey",),
        parameters=_HEALTH,
    ),
    _case(
        "quick create and body are both judged",
        api(target="x", body=body(operation())),
        keys=("route:GET /orders", "route:quick-create"),
    ),
    _case("an API with neither", api(), off="makes no route by itself"),
    _case("a REST API without body", api(REST_API), off="no OpenAPI body"),
)

CASES: Final = (
    *_ROUTES,
    *_METHODS,
    *(case for kind in (HTTP_API, REST_API, REST_API_PUT) for case in _documents(kind)),
    *_QUICK,
)
