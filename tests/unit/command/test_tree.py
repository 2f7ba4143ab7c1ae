"""The plan as a tree."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from pavedroad.command.display.model import read_events
from pavedroad.command.display.tree import plan_lines, short_type
from pavedroad.engine.events import EngineEvent, Op, ResOpFailedEvent
from tests.support.command import CHAIN, QUEUE, STACK_URN, SYSTEM, small_run, step, urn


def lines(events: list[EngineEvent], width: int = 100) -> list[str]:
    return [line.plain.rstrip() for line in plan_lines(read_events(events), width)]


def test_resources_stand_below_their_component_and_system() -> None:
    shown = lines(small_run())

    assert shown[0].startswith("+  shop-dev")
    assert shown[1].startswith("+  ├─ order-processing")
    assert shown[2].startswith("+  │  └─ orders ")
    assert shown[3].startswith("+  │     ├─ orders-dlq")
    assert shown[4].startswith("+  │     └─ orders-queue")
    assert shown[-1].startswith("+  └─ alarms")


def test_a_component_tells_how_many_resources_it_holds() -> None:
    shown = lines(small_run())

    assert shown[1].endswith("2 resources")
    assert "OrderProcessing" in shown[1]


def test_a_new_resource_tells_its_key_facts() -> None:
    shown = lines(small_run(), width=120)

    assert shown[4].endswith("visibility 180 s, retention 2 d")


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    wide = step(Op.CREATE, urn("aws:sqs/queue:Queue", "n" * 200), new={"name": "v" * 500})

    kind = step(Op.CREATE, urn("aws:s3/bucketServerSideEncryptionConfiguration:" + "T" * 90, "b"))

    assert all(cell_len(line) <= width for line in lines([*small_run(), wide, kind], width))


def test_facts_are_left_out_whole_and_not_cut_in_the_middle() -> None:
    wide = urn("aws:sqs/queue:Queue", "n" * 61)
    queue = step(Op.CREATE, wide, new={"visibilityTimeoutSeconds": 180.0, "messageRetentionSeconds": 61.0})

    assert lines([queue], width=116)[0].endswith("  visibility 180 s, …")


def test_facts_stand_below_the_name_where_there_is_no_room_beside_it() -> None:
    queue = step(
        Op.CREATE,
        urn("aws:sqs/queue:Queue", "orders"),
        new={"visibilityTimeoutSeconds": 180.0, "messageRetentionSeconds": 61.0},
    )

    assert [line.strip() for line in lines([queue], width=80)] == [
        "+  orders  sqs:Queue",
        "visibility 180 s, retention 61 s",
    ]


def test_an_update_shows_each_changed_property_with_both_values() -> None:
    queue = urn(f"{CHAIN}aws:sqs/queue:Queue", "orders-queue")
    update = step(Op.UPDATE, queue, old={"delay": 1.0}, new={"delay": 5.0}, diffs=("delay",))

    shown = lines([step(Op.SAME, STACK_URN, parent=""), update])

    assert shown[1].startswith("~  └─ orders-queue")
    assert shown[2].strip() == "delay: 1 -> 5"


def test_a_replacement_is_one_row_and_names_what_forces_it() -> None:
    queue = urn("aws:sqs/queue:Queue", "q")
    old, new = {"name": "a"}, {"name": "b"}
    events: list[EngineEvent] = [
        step(Op.SAME, STACK_URN, parent=""),
        step(Op.CREATE_REPLACEMENT, queue, old=old, new=new, keys=("name",)),
        step(Op.REPLACE, queue, old=old, new=new, keys=("name",)),
        step(Op.DELETE_REPLACED, queue, old=old),
    ]

    shown = lines(events)

    assert sum("q  " in line for line in shown) == 1
    assert shown[1].startswith("+- └─ q")
    assert shown[1].endswith("because of name")
    assert shown[2].split() == ["name:", "a", "->", "b", "forces", "replacement"]


def test_unchanged_resources_are_hidden_and_counted() -> None:
    events: list[EngineEvent] = [
        step(Op.SAME, STACK_URN, parent=""),
        step(Op.SAME, SYSTEM),
        step(Op.SAME, QUEUE, parent=SYSTEM),
        step(Op.DELETE, urn("aws:sqs/queue:Queue", "gone")),
    ]

    shown = lines(events)

    assert not any("orders" in line for line in shown)
    assert shown[1].startswith("-  └─ gone")
    assert shown[1].endswith("no longer in the program")
    assert shown[-1].strip() == "3 unchanged, not shown"


def test_many_changes_are_counted_beyond_the_first_eight() -> None:
    old = {f"p{i}": 1 for i in range(11)}
    new = {f"p{i}": 2 for i in range(11)}
    update = step(Op.UPDATE, urn("aws:sqs/queue:Queue", "q"), old=old, new=new, diffs=tuple(old))

    assert lines([update])[-1].strip() == "and 3 more"


def test_a_failed_step_is_marked() -> None:
    create = step(Op.CREATE, urn("aws:sqs/queue:Queue", "q"))

    shown = lines([create, ResOpFailedEvent(metadata=create.metadata)])

    assert shown[0].startswith("x  q")
    assert shown[0].endswith("failed")


def test_default_providers_are_not_shown_and_explicit_ones_are() -> None:
    shown = lines(
        [
            step(Op.CREATE, urn("pulumi:providers:aws", "default_7_51_1")),
            step(Op.CREATE, urn("pulumi:providers:aws", "us")),
        ]
    )

    assert len(shown) == 1
    assert "us" in shown[0]


@pytest.mark.parametrize(
    ("token", "short"),
    [
        ("aws:lambda/function:Function", "lambda:Function"),
        ("pavedroad:messaging:Queue", "Queue"),
        ("pulumi:providers:aws", "providers:aws"),
        ("odd", "odd"),
    ],
)
def test_types_are_short(token: str, short: str) -> None:
    assert short_type(token) == short
