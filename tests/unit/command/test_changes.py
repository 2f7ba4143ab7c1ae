"""What an update changes."""

from __future__ import annotations

import json

from pavedroad.command.display.changes import Change, step_changes
from pavedroad.engine.events import Op
from tests.support.command import step, urn

QUEUE = urn("aws:sqs/queue:Queue", "orders")


def changes(**fields: object) -> tuple[Change, ...]:
    return step_changes(step(Op.UPDATE, QUEUE, **fields).metadata)  # pyright: ignore[reportArgumentType] - keywords of `step`


def test_one_scalar_is_shown_with_both_values() -> None:
    assert changes(old={"delay": 1.0}, new={"delay": 2.0}, diffs=("delay",)) == (
        Change(path="delay", old=1.0, new=2.0),
    )


def test_added_and_removed_properties_are_told_apart_from_null() -> None:
    found = changes(old={"a": 1, "n": None}, new={"b": 2, "n": 3}, diffs=("a", "b", "n"))

    assert found == (
        Change(path="a", old=1, removed=True),
        Change(path="b", new=2, added=True),
        Change(path="n", old=None, new=3),
    )


def test_only_the_leaves_that_differ_below_a_property_are_shown() -> None:
    found = changes(
        old={"tags": {"a": "1", "b": "1"}, "layers": ["x", "y"]},
        new={"tags": {"a": "1", "b": "2"}, "layers": ["x", "z"]},
        diffs=("tags", "layers"),
    )

    assert [(c.path, c.old, c.new) for c in found] == [("tags.b", "1", "2"), ("layers[1]", "y", "z")]


def test_lists_of_different_length_are_shown_whole() -> None:
    assert changes(old={"l": [1]}, new={"l": [1, 2]}, diffs=("l",)) == (
        Change(path="l", old=[1], new=[1, 2]),
    )


def test_documents_in_strings_are_compared_inside() -> None:
    def document(action: str) -> str:
        return json.dumps({"Statement": [{"Action": ["sqs:SendMessage", action]}]})

    found = changes(old={"policy": document("a")}, new={"policy": document("b")}, diffs=("policy",))

    assert found == (Change(path="policy.Statement[0].Action[1]", old="a", new="b"),)


def test_text_that_only_looks_like_a_document_is_compared_as_text() -> None:
    assert changes(old={"p": "{a"}, new={"p": "{b"}, diffs=("p",)) == (Change(path="p", old="{a", new="{b"),)


def test_a_nested_path_of_the_diff_is_followed() -> None:
    old = {"rules": [{"name": "a", "my.key": 1}]}
    new = {"rules": [{"name": "b", "my.key": 2}]}

    found = changes(old=old, new=new, diffs=("rules[0].name", 'rules[0]["my.key"]'))

    assert [(c.old, c.new) for c in found] == [("a", "b"), (1, 2)]


def test_what_forces_replacement_comes_first_and_covers_the_paths_below() -> None:
    found = changes(
        old={"a": 1, "n": {"x": 1}}, new={"a": 2, "n": {"x": 2}}, diffs=("a", "n", "n.x"), keys=("n",)
    )

    assert [(c.path, c.forces_replacement) for c in found] == [("n.x", True), ("a", False)]


def test_a_property_named_by_the_provider_without_a_difference_is_still_named() -> None:
    assert [c.path for c in changes(old={"a": 1}, new={"a": 1}, diffs=("a",))] == ["a"]


def test_where_no_property_is_named_all_that_differs_is_told() -> None:
    found = changes(old={"a": 1, "b": {"c": 1, "d": 2}, "e": 1}, new={"a": 1, "b": {"c": 3, "d": 2}, "f": 1})

    assert [(c.path, c.added, c.removed) for c in found] == [
        ("b.c", False, False),
        ("e", False, True),
        ("f", True, False),
    ]
