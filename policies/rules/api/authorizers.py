"""The rule on the company's authorisers: A6, for authorisers and the routes that name them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from guardrails.authorizers import (
    DEFAULT_TTL,
    AuthorizerFacts,
    AuthorizerStandard,
    authorizer_company,
    authorizer_source,
)
from guardrails.routes import Reached, route_authorizer_company
from guardrails.tls import ApiKind
from guardrails.verdict import Verdict, not_applicable
from policies.kit.parameters import (
    AUTHORIZER_FUNCTIONS,
    JWT_AUDIENCES,
    JWT_ISSUERS,
    OWN_ACCOUNTS,
    USER_POOL_ARNS,
    Parameter,
)
from policies.kit.rule import Level, Rule, Severity
from policies.rules.api.routes import route_facts
from policies.rules.api.tokens import (
    FUNCTION,
    FUNCTION_ALIAS,
    HTTP_AUTHORIZER,
    HTTP_ROUTE,
    REST_AUTHORIZER,
    REST_METHOD,
)

if TYPE_CHECKING:
    from guardrails.verdict import Maybe
    from policies.kit.parameters import Parameters
    from policies.kit.views import ResourceView, StackView

_AUTHORIZERS: Final = (HTTP_AUTHORIZER, REST_AUTHORIZER)


def _authorizer_facts(view: ResourceView, functions: tuple[Maybe[str], ...] = ()) -> AuthorizerFacts:
    props = view.props
    rest = view.type == REST_AUTHORIZER
    return AuthorizerFacts(
        kind=ApiKind.REST if rest else ApiKind.HTTP,
        type=props.text("type" if rest else "authorizerType"),
        issuer=props.text("jwtConfiguration.issuer"),
        audiences=props.texts("jwtConfiguration.audiences"),
        uri=props.text("authorizerUri"),
        functions=functions,
        user_pools=props.texts("providerArns"),
        ttl_seconds=props.number("authorizerResultTtlInSeconds"),
        identified=props.has("identitySource" if rest else "identitySources"),
    )


def _functions(view: ResourceView, stack: StackView) -> tuple[Maybe[str], ...]:
    """Names of the in-stack functions that an authoriser's URI refers to, through an alias too."""
    aliases = stack.linked(view, "authorizerUri", FUNCTION_ALIAS)
    behind = (function for alias in aliases for function in stack.linked(alias, "functionName", FUNCTION))
    return tuple(
        item.props.text("name") for item in (*stack.linked(view, "authorizerUri", FUNCTION), *behind)
    )


def _standard(parameters: Parameters) -> AuthorizerStandard:
    return AuthorizerStandard(
        issuers=parameters.texts("jwtIssuers"),
        audiences=parameters.texts("jwtAudiences"),
        functions=parameters.texts("authorizerFunctions"),
        user_pools=parameters.texts("userPoolArns"),
        own_accounts=parameters.texts("ownAccounts"),
        maximum_ttl=int(parameters.number("maximumTtl") or 0),
    )


def _resource(view: ResourceView, parameters: Parameters) -> Verdict:
    standard = _standard(parameters)
    if not (standard.issuers or standard.functions or standard.user_pools):
        return not_applicable("parameter jwtIssuers, authorizerFunctions or userPoolArns not set")
    if view.type in _AUTHORIZERS:
        return authorizer_company(_authorizer_facts(view), standard)
    return _route(view, None, parameters)


def _in_stack(view: ResourceView, stack: StackView, parameters: Parameters) -> Verdict:
    standard = _standard(parameters)
    if view.type in _AUTHORIZERS:
        return authorizer_company(_authorizer_facts(view, _functions(view, stack)), standard)
    reached = tuple(
        Reached(label=item.name, company=not _source(item, stack, standard).findings)
        for item in stack.linked(view, "authorizerId", *_AUTHORIZERS)
    )
    return _route(view, reached, parameters)


def _source(view: ResourceView, stack: StackView, standard: AuthorizerStandard) -> Verdict:
    return authorizer_source(_authorizer_facts(view, _functions(view, stack)), standard)


def _route(view: ResourceView, reached: tuple[Reached, ...] | None, parameters: Parameters) -> Verdict:
    return route_authorizer_company(
        route_facts(view),
        reached,
        listed_ids=parameters.texts("authorizerIds"),
        accept_iam=parameters.flag("acceptIam"),
    )


API_AUTHORIZER_COMPANY: Final = Rule(
    id="api-authorizer-company",
    row="A6",
    title="Authorisers ask the company's token issuer, authoriser function or user pool.",
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    types=(HTTP_AUTHORIZER, REST_AUTHORIZER, HTTP_ROUTE, REST_METHOD),
    reads=(FUNCTION, FUNCTION_ALIAS),
    resource=_resource,
    in_stack=_in_stack,
    remediation="Use the company JWT issuer or authoriser function.",
    not_applicable="route AWS_IAM (acceptIam); authoriser outside the stack whose id is in authorizerIds",
    parameters={
        "jwtIssuers": JWT_ISSUERS,
        "jwtAudiences": JWT_AUDIENCES,
        "authorizerFunctions": AUTHORIZER_FUNCTIONS,
        "userPoolArns": USER_POOL_ARNS,
        "ownAccounts": replace(OWN_ACCOUNTS, required=False, default=[]),
        "authorizerIds": Parameter(
            meaning="Ids of company authorisers outside the stack.", kind="array", default=[]
        ),
        "acceptIam": Parameter(meaning="Whether AWS_IAM needs no authoriser.", kind="boolean", default=True),
        "maximumTtl": Parameter(
            meaning="Seconds an answer may be cached.", kind="integer", default=DEFAULT_TTL
        ),
    },
)
