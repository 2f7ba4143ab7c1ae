"""The catalogue is made from the rules: list, explain and page."""

from __future__ import annotations

import pytest

from guardrails.standards import StandardsError
from policies import catalogue
from policies.rules import RULES


def test_the_list_has_every_rule_with_the_level_of_the_environment() -> None:
    dev = {item.id: item for item in catalogue.listing("dev")}
    prod = {item.id: item for item in catalogue.listing("prod")}
    assert list(dev) == [rule.id for rule in RULES]
    assert (dev["kafka-mapping-mutual-tls"].level, prod["kafka-mapping-mutual-tls"].level) == (
        "advisory",
        "mandatory",
    )
    assert dev["functions-signing-attached"].packs == ("standards",)


@pytest.mark.parametrize(
    "name", ["functions-layers-trusted", "functions-layers-trusted-in-stack", "l23", " L23 "]
)
def test_a_rule_is_found_by_id_policy_name_and_row(name: str) -> None:
    assert catalogue.explain(name, "dev").startswith("### functions-layers-trusted\n")


def test_a_rule_is_explained_in_full() -> None:
    text = catalogue.explain("functions-signing-attached", "dev")
    for part in (
        "Functions have a code signing config.",
        "Row L2, severity high, mandatory (mandatory in dev).",
        "`aws:lambda/function:Function`",
        "Not applicable: packageType Image",
        "Create a code signing config",
        "≈CKV_AWS_272",
        "| `strict` | Undecided counts as a violation. | `false` |",
    ):
        assert part in text


@pytest.mark.parametrize("name", ["+", "functions-layers", "nothing"])
def test_a_name_that_no_rule_has_is_an_error_that_helps(name: str) -> None:
    with pytest.raises(LookupError, match="allowed is an id, a policy name or a row") as caught:
        catalogue.explain(name, "dev")
    assert ("functions-layers-trusted" in str(caught.value)) == (name == "functions-layers")


def test_an_environment_that_is_no_name_is_refused() -> None:
    with pytest.raises(StandardsError):
        catalogue.listing("no name")


def test_the_page_has_a_row_and_a_section_for_every_rule() -> None:
    page = catalogue.docs()
    for rule in RULES:
        assert f"| [{rule.id}](#{rule.id}) |" in page
        assert page.count(f"### {rule.id}\n") == 1
        assert rule.title in page
    assert "| dev | prod | sandbox |" in page
    assert page == catalogue.docs()
