"""Rules, schedules and alarms deliver only what they may."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.support.cloud_functions import deploy, unique
from tests.support.cloud_machines import allow, machine, service_role, trust
from tests.support.waiting import eventually

if TYPE_CHECKING:
    from mypy_boto3_events.type_defs import TargetTypeDef

    from tests.support.cloud import Cloud

HERE = "eu-west-1:000000000000"


def queue(cloud: Cloud) -> tuple[str, str]:
    name = unique("target")
    return cloud.client("sqs").create_queue(QueueName=name)["QueueUrl"], f"arn:aws:sqs:{HERE}:{name}"


def policy(service: str, action: str, resource: str, source: str) -> str:
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": service},
                    "Action": action,
                    "Resource": resource,
                    "Condition": {"ArnEquals": {"aws:SourceArn": source}},
                }
            ],
        }
    )


def rule(cloud: Cloud, target: str, role: str = "") -> tuple[str, str]:
    """A rule with one target: its ARN and the source of its events."""
    events, name = cloud.client("events"), unique("rule")
    arn = events.put_rule(Name=name, EventPattern=json.dumps({"source": [name]}))["RuleArn"]
    wanted: TargetTypeDef = {"Id": "1", "Arn": target}
    if role:
        wanted["RoleArn"] = role
    assert events.put_targets(Rule=name, Targets=[wanted])["FailedEntryCount"] == 0
    return arn, name


def tell(cloud: Cloud, source: str, detail: str) -> None:
    cloud.client("events").put_events(
        Entries=[{"Source": source, "DetailType": "t", "Detail": json.dumps({"is": detail})}]
    )


def refused(cloud: Cloud, rule_arn: str, target: str) -> None:
    """Wait until a rule's event was refused: a permission that comes before would still let it through."""
    eventually(lambda: f"{rule_arn} does not deliver to {target}: " in cloud.log())


def received(cloud: Cloud, url: str) -> list[str]:
    found = cloud.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    return [message.get("Body", "") for message in found]


def test_a_rule_sends_to_a_queue_only_with_the_queue_s_policy(cloud: Cloud) -> None:
    url, arn = queue(cloud)
    source_arn, source = rule(cloud, arn)

    tell(cloud, source, "before")
    refused(cloud, source_arn, arn)
    document = policy("events.amazonaws.com", "sqs:SendMessage", arn, source_arn)
    cloud.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": document})
    tell(cloud, source, "after")

    found = eventually(lambda: received(cloud, url))
    assert ["after" in body for body in found] == [True]


def test_a_rule_publishes_only_with_the_topic_s_policy(cloud: Cloud) -> None:
    sns = cloud.client("sns")
    topic = sns.create_topic(Name=unique("topic"))["TopicArn"]
    url, arn = queue(cloud)
    cloud.client("sqs").set_queue_attributes(
        QueueUrl=url, Attributes={"Policy": policy("sns.amazonaws.com", "sqs:SendMessage", arn, topic)}
    )
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    source_arn, source = rule(cloud, topic)

    tell(cloud, source, "before")
    refused(cloud, source_arn, topic)
    document = policy("events.amazonaws.com", "sns:Publish", topic, source_arn)
    sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=document)
    tell(cloud, source, "after")

    found = eventually(lambda: received(cloud, url))
    assert ["after" in body for body in found] == [True]


def test_a_rule_invokes_only_with_the_function_s_policy(cloud: Cloud) -> None:
    function = deploy(cloud, "def handle(event, context):\n    print(event)\n")
    source_arn, source = rule(cloud, function.arn)

    tell(cloud, source, "before")
    refused(cloud, source_arn, function.arn)
    cloud.client("lambda").add_permission(
        FunctionName=function.name,
        StatementId="rule",
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
        SourceArn=source_arn,
    )
    tell(cloud, source, "after")

    seen = eventually(function.log, lambda lines: any("after" in line for line in lines))
    assert not any("before" in line for line in seen)


def test_a_rule_starts_a_machine_only_with_its_role(cloud: Cloud) -> None:
    made = machine(cloud, "arn:aws:states:::aws-sdk:sts:getCallerIdentity", {})
    role = service_role(cloud, "events.amazonaws.com")
    source_arn, source = rule(cloud, made.arn, role)
    states = cloud.client("stepfunctions")

    tell(cloud, source, "before")
    refused(cloud, source_arn, made.arn)
    allow(cloud, role, made.arn, "states:StartExecution")
    tell(cloud, source, "after")

    found = eventually(lambda: states.list_executions(stateMachineArn=made.arn)["executions"])
    inputs = [states.describe_execution(executionArn=item["executionArn"]).get("input", "") for item in found]
    assert ["after" in given for given in inputs] == [True]

    cloud.client("iam").update_assume_role_policy(
        RoleName=role.rpartition("/")[2], PolicyDocument=trust("ec2.amazonaws.com")
    )
    tell(cloud, source, "later")
    eventually(lambda: f"events.amazonaws.com may not assume {role}" in cloud.log())
    assert len(states.list_executions(stateMachineArn=made.arn)["executions"]) == 1


@pytest.mark.parametrize("allowed", [False, True])
def test_a_schedule_sends_only_with_its_role(cloud: Cloud, *, allowed: bool) -> None:
    url, arn = queue(cloud)
    role = service_role(cloud, "scheduler.amazonaws.com")
    if allowed:
        allow(cloud, role, arn, "sqs:SendMessage")
    made = cloud.client("scheduler").create_schedule(
        Name=unique("schedule"),
        ScheduleExpression="at(2020-01-01T00:00:00)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": arn, "RoleArn": role, "Input": "due"},
    )["ScheduleArn"]

    if allowed:
        assert eventually(lambda: received(cloud, url)) == ["due"]
    else:
        eventually(cloud.log, lambda text: f"{made} does not deliver to {arn}: User:" in text)


def test_an_alarm_publishes_only_with_the_topic_s_policy(cloud: Cloud) -> None:
    sns, alarms, name = cloud.client("sns"), cloud.client("cloudwatch"), unique("alarm")
    topic = sns.create_topic(Name=unique("topic"))["TopicArn"]
    url, arn = queue(cloud)
    cloud.client("sqs").set_queue_attributes(
        QueueUrl=url, Attributes={"Policy": policy("sns.amazonaws.com", "sqs:SendMessage", arn, topic)}
    )
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    alarms.put_metric_alarm(
        AlarmName=name,
        AlarmActions=[topic],
        Namespace="n",
        MetricName="m",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
    )
    other = policy("cloudwatch.amazonaws.com", "sns:Publish", topic, f"arn:aws:cloudwatch:{HERE}:alarm:other")
    sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=other)
    alarms.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="first")
    alarms.set_alarm_state(AlarmName=name, StateValue="OK", StateReason="well")

    own = policy("cloudwatch.amazonaws.com", "sns:Publish", topic, f"arn:aws:cloudwatch:{HERE}:alarm:{name}")
    sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=own)
    alarms.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="second")

    found = eventually(lambda: received(cloud, url))
    assert ["second" in body for body in found] == [True]
