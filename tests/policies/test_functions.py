"""The rules on functions through the SDK's own servicer, in both preview modes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest
from google.protobuf import json_format

from policies.kit.rule import Level
from policies.rules.functions import FUNCTION
from tests.support.functions_cases import CASES
from tests.support.layer_cases import PRESENT
from tests.support.policies import Computed, Res, Server, judge
from tests.support.rule_cases import Case, check

if TYPE_CHECKING:
    from tests.support.policies import Mode


@pytest.mark.parametrize(
    ("case", "mode"),
    [pytest.param(case, mode, id=f"{case.id} ({mode.value})") for case in CASES for mode in case.modes],
)
def test_case(case: Case, mode: Mode) -> None:
    check(case, mode)


REMEDIATED: Final = "arn:aws:lambda:eu-west-1:111122223333:layer:company-base:12"
TOOL: Final = "arn:aws:lambda:eu-west-1:111122223333:layer:tool:1"
L1_PARAMETERS: Final = {
    "ownAccounts": ["111122223333"],
    "companyLayers": [
        {
            "name": "company-base",
            "account": "111122223333",
            "minimumVersion": 12,
            "arns": {"eu-west-1": REMEDIATED},
        }
    ],
}


def remediated(**props: object) -> dict[str, object] | None:
    """The function's properties after remediation; None when nothing was changed."""
    server = Server([PRESENT], L1_PARAMETERS, level=Level.REMEDIATE)
    resource = Res(type=FUNCTION, props={"region": "eu-west-1", **props})
    answer = server.remediate(resource).remediations
    return json_format.MessageToDict(answer[0].properties) if answer else None


@pytest.mark.parametrize(("before", "after"), [([], [REMEDIATED]), ([TOOL], [TOOL, REMEDIATED])])
def test_remediation_appends_the_regions_layer_and_satisfies_the_rule(
    before: list[str], after: list[str]
) -> None:
    found = remediated(layers=before)
    assert found
    assert found["layers"] == after
    assert judge(PRESENT, Res(type=FUNCTION, props=found), parameters=L1_PARAMETERS).violations == ()
    assert remediated(**found) is None


@pytest.mark.parametrize(
    "props",
    [
        {"layers": [REMEDIATED]},
        {"layers": [TOOL] * 5},
        {"layers": [REMEDIATED.replace(":12", ":11")]},
        {"layers": [Computed()]},
        {"layers": [], "region": "us-east-1"},
        {"layers": [], "packageType": "Image"},
    ],
    ids=["present", "no room", "an older one", "unknown", "another region", "image"],
)
def test_remediation_leaves_alone_what_is_not_certain(props: dict[str, object]) -> None:
    assert remediated(**props) is None


def test_a_company_layer_without_a_name_counts_for_nothing() -> None:
    parameters = {**L1_PARAMETERS, "companyLayers": [{"account": "111122223333"}]}
    report = judge(PRESENT, Res(type=FUNCTION), parameters=parameters)
    assert report.not_applicable == ("no company layer is required",)


def test_an_old_version_of_an_own_account_is_decided_with_the_stack_in_view() -> None:
    """Before that it may be the stack's own first version; another account's old version never is."""
    server = Server([PRESENT], L1_PARAMETERS)
    old = Res(type=FUNCTION, props={"layers": [REMEDIATED.replace(":12", ":11")]})
    assert server.analyze(old).violations == ()
    assert server.analyze_stack([old]).keys == ("layer:company-base",)
    foreign = {"ownAccounts": ["444455556666"], "companyLayers": L1_PARAMETERS["companyLayers"]}
    assert Server([PRESENT], foreign).analyze(old).keys == ("layer:company-base",)
