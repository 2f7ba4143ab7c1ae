"""The standards: inheritance, placeholders, and one clear error for everything that is wrong."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Final

import pytest

from guardrails.standards import StandardsError, Toml, environments, load, read

if TYPE_CHECKING:
    from pathlib import Path

BASE: Final[dict[str, Toml]] = {
    "tier": "production",
    "own_accounts": ["111122223333", "444455556666"],
    "signing_profile_arns": ["arn:aws:signer:*:{account}:/signing-profiles/{environment}_*"],
    "allow_stack_profiles": True,
    "boundary_policies": ["{environment}-boundary"],
    "role_name_prefixes": ["{environment}-"],
    "role_paths": ["/"],
    "mutual_tls_required": True,
    "company_layers": [{"name": "base", "minimum_version": 3}],
    "rules": {"one-rule-here": {"minimum": "a", "maximum": 2}},
}


def content(
    environment: dict[str, Toml] | None = None, base: dict[str, Toml | None] | None = None
) -> dict[str, Toml]:
    """A file; None in `base` takes a name away."""
    merged = {**copy.deepcopy(BASE), **(base or {})}
    kept: dict[str, Toml] = {name: value for name, value in merged.items() if value is not None}
    return {"base": kept, "environment": {"dev": environment or {}}}


def test_an_environment_inherits_the_base_and_replaces_what_it_says() -> None:
    found = read("dev", content({"tier": "development", "role_paths": ["/app/"]}))
    assert (found.listed, found.tier, found.role_paths) == (True, "development", ("/app/",))
    assert found.boundary_policies == ("dev-boundary",)


def test_an_environment_without_a_table_is_judged_by_the_base_under_its_own_name() -> None:
    found = read("pr-17", content({"tier": "development"}))
    assert (found.listed, found.tier, found.role_name_prefixes) == (False, "production", ("pr-17-",))


def test_the_account_fills_placeholders_and_else_each_own_account_does() -> None:
    profile = "arn:aws:signer:*:{}:/signing-profiles/dev_*"
    assert read("dev", content({"account": "111122223333"})).signing_profile_arns == (
        profile.format("111122223333"),
    )
    assert read("dev", content()).signing_profile_arns == (
        profile.format("111122223333"),
        profile.format("444455556666"),
    )


def test_the_company_layer_is_of_the_environments_account_unless_it_says_another() -> None:
    own = read("dev", content({"account": "111122223333"})).company_layers[0]
    assert (own.account, own.minimum_version) == ("111122223333", 3)
    layer: Toml = [{"name": "base", "minimum_version": 3, "account": "999988887777", "runtimes": ["python*"]}]
    other = read("dev", content({"account": "111122223333", "company_layers": layer})).company_layers[0]
    assert (other.account, other.runtimes) == ("999988887777", ("python*",))


def test_rule_settings_are_merged_key_by_key() -> None:
    found = read("dev", content({"rules": {"one-rule-here": {"minimum": "b", "level": "advisory"}}}))
    settings = found.rules["one-rule-here"]
    assert (settings.level, settings.parameters) == ("advisory", {"minimum": "b", "maximum": 2})


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"tier": "staging"}, "tier: got 'staging', allowed is one of development, test, production"),
        ({"tier": None}, "tier: got None"),
        ({"own_accounts": []}, r"own_accounts: got \[\], allowed is a list of at least one"),
        ({"own_accounts": ["12"]}, "own_accounts: got '12', allowed is account ids of 12 digits"),
        ({"trusted_accounts": [111122223333]}, "trusted_accounts: got"),
        ({"boundary_policies": "one"}, "boundary_policies: got 'one', allowed is a list of texts"),
        ({"role_paths": [""]}, "role_paths: got"),
        ({"allow_stack_profiles": "yes"}, "allow_stack_profiles: got 'yes', allowed is true or false"),
        ({"company_layers": []}, "company_layers: got"),
        ({"company_layers": ["base"]}, r"company_layers\[0\]: got 'base', allowed is a table"),
        ({"company_layers": [{"name": "base"}]}, "minimum_version: got None"),
        ({"company_layers": [{"name": "base", "minimum_version": 0}]}, "an integer of at least 1"),
        ({"company_layers": [{"name": "base", "minimum_version": True}]}, "an integer of at least 1"),
        ({"company_layers": [{"minimum_version": 1}]}, "name: got None"),
        ({"company_layers": [{"name": "b", "minimum_version": 1, "account": "1"}]}, "account: got '1'"),
        ({"company_layers": [{"name": "b", "minimum_version": 1, "x": 1}]}, r"\[0\]\.x: not known"),
        ({"rules": {"one": 1}}, "rules.one: got 1, allowed is a table"),
        ({"rules": {"one": {"level": "loud"}}}, "rules.one.level: got 'loud'"),
        ({"account": "1"}, "account: got '1'"),
        ({"colour": "red"}, "colour: not known; allowed are"),
    ],
)
def test_what_is_wrong_is_named_with_what_is_allowed(changes: dict[str, Toml | None], error: str) -> None:
    with pytest.raises(StandardsError, match=error):
        read("dev", content(base=changes))


@pytest.mark.parametrize("environment", ["", "a b", "../x"])
def test_an_environment_has_the_name_of_a_stack(environment: str) -> None:
    with pytest.raises(StandardsError, match="allowed is the name of a stack"):
        read(environment, content())


def test_a_strange_table_is_refused() -> None:
    with pytest.raises(
        StandardsError, match="defaults: not known; allowed are the tables base and environment"
    ):
        read("dev", {**content(), "defaults": {}})


@pytest.mark.parametrize(("text", "error"), [(None, "cannot be read"), ("x = [", "is no TOML")])
def test_a_file_that_cannot_be_used_is_named(tmp_path: Path, text: str | None, error: str) -> None:
    path = tmp_path / "standards.toml"
    if text is not None:
        path.write_text(text)
    with pytest.raises(StandardsError, match=f"standards.toml: {error}"):
        load("dev", path)


def test_our_own_environments_are_sound() -> None:
    assert environments() == ("dev", "prod", "sandbox")
    found = {name: load(name) for name in environments()}
    assert {name: (item.tier, item.account) for name, item in found.items()} == {
        "dev": ("development", "111122223333"),
        "prod": ("production", "444455556666"),
        "sandbox": ("development", "000000000000"),
    }
    for name, item in found.items():
        assert item.boundary_policies == (f"pavedroad-{name}-boundary",)
        assert item.role_name_prefixes == (f"pavedroad-{name}-",)
        assert item.mutual_tls_required
        assert [layer.name for layer in item.company_layers] == ["pavedroad-company"]
