"""Makes small state machines in the local cloud and runs them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from tests.support.cloud_functions import unique
from tests.support.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_stepfunctions.type_defs import DescribeExecutionOutputTypeDef

    from tests.support.cloud import Cloud


def trust(service: str) -> str:
    """A trust policy for one service."""
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def service_role(cloud: Cloud, service: str) -> str:
    """A role for one service that may do nothing yet; its ARN."""
    return cloud.client("iam").create_role(RoleName=unique("role"), AssumeRolePolicyDocument=trust(service))[
        "Role"
    ]["Arn"]


def allow(cloud: Cloud, role: str, resource: str | list[str], *actions: str) -> None:
    """Let a role do these things and nothing else."""
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": resource}
    cloud.client("iam").put_role_policy(
        RoleName=role.rpartition("/")[2],
        PolicyName="own",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
    )


@dataclass(frozen=True)
class Machine:
    """A state machine of one task.

    Attributes:
        cloud: Where it is.
        arn: Its ARN.
        role: The ARN of its role.
    """

    cloud: Cloud
    arn: str
    role: str

    def run(self) -> DescribeExecutionOutputTypeDef:
        """Run it to its end."""
        states = self.cloud.client("stepfunctions")
        arn = states.start_execution(stateMachineArn=self.arn, input="{}")["executionArn"]
        return eventually(
            lambda: states.describe_execution(executionArn=arn), lambda seen: seen["status"] != "RUNNING"
        )


def machine(cloud: Cloud, resource: str, parameters: Mapping[str, object], **settings: object) -> Machine:
    """A machine with one task and a role that may do nothing."""
    role = service_role(cloud, "states.amazonaws.com")
    task = {"Type": "Task", "Resource": resource, "Parameters": parameters, "End": True}
    definition = json.dumps({"StartAt": "Do", "States": {"Do": task}})
    request = {"name": unique("machine"), "definition": definition, "roleArn": role, **settings}
    made = cloud.client("stepfunctions").create_state_machine(**cast("dict[str, str]", request))  # pyright: ignore[reportArgumentType] - settings are the test's own
    return Machine(cloud, made["stateMachineArn"], role)
