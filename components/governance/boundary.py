"""The permissions boundary: the most that any role of an environment can do.

It allows the data-plane actions that workloads use, in the environment's Regions, and denies what would
change the platform itself. The Denies are needed beside the missing Allows: a resource policy that names an
assumed role is not limited by what a boundary leaves out. A boundary grants nothing by itself.
Left out: service control policies and developer policies, which belong to the organisation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pulumi_aws import iam

from components._base import Component, known_after
from components._iam import Statement, policy_document
from components._naming import Kind, physical_name

if TYPE_CHECKING:
    from pulumi import Output, ResourceOptions

    from components._iam import Conditions
    from components._naming import Scope

MAX_POLICY_CHARACTERS: Final = 6144  # IAM quota: managed policy size, white space not counted

_REASON: Final = (
    "a boundary caps every role of the environment; the roles' own policies name actions and resources"
)

# Actions by service. A family of reads stands as a prefix, because the boundary has 6,144 characters for all.
_DATA_PLANE: Final[dict[str, tuple[str, ...]]] = {
    "apigateway": ("GET",),
    "athena": ("GetDataCatalog", "GetQuery*", "StartQueryExecution", "StopQueryExecution"),
    "cloudformation": ("DeleteStack", "DescribeStacks"),
    "cloudwatch": ("PutMetricData",),
    "codebuild": ("BatchGetBuilds", "StartBuild"),
    "codecommit": ("CancelUploadArchive", "Get*", "UploadArchive"),
    "codeconnections": ("UseConnection",),
    "codepipeline": ("PutJob*Result", "StartPipelineExecution"),
    "config": ("GetComplianceDetailsByConfigRule", "GetResourceConfigHistory", "PutEvaluations"),
    "dynamodb": (
        *("BatchGetItem", "BatchWriteItem", "ConditionCheckItem", "DeleteItem", "DescribeStream", "GetItem"),
        *("GetRecords", "GetShardIterator", "ListStreams", "ListTables", "PutItem", "Query", "Scan"),
        "UpdateItem",
    ),
    "ec2": (
        *("AssignPrivateIpAddresses", "CreateNetworkInterface", "DeleteNetworkInterface"),
        *("DescribeNetworkInterfaces", "DescribeSecurityGroups", "DescribeSubnets", "DescribeVpcs"),
        "UnassignPrivateIpAddresses",
    ),
    "ecr": (
        *("BatchCheckLayerAvailability", "BatchGetImage", "CompleteLayerUpload", "DescribeImages"),
        *("GetAuthorizationToken", "GetDownloadUrlForLayer", "InitiateLayerUpload", "PutImage"),
        "UploadLayerPart",
    ),
    "ecs": ("DescribeTasks", "ListTasks"),
    "elasticfilesystem": ("ClientMount", "ClientWrite"),
    "es": ("ESHttp*",),
    "events": ("DescribeRule", "PutEvents", "PutRule", "PutTargets"),
    "execute-api": ("Invoke",),
    "firehose": ("DescribeDeliveryStream", "ListDeliveryStreams", "PutRecord*"),
    "forecast": ("Create*", "Delete*", "Describe*", "StopResource"),
    "glue": ("BatchCreatePartition", "BatchGet*", "CreateTable", "Get*", "StartCrawler", "UpdateTable"),
    "kafka": ("Describe*", "GetBootstrapBrokers"),
    "kinesis": ("Describe*", "Get*", "ListShards", "PutRecord*"),
    "lakeformation": ("GetDataAccess",),
    "lambda": ("Get*", "InvokeFunction", "List*"),
    "logs": (
        *("CreateLogDelivery", "CreateLogGroup", "CreateLogStream", "DeleteLogDelivery", "Describe*"),
        *("GetLogDelivery", "ListLogDeliveries", "PutLogEvents", "PutMetricFilter", "PutResourcePolicy"),
        *("PutRetentionPolicy", "UpdateLogDelivery"),
    ),
    "mq": ("DescribeBroker",),
    "s3": (
        *("AbortMultipartUpload", "DeleteObject*", "GetBucketLocation", "GetBucketVersioning", "GetObject*"),
        *("List*", "PutObject"),
    ),
    "sagemaker": ("InvokeEndpoint",),
    "secretsmanager": ("DescribeSecret", "GetSecretValue"),
    "ses": ("SendEmail",),
    "sns": (
        *("CreatePlatformEndpoint", "DeleteEndpoint", "GetEndpointAttributes", "ListSubscriptionsByTopic"),
        *("Publish", "SetEndpointAttributes", "SetSubscriptionAttributes", "Subscribe", "Unsubscribe"),
    ),
    "sqs": (
        *("ChangeMessageVisibility", "CreateQueue", "DeleteMessage", "DeleteQueue", "GetQueue*"),
        *("ListQueue*", "ReceiveMessage", "SendMessage", "SetQueueAttributes", "TagQueue"),
    ),
    "ssm": ("GetParameter*", "PutParameter", "UpdateInstanceInformation"),
    "ssmmessages": ("Create*", "Open*"),
    "states": ("DescribeExecution", "RedriveExecution", "Start*", "StopExecution"),
    "xray": ("GetSampling*", "Put*"),
}

# Lambda's control plane, for the few functions whose work it is; every other role is denied it below.
_RELEASE_ACTIONS: Final = (
    "lambda:AddLayerVersionPermission",
    "lambda:DeleteFunction",
    "lambda:DeleteLayerVersion",
    "lambda:PublishLayerVersion",
    "lambda:PublishVersion",
    "lambda:UpdateAlias",
    "lambda:UpdateFunctionCode",
    "lambda:UpdateFunctionConfiguration",
)
_RELEASE_FAMILIES: Final = (
    *("lambda:Add*", "lambda:Create*", "lambda:Delete*", "lambda:Publish*", "lambda:Put*"),
    *("lambda:Remove*", "lambda:Update*"),
)
_RELEASE_ROLES: Final = (
    "add-company-layer",
    "deploy-image",
    "prune-versions",
    "publish-layer",
    "rollback-release",
)
# Roles that hand one of the environment's own roles to a service.
_PASSING_ROLES: Final = ("forecast-demand",)
_NEVER: Final = (
    "account:*",
    "dynamodb:DeleteTable",
    "organizations:*",
    "s3:DeleteBucket*",
    "s3:PutBucket*",
)


@dataclass(frozen=True, kw_only=True)
class PermissionsBoundaryArgs:
    """What a boundary needs.

    Attributes:
        scope: Where it lives.
        regions: Regions beside the scope's own in which roles may act.
    """

    scope: Scope
    regions: tuple[str, ...] = ()


class PermissionsBoundary(Component):
    """The managed policy that every role of the environment carries as its boundary.

    Attributes:
        arn: Policy ARN, known at plan time.
    """

    TYPE = "pavedroad:governance:PermissionsBoundary"

    arn: Output[str]

    def __init__(self, name: str, args: PermissionsBoundaryArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        policy_name = physical_name(args.scope, name, Kind.POLICY)
        policy = iam.Policy(
            name,
            name=policy_name,
            description=f"The most that a role of {args.scope.prefix} can do; it grants nothing by itself",
            policy=boundary_document(args.scope, args.regions),
            opts=self.child(),
        )
        self.arn = known_after(args.scope.arn("iam", f"policy/{policy_name}"), policy)
        self.finish({"arn": self.arn})


def boundary_document(scope: Scope, regions: tuple[str, ...] = ()) -> str:
    """The boundary's document.

    Raises:
        ValueError: It is longer than IAM takes.
    """
    allowed_regions = tuple(dict.fromkeys((scope.region, *regions)))
    in_regions = {"StringEquals": {"aws:RequestedRegion": allowed_regions}}
    via_services = tuple(f"*.{region}.amazonaws.com" for region in allowed_regions)
    own_roles = scope.arn("iam", f"role/{scope.prefix}-*")
    statements = [
        Statement(
            sid="DataPlane",
            actions=tuple(
                f"{service}:{action}" for service, names in _DATA_PLANE.items() for action in names
            ),
            resources=("*",),
            conditions=in_regions,
            wildcard_reason=_REASON,
        ),
        Statement(
            sid="KeysThroughServices",
            actions=("kms:Decrypt", "kms:GenerateDataKey*"),
            resources=("*",),
            conditions={"StringLike": {"kms:ViaService": via_services}},
            wildcard_reason=_REASON,
        ),
        Statement(
            sid="EdgeLogs",
            actions=("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"),
            resources=(
                f"arn:{scope.partition}:logs:*:{scope.account}:log-group:/aws/lambda/us-east-1.{scope.prefix}-*",
            ),
            wildcard_reason="an edge function logs in whichever Region serves the viewer",
        ),
        Statement(
            sid="Release",
            actions=_RELEASE_ACTIONS,
            resources=("*",),
            conditions=in_regions,
            wildcard_reason=_REASON,
        ),
        Statement(
            sid="OwnRoles",
            actions=("iam:PassRole", "sts:AssumeRole"),
            resources=(own_roles,),
            wildcard_reason="the roles of this project and environment, by their prefix",
        ),
        Statement(sid="NeverPlatform", effect="Deny", actions=_NEVER, resources=("*",)),
        Statement(
            sid="NeverIam",
            effect="Deny",
            actions=("iam:*",),
            resources=("*",),
            conditions=_unless(scope, _PASSING_ROLES),
        ),
        Statement(
            sid="NeverForeignRoles", effect="Deny", actions=("sts:AssumeRole",), not_resources=(own_roles,)
        ),
        Statement(
            sid="OnlyReleasers",
            effect="Deny",
            actions=_RELEASE_FAMILIES,
            resources=("*",),
            conditions=_unless(scope, _RELEASE_ROLES),
        ),
    ]
    document = policy_document(statements)
    if len(document) > MAX_POLICY_CHARACTERS:
        raise ValueError(
            f"boundary of {scope.prefix}: got {len(document)} characters, allowed {MAX_POLICY_CHARACTERS}; "
            "name fewer Regions or shorten the list of actions"
        )
    return document


def _unless(scope: Scope, roles: tuple[str, ...]) -> Conditions:
    names = tuple(scope.arn("iam", f"role/{scope.prefix}-*{role}") for role in roles)
    return {"ArnNotLike": {"aws:PrincipalArn": names}}
