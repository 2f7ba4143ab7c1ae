"""The rule for every type that has no line in the tables: an ARN and an id in AWS's usual form."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from pavedroad.provider.predict.row import Row, Rule

if TYPE_CHECKING:
    from pavedroad.provider.sdk import ResourceShape

# The service part of an ARN where it is not the SDK's module name.
_SERVICES: Final = {
    "alb": "elasticloadbalancing",
    "amp": "aps",
    "apigatewayv2": "apigateway",
    "cfg": "config",
    "codestarconnections": "codestar-connections",
    "cognito": "cognito-idp",
    "costexplorer": "ce",
    "devopsguru": "devops-guru",
    "directoryservice": "ds",
    "docdb": "rds",
    "ebs": "ec2",
    "ec2clientvpn": "ec2",
    "ec2transitgateway": "ec2",
    "efs": "elasticfilesystem",
    "elasticsearch": "es",
    "elb": "elasticloadbalancing",
    "emr": "elasticmapreduce",
    "kinesisanalyticsv2": "kinesisanalytics",
    "lb": "elasticloadbalancing",
    "msk": "kafka",
    "mskconnect": "kafkaconnect",
    "neptune": "rds",
    "networkfirewall": "network-firewall",
    "opensearch": "es",
    "pinpoint": "mobiletargeting",
    "recoverycontrol": "route53-recovery-control",
    "redshiftserverless": "redshift-serverless",
    "s3control": "s3",
    "serverlessrepository": "serverlessrepo",
    "servicecatalog": "catalog",
    "sesv2": "ses",
    "sfn": "states",
    "vpc": "ec2",
    "vpclattice": "vpc-lattice",
}
# Services without a region in their ARNs.
_GLOBAL: Final = frozenset({"cloudfront", "globalaccelerator", "iam", "organizations", "route53", "waf"})
# Services that part resource type and name with a colon.
_COLON: Final = frozenset(
    {
        "cloudformation",
        "codedeploy",
        "elasticache",
        "lambda",
        "logs",
        "memorydb",
        "rds",
        "redshift",
        "secretsmanager",
        "sns",
        "states",
    }
)


@cache
def _arn(token: str, name: str) -> str:
    _, place, kind = token.split(":")
    module = place.partition("/")[0].lower()
    service = _SERVICES.get(module, module)
    if service == "cloudwatch":
        service = "logs" if kind.startswith("Log") else "events" if kind.startswith("Event") else service
    region = "" if service in _GLOBAL else "{@region}"
    separator = ":" if service in _COLON else "/"
    noun = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", kind).lower()
    return f"arn:{{@partition}}:{service}:{region}:{{@account}}:{noun}{separator}{name}"


def general_row(shape: ResourceShape) -> Row:
    """A line for a type by the form of its properties.

    The id is the ARN where AWS names resources by it (the type has no name of its own), else the name, else a
    generated id of seventeen hexadecimal digits, as most services use.
    """
    name = next((key for key in _names(shape) if key in shape.inputs and key in shape.outputs), None)
    outputs: dict[str, Rule] = {}
    identity = f"{{{name}}}" if name else "{@hex17}"
    for key in _names(shape)[1:]:
        if name is None and key in shape.outputs:
            outputs[key] = identity
    if "arn" in shape.outputs:
        outputs["arn"] = _arn(shape.token, identity)
    for key in ("ownerId", "accountId", "registryId", "awsAccountId"):
        if key in shape.outputs:
            outputs[key] = "{@account}"
    return Row(id=identity if name or "arn" not in shape.outputs else "{arn}", outputs=outputs)


def _names(shape: ResourceShape) -> tuple[str, ...]:
    noun = shape.token.rpartition(":")[2]
    own = noun[:1].lower() + noun[1:]
    return ("name", f"{own}Name", f"{own}Id", f"{own}Identifier", "identifier")
