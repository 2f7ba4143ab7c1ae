"""Workflows: definition, trust, logs without payloads, alias, alarms."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from components._iam import Statement
from components.compute.function import Function
from components.workflows.state_machine import StateMachine, StateMachineArgs
from tests.support.components import BOUNDARY_ARN, TOPIC_ARN, function_args, platform
from tests.support.mocks import Recording, is_unknown, record

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

NAME = "pavedroad-dev-orders-workflow"
ARN = f"arn:aws:states:eu-west-1:111122223333:stateMachine:{NAME}"
GROUP = f"/aws/vendedlogs/states/{NAME}"
DEFINITION: Mapping[str, Any] = {"StartAt": "Done", "States": {"Done": {"Type": "Pass", "End": True}}}
GRANT = Statement(actions=("dynamodb:UpdateItem",), resources=("arn:aws:dynamodb:eu-west-1:1:table/t",))
ARGS = StateMachineArgs(platform=platform(), definition=DEFINITION, statements=[GRANT])


def build(args: StateMachineArgs = ARGS, *, preview: bool = True) -> Recording:
    def make() -> dict[str, Any]:
        machine = StateMachine("orders-workflow", args)
        return {"arn": machine.arn, "live": machine.live_arn, "definition": machine.definition}

    return record(make, preview=preview)


def test_a_workflow_is_standard_traced_and_logs_errors_without_data(*, preview: bool) -> None:
    inputs = build(preview=preview).one("aws:sfn/stateMachine:StateMachine").inputs

    assert json.loads(inputs.pop("definition")) == {**DEFINITION, "TimeoutSeconds": 3600}
    assert inputs == {
        "name": NAME,
        "type": "STANDARD",
        "roleArn": f"arn:aws:iam::111122223333:role/{NAME}",
        "publish": True,
        "tracingConfiguration": {"enabled": True},
        "loggingConfiguration": {
            "level": "ERROR",
            "includeExecutionData": False,
            "logDestination": f"arn:aws:logs:eu-west-1:111122223333:log-group:{GROUP}:*",
        },
    }


def test_the_role_is_trusted_for_this_machine_of_this_account_only() -> None:
    role = build().one("aws:iam/role:Role")

    assert role.inputs["permissionsBoundary"] == BOUNDARY_ARN
    (trust,) = role.document("assumeRolePolicy")["Statement"]
    assert trust["Principal"] == {"Service": "states.amazonaws.com"}
    assert trust["Condition"] == {
        "StringEquals": {"aws:SourceAccount": "111122223333"},
        "ArnLike": {"aws:SourceArn": ARN},
    }


def test_the_role_may_trace_deliver_logs_and_what_it_is_granted() -> None:
    statements = build().one("aws:iam/rolePolicy:RolePolicy").document("policy")["Statement"]

    assert [len(s["Action"]) for s in statements[:2]] == [4, 8]
    assert {s["Resource"] for s in statements[:2]} == {"*"}
    assert statements[2] == GRANT.to_json()
    assert len(statements) == 3


def test_group_and_policy_are_there_before_the_machine() -> None:
    run = build()
    machine = run.one("aws:sfn/stateMachine:StateMachine")

    assert run.one("aws:cloudwatch/logGroup:LogGroup").inputs == {"name": GROUP, "retentionInDays": 30}
    for token in ("aws:cloudwatch/logGroup:LogGroup", "aws:iam/rolePolicy:RolePolicy"):
        assert run.depends(machine, run.one(token)), token


def test_callers_start_the_alias_and_arns_are_known_at_once(*, preview: bool) -> None:
    run = build(preview=preview)
    alias = run.one("aws:sfn/alias:Alias")

    assert (run.values["arn"], run.values["live"]) == (ARN, f"{ARN}:live")
    assert alias.inputs["name"] == "live"
    assert is_unknown(alias.inputs["routingConfigurations"]) == preview
    assert run.depends(alias, run.one("aws:sfn/stateMachine:StateMachine"))


def test_the_alias_leads_to_the_published_version() -> None:
    alias = build(preview=False).one("aws:sfn/alias:Alias")

    assert alias.inputs["routingConfigurations"] == [{"stateMachineVersionArn": f"{ARN}:1", "weight": 100}]


def test_a_definition_with_a_functions_arn_is_known_and_waits_for_its_alias() -> None:
    def make() -> dict[str, Any]:
        check = Function("orders-check-order", function_args())
        task = {"Type": "Task", "Resource": check.live_arn, "End": True}
        definition = {"StartAt": "Check", "States": {"Check": task}}
        return {
            "definition": StateMachine("orders-workflow", replace(ARGS, definition=definition)).definition
        }

    run = record(make, preview=True)
    resource = json.loads(run.values["definition"])["States"]["Check"]["Resource"]

    assert resource.endswith(":function:pavedroad-dev-orders-check-order:live")
    assert run.depends(run.one("aws:sfn/stateMachine:StateMachine"), run.one("aws:lambda/alias:Alias"))


def test_alarms_on_every_way_to_fail() -> None:
    alarms = [a.inputs for a in build().of_type("aws:cloudwatch/metricAlarm:MetricAlarm")]

    assert {a["metricName"] for a in alarms} == {
        "ExecutionsFailed",
        "ExecutionsTimedOut",
        "ExecutionsAborted",
        "ExecutionThrottled",
    }
    for alarm in alarms:
        assert (alarm["threshold"], alarm["statistic"]) == (1, "Sum")
        assert alarm["dimensions"] == {"StateMachineArn": ARN}
        assert alarm["alarmActions"] == [TOPIC_ARN]


def test_a_start_grant_names_machine_and_alias() -> None:
    grants: list[Statement] = []
    record(lambda: grants.extend(StateMachine("orders-workflow", ARGS).allow_start()), preview=True)

    assert [(g.actions, g.resources) for g in grants] == [(("states:StartExecution",), (ARN, f"{ARN}:live"))]


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: replace(ARGS, timeout_seconds=0), "timeout_seconds: got 0, allowed 1 to 31536000"),
        (lambda: replace(ARGS, log_retention_days=2), "log_retention_days: got 2"),
        (lambda: replace(ARGS, definition={"StartAt": "A", "States": {}}), "StartAt must name one of States"),
        (lambda: replace(ARGS, definition={"StartAt": "A"}), "StartAt must name one of States"),
        (
            lambda: replace(ARGS, definition={**DEFINITION, "TimeoutSeconds": 5}),
            "set timeout_seconds instead",
        ),
    ],
)
def test_a_definition_that_cannot_run_is_refused(make: Callable[[], object], text: str) -> None:
    with pytest.raises(ValueError, match=text):
        make()
