"""A function's log is written with its role."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.cloud_functions import ACCOUNT, deploy, make_role, unique

if TYPE_CHECKING:
    from tests.support.cloud import Cloud

CODE = "def handle(event, context): print('seen')"
GROUPS = f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:/aws/lambda/*:*"


def allow(*actions: str) -> dict[str, object]:
    return {"Effect": "Allow", "Action": [f"logs:{action}" for action in actions], "Resource": GROUPS}


def test_the_two_actions_on_the_group_s_streams_are_enough(cloud: Cloud) -> None:
    function = deploy(cloud, CODE, allow("CreateLogStream", "PutLogEvents"), may_log=False)

    function.call()

    assert "seen" in function.log()


@pytest.mark.parametrize("actions", [(), ("CreateLogStream",), ("PutLogEvents",)])
def test_without_one_of_them_nothing_is_written(cloud: Cloud, actions: tuple[str, ...]) -> None:
    function = deploy(cloud, CODE, *([allow(*actions)] if actions else []), may_log=False)

    assert function.call().error is None

    assert function.log() == []
    missing = "CreateLogStream" if "CreateLogStream" not in actions else "PutLogEvents"
    assert f"the log of {function.arn} is not written" in cloud.log()
    assert f"logs:{missing} on resource: arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:" in cloud.log()


@pytest.mark.parametrize("may_create", [True, False])
def test_a_missing_group_is_made_only_by_a_role_that_may(cloud: Cloud, may_create: bool) -> None:  # noqa: FBT001 - a case
    actions = ["CreateLogStream", "PutLogEvents", *(["CreateLogGroup"] if may_create else [])]
    function = deploy(cloud, CODE, allow(*actions), may_log=False)
    cloud.client("logs").delete_log_group(logGroupName=f"/aws/lambda/{function.name}")

    function.call()

    assert ("seen" in function.log()) is may_create


def test_the_log_follows_a_change_of_the_role_s_policy_at_once(cloud: Cloud) -> None:
    function = deploy(cloud, CODE)
    function.call()
    before = len(function.log())

    cloud.client("iam").delete_role_policy(RoleName=function.name, PolicyName="own")
    function.call()

    assert len(function.log()) == before


def test_a_role_of_another_function_is_not_asked(cloud: Cloud) -> None:
    make_role(cloud, unique("other"), allow("CreateLogStream", "PutLogEvents"))
    function = deploy(cloud, CODE, may_log=False)

    function.call()

    assert function.log() == []
