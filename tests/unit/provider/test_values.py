"""The tree of values: nothing is lost on the way in and out, secrets do not print."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from pavedroad.provider.values import (
    ARCHIVE,
    OUTPUT,
    SIGNATURE,
    UNKNOWN,
    Secret,
    Unknown,
    at,
    decode,
    encode,
    is_secret,
    is_unknown,
    reveal,
)
from tests.support.provider import plain, struct

if TYPE_CHECKING:
    from pavedroad.provider.values import Value

LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=12),
    st.sampled_from(Unknown),
    st.just({SIGNATURE: ARCHIVE, "hash": "1"}),
)
KEYS = st.text(max_size=8).filter(lambda key: key != SIGNATURE)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(KEYS, inner, max_size=4), st.builds(Secret, inner)
    ),
    max_leaves=12,
)


@settings(max_examples=60)
@given(tree=st.dictionaries(KEYS, VALUES, max_size=5))
def test_out_and_in_again_is_the_same(tree: dict[str, Value]) -> None:
    assert decode(encode(tree)) == tree


def test_an_output_value_is_what_it_holds() -> None:
    known: Value = decode(struct({"a": {SIGNATURE: OUTPUT, "value": "x", "secret": True}}))["a"]
    unknown: Value = decode(struct({"a": {SIGNATURE: OUTPUT}}))["a"]

    assert known == Secret("x")
    assert unknown is UNKNOWN


def test_a_secret_does_not_print_itself() -> None:
    assert "hidden" not in repr({"a": Secret("hidden")})


def test_marks_are_found_inside() -> None:
    tree: Value = {"a": [{"b": Secret(Unknown.NUMBER)}]}

    assert is_unknown(tree)
    assert is_secret(tree)
    assert reveal(tree) == {"a": [{"b": Unknown.NUMBER}]}


def test_a_path_enters_single_blocks_and_stops_at_unknowns() -> None:
    assert at({"s3": [{"bucket": "b"}]}, "s3", "bucket") == "b"
    assert at({"s3": UNKNOWN}, "s3", "bucket") is UNKNOWN
    assert at({"s3": "text"}, "s3", "bucket") is None


def test_numbers_and_nulls_stay_what_they_are() -> None:
    assert plain(encode({"a": 1, "b": None, "c": False})) == {"a": 1.0, "b": None, "c": False}
