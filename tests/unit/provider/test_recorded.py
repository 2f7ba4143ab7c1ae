"""Recorded types in the durable record: each resource exists exactly once, whatever was interrupted."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from typing import TYPE_CHECKING

import grpc
import pytest

from pavedroad.provider.identity import _TAKEN  # pyright: ignore[reportPrivateUsage] - the table under test
from pavedroad.provider.predict.tables import ROWS
from pavedroad.provider.record_file import RecordFile
from pavedroad.provider.store import Place
from tests.support.provider import (
    ACCOUNT,
    FUNCTION,
    FUNCTION_INPUTS,
    QUEUE,
    REGION,
    UNKNOWN,
    Kept,
    provider,
    secret,
    seed_of,
    urn,
)
from tests.unit.provider.good_resources import GOOD, TRUST

if TYPE_CHECKING:
    from pathlib import Path

    from pavedroad.provider.store import Record
    from tests.support.provider import Client, Props

ROLE = "aws:iam/role:Role"
ROLE_INPUTS: Props = {"assumeRolePolicy": TRUST}
LAYER = "aws:lambda/layerVersion:LayerVersion"
LAYER_INPUTS: Props = {"layerName": "company", "s3Bucket": "shop-artifacts", "s3Key": "k"}
PERMISSION = "aws:lambda/permission:Permission"
SIGNING = "aws:lambda/codeSigningConfig:CodeSigningConfig"
PROFILE = f"arn:aws:signer:{REGION}:{ACCOUNT}:/signing-profiles/shop_dev/abcdefghij"
GOOD_SIGNING: Props = {"allowedPublishers": {"signingProfileVersionArns": [PROFILE]}}
PUBLISHED: Props = {**FUNCTION_INPUTS, "name": "f", "publish": True, "timeout": 3}


def rows(path: Path) -> list[tuple[str, ...]]:
    connection = sqlite3.connect(path)
    try:
        return connection.execute("SELECT type, id FROM record ORDER BY type, id").fetchall()
    finally:
        connection.close()


def refused(call: pytest.ExceptionInfo[grpc.RpcError]) -> str:
    return str(call.value.details())


def test_what_was_made_outlives_the_process(path: Path) -> None:
    with provider(store=RecordFile(path)) as first:
        made = first.make(QUEUE, "orders", {"name": "orders", "tags": {"a": "b"}})
    with provider(store=RecordFile(path)) as second:
        found = second.refresh(made)

    assert found == made
    assert made.outputs["__kind"] == "recorded"
    assert rows(path) == [(QUEUE, made.id)]


def test_a_create_that_was_interrupted_is_found_again(cloud: Client, path: Path) -> None:
    """The answer never reached the engine, which asks again in another run."""
    for token, inputs in {QUEUE: {}, LAYER: LAYER_INPUTS, SIGNING: GOOD_SIGNING, FUNCTION: PUBLISHED}.items():
        first, second = (cloud.make(token, "x", inputs) for _ in range(2))
        assert first == second
    assert len(rows(path)) == 4


def test_what_an_interrupted_create_has_made_is_told_without_its_id(cloud: Client) -> None:
    """For a destroy, which makes nothing again: the seed in the inputs is all that the engine has."""
    made = cloud.make(QUEUE, "orders", {"delaySeconds": 1, "tags": {"token": secret("hush")}})
    other = cloud.make(QUEUE, "other", {})
    cloud.delete(other)

    assert cloud.read(QUEUE, "orders", "", made.inputs) == made
    assert cloud.read(QUEUE, "other", "", other.inputs).id == ""
    assert cloud.read(QUEUE, "orders", "").id == ""


def test_an_interrupted_create_takes_what_the_program_says_by_now(cloud: Client, path: Path) -> None:
    cloud.make(QUEUE, "orders", {"delaySeconds": 1})

    again = cloud.make(QUEUE, "orders", {"delaySeconds": 2})

    assert again.outputs["delaySeconds"] == 2
    assert len(rows(path)) == 1


@pytest.mark.parametrize(
    ("token", "inputs", "words"),
    [
        (ROLE, {**ROLE_INPUTS, "name": "taken"}, "EntityAlreadyExists"),
        (QUEUE, {"name": "taken"}, "QueueAlreadyExists"),
        (FUNCTION, {**FUNCTION_INPUTS, "name": "taken"}, "ResourceConflictException"),
        (
            PERMISSION,
            {
                "action": "lambda:InvokeFunction",
                "function": "f",
                "principal": "sns.amazonaws.com",
                "statementId": "taken",
            },
            "Conflict",
        ),
        ("aws:secretsmanager/secret:Secret", {"name": "taken"}, "ResourceExistsException"),
    ],
)
def test_another_resource_under_a_taken_name_is_refused(
    path: Path, token: str, inputs: Props, words: str
) -> None:
    with provider(store=RecordFile(path)) as first:
        first.make(token, "mine", inputs)
    with (
        provider(store=RecordFile(path)) as second,
        pytest.raises(grpc.RpcError) as error,
    ):
        second.make(token, "yours", inputs)

    assert words in refused(error)
    assert "taken already exists, made by urn:pulumi:dev::shop::" in refused(error)
    assert "::mine" in refused(error)
    assert len(rows(path)) == 1


def test_the_same_statement_id_on_two_functions_is_two_permissions(cloud: Client, path: Path) -> None:
    inputs: Props = {"action": "lambda:InvokeFunction", "principal": "sns.amazonaws.com", "statementId": "s"}
    first = cloud.make(PERMISSION, "a", {**inputs, "function": "f"})
    cloud.make(PERMISSION, "b", {**inputs, "function": "g"})

    assert len(rows(path)) == 2
    cloud.delete(first)
    assert cloud.read(PERMISSION, "b", "g/s").inputs["function"] == "g"
    assert cloud.read(PERMISSION, "a", "f/s").id == ""


def test_names_of_iam_are_taken_in_all_regions(path: Path) -> None:
    with provider(store=RecordFile(path)) as here:
        here.make(ROLE, "mine", {**ROLE_INPUTS, "name": "taken"})
        here.make(QUEUE, "mine", {"name": "q"})
    with provider(store=RecordFile(path), region="us-east-1") as there:
        there.make(QUEUE, "yours", {"name": "q"})
        with pytest.raises(grpc.RpcError):
            there.make(ROLE, "yours", {**ROLE_INPUTS, "name": "taken"})
    with provider(store=RecordFile(path), account="444455556666") as elsewhere:
        elsewhere.make(ROLE, "yours", {**ROLE_INPUTS, "name": "taken"})


@pytest.mark.parametrize("token", sorted(ROWS))
def test_a_replacement_is_another_resource_and_outlives_the_old_one(
    cloud: Client, path: Path, token: str
) -> None:
    """Create before delete, for each type: only what AWS names after its inputs keeps its id."""
    inputs = GOOD.get(token, {})
    old = kept(cloud, token, inputs, replaces="")
    new = kept(cloud, token, inputs, replaces=old.id)

    cloud.delete(old)

    assert cloud.refresh(new).id == new.id
    assert len(rows(path)) == 1
    again = kept(cloud, token, inputs, replaces=old.id)
    assert again.id == new.id
    cloud.delete(new)
    assert rows(path) == []


def kept(cloud: Client, token: str, inputs: Props, *, replaces: str) -> Kept:
    """Made without the refusals of Check, which are not the matter here."""
    checked = cloud.check(token, "x", inputs, seed=seed_of(urn(token, "x"), replaces))
    made = cloud.create(token, "x", checked.inputs, preview=False)
    return Kept(token, "x", made.id, checked.inputs, made.outputs)


@pytest.mark.parametrize(
    "token",
    [
        SIGNING,
        "aws:apigatewayv2/api:Api",
        "aws:apigatewayv2/route:Route",
        "aws:kms/key:Key",
        "aws:ec2/vpc:Vpc",
        "aws:lambda/eventSourceMapping:EventSourceMapping",
        "aws:signer/signingJob:SigningJob",
        "aws:ec2/placementGroup:PlacementGroup",
        QUEUE,
    ],
)
def test_a_replacement_has_an_id_of_its_own(cloud: Client, token: str) -> None:
    old = kept(cloud, token, {}, replaces="")
    new = kept(cloud, token, {}, replaces=old.id)

    assert old.id != new.id


def test_layer_versions_count_on_after_a_delete(cloud: Client, path: Path) -> None:
    first = cloud.make(LAYER, "l", LAYER_INPUTS)
    second = cloud.make(LAYER, "l", {**LAYER_INPUTS, "s3Key": "k2"}, replaces=first.id)
    cloud.delete(first)
    cloud.delete(second)
    third = cloud.make(LAYER, "other", LAYER_INPUTS)

    assert [made.outputs["version"] for made in (first, second, third)] == ["1", "2", "3"]
    assert third.id == f"arn:aws:lambda:{REGION}:{ACCOUNT}:layer:company:3"
    assert len(rows(path)) == 1


def test_a_function_counts_a_version_for_each_change_of_its_content(cloud: Client) -> None:
    made = cloud.make(FUNCTION, "f", PUBLISHED)
    tagged = cloud.change(made, {**PUBLISHED, "tags": {"a": "b"}})
    changed = cloud.change(tagged, {**PUBLISHED, "tags": {"a": "b"}, "timeout": 5})
    same = cloud.change(changed, {**PUBLISHED, "tags": {"a": "b"}, "timeout": 5})

    assert [item.outputs["version"] for item in (made, tagged, changed, same)] == ["1", "1", "2", "2"]
    assert str(changed.outputs["qualifiedArn"]).endswith(":function:f:2")
    assert str(changed.outputs["qualifiedInvokeArn"]).endswith(":function:f:2/invocations")


def test_an_update_that_was_interrupted_does_not_count_twice(cloud: Client) -> None:
    made = cloud.make(FUNCTION, "f", PUBLISHED)

    first, second = (cloud.change(made, {**PUBLISHED, "timeout": 5}) for _ in range(2))

    assert first == second
    assert second.outputs["version"] == "2"


def test_a_state_machine_counts_versions_only_when_it_publishes(cloud: Client) -> None:
    token = "aws:sfn/stateMachine:StateMachine"
    good = {**GOOD[token], "name": "flow"}
    plain = cloud.make(token, "a", good)
    published = cloud.change(plain, {**good, "publish": True})
    spaced = cloud.change(published, {**good, "publish": True, "definition": f" {good['definition']}"})

    assert plain.outputs["stateMachineVersionArn"] == ""
    assert str(published.outputs["stateMachineVersionArn"]).endswith(":stateMachine:flow:1")
    assert spaced.outputs["stateMachineVersionArn"] == published.outputs["stateMachineVersionArn"]


def test_new_content_of_an_object_is_a_new_version_of_it(cloud: Client) -> None:
    token = "aws:s3/bucketObjectv2:BucketObjectv2"
    made = cloud.make(token, "o", {"bucket": "b", "key": "k", "content": "1"})
    tagged = cloud.change(made, {"bucket": "b", "key": "k", "content": "1", "tags": {"a": "b"}})
    changed = cloud.change(tagged, {"bucket": "b", "key": "k", "content": "2", "tags": {"a": "b"}})

    assert tagged.outputs["versionId"] == made.outputs["versionId"]
    assert changed.outputs["versionId"] != made.outputs["versionId"]
    assert len(str(changed.outputs["versionId"])) == 32


def test_a_preview_of_a_change_knows_all_but_what_is_counted(cloud: Client) -> None:
    made = cloud.make(FUNCTION, "f", PUBLISHED)

    tagged = cloud.change(made, {**PUBLISHED, "tags": {"a": "b"}}, preview=True)
    changed = cloud.change(made, {**PUBLISHED, "timeout": 5}, preview=True)

    assert [key for key, value in tagged.outputs.items() if value == UNKNOWN] == []
    assert {key for key, value in changed.outputs.items() if value == UNKNOWN} == {
        "version",
        "qualifiedArn",
        "qualifiedInvokeArn",
        "lastModified",
    }
    assert changed.outputs["arn"] == made.outputs["arn"]


def test_a_delete_of_what_is_gone_is_well(cloud: Client, path: Path) -> None:
    made = cloud.make(QUEUE, "q", {})
    cloud.delete(made)
    cloud.delete(made)

    assert rows(path) == []
    assert cloud.refresh(made).id == ""


def test_an_update_of_what_is_gone_is_refused(cloud: Client) -> None:
    made = cloud.make(QUEUE, "q", {})
    cloud.delete(made)

    with pytest.raises(grpc.RpcError) as error:
        cloud.change(made, {"delaySeconds": 3})

    assert "ResourceNotFoundException" in refused(error)
    assert "pavedroad refresh" in refused(error)


def test_an_import_finds_the_resource_by_its_id_alone(cloud: Client) -> None:
    made = cloud.make(QUEUE, "q", {"name": "orders", "delaySeconds": 3})

    found = cloud.read(QUEUE, "another", made.id)

    assert (found.id, found.inputs, found.outputs) == (made.id, made.inputs, made.outputs)
    assert cloud.read(QUEUE, "q", "https://sqs.eu-west-1.amazonaws.com/111122223333/nobody").id == ""


def test_what_aws_itself_has_can_be_read_by_its_id(cloud: Client) -> None:
    found = cloud.read("aws:iam/policy:Policy", "p", "arn:aws:iam::aws:policy/ReadOnlyAccess")

    assert found.id == "arn:aws:iam::aws:policy/ReadOnlyAccess"


def test_without_a_record_the_state_is_believed_and_an_id_is_taken_for_true(aws: Client) -> None:
    made = aws.make(QUEUE, "q", {})
    with provider() as other:
        assert other.refresh(made) == made
        assert other.read("aws:dynamodb/table:Table", "t", "orders").outputs["name"] == "orders"
        assert other.change(made, {"delaySeconds": 3}).outputs["delaySeconds"] == 3


def test_an_id_of_several_resources_is_no_import(cloud: Client) -> None:
    inputs: Props = {"action": "lambda:InvokeFunction", "principal": "sns.amazonaws.com", "statementId": "s"}
    for function in ("f", "g"):
        cloud.make(PERMISSION, function, {**inputs, "function": function})

    with pytest.raises(grpc.RpcError) as error:
        cloud.read(PERMISSION, "x", "s")

    assert "2 resources" in refused(error)
    assert "(f, g)" in refused(error)


def test_drift_shows_in_a_refresh(path: Path) -> None:
    store = RecordFile(path)
    with provider(store=store) as client:
        made = client.make(QUEUE, "q", {"name": "orders", "delaySeconds": 3})
        (record,) = store.all(_place(QUEUE))
        store.put(_with_delay(record, 9))
        found = client.refresh(made)
        back = client.difference(found, {"name": "orders", "delaySeconds": 3})

    assert found.inputs["delaySeconds"] == found.outputs["delaySeconds"] == 9
    assert list(back) == ["delaySeconds"]


def _place(token: str) -> Place:
    return Place(ACCOUNT, REGION, token)


def _with_delay(record: Record, seconds: int) -> Record:
    return replace(
        record,
        inputs={**record.inputs, "delaySeconds": seconds},
        outputs={**record.outputs, "delaySeconds": seconds},
    )


def test_secrets_stand_in_no_file_in_clear_and_come_back_marked(path: Path) -> None:
    hidden = "correct horse battery staple"
    inputs: Props = {
        **FUNCTION_INPUTS,
        "environment": {"variables": {"TOKEN": secret(hidden), "PLAIN": "seen by all"}},
    }
    with provider(store=RecordFile(path)) as client:
        made = client.make(FUNCTION, "f", inputs)
        changed = client.change(made, {**inputs, "timeout": 9})
    with provider(store=RecordFile(path)) as client:
        found = client.read(FUNCTION, "f", made.id)

    raw = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert b"seen by all" in raw
    assert hidden.encode() not in raw
    assert found.outputs == changed.outputs
    assert found.inputs["environment"] == inputs["environment"]
    assert [file.stat().st_mode & 0o077 for file in path.parent.iterdir()] == [0] * len(
        list(path.parent.iterdir())
    )


def test_a_refresh_keeps_the_secret_marks_of_the_state(cloud: Client) -> None:
    made = cloud.make(QUEUE, "q", {"name": "orders", "policy": "{}"})
    inputs = {**made.inputs, "policy": secret("{}")}

    found = cloud.read(QUEUE, "q", made.id, inputs, {**made.outputs, "policy": secret("{}")})

    assert found.inputs["policy"] == secret("{}")
    assert found.outputs["policy"] == secret("{}")


def test_every_taken_name_is_one_of_a_type_with_a_line() -> None:
    assert set(_TAKEN) <= set(ROWS)
