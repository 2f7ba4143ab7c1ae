"""Physical names: within the service's limits, different for different names, the same everywhere."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components._naming import Kind, Scope, company_name, physical_name
from tests.support.components import SCOPE

WORD = st.builds(str.__add__, st.sampled_from("abz"), st.text("abcxyz019", max_size=20))
NAME = st.lists(WORD, min_size=1, max_size=15).map("-".join)
KIND = st.sampled_from(Kind)


@given(name=NAME, kind=KIND)
def test_a_name_keeps_to_the_services_limit_and_alphabet(name: str, kind: Kind) -> None:
    physical = physical_name(SCOPE, name, kind)

    separator = re.escape(kind.separator)
    assert len(physical) <= kind.max_length
    assert re.fullmatch(rf"[a-z0-9]+({separator}[a-z0-9]+)*", physical)
    assert physical.startswith(SCOPE.prefix.replace("-", kind.separator))


@given(first=NAME, second=NAME, kind=KIND)
def test_different_names_stay_different_also_when_cut(first: str, second: str, kind: Kind) -> None:
    same = physical_name(SCOPE, first, kind) == physical_name(SCOPE, second, kind)

    assert same == (first == second)


def test_a_short_name_is_prefix_and_name() -> None:
    assert physical_name(SCOPE, "orders-dlq", Kind.QUEUE) == "pavedroad-dev-orders-dlq"
    assert physical_name(SCOPE, "signing", Kind.SIGNING_PROFILE) == "pavedroad_dev_signing"


def test_two_long_names_that_differ_at_the_end_get_different_hashes() -> None:
    start = "a" * 80
    one, two = (physical_name(SCOPE, f"{start}-{end}", Kind.FUNCTION) for end in ("x", "y"))

    assert one != two
    assert one[:50] == two[:50]
    assert len(one) == Kind.FUNCTION.max_length


@pytest.mark.parametrize("name", ["", "Orders", "orders_dlq", "-orders", "orders-", "1orders", "a--b"])
def test_a_name_of_other_characters_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="name: got"):
        physical_name(SCOPE, name, Kind.QUEUE)
    with pytest.raises(ValueError, match="name: got"):
        company_name(SCOPE, name)


def test_what_all_environments_share_carries_the_project_only() -> None:
    assert company_name(SCOPE, "company") == "pavedroad-company"


@pytest.mark.parametrize(
    ("service", "resource", "arn"),
    [
        ("sqs", "orders", "arn:aws:sqs:eu-west-1:111122223333:orders"),
        ("iam", "role/x", "arn:aws:iam::111122223333:role/x"),
        ("s3", "bucket", "arn:aws:s3:::bucket"),
    ],
)
def test_arns_leave_out_what_the_service_has_not(service: str, resource: str, arn: str) -> None:
    assert SCOPE.arn(service, resource) == arn


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("project", "Paved_Road"),
        ("environment", "dev-1"),
        ("environment", "x" * 17),
        ("partition", "azure"),
        ("region", "europe"),
        ("account", "12345"),
        ("project", "a" * 40),
    ],
)
def test_a_scope_refuses_parts_that_make_no_name(field: str, value: str) -> None:
    good = {"project": "pavedroad", "environment": "dev", "region": "eu-west-1", "account": "111122223333"}

    with pytest.raises(ValueError, match=field):
        Scope(**{**good, field: value})
