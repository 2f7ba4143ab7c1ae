"""A role is given to a service only when the service may assume it and the caller may pass it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

import pytest
from botocore.exceptions import ClientError

from tests.support.cloud_functions import archive, deploy, make_role, unique
from tests.support.cloud_machines import allow, machine, service_role, trust

if TYPE_CHECKING:
    from collections.abc import Callable

    from botocore.client import BaseClient
    from mypy_boto3_lambda import LambdaClient

    from tests.support.cloud import Cloud

ACCOUNT = "000000000000"
HERE = f"eu-west-1:{ACCOUNT}"
QUIET = "def handle(event, context):\n    return 1\n"
SUCCEED = json.dumps({"StartAt": "Do", "States": {"Do": {"Type": "Succeed"}}})


def make_function(client: BaseClient, role: str) -> None:
    cast("LambdaClient", client).create_function(
        FunctionName=unique("fn"),
        Role=role,
        Runtime="python3.12",
        Handler="app.handle",
        Code={"ZipFile": archive({"app.py": QUIET})},
    )


def make_machine(cloud: Cloud, role: str) -> None:
    cloud.client("stepfunctions").create_state_machine(
        name=unique("machine"), definition=SUCCEED, roleArn=role
    )


def make_target(cloud: Cloud, role: str) -> None:
    events, name = cloud.client("events"), unique("rule")
    events.put_rule(Name=name, ScheduleExpression="rate(1 day)")
    target = f"arn:aws:states:{HERE}:stateMachine:x"
    events.put_targets(Rule=name, Targets=[{"Id": "1", "Arn": target, "RoleArn": role}])


def make_schedule(cloud: Cloud, role: str) -> None:
    cloud.client("scheduler").create_schedule(
        Name=unique("schedule"),
        ScheduleExpression="rate(1 day)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": f"arn:aws:sqs:{HERE}:q", "RoleArn": role},
    )


def make_stream(cloud: Cloud, role: str) -> None:
    cloud.client("firehose").create_delivery_stream(
        DeliveryStreamName=unique("stream"),
        ExtendedS3DestinationConfiguration={"RoleARN": role, "BucketARN": "arn:aws:s3:::bucket"},
    )


@pytest.mark.parametrize(
    ("service", "make", "message"),
    [
        (
            "lambda",
            lambda cloud, role: make_function(cloud.client("lambda"), role),
            "cannot be assumed by Lambda",
        ),
        ("states", make_machine, "Neither the global service principal states.amazonaws.com"),
        ("events", make_target, "cannot be assumed by principal 'events.amazonaws.com'"),
        ("scheduler", make_schedule, "must allow AWS EventBridge Scheduler to assume the role"),
        ("firehose", make_stream, "unable to assume role"),
    ],
)
def test_a_service_is_given_only_a_role_that_trusts_it(
    cloud: Cloud, service: str, make: Callable[[Cloud, str], None], message: str
) -> None:
    with pytest.raises(ClientError, match=message):
        make(cloud, service_role(cloud, "ec2.amazonaws.com"))
    make(cloud, service_role(cloud, f"{service}.amazonaws.com"))


def test_the_trust_s_conditions_count(cloud: Cloud) -> None:
    role = service_role(cloud, "states.amazonaws.com")
    document = json.loads(trust("states.amazonaws.com"))
    for account, allowed in (("999999999999", False), (ACCOUNT, True)):
        document["Statement"][0]["Condition"] = {
            "StringEquals": {"aws:SourceAccount": account},
            "ArnLike": {"aws:SourceArn": f"arn:aws:states:{HERE}:stateMachine:machine-*"},
        }
        cloud.client("iam").update_assume_role_policy(
            RoleName=role.rpartition("/")[2], PolicyDocument=json.dumps(document)
        )
        if allowed:
            make_machine(cloud, role)
        else:
            with pytest.raises(ClientError, match="Neither the global"):
                make_machine(cloud, role)


def test_a_function_whose_role_lost_its_trust_does_not_run(cloud: Cloud) -> None:
    function = deploy(cloud, QUIET)
    assert function.call().payload == 1
    cloud.client("iam").update_assume_role_policy(
        RoleName=function.role.rpartition("/")[2], PolicyDocument=trust("ec2.amazonaws.com")
    )

    assert function.call().failure["errorMessage"] == (
        "The role defined for the function cannot be assumed by Lambda."
    )


def test_a_role_is_passed_only_by_who_may_to_the_service_that_it_is_for(cloud: Cloud) -> None:
    given = make_role(cloud, unique("given"))
    deployer = cloud.client("iam").create_role(
        RoleName=unique("deployer"),
        AssumeRolePolicyDocument=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
                        "Action": "sts:AssumeRole",
                    }
                ],
            }
        ),
    )["Role"]["Arn"]

    def grant(service: str) -> None:
        passing = {
            "Effect": "Allow",
            "Action": "iam:PassRole",
            "Resource": given,
            "Condition": {"StringEquals": {"iam:PassedToService": service}},
        }
        making = {"Effect": "Allow", "Action": "lambda:CreateFunction", "Resource": "*"}
        cloud.client("iam").put_role_policy(
            RoleName=deployer.rpartition("/")[2],
            PolicyName="own",
            PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [making, passing]}),
        )

    keys = cloud.client("sts").assume_role(RoleArn=deployer, RoleSessionName="deploy")["Credentials"]
    session = cloud.client_with_keys(
        "lambda", keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"]
    )
    grant("states.amazonaws.com")
    with pytest.raises(ClientError, match=f"not authorized to perform: iam:PassRole on resource: {given}"):
        make_function(session, given)
    grant("lambda.amazonaws.com")
    make_function(session, given)


@pytest.mark.parametrize(
    ("settings", "missing"),
    [
        ({"TracingConfig": {"Mode": "Active"}}, "PutTraceSegments on XRAY"),
        ({"DeadLetterConfig": {"TargetArn": f"arn:aws:sqs:{HERE}:letters"}}, "SendMessage on SQS"),
        (
            {"VpcConfig": {"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}},
            "CreateNetworkInterface on EC2",
        ),
    ],
)
def test_settings_are_refused_that_the_role_cannot_serve(
    cloud: Cloud, settings: dict[str, object], missing: str
) -> None:
    with pytest.raises(ClientError, match=f"does not have permissions to call {missing}"):
        deploy(cloud, QUIET, may_log=True, **settings)


def test_a_target_with_a_role_still_delivers(cloud: Cloud) -> None:
    made = machine(cloud, "arn:aws:states:::aws-sdk:sts:getCallerIdentity", {})
    role = service_role(cloud, "events.amazonaws.com")
    allow(cloud, role, made.arn, "states:StartExecution")
    make_target(cloud, role)
