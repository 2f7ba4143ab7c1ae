"""How far each resource has come, and what of it a report tells."""

from __future__ import annotations

import io
from dataclasses import replace

from rich.console import Console

from pavedroad.command.digest import digest
from pavedroad.command.display.model import read_events
from pavedroad.command.display.report import show_report
from pavedroad.command.display.standing import Standing, Watch
from pavedroad.command.display.wording import Operation
from pavedroad.engine.events import EngineEvent, Json, Op, ResOutputsEvent, StepState
from tests.support.command import STACK_URN, applied, done, policy, step, summary, urn

QUEUE = urn("aws:sqs/queue:Queue", "orders")
TOPIC = urn("aws:sns/topic:Topic", "later")
STACK = step(Op.SAME, STACK_URN, parent="")


def shown(
    events: list[EngineEvent],
    operation: Operation = Operation.UPDATE,
    *,
    plan: tuple[EngineEvent, ...] = (),
    before: tuple[EngineEvent, ...] | None = None,
) -> str:
    out = io.StringIO()
    console = Console(file=out, width=100, highlight=False, markup=False, emoji=False)
    report = read_events(events, operation=operation, plan=plan)
    seen = None if before is None else read_events(before)
    show_report(report, console, outcome="over", before=seen)
    return out.getvalue()


def outputs(before: dict[str, Json], after: dict[str, Json]) -> EngineEvent:
    old, new = (
        StepState(urn=STACK_URN, type="pulumi:pulumi:Stack", custom=False, outputs=each)
        for each in (before, after)
    )
    return ResOutputsEvent(metadata=replace(STACK.metadata, old=old, new=new), planning=False)


def test_the_steps_of_a_replacement_are_timed_together() -> None:
    steps = [step(op, QUEUE) for op in (Op.CREATE_REPLACEMENT, Op.REPLACE, Op.DELETE_REPLACED)]
    watch = Watch([*map(applied, steps), *map(done, steps)])

    assert watch.seconds[QUEUE] == 0.75
    assert watch.standing(QUEUE) is Standing.DONE


def test_a_replacement_whose_old_half_is_left_is_not_done() -> None:
    steps = [step(op, QUEUE) for op in (Op.CREATE_REPLACEMENT, Op.DELETE_REPLACED)]

    assert Watch([*map(applied, steps), done(steps[0])]).standing(QUEUE) is Standing.BEGUN


def test_a_read_before_an_update_gives_way_to_what_the_update_did() -> None:
    read, update = step(Op.REFRESH, QUEUE), step(Op.UPDATE, QUEUE)
    events = [applied(read), done(step(Op.SAME, QUEUE)), applied(update), done(update)]

    assert [each.op for each in Watch(events).steps] == [Op.UPDATE]


def test_what_was_planned_and_not_done_is_told_only_of_a_run_that_broke_off() -> None:
    plan = (STACK, step(Op.CREATE, TOPIC))
    through: list[EngineEvent] = [applied(STACK), applied(summary(same=1))]
    broken = [applied(STACK)]

    assert "later" not in shown(through, plan=plan)
    assert "1 not begun" in shown(list(broken), plan=plan)
    for events, result, wanted in ((through, "succeeded", []), (broken, "cancelled", [TOPIC])):
        document = digest(events, operation=Operation.UPDATE, plan=plan, result=result, exit_code=0)
        listed = document["notBegun"]
        assert isinstance(listed, list)
        assert [each["urn"] for each in listed if isinstance(each, dict)] == wanted


def test_progress_is_counted_only_of_a_run_that_broke_off() -> None:
    create = step(Op.CREATE, QUEUE)

    assert "Progress" not in shown([applied(create), done(create), applied(summary(create=1))])
    assert "Progress   1 done" in shown([applied(create), done(create)])


def test_a_run_that_changed_nothing_before_it_failed_says_so() -> None:
    create = applied(step(Op.CREATE, QUEUE))

    assert "Resources  none changed (1 in the cloud" in shown([create])


def test_outputs_are_told_again_only_when_they_changed() -> None:
    end = applied(summary(same=1))

    assert "count: 1" not in shown([applied(STACK), outputs({"count": 1}, {"count": 1}), end])
    assert "count: 2" in shown([applied(STACK), outputs({"count": 1}, {"count": 2}), end])


def test_what_policies_said_of_the_plan_is_not_said_again() -> None:
    create = step(Op.CREATE, QUEUE)
    known, fresh = policy("a", rule="known"), policy("b", rule="fresh")

    text = shown([applied(create), known, fresh], before=(create, known))

    assert "fresh" in text
    assert "known" not in text


def test_a_list_of_deletes_tells_what_will_stay() -> None:
    kept = [step(Op.DELETE, QUEUE), step(Op.DELETE, TOPIC)]
    fates = ({"protect": True}, {"retain_on_delete": True})
    events: list[EngineEvent] = []
    for event, fate in zip(kept, fates, strict=True):
        assert event.metadata.old
        old = replace(event.metadata.old, **fate)
        events.append(replace(event, metadata=replace(event.metadata, old=old)))

    text = shown(events, Operation.DESTROY)

    assert "orders  sqs:Queue  protected: cannot be deleted" in " ".join(text.split(" " * 14))
    assert "stays in the cloud (retain_on_delete)" in text
