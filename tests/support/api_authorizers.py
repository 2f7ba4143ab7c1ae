"""Cases of the rule on the company's authorisers: A6."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policies.rules.api import API_AUTHORIZER_COMPANY
from policies.rules.api.tokens import FUNCTION, FUNCTION_ALIAS, HTTP_AUTHORIZER, REST_AUTHORIZER
from tests.support.api_routes import method, route
from tests.support.policies import Computed, Data, Mode, Res
from tests.support.rule_cases import Case

if TYPE_CHECKING:
    from collections.abc import Mapping

UNKNOWN: Final = Computed()
ISSUER: Final = "https://login.example.com/"
POOL: Final = "arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_AbCdEf123"
ORGANISATION: Final = {
    "jwtIssuers": [ISSUER],
    "jwtAudiences": ["orders", "billing"],
    "authorizerFunctions": ["company-authorizer", "arn:aws:lambda:*:999988887777:function:shared-authorizer"],
    "userPoolArns": [POOL],
    "ownAccounts": ["111122223333"],
}


def uri(function: str = "company-authorizer", account: str = "111122223333", suffix: str = "") -> str:
    arn = f"arn:aws:lambda:eu-west-1:{account}:function:{function}{suffix}"
    return f"arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/{arn}/invocations"


def jwt(issuer: Data = ISSUER, audiences: Data = ("orders",), **more: Data) -> Res:
    configuration = {"issuer": issuer, "audiences": audiences}
    return _http({"authorizerType": "JWT", "jwtConfiguration": configuration, **more})


def request(address: Data = UNKNOWN, depends: tuple[str, ...] = (), **more: Data) -> Res:
    props: dict[str, Data] = {"identitySources": ["$request.header.Authorization"], **more}
    return _http({"authorizerType": "REQUEST", "authorizerUri": address, **props}, depends)


def rest(kind: Data, depends: tuple[str, ...] = (), **props: Data) -> Res:
    return Res(
        type=REST_AUTHORIZER,
        name="authorizer",
        props={"type": kind, **props},
        depends={"authorizerUri": depends} if depends else {},
    )


def function(name: Data = "company-authorizer") -> Res:
    return Res(type=FUNCTION, name="function", props={"name": name})


def reach(subject: Res, target: str = "authorizer") -> Res:
    """The route or method, with an id that depends on an authoriser."""
    return Res(type=subject.type, name=subject.name, props=subject.props, depends={"authorizerId": (target,)})


def _http(props: Mapping[str, Data], depends: tuple[str, ...] = ()) -> Res:
    links = {"authorizerUri": depends} if depends else {}
    return Res(type=HTTP_AUTHORIZER, name="authorizer", props=props, depends=links)


def _case(
    name: str,
    *resources: Res,
    keys: tuple[str, ...] = (),
    undecided: tuple[str, ...] = (),
    off: str = "",
    says: tuple[str, ...] = (),
    parameters: Mapping[str, Data] | None = None,
    configured: bool = True,
) -> Case:
    return Case(
        rule=API_AUTHORIZER_COMPANY,
        name=name,
        resources=resources,
        keys=keys,
        undecided=undecided,
        not_applicable=off,
        says=says,
        parameters=(ORGANISATION if configured else {}) | dict(parameters or {}),
        modes=tuple(Mode),
    )


_JWT: Final = (
    _case("the company's issuer and audience pass", jwt()),
    _case("two audiences pass", jwt(audiences=["orders", "billing"])),
    _case(
        "another issuer fails",
        jwt("https://login.example.org/"),
        keys=("issuer",),
        says=(
            "authorizer (aws:apigatewayv2/authorizer:Authorizer): jwtConfiguration.issuer is ",
            "https://login.example.org/; issuer https://login.example.com/ is required.",
            "Use the company JWT issuer or authoriser function. [issuer]",
        ),
    ),
    _case("no issuer fails", jwt(None), keys=("issuer",), says=("issuer is not set",)),
    _case(
        "an issuer with credentials is not quoted",
        jwt("https://a:b@x.com/"),
        keys=("issuer",),
        says=("another issuer",),
    ),
    _case("no audience fails", jwt(audiences=[]), keys=("audience",), says=("audiences is empty",)),
    _case(
        "each foreign audience is named",
        jwt(audiences=["web", "orders", "app"]),
        keys=("audience:app", "audience:web"),
        says=("jwtConfiguration.audiences holds app; only orders, billing is allowed",),
    ),
    _case("issuer and audience are both reported", jwt(None, ["web"]), keys=("audience:web", "issuer")),
    _case("an unknown issuer is undecided, once", jwt(UNKNOWN), undecided=("jwtConfiguration.issuer",)),
    _case(
        "an unknown audience is undecided", jwt(audiences=["orders", UNKNOWN]), undecided=("audiences[1]",)
    ),
    _case(
        "an unknown audience hides no foreign one, reported once",
        jwt(audiences=["web", UNKNOWN]),
        keys=("audience:web",),
        undecided=("audiences[1]",),
    ),
    _case("unknown audiences are undecided", jwt(audiences=UNKNOWN), undecided=("audiences",)),
    _case("JWT caches nothing", jwt(), parameters={"maximumTtl": 60}),
)

_FUNCTIONS: Final = (
    _case("the company's function passes", request(uri())),
    _case("an alias of it passes", request(uri(suffix=":live"))),
    _case("a function given by ARN passes", request(uri("shared-authorizer", "999988887777"))),
    _case(
        "another function fails",
        request(uri("mine")),
        keys=("authorizerUri",),
        says=("function:mine;", "company-authorizer"),
    ),
    _case("a longer name is another function", request(uri("company-authorizer2")), keys=("authorizerUri",)),
    _case(
        "the name in a foreign account fails", request(uri(account="999988887777")), keys=("authorizerUri",)
    ),
    _case(
        "the name inside a path fails",
        request(uri("mine", suffix=":company-authorizer")),
        keys=("authorizerUri",),
    ),
    _case(
        "another address fails without being quoted",
        request("https://user:pass@example.com/company-authorizer"),
        keys=("authorizerUri",),
        says=("authorizerUri names no function",),
    ),
    _case("no address fails", request(None), keys=("authorizerUri",), says=("authorizerUri is not set",)),
    _case("an in-stack function of the name passes", function(), request(Computed(uri()), ("function",))),
    _case(
        "an in-stack function of another name fails, once in both modes",
        function("mine"),
        request(Computed(uri("mine")), ("function",)),
        keys=("authorizerUri",),
    ),
    _case(
        "a function behind an alias fails",
        function("mine"),
        Res(
            type=FUNCTION_ALIAS,
            name="live",
            props={"functionName": UNKNOWN},
            depends={"functionName": ("function",)},
        ),
        request(UNKNOWN, ("live",)),
        keys=("authorizerUri",),
        says=("authorizerUri refers to function mine",),
    ),
    _case(
        "a function of unknown name is undecided",
        function(UNKNOWN),
        request(UNKNOWN, ("function",)),
        undecided=("authorizerUri",),
    ),
    _case(
        "an unknown address without dependency is undecided, once", request(), undecided=("authorizerUri",)
    ),
    _case("the longest cache passes", request(uri(), authorizerResultTtlInSeconds=300)),
    _case(
        "a longer cache fails",
        request(uri(), authorizerResultTtlInSeconds=301),
        keys=("ttl",),
        says=("authorizerResultTtlInSeconds is 301; at most 300 is required",),
    ),
    _case(
        "an absent cache time is 300",
        request(uri()),
        keys=("ttl",),
        parameters={"maximumTtl": 299},
        says=("is 300;",),
    ),
    _case(
        "an unknown cache time is undecided",
        request(uri(), authorizerResultTtlInSeconds=UNKNOWN),
        undecided=("Ttl",),
    ),
    _case("a cache without identity fails", request(uri(), identitySources=None), keys=("identitySources",)),
    _case("no cache needs no identity", request(uri(), identitySources=None, authorizerResultTtlInSeconds=0)),
    _case("an unknown identity is set", request(uri(), identitySources=UNKNOWN)),
    _case(
        "an unknown address hides no other finding, reported once",
        request(UNKNOWN, authorizerResultTtlInSeconds=900),
        keys=("ttl",),
        undecided=("authorizerUri",),
    ),
    _case("no type fails", _http({"authorizerUri": uri()}), keys=("type",)),
    _case(
        "an unknown type is undecided",
        _http({"authorizerType": UNKNOWN, "identitySources": ["x"]}),
        undecided=("authorizerType",),
    ),
)

_REST: Final = (
    _case("a TOKEN authoriser passes", rest("TOKEN", authorizerUri=uri())),
    _case("an absent type is TOKEN", rest(None, authorizerUri=uri())),
    _case(
        "a REQUEST authoriser passes",
        rest("REQUEST", authorizerUri=uri(), identitySource="method.request.header.A"),
    ),
    _case(
        "a REQUEST authoriser that caches blindly fails",
        rest("REQUEST", authorizerUri=uri()),
        keys=("identitySources",),
    ),
    _case(
        "a foreign TOKEN function fails", rest("TOKEN", authorizerUri=uri("mine")), keys=("authorizerUri",)
    ),
    _case(
        "a REST function in the stack passes", function(), rest("TOKEN", ("function",), authorizerUri=UNKNOWN)
    ),
    _case("the company's pool passes", rest("COGNITO_USER_POOLS", providerArns=[POOL])),
    _case(
        "another pool fails",
        rest("COGNITO_USER_POOLS", providerArns=[POOL, f"{POOL}4"]),
        keys=(f"userPool:{POOL}4",),
    ),
    _case("no pool fails", rest("COGNITO_USER_POOLS"), keys=("userPool",)),
    _case(
        "an unknown pool is undecided",
        rest("COGNITO_USER_POOLS", providerArns=[UNKNOWN]),
        undecided=("providerArns[0]",),
    ),
    _case(
        "JWT is no type of REST APIs", rest("JWT", authorizerUri=uri()), keys=("type",), says=("type is JWT",)
    ),
)

_FOREIGN: Final = jwt("https://login.example.org/")
_ROUTES: Final = (
    _case("a route to the company's authoriser passes", jwt(), reach(route())),
    _case("a method to the company's authoriser passes", rest("TOKEN", authorizerUri=uri()), reach(method())),
    _case(
        "a route to another authoriser fails as well",
        _FOREIGN,
        reach(route()),
        keys=("issuer", "route:GET /orders"),
    ),
    _case(
        "a route does not answer for the cache of its authoriser",
        request(uri(), authorizerResultTtlInSeconds=900),
        reach(route()),
        keys=("ttl",),
    ),
    _case(
        "a known id that nobody lists fails",
        route(authorizer="a1b2c3"),
        keys=("route:GET /orders",),
        says=("a1b2c3 outside the stack",),
    ),
    _case(
        "a listed id", route(authorizer="a1b2c3"), off="is listed", parameters={"authorizerIds": ["a1b2c3"]}
    ),
    _case("an unknown id without dependency is undecided, once", route(), undecided=("authorizerId",)),
    _case("IAM needs no authoriser", route(authorization="AWS_IAM", authorizer=None), off="IAM authorises"),
    _case(
        "IAM that is not accepted fails",
        route(authorization="AWS_IAM", authorizer=None),
        keys=("route:GET /orders",),
        parameters={"acceptIam": False},
    ),
    _case("an open route", route(authorization="NONE", authorizer=None), off="names no authoriser"),
    _case("an unknown type with the company's authoriser passes", jwt(), reach(route(authorization=UNKNOWN))),
)

CASES: Final = (
    *_JWT,
    *_FUNCTIONS,
    *_REST,
    *_ROUTES,
    _case("nothing configured", jwt(None), off="not set", configured=False),
)
