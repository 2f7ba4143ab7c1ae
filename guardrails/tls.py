"""Transport security of API domains and endpoints: which security policies are modern enough.

Decides A1 (custom domains of REST APIs), A2 (of HTTP and WebSocket APIs) and A1b (the default execute-api
endpoint). The certificate itself is not judged.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

from guardrails.verdict import PASS, UNKNOWN, Finding, Maybe, Verdict, not_applicable, undecided, violation
from guardrails.wording import quote

# Security policies of API Gateway from TLS 1.2 up, weakest first (developer guide, 'Security policies').
# TLS_1_2 stays in: a domain with an enhanced policy can have neither mutual TLS nor HTTP APIs.
API_POLICIES: Final = (
    "TLS_1_2",
    "SecurityPolicy_TLS12_2018_EDGE",
    "SecurityPolicy_TLS12_PFS_2025_EDGE",
    "SecurityPolicy_TLS13_1_2_2021_06",
    "SecurityPolicy_TLS13_1_2_PQ_2025_09",
    "SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09",
    "SecurityPolicy_TLS13_1_2_FIPS_PQ_2025_09",
    "SecurityPolicy_TLS13_1_2_FIPS_PFS_PQ_2025_09",
    "SecurityPolicy_TLS13_2025_EDGE",
    "SecurityPolicy_TLS13_1_3_2025_09",
    "SecurityPolicy_TLS13_1_3_FIPS_2025_09",
)
HTTP_POLICIES: Final = ("TLS_1_2",)
ENHANCED_PREFIX: Final = "SecurityPolicy_"


class ApiKind(Enum):
    """The API families that differ in what they can be told."""

    REST = "REST"
    HTTP = "HTTP"
    WEBSOCKET = "WEBSOCKET"


def from_minimum(ordered: tuple[str, ...], minimum: str) -> tuple[str, ...]:
    """The part of an ordered list, weakest first, that starts at a minimum.

    Raises:
        ValueError: The minimum is not in the list.
    """
    if minimum not in ordered:
        raise ValueError(f"minimum: got {quote(minimum)}, allowed one of {', '.join(ordered)}")
    return ordered[ordered.index(minimum) :]


@dataclass(frozen=True, kw_only=True)
class TlsStandard:
    """Which policies are accepted.

    Attributes:
        allowed_policies: Known policies, weakest first.
        minimum: The weakest accepted one.
    """

    allowed_policies: tuple[str, ...] = API_POLICIES
    minimum: str = "TLS_1_2"

    def __post_init__(self) -> None:
        """Refuse a minimum that is not in the list."""
        from_minimum(self.allowed_policies, self.minimum)

    @property
    def accepted(self) -> tuple[str, ...]:
        """The policies from the minimum up."""
        return from_minimum(self.allowed_policies, self.minimum)


@dataclass(frozen=True, kw_only=True)
class DomainFacts:
    """A custom domain of API Gateway.

    Attributes:
        kind: REST for `aws:apigateway`, HTTP for `aws:apigatewayv2`.
        name: The domain name.
        security_policies: One for each configuration of the domain; empty when none is written down.
        access_mode: Endpoint access mode, needed beside an enhanced policy.
        endpoint_types: EDGE, REGIONAL or PRIVATE; empty means EDGE for REST and REGIONAL otherwise.
        truststore_uri: `s3://` address of the mutual TLS truststore.
        truststore_version: Its pinned object version.
    """

    kind: ApiKind
    name: Maybe[str] = None
    security_policies: tuple[Maybe[str], ...] = ()
    access_mode: Maybe[str] = None
    endpoint_types: tuple[Maybe[str], ...] = ()
    truststore_uri: Maybe[str] = None
    truststore_version: Maybe[str] = None


@dataclass(frozen=True, kw_only=True)
class EndpointFacts:
    """The default execute-api endpoint of a REST API.

    Attributes:
        disabled: Whether it is switched off; absent is on.
        endpoint_type: EDGE, REGIONAL or PRIVATE; absent is EDGE.
        security_policy: Its policy; absent is TLS_1_0, on a private API TLS_1_2.
        access_mode: Endpoint access mode, needed beside an enhanced policy.
    """

    disabled: Maybe[bool] = None
    endpoint_type: Maybe[str] = None
    security_policy: Maybe[str] = None
    access_mode: Maybe[str] = None


_POLICY_PATH: Final = {
    ApiKind.REST: "securityPolicy",
    ApiKind.HTTP: "domainNameConfiguration.securityPolicy",
    ApiKind.WEBSOCKET: "domainNameConfiguration.securityPolicy",
}


def domain_tls_modern(facts: DomainFacts, standard: TlsStandard) -> Verdict:
    """A1 and A2: every security policy of the domain is written down and on the list."""
    path = _POLICY_PATH[facts.kind]
    if not facts.security_policies or None in facts.security_policies:
        return violation(
            Finding(
                key="securityPolicy",
                code="implicit",
                fact=f"{path} is not set",
                requirement=f"an explicit policy of {standard.minimum} or stronger is required",
                remedy=f"Set {path} to {standard.minimum} or stronger.",
            )
        )
    weak = tuple(
        _weak(path, policy, standard)
        for policy in facts.security_policies
        if isinstance(policy, str) and policy not in standard.accepted
    )
    waiting = (path,) if UNKNOWN in facts.security_policies else ()
    enhanced = [
        policy
        for policy in facts.security_policies
        if isinstance(policy, str) and policy in standard.accepted and policy.startswith(ENHANCED_PREFIX)
    ]
    findings, paths = _access_mode(enhanced[0] if enhanced else "", facts.access_mode)
    return violation(*weak, *findings, undecided=waiting + paths)


def endpoint_tls_modern(facts: EndpointFacts, standard: TlsStandard) -> Verdict:
    """A1b: while the execute-api endpoint is on, its security policy is on the list."""
    if facts.disabled is True:
        return not_applicable("the execute-api endpoint is disabled")
    verdict = _endpoint_policy(facts, standard)
    if verdict.findings and facts.disabled is UNKNOWN:
        return undecided("disableExecuteApiEndpoint")
    return verdict


def _endpoint_policy(facts: EndpointFacts, standard: TlsStandard) -> Verdict:
    policy = facts.security_policy
    if policy is UNKNOWN:
        return undecided("securityPolicy")
    if policy is not None:
        if policy not in standard.accepted:
            return violation(_weak("securityPolicy", policy, standard))
        findings, paths = _access_mode(policy, facts.access_mode)
        return violation(*findings, undecided=paths)
    if "TLS_1_2" in standard.accepted:
        if facts.endpoint_type == "PRIVATE":
            return PASS
        if facts.endpoint_type is UNKNOWN:
            return undecided("endpointConfiguration.types")
    default = "TLS_1_2" if facts.endpoint_type == "PRIVATE" else "TLS_1_0"
    return violation(
        Finding(
            key="securityPolicy",
            code="implicit",
            fact=f"securityPolicy is not set, so the execute-api endpoint accepts {default}",
            requirement=f"{standard.minimum} or stronger is required while that endpoint is on",
        )
    )


def _weak(path: str, policy: str, standard: TlsStandard) -> Finding:
    return Finding(
        key="securityPolicy",
        code="weak",
        fact=f"{path} is {quote(policy)}",
        requirement=f"{standard.minimum} or stronger is required",
        remedy=f"Set {path} to {standard.minimum} or stronger.",
    )


def _access_mode(policy: str, mode: Maybe[str]) -> tuple[tuple[Finding, ...], tuple[str, ...]]:
    """What an accepted policy demands of the access mode: findings, and what stays undecided."""
    if not policy.startswith(ENHANCED_PREFIX):
        return (), ()
    if mode is UNKNOWN:
        return (), ("endpointAccessMode",)
    if mode is not None:
        return (), ()
    finding = Finding(
        key="endpointAccessMode",
        code="access-mode",
        fact=f"endpointAccessMode is not set beside {policy}",
        requirement="an access mode is required with an enhanced security policy",
        remedy="Set endpointAccessMode to STRICT or BASIC.",
    )
    return (finding,), ()
