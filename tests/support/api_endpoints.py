"""Cases of the rule on default endpoints behind custom domains: A4."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policies.rules.api import API_DEFAULT_ENDPOINT_DISABLED
from policies.rules.api.tokens import (
    HTTP_API,
    HTTP_MAPPING,
    HTTP_STAGE,
    REST_API,
    REST_MAPPING,
    ROUTING_RULE,
)
from tests.support.api_domains import PRIVATE, UNKNOWN, http_domain, rest_domain
from tests.support.policies import Data, Mode, Res
from tests.support.rule_cases import Case

if TYPE_CHECKING:
    from collections.abc import Mapping


def _api(kind: str = REST_API, **props: Data) -> Res:
    return Res(type=kind, name="api", props={"name": "orders", **props})


def _mapping(
    kind: str, reference: str, value: Data = UNKNOWN, target: str = "api", domain: str = "orders"
) -> Res:
    depends = {name: (to,) for name, to in ((reference, target), ("domainName", domain)) if to}
    props: dict[str, Data] = {reference: value, "domainName": "orders.example.com"}
    return Res(type=kind, name="mapping", props=props, depends=depends)


def _a4(
    name: str,
    *resources: Res,
    keys: tuple[str, ...] = (),
    undecided: tuple[str, ...] = (),
    off: str = "",
    says: tuple[str, ...] = (),
    parameters: Mapping[str, Data] | None = None,
) -> Case:
    return Case(
        rule=API_DEFAULT_ENDPOINT_DISABLED,
        name=name,
        resources=resources,
        keys=keys,
        undecided=undecided,
        not_applicable=off,
        says=says,
        parameters=parameters or {},
        modes=tuple(Mode),
    )


_ENDPOINT: Final = ("endpoint:execute-api",)
_BASE: Final = _mapping(REST_MAPPING, "restApi")
_ACTIONS: Final = [{"invokeApi": {"apiId": UNKNOWN, "stage": "live"}}]
CASES: Final = (
    _a4("a disabled endpoint passes", _api(disableExecuteApiEndpoint=True), rest_domain(), _BASE),
    _a4(
        "an open endpoint bypasses mutual TLS",
        _api(),
        rest_domain(),
        _BASE,
        keys=_ENDPOINT,
        says=(
            "api (aws:apigateway/restApi:RestApi): disableExecuteApiEndpoint is not true, ",
            "so the default endpoint bypasses the mutual TLS of orders.example.com; ",
            "the execute-api endpoint has to be disabled. Set disableExecuteApiEndpoint to true. [endpoint:",
        ),
    ),
    _a4(
        "an open endpoint beside a domain without mutual TLS",
        _api(disableExecuteApiEndpoint=False),
        rest_domain(mutualTlsAuthentication=None),
        _BASE,
        keys=_ENDPOINT,
        says=("disableExecuteApiEndpoint is not true although orders.example.com serves the API",),
    ),
    _a4("a domain outside the stack", _api(), _mapping(REST_MAPPING, "restApi", domain=""), keys=_ENDPOINT),
    _a4(
        "a domain known by its name alone",
        _api(),
        rest_domain(),
        _mapping(REST_MAPPING, "restApi", domain=""),
        keys=_ENDPOINT,
        says=("bypasses the mutual TLS",),
    ),
    _a4("an HTTP API", _api(HTTP_API), http_domain(), _mapping(HTTP_MAPPING, "apiId"), keys=_ENDPOINT),
    _a4(
        "a REST API on an HTTP mapping",
        _api(),
        http_domain(),
        _mapping(HTTP_MAPPING, "apiId"),
        keys=_ENDPOINT,
    ),
    _a4(
        "a routing rule",
        _api(HTTP_API),
        http_domain(),
        _mapping(ROUTING_RULE, "actions", _ACTIONS),
        keys=_ENDPOINT,
    ),
    _a4(
        "a mapping that takes the id from a stage",
        _api(HTTP_API),
        Res(type=HTTP_STAGE, name="live", props={"apiId": UNKNOWN}, depends={"apiId": ("api",)}),
        http_domain(),
        _mapping(HTTP_MAPPING, "apiId", target="live"),
        keys=_ENDPOINT,
    ),
    _a4(
        "an unknown flag is undecided",
        _api(disableExecuteApiEndpoint=UNKNOWN),
        _BASE,
        rest_domain(),
        undecided=("disableExecuteApiEndpoint",),
    ),
    _a4(
        "an unknown type is undecided",
        _api(endpointConfiguration=UNKNOWN),
        _BASE,
        rest_domain(),
        undecided=("endpointConfiguration.types",),
    ),
    _a4("no mapping", _api(), rest_domain(), off="no mapping in this stack"),
    _a4("no mapping, but always required", _api(), keys=_ENDPOINT, parameters={"requireAlways": True}),
    _a4(
        "a private API",
        _api(endpointConfiguration=PRIVATE),
        off="private REST API",
        parameters={"requireAlways": True},
    ),
    _a4(
        "a mapping of an unknown API is undecided",
        _mapping(REST_MAPPING, "restApi", target=""),
        rest_domain(),
        undecided=("restApi",),
    ),
    _a4(
        "a routing rule to an unknown API is undecided",
        _mapping(ROUTING_RULE, "actions", _ACTIONS, target="", domain=""),
        undecided=("actions[0].invokeApi.apiId",),
    ),
    _a4(
        "a routing rule of unknown actions is undecided",
        _mapping(ROUTING_RULE, "actions", target="", domain=""),
        undecided=("actions",),
    ),
    _a4(
        "a mapping of an API outside the stack",
        _mapping(HTTP_MAPPING, "apiId", "a1b2c3", target="", domain=""),
        off="outside the stack",
    ),
)
