"""A whole stack in the local cloud: again, drifted, taken down, and when the cloud dies under it."""

from __future__ import annotations

import json
import os
import signal
from typing import TYPE_CHECKING, Final, cast

import pytest

from pavedroad.cloud.emulator import stop, throw_away
from pavedroad.engine.request import Outcome
from tests.support.cloud import WAITS, Cloud
from tests.support.inventory import inventory
from tests.support.program import run, start, tiny_project
from tests.support.running_orders import PREFIX
from tests.support.running_stack import running_stack
from tests.support.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from tests.support.running_orders import RunningOrders

MANY: Final = """
import pulumi_aws as aws

for number in range(40):
    aws.sqs.Queue(f"queue-{number}", name=f"many-{number}")
"""
FAILING: Final = """
import pulumi_aws as aws

for number in range(12):
    queue = aws.sqs.Queue(f"queue-{number}", name=f"many-{number}")
    aws.sqs.QueuePolicy(
        f"policy-{number}",
        queue_url=queue.url if number > 99 else "https://sqs.eu-west-1.amazonaws.com/111122223333/nobody-made-this",
        policy='{"Version": "2012-10-17", "Statement": []}',
    )
"""
IN_THE_CLOUD: Final = {"PAVEDROAD_NO_CLOUD": "0"}


MOVING: Final = {
    "aws:lambda/eventSourceMapping:EventSourceMapping": ("lastModified", "lastProcessingResult"),
    "aws:sfn/stateMachine:StateMachine": ("revisionId",),
    "aws:sns/topic:Topic": ("policy",),
    "aws:sqs/queue:Queue": ("policy", "redriveAllowPolicy", "redrivePolicy"),
}
"""Outputs that traffic changes, who saves the same again, or a resource beside it; no inputs."""


def facts(orders: RunningOrders) -> dict[str, object]:
    """What the state knows of each resource, without when and how it came to know."""
    found: dict[str, object] = {}
    for resource in orders.stack.resources:
        if resource.get("custom"):
            # Type and name, without the components around it.
            name = str(resource["urn"]).partition("::pavedroad::")[2].rpartition("$")[2]
            outputs = cast("dict[str, object]", resource.get("outputs", {}))
            moving = MOVING.get(str(resource["type"]), ())
            left = {key: value for key, value in outputs.items() if key not in moving}
            found[name] = {"id": resource.get("id"), "inputs": resource.get("inputs"), "outputs": left}
    return found


@pytest.mark.xdist_group("orders")
def test_a_second_update_changes_nothing(orders: RunningOrders) -> None:
    again = orders.stack.up()

    assert again.outcome is Outcome.SUCCEEDED, again.errors
    assert set(again.changes) == {"same"}


@pytest.mark.xdist_group("orders")
def test_a_refresh_finds_what_was_made_and_nothing_else(orders: RunningOrders) -> None:
    before = facts(orders)

    found = orders.stack.refresh()

    assert found.outcome is Outcome.SUCCEEDED, found.errors
    after = facts(orders)
    assert after.keys() == before.keys()
    assert {name: (fact, after[name]) for name, fact in before.items() if after[name] != fact} == {}
    assert set(orders.stack.up().changes) == {"same"}


@pytest.mark.xdist_group("orders")
def test_drift_is_shown_by_a_refresh_and_mended_by_an_update(orders: RunningOrders) -> None:
    cloud = orders.cloud
    url = orders.queue_url()
    cloud.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "99"})
    cloud.client("logs").put_retention_policy(
        logGroupName=f"/aws/lambda/{PREFIX}-check-order", retentionInDays=1
    )
    cloud.client("lambda").update_function_configuration(
        FunctionName=f"{PREFIX}-check-order", MemorySize=1024
    )
    cloud.client("iam").delete_role_policy(
        RoleName=f"{PREFIX}-fulfil-orders",
        PolicyName=cloud.client("iam").list_role_policies(RoleName=f"{PREFIX}-fulfil-orders")["PolicyNames"][
            0
        ],
    )

    found = orders.stack.refresh()
    assert found.outcome is Outcome.SUCCEEDED, found.errors
    drifted = facts(orders)
    assert '"visibilityTimeoutSeconds": 99' in json.dumps(drifted["aws:sqs/queue:Queue::orders"])
    group = drifted["aws:cloudwatch/logGroup:LogGroup::orders-check-order-logs"]
    assert '"retentionInDays": 1,' in json.dumps(group)
    assert '"memorySize": 1024' in json.dumps(drifted["aws:lambda/function:Function::orders-check-order"])
    assert "aws:iam/rolePolicy:RolePolicy::orders-fulfil-orders-grants" not in drifted

    mended = orders.stack.up()
    assert mended.outcome is Outcome.SUCCEEDED, mended.errors
    attributes = cloud.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])
    assert attributes["Attributes"]["VisibilityTimeout"] == "12"
    configuration = cloud.client("lambda").get_function_configuration(FunctionName=f"{PREFIX}-check-order")
    assert configuration["MemorySize"] == 256
    assert cloud.client("iam").list_role_policies(RoleName=f"{PREFIX}-fulfil-orders")["PolicyNames"]
    assert set(orders.stack.up().changes) == {"same"}


def test_a_destroyed_stack_leaves_nothing_but_versions_of_its_layer(tmp_path: Path) -> None:
    with throw_away(waits=WAITS) as running:
        cloud = Cloud(running=running)
        before = inventory(cloud)
        stack = running_stack(cloud, tmp_path)
        made = stack.up()
        assert made.outcome is Outcome.SUCCEEDED, made.errors
        assert len(inventory(cloud)) > 50

        gone = stack.destroy()

        assert gone.outcome is Outcome.SUCCEEDED, gone.errors
        assert stack.resources == []
        assert before == []
        # The company layer keeps its versions on purpose: functions elsewhere may stand on them.
        assert inventory(cloud) == ["lambda: pavedroad-company"]


@pytest.fixture
def project(tmp_path: Path) -> Generator[Path]:
    """A project whose cloud is ended after the test."""
    yield tiny_project(tmp_path, MANY)
    stop(tmp_path / ".pavedroad" / "cloud")


def test_a_cloud_that_dies_in_an_update_is_told_and_made_up_for(project: Path) -> None:
    record = project / ".pavedroad" / "cloud" / "cloud.json"
    begun = start("up", "--yes", "--parallel", "2", cwd=project, env=IN_THE_CLOUD)
    state = project / ".pavedroad" / "state" / "dev.json"
    eventually(lambda: state.exists() and state.read_text(encoding="utf-8").count('"many-') > 10)
    first = json.loads(record.read_text(encoding="utf-8"))
    os.killpg(first["pid"], signal.SIGKILL)

    failed = begun.finish()

    assert failed.exit_code == 1
    told = " ".join(failed.stdout.replace("│", " ").split())  # lines are broken where the terminal ends
    assert "the local cloud at" in told
    assert "does not answer" in told
    assert "Traceback" not in failed.stdout + failed.stderr

    mended = run("up", "--yes", cwd=project, env=IN_THE_CLOUD)

    assert mended.exit_code == 0, mended.stdout + mended.stderr
    assert "the local cloud began anew since the last run" in mended.stderr
    second = json.loads(record.read_text(encoding="utf-8"))
    assert second["instance_id"] != first["instance_id"]
    queues = _queues(second["endpoint"])
    assert sorted(queues) == sorted(f"many-{number}" for number in range(40))
    again = run("up", "--yes", cwd=project, env=IN_THE_CLOUD)
    assert again.stdout.startswith("Nothing to do: 41 unchanged"), again.stdout


def test_what_runs_when_the_program_dies_of_a_failure_comes_to_its_end(project: Path) -> None:
    (project / "__main__.py").write_text(FAILING, encoding="utf-8")

    failed = run("up", "--yes", "--json", cwd=project, env=IN_THE_CLOUD)

    assert failed.exit_code == 1
    standings = {step["urn"].rpartition("::")[2]: step["standing"] for step in failed.document["steps"]}
    policies = {standing for name, standing in standings.items() if name.startswith("policy-")}
    assert policies <= {"failed", "not begun"}
    state = json.loads((project / ".pavedroad" / "state" / "dev.json").read_text(encoding="utf-8"))
    assert state["deployment"].get("pending_operations", []) == []


def _queues(endpoint: str) -> list[str]:
    import boto3  # noqa: PLC0415 - one use

    client = boto3.client(
        "sqs",
        endpoint_url=endpoint,
        region_name="eu-west-1",
        aws_access_key_id="111122223333",
        aws_secret_access_key="any",
    )
    return [url.rpartition("/")[2] for url in client.list_queues(MaxResults=1000).get("QueueUrls", [])]
