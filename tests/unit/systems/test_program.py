"""The whole program on the recording mock, for every environment."""

from __future__ import annotations

import functools
import runpy
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from systems.alarm_mail import AlarmMail, AlarmMailArgs
from systems.order_processing.system import OrderProcessing
from systems.settings import SettingsError
from tests.support.settings import load, orders, project, run_program

if TYPE_CHECKING:
    from collections.abc import Mapping

    from components._base import Component
    from tests.support.mocks import Recording

ROOT = Path(__file__).resolve().parents[3]


def run(stack: str, *, directory: Path = ROOT, preview: bool = False) -> Recording:
    """Run __main__.py as a stack; its settings are those of `directory`."""
    program = directory / "__main__.py"
    if directory != ROOT:
        program.symlink_to(ROOT / "__main__.py")

    def build() -> None:
        runpy.run_path(str(program), run_name="__main__")

    with pytest.MonkeyPatch.context() as patch:
        return run_program(patch, build, directory=directory, stack=stack, preview=preview)


@functools.cache
def ours(stack: str, *, preview: bool = False) -> Recording:
    """One of our own environments, built once for all tests that only look at it."""
    return run(stack, preview=preview)


@pytest.mark.parametrize("preview", [True, False])
@pytest.mark.parametrize("stack", ["dev", "prod", "sandbox"])
def test_every_environment_can_be_built(stack: str, *, preview: bool) -> None:
    recording = ours(stack, preview=preview)
    settings = load(ROOT, stack)

    assert recording.names("pavedroad:systems:Foundation") == {"foundation"}
    assert recording.names("pavedroad:systems:OrderProcessing") == {"order-processing"}
    assert list(recording.values) == ["order_processing"]
    names = [q.inputs["name"] for q in recording.of_type("aws:sqs/queue:Queue")]
    assert all(name.startswith(f"pavedroad-{stack}-") for name in names)
    (table,) = recording.of_type("aws:dynamodb/table:Table")
    assert table.protect is (settings.tier == "production")


def test_one_provider_guards_the_account_and_tags_everything() -> None:
    recording = ours("prod")
    inputs = recording.one("pulumi:providers:aws", "aws").inputs

    assert inputs["region"] == "eu-west-1"
    assert inputs["allowedAccountIds"] == '["444455556666"]'
    tags = '"project":"pavedroad","env":"prod","owner":"platform","cost_centre":"platform-serverless"'
    assert inputs["defaultTags"].replace(" ", "") == f'{{"tags":{{{tags}}}}}'


def test_only_production_calls_somebody() -> None:
    token = "aws:sns/topicSubscription:TopicSubscription"

    assert ours("dev").of_type(token) == []
    subscription = ours("prod").one(token)
    assert subscription.inputs["endpoint"] == "platform-alarms@example.com"
    assert subscription.inputs["protocol"] == "email"


@pytest.mark.parametrize("addresses", [(), ("a@b.example", "a@b.example")])
def test_mail_to_nobody_or_twice_is_refused(addresses: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="addresses: got "):
        AlarmMailArgs(topic_arn="arn:aws:sns:eu-west-1:111122223333:alarms", addresses=addresses)


def outputs(recording: Recording) -> Mapping[str, object]:
    return recording.values["order_processing"]


def test_the_exports_stand_under_the_name_of_the_system() -> None:
    exported = outputs(ours("sandbox"))

    assert exported["table_name"] == "pavedroad-sandbox-orders"
    assert str(exported["queue_url"]).endswith("/pavedroad-sandbox-orders")


def test_a_system_that_is_not_enabled_is_not_built(tmp_path: Path) -> None:
    project(tmp_path, dev=orders(batch_size=5))

    recording = run("dev", directory=tmp_path)

    assert recording.of_type("pavedroad:systems:OrderProcessing") == []
    assert recording.values == {}


def test_bad_settings_stop_the_program_before_the_first_resource(
    tmp_path: Path,
) -> None:
    project(tmp_path, dev=orders(batch_size=0, retension_seconds=1))

    with pytest.raises(SettingsError, match="2 problems in the settings"):
        run("dev", directory=tmp_path)


def test_warnings_are_shown(tmp_path: Path) -> None:
    project(tmp_path, dev=orders(retention_seconds=600))

    recording = run("dev", directory=tmp_path)

    assert any("orders expire before the alarm fires" in warning for warning in recording.warnings)


@pytest.mark.parametrize(
    ("component", "token"),
    [(OrderProcessing, "pavedroad:systems:OrderProcessing"), (AlarmMail, "pavedroad:systems:AlarmMail")],
)
def test_type_tokens_stay(component: type[Component], token: str) -> None:
    """A token is part of every child's URN: a change replaces what is there."""
    assert token == component.TYPE
