"""Quotes, lists and globs of findings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardrails.wording import QUOTE_LENGTH, listing, matches, quote


@given(value=st.text(max_size=400), length=st.integers(10, 120))
def test_a_quote_is_one_bounded_line(value: str, length: int) -> None:
    shown = quote(value, length)
    assert len(shown) <= length
    assert len(shown.splitlines()) <= 1


@pytest.mark.parametrize(
    ("length", "cut"), [(QUOTE_LENGTH - 1, False), (QUOTE_LENGTH, False), (QUOTE_LENGTH + 1, True)]
)
def test_the_length_is_the_boundary(length: int, cut: bool) -> None:  # noqa: FBT001 - a table's column
    assert quote("a" * length).endswith("...") is cut


def test_a_list_names_its_values_or_none() -> None:
    assert listing(("b", "a")) == "b, a"
    assert listing(()) == "none"


@pytest.mark.parametrize(
    ("value", "globs", "expected"),
    [
        ("GET /a", ("GET /*",), True),
        ("GET /a", ("get /*",), False),
        ("GET /a", ("GET",), False),
        ("GET /{id}", ("GET /{id}",), True),
        ("GET /a", (), False),
        ("ab", ("a?",), True),
    ],
)
def test_globs_match_in_full(value: str, globs: tuple[str, ...], expected: bool) -> None:  # noqa: FBT001 - a column
    assert matches(value, globs) is expected
