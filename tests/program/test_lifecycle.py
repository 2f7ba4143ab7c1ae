"""A stack from its first `up` to its `destroy`, with the real engine and the stand-in provider."""

from __future__ import annotations

import fcntl
import json
import re
import time
from typing import TYPE_CHECKING

from tests.support.program import PACK, change
from tests.support.program_lifecycle import QUEUE, interrupt, tiny_stack

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "opensesame"


def test_a_stack_is_made_kept_changed_and_deleted(tmp_path: Path) -> None:
    stack = tiny_stack(tmp_path)

    made = stack.run("up", "--yes", "--json")
    assert (made.exit_code, made.stderr) == (0, "")
    assert made.document["operation"] == "update"
    assert made.document["changeSummary"] == {"create": 2}
    assert {step["standing"] for step in made.document["steps"]} == {"done"}
    assert SECRET not in made.stdout

    again = stack.run("up", "--yes")
    assert again.exit_code == 0
    assert again.stdout.startswith("Nothing to do: 2 unchanged")

    change(tmp_path / "__main__.py", "delay_seconds=1", "delay_seconds=7")
    planned = stack.run("preview")
    assert "delaySeconds: 1 -> 7" in planned.stdout
    assert stack.resources["orders"]["inputs"]["delaySeconds"] == 1
    changed = stack.run("up", "--yes")
    assert changed.exit_code == 0, changed.stderr
    assert "updated in" in changed.stdout
    assert stack.resources["orders"]["inputs"]["delaySeconds"] == 7

    assert stack.run("refresh").stdout.startswith("Nothing to do: 2 unchanged")
    gone = stack.run("destroy", "--yes")
    assert gone.exit_code == 0, gone.stderr
    assert "- 2 deleted" in gone.stdout
    assert stack.resources == {}


def test_up_acts_on_a_yes_and_shows_secrets_only_when_asked_for(tmp_path: Path) -> None:
    stack = tiny_stack(tmp_path)
    code, shown = stack.answer("y", "up")
    exported = tmp_path / "exported.json"

    assert code == 0
    assert shown.index("+ 2 to create") < shown.index("[y/N]") < shown.index("+ 2 created")
    assert "password: [secret]" in shown
    assert SECRET not in shown
    assert json.loads(stack.run("outputs", "--json").stdout) == {
        "name": "tiny-orders",
        "password": "[secret]",
    }
    assert f"password: {SECRET}\n" in stack.run("outputs", "--show-secrets").stdout
    assert SECRET not in stack.state.read_text(encoding="utf-8")
    sealed = stack.run("state", "export")
    assert json.loads(sealed.stdout)["version"] == 3
    assert SECRET not in sealed.stdout
    assert stack.run("state", "export", "--show-secrets", "--file", "exported.json").stdout == ""
    assert SECRET in exported.read_text(encoding="utf-8")
    assert exported.stat().st_mode & 0o777 == 0o600


def test_up_does_nothing_when_the_answer_to_its_question_is_no(tmp_path: Path) -> None:
    stack = tiny_stack(tmp_path)

    code, shown = stack.answer("n", "up")

    assert code == 1
    assert shown.index("+ 2 to create") < shown.index("Update stack dev as planned?")
    assert "not confirmed; nothing was changed" in shown
    assert not stack.state.exists()


def test_a_stack_in_use_is_refused_by_the_name_of_its_user(tmp_path: Path) -> None:
    stack = tiny_stack(tmp_path)
    stack.state.parent.mkdir(parents=True)
    with stack.state.with_name("dev.json.lock").open("w", encoding="utf-8") as lock:
        lock.write("pavedroad pid 4711")
        lock.flush()
        fcntl.flock(lock, fcntl.LOCK_EX)

        found = stack.run("up", "--yes")

    assert found.exit_code == 1
    assert "stack 'dev' is in use by another run (pavedroad pid 4711)" in found.stderr
    assert not stack.state.exists()


def test_a_damaged_state_is_left_untouched(tmp_path: Path) -> None:
    stack = tiny_stack(tmp_path)
    stack.state.parent.mkdir(parents=True)
    stack.state.write_text('{"version": 3, "deploy', encoding="utf-8")

    for verb in (("up", "--yes"), ("destroy", "--yes"), ("outputs",)):
        found = stack.run(*verb)
        assert found.exit_code == 1
        assert "it is not valid JSON" in found.stderr
        assert "Traceback" not in found.stderr

    assert stack.state.read_text(encoding="utf-8") == '{"version": 3, "deploy'


def test_after_a_failure_it_tells_what_was_done_and_what_was_not_begun(tmp_path: Path) -> None:
    stop = 'if not pulumi.runtime.is_dry_run():\n    raise ValueError("stop here")\n'
    later = 'aws.sns.Topic("later", name="tiny-later", opts=pulumi.ResourceOptions(depends_on=[queue]))\n'
    stack = tiny_stack(tmp_path, QUEUE + stop + later)

    found = stack.run("up", "--yes")

    assert found.exit_code == 1
    assert re.search(r"later +sns:Topic +not begun", found.stdout)
    assert re.search(r"orders +sqs:Queue +created in \d+ ms", found.stdout)
    assert "ValueError: stop here" in found.stdout
    assert "2 done, 1 not begun" in found.stdout
    assert set(stack.resources) >= {"tiny-dev", "orders"}


def test_ctrl_c_ends_an_update_soon_with_its_state_saved(tmp_path: Path) -> None:
    wait = "queue.arn.apply(lambda _: pulumi.runtime.is_dry_run() or __import__('time').sleep(60))\n"
    stack = tiny_stack(tmp_path, QUEUE + wait)
    started = stack.start("up", "--yes")

    pressed = interrupt(started, once=stack.state, holds='"id":"https://sqs')
    found = started.finish()
    took = time.monotonic() - pressed

    assert took < 5
    assert found.exit_code == 130
    assert found.orphans == ()
    assert found.stderr.endswith("cancelled\n")
    assert stack.resources["orders"]["id"].endswith("/tiny-orders")
    stack.program(QUEUE)
    on = stack.run("preview", "--json")
    assert on.document["changeSummary"] == {"same": 2}


def test_resources_are_judged_without_a_program(tmp_path: Path) -> None:
    stack = tiny_stack(tmp_path, "raise AssertionError('nobody runs the program')\n")
    role = {"type": "aws:iam/role:Role", "name": "bare", "props": {"name": "bare", "assumeRolePolicy": "{}"}}
    (tmp_path / "list.jsonl").write_text(json.dumps(role), encoding="utf-8")

    found = stack.run("check", "--resources", "list.jsonl", "--policy-pack", str(PACK), "--json")

    assert found.exit_code == 5
    assert found.document["operation"] == "check"
    assert "bare" in found.violation_of("iam-role-boundary-attached")["subject"]
    assert not stack.state.exists()


def test_targets_and_excludes_leave_the_rest_alone(tmp_path: Path) -> None:
    stack = tiny_stack(tmp_path)
    assert stack.run("up", "--yes").exit_code == 0
    main = tmp_path / "__main__.py"
    change(main, "delay_seconds=1", "delay_seconds=7")
    main.write_text(main.read_text() + '\naws.sqs.Queue("extra")\n')

    planned = stack.run("preview", "--exclude", "*::orders", "--json")
    assert planned.document["changeSummary"] == {"create": 1, "same": 2}
    made = stack.run("up", "--yes", "--target", "*::extra")
    assert made.exit_code == 0, made.stderr
    assert stack.resources["orders"]["inputs"]["delaySeconds"] == 1
    code, asked = stack.answer("n", "destroy", "--target", "*::extra")
    assert code == 1
    assert "extra" in asked
    assert "orders" not in asked
    gone = stack.run("destroy", "--yes", "--target", "*::extra")
    assert gone.exit_code == 0, gone.stderr
    assert "orders" in stack.resources
    assert "extra" not in stack.resources
