"""Parameters: schema, defaults, what is wrong with a value."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from policies.kit.parameters import Parameter, Parameters, matches_any

if TYPE_CHECKING:
    from policies.kit.reader import Json

SCHEMA = {
    "names": Parameter(meaning="Names.", kind="array", required=True),
    "mode": Parameter(meaning="Mode.", kind="string", default="a", allowed=("a", "b")),
    "most": Parameter(meaning="Most.", kind="integer", default=5),
    "on": Parameter(meaning="On.", kind="boolean", default=True),
    "parts": Parameter(meaning="Parts.", kind="objects", default=[]),
    "scope": Parameter(meaning="Scope.", kind="array", default=["*"]),
}


def test_defaults_stand_in_for_what_is_left_out() -> None:
    found = Parameters(SCHEMA, {})
    assert (found.text("mode"), found.number("most"), found.flag("on")) == ("a", 5, True)
    assert (found.texts("names"), found.objects("parts")) == ((), ())
    assert found.missing() == ("names",)
    assert found.in_scope("anything")


def test_configured_values_win_also_false_and_zero() -> None:
    found = Parameters(SCHEMA, {"mode": "b", "most": 0.0, "on": False, "names": ["x"], "parts": [{"a": 1}]})
    assert (found.text("mode"), found.number("most"), found.flag("on")) == ("b", 0, False)
    assert found.texts("names") == ("x",)
    assert [part.number("a") for part in found.objects("parts")] == [1]
    assert found.problems() == ()


def test_a_parameter_that_no_schema_has_is_empty() -> None:
    found = Parameters({}, {})
    assert (found.text("x"), found.number("x"), found.flag("x"), found.texts("x")) == ("", None, False, ())


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("names", "x", "parameter names is no list of texts"),
        ("names", [1], "parameter names is no list of texts"),
        ("mode", "c", "parameter mode allows a, b only"),
        ("mode", 1, "parameter mode is no string"),
        ("most", 1.5, "parameter most is no integer"),
        ("most", True, "parameter most is no integer"),
        ("on", "true", "parameter on is no boolean"),
        ("parts", ["x"], "parameter parts is no list of objects"),
        ("other", 1, "parameter other not known; allowed are mode, most, names, on, parts, scope"),
    ],
)
def test_a_wrong_value_is_named_and_not_quoted(name: str, value: Json, problem: str) -> None:
    assert problem in Parameters(SCHEMA, {"names": ["x"], name: value}).problems()


def test_a_schema_is_what_pulumi_expects() -> None:
    assert SCHEMA["mode"].schema == {
        "description": "Mode.",
        "type": "string",
        "enum": ["a", "b"],
        "default": "a",
    }
    assert SCHEMA["names"].schema == {
        "description": "Names.",
        "type": "array",
        "items": {"type": "string"},
    }
    assert SCHEMA["parts"].schema["items"] == {"type": "object"}


def test_globs_match_in_full_and_with_case() -> None:
    assert matches_any("orders-api", ("orders-*",))
    assert not matches_any("orders-api", ("orders", "Orders-*"))
    assert not matches_any("orders-api", ())
