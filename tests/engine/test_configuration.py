"""Projects, stacks and policy packs are read as Pulumi reads them; a bad value names its place."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from pavedroad.engine import EngineError
from pavedroad.engine.policy_config import PolicyInfo, Setting, read_file, settle
from pavedroad.engine.project import load_config, load_project

if TYPE_CHECKING:
    from pathlib import Path

    from pavedroad.engine.values import Props


def stack(root: Path, project: str, stack_text: str) -> dict[str, str]:
    (root / "Pulumi.yaml").write_text(f"name: shop\nruntime: python\n{project}")
    (root / "Pulumi.dev.yaml").write_text(stack_text)
    return load_config(load_project(root), "dev").texts()


def test_the_stack_overrides_the_project_key_by_key(tmp_path: Path) -> None:
    texts = stack(
        tmp_path,
        "config:\n  aws:region: {value: eu-west-1}\n  plain: from-project\n"
        "  typed: {type: integer, default: 3}\n  shop:map: {value: {a: [1, true]}}\n",
        "config:\n  shop:plain: from-stack\n",
    )

    assert texts == {
        "aws:region": "eu-west-1",
        "shop:plain": "from-stack",
        "shop:typed": "3",
        "shop:map": '{"a":[1,true]}',
    }


def test_values_keep_what_yaml_1_1_would_change(tmp_path: Path) -> None:
    texts = stack(
        tmp_path,
        "",
        "config:\n  a: on\n  b: 2012-10-17\n  c: 1:30\n  d: true\n  e: 012\n  f: 1.5\n"
        '  aws:allowedAccountIds: ["012345678901"]\n',
    )

    assert texts == {
        "shop:a": "on",
        "shop:b": "2012-10-17",
        "shop:c": "1:30",
        "shop:d": "true",
        "shop:e": "012",
        "shop:f": "1.5",
        "aws:allowedAccountIds": '["012345678901"]',
    }


@pytest.mark.parametrize(
    ("project", "stack_text", "message"),
    [
        ("config:\n  n: {type: integer}\n", "{}", r"missing the configuration value 'shop:n' \(integer\)"),
        ("config:\n  n: {type: integer}\n", "config: {n: many}", "shop:n: got 'many', wanted integer"),
        ("config:\n  n: {type: number, kind: x}\n", "{}", "got kind, allowed are default"),
        ("config:\n  aws:n: {default: x}\n", "{}", "only keys of the project may have a type or a default"),
        ("", "environment: [base]\n", "hosted environments are not supported"),
        ("", "config: [1]\n", "config: got list, wanted a mapping"),
        ("", "config: {a: [\n", "not valid YAML"),
        ("plugins: {providers: [{name: aws}]}\n", "{}", "each entry needs a name and a path"),
    ],
)
def test_a_bad_value_names_its_place(tmp_path: Path, project: str, stack_text: str, message: str) -> None:
    with pytest.raises(EngineError, match=message):
        stack(tmp_path, project, stack_text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("runtime: python\n", "name: got None"),
        ("name: shop\nruntime: nodejs\n", "runtime: got 'nodejs', this engine runs only 'python'"),
        (
            "name: shop\nruntime: {name: python, options: {virtualenv: gone}}\n",
            "there is no environment in .*gone. Create it",
        ),
    ],
)
def test_a_project_that_cannot_run_is_refused(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "Pulumi.yaml").write_text(text)

    with pytest.raises(EngineError, match=message):
        load_project(tmp_path)


def test_plugins_and_local_packages_name_their_folders(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text(
        "name: shop\nruntime: python\npackages: {gcp: ./two}\n"
        "plugins: {providers: [{name: aws, path: one}]}\n"
    )

    assert load_project(tmp_path).plugin_dirs == {"aws": tmp_path / "one", "gcp": tmp_path / "two"}


STRICT: dict[str, Props] = {"strict": {"type": "boolean", "default": False}}
LIMITED: dict[str, Props] = {
    "days": {"type": "integer", "minimum": 1, "default": 7},
    "mode": {"enum": ["a", "b"]},
}
POLICIES = [
    PolicyInfo(name="one", level="advisory", schema=STRICT),
    PolicyInfo(name="two", level="mandatory", schema=LIMITED),
]


def test_policies_run_with_their_defaults_then_each_layer() -> None:
    settled = settle(
        "pack",
        POLICIES,
        [
            {"all": Setting(level="mandatory")},
            {"one": Setting(level="disabled"), "two": Setting(properties={"days": 9})},
        ],
        {"strict": True, "unknown": 1},
    )

    assert settled == {
        "one": Setting(level="disabled", properties={"strict": True}),
        "two": Setting(level="mandatory", properties={"days": 9}),
    }


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        ({"days": 0}, "two.days: got 0, wanted at least 1"),
        ({"days": "many"}, 'two.days: got "many", wanted integer'),
        ({"mode": "c"}, 'two.mode: got "c", allowed are "a", "b"'),
    ],
)
def test_a_setting_that_breaks_the_schema_is_refused(properties: dict[str, int | str], message: str) -> None:
    with pytest.raises(EngineError, match=message):
        settle("pack", POLICIES, [{"two": Setting(properties={**properties})}], {})


def test_a_configuration_file_gives_levels_and_properties(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text(
        json.dumps(
            {"all": "advisory", "two": {"enforcementLevel": "mandatory", "days": 3}, "environments": []}
        )
    )

    assert read_file(path) == {
        "all": Setting(level="advisory"),
        "two": Setting(level="mandatory", properties={"days": 3}),
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not valid JSON"),
        ("[]", "wanted an object of policies by name"),
        ('{"one": "fatal"}', 'one: got "fatal", allowed are advisory, mandatory, remediate, disabled'),
        ('{"one": 3}', "one: got 3, wanted a level or an object"),
    ],
)
def test_a_malformed_configuration_file_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "config.json"
    path.write_text(text)

    with pytest.raises(EngineError, match=message):
        read_file(path)
