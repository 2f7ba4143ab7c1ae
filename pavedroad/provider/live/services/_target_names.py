"""Targets of EventBridge rules: how the properties are called in the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pavedroad.provider.live.services._wire import Part, Turned, alike, capital, plainly, switch

if TYPE_CHECKING:
    from pavedroad.provider.live.plain import Plain
    from pavedroad.provider.live.services._wire import Names

NETWORK: Final[Names] = {
    **capital("securityGroups", "subnets"),
    "assignPublicIp": switch("AssignPublicIp"),
}
STRATEGIES: Final[Names] = alike("base", "capacityProvider", "weight")


def _tags(value: Plain) -> object:
    return [{"Key": key, "Value": item} for key, item in value.items()] if isinstance(value, dict) else []


def _tag_map(value: object) -> Plain:
    found = plainly(value)
    tags = [tag for tag in found if isinstance(tag, dict)] if isinstance(found, list) else []
    return {str(tag["Key"]): tag.get("Value", "") for tag in tags}


ECS_TAGS: Final = Turned("Tags", _tags, _tag_map)
_ECS: Final[Names] = {
    "tags": ECS_TAGS,
    **capital("enableExecuteCommand", "group", "launchType", "platformVersion", "propagateTags"),
    **capital("taskCount", "taskDefinitionArn"),
    "enableEcsManagedTags": "EnableECSManagedTags",
    "capacityProviderStrategies": Part("CapacityProviderStrategy", STRATEGIES, many=True),
    "networkConfiguration": Part("NetworkConfiguration.awsvpcConfiguration", NETWORK),
    "orderedPlacementStrategies": Part("PlacementStrategy", {"type": "type", "field": "field"}, many=True),
    "placementConstraints": Part(
        "PlacementConstraints", {"type": "type", "expression": "expression"}, many=True
    ),
}
_BATCH: Final[Names] = {
    **capital("jobDefinition", "jobName"),
    "arraySize": "ArrayProperties.Size",
    "jobAttempts": "RetryStrategy.Attempts",
}
_REDSHIFT: Final[Names] = {
    **capital("database", "dbUser", "sql", "statementName", "withEvent"),
    "secretsManagerArn": "SecretManagerArn",
}
_PIPELINE: Final[Names] = {
    "pipelineParameterLists": Part("PipelineParameterList", capital("name", "value"), many=True)
}
TARGET: Final[Names] = {
    **capital("arn", "roleArn", "input", "inputPath"),
    "appsyncTarget": Part("AppSyncParameters", {"graphqlOperation": "GraphQLOperation"}),
    "batchTarget": Part("BatchParameters", _BATCH),
    "deadLetterConfig": Part("DeadLetterConfig", capital("arn")),
    "ecsTarget": Part("EcsParameters", _ECS),
    "httpTarget": Part(
        "HttpParameters", capital("headerParameters", "pathParameterValues", "queryStringParameters")
    ),
    "inputTransformer": Part(
        "InputTransformer", {"inputPaths": "InputPathsMap", "inputTemplate": "InputTemplate"}
    ),
    "kinesisTarget": Part("KinesisParameters", capital("partitionKeyPath")),
    "redshiftTarget": Part("RedshiftDataParameters", _REDSHIFT),
    "retryPolicy": Part("RetryPolicy", capital("maximumEventAgeInSeconds", "maximumRetryAttempts")),
    "runCommandTargets": Part("RunCommandParameters.RunCommandTargets", capital("key", "values"), many=True),
    "sagemakerPipelineTarget": Part("SageMakerPipelineParameters", _PIPELINE),
    "sqsTarget": Part("SqsParameters", capital("messageGroupId")),
}
