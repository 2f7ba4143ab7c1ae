"""The company's authorisers: which token issuer, function or user pool an API may ask (A6).

"Some authoriser" is not the company's. Also decides how long an answer may be cached, and that it is
cached by who asked. Whether a route is authorised at all is decided in `guardrails.routes`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from guardrails.tls import ApiKind
from guardrails.verdict import UNKNOWN, Finding, Maybe, Unknown, Verdict, combine, undecided, violation
from guardrails.wording import listing, matches, quote

DEFAULT_TTL: Final = 300
TYPES: Final = {
    ApiKind.REST: ("TOKEN", "REQUEST", "COGNITO_USER_POOLS"),
    ApiKind.HTTP: ("JWT", "REQUEST"),
    ApiKind.WEBSOCKET: ("REQUEST",),
}
_FUNCTION: Final = re.compile(
    r"(?P<arn>arn:aws[a-z-]*:lambda:[a-z0-9-]+:(?P<account>\d{12}):function:(?P<name>[A-Za-z0-9_-]+))"
    r"(?::(?P<qualifier>[A-Za-z0-9_$-]+|\$\{stageVariables\.[^}]+\}))?"
)
# The URI that API Gateway calls: its own ARN around the function's.
_URI: Final = re.compile(
    r"arn:aws[a-z-]*:apigateway:[a-z0-9-]+:lambda:path/[^/]+/functions/(?P<function>.+)/invocations"
)


@dataclass(frozen=True, kw_only=True)
class AuthorizerStandard:
    """What counts as the company's authoriser.

    Attributes:
        issuers: Token issuers.
        audiences: Audiences a token may be for; an authoriser names at least one, and no other.
        functions: Names of authoriser functions, or globs on their ARNs; any version and alias.
        user_pools: ARNs of user pools.
        own_accounts: Accounts a function given by name may live in; empty for any.
        maximum_ttl: Seconds an answer may be cached.
    """

    issuers: tuple[str, ...] = ()
    audiences: tuple[str, ...] = ()
    functions: tuple[str, ...] = ()
    user_pools: tuple[str, ...] = ()
    own_accounts: tuple[str, ...] = ()
    maximum_ttl: int = DEFAULT_TTL


@dataclass(frozen=True, kw_only=True)
class AuthorizerFacts:
    """An authoriser.

    Attributes:
        kind: REST or HTTP (WebSocket APIs share the HTTP form).
        type: JWT, REQUEST, TOKEN or COGNITO_USER_POOLS; absent is TOKEN for REST.
        issuer: Token issuer.
        audiences: Token audiences.
        uri: The URI of its function.
        functions: Names of the in-stack functions that an unknown URI refers to.
        user_pools: ARNs of its user pools.
        ttl_seconds: How long an answer is cached; absent is 300.
        identified: Whether identity sources are set; an unknown one counts as set.
    """

    kind: ApiKind
    type: Maybe[str] = None
    issuer: Maybe[str] = None
    audiences: tuple[str | Unknown, ...] | Unknown = ()
    uri: Maybe[str] = None
    functions: tuple[Maybe[str], ...] = ()
    user_pools: tuple[str | Unknown, ...] | Unknown = ()
    ttl_seconds: Maybe[float] = None
    identified: bool = False


def authorizer_company(facts: AuthorizerFacts, standard: AuthorizerStandard) -> Verdict:
    """A6 for one authoriser: who decides, and how long the answer holds."""
    return combine(authorizer_source(facts, standard), authorizer_cache(facts, standard))


def authorizer_source(facts: AuthorizerFacts, standard: AuthorizerStandard) -> Verdict:
    """Whether the company's issuer, function or pool decides."""
    kind = _type(facts)
    if isinstance(kind, Unknown):
        return undecided(_type_path(facts))
    if kind == "JWT" and facts.kind is not ApiKind.REST:
        return combine(_issuer(facts, standard), _audiences(facts, standard))
    if kind == "COGNITO_USER_POOLS" and facts.kind is ApiKind.REST:
        return _pools(facts, standard)
    if kind in TYPES[facts.kind]:
        return _function(facts, standard)
    return violation(
        Finding(
            key="type",
            code="authorizer",
            fact=f"{_type_path(facts)} is {quote(kind) if kind else 'not set'}",
            requirement=f"{', '.join(TYPES[facts.kind])} is required",
        )
    )


def authorizer_cache(facts: AuthorizerFacts, standard: AuthorizerStandard) -> Verdict:
    """Whether answers are cached no longer than allowed, and apart for each caller."""
    ttl, kind = facts.ttl_seconds, _type(facts)
    if ttl is None:
        # Tokens carry their own expiry, nothing is cached; an unknown type is undecided by its source.
        if kind in ("JWT", UNKNOWN):
            return Verdict()
        ttl = DEFAULT_TTL
    if isinstance(ttl, Unknown):
        return undecided("authorizerResultTtlInSeconds")
    findings: list[Finding] = []
    if ttl > standard.maximum_ttl:
        findings.append(
            Finding(
                key="ttl",
                code="ttl",
                fact=f"authorizerResultTtlInSeconds is {ttl:g}",
                requirement=f"at most {standard.maximum_ttl} is required",
                remedy=f"Set authorizerResultTtlInSeconds to {standard.maximum_ttl} or less.",
            )
        )
    if ttl > 0 and kind == "REQUEST" and not facts.identified:
        sources = "identitySource" if facts.kind is ApiKind.REST else "identitySources"
        findings.append(
            Finding(
                key="identitySources",
                code="identity",
                fact=f"{sources} is not set while answers are cached for {ttl:g} s",
                requirement="an identity source is required, or callers share an answer",
                remedy=f"Set {sources}, or authorizerResultTtlInSeconds to 0.",
            )
        )
    return violation(*findings)


def function_arn(uri: str) -> str | None:
    """The function's ARN, without version or alias, in an authoriser's URI; None when there is none."""
    match = _match(uri)
    return match["arn"] if match else None


def _match(uri: str) -> re.Match[str] | None:
    outer = _URI.fullmatch(uri)
    return _FUNCTION.fullmatch(outer["function"]) if outer else None


def _type(facts: AuthorizerFacts) -> str | Unknown:
    if facts.type is None:
        return "TOKEN" if facts.kind is ApiKind.REST else ""
    return facts.type


def _type_path(facts: AuthorizerFacts) -> str:
    return "type" if facts.kind is ApiKind.REST else "authorizerType"


def _issuer(facts: AuthorizerFacts, standard: AuthorizerStandard) -> Verdict:
    if facts.issuer is UNKNOWN:
        return undecided("jwtConfiguration.issuer")
    if facts.issuer in standard.issuers:
        return Verdict()
    shown = "not set"
    if isinstance(facts.issuer, str):
        # A URL may carry credentials; such a one is named, not quoted.
        shown = "another issuer" if "@" in facts.issuer else quote(facts.issuer)
    return violation(
        Finding(
            key="issuer",
            code="issuer",
            fact=f"jwtConfiguration.issuer is {shown}",
            requirement=f"issuer {listing(standard.issuers)} is required",
        )
    )


def _audiences(facts: AuthorizerFacts, standard: AuthorizerStandard) -> Verdict:
    path, wanted = "jwtConfiguration.audiences", f"only {listing(standard.audiences)} is allowed"
    if isinstance(facts.audiences, Unknown):
        return undecided(path)
    if not facts.audiences:
        fact = f"{path} is empty"
        wanted = f"at least one audience of {listing(standard.audiences)} is required"
        return violation(Finding(key="audience", code="audience", fact=fact, requirement=wanted))
    findings = [
        Finding(
            key=f"audience:{quote(audience)}",
            code="audience",
            fact=f"{path} holds {quote(audience)}",
            requirement=wanted,
        )
        for audience in sorted({item for item in facts.audiences if isinstance(item, str)})
        if audience not in standard.audiences
    ]
    return violation(*findings, undecided=_unknown_elements(path, facts.audiences))


def _pools(facts: AuthorizerFacts, standard: AuthorizerStandard) -> Verdict:
    path = "providerArns"
    if isinstance(facts.user_pools, Unknown):
        return undecided(path)
    wanted = f"user pool {listing(standard.user_pools)} is required"
    if not facts.user_pools:
        return violation(
            Finding(key="userPool", code="user-pool", fact=f"{path} is empty", requirement=wanted)
        )
    findings = [
        Finding(
            key=f"userPool:{quote(arn)}",
            code="user-pool",
            fact=f"{path} holds {quote(arn)}",
            requirement=wanted,
        )
        for arn in sorted({item for item in facts.user_pools if isinstance(item, str)})
        if arn not in standard.user_pools
    ]
    return violation(*findings, undecided=_unknown_elements(path, facts.user_pools))


def _function(facts: AuthorizerFacts, standard: AuthorizerStandard) -> Verdict:
    uri = facts.uri
    if isinstance(uri, Unknown):
        return _referred(facts, standard)
    if uri is None:
        return _foreign("authorizerUri is not set", standard)
    match = _match(uri)
    if match is None:  # not quoted: it may be any URL
        return _foreign("authorizerUri names no function", standard)
    if _company(match, standard):
        return Verdict()
    return _foreign(f"authorizerUri names {quote(match['arn'], 100)}", standard)


def _referred(facts: AuthorizerFacts, standard: AuthorizerStandard) -> Verdict:
    """An unknown URI: the in-stack functions that it refers to decide by name."""
    names = [entry.rpartition(":")[2] for entry in standard.functions]
    known = [name for name in facts.functions if isinstance(name, str)]
    wrong = sorted(name for name in known if not matches(name, names))
    if wrong:
        return _foreign(f"authorizerUri refers to function {quote(wrong[0])}", standard)
    return Verdict() if known and len(known) == len(facts.functions) else undecided("authorizerUri")


def _company(match: re.Match[str], standard: AuthorizerStandard) -> bool:
    """Whether a function is listed, by its ARN or, in an account of ours, by its name."""
    own = not standard.own_accounts or match["account"] in standard.own_accounts
    return any(
        matches(match["arn"], (entry,))
        if entry.startswith("arn:")
        else own and matches(match["name"], (entry,))
        for entry in standard.functions
    )


def _foreign(fact: str, standard: AuthorizerStandard) -> Verdict:
    return violation(
        Finding(
            key="authorizerUri",
            code="authorizer",
            fact=fact,
            requirement=f"function {listing(standard.functions)} is required",
        )
    )


def _unknown_elements(path: str, elements: tuple[str | Unknown, ...]) -> tuple[str, ...]:
    return tuple(f"{path}[{index}]" for index, element in enumerate(elements) if isinstance(element, Unknown))
