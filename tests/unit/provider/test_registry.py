"""The planned resources of a run are found by what they say now, not by what an earlier check said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from pavedroad.provider.account import Account
from pavedroad.provider.registry import Entry, Registry
from pavedroad.provider.values import Secret, text

if TYPE_CHECKING:
    from pavedroad.provider.values import Value

QUEUE = "aws:sqs/queue:Queue"
TOPIC = "aws:sns/topic:Topic"
NAMES = ("orders", "payments")


def entry(urn: str, token: str = QUEUE, name: Value = "orders", arn: str = "") -> Entry:
    return Entry(urn=urn, token=token, inputs={"name": name, "delaySeconds": 1}, arn=arn, account=Account())


entries = st.builds(
    entry,
    st.sampled_from(["a", "b", "c"]),
    st.sampled_from([QUEUE, TOPIC]),
    st.sampled_from([*NAMES, Secret("orders"), None]),
    st.sampled_from(["", "arn:1", "arn:2"]),
)


@given(st.lists(entries, max_size=12))
def test_the_index_says_what_a_look_through_all_says(added: list[Entry]) -> None:
    registry, known = Registry(), dict[str, Entry]()
    for each in added:
        registry.add(each)
        known[each.urn] = each

    for token in (QUEUE, TOPIC):
        of_type = [each for each in known.values() if each.token == token]
        for name in NAMES:
            same = [each.urn for each in of_type if text(each.inputs["name"]) == name]
            assert sorted(each.urn for each in registry.having(token, "name", name)) == sorted(same)
        for arn in ("arn:1", "arn:2", ""):
            found = registry.by_arn(token, arn)
            holders = [each for each in of_type if arn and each.arn == arn]
            assert (found in holders) if holders else found is None


def test_a_new_run_knows_nothing_of_the_last() -> None:
    registry = Registry()
    registry.add(entry("a", arn="arn:1"))

    registry.forget()

    assert registry.having(QUEUE, "name", "orders") == []
    assert registry.by_arn(QUEUE, "arn:1") is None
