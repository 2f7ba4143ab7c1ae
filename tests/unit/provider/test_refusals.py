"""Check refuses what AWS would refuse, and nothing else: each case changes one field of a good resource."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.provider import FUNCTION, QUEUE, UNKNOWN, changed, secret
from tests.unit.provider.bad_changes import BAD, IDS
from tests.unit.provider.good_resources import GOOD

if TYPE_CHECKING:
    from tests.support.provider import Client, Props


@pytest.mark.parametrize("token", GOOD)
def test_a_good_resource_is_taken(aws: Client, token: str) -> None:
    assert aws.check(token, "x", GOOD[token]).failures == {}


@pytest.mark.parametrize(("token", "change", "field", "words"), BAD, ids=IDS)
def test_one_bad_field_is_refused_by_name(
    aws: Client, token: str, change: Props, field: str, words: str
) -> None:
    inputs = changed(GOOD[token], change)

    failures = aws.check(token, "x", inputs).failures

    assert field in failures
    assert failures[field].startswith(field)
    assert words in failures[field]


@pytest.mark.parametrize("token", GOOD)
def test_unknown_values_are_never_refused(aws: Client, token: str) -> None:
    for field in GOOD[token]:
        failures = aws.check(token, "x", {**GOOD[token], field: UNKNOWN}).failures

        assert failures == {}, field


@pytest.mark.parametrize(("token", "change", "field", "words"), BAD, ids=IDS)
def test_secrets_never_stand_in_a_refusal(
    aws: Client, token: str, change: Props, field: str, words: str
) -> None:
    del field, words
    hidden = {key: secret(value) for key, value in change.items() if value is not None}
    inputs = changed(GOOD[token], {**change, **hidden})

    failures = aws.check(token, "x", inputs).failures

    for path, reason in failures.items():
        if path.partition(".")[0].partition("[")[0] in hidden:
            assert 'got "' not in reason
            assert not any(f"got {value:g}" in reason for value in change.values() if isinstance(value, int))


def test_a_fifo_queue_with_its_suffix_is_taken(aws: Client) -> None:
    assert (
        aws.check(
            QUEUE, "x", {"name": "orders.fifo", "fifoQueue": True, "contentBasedDeduplication": True}
        ).failures
        == {}
    )


def test_more_time_is_allowed_on_a_capacity_provider(aws: Client) -> None:
    inputs: Props = {
        **GOOD[FUNCTION],
        "timeout": 5400,
        "capacityProviderConfig": {
            "lambdaManagedInstancesCapacityProviderConfig": {"capacityProviderArn": "a"}
        },
    }

    assert "timeout" not in aws.check(FUNCTION, "x", inputs).failures
