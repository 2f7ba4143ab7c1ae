"""Rules on MSK clusters and the functions that read from them: K1, K3a, K3b, K3c."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from guardrails.kafka import (
    METHODS,
    Access,
    ClusterFacts,
    client_tls_only,
    mapping_mutual_tls,
    mutual_tls_enabled,
    only_mutual_tls,
    unauthenticated_refused,
)
from guardrails.verdict import UNKNOWN, Unknown, Verdict, not_applicable
from policies.kit.parameters import Parameter
from policies.kit.rule import Level, Rule, Severity

if TYPE_CHECKING:
    from policies.kit.parameters import Parameters
    from policies.kit.reader import Facts
    from policies.kit.views import ResourceView, StackView

CLUSTER: Final = "aws:msk/cluster:Cluster"
MAPPING: Final = "aws:lambda/eventSourceMapping:EventSourceMapping"
AUTHORITY: Final = "aws:acmpca/certificateAuthority:CertificateAuthority"


def _facts(view: ResourceView) -> ClusterFacts:
    block = view.props.at("clientAuthentication")
    authorities = block.items("tls.certificateAuthorityArns")
    return ClusterFacts(
        client_broker=view.props.text("encryptionInfo.encryptionInTransit.clientBroker"),
        authentication=UNKNOWN if block.unknown else not block.absent,
        unauthenticated=block.flag("unauthenticated"),
        authorities=authorities if isinstance(authorities, Unknown) else len(authorities),
        iam=block.flag("sasl.iam"),
        scram=block.flag("sasl.scram"),
    )


def _with_authorities(view: ResourceView, stack: StackView) -> ClusterFacts:
    """The facts of a cluster whose unknown authorities are read off its dependencies."""
    facts = _facts(view)
    linked = stack.linked(view, "clientAuthentication", AUTHORITY)
    if linked and isinstance(facts.authorities, Unknown):
        return replace(facts, authentication=True, authorities=len(linked))
    return facts


def _client_tls(view: ResourceView, _parameters: Parameters) -> Verdict:
    return client_tls_only(_facts(view))


def _mutual_tls(view: ResourceView, parameters: Parameters) -> Verdict:
    return mutual_tls_enabled(_facts(view), parameters.texts("accepted"))


def _mutual_tls_in_stack(view: ResourceView, stack: StackView, parameters: Parameters) -> Verdict:
    return mutual_tls_enabled(_with_authorities(view, stack), parameters.texts("accepted"))


def _unauthenticated(view: ResourceView, _parameters: Parameters) -> Verdict:
    return unauthenticated_refused(_facts(view))


def _mapping(view: ResourceView, stack: StackView, _parameters: Parameters) -> Verdict:
    clusters = stack.linked(view, "eventSourceArn", CLUSTER)
    if not clusters:
        return not_applicable("no MSK cluster of this stack feeds the mapping")
    items = view.props.items("sourceAccessConfigurations")
    accesses = items if isinstance(items, Unknown) else tuple(_access(item) for item in items)
    certificates = only_mutual_tls(_with_authorities(clusters[0], stack))
    return mapping_mutual_tls(accesses, only_certificates=certificates)


def _access(item: Facts) -> Access | Unknown:
    return UNKNOWN if item.unknown else Access(type=item.text("type"), uri=item.text("uri"))


KAFKA_CLIENT_TLS_ONLY: Final = Rule(
    id="kafka-client-tls-only",
    row="K1",
    title="Clients of a Kafka cluster talk TLS to the brokers, and nothing else.",
    severity=Severity.CRITICAL,
    level=Level.MANDATORY,
    types=(CLUSTER,),
    resource=_client_tls,
    remediation="Set clientBroker to TLS.",
    not_applicable="serverless (always TLS)",
    references=("≈CKV_AWS_81", "AVD-AWS-0073", "nag:MSKClientToBrokerTLS"),
)

KAFKA_MUTUAL_TLS_ENABLED: Final = Rule(
    id="kafka-mutual-tls-enabled",
    row="K3a",
    title="Clients of a Kafka cluster prove who they are by a certificate.",
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    types=(CLUSTER,),
    reads=(AUTHORITY,),
    resource=_mutual_tls,
    in_stack=_mutual_tls_in_stack,
    remediation="Set the private CA ARNs.",
    not_applicable="serverless (IAM only)",
    parameters={
        "accepted": Parameter(
            meaning="Ways to authenticate that count; one of them suffices.",
            kind="array",
            default=["mtls"],
            allowed=METHODS,
        )
    },
)

KAFKA_UNAUTHENTICATED_REFUSED: Final = Rule(
    id="kafka-unauthenticated-refused",
    row="K3b",
    title="A Kafka cluster refuses clients that do not authenticate.",
    severity=Severity.CRITICAL,
    level=Level.MANDATORY,
    types=(CLUSTER,),
    resource=_unauthenticated,
    remediation="Add client authentication and drop unauthenticated.",
    not_applicable="serverless",
    references=("≈Config:MSK_UNRESTRICTED_ACCESS_CHECK", "SH MSK.6"),
)

KAFKA_MAPPING_MUTUAL_TLS: Final = Rule(
    id="kafka-mapping-mutual-tls",
    row="K3c",
    title="A function reads with a client certificate from a Kafka cluster that accepts mutual TLS only.",
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    types=(MAPPING,),
    reads=(CLUSTER, AUTHORITY),
    in_stack=_mapping,
    remediation="Add the client certificate secret.",
    not_applicable="cluster outside the stack; IAM or SCRAM accepted",
)

RULES: Final[tuple[Rule, ...]] = (
    KAFKA_CLIENT_TLS_ONLY,
    KAFKA_MUTUAL_TLS_ENABLED,
    KAFKA_UNAUTHENTICATED_REFUSED,
    KAFKA_MAPPING_MUTUAL_TLS,
)
