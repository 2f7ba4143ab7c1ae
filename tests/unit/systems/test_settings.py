"""Where settings come from, what wins, and what a user reads when they are wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
import pytest

from systems.settings import SettingsError, resolve
from systems.settings._source import running_stack
from tests.support.settings import (
    TODAY,
    as_config,
    load,
    orders,
    problems,
    project,
    run_program,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from systems.settings import Source

ROOT_STACKS = ("dev", "prod", "sandbox")


def orders_of(directory: Path, stack: str = "dev") -> Mapping[str, object]:
    return load(directory, stack).systems.order_processing.model_dump()


def test_later_layers_win_and_maps_are_merged(tmp_path: Path) -> None:
    """Default < profile < base < parent < own, each seen in one value that the next does not touch."""
    project(
        tmp_path,
        base={"tier": "production", **orders(batch_size=1, retry_delay_seconds=1, max_order_total=1)},
        dev=orders(retry_delay_seconds=2, max_order_total=2)
        | {"foundation": {"alarm_emails": ["a@b.example"]}},
        test={"inherits": "dev", **orders(max_order_total=3)},
    )

    found = orders_of(tmp_path, "test")
    assert found["max_receive_count"] == 5  # default
    assert found["log_retention_days"] == 90  # profile
    assert found["batch_size"] == 1  # base
    assert found["retry_delay_seconds"] == 2  # parent
    assert found["max_order_total"] == 3  # own


def test_lists_are_replaced_whole(tmp_path: Path) -> None:
    project(tmp_path, base=orders(currencies=["EUR", "USD"]), dev=orders(currencies=["CHF"]))

    assert orders_of(tmp_path)["currencies"] == ("CHF",)


def test_a_development_environment_keeps_the_default_where_a_profile_differs(tmp_path: Path) -> None:
    project(tmp_path, dev={})

    assert orders_of(tmp_path)["log_retention_days"] == 30


def test_base_can_raise_what_the_profile_gives(tmp_path: Path) -> None:
    project(
        tmp_path,
        base=orders(log_retention_days=365),
        prod={"tier": "production", "foundation": {"alarm_emails": ["a@b.example"]}},
    )

    assert orders_of(tmp_path, "prod")["log_retention_days"] == 365


def test_names_tags_and_place_are_filled_in(tmp_path: Path) -> None:
    project(tmp_path, dev={})

    settings = load(tmp_path)
    assert (settings.project, settings.environment, settings.tier) == ("pavedroad", "dev", "development")
    assert (settings.region, settings.account, settings.partition) == ("eu-west-1", "111122223333", "aws")
    assert settings.tags == {
        "project": "pavedroad",
        "env": "dev",
        "owner": "platform",
        "cost_centre": "1000",
    }


def test_the_name_of_an_environment_is_not_inherited(tmp_path: Path) -> None:
    project(tmp_path, dev={"environment": "development"}, test={"inherits": "dev"})

    assert load(tmp_path, "dev").environment == "development"
    assert load(tmp_path, "test").environment == "test"


@pytest.mark.parametrize(
    ("region", "partition"), [("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov"), ("us-east-1", "aws")]
)
def test_the_partition_follows_from_the_region(tmp_path: Path, region: str, partition: str) -> None:
    project(tmp_path, raw={"aws:region": region}, dev={})

    assert load(tmp_path).partition == partition


def test_systems_are_off_until_they_are_enabled(tmp_path: Path) -> None:
    project(tmp_path, dev={}, test=orders(enabled=True))

    assert load(tmp_path, "dev").enabled_systems == frozenset()
    assert load(tmp_path, "test").enabled_systems == {"order_processing"}


UNKNOWN = [
    (
        orders(retension_seconds=1),
        "unknown setting `order_processing.retension_seconds`; did you mean `retention_seconds`?",
    ),
    (
        orders(provisioned_pollers={"min": 2, "max": 3, "mox": 4}),
        "unknown setting `order_processing.provisioned_pollers.mox`; did you mean `max`?",
    ),
    (
        {"systems": {"order_procesing": {}}},
        "unknown system `order_procesing`; did you mean `order_processing`?",
    ),
    ({"teir": "production"}, "unknown setting `pavedroad:teir`; did you mean `tier`?"),
    ({"tags": {"ownr": "red"}}, "unknown setting `pavedroad:tags.ownr`; did you mean `owner`?"),
    ({"inherit": "dev"}, "unknown setting `pavedroad:inherit`; did you mean `inherits`?"),
    (
        {"tags": {"zzz": "red"}},
        "unknown setting `pavedroad:tags.zzz`; allowed: cost_centre, env, owner, project",
    ),
]


@pytest.mark.parametrize(("keys", "text"), UNKNOWN)
def test_an_unknown_key_is_named_with_the_nearest_known_one(
    tmp_path: Path, keys: dict[str, object], text: str
) -> None:
    project(tmp_path, dev=keys)

    assert problems(tmp_path) == [f"{text} (Pulumi.dev.yaml)"]


def test_everything_wrong_is_reported_in_one_error(tmp_path: Path) -> None:
    """Field, unknown key, conflict, place: four places, one message, sorted by path."""
    project(
        tmp_path,
        base=orders(batch_size=0),
        raw={"aws:region": "Ireland"},
        dev=orders(colour="red", dlq_retention_seconds=60),
    )

    with pytest.raises(SettingsError) as caught:
        load(tmp_path)

    assert str(caught.value) == (
        "stack dev: 4 problems in the settings\n"
        "  - aws:region: got 'Ireland', allowed an AWS region such as eu-west-1 (Pulumi.dev.yaml)\n"
        "  - order_processing.batch_size: got 0, allowed 1 to 10000 (Pulumi.yaml)\n"
        "  - unknown setting `order_processing.colour`; allowed: "
        + ", ".join(sorted(orders_of(project(tmp_path, dev={}))))
        + " (Pulumi.dev.yaml)\n"
        "  - order_processing: dlq_retention_seconds must be greater than retention_seconds (172800), got 60 "
        "(Pulumi.dev.yaml)"
    )


def test_the_error_is_one_that_the_sdk_prints_without_a_traceback(tmp_path: Path) -> None:
    project(tmp_path, dev=orders(batch_size=0))

    with pytest.raises(pulumi.RunError, match="1 problem in the settings"):
        load(tmp_path)


def test_a_rule_that_touches_a_bad_field_is_not_decided(tmp_path: Path) -> None:
    """With retention_seconds unusable, nobody can say whether the other one is greater."""
    project(tmp_path, dev=orders(retention_seconds="2 days", dlq_retention_seconds=60))

    assert problems(tmp_path) == [
        'order_processing.retention_seconds: got "2 days", allowed 60 to 1209600 (Pulumi.dev.yaml)'
    ]


def test_a_conflict_names_every_file_that_took_part(tmp_path: Path) -> None:
    project(tmp_path, base=orders(retention_seconds=600_000), dev=orders(dlq_retention_seconds=500_000))

    assert problems(tmp_path) == [
        (
            "order_processing: dlq_retention_seconds must be greater than retention_seconds (600000), got "
            "500000 (Pulumi.dev.yaml, Pulumi.yaml)"
        )
    ]


def test_a_map_in_place_of_a_value_says_what_may_stand_there(tmp_path: Path) -> None:
    project(tmp_path, dev={"foundation": "none"})

    assert problems(tmp_path) == [
        (
            'pavedroad:foundation: got "none", allowed a map of company_layer_arn, alarm_topic_arn, '
            "alarm_emails (Pulumi.dev.yaml)"
        )
    ]


def test_required_tags_are_asked_for(tmp_path: Path) -> None:
    project(tmp_path, base={"tags": {}}, dev={"tags": {"owner": "shop"}})

    assert problems(tmp_path) == ["pavedroad:tags: cost_centre is missing; every resource carries it"]


def test_an_external_topic_has_its_own_subscriptions(tmp_path: Path) -> None:
    topic = "arn:aws:sns:eu-west-1:111122223333:alarms"
    project(tmp_path, dev={"foundation": {"alarm_topic_arn": topic, "alarm_emails": ["a@b.example"]}})

    assert problems(tmp_path) == [
        (
            "pavedroad:foundation: alarm_emails: not together with alarm_topic_arn, whose owner decides who "
            "is called (Pulumi.dev.yaml)"
        )
    ]


@pytest.mark.parametrize("arn", ["arn:aws:lambda:eu-west-1:111122223333:layer:base", "latest"])
def test_an_external_layer_needs_a_version(tmp_path: Path, arn: str) -> None:
    project(tmp_path, dev={"foundation": {"company_layer_arn": arn}})

    (problem,) = problems(tmp_path)
    assert "allowed the ARN of a layer version" in problem


PLACES = [
    (
        {"aws:allowedAccountIds": ["1234"]},
        "aws:allowedAccountIds: got ['1234'], allowed a list of one account id",
    ),
    (
        {"aws:allowedAccountIds": [111122223333]},
        "aws:allowedAccountIds: got [111122223333], allowed a list of",
    ),
    ({"aws:allowedAccountIds": ["111122223333", "444455556666"]}, "aws:allowedAccountIds: got ["),
    ({"aws:region": "eu-west"}, "aws:region: got 'eu-west', allowed an AWS region such as eu-west-1"),
]


@pytest.mark.parametrize(("raw", "text"), PLACES)
def test_region_and_account_must_be_clear(tmp_path: Path, raw: dict[str, object], text: str) -> None:
    project(tmp_path, raw=raw, dev={})

    (problem,) = problems(tmp_path)
    assert problem.startswith(text)


def test_a_setting_of_the_default_provider_is_said_to_have_no_effect(tmp_path: Path) -> None:
    project(tmp_path, raw={"aws:profil": "shop"}, dev={})

    (warning,) = load(tmp_path).warnings
    assert warning.startswith("aws:profil has no effect here, did you mean `profile`?")


def test_a_profile_is_passed_on(tmp_path: Path) -> None:
    project(tmp_path, raw={"aws:profile": "shop"}, dev={})

    assert load(tmp_path).profile == "shop"


INHERITANCE = [
    (
        {"inherits": "prd"},
        "pavedroad:inherits: there is no Pulumi.prd.yaml; environments with a file: dev, prod, test",
    ),
    (
        {"inherits": "test"},
        "pavedroad:inherits: an environment cannot build on itself; name another one (Pulumi.test.yaml)",
    ),
    (
        {"inherits": ["dev"]},
        "pavedroad:inherits: got ['dev'], allowed the name of one other stack (Pulumi.test.yaml)",
    ),
    (
        {"inherits": "prod"},
        (
            "pavedroad:inherits: prod builds on dev itself; one level is allowed, name dev or repeat what is "
            "needed (Pulumi.test.yaml)"
        ),
    ),
]


@pytest.mark.parametrize(("keys", "text"), INHERITANCE)
def test_inheritance_is_one_level_from_a_file_that_is_there(
    tmp_path: Path, keys: dict[str, object], text: str
) -> None:
    project(
        tmp_path,
        dev={},
        prod={"inherits": "dev", "tier": "production", "foundation": {"alarm_emails": ["a@b.example"]}},
        test=keys,
    )

    assert problems(tmp_path, "test") == [text]


def test_a_bad_value_of_the_parent_is_blamed_on_its_file(tmp_path: Path) -> None:
    project(tmp_path, dev=orders(batch_size=0), test={"inherits": "dev"})

    assert problems(tmp_path, "test") == [
        "order_processing.batch_size: got 0, allowed 1 to 10000 (Pulumi.dev.yaml)"
    ]


def test_base_belongs_to_the_project_file(tmp_path: Path) -> None:
    project(tmp_path, dev={"base": {"tier": "production"}})

    problem = problems(tmp_path)[0]
    assert problem.startswith("pavedroad:base: allowed only in Pulumi.yaml, as a map")
    assert problem.endswith("(Pulumi.dev.yaml)")


def test_an_unreadable_file_is_named(tmp_path: Path) -> None:
    project(tmp_path, dev={}, test={"inherits": "dev"})
    (tmp_path / "Pulumi.dev.yaml").write_text("config: [")

    (problem,) = problems(tmp_path, "test")
    assert problem.startswith("Pulumi.dev.yaml cannot be read: ")


@pytest.mark.parametrize("stack", ROOT_STACKS)
def test_the_running_program_sees_what_the_files_say(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, stack: str
) -> None:
    project(
        tmp_path,
        base=orders(enabled=True, currencies=["EUR"]),
        dev=orders(batch_size=5) | {"debug_until": "2026-12-01"},
        prod={"tier": "production", "foundation": {"alarm_emails": ["a@b.example"]}},
        sandbox={"inherits": "dev", **orders(max_concurrency=None, provisioned_pollers={"min": 2, "max": 3})},
    )
    seen: list[Source] = []

    run_program(
        monkeypatch,
        lambda: seen.append(running_stack(tmp_path)),
        directory=tmp_path,
        stack=stack,
        preview=True,
    )

    assert resolve(seen[0], TODAY) == load(tmp_path, stack)


def test_a_text_that_is_no_json_is_reported_as_it_stands(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    project(tmp_path, dev={"systems": "{broken"})
    assert as_config(tmp_path, "dev")["pavedroad:systems"] == "{broken"
    seen: list[Source] = []

    run_program(
        monkeypatch,
        lambda: seen.append(running_stack(tmp_path)),
        directory=tmp_path,
        stack="dev",
        preview=True,
    )

    with pytest.raises(
        SettingsError, match=r'pavedroad:systems: got "\{broken", allowed a map of order_proc'
    ):
        resolve(seen[0], TODAY)
