"""Rules on custom domains and on the default endpoint of REST APIs: A1, A1b, A2, A3, A3b."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from guardrails.domains import MutualTlsStandard, mutual_tls, truststore_pinned
from guardrails.tls import (
    API_POLICIES,
    HTTP_POLICIES,
    ApiKind,
    DomainFacts,
    EndpointFacts,
    TlsStandard,
    domain_tls_modern,
    endpoint_tls_modern,
)
from policies.kit.parameters import PUBLIC_DOMAINS, Parameter
from policies.kit.rule import Level, Rule, Severity
from policies.rules.api.tokens import HTTP_DOMAIN, REST_API, REST_DOMAIN

if TYPE_CHECKING:
    from guardrails.verdict import Verdict
    from policies.kit.parameters import Parameters
    from policies.kit.views import ResourceView

_TLS_PARAMETERS: Final = {
    "allowedPolicies": Parameter(
        meaning="Security policies that count, weakest first.", kind="array", default=list(API_POLICIES)
    ),
    "minimum": Parameter(
        meaning="The weakest accepted of them.", kind="string", default=API_POLICIES[0], allowed=API_POLICIES
    ),
}


def domain_facts(view: ResourceView) -> DomainFacts:
    """What the decisions need to know of a domain of either family."""
    props = view.props
    rest = view.type == REST_DOMAIN
    policy = "securityPolicy" if rest else "domainNameConfiguration.securityPolicy"
    endpoint = "endpointConfiguration.types" if rest else "domainNameConfiguration.endpointType"
    return DomainFacts(
        kind=ApiKind.REST if rest else ApiKind.HTTP,
        name=props.text("domainName"),
        security_policies=(props.text(policy),),
        access_mode=props.text("endpointAccessMode"),
        endpoint_types=(props.text(endpoint),) if props.has(endpoint) else (),
        truststore_uri=props.text("mutualTlsAuthentication.truststoreUri"),
        truststore_version=props.text("mutualTlsAuthentication.truststoreVersion"),
    )


def _standard(parameters: Parameters) -> TlsStandard:
    return TlsStandard(
        allowed_policies=parameters.texts("allowedPolicies"), minimum=parameters.text("minimum")
    )


def _domain_tls(view: ResourceView, parameters: Parameters) -> Verdict:
    return domain_tls_modern(domain_facts(view), _standard(parameters))


def _http_domain_tls(view: ResourceView, parameters: Parameters) -> Verdict:
    allowed = dict.fromkeys((*HTTP_POLICIES, *parameters.texts("allowedPolicies")))
    return domain_tls_modern(domain_facts(view), TlsStandard(allowed_policies=tuple(allowed)))


def _endpoint_tls(view: ResourceView, parameters: Parameters) -> Verdict:
    facts = EndpointFacts(
        disabled=view.props.flag("disableExecuteApiEndpoint"),
        endpoint_type=view.props.text("endpointConfiguration.types"),
        security_policy=view.props.text("securityPolicy"),
        access_mode=view.props.text("endpointAccessMode"),
    )
    return endpoint_tls_modern(facts, _standard(parameters))


def _mutual_tls(view: ResourceView, parameters: Parameters) -> Verdict:
    standard = MutualTlsStandard(
        required=parameters.flag("mtlsRequired"),
        truststore_buckets=parameters.texts("truststoreBuckets"),
        public_domains=parameters.texts("publicDomains"),
    )
    return mutual_tls(domain_facts(view), standard)


def _truststore_pinned(view: ResourceView, _parameters: Parameters) -> Verdict:
    return truststore_pinned(domain_facts(view))


API_DOMAIN_TLS_MODERN: Final = Rule(
    id="api-domain-tls-modern",
    row="A1",
    title="A custom domain of a REST API names a security policy of TLS 1.2 or stronger.",
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    types=(REST_DOMAIN,),
    resource=_domain_tls,
    remediation="Set securityPolicy to TLS_1_2 or stronger.",
    references=(
        "≈CKV_AWS_206",
        "≈AVD-AWS-0005",
        "AVD-AWS-0112",
        "≈guard:API_GW_DOMAIN_DENY_NON_TLS_TRAFFIC",
        "≈Config:APIGATEWAY_DOMAIN_NAME_TLS_CHECK",
        "≈SH APIGateway.11",
        "≈CP",
    ),
    parameters=_TLS_PARAMETERS,
    explicit=True,
)

API_ENDPOINT_TLS_MODERN: Final = Rule(
    id="api-endpoint-tls-modern",
    row="A1b",
    title="The default endpoint of a REST API, while it is on, accepts TLS 1.2 or stronger only.",
    severity=Severity.MEDIUM,
    level=Level.ADVISORY,
    types=(REST_API,),
    resource=_endpoint_tls,
    remediation="Disable the endpoint or set securityPolicy and endpointAccessMode.",
    not_applicable="endpoint disabled (A4)",
    parameters=_TLS_PARAMETERS,
)

API_HTTP_DOMAIN_TLS_MODERN: Final = Rule(
    id="api-http-domain-tls-modern",
    row="A2",
    title="A custom domain of an HTTP or WebSocket API names the security policy TLS_1_2.",
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    types=(HTTP_DOMAIN,),
    resource=_http_domain_tls,
    remediation="Set domainNameConfiguration.securityPolicy to TLS_1_2.",
    references=("≈AVD-AWS-0005", "CP"),
    parameters={
        "allowedPolicies": Parameter(
            meaning="Security policies that count beside TLS_1_2.", kind="array", default=list(HTTP_POLICIES)
        )
    },
    explicit=True,
)

API_DOMAIN_MUTUAL_TLS: Final = Rule(
    id="api-domain-mutual-tls",
    row="A3",
    title="A custom domain demands client certificates from the company's truststore.",
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    types=(REST_DOMAIN, HTTP_DOMAIN),
    resource=_mutual_tls,
    remediation="Set mutualTlsAuthentication.truststoreUri on a regional domain.",
    not_applicable="name matches publicDomains; mtlsRequired is false",
    parameters={
        "mtlsRequired": Parameter(meaning="Whether mutual TLS is demanded.", kind="boolean", default=True),
        "truststoreBuckets": Parameter(
            meaning="Buckets a truststore may lie in; empty for any.", kind="array", default=[]
        ),
        "publicDomains": PUBLIC_DOMAINS,
    },
)

API_DOMAIN_TRUSTSTORE_PINNED: Final = Rule(
    id="api-domain-truststore-pinned",
    row="A3b",
    title="A custom domain with mutual TLS pins the version of its truststore.",
    severity=Severity.LOW,
    level=Level.ADVISORY,
    types=(REST_DOMAIN, HTTP_DOMAIN),
    resource=_truststore_pinned,
    remediation="Version the bucket and pin truststoreVersion.",
    not_applicable="no mutual TLS",
)
