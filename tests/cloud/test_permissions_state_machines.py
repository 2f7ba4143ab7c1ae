"""A state machine's tasks may do what its role may do."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from tests.support.cloud_functions import deploy, unique
from tests.support.cloud_machines import allow, machine, service_role, trust

if TYPE_CHECKING:
    from tests.support.cloud import Cloud

HERE = "eu-west-1:000000000000"
DELIVERY = (
    "CreateLogDelivery",
    "GetLogDelivery",
    "UpdateLogDelivery",
    "DeleteLogDelivery",
    "ListLogDeliveries",
    "PutResourcePolicy",
    "DescribeResourcePolicies",
    "DescribeLogGroups",
)


def test_a_function_is_invoked_only_by_a_role_that_may(cloud: Cloud) -> None:
    function = deploy(cloud, "def handle(event, context):\n    return 7\n")
    version = cloud.client("lambda").publish_version(FunctionName=function.name)["Version"]
    cloud.client("lambda").create_alias(FunctionName=function.name, Name="live", FunctionVersion=version)
    made = machine(
        cloud,
        "arn:aws:states:::lambda:invoke",
        {"FunctionName": f"{function.arn}:live", "Payload": {}},
    )

    refused = made.run()
    assert refused["status"] == "FAILED"
    assert refused.get("error") == "Lambda.AWSLambdaException"
    assert f"lambda:InvokeFunction on resource: {function.arn}:live" in refused.get("cause", "")

    allow(cloud, made.role, function.arn, "lambda:InvokeFunction")
    assert made.run()["status"] == "FAILED"  # the alias is not the function

    allow(cloud, made.role, f"{function.arn}:live", "lambda:InvokeFunction")
    assert made.run()["status"] == "SUCCEEDED"


def test_a_table_is_written_only_by_a_role_that_may(cloud: Cloud) -> None:
    table = unique("written")
    cloud.client("dynamodb").create_table(
        TableName=table,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )
    item = {"TableName": table, "Item": {"id": {"S": "1"}}}
    made = machine(cloud, "arn:aws:states:::dynamodb:putItem", item)

    assert made.run().get("error") == "DynamoDB.AmazonDynamoDBException"
    allow(cloud, made.role, f"arn:aws:dynamodb:{HERE}:table/{table}", "dynamodb:PutItem")
    assert made.run()["status"] == "SUCCEEDED"


def test_a_queue_is_sent_to_only_by_a_role_that_may(cloud: Cloud) -> None:
    name = unique("sent")
    url = cloud.client("sqs").create_queue(QueueName=name)["QueueUrl"]
    made = machine(cloud, "arn:aws:states:::sqs:sendMessage", {"QueueUrl": url, "MessageBody": "m"})

    assert made.run().get("error") == "SQS.AmazonSQSException"
    allow(cloud, made.role, f"arn:aws:sqs:{HERE}:{name}", "sqs:SendMessage")
    assert made.run()["status"] == "SUCCEEDED"


def test_a_topic_is_published_to_only_by_a_role_that_may(cloud: Cloud) -> None:
    topic = cloud.client("sns").create_topic(Name=unique("published"))["TopicArn"]
    made = machine(cloud, "arn:aws:states:::sns:publish", {"TopicArn": topic, "Message": "m"})

    assert made.run().get("error") == "SNS.AmazonSNSException"
    allow(cloud, made.role, topic, "sns:Publish")
    assert made.run()["status"] == "SUCCEEDED"


def test_events_are_put_only_by_a_role_that_may(cloud: Cloud) -> None:
    entry = {"Source": "test", "DetailType": "t", "Detail": "{}", "EventBusName": "default"}
    made = machine(cloud, "arn:aws:states:::events:putEvents", {"Entries": [entry]})

    assert made.run().get("error") == "EventBridge.AmazonEventBridgeException"
    allow(cloud, made.role, f"arn:aws:events:{HERE}:event-bus/default", "events:PutEvents")
    assert made.run()["status"] == "SUCCEEDED"


def test_another_machine_is_started_only_by_a_role_that_may(cloud: Cloud) -> None:
    inner = machine(cloud, "arn:aws:states:::aws-sdk:sts:getCallerIdentity", {})
    made = machine(cloud, "arn:aws:states:::states:startExecution", {"StateMachineArn": inner.arn})

    assert made.run().get("error") == "StepFunctions.AWSStepFunctionsException"
    allow(cloud, made.role, inner.arn, "states:StartExecution")
    assert made.run()["status"] == "SUCCEEDED"


def test_a_generic_integration_needs_the_service_s_action(cloud: Cloud) -> None:
    name = f"/{unique('read')}"
    cloud.client("ssm").put_parameter(Name=name, Value="v", Type="String")
    made = machine(cloud, "arn:aws:states:::aws-sdk:ssm:getParameter", {"Name": name})

    refused = made.run()
    assert refused.get("error") == "Ssm.SsmException"
    assert "ssm:GetParameter" in refused.get("cause", "")
    allow(cloud, made.role, f"arn:aws:ssm:{HERE}:parameter{name}", "ssm:GetParameter")
    assert made.run()["status"] == "SUCCEEDED"


def test_a_role_that_no_longer_trusts_the_service_runs_nothing(cloud: Cloud) -> None:
    topic = cloud.client("sns").create_topic(Name=unique("published"))["TopicArn"]
    made = machine(cloud, "arn:aws:states:::sns:publish", {"TopicArn": topic, "Message": "m"})
    allow(cloud, made.role, topic, "sns:Publish")
    cloud.client("iam").update_assume_role_policy(
        RoleName=made.role.rpartition("/")[2], PolicyDocument=trust("ec2.amazonaws.com")
    )

    assert made.run().get("error") == "States.Permissions"


@pytest.mark.parametrize("missing", DELIVERY)
def test_logging_needs_all_actions_of_log_delivery(cloud: Cloud, missing: str) -> None:
    role = service_role(cloud, "states.amazonaws.com")
    group = unique("/executions")
    cloud.client("logs").create_log_group(logGroupName=group)
    allow(cloud, role, "*", *(f"logs:{action}" for action in DELIVERY if action != missing))

    with pytest.raises(ClientError, match="not authorized to access the Log Destination"):
        cloud.client("stepfunctions").create_state_machine(
            name=unique("logging"),
            definition=json.dumps({"StartAt": "Do", "States": {"Do": {"Type": "Succeed"}}}),
            roleArn=role,
            loggingConfiguration={
                "level": "ALL",
                "destinations": [
                    {"cloudWatchLogsLogGroup": {"logGroupArn": f"arn:aws:logs:{HERE}:log-group:{group}:*"}}
                ],
            },
        )


def test_waiting_for_another_machine_needs_the_managed_rule(cloud: Cloud) -> None:
    with pytest.raises(ClientError, match="not authorized to create managed-rule"):
        machine(
            cloud,
            "arn:aws:states:::states:startExecution.sync:2",
            {"StateMachineArn": f"arn:aws:states:{HERE}:stateMachine:x"},
        )


def test_an_alias_is_started_by_who_may_start_the_machine(cloud: Cloud) -> None:
    inner = machine(cloud, "arn:aws:states:::aws-sdk:sts:getCallerIdentity", {}, publish=True)
    states = cloud.client("stepfunctions")
    live = states.create_state_machine_alias(
        name="live", routingConfiguration=[{"stateMachineVersionArn": f"{inner.arn}:1", "weight": 100}]
    )["stateMachineAliasArn"]
    made = machine(cloud, "arn:aws:states:::states:startExecution", {"StateMachineArn": live})

    allow(cloud, made.role, live, "states:StartExecution")
    assert made.run().get("error") == "StepFunctions.AWSStepFunctionsException"
    allow(cloud, made.role, inner.arn, "states:StartExecution")
    assert made.run()["status"] == "SUCCEEDED"
