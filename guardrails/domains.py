"""Mutual TLS of custom domains, and the default endpoint that would bypass it.

Decides A3 (a truststore on a regional domain), A3b (its version is pinned) and A4 (an API behind a custom
domain closes its execute-api endpoint). A stage's client certificate is backend authentication: no match.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from guardrails.tls import ENHANCED_PREFIX, ApiKind, DomainFacts
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
from guardrails.wording import listing, matches, quote

_URI: Final = "mutualTlsAuthentication.truststoreUri"
_SCHEME: Final = "s3://"
# Mutual TLS works on regional custom domains only (API Gateway developer guide).
_REFUSED_TYPES: Final = ("EDGE", "PRIVATE")


@dataclass(frozen=True, kw_only=True)
class MutualTlsStandard:
    """Which domains need mutual TLS, and from where.

    Attributes:
        required: Whether mutual TLS is demanded at all.
        truststore_buckets: Buckets a truststore may lie in; empty for any.
        public_domains: Globs of domain names that are public on purpose.
    """

    required: bool = True
    truststore_buckets: tuple[str, ...] = ()
    public_domains: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Binding:
    """A mapping of an API to a custom domain.

    Attributes:
        domain: What to call the domain in a message.
        mutual_tls: Whether the domain demands client certificates.
    """

    domain: str
    mutual_tls: Maybe[bool]


@dataclass(frozen=True, kw_only=True)
class BoundApiFacts:
    """An API and the custom domains in front of it.

    Attributes:
        kind: Family of the API.
        endpoint_type: EDGE, REGIONAL or PRIVATE; only REST APIs can be private.
        disabled: Whether the execute-api endpoint is switched off; absent is on.
        bindings: Mappings that are known to lead to this API.
    """

    kind: ApiKind
    endpoint_type: Maybe[str] = None
    disabled: Maybe[bool] = None
    bindings: tuple[Binding, ...] = ()


def mutual_tls(facts: DomainFacts, standard: MutualTlsStandard) -> Verdict:
    """A3: the domain is regional and has a truststore in an allowed bucket; presence decides."""
    if not standard.required:
        return not_applicable("mutual TLS is not required here")
    if isinstance(facts.name, str) and matches(facts.name, standard.public_domains):
        return not_applicable("the domain is public on purpose")
    findings = (*_endpoint(facts), *_truststore(facts, standard), *_conflict(facts))
    if findings and facts.name is UNKNOWN and standard.public_domains:
        return undecided("domainName")
    return violation(*findings)


def truststore_pinned(facts: DomainFacts) -> Verdict:
    """A3b: beside a truststore its object version is set; otherwise changes of the object go unnoticed."""
    if facts.truststore_uri is None:
        return not_applicable("the domain has no mutual TLS")
    if facts.truststore_version is not None:
        return PASS
    return violation(
        Finding(
            key="truststoreVersion",
            code="unpinned",
            fact="mutualTlsAuthentication.truststoreVersion is not set",
            requirement="a pinned version is required, or a changed truststore is ignored",
        )
    )


def default_endpoint_disabled(facts: BoundApiFacts, *, always: bool = False) -> Verdict:
    """A4: an API behind a custom domain has no open execute-api endpoint.

    Args:
        facts: The API and its mappings.
        always: Demand it of APIs without a mapping as well.
    """
    if facts.kind is ApiKind.REST and facts.endpoint_type == "PRIVATE":
        return not_applicable("a private REST API has no public endpoint")
    if not facts.bindings and not always:
        return not_applicable("no mapping in this stack binds the API to a custom domain")
    if facts.disabled is True:
        return PASS
    if facts.disabled is UNKNOWN:
        return undecided("disableExecuteApiEndpoint")
    if facts.kind is ApiKind.REST and facts.endpoint_type is UNKNOWN:
        return undecided("endpointConfiguration.types")
    return violation(_open_endpoint(facts))


def _open_endpoint(facts: BoundApiFacts) -> Finding:
    guarded = sorted({binding.domain for binding in facts.bindings if binding.mutual_tls is True})
    domains = sorted({binding.domain for binding in facts.bindings})
    fact = "disableExecuteApiEndpoint is not true"
    if guarded:
        fact += f", so the default endpoint bypasses the mutual TLS of {listing(guarded)}"
    elif domains:
        fact += f" although {listing(domains)} serves the API"
    return Finding(
        key="endpoint:execute-api",
        code="bypass" if guarded else "default-endpoint",
        fact=fact,
        requirement="the execute-api endpoint has to be disabled",
    )


def _endpoint(facts: DomainFacts) -> tuple[Finding, ...]:
    types: tuple[Maybe[str], ...] = facts.endpoint_types
    if not types and facts.kind is ApiKind.REST:
        types = ("EDGE",)
    path = (
        "endpointConfiguration.types"
        if facts.kind is ApiKind.REST
        else "domainNameConfiguration.endpointType"
    )
    return tuple(
        Finding(
            key=f"endpoint:{kind}",
            code="edge",
            fact=f"{path} is {kind}" if facts.endpoint_types else f"{path} is not set, which means {kind}",
            requirement="mutual TLS needs a REGIONAL domain",
            remedy=f"Set {path} to REGIONAL.",
        )
        for kind in _REFUSED_TYPES
        if kind in types
    )


def _truststore(facts: DomainFacts, standard: MutualTlsStandard) -> tuple[Finding, ...]:
    uri = facts.truststore_uri
    if uri is UNKNOWN:
        return ()
    if uri is None:
        code, fact, requirement = (
            "no-truststore",
            f"{_URI} is not set",
            "mutual TLS with a truststore is required",
        )
    elif not uri.startswith(_SCHEME):
        # Such a text may be a URL with credentials in it: it is not quoted.
        code, fact = "foreign-truststore", f"{_URI} does not start with {_SCHEME}"
        requirement = "a truststore in S3 is required"
    elif standard.truststore_buckets and _bucket(uri) not in standard.truststore_buckets:
        code, fact = "foreign-truststore", f"{_URI} lies in bucket {quote(_bucket(uri))}"
        requirement = f"a truststore in {listing(standard.truststore_buckets)} is required"
    elif not _bucket(uri):
        code, fact = "foreign-truststore", f"{_URI} names no bucket"
        requirement = "a truststore in S3 is required"
    else:
        return ()
    return (Finding(key="truststore", code=code, fact=fact, requirement=requirement),)


def _bucket(uri: str) -> str:
    return uri.removeprefix(_SCHEME).partition("/")[0]


def _conflict(facts: DomainFacts) -> tuple[Finding, ...]:
    """An enhanced security policy beside a truststore: API Gateway refuses the pair."""
    enhanced = [p for p in facts.security_policies if isinstance(p, str) and p.startswith(ENHANCED_PREFIX)]
    if facts.truststore_uri is None or not enhanced:
        return ()
    return (
        Finding(
            key="securityPolicy",
            code="policy-conflict",
            fact=f"securityPolicy is {quote(enhanced[0])} beside a truststore",
            requirement="TLS_1_2 is required, API Gateway refuses mutual TLS with an enhanced policy",
            remedy="Set securityPolicy to TLS_1_2.",
        ),
    )
