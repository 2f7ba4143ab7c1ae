"""The schema for editors and the generated page say what the models say."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from systems.order_processing.settings import OrderProcessingSettings
from systems.settings import configuration_page, schema, schema_json
from systems.settings.model import EnvironmentSettings, FoundationSettings, TagSettings

ROOT = Path(__file__).resolve().parents[3]
VALIDATOR = jsonschema.Draft202012Validator(schema())


def errors(**config: object) -> list[str]:
    # Through JSON, as an editor sees it.
    keys = json.dumps({f"pavedroad:{key}": value for key, value in config.items()})
    return [error.message for error in VALIDATOR.iter_errors({"config": json.loads(keys)})]


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("stack", ["dev", "prod", "sandbox"])
def test_our_files_fit_the_schema(stack: str) -> None:
    document = yaml.safe_load((ROOT / f"Pulumi.{stack}.yaml").read_text())

    assert list(VALIDATOR.iter_errors(document)) == []


def test_keys_of_other_namespaces_are_no_business_of_the_schema() -> None:
    assert list(VALIDATOR.iter_errors({"config": {"aws:region": "eu-west-1", "other:key": 1}})) == []


@pytest.mark.parametrize(
    "config",
    [
        {"teir": "production"},
        {"tier": "gold"},
        {"systems": {"orders": {}}},
        {"systems": {"order_processing": {"batch_size": 0}}},
        {"systems": {"order_processing": {"batch_sise": 1}}},
        {"systems": {"order_processing": {"batch_size": {"secure": "v1:abc"}}}},
    ],
)
def test_what_the_loader_refuses_the_schema_refuses(config: dict[str, object]) -> None:
    assert len(errors(**config)) == 1


def test_only_what_may_be_encrypted_may_be_marked_secure() -> None:
    secure = {"secure": "v1:abc"}

    assert errors(systems={"order_processing": {"payment_url": secure}}) == []
    assert errors(inherits="dev", debug_until="2026-12-01") == []


def test_the_text_of_the_schema_is_stable() -> None:
    assert json.loads(schema_json()) == schema()
    assert schema_json() == schema_json()


@pytest.mark.parametrize(
    ("prefix", "model"),
    [
        ("pavedroad:", EnvironmentSettings),
        ("pavedroad:tags.", TagSettings),
        ("pavedroad:foundation.", FoundationSettings),
        ("order_processing.", OrderProcessingSettings),
    ],
)
def test_every_setting_has_a_row_with_a_meaning(prefix: str, model: type[EnvironmentSettings]) -> None:
    rows = [line.split(" | ") for line in configuration_page().splitlines() if line.startswith("| `")]
    meanings = {row[0].strip("| `"): row[-1].strip(" |") for row in rows if len(row) == 5}

    assert {f"{prefix}{field}" for field in model.model_fields} <= meanings.keys()
    assert all(meanings.values())


@pytest.mark.parametrize(
    "row",
    [
        "| `order_processing.batch_size` | integer | `10` | 1 to 10000 | Messages that a",
        '| `order_processing.currencies` | array | `["EUR", "USD"]` |',
        (
            "| `order_processing.retention_seconds` | integer | `172800` | 60 to 1209600 | How long the "
            "order queues keep a message. *Not lower* in production. |"
        ),
        "an https address or null | Address of the payment provider. May be encrypted. |",
        "| `production` | `log_retention_days: 90` | on |",
        "| `pavedroad:inherits` |",
    ],
)
def test_the_page_says_type_default_allowed_and_meaning(row: str) -> None:
    assert row in configuration_page()


def test_the_page_has_no_open_table() -> None:
    for line in configuration_page().splitlines():
        if line.startswith("|"):
            assert line.replace("\\|", "").count("|") in {4, 6}, line
