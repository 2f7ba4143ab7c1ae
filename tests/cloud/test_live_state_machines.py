"""State machines, their versions and aliases, and activities in the local cloud."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import pytest

from tests.support.live import obeys
from tests.support.provider import ACCOUNT, REGION, Kept

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

    from tests.support.live import Bench
    from tests.support.provider import Props

pytestmark = pytest.mark.cloud

MACHINE: Final = "aws:sfn/stateMachine:StateMachine"
ALIAS: Final = "aws:sfn/alias:Alias"
ACTIVITY: Final = "aws:sfn/activity:Activity"
ROLE: Final = f"arn:aws:iam::{ACCOUNT}:role/shop-dev-states"
_LOGS: Final = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/shop/dev/states:*"
_TRUST: Final = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "states.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}

_DELIVERY: Final = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "logs:*", "Resource": "*"}],
}


def _definition(comment: str) -> str:
    return json.dumps({"Comment": comment, "StartAt": "End", "States": {"End": {"Type": "Succeed"}}})


def _states(bench: Bench) -> SFNClient:
    iam = bench.cloud.client("iam", ACCOUNT)
    known = [role["RoleName"] for role in iam.list_roles()["Roles"]]
    for name in {"shop-dev-states", "shop-dev-other"} - set(known):
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(_TRUST))
        iam.put_role_policy(RoleName=name, PolicyName="logs", PolicyDocument=json.dumps(_DELIVERY))
    return bench.cloud.client("stepfunctions", ACCOUNT)


def _look(states: SFNClient, kept: Kept) -> dict[str, object] | None:
    machines = [item["stateMachineArn"] for item in states.list_state_machines()["stateMachines"]]
    if kept.id not in machines:
        return None
    found = states.describe_state_machine(stateMachineArn=kept.id)
    tags = states.list_tags_for_resource(resourceArn=kept.id)["tags"]
    names = ("definition", "roleArn", "type", "loggingConfiguration", "tracingConfiguration", "status")
    return {
        **{name: found.get(name) for name in (*names, "encryptionConfiguration")},
        "tags": {tag.get("key"): tag.get("value") for tag in tags},
    }


def _versions(states: SFNClient, arn: str) -> int:
    return len(states.list_state_machine_versions(stateMachineArn=arn)["stateMachineVersions"])


def test_machine(bench: Bench) -> None:
    states = _states(bench)
    inputs = {"name": "shop-dev-steps", "definition": _definition("one"), "roleArn": ROLE}
    other = f"arn:aws:iam::{ACCOUNT}:role/shop-dev-other"
    obeys(
        bench,
        MACHINE,
        "steps",
        {**inputs, "tags": {"team": "shop"}},
        look=lambda kept: _look(states, kept),
        seen={
            "definition": _definition("one"),
            "roleArn": ROLE,
            "type": "STANDARD",
            "loggingConfiguration": {"level": "OFF", "includeExecutionData": False},
            "tracingConfiguration": {"enabled": False},
            "tags": {"team": "shop"},
        },
        changes=[
            (
                {
                    **inputs,
                    "definition": _definition("two"),
                    "roleArn": other,
                    "loggingConfiguration": {
                        "level": "ALL",
                        "includeExecutionData": True,
                        "logDestination": _LOGS,
                    },
                    "tracingConfiguration": {"enabled": True},
                    "encryptionConfiguration": {
                        "type": "CUSTOMER_MANAGED_KMS_KEY",
                        "kmsKeyId": "alias/shop-dev",
                        "kmsDataKeyReusePeriodSeconds": 600,
                    },
                    "tags": {"owner": "you"},
                },
                {
                    "definition": _definition("two"),
                    "roleArn": other,
                    "loggingConfiguration": {
                        "level": "ALL",
                        "includeExecutionData": True,
                        "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": _LOGS}}],
                    },
                    "tracingConfiguration": {"enabled": True},
                    "encryptionConfiguration": {
                        "type": "CUSTOMER_MANAGED_KMS_KEY",
                        "kmsKeyId": "alias/shop-dev",
                        "kmsDataKeyReusePeriodSeconds": 600,
                    },
                    "tags": {"owner": "you"},
                },
            ),
        ],
        drift=lambda kept: states.update_state_machine(stateMachineArn=kept.id, definition=_definition("x")),
    )


def test_express_machine(bench: Bench) -> None:
    states = _states(bench)
    inputs = {"name": "shop-dev-fast", "type": "EXPRESS", "definition": _definition("one"), "roleArn": ROLE}
    obeys(
        bench,
        MACHINE,
        "fast",
        inputs,
        look=lambda kept: _look(states, kept),
        seen={"type": "EXPRESS"},
        drift=lambda kept: states.update_state_machine(
            stateMachineArn=kept.id, tracingConfiguration={"enabled": True}
        ),
    )


def test_versions_follow_what_changes(bench: Bench) -> None:
    states = _states(bench)
    inputs: Props = {
        "name": "shop-dev-versions",
        "definition": _definition("one"),
        "roleArn": ROLE,
        "publish": True,
    }
    first = bench.client.make(MACHINE, "versions", inputs)
    assert first.outputs["stateMachineVersionArn"] == f"{first.id}:1"
    bench.interrupt(first)
    assert bench.client.make(MACHINE, "versions", inputs).outputs["stateMachineVersionArn"] == f"{first.id}:1"
    tagged = bench.client.change(first, {**inputs, "tags": {"team": "shop"}})
    assert tagged.outputs["stateMachineVersionArn"] == f"{first.id}:1"
    second = bench.client.change(tagged, {**inputs, "definition": _definition("two")})
    assert second.outputs["stateMachineVersionArn"] == f"{first.id}:2"
    assert bench.client.refresh(second).outputs == second.outputs
    assert _versions(states, first.id) == 2
    bench.client.delete(second)
    anew = bench.client.make(MACHINE, "versions", inputs)
    assert _versions(states, anew.id) == 1
    bench.client.delete(anew)


def test_alias(bench: Bench) -> None:
    states = _states(bench)
    inputs: Props = {"name": "shop-dev-aliased", "definition": _definition("one"), "roleArn": ROLE}
    machine = bench.client.make(MACHINE, "aliased", {**inputs, "publish": True})
    later = bench.client.change(machine, {**inputs, "publish": True, "definition": _definition("two")})
    one, two = f"{machine.id}:1", f"{later.outputs['stateMachineVersionArn']}"

    def look(kept: Kept) -> dict[str, object] | None:
        found = states.list_state_machine_aliases(stateMachineArn=machine.id)["stateMachineAliases"]
        if kept.id not in [item["stateMachineAliasArn"] for item in found]:
            return None
        alias = states.describe_state_machine_alias(stateMachineAliasArn=kept.id)
        return {"description": alias.get("description"), "routes": alias.get("routingConfiguration")}

    kept = obeys(
        bench,
        ALIAS,
        "live",
        {
            "name": "live",
            "description": "all",
            "routingConfigurations": [{"stateMachineVersionArn": one, "weight": 100}],
        },
        look=look,
        seen={"description": "all", "routes": [{"stateMachineVersionArn": one, "weight": 100}]},
        changes=[
            (
                {
                    "name": "live",
                    "routingConfigurations": [
                        {"stateMachineVersionArn": one, "weight": 90},
                        {"stateMachineVersionArn": two, "weight": 10},
                    ],
                },
                {
                    "description": "",
                    "routes": [
                        {"stateMachineVersionArn": one, "weight": 90},
                        {"stateMachineVersionArn": two, "weight": 10},
                    ],
                },
            ),
        ],
        drift=lambda kept: states.update_state_machine_alias(
            stateMachineAliasArn=kept.id,
            routingConfiguration=[{"stateMachineVersionArn": two, "weight": 100}],
        ),
    )
    assert kept.id == f"{machine.id}:live"
    bench.client.delete(later)


def test_alias_goes_with_its_machine(bench: Bench) -> None:
    _states(bench)
    inputs: Props = {
        "name": "shop-dev-again",
        "definition": _definition("one"),
        "roleArn": ROLE,
        "publish": True,
    }
    for _ in range(2):
        machine = bench.client.make(MACHINE, "again", inputs)
        routes: Props = {"stateMachineVersionArn": f"{machine.id}:1", "weight": 100}
        alias = bench.client.make(ALIAS, "again", {"name": "live", "routingConfigurations": [routes]})
        bench.client.delete(machine)
        assert bench.client.refresh(alias).id == ""
        bench.client.delete(alias)


def test_activity(bench: Bench) -> None:
    states = _states(bench)

    def look(kept: Kept) -> dict[str, object] | None:
        if kept.id not in [item["activityArn"] for item in states.list_activities()["activities"]]:
            return None
        tags = states.list_tags_for_resource(resourceArn=kept.id)["tags"]
        return {"tags": {tag.get("key"): tag.get("value") for tag in tags}}

    obeys(
        bench,
        ACTIVITY,
        "people",
        {"name": "shop-dev-people", "tags": {"team": "shop"}},
        look=look,
        seen={"tags": {"team": "shop"}},
        changes=[({"name": "shop-dev-people", "tags": {"owner": "you"}}, {"tags": {"owner": "you"}})],
        drift=lambda kept: states.untag_resource(resourceArn=kept.id, tagKeys=["team"]),
    )
