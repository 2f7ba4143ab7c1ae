"""The rules on functions through the SDK's own servicer, in both preview modes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.functions_cases import CASES
from tests.support.rule_cases import Case, check

if TYPE_CHECKING:
    from tests.support.policies import Mode


@pytest.mark.parametrize(
    ("case", "mode"),
    [pytest.param(case, mode, id=f"{case.id} ({mode.value})") for case in CASES for mode in case.modes],
)
def test_case(case: Case, mode: Mode) -> None:
    check(case, mode)
