"""Everything that an account of a local cloud holds, service by service."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.cloud import Cloud


def inventory(cloud: Cloud, account: str = "000000000000") -> list[str]:
    """One line for each thing; what is AWS's own (the default bus, its keys and policies) does not count."""
    return sorted(
        f"{service}: {name}"
        for service, names in {
            "apigateway": _rest_apis(cloud, account),
            "apigatewayv2": _http_apis(cloud, account),
            "cloudwatch": _alarms(cloud, account),
            "cognito-idp": _pools(cloud, account),
            "dynamodb": iter(cloud.client("dynamodb", account).list_tables()["TableNames"]),
            "events": _events(cloud, account),
            "firehose": iter(
                cloud.client("firehose", account).list_delivery_streams()["DeliveryStreamNames"]
            ),
            "iam": _identities(cloud, account),
            "kinesis": iter(cloud.client("kinesis", account).list_streams()["StreamNames"]),
            "kms": _keys(cloud, account),
            "lambda": _functions(cloud, account),
            "logs": _log_groups(cloud, account),
            "s3": (
                bucket.get("Name", "") for bucket in cloud.client("s3", account).list_buckets()["Buckets"]
            ),
            "scheduler": _schedules(cloud, account),
            "secretsmanager": (
                secret.get("Name", "")
                for secret in cloud.client("secretsmanager", account).list_secrets()["SecretList"]
            ),
            "sns": _topics(cloud, account),
            "sqs": iter(cloud.client("sqs", account).list_queues().get("QueueUrls", [])),
            "ssm": (
                found.get("Name", "")
                for found in cloud.client("ssm", account).describe_parameters()["Parameters"]
            ),
            "states": _state_machines(cloud, account),
        }.items()
        for name in names
    )


def _rest_apis(cloud: Cloud, account: str) -> Iterator[str]:
    client = cloud.client("apigateway", account)
    yield from (api.get("name", "") for api in client.get_rest_apis()["items"])
    yield from (key.get("name", "") for key in client.get_api_keys()["items"])


def _http_apis(cloud: Cloud, account: str) -> Iterator[str]:
    yield from (api.get("Name", "") for api in cloud.client("apigatewayv2", account).get_apis()["Items"])


def _alarms(cloud: Cloud, account: str) -> Iterator[str]:
    client = cloud.client("cloudwatch", account)
    found = client.describe_alarms(AlarmTypes=["MetricAlarm", "CompositeAlarm"])
    yield from (alarm.get("AlarmName", "") for alarm in found["MetricAlarms"])
    yield from (alarm.get("AlarmName", "") for alarm in found["CompositeAlarms"])
    yield from (entry.get("DashboardName", "") for entry in client.list_dashboards()["DashboardEntries"])


def _pools(cloud: Cloud, account: str) -> Iterator[str]:
    pools = cloud.client("cognito-idp", account).list_user_pools(MaxResults=60)["UserPools"]
    yield from (pool.get("Name", "") for pool in pools)


def _events(cloud: Cloud, account: str) -> Iterator[str]:
    client = cloud.client("events", account)
    buses = [bus.get("Name", "") for bus in client.list_event_buses()["EventBuses"]]
    yield from (bus for bus in buses if bus != "default")
    for bus in buses:
        yield from (rule.get("Name", "") for rule in client.list_rules(EventBusName=bus)["Rules"])
    yield from (archive.get("ArchiveName", "") for archive in client.list_archives()["Archives"])


def _identities(cloud: Cloud, account: str) -> Iterator[str]:
    client = cloud.client("iam", account)
    yield from (role["RoleName"] for role in client.list_roles()["Roles"])
    yield from (user["UserName"] for user in client.list_users()["Users"])
    yield from (group["GroupName"] for group in client.list_groups()["Groups"])
    yield from (policy.get("PolicyName", "") for policy in client.list_policies(Scope="Local")["Policies"])


def _keys(cloud: Cloud, account: str) -> Iterator[str]:
    client = cloud.client("kms", account)
    for key in client.list_keys()["Keys"]:
        known = client.describe_key(KeyId=key.get("KeyId", ""))["KeyMetadata"]
        # A key that is to be deleted stays for its waiting time, on AWS too.
        if known.get("KeyManager") != "AWS" and known.get("KeyState") != "PendingDeletion":
            yield known["KeyId"]
    for alias in client.list_aliases()["Aliases"]:
        if not alias.get("AliasName", "").startswith("alias/aws/"):
            yield alias.get("AliasName", "")


def _functions(cloud: Cloud, account: str) -> Iterator[str]:
    client = cloud.client("lambda", account)
    yield from (each.get("FunctionName", "") for each in client.list_functions()["Functions"])
    yield from (each.get("LayerName", "") for each in client.list_layers()["Layers"])
    mappings = client.list_event_source_mappings()["EventSourceMappings"]
    yield from (each.get("UUID", "") for each in mappings)


def _log_groups(cloud: Cloud, account: str) -> Iterator[str]:
    groups = cloud.client("logs", account).describe_log_groups()["logGroups"]
    yield from (group.get("logGroupName", "") for group in groups)


def _schedules(cloud: Cloud, account: str) -> Iterator[str]:
    client = cloud.client("scheduler", account)
    yield from (each.get("Name", "") for each in client.list_schedules()["Schedules"])
    groups = cast("list[dict[str, str]]", client.list_schedule_groups()["ScheduleGroups"])
    yield from (group["Name"] for group in groups if group["Name"] != "default")


def _topics(cloud: Cloud, account: str) -> Iterator[str]:
    client = cloud.client("sns", account)
    yield from (topic.get("TopicArn", "") for topic in client.list_topics()["Topics"])
    subscriptions = client.list_subscriptions()["Subscriptions"]
    yield from (each.get("SubscriptionArn", "") for each in subscriptions)


def _state_machines(cloud: Cloud, account: str) -> Iterator[str]:
    client = cloud.client("stepfunctions", account)
    yield from (each["name"] for each in client.list_state_machines()["stateMachines"])
    yield from (each["name"] for each in client.list_activities()["activities"])
