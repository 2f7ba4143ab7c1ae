"""Cases of the rules on Kafka."""

from __future__ import annotations

from typing import Final

from policies.rules.kafka import (
    AUTHORITY,
    CLUSTER,
    KAFKA_CLIENT_TLS_ONLY,
    KAFKA_MAPPING_MUTUAL_TLS,
    KAFKA_MUTUAL_TLS_ENABLED,
    KAFKA_UNAUTHENTICATED_REFUSED,
    MAPPING,
)
from tests.support.policies import Computed, Data, Mode, Res
from tests.support.rule_cases import Case

CA: Final = "arn:aws:acm-pca:eu-west-1:111122223333:certificate-authority/0a1b2c3d"
SECRET: Final = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:client-certificate-AbCdEf"
CLUSTER_ARN: Final = "arn:aws:kafka:eu-west-1:111122223333:cluster/events/0a1b2c3d-1"
SERVERLESS: Final = "aws:msk/serverlessCluster:ServerlessCluster"


def cluster(authentication: Data = None, **more: Data) -> Res:
    props = {"clusterName": "events", **more}
    if authentication is not None:
        props["clientAuthentication"] = authentication
    return Res(type=CLUSTER, name="events", props=props)


def transit(client_broker: Data) -> dict[str, Data]:
    return {"encryptionInTransit": {"clientBroker": client_broker, "inCluster": True}}


def tls(*authorities: Data) -> dict[str, Data]:
    return {"tls": {"certificateAuthorityArns": list(authorities)}}


def mapping(configurations: Data, *, depends: bool = True, arn: Data = None) -> Res:
    props: dict[str, Data] = {"eventSourceArn": arn or Computed(CLUSTER_ARN), "functionName": "reader"}
    if configurations is not None:
        props["sourceAccessConfigurations"] = configurations
    return Res(
        type=MAPPING, name="reader", props=props, depends={"eventSourceArn": ("events",)} if depends else {}
    )


CERTIFICATE: Final = {"type": "CLIENT_CERTIFICATE_TLS_AUTH", "uri": SECRET}
SUBNET: Final = {"type": "VPC_SUBNET", "uri": "subnet:subnet-0a1b2c3d"}

_K1: Final = tuple(
    Case(
        rule=KAFKA_CLIENT_TLS_ONLY, name=name, resources=resources, keys=keys, undecided=undecided, says=says
    )
    for name, resources, keys, undecided, says in (
        ("TLS passes", (cluster(encryptionInfo=transit("TLS")),), (), (), ()),
        ("absent is TLS", (cluster(),), (), (), ()),
        ("null is absent", (cluster(encryptionInfo=transit(None)),), (), (), ()),
        (
            "TLS beside plaintext fails",
            (cluster(encryptionInfo=transit("TLS_PLAINTEXT")),),
            ("clientBroker",),
            (),
            (
                "events (aws:msk/cluster:Cluster):",
                "encryptionInfo.encryptionInTransit.clientBroker is TLS_PLAINTEXT;",
                "TLS is required. Set clientBroker to TLS.",
            ),
        ),
        ("plaintext fails", (cluster(encryptionInfo=transit("PLAINTEXT")),), ("clientBroker",), (), ()),
        ("unknown is undecided", (cluster(encryptionInfo=transit(Computed())),), (), ("clientBroker",), ()),
        ("an unknown block is undecided", (cluster(encryptionInfo=Computed()),), (), ("clientBroker",), ()),
        ("a serverless cluster is another type", (Res(type=SERVERLESS, props={}),), (), (), ()),
    )
)

_K3A: Final = (
    Case(rule=KAFKA_MUTUAL_TLS_ENABLED, name="one authority passes", resources=(cluster(tls(CA)),)),
    Case(
        rule=KAFKA_MUTUAL_TLS_ENABLED,
        name="an unknown authority counts, the length decides",
        resources=(cluster(tls(Computed())),),
    ),
    Case(
        rule=KAFKA_MUTUAL_TLS_ENABLED,
        name="no block fails",
        resources=(cluster(),),
        keys=("clientAuthentication",),
        says=("clientAuthentication is not set; mutual TLS is required. Set the private CA ARNs.",),
    ),
    Case(
        rule=KAFKA_MUTUAL_TLS_ENABLED,
        name="an empty tls block is not mutual TLS",
        resources=(cluster({"tls": {}, "unauthenticated": False}),),
        keys=("clientAuthentication",),
        says=("certificateAuthorityArns is empty",),
    ),
    Case(
        rule=KAFKA_MUTUAL_TLS_ENABLED,
        name="an empty list of authorities fails",
        resources=(cluster({**tls(), "sasl": {"scram": True}}),),
        keys=("clientAuthentication",),
    ),
    Case(
        rule=KAFKA_MUTUAL_TLS_ENABLED,
        name="IAM alone fails by default",
        resources=(cluster({"sasl": {"iam": True}}),),
        keys=("clientAuthentication",),
    ),
    Case(
        rule=KAFKA_MUTUAL_TLS_ENABLED,
        name="IAM passes where it is accepted",
        resources=(cluster({"sasl": {"iam": True}}),),
        parameters={"accepted": ["mtls", "iam"]},
    ),
    Case(
        rule=KAFKA_MUTUAL_TLS_ENABLED,
        name="SCRAM passes where it is accepted",
        resources=(cluster({"sasl": {"scram": True}}),),
        parameters={"accepted": ["mtls", "scram"]},
    ),
    Case(
        rule=KAFKA_MUTUAL_TLS_ENABLED,
        name="SCRAM fails where IAM is accepted",
        resources=(cluster({"sasl": {"scram": True}}),),
        parameters={"accepted": ["mtls", "iam"]},
        keys=("clientAuthentication",),
        says=("mutual TLS or iam is required",),
    ),
    Case(
        rule=KAFKA_MUTUAL_TLS_ENABLED,
        name="an unknown list without dependency is undecided, once",
        resources=(cluster({"tls": {"certificateAuthorityArns": Computed()}}),),
        undecided=("certificateAuthorityArns",),
    ),
    Case(
        rule=KAFKA_MUTUAL_TLS_ENABLED,
        name="an unknown block without dependency is undecided, once",
        resources=(cluster(Computed()),),
        undecided=("clientAuthentication",),
    ),
    Case(
        rule=KAFKA_MUTUAL_TLS_ENABLED,
        name="an unknown list that depends on an in-stack authority passes",
        resources=(
            Res(type=AUTHORITY, name="root"),
            Res(
                type=CLUSTER,
                name="events",
                props={"clientAuthentication": {"tls": {"certificateAuthorityArns": Computed()}}},
                depends={"clientAuthentication": ("root",)},
            ),
        ),
    ),
    Case(
        rule=KAFKA_MUTUAL_TLS_ENABLED,
        name="an unknown block that depends on something else is undecided",
        resources=(
            Res(type="aws:kms/key:Key", name="key"),
            Res(
                type=CLUSTER,
                name="events",
                props={"clientAuthentication": Computed()},
                depends={"clientAuthentication": ("key",)},
            ),
        ),
        undecided=("clientAuthentication",),
    ),
)

_K3B: Final = (
    Case(
        rule=KAFKA_UNAUTHENTICATED_REFUSED, name="a block refuses by default", resources=(cluster(tls(CA)),)
    ),
    Case(
        rule=KAFKA_UNAUTHENTICATED_REFUSED,
        name="an explicit false passes",
        resources=(cluster({"unauthenticated": False, "sasl": {"iam": True}}),),
    ),
    Case(
        rule=KAFKA_UNAUTHENTICATED_REFUSED,
        name="no block is open",
        resources=(cluster(),),
        keys=("unauthenticated",),
        says=(
            "clientAuthentication is not set, so unauthenticated access",
            "is on; unauthenticated clients have to be",
            "refused. Add client authentication and drop unauthenticated.",
        ),
    ),
    Case(
        rule=KAFKA_UNAUTHENTICATED_REFUSED,
        name="an empty block is no block",
        resources=(cluster({}),),
        keys=("unauthenticated",),
    ),
    Case(
        rule=KAFKA_UNAUTHENTICATED_REFUSED,
        name="true beside mutual TLS fails",
        resources=(cluster({**tls(CA), "unauthenticated": True}),),
        keys=("unauthenticated",),
        says=("clientAuthentication.unauthenticated is true",),
    ),
    Case(
        rule=KAFKA_UNAUTHENTICATED_REFUSED,
        name="true as text fails",
        resources=(cluster({"unauthenticated": "true"}),),
        keys=("unauthenticated",),
    ),
    Case(
        rule=KAFKA_UNAUTHENTICATED_REFUSED,
        name="an unknown flag is undecided",
        resources=(cluster({"unauthenticated": Computed()}),),
        undecided=("clientAuthentication.unauthenticated",),
    ),
    Case(
        rule=KAFKA_UNAUTHENTICATED_REFUSED,
        name="an unknown block is undecided",
        resources=(cluster(Computed()),),
        undecided=("clientAuthentication",),
    ),
)


def _k3c(
    name: str,
    authentication: Data,
    reader: Res,
    *,
    keys: tuple[str, ...] = (),
    undecided: tuple[str, ...] = (),
    not_applicable: str = "",
    says: tuple[str, ...] = (),
) -> Case:
    return Case(
        rule=KAFKA_MAPPING_MUTUAL_TLS,
        name=name,
        resources=(cluster(authentication), reader),
        keys=keys,
        undecided=undecided,
        not_applicable=not_applicable,
        says=says,
        modes=tuple(Mode),
    )


_ACCESS: Final = ("sourceAccessConfigurations",)
_K3C: Final = (
    _k3c("a certificate passes", tls(CA), mapping([SUBNET, CERTIFICATE])),
    _k3c("an unknown secret is set", tls(CA), mapping([{**CERTIFICATE, "uri": Computed()}])),
    _k3c(
        "a known certificate suffices", tls(CA), mapping([{"type": Computed(), "uri": SECRET}, CERTIFICATE])
    ),
    _k3c(
        "no configuration fails",
        tls(CA),
        mapping(None),
        keys=_ACCESS,
        says=(
            "sourceAccessConfigurations has no CLIENT_CERTIFICATE_TLS_AUTH",
            "Add the client certificate secret",
        ),
    ),
    _k3c("other configurations fail", tls(CA), mapping([SUBNET]), keys=_ACCESS),
    _k3c(
        "a certificate without secret fails",
        tls(CA),
        mapping([{"type": "CLIENT_CERTIFICATE_TLS_AUTH"}]),
        keys=_ACCESS,
        says=("without a uri",),
    ),
    _k3c(
        "an unknown type is undecided",
        tls(CA),
        mapping([SUBNET, {"type": Computed(), "uri": SECRET}]),
        undecided=("sourceAccessConfigurations[1].type",),
    ),
    _k3c(
        "an unknown element is undecided",
        tls(CA),
        mapping([Computed()]),
        undecided=("sourceAccessConfigurations[0]",),
    ),
    _k3c(
        "an unknown list is undecided",
        tls(CA),
        mapping(Computed()),
        undecided=("sourceAccessConfigurations",),
    ),
    _k3c("an unknown cluster is undecided", Computed(), mapping(None), undecided=("of the cluster",)),
    _k3c("an unknown cluster and a certificate pass", Computed(), mapping([CERTIFICATE])),
    _k3c(
        "IAM opens the cluster too",
        {**tls(CA), "sasl": {"iam": True}},
        mapping(None),
        not_applicable="without a client",
    ),
    _k3c(
        "SCRAM opens it too",
        {**tls(CA), "sasl": {"scram": True}},
        mapping(None),
        not_applicable="without a client",
    ),
    _k3c("no mutual TLS at all", None, mapping(None), not_applicable="without a client"),
    _k3c(
        "a cluster outside the stack",
        tls(CA),
        mapping(None, depends=False, arn=CLUSTER_ARN.replace("events", "others")),
        not_applicable="no MSK cluster of this stack",
    ),
)

CASES: Final = (*_K1, *_K3A, *_K3B, *_K3C)
