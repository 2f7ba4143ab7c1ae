"""Cases of the rules on custom domains and TLS of default endpoints: A1, A1b, A2, A3, A3b."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from guardrails.tls import API_POLICIES
from policies.rules.api import (
    API_DOMAIN_MUTUAL_TLS,
    API_DOMAIN_TLS_MODERN,
    API_DOMAIN_TRUSTSTORE_PINNED,
    API_ENDPOINT_TLS_MODERN,
    API_HTTP_DOMAIN_TLS_MODERN,
)
from policies.rules.api.tokens import HTTP_DOMAIN, REST_API, REST_DOMAIN
from tests.support.policies import Computed, Data, Res
from tests.support.rule_cases import Case

if TYPE_CHECKING:
    from collections.abc import Mapping

UNKNOWN: Final = Computed()
ENHANCED: Final = "SecurityPolicy_TLS13_1_3_2025_09"
TRUSTSTORE: Final = {"truststoreUri": "s3://trust-bucket/ca.pem", "truststoreVersion": "v1"}


def rest_domain(logical: str = "orders", **props: Data) -> Res:
    """A compliant domain of a REST API with some properties changed; None takes one away."""
    merged: dict[str, Data] = {
        "domainName": "orders.example.com",
        "securityPolicy": "TLS_1_2",
        "endpointConfiguration": {"types": "REGIONAL"},
        "mutualTlsAuthentication": TRUSTSTORE,
        **props,
    }
    return Res(type=REST_DOMAIN, name=logical, props=merged)


def http_domain(security_policy: Data = "TLS_1_2", **props: Data) -> Res:
    """A compliant domain of an HTTP API with some properties changed."""
    merged: dict[str, Data] = {
        "domainName": "orders.example.com",
        "domainNameConfiguration": {"endpointType": "REGIONAL", "securityPolicy": security_policy},
        "mutualTlsAuthentication": TRUSTSTORE,
        **props,
    }
    return Res(type=HTTP_DOMAIN, name="orders", props=merged)


POLICY: Final = ("securityPolicy",)
_A1: Final = (
    *(
        Case(
            rule=API_DOMAIN_TLS_MODERN,
            name=f"{policy} passes",
            resources=(rest_domain(securityPolicy=policy, endpointAccessMode="STRICT"),),
        )
        for policy in API_POLICIES
    ),
    Case(
        rule=API_DOMAIN_TLS_MODERN,
        name="just below the minimum fails",
        resources=(rest_domain(securityPolicy="TLS_1_0"),),
        keys=POLICY,
        says=(
            "orders (aws:apigateway/domainName:DomainName): securityPolicy is TLS_1_0; ",
            "TLS_1_2 or stronger is required.",
            "Set securityPolicy to TLS_1_2 or stronger.",
        ),
    ),
    Case(
        rule=API_DOMAIN_TLS_MODERN,
        name="an unlisted name fails",
        resources=(rest_domain(securityPolicy="SecurityPolicy_TLS13_9", endpointAccessMode="STRICT"),),
        keys=POLICY,
    ),
    Case(
        rule=API_DOMAIN_TLS_MODERN,
        name="absent fails, the default does not count",
        resources=(rest_domain(securityPolicy=None),),
        keys=POLICY,
        says=("securityPolicy is not set; an explicit policy of TLS_1_2 or stronger is required",),
    ),
    Case(
        rule=API_DOMAIN_TLS_MODERN,
        name="empty is absent",
        resources=(rest_domain(securityPolicy=""),),
        keys=POLICY,
    ),
    Case(
        rule=API_DOMAIN_TLS_MODERN,
        name="an enhanced policy needs an access mode",
        resources=(rest_domain(securityPolicy=ENHANCED),),
        keys=("endpointAccessMode",),
        says=(
            f"endpointAccessMode is not set beside {ENHANCED}",
            "Set endpointAccessMode to STRICT or BASIC.",
        ),
    ),
    Case(
        rule=API_DOMAIN_TLS_MODERN,
        name="an unknown access mode beside an enhanced policy is undecided",
        resources=(rest_domain(securityPolicy=ENHANCED, endpointAccessMode=UNKNOWN),),
        undecided=("endpointAccessMode",),
    ),
    Case(
        rule=API_DOMAIN_TLS_MODERN,
        name="an access mode does not matter otherwise",
        resources=(rest_domain(endpointAccessMode=UNKNOWN),),
    ),
    Case(
        rule=API_DOMAIN_TLS_MODERN,
        name="unknown is undecided",
        resources=(rest_domain(securityPolicy=UNKNOWN),),
        undecided=("securityPolicy",),
    ),
    Case(
        rule=API_DOMAIN_TLS_MODERN,
        name="a higher minimum is a boundary: below",
        resources=(rest_domain(),),
        parameters={"minimum": "SecurityPolicy_TLS13_1_2_2021_06"},
        keys=POLICY,
        says=("SecurityPolicy_TLS13_1_2_2021_06 or stronger is required",),
    ),
    Case(
        rule=API_DOMAIN_TLS_MODERN,
        name="a higher minimum is a boundary: at",
        resources=(
            rest_domain(securityPolicy="SecurityPolicy_TLS13_1_2_2021_06", endpointAccessMode="BASIC"),
        ),
        parameters={"minimum": "SecurityPolicy_TLS13_1_2_2021_06"},
    ),
    Case(
        rule=API_DOMAIN_TLS_MODERN,
        name="every domain is judged",
        resources=(rest_domain("a", securityPolicy="TLS_1_0"), rest_domain("b", securityPolicy=None)),
        keys=POLICY * 2,
    ),
)


def _a1b(
    name: str, keys: tuple[str, ...] = (), undecided: tuple[str, ...] = (), off: str = "", **props: Data
) -> Case:
    return Case(
        rule=API_ENDPOINT_TLS_MODERN,
        name=name,
        resources=(Res(type=REST_API, name="orders", props={"name": "orders", **props}),),
        keys=keys,
        undecided=undecided,
        not_applicable=off,
    )


_REGIONAL: Final = {"types": "REGIONAL"}
PRIVATE: Final = {"types": "PRIVATE"}
_A1B: Final = (
    _a1b("absent on an edge API is TLS_1_0", keys=POLICY),
    _a1b("absent on a regional API is TLS_1_0", keys=POLICY, endpointConfiguration=_REGIONAL),
    _a1b("absent on a private API is TLS_1_2", endpointConfiguration=PRIVATE),
    _a1b("a listed policy passes", endpointConfiguration=_REGIONAL, securityPolicy="TLS_1_2"),
    _a1b("an enhanced policy passes", securityPolicy=ENHANCED, endpointAccessMode="STRICT"),
    _a1b("an enhanced policy needs an access mode", keys=("endpointAccessMode",), securityPolicy=ENHANCED),
    _a1b("a weak policy fails", keys=POLICY, securityPolicy="TLS_1_0", disableExecuteApiEndpoint=False),
    _a1b("a disabled endpoint", off="disabled", securityPolicy="TLS_1_0", disableExecuteApiEndpoint=True),
    _a1b(
        "an unknown flag is undecided",
        undecided=("disableExecuteApiEndpoint",),
        disableExecuteApiEndpoint=UNKNOWN,
    ),
    _a1b("an unknown flag does not matter", disableExecuteApiEndpoint=UNKNOWN, securityPolicy="TLS_1_2"),
    _a1b("an unknown policy is undecided", undecided=("securityPolicy",), securityPolicy=UNKNOWN),
    _a1b(
        "an unknown type is undecided",
        undecided=("endpointConfiguration.types",),
        endpointConfiguration=UNKNOWN,
    ),
)

_A2: Final = (
    Case(rule=API_HTTP_DOMAIN_TLS_MODERN, name="TLS_1_2 passes", resources=(http_domain(),)),
    Case(
        rule=API_HTTP_DOMAIN_TLS_MODERN,
        name="TLS_1_0 fails",
        resources=(http_domain("TLS_1_0"),),
        keys=POLICY,
        says=("domainNameConfiguration.securityPolicy is TLS_1_0; TLS_1_2 or stronger is required",),
    ),
    Case(
        rule=API_HTTP_DOMAIN_TLS_MODERN,
        name="absent fails",
        resources=(http_domain(None),),
        keys=POLICY,
        says=("domainNameConfiguration.securityPolicy is not set",),
    ),
    Case(
        rule=API_HTTP_DOMAIN_TLS_MODERN,
        name="an enhanced policy fails",
        resources=(http_domain(ENHANCED),),
        keys=POLICY,
    ),
    Case(
        rule=API_HTTP_DOMAIN_TLS_MODERN,
        name="another policy passes where it is added",
        resources=(http_domain("TLS_1_3"), http_domain()),
        parameters={"allowedPolicies": ["TLS_1_3"]},
    ),
    Case(
        rule=API_HTTP_DOMAIN_TLS_MODERN,
        name="unknown is undecided",
        resources=(http_domain(UNKNOWN),),
        undecided=("domainNameConfiguration.securityPolicy",),
    ),
    Case(
        rule=API_HTTP_DOMAIN_TLS_MODERN,
        name="an unknown configuration is undecided",
        resources=(http_domain(domainNameConfiguration=UNKNOWN),),
        undecided=("domainNameConfiguration.securityPolicy",),
    ),
)


def _a3(
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
        rule=API_DOMAIN_MUTUAL_TLS,
        name=name,
        resources=(subject,),
        keys=keys,
        undecided=undecided,
        not_applicable=off,
        says=says,
        parameters=parameters or {},
    )


_BUCKET: Final = {"truststoreBuckets": ["trust-bucket"]}
_PUBLIC: Final = {"publicDomains": ["*.public.example.com"]}
_A3: Final = (
    _a3("a regional domain with a truststore passes", rest_domain()),
    _a3("a domain of an HTTP API passes", http_domain()),
    _a3("a truststore of the bucket passes", rest_domain(), parameters=_BUCKET),
    _a3("an unknown truststore is set", rest_domain(mutualTlsAuthentication=UNKNOWN), parameters=_BUCKET),
    _a3("an unknown address is set", http_domain(mutualTlsAuthentication={"truststoreUri": UNKNOWN})),
    _a3(
        "no truststore fails",
        rest_domain(mutualTlsAuthentication=None),
        keys=("truststore",),
        says=("truststoreUri is not set", "Set mutualTlsAuthentication.truststoreUri on a regional domain."),
    ),
    _a3("an empty block is none", http_domain(mutualTlsAuthentication={}), keys=("truststore",)),
    _a3(
        "a backend certificate does not count",
        http_domain(mutualTlsAuthentication=None, clientCertificateId="abc123"),
        keys=("truststore",),
    ),
    _a3(
        "another bucket fails",
        rest_domain(),
        keys=("truststore",),
        parameters={"truststoreBuckets": ["company-trust"]},
        says=("lies in bucket trust-bucket; a truststore in company-trust is required",),
    ),
    _a3(
        "a longer bucket name is another bucket",
        rest_domain(mutualTlsAuthentication={"truststoreUri": "s3://trust-bucket-2/ca.pem"}),
        keys=("truststore",),
        parameters=_BUCKET,
    ),
    _a3(
        "another scheme fails without being quoted",
        rest_domain(mutualTlsAuthentication={"truststoreUri": "https://user:pass@example.com/ca.pem"}),
        keys=("truststore",),
        says=("truststoreUri does not start with s3://; a truststore in S3",),
    ),
    _a3(
        "an edge domain fails",
        rest_domain(endpointConfiguration={"types": "EDGE"}),
        keys=("endpoint:EDGE",),
        says=("endpointConfiguration.types is EDGE; mutual TLS needs a REGIONAL domain",),
    ),
    _a3(
        "types given as a list count",
        rest_domain(endpointConfiguration={"types": ["EDGE"]}),
        keys=("endpoint:EDGE",),
    ),
    _a3("a private domain fails", rest_domain(endpointConfiguration=PRIVATE), keys=("endpoint:PRIVATE",)),
    _a3(
        "an absent type is edge",
        rest_domain(endpointConfiguration=None),
        keys=("endpoint:EDGE",),
        says=("means EDGE",),
    ),
    _a3("an unknown type waits for the update", rest_domain(endpointConfiguration=UNKNOWN)),
    _a3(
        "an enhanced policy beside a truststore fails",
        rest_domain(securityPolicy=ENHANCED),
        keys=POLICY,
        says=("beside a truststore", "Set securityPolicy to TLS_1_2."),
    ),
    _a3(
        "all defects are reported",
        rest_domain(
            endpointConfiguration=None,
            mutualTlsAuthentication={"truststoreUri": "s3:///x"},
            securityPolicy=ENHANCED,
        ),
        keys=("endpoint:EDGE", "securityPolicy", "truststore"),
    ),
    _a3(
        "a public domain",
        rest_domain(domainName="a.public.example.com", mutualTlsAuthentication=None),
        off="public on purpose",
        parameters=_PUBLIC,
    ),
    _a3(
        "another domain is not public",
        rest_domain(mutualTlsAuthentication=None),
        keys=("truststore",),
        parameters=_PUBLIC,
    ),
    _a3(
        "an unknown name may be public",
        rest_domain(domainName=UNKNOWN, mutualTlsAuthentication=None),
        undecided=("domainName",),
        parameters=_PUBLIC,
    ),
    _a3(
        "mutual TLS not required",
        rest_domain(mutualTlsAuthentication=None),
        off="not required",
        parameters={"mtlsRequired": False},
    ),
)

_A3B: Final = tuple(
    Case(
        rule=API_DOMAIN_TRUSTSTORE_PINNED,
        name=name,
        resources=(subject,),
        keys=keys,
        not_applicable=off,
        says=("truststoreVersion is not set", "pin truststoreVersion") if keys else (),
    )
    for name, subject, keys, off in (
        ("a pinned version passes", rest_domain(), (), ""),
        (
            "an unknown version is set",
            http_domain(mutualTlsAuthentication={**TRUSTSTORE, "truststoreVersion": UNKNOWN}),
            (),
            "",
        ),
        (
            "no version fails",
            rest_domain(mutualTlsAuthentication={"truststoreUri": "s3://b/k"}),
            ("truststoreVersion",),
            "",
        ),
        (
            "no version beside an unknown truststore fails",
            http_domain(mutualTlsAuthentication={"truststoreUri": UNKNOWN}),
            ("truststoreVersion",),
            "",
        ),
        ("no mutual TLS", http_domain(mutualTlsAuthentication=None), (), "no mutual TLS"),
    )
)


CASES: Final = (*_A1, *_A1B, *_A2, *_A3, *_A3B)
