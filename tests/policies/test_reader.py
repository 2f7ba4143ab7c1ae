"""The reader answers known, absent or unknown, over the SDK's proxies and over plain data alike."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi_policy import Secret, proxy, secret

from guardrails.verdict import UNKNOWN
from policies.kit.reader import SENTINELS, Facts, raw_entries

SENTINEL = proxy.UNKNOWN_STRING_VALUE
DATA = {
    "name": "orders",
    "count": 3.0,
    "ratio": 0.5,
    "zero": 0,
    "no": False,
    "empty": "",
    "nothing": None,
    "none": {},
    "list": ["a", "", SENTINEL, "b"],
    "block": {"inner": {"value": "x", "open": SENTINEL}},
    "one": [{"value": "y"}],
    "open": proxy.UNKNOWN_OBJECT_VALUE,
    "partly": f"arn:{SENTINEL}:x",
    "__internal": "z",
}


@pytest.fixture(params=["proxy", "secrets", "plain"])
def facts(request: pytest.FixtureRequest) -> Facts:
    wrap = {
        "proxy": proxy.unknown_checking_proxy,
        "secrets": secret.secrets_preserving_proxy,
        "plain": lambda data: data,
    }[request.param]
    return Facts(wrap(DATA))


def test_a_known_value_is_read(facts: Facts) -> None:
    assert facts.text("name") == "orders"
    assert facts.text("block.inner.value") == "x"


def test_a_whole_number_is_an_int_and_a_ratio_stays(facts: Facts) -> None:
    assert repr(facts.number("count")) == "3"
    assert facts.number("ratio") == 0.5
    assert facts.text("count") == "3"


@pytest.mark.parametrize("path", ["empty", "nothing", "none", "missing", "name.deeper", "missing.deeper"])
def test_missing_null_and_empty_are_absent_and_take_the_default(facts: Facts, path: str) -> None:
    assert facts.at(path).absent
    assert not facts.has(path)
    assert facts.text(path) is None
    assert facts.text(path, default="d") == "d"
    assert facts.number(path, default=7) == 7
    assert facts.flag(path, default=True) is True
    assert facts.items(path) == ()


def test_zero_and_false_are_values(facts: Facts) -> None:
    assert facts.number("zero", default=9) == 0
    assert facts.flag("no", default=True) is False
    assert facts.has("zero")
    assert facts.has("no")


@pytest.mark.parametrize("path", ["open", "open.deeper", "block.inner.open", "partly"])
def test_an_unknown_is_unknown_for_every_reading(facts: Facts, path: str) -> None:
    node = facts.at(path)
    assert node.unknown
    assert facts.has(path)
    assert facts.is_unknown(path)
    assert node.text() is node.number() is node.flag() is node.items() is node.texts() is UNKNOWN
    assert node.plain() is UNKNOWN


@pytest.mark.parametrize("sentinel", SENTINELS)
def test_every_sentinel_of_the_sdk_is_known(sentinel: str) -> None:
    assert proxy._is_unknown(sentinel)
    assert Facts({"a": sentinel}).is_unknown("a")


def test_the_sentinels_are_all_that_the_sdk_has() -> None:
    assert set(SENTINELS) == {
        value for name, value in vars(proxy).items() if name.startswith("UNKNOWN_") and isinstance(value, str)
    }


def test_a_list_is_read_element_by_element_with_its_own_paths(facts: Facts) -> None:
    assert facts.texts("list") == ("a", UNKNOWN, "b")
    items = facts.items("list")
    assert isinstance(items, tuple)
    assert [item.path for item in items] == ["list[0]", "list[2]", "list[3]"]


def test_a_list_of_one_stands_for_an_object_and_an_object_for_a_list_of_one(facts: Facts) -> None:
    assert facts.text("one.value") == "y"
    items = facts.items("block")
    assert isinstance(items, tuple)
    assert [item.text("inner.value") for item in items] == ["x"]


def test_names_leave_out_internal_keys(facts: Facts) -> None:
    assert "__internal" not in facts.names()
    assert [key for key, _ in facts.children("block")] == ["inner"]


def test_plain_data_is_unknown_as_a_whole_when_a_part_is(facts: Facts) -> None:
    assert facts.plain("block") is UNKNOWN
    assert facts.plain("list") is UNKNOWN
    assert facts.plain("one") == [{"value": "y"}]


@pytest.mark.parametrize(
    ("value", "text", "number", "flag"),
    [
        ("12", "12", 12, None),
        ("1e400", "1e400", None, None),
        ("TRUE", "TRUE", None, True),
        (" false ", " false ", None, False),
        (True, "true", None, True),
        (["solo"], "solo", None, None),
        (["a", "b"], "(list)", None, None),
        ({"a": 1}, "(object)", None, None),
    ],
)
def test_odd_values_are_normalised(
    value: object,
    text: str,
    number: float | None,
    flag: bool | None,  # noqa: FBT001 - a table of expectations
) -> None:
    facts = Facts({"x": value})
    assert (facts.text("x"), facts.number("x"), facts.flag("x")) == (text, number, flag)


def test_keys_with_dots_are_read_as_a_child() -> None:
    assert Facts({"a.b": 1}).child("a.b").number() == 1
    assert Facts({"a.b": 1}).at("a.b").absent


def test_a_wrapped_secret_is_read_and_handed_back_wrapped() -> None:
    wrapped = secret.secrets_preserving_proxy({"a": Secret("x")})
    assert Facts(wrapped).text("a") == "x"
    assert isinstance(raw_entries(wrapped)["a"], Secret)


def test_the_representation_shows_no_value(facts: Facts) -> None:
    assert "orders" not in repr(facts.at("name"))


@given(
    st.recursive(
        st.one_of(st.none(), st.booleans(), st.floats(), st.text(), st.binary(), st.sampled_from(SENTINELS)),
        lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.text(), inner)),
        max_leaves=12,
    ),
    st.text(alphabet="ab._", max_size=5),
)
def test_reading_never_raises(value: object, path: str) -> None:
    for facts in (Facts(value), Facts(proxy.unknown_checking_proxy({"a": value}))):
        node = facts.at(path)
        readings = (node.text(), node.number(), node.flag(), node.items(), node.texts(), node.plain())
        assert all(reading is UNKNOWN for reading in readings) == node.unknown
        assert facts.names() == tuple(sorted(facts.names()))
