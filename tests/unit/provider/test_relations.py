"""Checks across what has been planned in one run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.provider import ACCOUNT, FUNCTION, FUNCTION_INPUTS, QUEUE, REGION, UNKNOWN, provider
from tests.unit.provider.good_resources import TRUST

if TYPE_CHECKING:
    from tests.support.provider import Client, Plain, Props

MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping"
ROLE = "aws:iam/role:Role"


def mapping(aws: Client, *, visibility: Plain, timeout: Plain, qualifier: str = ":live") -> dict[str, str]:
    aws.check(QUEUE, "orders", {"name": "orders", "visibilityTimeoutSeconds": visibility})
    aws.check(FUNCTION, "accept", {**FUNCTION_INPUTS, "name": "accept", "timeout": timeout})
    inputs: Props = {
        "eventSourceArn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:orders",
        "functionName": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:accept{qualifier}",
    }
    return aws.check(MAPPING, "m", inputs).failures


def test_a_queue_that_gives_up_before_its_function_is_refused(aws: Client) -> None:
    failures = mapping(aws, visibility=29, timeout=30)

    assert 'queue "orders" with a visibility timeout of 29 seconds' in failures["eventSourceArn"]
    assert 'function "accept", 30 seconds' in failures["eventSourceArn"]
    assert "raise visibilityTimeoutSeconds" in failures["eventSourceArn"]


@pytest.mark.parametrize(("visibility", "timeout"), [(30, 30), (180, 30), (UNKNOWN, 30), (10, UNKNOWN)])
def test_a_queue_that_waits_long_enough_is_taken(aws: Client, visibility: Plain, timeout: Plain) -> None:
    assert mapping(aws, visibility=visibility, timeout=timeout) == {}


def test_the_function_is_found_without_a_qualifier_too(aws: Client) -> None:
    assert "eventSourceArn" in mapping(aws, visibility=29, timeout=30, qualifier="")


@pytest.mark.parametrize(
    ("token", "field", "inputs"),
    [
        (QUEUE, "name", {"name": "orders"}),
        (FUNCTION, "name", {**FUNCTION_INPUTS, "name": "orders"}),
        (ROLE, "name", {"name": "orders", "assumeRolePolicy": TRUST}),
        ("aws:s3/bucket:Bucket", "bucket", {"bucket": "orders"}),
        (
            "aws:cloudwatch/dashboard:Dashboard",
            "dashboardName",
            {"dashboardName": "orders", "dashboardBody": "{}"},
        ),
    ],
)
def test_a_name_is_given_once(aws: Client, token: str, field: str, inputs: Props) -> None:
    assert aws.check(token, "first", inputs).failures == {}

    failures = aws.check(token, "second", inputs).failures

    assert 'which "first" of this run already has' in failures[field]


def test_the_same_resource_may_be_checked_again(aws: Client) -> None:
    aws.check(QUEUE, "orders", {"name": "orders"})

    assert aws.check(QUEUE, "orders", {"name": "orders"}).failures == {}


def test_a_name_may_stand_in_two_regions_but_a_role_is_everywhere(aws: Client) -> None:
    aws.check(QUEUE, "a", {"name": "orders"})

    assert aws.check(QUEUE, "b", {"name": "orders", "region": "eu-central-1"}).failures == {}


def test_two_providers_do_not_see_each_other(aws: Client) -> None:
    aws.check(QUEUE, "a", {"name": "orders"})
    with provider() as other:
        assert other.check(QUEUE, "b", {"name": "orders"}).failures == {}


def test_provisioned_concurrency_fits_into_what_is_reserved(aws: Client) -> None:
    token = "aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig"
    aws.check(FUNCTION, "f", {**FUNCTION_INPUTS, "name": "f", "reservedConcurrentExecutions": 5})

    too_many = aws.check(
        token, "p", {"functionName": "f", "qualifier": "live", "provisionedConcurrentExecutions": 6}
    )
    enough = aws.check(
        token, "p", {"functionName": "f", "qualifier": "live", "provisionedConcurrentExecutions": 5}
    )

    assert "got 6, allowed at most the function's reservedConcurrentExecutions, 5" in str(too_many.failures)
    assert enough.failures == {}


def test_weights_between_versions_need_a_version(aws: Client) -> None:
    aws.check(FUNCTION, "f", {**FUNCTION_INPUTS, "name": "f"})
    inputs: Props = {
        "functionName": "f",
        "functionVersion": "$LATEST",
        "name": "live",
        "routingConfig": {"additionalVersionWeights": {"2": 0.1}},
    }

    assert (
        "between published versions"
        in aws.check("aws:lambda/alias:Alias", "a", inputs).failures["routingConfig"]
    )
