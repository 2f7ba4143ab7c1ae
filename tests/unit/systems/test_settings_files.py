"""What stack files may look like: dates without quotes, empty files, and files that are none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.settings import load, orders, problems, project

if TYPE_CHECKING:
    from pathlib import Path


def test_a_date_needs_no_quotes(tmp_path: Path) -> None:
    """YAML reads it as a date, not as a text."""
    project(tmp_path, dev={}, test={"inherits": "dev"})
    (tmp_path / "Pulumi.dev.yaml").write_text("config:\n  pavedroad:debug_until: 2026-12-01\n")

    assert problems(tmp_path, "test") == []


@pytest.mark.parametrize("text", ["", "config:\n", "encryptionsalt: v1:abc\n"])
def test_a_parent_without_settings_gives_none(tmp_path: Path, text: str) -> None:
    project(tmp_path, dev={}, test={"inherits": "dev", **orders(batch_size=5)})
    (tmp_path / "Pulumi.dev.yaml").write_text(text)

    assert load(tmp_path, "test").systems.order_processing.batch_size == 5


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("- config\n", "Pulumi.dev.yaml: the file must hold a map"),
        ("config: [1]\n", "Pulumi.dev.yaml: `config` must be a map"),
        ("config: {\n", "Pulumi.dev.yaml cannot be read: while parsing a flow node"),
    ],
)
def test_a_parent_that_is_no_stack_file_is_named(tmp_path: Path, text: str, problem: str) -> None:
    project(tmp_path, dev={}, test={"inherits": "dev"})
    (tmp_path / "Pulumi.dev.yaml").write_text(text)

    assert problems(tmp_path, "test") == [problem]


def test_base_must_be_a_map(tmp_path: Path) -> None:
    project(tmp_path, dev={"tags": {"owner": "platform", "cost_centre": "1000"}})
    (tmp_path / "Pulumi.yaml").write_text("name: pavedroad\nconfig:\n  pavedroad:base: production\n")

    assert problems(tmp_path) == [
        (
            "pavedroad:base: allowed only in Pulumi.yaml, as a map: `pavedroad:base: {value: {...}}` "
            "(Pulumi.yaml)"
        )
    ]


def test_keys_without_a_namespace_are_those_of_the_project(tmp_path: Path) -> None:
    project(tmp_path, dev={})
    with (tmp_path / "Pulumi.dev.yaml").open("a") as file:
        file.write("  tier: gold\n")

    assert problems(tmp_path) == [
        'pavedroad:tier: got "gold", allowed development, production (Pulumi.dev.yaml)'
    ]


def test_a_stack_whose_name_cannot_stand_in_names_needs_an_environment(tmp_path: Path) -> None:
    project(tmp_path, My_Stack={}, My_Other={"environment": "other"})

    assert problems(tmp_path, "My_Stack") == [
        (
            "pavedroad:environment: got 'My_Stack', allowed 1 to 16 lower-case letters and digits, a letter "
            "first (Pulumi.My_Stack.yaml)"
        )
    ]
    assert load(tmp_path, "My_Other").environment == "other"


def test_an_unknown_key_that_is_encrypted_is_still_unknown(tmp_path: Path) -> None:
    project(tmp_path, dev=orders(payment_token={"secure": "v1:abc"}))

    found = problems(tmp_path)
    assert any("unknown setting `order_processing.payment_token`" in problem for problem in found)
    assert not any("plaintext" in problem for problem in found)


def test_an_address_stands_in_the_list_once(tmp_path: Path) -> None:
    project(tmp_path, dev={"foundation": {"alarm_emails": ["a@b.example", "a@b.example"]}})

    assert problems(tmp_path) == [
        "pavedroad:foundation: alarm_emails: an address stands there twice, allowed once (Pulumi.dev.yaml)"
    ]
