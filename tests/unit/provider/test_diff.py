"""What counts as a change, and which changes replace."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pulumi.runtime.proto import provider_pb2

from pavedroad.provider import sdk
from pavedroad.provider.computed import COMPUTED
from pavedroad.provider.replace import DELETE_FIRST, FORCES_NEW
from pavedroad.provider.sets import SETS
from tests.support.provider import ACCOUNT, FUNCTION, FUNCTION_INPUTS, QUEUE, UNKNOWN, secret

if TYPE_CHECKING:
    from tests.support.provider import Client, Plain, Props

ROLE = "aws:iam/role:Role"
KEY = "4dabf18193072939515e22adb298388d"
ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7"


def test_equal_inputs_are_no_change(aws: Client) -> None:
    answer = aws.diff(QUEUE, {"name": "q", "tags": {"a": "1"}}, {"name": "q", "tags": {"a": "1"}})

    assert answer.changes == provider_pb2.DiffResponse.DIFF_NONE
    assert not answer.diffs


def test_a_change_inside_a_map_is_told_by_its_path(aws: Client) -> None:
    old: Props = {"environment": {"variables": {"A": "1", "B": "2"}}}
    new: Props = {"environment": {"variables": {"A": "1", "B": "3", "C": "4"}}}

    answer = aws.diff(FUNCTION, old, new)

    assert list(answer.diffs) == ["environment"]
    assert {path: item.kind for path, item in answer.detailedDiff.items()} == {
        "environment.variables.B": provider_pb2.PropertyDiff.UPDATE,
        "environment.variables.C": provider_pb2.PropertyDiff.ADD,
    }
    assert not answer.replaces


def test_list_elements_and_odd_keys_have_paths(aws: Client) -> None:
    answer = aws.diff(FUNCTION, {"layers": ["a", "b"], "tags": {"x y": "1"}}, {"layers": ["a"]})

    assert {path: item.kind for path, item in answer.detailedDiff.items()} == {
        "layers[1]": provider_pb2.PropertyDiff.DELETE,
        "tags": provider_pb2.PropertyDiff.DELETE,
    }


@pytest.mark.parametrize(
    ("token", "old", "new"),
    [
        (QUEUE, {"name": "a"}, {"name": "b"}),
        (QUEUE, {"name": "a", "fifoQueue": False}, {"name": "a", "fifoQueue": True}),
        (FUNCTION, {"region": "eu-west-1"}, {"region": "eu-west-2"}),
        ("aws:dynamodb/table:Table", {"hashKey": "a"}, {"hashKey": "b"}),
        ("aws:lambda/permission:Permission", {"action": "a"}, {"action": "b"}),
        ("aws:lambda/layerVersion:LayerVersion", {"s3Key": "a"}, {"s3Key": "b"}),
        ("aws:s3/bucket:Bucket", {"bucket": "a"}, {"bucket": "b"}),
        ("aws:workspacesweb/portal:Portal", {"customerManagedKey": "a"}, {"customerManagedKey": "b"}),
    ],
)
def test_these_changes_replace(aws: Client, token: str, old: Props, new: Props) -> None:
    answer = aws.diff(token, old, new)

    assert answer.changes == provider_pb2.DiffResponse.DIFF_SOME
    assert len(answer.replaces) == 1
    assert answer.detailedDiff[answer.replaces[0]].kind in {
        provider_pb2.PropertyDiff.ADD_REPLACE,
        provider_pb2.PropertyDiff.UPDATE_REPLACE,
    }


def test_a_layer_that_only_changes_what_happens_at_the_end_stays(aws: Client) -> None:
    answer = aws.diff("aws:lambda/layerVersion:LayerVersion", {"skipDestroy": False}, {"skipDestroy": True})

    assert not answer.replaces


def test_archives_are_compared_by_hash_alone(aws: Client) -> None:
    old: Props = {"code": {KEY: ARCHIVE, "hash": "1", "path": "a.zip"}}

    assert not aws.diff(FUNCTION, old, {"code": {KEY: ARCHIVE, "hash": "1"}}).diffs
    assert list(aws.diff(FUNCTION, old, {"code": {KEY: ARCHIVE, "hash": "2", "path": "a.zip"}}).diffs) == [
        "code"
    ]


def test_a_documents_spacing_is_no_change(aws: Client) -> None:
    old: Props = {"name": "r", "assumeRolePolicy": '{"Version": "2012-10-17"}'}

    assert not aws.diff(ROLE, old, {"name": "r", "assumeRolePolicy": '{"Version":"2012-10-17"}'}).diffs
    assert aws.diff(ROLE, old, {"name": "r", "assumeRolePolicy": '{"Version":"2008-10-17"}'}).diffs


def test_the_secret_mark_alone_is_no_change(aws: Client) -> None:
    assert not aws.diff(QUEUE, {"policy": "{}"}, {"policy": secret("{}")}).diffs


def test_what_becomes_unknown_is_a_change(aws: Client) -> None:
    assert list(aws.diff(QUEUE, {"policy": "{}"}, {"policy": UNKNOWN}).diffs) == ["policy"]


def test_ignored_paths_do_not_count(aws: Client) -> None:
    old: Props = {"tags": {"a": "1", "b": "1"}}

    answer = aws.diff(QUEUE, old, {"tags": {"a": "2", "b": "2"}}, ["tags.a"])

    assert list(answer.detailedDiff) == ["tags.b"]


def test_a_given_name_must_be_free_before_the_new_one_is_made(aws: Client) -> None:
    given = aws.diff(QUEUE, {"name": "a", "fifoQueue": False}, {"name": "a", "fifoQueue": True})
    automatic = aws.diff(
        QUEUE,
        {"name": "a", "__defaults": ["name"], "fifoQueue": False},
        {"name": "a", "__defaults": ["name"], "fifoQueue": True},
    )

    assert given.deleteBeforeReplace
    assert not automatic.deleteBeforeReplace


def test_an_update_keeps_what_aws_computed_and_counts_on(aws: Client) -> None:
    inputs: Props = {"name": "f", "role": "r", "publish": True, "timeout": 3}
    made = aws.create(FUNCTION, "f", inputs, preview=False)
    request = provider_pb2.UpdateRequest(
        id=made.id, urn="urn:pulumi:dev::shop::aws:lambda/function:Function::f", preview=False
    )
    request.olds.update(made.outputs)
    request.news.update({**inputs, "timeout": 5})

    updated = aws.stub.Update(request).properties
    request.preview = True
    previewed = aws.stub.Update(request).properties

    assert updated["version"] == "2"
    assert updated["arn"] == made.outputs["arn"]
    assert updated["timeout"] == 5
    assert previewed["version"] == UNKNOWN


def test_every_row_names_a_type_and_properties_of_the_sdk() -> None:
    wrong = [
        f"{token}.{path}"
        for token, paths in FORCES_NEW.items()
        for path in paths - {"*"}
        if path.partition(".")[0] not in sdk.shape(token).inputs
    ]

    assert wrong == []
    assert sdk.tokens() >= DELETE_FIRST


TABLE = "aws:dynamodb/table:Table"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"


def attribute(name: str) -> Plain:
    return {"name": name, "type": "S"}


@pytest.mark.parametrize(
    ("token", "old", "new"),
    [
        (ALARM, {"alarmActions": ["a", "b"]}, {"alarmActions": ["b", "a"]}),
        (
            TABLE,
            {"attributes": [attribute("a"), attribute("b")]},
            {"attributes": [attribute("b"), attribute("a")]},
        ),
        (
            FUNCTION,
            {"vpcConfig": {"subnetIds": ["a", "b"], "securityGroupIds": ["c"]}},
            {"vpcConfig": {"subnetIds": ["b", "a"], "securityGroupIds": ["c"]}},
        ),
    ],
)
def test_the_order_of_what_aws_keeps_without_order_is_no_change(
    aws: Client, token: str, old: Props, new: Props
) -> None:
    assert not aws.diff(token, old, new).diffs


def test_other_members_and_the_order_of_layers_are_changes(aws: Client) -> None:
    assert aws.diff(ALARM, {"alarmActions": ["a", "a"]}, {"alarmActions": ["a", "b"]}).diffs
    assert aws.diff(FUNCTION, {"layers": ["a", "b"]}, {"layers": ["b", "a"]}).diffs


def test_to_say_what_is_so_by_default_is_no_change_and_neither_is_to_leave_it_out(aws: Client) -> None:
    silent = aws.make(QUEUE, "q", {"name": "orders"})
    spoken = aws.make(QUEUE, "p", {"name": "others", "visibilityTimeoutSeconds": 30})

    assert aws.difference(silent, {"name": "orders", "visibilityTimeoutSeconds": 30}) == {}
    assert aws.difference(spoken, {"name": "others"}) == {}
    assert list(aws.difference(silent, {"name": "orders", "visibilityTimeoutSeconds": 31})) == [
        "visibilityTimeoutSeconds"
    ]
    assert list(aws.difference(spoken, {"name": "others", "delaySeconds": 1})) == ["delaySeconds"]


def test_a_block_that_says_what_was_filled_in_is_no_change(aws: Client) -> None:
    given: Props = {**FUNCTION_INPUTS, "name": "f", "loggingConfig": {"logFormat": "JSON"}}
    made = aws.make(FUNCTION, "f", given)
    full: Props = {"logFormat": "JSON", "logGroup": "/aws/lambda/f"}

    assert aws.difference(made, {**given, "loggingConfig": full}) == {}
    assert list(aws.difference(made, {**given, "loggingConfig": {**full, "logGroup": "/x"}})) == [
        "loggingConfig.logGroup"
    ]


def test_own_tags_show_as_tags_and_not_twice(aws: Client) -> None:
    made = aws.make(QUEUE, "q", {"name": "orders", "tags": {"a": "1"}})

    assert list(aws.difference(made, {"name": "orders", "tags": {"a": "2"}})) == ["tags.a"]
    aws.configure(region="eu-west-1", allowedAccountIds=[ACCOUNT], defaultTags={"tags": {"team": "road"}})
    assert list(aws.difference(made, {"name": "orders", "tags": {"a": "1"}})) == ["tagsAll.team"]


def test_every_unordered_list_is_an_input_of_the_sdk() -> None:
    wrong = [
        f"{token}.{path}"
        for token, paths in SETS.items()
        for path in paths
        if path.partition(".")[0] not in sdk.shape(token).inputs
    ]

    assert wrong == []


@pytest.mark.parametrize(
    ("token", "there", "left"),
    [
        ("aws:apigateway/apiKey:ApiKey", {"name": "k", "value": secret("v" * 20)}, {"name": "k"}),
        ("aws:cognito/userPool:UserPool", {"name": "p", "userPoolTier": "PLUS"}, {"name": "p"}),
        (QUEUE, {"name": "q", "policy": "{}", "redrivePolicy": "{}"}, {"name": "q"}),
        (
            "aws:apigateway/methodSettings:MethodSettings",
            {"settings": {"loggingLevel": "INFO", "throttlingBurstLimit": 5000}},
            {"settings": {}},
        ),
    ],
)
def test_to_leave_out_what_aws_goes_on_to_have_is_no_change(
    aws: Client, token: str, there: Props, left: Props
) -> None:
    assert not aws.diff(token, there, left).diffs


def test_to_leave_out_a_limit_or_to_empty_a_policy_is_a_change(aws: Client) -> None:
    settings = "aws:apigateway/methodSettings:MethodSettings"

    assert aws.diff(settings, {"settings": {"throttlingBurstLimit": 10}}, {"settings": {}}).diffs
    assert aws.diff(QUEUE, {"policy": '{"a": 1}'}, {"policy": ""}).diffs


def test_every_computed_input_is_one_of_the_sdk() -> None:
    wrong = [
        f"{token}.{path}"
        for token, paths in COMPUTED.items()
        for path in paths
        if path.partition(".")[0] not in sdk.shape(token).inputs
    ]

    assert wrong == []
