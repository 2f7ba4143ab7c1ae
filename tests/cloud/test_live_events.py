"""EventBridge in the local cloud: buses, rules, targets, archives, and who may put events."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.support.live import obeys
from tests.support.provider import ACCOUNT, REGION, Kept
from tests.support.seen import gone, without

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_events import EventBridgeClient

    from tests.support.live import Bench

pytestmark = pytest.mark.cloud

BUS = "aws:cloudwatch/eventBus:EventBus"
RULE = "aws:cloudwatch/eventRule:EventRule"
TARGET = "aws:cloudwatch/eventTarget:EventTarget"
ARCHIVE = "aws:cloudwatch/eventArchive:EventArchive"
BUS_POLICY = "aws:cloudwatch/eventBusPolicy:EventBusPolicy"
PERMISSION = "aws:cloudwatch/eventPermission:EventPermission"
ARN = f"arn:aws:events:{REGION}:{ACCOUNT}"
QUEUE_ARN = f"arn:aws:sqs:{REGION}:{ACCOUNT}:shop-dev-orders"
FIFO_ARN = f"{QUEUE_ARN}.fifo"
ROLE_ARN = f"arn:aws:iam::{ACCOUNT}:role/shop-dev-events"
OFF = {"IncludeDetail": "NONE", "Level": "OFF"}
NOISE = ("CreationTime", "LastModifiedTime", "ResponseMetadata")
PATTERN = json.dumps({"source": ["shop.orders"]})


@pytest.fixture
def events(bench: Bench) -> EventBridgeClient:
    return bench.cloud.client("events", ACCOUNT)


def _tags(events: EventBridgeClient, arn: str) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in events.list_tags_for_resource(ResourceARN=arn)["Tags"]}


def _bus(events: EventBridgeClient, name: str) -> Callable[[Kept], dict[str, object] | None]:
    def see() -> dict[str, object]:
        found = without(events.describe_event_bus(Name=name), *NOISE)
        given = {key: value for key, value in found.items() if value not in ("", {}, OFF)}
        return {**given, "tags": _tags(events, f"{ARN}:event-bus/{name}")}

    def look(_kept: Kept) -> dict[str, object] | None:
        return gone(see)

    return look


def test_bus(bench: Bench, events: EventBridgeClient) -> None:
    name = "shop-dev-orders"
    obeys(
        bench,
        BUS,
        "orders-bus",
        {"name": name, "description": "orders", "tags": {"team": "shop"}},
        look=_bus(events, name),
        seen={"Name": name, "Description": "orders", "tags": {"team": "shop"}},
        changes=[
            (
                {
                    "name": name,
                    "deadLetterConfig": {"arn": QUEUE_ARN},
                    "kmsKeyIdentifier": "alias/shop",
                    "logConfig": {"includeDetail": "FULL", "level": "ERROR"},
                    "tags": {"owner": "you"},
                },
                {
                    "Description": None,
                    "DeadLetterConfig": {"Arn": QUEUE_ARN},
                    "KmsKeyIdentifier": "alias/shop",
                    "LogConfig": {"IncludeDetail": "FULL", "Level": "ERROR"},
                    "tags": {"owner": "you"},
                },
            )
        ],
        drift=lambda _kept: events.update_event_bus(Name=name, Description="by hand"),
    )


def test_bus_with_rules_stays(bench: Bench, events: EventBridgeClient) -> None:
    bus = bench.client.make(BUS, "busy", {"name": "shop-dev-busy"})
    events.put_rule(Name="r", EventBusName="shop-dev-busy", EventPattern=PATTERN)
    with pytest.raises(Exception, match="EventBus can't be deleted since it has rules"):
        bench.client.delete(bus)
    events.delete_rule(Name="r", EventBusName="shop-dev-busy")
    bench.client.delete(bus)


def _rule(events: EventBridgeClient, bus: str, name: str) -> Callable[[Kept], dict[str, object] | None]:
    def look(kept: Kept) -> dict[str, object] | None:
        return gone(
            lambda: {
                **without(events.describe_rule(Name=name, EventBusName=bus), *NOISE),
                "tags": _tags(events, str(kept.outputs["arn"])),
            }
        )

    return look


def test_rule_with_a_schedule(bench: Bench, events: EventBridgeClient) -> None:
    name = "shop-dev-daily"
    kept = obeys(
        bench,
        RULE,
        "daily",
        {"name": name, "scheduleExpression": "rate(1 day)", "tags": {"team": "shop"}},
        look=_rule(events, "default", name),
        seen={"ScheduleExpression": "rate(1 day)", "State": "ENABLED", "tags": {"team": "shop"}},
        changes=[
            (
                {
                    "name": name,
                    "scheduleExpression": "cron(0 4 * * ? *)",
                    "state": "DISABLED",
                    "description": "tidy up",
                    "roleArn": ROLE_ARN,
                },
                {
                    "ScheduleExpression": "cron(0 4 * * ? *)",
                    "State": "DISABLED",
                    "Description": "tidy up",
                    "RoleArn": ROLE_ARN,
                    "tags": {},
                },
            )
        ],
        drift=lambda _kept: events.disable_rule(Name=name),
    )
    assert kept.outputs["arn"] == f"{ARN}:rule/{name}"


def test_rule_on_a_bus_of_its_own(bench: Bench, events: EventBridgeClient) -> None:
    bus, name = "shop-dev-rules", "shop-dev-accepted"
    events.create_event_bus(Name=bus)
    kept = obeys(
        bench,
        RULE,
        "accepted",
        {"name": name, "eventBusName": bus, "eventPattern": PATTERN},
        look=_rule(events, bus, name),
        seen={"EventPattern": PATTERN, "EventBusName": bus},
        changes=[
            (
                {"name": name, "eventBusName": bus, "eventPattern": '{"source": ["shop.stock"]}'},
                {"EventPattern": '{"source": ["shop.stock"]}'},
            )
        ],
        drift=lambda _kept: events.put_rule(
            Name=name, EventBusName=bus, EventPattern=PATTERN, Description="by hand"
        ),
    )
    assert kept.id == f"{bus}/{name}"
    assert kept.outputs["arn"] == f"{ARN}:rule/{bus}/{name}"


def _target(
    events: EventBridgeClient, bus: str, rule: str, name: str
) -> Callable[[Kept], dict[str, object] | None]:
    def look(_kept: Kept) -> dict[str, object] | None:
        found = events.list_targets_by_rule(Rule=rule, EventBusName=bus)["Targets"]
        return next(({**target} for target in found if target["Id"] == name), None)

    return look


def test_target(bench: Bench, events: EventBridgeClient) -> None:
    rule, name = "shop-dev-targets", "queue"
    events.put_rule(Name=rule, EventPattern=PATTERN)
    first = {"rule": rule, "targetId": name}
    kept = obeys(
        bench,
        TARGET,
        "queue-target",
        {
            **first,
            "arn": QUEUE_ARN,
            "deadLetterConfig": {"arn": QUEUE_ARN},
            "retryPolicy": {"maximumEventAgeInSeconds": 60, "maximumRetryAttempts": 0},
        },
        look=_target(events, "default", rule, name),
        seen={
            "Arn": QUEUE_ARN,
            "DeadLetterConfig": {"Arn": QUEUE_ARN},
            "RetryPolicy": {"MaximumEventAgeInSeconds": 60, "MaximumRetryAttempts": 0},
        },
        changes=[
            (
                {**first, "arn": FIFO_ARN, "sqsTarget": {"messageGroupId": "all"}, "input": '{"a": 1}'},
                {
                    "Arn": FIFO_ARN,
                    "SqsParameters": {"MessageGroupId": "all"},
                    "Input": '{"a": 1}',
                    "DeadLetterConfig": None,
                    "RetryPolicy": None,
                },
            ),
            (
                {
                    **first,
                    "arn": f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/s",
                    "roleArn": ROLE_ARN,
                    "kinesisTarget": {"partitionKeyPath": "$.detail.id"},
                    "inputTransformer": {"inputPaths": {"id": "$.detail.id"}, "inputTemplate": '"<id>"'},
                },
                {
                    "RoleArn": ROLE_ARN,
                    "KinesisParameters": {"PartitionKeyPath": "$.detail.id"},
                    "InputTransformer": {"InputPathsMap": {"id": "$.detail.id"}, "InputTemplate": '"<id>"'},
                    "Input": None,
                },
            ),
            (
                {
                    **first,
                    "arn": f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/c",
                    "roleArn": ROLE_ARN,
                    "ecsTarget": {
                        "taskDefinitionArn": f"arn:aws:ecs:{REGION}:{ACCOUNT}:task-definition/t:1",
                        "taskCount": 2,
                        "launchType": "FARGATE",
                        "enableEcsManagedTags": True,
                        "tags": {"team": "shop"},
                        "networkConfiguration": {"subnets": ["subnet-1"], "assignPublicIp": False},
                        "placementConstraints": [{"type": "distinctInstance"}],
                    },
                },
                {
                    "EcsParameters": {
                        "TaskDefinitionArn": f"arn:aws:ecs:{REGION}:{ACCOUNT}:task-definition/t:1",
                        "TaskCount": 2,
                        "LaunchType": "FARGATE",
                        "EnableECSManagedTags": True,
                        "Tags": [{"Key": "team", "Value": "shop"}],
                        "NetworkConfiguration": {
                            "awsvpcConfiguration": {"Subnets": ["subnet-1"], "AssignPublicIp": "DISABLED"}
                        },
                        "PlacementConstraints": [{"type": "distinctInstance"}],
                    }
                },
            ),
            (
                {
                    **first,
                    "arn": f"arn:aws:ssm:{REGION}:{ACCOUNT}:document/d",
                    "roleArn": ROLE_ARN,
                    "runCommandTargets": [{"key": "tag:team", "values": ["shop"]}],
                },
                {"RunCommandParameters": {"RunCommandTargets": [{"Key": "tag:team", "Values": ["shop"]}]}},
            ),
        ],
        drift=lambda _kept: events.put_targets(Rule=rule, Targets=[{"Id": name, "Arn": FIFO_ARN}]),
        imported=lambda _kept: f"{rule}/{name}",
    )
    assert kept.id == f"{rule}-{name}"
    events.delete_rule(Name=rule)


def test_target_on_a_bus_of_its_own(bench: Bench, events: EventBridgeClient) -> None:
    bus, rule = "shop-dev-aims", "shop-dev-aim"
    events.create_event_bus(Name=bus)
    events.put_rule(Name=rule, EventBusName=bus, EventPattern=PATTERN)
    kept = obeys(
        bench,
        TARGET,
        "aim",
        {"rule": rule, "eventBusName": bus, "targetId": "t", "arn": QUEUE_ARN},
        look=_target(events, bus, rule, "t"),
        seen={"Arn": QUEUE_ARN},
        imported=lambda _kept: f"{bus}/{rule}/t",
    )
    assert kept.id == f"{bus}-{rule}-t"


def test_rule_with_targets_stays_and_takes_no_sixth(bench: Bench, events: EventBridgeClient) -> None:
    name = "shop-dev-full"
    rule = bench.client.make(RULE, "full", {"name": name, "eventPattern": PATTERN})
    for number in range(5):
        bench.client.make(
            TARGET, f"full-{number}", {"rule": name, "targetId": f"t{number}", "arn": QUEUE_ARN}
        )
    with pytest.raises(Exception, match="LimitExceededException"):
        bench.client.make(TARGET, "full-5", {"rule": name, "targetId": "t5", "arn": QUEUE_ARN})
    with pytest.raises(Exception, match="Rule can't be deleted since it has targets"):
        bench.client.delete(rule)
    assert len(events.list_targets_by_rule(Rule=name)["Targets"]) == 5


def test_archive(bench: Bench, events: EventBridgeClient) -> None:
    name, source = "shop-dev-archive", f"{ARN}:event-bus/default"

    def look(_kept: Kept) -> dict[str, object] | None:
        return gone(lambda: without(events.describe_archive(ArchiveName=name), "LastUpdatedTime", *NOISE))

    obeys(
        bench,
        ARCHIVE,
        "archive",
        {"name": name, "eventSourceArn": source, "retentionDays": 7},
        look=look,
        seen={"RetentionDays": 7, "EventPattern": ""},
        changes=[
            (
                {"name": name, "eventSourceArn": source, "description": "d", "eventPattern": PATTERN},
                {"RetentionDays": 0, "Description": "d", "EventPattern": PATTERN},
            )
        ],
        drift=lambda _kept: events.update_archive(ArchiveName=name, RetentionDays=3),
    )


def test_archive_of_no_bus_is_refused(bench: Bench) -> None:
    with pytest.raises(Exception, match="ResourceNotFoundException"):
        bench.client.make(ARCHIVE, "lost", {"name": "lost", "eventSourceArn": f"{ARN}:event-bus/nowhere"})


def _statements(events: EventBridgeClient, bus: str) -> list[dict[str, object]]:
    document = events.describe_event_bus(Name=bus).get("Policy")
    return json.loads(document)["Statement"] if document else []


def test_bus_policy(bench: Bench, events: EventBridgeClient) -> None:
    bus = "shop-dev-open"
    events.create_event_bus(Name=bus)

    def policy(account: str) -> str:
        statement = {
            "Sid": "them",
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
            "Action": "events:PutEvents",
            "Resource": f"{ARN}:event-bus/{bus}",
        }
        return json.dumps({"Version": "2012-10-17", "Statement": [statement]})

    def look(_kept: Kept) -> dict[str, object] | None:
        found = _statements(events, bus)
        return {"Principal": found[0]["Principal"]} if found else None

    obeys(
        bench,
        BUS_POLICY,
        "open",
        {"eventBusName": bus, "policy": policy("444455556666")},
        look=look,
        seen={"Principal": {"AWS": "arn:aws:iam::444455556666:root"}},
        changes=[
            (
                {"eventBusName": bus, "policy": policy("000000000000")},
                {"Principal": {"AWS": "arn:aws:iam::000000000000:root"}},
            )
        ],
        drift=lambda _kept: events.put_permission(EventBusName=bus, Policy=policy("777788889999")),
    )


def test_bus_permission(bench: Bench, events: EventBridgeClient) -> None:
    bus = "shop-dev-shared"
    events.create_event_bus(Name=bus)

    def look(_kept: Kept) -> dict[str, object] | None:
        return next((item for item in _statements(events, bus) if item["Sid"] == "them"), None)

    organization = {"type": "StringEquals", "key": "aws:PrincipalOrgID", "value": "o-1234567890"}
    kept = obeys(
        bench,
        PERMISSION,
        "shared",
        {"eventBusName": bus, "statementId": "them", "principal": "444455556666"},
        look=look,
        seen={"Principal": {"AWS": "arn:aws:iam::444455556666:root"}, "Action": "events:PutEvents"},
        changes=[
            (
                {"eventBusName": bus, "statementId": "them", "principal": "*", "condition": organization},
                {"Principal": "*", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1234567890"}}},
            )
        ],
        drift=lambda _kept: events.put_permission(
            EventBusName=bus, StatementId="them", Action="events:PutEvents", Principal="000000000000"
        ),
    )
    assert kept.id == f"{bus}/them"
