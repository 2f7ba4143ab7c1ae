"""Automatic names: form, length, determinism, and who may keep a name."""

from __future__ import annotations

import re
import string
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi.runtime.proto import provider_pb2

from pavedroad.provider import sdk
from pavedroad.provider.naming import RULES, WITHOUT, NameRequest, NamingError, automatic_name, rule_for
from tests.support.provider import FUNCTION, FUNCTION_INPUTS, QUEUE, UNKNOWN, provider, struct, urn

if TYPE_CHECKING:
    from pavedroad.provider.naming import NameRule
    from tests.support.provider import Client

LOGICAL = st.text(string.ascii_letters + string.digits + "-", min_size=1, max_size=80)


def named(rule: NameRule, logical: str, seed: bytes) -> str | None:
    try:
        made = automatic_name(
            rule, {"fifoQueue": True, "fifoTopic": True}, NameRequest(logical=logical, seed=seed)
        )
    except NamingError:
        return None
    assert isinstance(made, str)
    return made


@given(rule=st.sampled_from(sorted(RULES)), logical=LOGICAL, seed=st.binary(min_size=1, max_size=16))
def test_a_name_keeps_the_rule_or_is_refused(rule: str, logical: str, seed: bytes) -> None:
    """Prefix, logical name, separator, digits, suffix; no longer than AWS takes, equal for equal seeds."""
    shape = RULES[rule]
    name = named(shape, logical, seed)

    fixed = len(shape.separator) + shape.digits + (5 if shape.fifo else 0)
    assert (name is None) == (len(logical) + fixed > shape.longest)
    if name is not None:
        start = logical.lower() if shape.lower else logical
        digits = f"[{re.escape(shape.alphabet)}]{{{shape.digits}}}"
        suffix = r"\.fifo" if shape.fifo else ""
        pattern = re.escape(shape.prefix + start + shape.separator) + digits + suffix
        assert re.fullmatch(pattern, name) is not None
        assert name == named(shape, logical, seed)


@given(
    logical=LOGICAL, seeds=st.lists(st.binary(min_size=8, max_size=8), min_size=2, max_size=2, unique=True)
)
def test_another_seed_gives_another_name(logical: str, seeds: list[bytes]) -> None:
    names = {
        automatic_name(
            RULES["aws:cloudwatch/eventTarget:EventTarget"], {}, NameRequest(logical=logical, seed=seed)
        )
        for seed in seeds
    }

    assert len(names) == 2


def test_a_given_name_or_prefix_is_left_alone(aws: Client) -> None:
    assert aws.check(QUEUE, "q", {"name": "mine"}).shown == {"name": "mine"}
    assert aws.check(QUEUE, "q", {"namePrefix": "mine-"}).shown == {"namePrefix": "mine-"}


def test_a_prefix_grows_into_a_name_in_the_outputs(aws: Client) -> None:
    outputs = aws.plan(QUEUE, "q", {"namePrefix": "mine-"}).outputs

    assert re.fullmatch(r"mine-[0-9a-f]{26}", str(outputs["name"]))
    assert str(outputs["arn"]).endswith(f":{outputs['name']}")


def test_a_fifo_queue_gets_the_suffix(aws: Client) -> None:
    name = str(aws.check(QUEUE, "orders", {"fifoQueue": True}).inputs["name"])

    assert re.fullmatch(r"orders-[0-9a-f]{7}\.fifo", name)


def test_whether_a_queue_is_fifo_may_be_unknown(aws: Client) -> None:
    assert aws.check(QUEUE, "orders", {"fifoQueue": UNKNOWN}).inputs["name"] == UNKNOWN


def test_an_automatic_name_survives_the_next_run(aws: Client) -> None:
    first = aws.check(FUNCTION, "f", FUNCTION_INPUTS).inputs

    again = aws.check(FUNCTION, "f", FUNCTION_INPUTS, olds=first, seed=b"another").inputs

    assert again["name"] == first["name"]
    assert first["__defaults"] == ["name"]


def test_a_name_that_was_given_before_is_not_kept(aws: Client) -> None:
    again = aws.check(FUNCTION, "f", FUNCTION_INPUTS, olds={**FUNCTION_INPUTS, "name": "mine"}).inputs

    assert str(again["name"]).startswith("f-")


def test_too_long_a_name_is_refused_with_the_way_out(aws: Client) -> None:
    failures = aws.check("aws:iam/role:Role", "r" * 60, {"assumeRolePolicy": "{}"}).failures

    assert "has 68 characters, at most 64 are allowed" in failures["name"]
    assert "shorten the logical name to 56 characters" in failures["name"]


@pytest.mark.parametrize("mode", ["PROPOSE", "ENFORCE"])
def test_a_proposed_name_is_taken(aws: Client, mode: str) -> None:
    options = provider_pb2.CheckRequest.AutonamingOptions(
        proposed_name="shop-dev-orders", mode=provider_pb2.CheckRequest.AutonamingOptions.Mode.Value(mode)
    )
    request = provider_pb2.CheckRequest(urn=urn(QUEUE, "orders"), news=struct({}), autonaming=options)

    assert aws.stub.Check(request).inputs["name"] == "shop-dev-orders"


def test_switched_off_naming_asks_for_a_name(aws: Client) -> None:
    options = provider_pb2.CheckRequest.AutonamingOptions(
        mode=provider_pb2.CheckRequest.AutonamingOptions.DISABLE
    )
    response = aws.stub.Check(
        provider_pb2.CheckRequest(urn=urn(QUEUE, "orders"), news=struct({}), autonaming=options)
    )

    assert [item.property for item in response.failures] == ["name"]
    assert "automatic names are switched off" in response.failures[0].reason


def test_the_tables_name_properties_that_the_sdk_has() -> None:
    wrong = [token for token, rule in RULES.items() if rule.property not in sdk.shape(token).inputs]

    assert wrong == []
    assert sdk.tokens() >= WITHOUT


def test_types_without_an_automatic_name_have_none() -> None:
    assert rule_for(sdk.shape("aws:route53/record:Record")) is None
    assert rule_for(sdk.shape("aws:lambda/layerVersion:LayerVersion")) is None
    assert rule_for(sdk.shape("aws:lambda/alias:Alias")) is not None


def test_two_providers_give_equal_seeds_equal_names() -> None:
    names: list[object] = []
    for _ in range(2):
        with provider() as client:
            names.append(client.check(QUEUE, "orders", {}, seed=b"same").inputs["name"])

    assert names[0] == names[1]
