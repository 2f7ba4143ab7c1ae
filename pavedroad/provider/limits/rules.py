"""Rules within one resource that no single limit can say: properties that demand or exclude each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pavedroad.provider.limits import (
    bucket_rules,
    event_rules,
    function_rules,
    function_settings_rules,
    metric_rules,
    policy_rules,
    pool_rules,
    queue_rules,
    service_rules,
    store_rules,
    topic_rules,
)
from pavedroad.provider.limits.finding import Finding
from pavedroad.provider.limits.table import TAG_KEY_HIGH, TAG_VALUE_HIGH, TAGS_HIGH
from pavedroad.provider.values import Properties, entries, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pavedroad.provider.limits.queue_rules import Rule


def check_rules(token: str, inputs: Properties) -> Iterator[Finding]:
    """What the rules of a type refuse; unknown values are never refused."""
    yield from tags(inputs)
    for rule in RULES.get(token, ()):
        yield from rule(inputs)


def tags(inputs: Properties) -> Iterator[Finding]:
    """Number, length and reserved prefix of tags."""
    given = inputs.get("tags")
    found = list(entries(given))
    if len(found) > TAGS_HIGH:
        yield Finding("tags", f"tags: got {len(found)} tags, allowed at most {TAGS_HIGH} (AWS tagging)")
    for key, value in found:
        if not 1 <= len(key) <= TAG_KEY_HIGH:
            yield Finding(
                "tags", f"tags: got a key of {len(key)} characters, allowed 1 to {TAG_KEY_HIGH} (AWS tagging)"
            )
        if key.lower().startswith("aws:"):
            yield Finding(
                f"tags.{key}", f"tags.{key}: got a key that starts with aws:, which AWS keeps; rename it"
            )
        content = text(value)
        if content is not None and len(content) > TAG_VALUE_HIGH:
            yield Finding(
                f"tags.{key}",
                f"tags.{key}: got a value of {len(content)} characters, allowed at most "
                f"{TAG_VALUE_HIGH} (AWS tagging)",
            )


RULES: Final[dict[str, tuple[Rule, ...]]] = {
    "aws:sqs/queue:Queue": (
        queue_rules.fifo_name("fifoQueue"),
        queue_rules.queue,
        queue_rules.redrive,
        queue_rules.redrive_allow,
    ),
    "aws:sqs/redrivePolicy:RedrivePolicy": (queue_rules.redrive,),
    "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy": (queue_rules.redrive_allow,),
    "aws:sns/topic:Topic": (queue_rules.fifo_name("fifoTopic"), topic_rules.topic),
    "aws:sns/topicSubscription:TopicSubscription": (
        topic_rules.subscription,
        topic_rules.endpoint,
        topic_rules.filter_policy,
    ),
    "aws:lambda/alias:Alias": (function_settings_rules.alias,),
    "aws:lambda/function:Function": (function_rules.function, function_settings_rules.settings),
    "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": (function_settings_rules.destinations,),
    "aws:lambda/eventSourceMapping:EventSourceMapping": (
        function_rules.mapping_batch,
        function_rules.mapping,
    ),
    "aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig": (function_rules.provisioned,),
    "aws:cloudwatch/dashboard:Dashboard": (metric_rules.dashboard,),
    "aws:cloudwatch/logMetricFilter:LogMetricFilter": (metric_rules.metric_filter,),
    "aws:cloudwatch/metricAlarm:MetricAlarm": (
        service_rules.alarm,
        metric_rules.alarm_needs,
        metric_rules.alarm_queries,
        metric_rules.alarm_span,
    ),
    "aws:dynamodb/table:Table": (
        service_rules.table_keys,
        service_rules.table_stream,
        store_rules.table_capacity,
        store_rules.table_expiry,
        store_rules.table_indexes,
    ),
    "aws:sfn/stateMachine:StateMachine": (service_rules.machine,),
    "aws:sfn/alias:Alias": (service_rules.routes,),
    "aws:iam/groupPolicy:GroupPolicy": (policy_rules.identity_policy("policy"),),
    "aws:iam/policy:Policy": (policy_rules.identity_policy("policy"),),
    "aws:iam/role:Role": (policy_rules.trust_policy("assumeRolePolicy"), policy_rules.inline_policies),
    "aws:iam/rolePolicy:RolePolicy": (policy_rules.identity_policy("policy"),),
    "aws:iam/userPolicy:UserPolicy": (policy_rules.identity_policy("policy"),),
    "aws:s3/bucketCorsConfiguration:BucketCorsConfiguration": (bucket_rules.cors,),
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": (bucket_rules.lifecycle,),
    "aws:s3/bucketNotification:BucketNotification": (bucket_rules.notification,),
    "aws:s3/bucketObjectv2:BucketObjectv2": (service_rules.stored_object, bucket_rules.object_details),
    "aws:s3/bucketPolicy:BucketPolicy": (policy_rules.resource_policy("policy"), bucket_rules.policy),
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": (
        bucket_rules.encryption,
    ),
    "aws:kms/key:Key": (service_rules.rotation, store_rules.key_policy),
    "aws:kms/keyPolicy:KeyPolicy": (store_rules.key_policy,),
    "aws:apigatewayv2/authorizer:Authorizer": (event_rules.authorizer,),
    "aws:apigatewayv2/route:Route": (event_rules.route,),
    "aws:cloudwatch/eventArchive:EventArchive": (event_rules.event_pattern,),
    "aws:cloudwatch/eventRule:EventRule": (event_rules.event_rule, event_rules.event_pattern),
    "aws:cloudwatch/eventTarget:EventTarget": (event_rules.event_target,),
    "aws:cognito/userPool:UserPool": (pool_rules.user_pool,),
    "aws:cognito/userPoolClient:UserPoolClient": (pool_rules.user_pool_client,),
    "aws:kinesis/stream:Stream": (event_rules.stream,),
    "aws:scheduler/schedule:Schedule": (event_rules.schedule, event_rules.time_zone),
    "aws:secretsmanager/secret:Secret": (event_rules.secret_window,),
    "aws:ssm/parameter:Parameter": (event_rules.parameter, event_rules.parameter_name),
}
"""By type token."""
