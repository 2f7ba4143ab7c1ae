"""Clients of an MSK cluster: encrypted, authenticated by certificate, nobody unknown (K1, K3a, K3b, K3c).

A cluster without a client authentication block lets everybody in; with a block, unauthenticated access is off
unless it is switched on. Serverless clusters know IAM and TLS only and are not judged here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from guardrails.verdict import (
    PASS,
    UNKNOWN,
    Finding,
    Maybe,
    Unknown,
    Verdict,
    not_applicable,
    undecided,
    violation,
)
from guardrails.wording import quote

METHODS: Final = ("mtls", "iam", "scram")
CERTIFICATE_ACCESS: Final = "CLIENT_CERTIFICATE_TLS_AUTH"
_AUTHENTICATION: Final = "clientAuthentication"
_AUTHORITIES: Final = "clientAuthentication.tls.certificateAuthorityArns"
_CLIENT_BROKER: Final = "encryptionInfo.encryptionInTransit.clientBroker"
_PATHS: Final = {
    "mtls": _AUTHORITIES,
    "iam": "clientAuthentication.sasl.iam",
    "scram": "clientAuthentication.sasl.scram",
}


@dataclass(frozen=True, kw_only=True)
class ClusterFacts:
    """How clients reach a provisioned cluster.

    Attributes:
        client_broker: TLS, TLS_PLAINTEXT or PLAINTEXT; absent is TLS.
        authentication: Whether there is a client authentication block; UNKNOWN when it is unknown as a whole.
        unauthenticated: Whether clients without credentials are let in.
        authorities: How many certificate authorities are listed; their ARNs need not be known.
        iam: Whether IAM is on.
        scram: Whether SASL/SCRAM is on.
    """

    client_broker: Maybe[str] = None
    authentication: bool | Unknown = False
    unauthenticated: Maybe[bool] = None
    authorities: int | Unknown = 0
    iam: Maybe[bool] = None
    scram: Maybe[bool] = None


@dataclass(frozen=True, kw_only=True)
class Access:
    """One source access configuration of an event source mapping.

    Attributes:
        type: Its type.
        uri: ARN of its secret.
    """

    type: Maybe[str]
    uri: Maybe[str] = None


def client_tls_only(facts: ClusterFacts) -> Verdict:
    """K1: clients talk TLS to the brokers, and nothing else."""
    if facts.client_broker is UNKNOWN:
        return undecided(_CLIENT_BROKER)
    if facts.client_broker in (None, "TLS"):
        return PASS
    return violation(
        Finding(
            key="clientBroker",
            code="plaintext",
            fact=f"{_CLIENT_BROKER} is {quote(str(facts.client_broker))}",
            requirement="TLS is required",
        )
    )


def mutual_tls_enabled(facts: ClusterFacts, accepted: tuple[str, ...] = ("mtls",)) -> Verdict:
    """K3a: at least one certificate authority is listed, or another accepted method is on."""
    states = _states(facts)
    asked = [method for method in METHODS if method in accepted]
    if any(states[method] is True for method in asked):
        return PASS
    unknown = [method for method in asked if states[method] is UNKNOWN]
    if unknown and facts.authentication is UNKNOWN:
        return undecided(_AUTHENTICATION)
    if unknown:
        return undecided(*(_PATHS[method] for method in unknown))
    fact = f"{_AUTHORITIES} is empty" if facts.authentication is True else f"{_AUTHENTICATION} is not set"
    others = [method for method in asked if method != "mtls"]
    return violation(
        Finding(
            key="clientAuthentication",
            code="no-mutual-tls",
            fact=fact,
            requirement=f"mutual TLS{''.join(f' or {method}' for method in others)} is required",
        )
    )


def unauthenticated_refused(facts: ClusterFacts) -> Verdict:
    """K3b: the block is there, and clients without credentials are refused."""
    if facts.authentication is UNKNOWN:
        return undecided(_AUTHENTICATION)
    if facts.unauthenticated is UNKNOWN:
        return undecided("clientAuthentication.unauthenticated")
    if facts.authentication is False:
        code, fact = "open", f"{_AUTHENTICATION} is not set, so unauthenticated access is on"
    elif facts.unauthenticated is True:
        code, fact = "unauthenticated", "clientAuthentication.unauthenticated is true"
    else:
        return PASS
    return violation(
        Finding(
            key="unauthenticated",
            code=code,
            fact=fact,
            requirement="unauthenticated clients have to be refused",
        )
    )


def only_mutual_tls(facts: ClusterFacts) -> bool | Unknown:
    """Whether a certificate is the only way in."""
    others = (facts.iam, facts.scram, facts.unauthenticated)
    if any(state is True for state in others) or facts.authorities == 0 or facts.authentication is False:
        return False
    if UNKNOWN in others or UNKNOWN in (facts.authorities, facts.authentication):
        return UNKNOWN
    return True


def mapping_mutual_tls(
    accesses: tuple[Access | Unknown, ...] | Unknown, *, only_certificates: bool | Unknown
) -> Verdict:
    """K3c: a mapping on a cluster that only certificates open brings a certificate.

    Args:
        accesses: The mapping's source access configurations.
        only_certificates: What `only_mutual_tls` says of its cluster.
    """
    if only_certificates is False:
        return not_applicable("the cluster can be reached without a client certificate")
    verdict = _certificate(accesses)
    if verdict.findings and only_certificates is UNKNOWN:
        return undecided("clientAuthentication of the cluster")
    return verdict


def _certificate(accesses: tuple[Access | Unknown, ...] | Unknown) -> Verdict:
    path = "sourceAccessConfigurations"
    if isinstance(accesses, Unknown):
        return undecided(path)
    known = [access for access in accesses if isinstance(access, Access)]
    if any(access.type == CERTIFICATE_ACCESS and access.uri is not None for access in known):
        return PASS
    waiting = tuple(
        f"{path}[{index}]" if isinstance(access, Unknown) else f"{path}[{index}].type"
        for index, access in enumerate(accesses)
        if isinstance(access, Unknown) or access.type is UNKNOWN
    )
    if waiting:
        return undecided(*waiting)
    nameless = any(access.type == CERTIFICATE_ACCESS for access in known)
    return violation(
        Finding(
            key="sourceAccessConfigurations",
            code="no-certificate-uri" if nameless else "no-certificate",
            fact=f"{path} has {CERTIFICATE_ACCESS} without a uri"
            if nameless
            else f"{path} has no {CERTIFICATE_ACCESS}",
            requirement="a client certificate is required, the cluster accepts mutual TLS only",
        )
    )


def _states(facts: ClusterFacts) -> dict[str, bool | Unknown]:
    """Whether each method is on; without a block none is."""
    if facts.authentication is False:
        return dict.fromkeys(METHODS, False)
    if facts.authentication is UNKNOWN:
        return dict.fromkeys(METHODS, UNKNOWN)
    authorities = UNKNOWN if isinstance(facts.authorities, Unknown) else facts.authorities > 0
    return {
        "mtls": authorities,
        "iam": facts.iam if isinstance(facts.iam, (bool, Unknown)) else False,
        "scram": facts.scram if isinstance(facts.scram, (bool, Unknown)) else False,
    }
