"""What goes wrong ends the run with one clear message, and leaves no process behind."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import textwrap
import time
from dataclasses import replace
from pathlib import Path

import pytest

from pavedroad import engine
from tests.support.engine import PACK, PROVIDER, Observed, write_project

PROGRAM = """
import pulumi_aws as aws
aws.sqs.Queue("orders")
"""
POLICY = """
from pulumi_policy import EnforcementLevel, PolicyPack, ResourceValidationPolicy
def check(args, report):
    {body}
PolicyPack("faulty", enforcement_level=EnforcementLevel.MANDATORY, policies=[
    ResourceValidationPolicy(name="faulty", description="Faulty.", validate=check)])
"""
REPOSITORY = Path(__file__).parents[2]


def preview(
    root: Path, *, packs: tuple[Path, ...] = (), provider: Path = PROVIDER, stack: str = "dev"
) -> Observed:
    request = engine.RunRequest(
        project_dir=root,
        stack=stack,
        provider_dirs={"aws": provider},
        policy_packs=tuple(engine.PolicyPack(path=path) for path in packs),
    )
    observed = Observed()
    observed.result = engine.preview(request, observed.take)
    return observed


def make_pack(root: Path, text: str) -> Path:
    folder = root / "pack"
    folder.mkdir()
    (folder / "PulumiPolicy.yaml").write_text("runtime: python\n")
    (folder / "__main__.py").write_text(text)
    return folder


def make_provider(root: Path, *, text: str = "", before: str = "", insert: str = "") -> Path:
    """The cases' provider with a line inserted after another, or a script of its own."""
    folder = root / "plugin"
    folder.mkdir()
    path = folder / "pulumi-resource-aws"
    source = text or (PROVIDER / "pulumi-resource-aws").read_text()
    path.write_text(source.replace(before, f"{before}\n        {insert}") if before else source)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return folder


def errors(observed: Observed) -> list[str]:
    return [message for severity, _, message in observed.diagnostics if severity == "error"]


def test_a_change_within_a_second_is_seen_although_the_size_is_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    monkeypatch.setenv("PYTHONPYCACHEPREFIX", str(tmp_path / "bytecode"))
    names: list[str] = []
    for name in ("orders", "others"):
        write_project(tmp_path, PROGRAM.replace("orders", name))
        os.utime(tmp_path / "__main__.py", (1_700_000_000, 1_700_000_000))
        names += [str(step["urn"]).rpartition("::")[2] for step in preview(tmp_path).steps]

    assert "orders" in names
    assert "others" in names


def test_a_program_that_raises_fails_the_run_with_its_own_part_of_the_traceback(tmp_path: Path) -> None:
    write_project(tmp_path, PROGRAM + 'raise ValueError("settings are wrong")\n')

    observed = preview(tmp_path)

    assert observed.result is not None
    assert observed.result.outcome is engine.Outcome.FAILED
    [message] = errors(observed)
    lines = message.strip().splitlines()
    assert lines[0] == "Program failed with an unhandled exception:"
    assert lines[2].strip().startswith(f'File "{tmp_path}/__main__.py", line 4')
    assert lines[-1] == "ValueError: settings are wrong"


def test_a_program_that_crashes_is_named_with_how_it_ended(tmp_path: Path) -> None:
    write_project(tmp_path, "import os, sys\nprint('last words', flush=True)\nos._exit(41)\n")

    [message] = errors(preview(tmp_path))

    assert "the program ended with exit code 41" in message
    assert "last words" in message


def test_a_program_that_hangs_after_a_failure_is_ended(tmp_path: Path) -> None:
    write_project(
        tmp_path,
        "import pulumi_aws as aws, pulumi, threading, time\n"
        'queue = aws.sqs.Queue("orders", tags={"fail": "check"})\n'
        "threading.Thread(target=time.sleep, args=(600,)).start()\n",
    )
    started = time.monotonic()

    [message] = errors(preview(tmp_path))

    assert "refused by check" in message
    assert time.monotonic() - started < 30


def test_a_missing_project_is_named(tmp_path: Path) -> None:
    with pytest.raises(engine.EngineError, match=r"no Pulumi\.yaml in .*--cwd"):
        preview(tmp_path)


def test_an_unknown_stack_is_refused_with_the_stacks_there_are(tmp_path: Path) -> None:
    write_project(tmp_path, PROGRAM)

    with pytest.raises(engine.EngineError, match=r"stack 'prod' has no configuration file.*Stacks: dev"):
        preview(tmp_path, stack="prod")


def test_a_missing_pack_is_named(tmp_path: Path) -> None:
    write_project(tmp_path, PROGRAM)

    with pytest.raises(engine.EngineError, match=r"policy pack .*/nowhere: there is no PulumiPolicy\.yaml"):
        preview(tmp_path, packs=(tmp_path / "nowhere",))


def test_a_pack_that_crashes_at_its_start_is_named_with_its_last_words(tmp_path: Path) -> None:
    write_project(tmp_path, PROGRAM)
    pack = make_pack(tmp_path, 'raise RuntimeError("pack is broken")\n')

    with pytest.raises(engine.EngineError, match=r"(?s)policy pack pack did not start.*pack is broken"):
        preview(tmp_path, packs=(PACK, pack))


def test_a_pack_that_dies_while_it_judges_is_named_with_the_resource(tmp_path: Path) -> None:
    write_project(tmp_path, PROGRAM)
    pack = make_pack(tmp_path, POLICY.format(body="import os; os._exit(9)"))

    with pytest.raises(engine.EngineError, match=r"(?s)policy pack pack ended with exit code 9.*judging urn"):
        preview(tmp_path, packs=(pack,))


def test_a_policy_that_raises_ends_the_run_with_its_words(tmp_path: Path) -> None:
    write_project(tmp_path, PROGRAM)
    pack = make_pack(tmp_path, POLICY.format(body='raise KeyError("no such fact")'))

    with pytest.raises(engine.EngineError, match=r"(?s)policy pack pack failed: 'no such fact'.*judging urn"):
        preview(tmp_path, packs=(pack,))


def test_a_provider_that_dies_is_named_with_what_it_was_doing(tmp_path: Path) -> None:
    write_project(tmp_path, PROGRAM)
    provider = make_provider(
        tmp_path, before="def Create(self, r, c):", insert='print("oh no", flush=True); os._exit(3)'
    )

    with pytest.raises(
        engine.EngineError, match=r"(?s)provider 'aws' ended with exit code 3.*oh no.*creating"
    ):
        preview(tmp_path, provider=provider)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("#!/bin/sh\nexit 7\n", "did not start: it ended with exit code 7"),
        ("#!/bin/sh\necho hello\nsleep 60\n", "the first line it printed is 'hello', not a port"),
    ],
)
def test_a_provider_without_a_port_is_named(tmp_path: Path, text: str, message: str) -> None:
    write_project(tmp_path, PROGRAM)

    with pytest.raises(engine.EngineError, match=message):
        preview(tmp_path, provider=make_provider(tmp_path, text=text))


def test_a_provider_on_the_path_is_used_only_when_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_project(tmp_path, PROGRAM)
    monkeypatch.setenv("PATH", f"{PROVIDER}{os.pathsep}{os.environ['PATH']}")
    request = engine.RunRequest(project_dir=tmp_path, stack="dev", ambient_plugins=True)

    assert engine.preview(request, lambda _: None).outcome is engine.Outcome.SUCCEEDED
    with pytest.raises(engine.EngineError, match="no plugin folder is known for it"):
        engine.preview(replace(request, ambient_plugins=False), lambda _: None)


def test_a_missing_provider_is_named(tmp_path: Path) -> None:
    write_project(tmp_path, PROGRAM)

    with pytest.raises(engine.EngineError, match="there is no pulumi-resource-aws in"):
        preview(tmp_path, provider=tmp_path)


@pytest.mark.parametrize(
    ("program", "named"),
    [
        ('pulumi.StackReference("other")', "pulumi:pulumi:StackReference 'other' is not supported"),
        (
            """
hooks = pulumi.ResourceHookBinding(before_create=[pulumi.ResourceHook("h", print)])
aws.sqs.Queue("q", opts=pulumi.ResourceOptions(hooks=hooks))
""",
            "hooks",
        ),
        ('pulumi.runtime.call("aws:index:x", {})', "the method aws:index:x (Call) is not supported"),
        (
            'pulumi.ComponentResource("a:b:C", "c", {}, pulumi.ResourceOptions(), True)',
            "remote components (Construct) are not supported",
        ),
    ],
)
def test_what_is_not_supported_is_refused_by_name(tmp_path: Path, program: str, named: str) -> None:
    write_project(tmp_path, f"import pulumi\nimport pulumi_aws as aws\n{program}\n")

    [message] = errors(preview(tmp_path))

    assert named in message


def _family(marker: str) -> list[int]:
    """Every living process that carries the marker in its environment."""
    found: list[int] = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and marker.encode() in (entry / "environ").read_bytes():
                state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
                found += [int(entry.name)] if state != "Z" else []
        except OSError:
            continue
    return found


def _wait_until(condition: object, seconds: float) -> bool:
    assert callable(condition)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_an_interrupted_or_killed_run_leaves_no_process(tmp_path: Path, number: signal.Signals) -> None:
    write_project(tmp_path, f"{PROGRAM}\nimport time\nopen('{tmp_path}/up', 'w').close()\ntime.sleep(600)\n")
    marker = f"PAVEDROAD_TEST_MARKER={tmp_path}"
    script = f"""
        from pathlib import Path
        from pavedroad import engine
        engine.preview(engine.RunRequest(project_dir=Path({str(tmp_path)!r}), stack="dev",
            provider_dirs={{"aws": Path({str(PROVIDER)!r})}},
            policy_packs=(engine.PolicyPack(path=Path({str(PACK)!r})),)), lambda event: None)
    """
    run = subprocess.Popen(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", textwrap.dedent(script)],
        cwd=REPOSITORY,
        env={**os.environ, "PAVEDROAD_TEST_MARKER": str(tmp_path)},
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert _wait_until((tmp_path / "up").exists, 30)
        assert len(_family(marker)) >= 4
        started = time.monotonic()

        os.killpg(run.pid, number)

        _, said = run.communicate(timeout=10)
        assert time.monotonic() - started < 5
        assert _wait_until(lambda: not _family(marker), 5)
        if number is signal.SIGINT:
            assert said.rstrip().endswith("KeyboardInterrupt")
    finally:
        run.kill()
        run.wait()


@pytest.mark.parametrize(("stated", "shown"), [("version: 1.4.0\n", "1.4.0"), ("", "0.0.1")])
def test_a_packs_version_is_the_one_its_file_states_in_every_event(
    tmp_path: Path, stated: str, shown: str
) -> None:
    write_project(tmp_path, PROGRAM)
    pack = make_pack(tmp_path, POLICY.format(body="report('no')"))
    with (pack / "PulumiPolicy.yaml").open("a") as file:
        file.write(stated)

    observed = preview(tmp_path, packs=(pack,))

    told = [
        event for event in observed.events if isinstance(event, engine.PolicyEvent | engine.PolicyPackEvent)
    ]
    assert len(told) > 1
    assert {event.policy_pack_version for event in told} == {shown}
