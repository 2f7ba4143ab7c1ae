"""Every form in which Lambda takes the name of a function."""

from __future__ import annotations

import pytest

from pavedroad.provider.account import Account
from pavedroad.provider.function_names import FunctionName, function_name

PLACE = Account(account="111122223333", region="eu-west-1")
ARN = "arn:aws:lambda:eu-west-1:111122223333:function:f"


@pytest.mark.parametrize(
    ("text", "arn"),
    [
        ("f", ARN),
        ("f:live", f"{ARN}:live"),
        ("f:$LATEST", f"{ARN}:$LATEST"),
        ("111122223333:function:f", ARN),
        ("111122223333:function:f:7", f"{ARN}:7"),
        (ARN, ARN),
        (f"{ARN}:live", f"{ARN}:live"),
        ("arn:aws:lambda:us-east-1:9:function:f", "arn:aws:lambda:us-east-1:9:function:f"),
    ],
)
def test_every_form_names_one_function(text: str, arn: str) -> None:
    assert function_name(text).arn(PLACE) == arn
    assert function_name(text).name == "f"


@pytest.mark.parametrize("text", ["f", "f:$LATEST", "111122223333:function:f", ARN, f"{ARN}:$LATEST"])
def test_forms_of_the_same_function_are_the_same(text: str) -> None:
    assert function_name(text).same(FunctionName(name="f"), PLACE)


@pytest.mark.parametrize(
    "text", ["g", "f:live", f"{ARN}:1", "arn:aws:lambda:us-east-1:111122223333:function:f"]
)
def test_another_function_or_version_is_another(text: str) -> None:
    assert not function_name(text).same(FunctionName(name="f"), PLACE)


@pytest.mark.parametrize(
    ("text", "here"),
    [
        ("f", True),
        (ARN, True),
        ("999999999999:function:f", False),
        ("arn:aws:lambda:us-east-1:111122223333:function:f", False),
    ],
)
def test_a_name_says_where_its_function_is(text: str, *, here: bool) -> None:
    assert function_name(text).is_at(PLACE) is here
