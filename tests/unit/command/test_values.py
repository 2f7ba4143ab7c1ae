"""Short, safe text for values."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pavedroad.command.display.values import duration_text, one_line, printable, shorten, value_text


@given(st.text(), st.integers(min_value=1, max_value=40))
def test_shortened_text_is_never_longer_than_asked_and_keeps_both_ends(text: str, limit: int) -> None:
    short = shorten(text, limit)

    assert len(short) <= limit
    if len(text) <= limit:
        assert short == text
    elif limit >= 5:
        assert short[0] == text[0]
        assert short[-1] == text[-1]


def test_terminal_control_sequences_are_spelt_out() -> None:
    assert printable("a\x1b[31mred\x07\u202e") == "a\\u001b[31mred\\u0007\\u202e"


@pytest.mark.parametrize(("seconds", "text"), [(0.0124, "12 ms"), (0.999, "999 ms"), (61.25, "61.2 s")])
def test_a_duration_has_the_digits_that_count(seconds: float, text: str) -> None:
    assert duration_text(seconds) == text


def test_line_ends_survive_in_messages_but_not_in_one_line() -> None:
    assert printable("a\n\tb é") == "a\n\tb é"
    assert one_line("a\n\t b ") == "a b"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "none"),
        (True, "true"),
        (False, "false"),
        (30.0, "30"),
        (0.5, "0.5"),
        ("", '""'),
        ("plain", "plain"),
        ([1.0, 2.5], "[1, 2.5]"),
        ({"a": {"b": 3.0}}, '{"a": {"b": 3}}'),
        ("[secret]", "[secret]"),
    ],
)
def test_values_read_as_a_person_writes_them(value: object, text: str) -> None:
    assert value_text(value, 80) == text  # pyright: ignore[reportArgumentType] - a table of JSON values
