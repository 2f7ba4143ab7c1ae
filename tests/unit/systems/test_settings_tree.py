"""The laws of merging, on arbitrary trees."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from hypothesis import given
from hypothesis import strategies as st

from systems.settings._tree import Layer, find, leaves, merge, merge_all, origin_of, replace, without

if TYPE_CHECKING:
    from systems.settings._tree import Tree, Value

KEYS = st.sampled_from(["a", "b", "c", "d"])
SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=3)
VALUES = st.recursive(
    SCALARS | st.lists(SCALARS, max_size=2),
    lambda inner: st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)
TREES = cast("st.SearchStrategy[Tree]", st.dictionaries(KEYS, VALUES, max_size=4))
PLAIN = st.dictionaries(KEYS, SCALARS | st.lists(SCALARS, max_size=2), max_size=3)
MAPS = st.dictionaries(KEYS.map(str.upper), st.dictionaries(KEYS, SCALARS, max_size=3), max_size=3)
SETTINGS = cast("st.SearchStrategy[Tree]", st.builds(lambda plain, maps: {**plain, **maps}, PLAIN, MAPS))
"""Trees as settings are: what is a map in one is a map in all."""


@given(SETTINGS, SETTINGS, SETTINGS)
def test_merging_is_associative(low: Tree, middle: Tree, high: Tree) -> None:
    assert merge(merge(low, middle), high) == merge(low, merge(middle, high))


@given(TREES)
def test_the_empty_tree_changes_nothing(tree: Tree) -> None:
    assert merge(tree, {}) == tree
    assert merge({}, tree) == tree


@given(TREES)
def test_merging_a_tree_with_itself_changes_nothing(tree: Tree) -> None:
    assert merge(tree, tree) == tree


@given(TREES, TREES)
def test_every_upper_leaf_wins(low: Tree, high: Tree) -> None:
    merged = merge(low, high)

    for path, value in leaves(high):
        there, found = find(merged, path)
        # An empty map above a map leaves the lower keys as they are.
        assert there
        assert found == value or (value == {} and found == find(low, path)[1])


@given(TREES, TREES)
def test_every_value_of_a_merged_tree_comes_from_one_of_the_two(low: Tree, high: Tree) -> None:
    for path, value in leaves(merge(low, high)):
        assert (True, value) in (find(high, path), find(low, path))


@given(TREES, TREES)
def test_merging_leaves_its_inputs_alone(low: Tree, high: Tree) -> None:
    before = (repr(low), repr(high))

    merge(low, high)

    assert (repr(low), repr(high)) == before


def test_lists_are_replaced_whole() -> None:
    assert merge({"a": [1, 2]}, {"a": [3]}) == {"a": [3]}


def test_a_map_replaces_a_value_and_a_value_replaces_a_map() -> None:
    assert merge({"a": 1}, {"a": {"b": 2}}) == {"a": {"b": 2}}
    assert merge({"a": {"b": 2}}, {"a": None}) == {"a": None}


@given(st.lists(TREES, min_size=1, max_size=4))
def test_the_origin_of_a_leaf_is_the_last_layer_that_gives_its_value(trees: list[Tree]) -> None:
    layers = [Layer(origin=str(index), values=tree) for index, tree in enumerate(trees)]

    for path, value in leaves(merge_all(layers)):
        origin = origin_of(layers, path)
        assert find(trees[int(origin)], path) == (True, value)
        assert not any(find(tree, path)[0] for tree in trees[int(origin) + 1 :])


def test_the_origin_of_what_nobody_wrote_is_the_nearest_map_above_it() -> None:
    layers = [Layer(origin="low", values={"a": {"b": 1}}), Layer(origin="high", values={"c": 2})]

    assert origin_of(layers, ("a", "x")) == "low"
    assert origin_of(layers, ("y",)) == ""


@given(TREES, st.lists(KEYS, min_size=1, max_size=3).map(tuple))
def test_what_is_taken_out_is_gone_and_nothing_else(tree: Tree, path: tuple[str, ...]) -> None:
    rest = without(tree, path)

    assert not find(rest, path)[0]
    assert [(p, v) for p, v in leaves(rest) if v != {}] == [
        (p, v) for p, v in leaves(tree) if p[: len(path)] != path and v != {}
    ]


@given(TREES, st.lists(KEYS, min_size=1, max_size=3).map(tuple), SCALARS)
def test_what_is_put_in_stands_there(tree: Tree, path: tuple[str, ...], value: Value) -> None:
    assert find(replace(tree, path, value), path) == (True, value)
