"""Networks, load balancers and Kafka clusters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pavedroad.provider.predict.row import Counted, Row
from pavedroad.provider.values import UNKNOWN, Value

if TYPE_CHECKING:
    from pavedroad.provider.predict.subject import Subject

_EC2: Final = "arn:{@partition}:ec2:{@region}:{@account}:"

# Prefix of the id that EC2 gives to a resource of the type: prefix, a dash, 17 hexadecimal digits.
EC2_PREFIXES: Final[dict[str, str]] = {
    "aws:ec2/ami:Ami": "ami",
    "aws:ec2/customerGateway:CustomerGateway": "cgw",
    "aws:ec2/egressOnlyInternetGateway:EgressOnlyInternetGateway": "eigw",
    "aws:ec2/eip:Eip": "eipalloc",
    "aws:ec2/flowLog:FlowLog": "fl",
    "aws:ec2/instance:Instance": "i",
    "aws:ec2/internetGateway:InternetGateway": "igw",
    "aws:ec2/launchTemplate:LaunchTemplate": "lt",
    "aws:ec2/natGateway:NatGateway": "nat",
    "aws:ec2/networkAcl:NetworkAcl": "acl",
    "aws:ec2/networkInterface:NetworkInterface": "eni",
    "aws:ec2/routeTable:RouteTable": "rtb",
    "aws:ec2/routeTableAssociation:RouteTableAssociation": "rtbassoc",
    "aws:ec2/securityGroup:SecurityGroup": "sg",
    "aws:ec2/securityGroupRule:SecurityGroupRule": "sgrule",
    "aws:ec2/subnet:Subnet": "subnet",
    "aws:ec2/vpc:Vpc": "vpc",
    "aws:ec2/vpcDhcpOptions:VpcDhcpOptions": "dopt",
    "aws:ec2/vpcEndpoint:VpcEndpoint": "vpce",
    "aws:ec2/vpcEndpointService:VpcEndpointService": "vpce-svc",
    "aws:ec2/vpcPeeringConnection:VpcPeeringConnection": "pcx",
    "aws:ec2/vpnGateway:VpnGateway": "vgw",
    "aws:ebs/snapshot:Snapshot": "snap",
    "aws:ebs/volume:Volume": "vol",
    "aws:ec2transitgateway/transitGateway:TransitGateway": "tgw",
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": "sgr",
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": "sgr",
}

_KINDS: Final = {
    "aws:ec2/securityGroup:SecurityGroup": "security-group",
    "aws:ec2/subnet:Subnet": "subnet",
    "aws:ec2/vpc:Vpc": "vpc",
    "aws:ec2/instance:Instance": "instance",
    "aws:ec2/internetGateway:InternetGateway": "internet-gateway",
    "aws:ec2/networkAcl:NetworkAcl": "network-acl",
    "aws:ec2/networkInterface:NetworkInterface": "network-interface",
    "aws:ec2/routeTable:RouteTable": "route-table",
    "aws:ec2/vpcEndpoint:VpcEndpoint": "vpc-endpoint",
    "aws:ec2/eip:Eip": "elastic-ip",
    "aws:ec2/launchTemplate:LaunchTemplate": "launch-template",
    "aws:ebs/volume:Volume": "volume",
}


def _kafka_arn(subject: Subject) -> Value:
    name = subject.read("clusterName")
    place = subject.account
    if not isinstance(name, str):
        return UNKNOWN
    return f"arn:{place.partition}:kafka:{place.region}:{place.account}:cluster/{name}/{subject.uuid()}-1"


def _load_balancer(subject: Subject) -> Value:
    """`app/name/id`, `net/name/id` or `gwy/name/id`."""
    name, kind = subject.read("name"), subject.read("loadBalancerType") or "application"
    if not isinstance(name, str) or not isinstance(kind, str):
        return UNKNOWN
    short = {"network": "net", "gateway": "gwy"}.get(kind, "app")
    return f"{short}/{name}/{subject.generated('hex', 16)}"


def _load_balancer_arn(subject: Subject) -> Value:
    path = _load_balancer(subject)
    place = subject.account
    if not isinstance(path, str):
        return UNKNOWN
    return f"arn:{place.partition}:elasticloadbalancing:{place.region}:{place.account}:loadbalancer/{path}"


def _ec2(token: str, prefix: str) -> Row:
    identity = f"{prefix}-0{{@hex16}}"
    kind = _KINDS.get(token, "")
    outputs: dict[str, Value] = (
        {"ownerId": "{@account}"} if kind in {"vpc", "subnet", "security-group"} else {}
    )
    if kind:
        outputs["arn"] = f"{_EC2}{kind}/{identity}"
    return Row(id=identity, outputs=outputs)


_BALANCER: Final = Row(
    id="{arn}",
    outputs={
        "arn": _load_balancer_arn,
        "arnSuffix": _load_balancer,
        "dnsName": "{name}-{@digits10}.elb.{@region}.{@suffix}",
    },
    defaults={"loadBalancerType": "application", "idleTimeout": 60, "enableDeletionProtection": False},
)
_TARGETS: Final = Row(
    id="{arn}",
    outputs={
        "arnSuffix": "targetgroup/{name}/{@hex16}",
        "arn": "arn:{@partition}:elasticloadbalancing:{@region}:{@account}:{arnSuffix}",
    },
)

ROWS: Final[dict[str, Row]] = {
    **{token: _ec2(token, prefix) for token, prefix in EC2_PREFIXES.items()},
    "aws:lb/loadBalancer:LoadBalancer": _BALANCER,
    "aws:alb/loadBalancer:LoadBalancer": _BALANCER,
    "aws:lb/targetGroup:TargetGroup": _TARGETS,
    "aws:alb/targetGroup:TargetGroup": _TARGETS,
    "aws:msk/cluster:Cluster": Row(
        id="{arn}",
        outputs={
            "clusterUuid": "{@uuid}-1",
            "arn": _kafka_arn,
            "currentVersion": Counted("K{@ALNUM13}"),
            "customerActionStatus": "NONE",
            "storageMode": "LOCAL",
        },
        defaults={"enhancedMonitoring": "DEFAULT"},
    ),
    "aws:msk/serverlessCluster:ServerlessCluster": Row(
        id="{arn}", outputs={"clusterUuid": "{@uuid}-s1", "arn": _kafka_arn}
    ),
    "aws:msk/configuration:Configuration": Row(
        id="{arn}",
        outputs={
            "arn": "arn:{@partition}:kafka:{@region}:{@account}:configuration/{name}/{@uuid}-1",
            "latestRevision": Counted(),
        },
    ),
}
