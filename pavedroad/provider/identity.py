"""Which made resources are one and the same, and what AWS says when a second one claims a name.

An id alone does not tell: two functions may each have a permission with the same statement id, two APIs a
stage of the same name. For such types the scope says what the id belongs to. A type without a line in the
prediction tables may be named within something that this provider does not know, so there each resource is
its own scope.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from pavedroad.provider.kinds import SEED_KEY
from pavedroad.provider.predict.subject import fill
from pavedroad.provider.predict.tables import ROWS
from pavedroad.provider.store import Key, Place
from pavedroad.provider.values import text

if TYPE_CHECKING:
    from pavedroad.provider.predict.subject import Subject
    from pavedroad.provider.store import Record
    from pavedroad.provider.values import Properties

# Types without a region: their names are one of a kind in the whole account.
_EVERYWHERE: Final = (
    "aws:iam/",
    "aws:s3/bucket:",
    "aws:s3/bucketV2:",
    "aws:cloudfront/",
    "aws:cloudwatch/dashboard:",
    "aws:route53/",
)

# What an id belongs to, where it is one of a kind only there.
_SCOPES: Final[dict[str, tuple[str, ...]]] = {
    "aws:apigateway/usagePlanKey:UsagePlanKey": ("usagePlanId",),
    "aws:apigatewayv2/stage:Stage": ("apiId",),
    "aws:cloudwatch/eventTarget:EventTarget": ("eventBusName",),
    "aws:cloudwatch/logMetricFilter:LogMetricFilter": ("logGroupName",),
    "aws:cloudwatch/logStream:LogStream": ("logGroupName",),
    "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter": ("name",),
    "aws:lambda/layerVersionPermission:LayerVersionPermission": ("statementId",),
    "aws:lambda/permission:Permission": ("function", "qualifier"),
}

# AWS's error when a name is taken, and the properties that make the name. What is not here is written over
# (alarms, rules, policies of a role or a queue), or has a name of AWS's making.
_TAKEN: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "aws:apigateway/domainName:DomainName": ("BadRequestException", ("domainName",)),
    "aws:apigatewayv2/domainName:DomainName": ("BadRequestException", ("domainName",)),
    "aws:apigatewayv2/stage:Stage": ("ConflictException", ("apiId", "name")),
    "aws:cloudfront/function:Function": ("FunctionAlreadyExists", ("name",)),
    "aws:cloudfront/originAccessControl:OriginAccessControl": (
        "OriginAccessControlAlreadyExists",
        ("name",),
    ),
    "aws:cloudwatch/eventArchive:EventArchive": ("ResourceAlreadyExistsException", ("name",)),
    "aws:cloudwatch/eventBus:EventBus": ("ResourceAlreadyExistsException", ("name",)),
    "aws:cloudwatch/logGroup:LogGroup": ("ResourceAlreadyExistsException", ("name",)),
    "aws:cloudwatch/logStream:LogStream": ("ResourceAlreadyExistsException", ("logGroupName", "name")),
    "aws:dynamodb/table:Table": ("ResourceInUseException", ("name",)),
    "aws:ecr/repository:Repository": ("RepositoryAlreadyExistsException", ("name",)),
    "aws:iam/group:Group": ("EntityAlreadyExists", ("name",)),
    "aws:iam/instanceProfile:InstanceProfile": ("EntityAlreadyExists", ("name",)),
    "aws:iam/policy:Policy": ("EntityAlreadyExists", ("name",)),
    "aws:iam/role:Role": ("EntityAlreadyExists", ("name",)),
    "aws:iam/user:User": ("EntityAlreadyExists", ("name",)),
    "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream": ("ResourceInUseException", ("name",)),
    "aws:kinesis/stream:Stream": ("ResourceInUseException", ("name",)),
    "aws:kms/alias:Alias": ("AlreadyExistsException", ("name",)),
    "aws:lambda/alias:Alias": ("ResourceConflictException", ("functionName", "name")),
    "aws:lambda/function:Function": ("ResourceConflictException", ("name",)),
    "aws:lambda/functionUrl:FunctionUrl": ("ResourceConflictException", ("functionName", "qualifier")),
    "aws:lambda/layerVersionPermission:LayerVersionPermission": (
        "ResourceConflictException",
        ("layerName", "versionNumber", "statementId"),
    ),
    "aws:lambda/permission:Permission": (
        "ResourceConflictException",
        ("function", "qualifier", "statementId"),
    ),
    "aws:alb/loadBalancer:LoadBalancer": ("DuplicateLoadBalancerName", ("name",)),
    "aws:alb/targetGroup:TargetGroup": ("DuplicateTargetGroupName", ("name",)),
    "aws:lb/loadBalancer:LoadBalancer": ("DuplicateLoadBalancerName", ("name",)),
    "aws:lb/targetGroup:TargetGroup": ("DuplicateTargetGroupName", ("name",)),
    "aws:msk/cluster:Cluster": ("ConflictException", ("clusterName",)),
    "aws:msk/serverlessCluster:ServerlessCluster": ("ConflictException", ("clusterName",)),
    "aws:pipes/pipe:Pipe": ("ConflictException", ("name",)),
    "aws:s3/bucket:Bucket": ("BucketAlreadyOwnedByYou", ("bucket",)),
    "aws:s3/bucketV2:BucketV2": ("BucketAlreadyOwnedByYou", ("bucket",)),
    "aws:scheduler/schedule:Schedule": ("ConflictException", ("groupName", "name")),
    "aws:scheduler/scheduleGroup:ScheduleGroup": ("ConflictException", ("name",)),
    "aws:secretsmanager/secret:Secret": ("ResourceExistsException", ("name",)),
    "aws:sfn/alias:Alias": ("ConflictException", ("arn",)),
    "aws:sfn/stateMachine:StateMachine": ("StateMachineAlreadyExists", ("name",)),
    "aws:signer/signingProfile:SigningProfile": ("ConflictException", ("name",)),
    "aws:sns/topic:Topic": ("InvalidParameterException", ("name",)),
    "aws:sqs/queue:Queue": ("QueueAlreadyExists", ("name",)),
    "aws:ssm/parameter:Parameter": ("ParameterAlreadyExists", ("name",)),
    "aws:wafv2/webAcl:WebAcl": ("WAFDuplicateItemException", ("name", "scope")),
}

# Ids by which `import` takes a resource, where they are not its id in the state.
_IMPORTED: Final[dict[str, tuple[str, ...]]] = {
    "aws:apigateway/authorizer:Authorizer": ("{restApi}/{id}",),
    "aws:apigateway/deployment:Deployment": ("{restApi}/{id}",),
    "aws:apigateway/integration:Integration": ("{restApi}/{resourceId}/{httpMethod}",),
    "aws:apigateway/method:Method": ("{restApi}/{resourceId}/{httpMethod}",),
    "aws:apigateway/resource:Resource": ("{restApi}/{id}",),
    "aws:apigateway/stage:Stage": ("{restApi}/{stageName}",),
    "aws:apigatewayv2/apiMapping:ApiMapping": ("{id}/{domainName}",),
    "aws:apigatewayv2/authorizer:Authorizer": ("{apiId}/{id}",),
    "aws:apigatewayv2/deployment:Deployment": ("{apiId}/{id}",),
    "aws:apigatewayv2/integration:Integration": ("{apiId}/{id}",),
    "aws:apigatewayv2/route:Route": ("{apiId}/{id}",),
    "aws:apigatewayv2/stage:Stage": ("{apiId}/{name}",),
    "aws:cloudwatch/eventTarget:EventTarget": ("{eventBusName}/{rule}/{targetId}", "{rule}/{targetId}"),
    "aws:cloudwatch/logMetricFilter:LogMetricFilter": ("{logGroupName}:{name}",),
    "aws:cloudwatch/logStream:LogStream": ("{logGroupName}:{name}",),
    "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter": ("{logGroup}|{name}",),
    "aws:lambda/alias:Alias": ("{functionName}/{name}",),
    "aws:lambda/permission:Permission": (
        "{function}/{statementId}",
        "{function}:{qualifier}/{statementId}",
    ),
    "aws:s3/bucketObject:BucketObject": ("s3://{bucket}/{key}",),
    "aws:s3/bucketObjectv2:BucketObjectv2": ("s3://{bucket}/{key}",),
}

# Types whose numbers go on after what they count is gone, and the property that they count under.
_NUMBERED: Final = {"aws:lambda/layerVersion:LayerVersion": ("layerName", "version")}


def place_of(subject: Subject) -> Place:
    """Where a resource's type is found."""
    token = subject.shape.token
    region = "" if token.startswith(_EVERYWHERE) else subject.account.region
    return Place(subject.account.account, region, token)


def key_of(subject: Subject, identity: str, outputs: Properties) -> Key:
    """What tells a resource, by its id and its outputs, from all others."""
    place = place_of(subject)
    if place.token in ROWS:
        scope = "/".join(text(outputs.get(name)) or "" for name in _SCOPES.get(place.token, ()))
    else:
        scope = text(outputs.get(SEED_KEY)) or subject.origin
    return Key(place, identity, scope)


def name_of(token: str, outputs: Properties) -> str:
    """The physical name that no other resource of the type may have; empty when AWS does not mind."""
    _, properties = _TAKEN.get(token, ("", ()))
    if not properties or text(outputs.get(properties[-1])) is None:
        return ""
    return "/".join(text(outputs.get(name)) or "" for name in properties)


def error_code(token: str) -> str:
    """What AWS answers when the name is taken."""
    return _TAKEN[token][0]


def numbers(subject: Subject) -> tuple[str, str] | None:
    """The name under which AWS counts, and the output that holds the number; None for most types."""
    found = _NUMBERED.get(subject.shape.token)
    name = text(subject.inputs.get(found[0])) if found else None
    return None if found is None or name is None else ("/".join((*place_of(subject), name)), found[1])


def answers_to(record: Record, identity: str, subject: Subject) -> bool:
    """Whether a record is the resource that an id means, given as in a state or as for an import."""
    if record.key.id == identity:
        return True
    known = replace(subject, inputs={**record.outputs, "id": record.key.id}, found={})
    templates = _IMPORTED.get(record.key.place.token, ())
    return any(fill(template, known) == identity for template in templates)
