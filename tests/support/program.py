"""Runs the real command as a user runs it: a process of its own, watched for what it must not do."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT: Final = Path(__file__).resolve().parents[2]
COMMAND: Final = str(Path(sys.executable).parent / "pavedroad")
PACK: Final = ROOT / "policies" / "packs" / "standards"
MARKER: Final = "PAVEDROAD_TEST_RUN"
"""Environment variable by which the processes of one run are found again."""

TIMEOUT_SECONDS: Final = 60
GONE_SECONDS: Final = 2.0
_PROGRAM_FILES: Final = (
    "__main__.py",
    "Pulumi.yaml",
    "Pulumi.dev.yaml",
    "Pulumi.prod.yaml",
    "Pulumi.sandbox.yaml",
)
_PROGRAM_FOLDERS: Final = ("components", "guardrails", "lambdas", "systems")


@dataclass(frozen=True, kw_only=True)
class Run:
    """What a run of the command left behind.

    Attributes:
        orphans: Command lines of processes that outlived the command.
        log: The event log, one document a line; empty when there is none.
        seconds: Duration on the wall clock.
    """

    exit_code: int
    stdout: str
    stderr: str
    orphans: tuple[str, ...]
    log: tuple[dict[str, Any], ...] = field(default=())
    seconds: float = 0.0

    @property
    def document(self) -> dict[str, Any]:
        """Standard output as the one JSON document it is."""
        return json.loads(self.stdout)

    @property
    def violations(self) -> list[dict[str, Any]]:
        """Policy results that are violations, of a run with --json."""
        return [result for result in self.document["policies"] if result["kind"] == "violation"]

    def violation_of(self, rule: str) -> dict[str, Any]:
        """The first violation of a rule; fails naming what there is instead."""
        found = [
            result for result in self.violations if result["policyName"].removesuffix("-in-stack") == rule
        ]
        assert found, f"no violation of {rule} in {[result['policyName'] for result in self.violations]}"
        return found[0]


@dataclass
class Started:
    """A run that goes on."""

    process: subprocess.Popen[str]
    marker: str
    log_path: Path | None
    began: float

    def finish(self, timeout: float = TIMEOUT_SECONDS) -> Run:
        """Wait for the end of the command and look at what is left."""
        stdout, stderr = self.process.communicate(timeout=timeout)
        seconds = time.monotonic() - self.began
        log: tuple[dict[str, Any], ...] = ()
        if self.log_path and self.log_path.exists():
            text = self.log_path.read_text(encoding="utf-8")
            assert not text or text.endswith("\n"), "the event log ends in half a line"
            log = tuple(json.loads(line) for line in text.splitlines())
        return Run(
            exit_code=self.process.returncode,
            stdout=stdout,
            stderr=stderr,
            orphans=_left_over(self.marker),
            log=log,
            seconds=seconds,
        )


def start(
    *arguments: str, cwd: Path = ROOT, env: Mapping[str, str] | None = None, log: Path | None = None
) -> Started:
    """Start `pavedroad` with these arguments, as the leader of its own process group."""
    marker = uuid.uuid4().hex
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": os.environ.get("HOME", "/"),
        "LANG": "C.UTF-8",
        "PAVEDROAD_NO_CLOUD": "1",  # a test that means the local cloud says so, and ends it
        MARKER: marker,
        **(env or {}),
    }
    extra = ["--event-log", str(log)] if log else []
    began = time.monotonic()
    process = subprocess.Popen(  # noqa: S603 - our own command with a test's arguments
        [COMMAND, *arguments, *extra],
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    return Started(process=process, marker=marker, log_path=log, began=began)


def run(
    *arguments: str, cwd: Path = ROOT, env: Mapping[str, str] | None = None, log: Path | None = None
) -> Run:
    """Run `pavedroad` with these arguments to its end."""
    return start(*arguments, cwd=cwd, env=env, log=log).finish()


def preview(
    *arguments: str,
    cwd: Path = ROOT,
    stack: str = "dev",
    env: Mapping[str, str] | None = None,
    log: Path | None = None,
) -> Run:
    """Preview from no state with the standards pack, as one JSON document."""
    return run(
        "preview",
        "--stack",
        stack,
        "--state",  # a stack that somebody keeps in this folder must not show here
        "build/none/state.json",
        "--policy-pack",
        str(PACK),
        "--json",
        *arguments,
        cwd=cwd,
        env=env,
        log=log,
    )


def marked(marker: str) -> Iterator[tuple[int, str]]:
    """Process ids and command lines of the living processes of a run."""
    wanted = f"{MARKER}={marker}".encode()
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            environment = (folder / "environ").read_bytes()
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue  # gone meanwhile, or another user's
        if wanted in environment.split(b"\0"):
            yield int(folder.name), command.strip()


def _left_over(marker: str) -> tuple[str, ...]:
    # A killed process is listed until its parent has read its end; a living one stays.
    deadline = time.monotonic() + GONE_SECONDS
    while True:
        left = tuple(command for _, command in marked(marker))
        if not left or time.monotonic() > deadline:
            return left
        time.sleep(0.02)


def copy_program(target: Path) -> Path:
    """A copy of the program and its settings that a test may change; it plans with the same tools."""
    for name in _PROGRAM_FILES:
        shutil.copy2(ROOT / name, target / name)
    for name in _PROGRAM_FOLDERS:
        shutil.copytree(ROOT / name, target / name, ignore=shutil.ignore_patterns("__pycache__"))
    (target / ".venv").symlink_to(Path(sys.prefix))
    # Archives are named by their content: what the original has built is right for the copy too.
    (ROOT / "build").mkdir(exist_ok=True)
    (target / "build").symlink_to(ROOT / "build")
    return target


def set_setting(program: Path, stack: str, name: str, value: str | int) -> None:
    """Set one setting of order_processing in a stack's file of a copy, over whatever stands there."""
    file = program / f"Pulumi.{stack}.yaml"
    data = yaml.safe_load(file.read_text(encoding="utf-8"))
    systems = data["config"].setdefault("pavedroad:systems", {})
    systems.setdefault("order_processing", {})[name] = value
    file.write_text(yaml.safe_dump(data), encoding="utf-8")


def change(file: Path, old: str, new: str) -> None:
    """Replace one text by another; it must stand there exactly once, or the test tests nothing."""
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{file.name}: {old!r} stands there {text.count(old)} times, wanted once"
    file.write_text(text.replace(old, new), encoding="utf-8")


def tiny_project(folder: Path, program: str) -> Path:
    """A project of a few lines with one stack, dev."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "Pulumi.yaml").write_text("name: tiny\nruntime: python\n", encoding="utf-8")
    (folder / "Pulumi.dev.yaml").write_text(
        'config:\n  aws:region: eu-west-1\n  aws:allowedAccountIds: ["111122223333"]\n', encoding="utf-8"
    )
    (folder / "__main__.py").write_text(program, encoding="utf-8")
    return folder


def tiny_pack(folder: Path, code: str) -> Path:
    """A policy pack of a few lines."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "PulumiPolicy.yaml").write_text("runtime: python\nversion: 0.0.1\n", encoding="utf-8")
    (folder / "__main__.py").write_text(code, encoding="utf-8")
    return folder


def files_of(folder: Path) -> set[str]:
    """All files below a folder, without Python's own caches."""
    return {
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
