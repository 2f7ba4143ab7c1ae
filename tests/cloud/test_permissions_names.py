"""Policies that are right on AWS are right here: resources have the names that AWS gives them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Protocol, cast

import pytest
from botocore.exceptions import ClientError

from tests.support.cloud_functions import archive, deploy, make_role, unique

if TYPE_CHECKING:
    from collections.abc import Callable

    from botocore.client import BaseClient
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_kinesis import KinesisClient
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_ssm import SSMClient
    from mypy_boto3_stepfunctions import SFNClient

    from tests.support.cloud import Cloud

ACCOUNT = "000000000000"
HERE = f"eu-west-1:{ACCOUNT}"


class StreamReader(Protocol):
    """What is used of the client of table streams, for which there are no stubs."""

    def describe_stream(self, *, StreamArn: str) -> dict[str, dict[str, list[dict[str, str]]]]: ...  # noqa: N803 - boto3's

    def get_shard_iterator(self, **request: str) -> dict[str, str]: ...

    def get_records(self, *, ShardIterator: str) -> object: ...  # noqa: N803 - boto3's


class Person:
    """A role that a test acts under."""

    def __init__(self, cloud: Cloud, boundary: str = "") -> None:
        self.cloud = cloud
        self.name = unique("person")
        root = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
        trust = {"Effect": "Allow", "Principal": root, "Action": "sts:AssumeRole"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        iam = cloud.client("iam")
        self.arn = iam.create_role(RoleName=self.name, AssumeRolePolicyDocument=document)["Role"]["Arn"]
        if boundary:
            iam.put_role_permissions_boundary(RoleName=self.name, PermissionsBoundary=boundary)

    def may(self, resource: str, *actions: str, **conditions: dict[str, str]) -> None:
        statement = {"Effect": "Allow", "Action": actions, "Resource": resource, "Condition": conditions}
        self.cloud.client("iam").put_role_policy(
            RoleName=self.name,
            PolicyName="own",
            PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
        )

    def client(self, service: str) -> BaseClient:
        keys = self.cloud.client("sts").assume_role(RoleArn=self.arn, RoleSessionName="session")[
            "Credentials"
        ]
        return self.cloud.client_with_keys(
            service, keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"]
        )


def refused(call: Callable[[], object]) -> str:
    """The text with which a call is refused."""
    with pytest.raises(ClientError) as caught:
        call()
    assert "AccessDenied" in caught.value.response.get("Error", {}).get("Code", "")
    return caught.value.response.get("Error", {}).get("Message", "")


def test_an_invocation_with_a_qualifier_is_of_the_qualified_function(cloud: Cloud) -> None:
    function = deploy(cloud, "def handle(event, context):\n    return 1\n")
    cloud.client("lambda").publish_version(FunctionName=function.name)
    person = Person(cloud)
    functions = cast("LambdaClient", person.client("lambda"))

    person.may(f"{function.arn}:1", "lambda:InvokeFunction")
    functions.invoke(FunctionName=function.name, Qualifier="1")
    person.may(function.arn, "lambda:InvokeFunction")
    refused(lambda: functions.invoke(FunctionName=function.name, Qualifier="1"))


def test_an_alias_of_a_state_machine_is_asked_for_as_its_machine(cloud: Cloud) -> None:
    states, name = cloud.client("stepfunctions"), unique("machine")
    made = states.create_state_machine(
        name=name,
        roleArn=make_role(cloud, f"{name}-role", service="states.amazonaws.com"),
        definition=json.dumps({"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}),
        publish=True,
    )
    machine, version = made["stateMachineArn"], made["stateMachineVersionArn"]
    live = states.create_state_machine_alias(
        name="live", routingConfiguration=[{"stateMachineVersionArn": version, "weight": 100}]
    )["stateMachineAliasArn"]
    person = Person(cloud)
    starter = cast("SFNClient", person.client("stepfunctions"))

    person.may(machine, "states:StartExecution")
    starter.start_execution(stateMachineArn=live)
    person.may(live, "states:StartExecution")
    refused(lambda: starter.start_execution(stateMachineArn=live))


def test_logs_are_the_group_s_streams(cloud: Cloud) -> None:
    group = unique("/streams")
    cloud.client("logs").create_log_group(logGroupName=group)
    person = Person(cloud)
    logs = cast("CloudWatchLogsClient", person.client("logs"))

    person.may(f"arn:aws:logs:{HERE}:log-group:{group}:*", "logs:CreateLogStream", "logs:FilterLogEvents")
    logs.create_log_stream(logGroupName=group, logStreamName="a")
    logs.filter_log_events(logGroupName=group)
    person.may(f"arn:aws:logs:{HERE}:log-group:{group}:log-stream:b*", "logs:CreateLogStream")
    logs.create_log_stream(logGroupName=group, logStreamName="b")
    refused(lambda: logs.create_log_stream(logGroupName=group, logStreamName="c"))


def test_parameters_are_asked_for_one_by_one(cloud: Cloud) -> None:
    root = f"/{unique('tree')}"
    for name in ("a", "b", "other/c"):
        cloud.client("ssm").put_parameter(Name=f"{root}/{name}", Value="v", Type="String")
    person = Person(cloud)
    parameters = cast("SSMClient", person.client("ssm"))

    person.may(f"arn:aws:ssm:{HERE}:parameter{root}/?", "ssm:GetParameters")
    found = parameters.get_parameters(Names=[f"{root}/a", f"{root}/b"])["Parameters"]
    assert len(found) == 2
    refused(lambda: parameters.get_parameters(Names=[f"{root}/a", f"{root}/other/c"]))

    person.may(f"arn:aws:ssm:{HERE}:parameter{root}*", "ssm:GetParametersByPath")
    assert len(parameters.get_parameters_by_path(Path=root)["Parameters"]) == 2
    refused(lambda: parameters.get_parameters_by_path(Path="/elsewhere"))


def test_records_belong_to_their_stream(cloud: Cloud) -> None:
    stream = unique("stream")
    cloud.client("kinesis").create_stream(StreamName=stream, ShardCount=1)
    arn = f"arn:aws:kinesis:{HERE}:stream/{stream}"
    person = Person(cloud)
    reader = cast("KinesisClient", person.client("kinesis"))
    person.may(arn, "kinesis:GetShardIterator", "kinesis:GetRecords")

    iterator = reader.get_shard_iterator(
        StreamName=stream, ShardId="shardId-000000000000", ShardIteratorType="LATEST"
    )["ShardIterator"]
    reader.get_records(ShardIterator=iterator)
    person.may(f"{arn}-other", "kinesis:GetRecords")
    refused(lambda: reader.get_records(ShardIterator=iterator))


def test_records_of_a_table_belong_to_its_stream(cloud: Cloud) -> None:
    table = cloud.client("dynamodb").create_table(
        TableName=unique("table"),
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )["TableDescription"]
    stream = table.get("LatestStreamArn", "")
    person = Person(cloud)
    reader = cast("StreamReader", person.client("dynamodbstreams"))
    person.may(stream, "dynamodb:DescribeStream", "dynamodb:GetShardIterator", "dynamodb:GetRecords")

    shard = (
        reader.describe_stream(StreamArn=stream)["StreamDescription"].get("Shards", [])[0].get("ShardId", "")
    )
    iterator = reader.get_shard_iterator(StreamArn=stream, ShardId=shard, ShardIteratorType="TRIM_HORIZON")
    reader.get_records(ShardIterator=iterator["ShardIterator"])
    person.may(f"{stream}-other", "dynamodb:GetRecords")
    refused(lambda: reader.get_records(ShardIterator=iterator["ShardIterator"]))


def test_an_alias_is_its_key(cloud: Cloud) -> None:
    keys, alias = cloud.client("kms"), f"alias/{unique('key')}"
    key = keys.create_key()["KeyMetadata"]
    keys.create_alias(AliasName=alias, TargetKeyId=key["KeyId"])
    person = Person(cloud)

    person.may(key.get("Arn", ""), "kms:Encrypt")
    cast("KMSClient", person.client("kms")).encrypt(KeyId=alias, Plaintext=b"p")


def test_a_secret_is_found_by_its_arn_without_the_random_characters(cloud: Cloud) -> None:
    name = unique("secret")
    arn = cloud.client("secretsmanager").create_secret(Name=name, SecretString="s")["ARN"]
    partial = arn.rpartition("-")[0]
    person = Person(cloud)
    secrets = cast("SecretsManagerClient", person.client("secretsmanager"))

    person.may(f"{partial}-??????", "secretsmanager:GetSecretValue")
    assert secrets.get_secret_value(SecretId=partial)["SecretString"] == "s"
    person.may(partial, "secretsmanager:GetSecretValue")
    refused(lambda: secrets.get_secret_value(SecretId=partial))


def test_a_refusal_by_a_boundary_says_so(cloud: Cloud) -> None:
    statement = {"Effect": "Allow", "Action": "sqs:ListQueues", "Resource": "*"}
    boundary = (
        cloud.client("iam")
        .create_policy(
            PolicyName=unique("boundary"),
            PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
        )["Policy"]
        .get("Arn", "")
    )
    person = Person(cloud, boundary)
    queues = cast("SQSClient", person.client("sqs"))

    person.may("*", "sqs:CreateQueue")
    assert "no permissions boundary allows" in refused(lambda: queues.create_queue(QueueName=unique("q")))
    person.may("*", "sqs:DeleteQueue")
    assert "no identity-based policy allows" in refused(lambda: queues.create_queue(QueueName=unique("q")))


def test_a_role_is_made_only_with_the_boundary_that_is_demanded(cloud: Cloud) -> None:
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    boundary = cloud.client("iam").create_policy(PolicyName=unique("boundary"), PolicyDocument=document)
    arn = boundary["Policy"].get("Arn", "")
    person = Person(cloud)
    person.may("*", "iam:CreateRole", StringEquals={"iam:PermissionsBoundary": arn})
    iam = cast("IAMClient", person.client("iam"))
    trust = json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "lambda.amazonaws.com"},
                    "Action": "sts:AssumeRole",
                }
            ],
        }
    )

    refused(lambda: iam.create_role(RoleName=unique("r"), AssumeRolePolicyDocument=trust))
    iam.create_role(RoleName=unique("r"), AssumeRolePolicyDocument=trust, PermissionsBoundary=arn)


def test_a_function_is_made_only_with_the_layers_that_are_allowed(cloud: Cloud) -> None:
    role = make_role(cloud, unique("role"))
    person = Person(cloud)
    person.may("*", "lambda:CreateFunction", "iam:PassRole", Null={"lambda:Layer": "true"})
    functions = cast("LambdaClient", person.client("lambda"))
    layer = cloud.client("lambda").publish_layer_version(
        LayerName=unique("layer"), Content={"ZipFile": archive({"python/a.py": ""})}
    )["LayerVersionArn"]

    def make(*layers: str) -> None:
        functions.create_function(
            FunctionName=unique("fn"),
            Role=role,
            Runtime="python3.12",
            Handler="app.handle",
            Code={"ZipFile": archive({"app.py": ""})},
            Layers=layers,
        )

    refused(lambda: make(layer))
    make()
