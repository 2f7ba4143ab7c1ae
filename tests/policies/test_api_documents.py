"""The reading of OpenAPI bodies: both notations, limits, and nothing that raises."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.rules.api.documents import MAXIMUM_BYTES, MAXIMUM_DEPTH, parse


@pytest.mark.parametrize(
    "text",
    [
        '{"paths": {"/a": {"get": {"security": []}}}}',
        '\ufeff  {"paths": {"/a": {"get": {"security": []}}}}',
        "paths:\n  /a:\n    get:\n      security: []\n",
        "{paths: {/a: {get: {security: []}}}}",
    ],
)
def test_json_and_yaml_give_the_same_tree(text: str) -> None:
    assert parse(text) == {"paths": {"/a": {"get": {"security": []}}}}


def test_anchors_and_merge_keys_are_resolved() -> None:
    text = "base: &b {security: [{company: []}]}\npaths: {/a: {get: {<<: *b}}}\n"
    tree = parse(text)
    assert isinstance(tree, dict)
    assert tree["paths"] == {"/a": {"get": {"security": [{"company": []}]}}}


@pytest.mark.parametrize(
    "text",
    ["paths: [", "{", "a: b: c", "- &a [*b]", "!!python/object/apply:os.system [id]", "\x00", "? [a]\n: b"],
)
def test_what_is_neither_is_none(text: str) -> None:
    assert parse(text) is None


def test_a_body_of_the_largest_size_is_read_and_a_larger_one_is_not() -> None:
    filling = MAXIMUM_BYTES - len('{"a": ""}')
    assert parse(json.dumps({"a": "x" * filling})) is not None
    assert parse(json.dumps({"a": "x" * (filling + 1)})) is None


@pytest.mark.parametrize(
    ("depth", "readable"), [(MAXIMUM_DEPTH, True), (MAXIMUM_DEPTH + 1, False), (100_000, False)]
)
def test_yaml_nests_no_deeper_than_the_bound(depth: int, readable: bool) -> None:  # noqa: FBT001 - a column
    # A bare word keeps it from being JSON, which has a bound of its own.
    assert (parse("[" * depth + "word" + "]" * depth) is not None) is readable


def test_json_that_nests_without_end_is_none() -> None:
    assert parse("[" * 100_000) is None


def test_merge_keys_do_not_multiply_without_bound() -> None:
    """Ten levels of ten merges each would be ten thousand million entries."""
    first = "a0: &a0 {" + ", ".join(f"k{index}: 1" for index in range(10)) + "}\n"
    levels = [f"a{n}: &a{n}\n  <<: [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 10)]
    begin = time.process_time()
    assert parse(first + "".join(levels)) is None
    assert time.process_time() - begin < 10


@given(text=st.text(alphabet=st.sampled_from("ab:{}[]-&*!<|>'\"\n #?,%@`1\t"), max_size=60))
def test_no_text_raises(text: str) -> None:
    parse(text)
