"""EventBridge Scheduler in the local cloud: schedules and their groups."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from tests.support.cloud_machines import trust
from tests.support.live import obeys
from tests.support.provider import ACCOUNT, REGION, Kept
from tests.support.seen import gone, without

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_scheduler import EventBridgeSchedulerClient

    from tests.support.live import Bench

pytestmark = pytest.mark.cloud

SCHEDULE = "aws:scheduler/schedule:Schedule"
GROUP = "aws:scheduler/scheduleGroup:ScheduleGroup"
QUEUE_ARN = f"arn:aws:sqs:{REGION}:{ACCOUNT}:shop-dev-orders"
ROLE_ARN = f"arn:aws:iam::{ACCOUNT}:role/shop-dev-schedules"
NOISE = ("CreationDate", "LastModificationDate")


@pytest.fixture
def scheduler(bench: Bench) -> EventBridgeSchedulerClient:
    """A client, and the role that the schedules are given."""
    iam = bench.cloud.client("iam", ACCOUNT)
    with suppress(iam.exceptions.EntityAlreadyExistsException):
        iam.create_role(
            RoleName=ROLE_ARN.rpartition("/")[2], AssumeRolePolicyDocument=trust("scheduler.amazonaws.com")
        )
    return bench.cloud.client("scheduler", ACCOUNT)


def _schedule(
    scheduler: EventBridgeSchedulerClient, group: str, name: str
) -> Callable[[Kept], dict[str, object] | None]:
    def look(_kept: Kept) -> dict[str, object] | None:
        return gone(lambda: without(scheduler.get_schedule(GroupName=group, Name=name), *NOISE))

    return look


def test_schedule(bench: Bench, scheduler: EventBridgeSchedulerClient) -> None:
    name = "shop-dev-nightly"
    target = {"arn": QUEUE_ARN, "roleArn": ROLE_ARN}
    first = {"name": name, "scheduleExpression": "rate(1 day)"}
    base = {**first, "flexibleTimeWindow": {"mode": "OFF"}, "target": target}
    kept = obeys(
        bench,
        SCHEDULE,
        "nightly",
        base,
        look=_schedule(scheduler, "default", name),
        seen={
            "Target": {"Arn": QUEUE_ARN, "RoleArn": ROLE_ARN},
            "State": "ENABLED",
            "ScheduleExpressionTimezone": "UTC",
        },
        changes=[
            (
                {
                    "name": name,
                    "actionAfterCompletion": "DELETE",
                    "description": "once",
                    "scheduleExpression": "at(2030-01-01T00:00:00)",
                    "scheduleExpressionTimezone": "Europe/Berlin",
                    "startDate": "2029-01-01T01:00:00+01:00",
                    "endDate": "2031-01-01T00:00:00Z",
                    "state": "DISABLED",
                    "kmsKeyArn": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/k",
                    "flexibleTimeWindow": {"mode": "FLEXIBLE", "maximumWindowInMinutes": 5},
                    "target": {
                        **target,
                        "input": '{"a": 1}',
                        "deadLetterConfig": {"arn": QUEUE_ARN},
                        "retryPolicy": {"maximumEventAgeInSeconds": 60, "maximumRetryAttempts": 1},
                        "sqsParameters": {"messageGroupId": "g"},
                    },
                },
                {
                    "ActionAfterCompletion": "DELETE",
                    "Description": "once",
                    "ScheduleExpression": "at(2030-01-01T00:00:00)",
                    "ScheduleExpressionTimezone": "Europe/Berlin",
                    "State": "DISABLED",
                    "KmsKeyArn": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/k",
                    "FlexibleTimeWindow": {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 5},
                    "Target": {
                        "Arn": QUEUE_ARN,
                        "RoleArn": ROLE_ARN,
                        "Input": '{"a": 1}',
                        "DeadLetterConfig": {"Arn": QUEUE_ARN},
                        "RetryPolicy": {"MaximumEventAgeInSeconds": 60, "MaximumRetryAttempts": 1},
                        "SqsParameters": {"MessageGroupId": "g"},
                    },
                },
            ),
            (
                {
                    **base,
                    "target": {
                        **target,
                        "arn": f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/c",
                        "ecsParameters": {
                            "taskDefinitionArn": f"arn:aws:ecs:{REGION}:{ACCOUNT}:task-definition/t:1",
                            "taskCount": 2,
                            "tags": {"team": "shop"},
                            "capacityProviderStrategies": [{"capacityProvider": "FARGATE", "weight": 1}],
                            "networkConfiguration": {"subnets": ["subnet-1"], "assignPublicIp": True},
                        },
                    },
                },
                {
                    "Description": "",
                    "Target": {
                        "Arn": f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/c",
                        "RoleArn": ROLE_ARN,
                        "EcsParameters": {
                            "TaskDefinitionArn": f"arn:aws:ecs:{REGION}:{ACCOUNT}:task-definition/t:1",
                            "TaskCount": 2,
                            "Tags": [{"key": "team", "value": "shop"}],
                            "CapacityProviderStrategy": [{"capacityProvider": "FARGATE", "weight": 1}],
                            "NetworkConfiguration": {
                                "awsvpcConfiguration": {"Subnets": ["subnet-1"], "AssignPublicIp": "ENABLED"}
                            },
                        },
                    },
                },
            ),
        ],
        drift=lambda _kept: scheduler.update_schedule(
            Name=name,
            ScheduleExpression="rate(2 days)",
            FlexibleTimeWindow={"Mode": "OFF"},
            Target={"Arn": QUEUE_ARN, "RoleArn": ROLE_ARN},
            Description="by hand",
        ),
    )
    assert kept.id == f"default/{name}"
    assert kept.outputs["arn"] == f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule/default/{name}"


def test_schedule_in_a_group(bench: Bench, scheduler: EventBridgeSchedulerClient) -> None:
    group, name = "shop-dev-jobs", "shop-dev-job"
    scheduler.create_schedule_group(Name=group)
    obeys(
        bench,
        SCHEDULE,
        "job",
        {
            "name": name,
            "groupName": group,
            "scheduleExpression": "cron(0 4 * * ? *)",
            "flexibleTimeWindow": {"mode": "OFF"},
            "target": {
                "arn": f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/s",
                "roleArn": ROLE_ARN,
                "kinesisParameters": {"partitionKey": "p"},
            },
        },
        look=_schedule(scheduler, group, name),
        seen={"GroupName": group},
    )


def test_group(bench: Bench, scheduler: EventBridgeSchedulerClient) -> None:
    name = "shop-dev-schedules"
    arn = f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule-group/{name}"

    def tags() -> dict[str, str]:
        return {tag["Key"]: tag["Value"] for tag in scheduler.list_tags_for_resource(ResourceArn=arn)["Tags"]}

    kept = obeys(
        bench,
        GROUP,
        "schedules",
        {"name": name, "tags": {"team": "shop", "cost": "1"}},
        look=lambda _kept: gone(lambda: {**without(scheduler.get_schedule_group(Name=name)), "tags": tags()}),
        seen={"Name": name, "State": "ACTIVE", "tags": {"team": "shop", "cost": "1"}},
        changes=[({"name": name, "tags": {"owner": "you"}}, {"tags": {"owner": "you"}})],
        drift=lambda _kept: scheduler.tag_resource(ResourceArn=arn, Tags=[{"Key": "hand", "Value": "made"}]),
    )
    assert kept.outputs["arn"] == arn
    assert str(kept.outputs["creationDate"]) > "2020"
