"""Routes and methods of an API: each one is authorised (A5).

An API key identifies a client and authorises nobody. OPTIONS (the browser's preflight carries no credentials)
and WebSocket routes other than `$connect` (the connection is authorised once) are left out. Authorisers are
judged in `guardrails.authorizers`, OpenAPI bodies in `guardrails.openapi`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from guardrails.tls import ApiKind
from guardrails.verdict import (
    PASS,
    UNKNOWN,
    Finding,
    Maybe,
    Verdict,
    not_applicable,
    undecided,
    violation,
)
from guardrails.wording import matches, quote

AUTHORIZATIONS: Final = {
    ApiKind.REST: ("CUSTOM", "AWS_IAM", "COGNITO_USER_POOLS"),
    ApiKind.HTTP: ("JWT", "AWS_IAM", "CUSTOM"),
    ApiKind.WEBSOCKET: ("AWS_IAM", "CUSTOM"),
}
"""What counts as authorisation, by API family."""

NEEDS_AUTHORIZER: Final = ("JWT", "CUSTOM", "COGNITO_USER_POOLS")
_QUICK_ROUTE: Final = "$default"


@dataclass(frozen=True, kw_only=True)
class RouteFacts:
    """A route of an HTTP or WebSocket API, or a method of a REST API.

    Attributes:
        kind: REST for a method; HTTP for a route whose API is not in view.
        key: Route key (`GET /orders`, `$default`, `$connect`), for REST the HTTP method.
        label: Logical name of the resource; public routes may be listed by it, as a method knows no path.
        websocket: Whether settings that only WebSocket routes have give the family away.
        authorization: Authorisation type; absent is NONE.
        authorizer: Id of the authoriser.
        api_key_required: Whether an API key is demanded; only mentioned, never counted.
    """

    kind: ApiKind
    key: Maybe[str]
    label: str = ""
    websocket: bool = False
    authorization: Maybe[str] = None
    authorizer: Maybe[str] = None
    api_key_required: Maybe[bool] = None

    @property
    def key_path(self) -> str:
        """Property that holds the key."""
        return "httpMethod" if self.kind is ApiKind.REST else "routeKey"

    @property
    def authorization_path(self) -> str:
        """Property that holds the authorisation type."""
        return "authorization" if self.kind is ApiKind.REST else "authorizationType"


@dataclass(frozen=True, kw_only=True)
class QuickCreateFacts:
    """The route that an HTTP API makes by itself.

    Attributes:
        route_key: Its key; absent beside a target is `$default`.
        target: Its target.
        label: Logical name of the API.
    """

    route_key: Maybe[str] = None
    target: Maybe[str] = None
    label: str = ""


@dataclass(frozen=True, kw_only=True)
class Reached:
    """An in-stack authoriser that a route's id leads to.

    Attributes:
        label: Its logical name.
        company: Whether its issuer, function or pool is the company's, as far as that is known.
    """

    label: str
    company: bool


def family(facts: RouteFacts) -> ApiKind:
    """The API family that a route's own settings show; `$default` alone counts as HTTP, to be strict."""
    if facts.kind is ApiKind.REST or not isinstance(facts.key, str):
        return ApiKind.WEBSOCKET if facts.websocket else facts.kind
    if facts.websocket:
        return ApiKind.WEBSOCKET
    if facts.key == _QUICK_ROUTE or " " in facts.key.strip():
        return facts.kind
    return ApiKind.WEBSOCKET


def exemption(facts: RouteFacts, public_routes: tuple[str, ...]) -> str:
    """Why a route needs no authorisation; empty when it does, or when its unknown key decides."""
    key = facts.key if isinstance(facts.key, str) else ""
    names = {facts.label, key, f"{key} {facts.label}" if facts.kind is ApiKind.REST else ""} - {""}
    if any(matches(name, public_routes) for name in names):
        return "the route is public on purpose"
    if key.strip().partition(" ")[0].upper() == "OPTIONS":
        return "OPTIONS carries no credentials"
    if family(facts) is ApiKind.WEBSOCKET and key not in ("", "$connect"):
        return "a WebSocket connection is authorised at $connect"
    return ""


def route_authorised(facts: RouteFacts, public_routes: tuple[str, ...] = ()) -> Verdict:
    """A5 for one route or method."""
    reason = exemption(facts, public_routes)
    if reason:
        return not_applicable(reason)
    if facts.authorization is UNKNOWN:
        return undecided(facts.authorization_path)
    finding = _open(facts) or _unattended(facts)
    if facts.key is UNKNOWN:
        # It may be OPTIONS, a public route, or $connect, which knows no JWT.
        settled = facts.kind is ApiKind.REST or facts.authorization in AUTHORIZATIONS[ApiKind.WEBSOCKET]
        return PASS if settled and not finding else undecided(facts.key_path)
    return violation(finding) if finding else PASS


def quick_create_closed(facts: QuickCreateFacts, public_routes: tuple[str, ...] = ()) -> Verdict:
    """A5 for quick create: the route that it makes is open to everybody."""
    if facts.route_key is None and facts.target is None:
        return not_applicable("the API makes no route by itself")
    if facts.label and matches(facts.label, public_routes):
        return not_applicable("the route is public on purpose")
    key = _QUICK_ROUTE if facts.route_key is None else facts.route_key
    if isinstance(key, str) and matches(key, public_routes):
        return not_applicable("the route is public on purpose")
    if key is UNKNOWN and public_routes:
        return undecided("routeKey")
    named = quote(key) if isinstance(key, str) else "(not known yet)"
    setting = "target" if facts.route_key is None else "routeKey"
    return violation(
        Finding(
            key="route:quick-create",
            code="open",
            fact=f"{setting} is set, so quick create makes route {named} without authorisation",
            requirement="every route has to be authorised",
            remedy="Drop routeKey and target, and declare the route with an authoriser.",
        )
    )


def route_authorizer_company(
    facts: RouteFacts,
    reached: tuple[Reached, ...] | None,
    *,
    listed_ids: tuple[str, ...] = (),
    accept_iam: bool = True,
) -> Verdict:
    """A6 for one route: the authoriser that it names is the company's.

    Args:
        facts: The route or method.
        reached: The in-stack authorisers that its id leads to; None before anybody has looked.
        listed_ids: Ids of authorisers outside the stack that count.
        accept_iam: Whether AWS_IAM needs no authoriser.
    """
    if facts.authorization == "AWS_IAM":
        return not_applicable("IAM authorises the route") if accept_iam else violation(_iam(facts))
    asks = facts.authorization is UNKNOWN or facts.authorization in NEEDS_AUTHORIZER
    if not asks or facts.authorizer is None:
        return not_applicable("the route names no authoriser")
    if isinstance(facts.authorizer, str) and facts.authorizer in listed_ids:
        return not_applicable("the authoriser lies outside the stack and is listed")
    if reached is None or (facts.authorizer is UNKNOWN and not reached):
        return undecided("authorizerId")
    foreign = [f"authoriser {quote(item.label)}" for item in reached if not item.company]
    if not reached:
        foreign = [f"{quote(str(facts.authorizer))} outside the stack"]
    if not foreign:
        return PASS
    finding = Finding(
        key=f"route:{_named(facts)}",
        code="authorizer",
        fact=f"authorizerId of {_named(facts)} leads to {foreign[0]}",
        requirement="a company authoriser is required",
    )
    return violation(finding)


def _iam(facts: RouteFacts) -> Finding:
    return Finding(
        key=f"route:{_named(facts)}",
        code="iam",
        fact=f"{facts.authorization_path} of {_named(facts)} is AWS_IAM",
        requirement="a company authoriser is required, IAM is not accepted here",
    )


def _open(facts: RouteFacts) -> Finding | None:
    kind = family(facts)
    allowed = AUTHORIZATIONS[kind]
    if facts.authorization in allowed:
        return None
    path = facts.authorization_path
    if facts.authorization in (None, "NONE"):
        code, fact = "open", f"{path} is {facts.authorization or 'not set, which means NONE'}"
        if facts.api_key_required is True:
            fact += "; an API key authorises nobody"
    else:
        code, fact = "type", f"{path} is {quote(str(facts.authorization))}"
    return Finding(
        key=f"route:{_named(facts)}",
        code=code,
        fact=f"{fact} on {_named(facts)}",
        requirement=f"{', '.join(allowed)} is required",
        remedy=_remedy(facts),
    )


def _unattended(facts: RouteFacts) -> Finding | None:
    if facts.authorization not in NEEDS_AUTHORIZER or facts.authorizer is not None:
        return None
    beside = f"{facts.authorization_path} {facts.authorization}"
    return Finding(
        key=f"route:{_named(facts)}",
        code="no-authorizer",
        fact=f"authorizerId is not set beside {beside} on {_named(facts)}",
        requirement="an authoriser is required",
    )


def _named(facts: RouteFacts) -> str:
    return quote(facts.key) if isinstance(facts.key, str) else facts.label


def _remedy(facts: RouteFacts) -> str:
    if facts.kind is ApiKind.HTTP and facts.key == _QUICK_ROUTE:
        return "Attach the company authoriser; list a WebSocket $default by its logical name in publicRoutes."
    return ""
