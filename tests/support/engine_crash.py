"""Runs one operation and kills a part of it at a chosen event; a script, for tests of interrupted runs."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from pavedroad import engine

RECORD = "CASE_RECORD"
"""Environment variable of the recording provider: the folder of its record, one file a resource."""

STAND_IN_RECORD = "PAVEDROAD_RECORD"
"""The same of the stand-in provider: the file of its record."""


def recording_provider(cases_provider: Path, folder: Path) -> Path:
    """The cases' provider, keeping a durable record of what exists."""
    source = (cases_provider / "pulumi-resource-aws").read_text()
    source = source.replace(
        'return p.CreateResponse(id=f"{name}-{h}", properties=s)',
        'None if r.preview else open(os.path.join(os.environ["CASE_RECORD"], f"{name}-{h}"), "a").close()\n'
        '        return p.CreateResponse(id=f"{name}-{h}", properties=s)',
    ).replace(
        "return empty_pb2.Empty()\n\n    def Read",
        'try: os.remove(os.path.join(os.environ["CASE_RECORD"], r.id))\n'
        "        except FileNotFoundError: pass\n"
        "        return empty_pb2.Empty()\n\n    def Read",
    )
    source = source.replace(
        "def Read(self, r, c):",
        "def Read(self, r, c):\n"
        '        record = os.environ["CASE_RECORD"]\n'
        "        if not os.path.exists(os.path.join(record, r.id)): return p.ReadResponse()",
    )
    folder.mkdir()
    path = folder / "pulumi-resource-aws"
    path.write_text(source)
    path.chmod(0o755)
    return folder


def request(root: Path, provider: Path) -> engine.RunRequest:
    """The request of all runs on a project."""
    return engine.RunRequest(
        project_dir=root,
        stack="dev",
        provider_dirs={"aws": provider},
        provider_environment={RECORD: str(root / "record"), STAND_IN_RECORD: str(root / "record.sqlite")},
    )


def _victim(who: str) -> int:
    if who in {"engine", "interrupt"}:
        return os.getpid()
    word = {"provider": b"pulumi-resource-aws", "program": b"executor.py"}[who]
    children = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()
    for pid in children:
        if word in Path(f"/proc/{pid}/cmdline").read_bytes():
            return int(pid)
    return 0


def main() -> int:
    """Arguments: project folder, provider folder, operation, victim, number of the event to kill at."""
    root, provider, operation, who, at = sys.argv[1:]
    seen = 0

    def on_event(event: engine.EngineEvent) -> None:
        nonlocal seen
        seen += isinstance(event, engine.ResourcePreEvent | engine.ResOutputsEvent)
        if seen == int(at) and (pid := _victim(who)):
            seen += 1
            os.kill(pid, signal.SIGINT if who == "interrupt" else signal.SIGKILL)

    operations = {"up": engine.up, "destroy": engine.destroy}
    try:
        result = operations[operation](request(Path(root), Path(provider)), on_event)
    except engine.EngineError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0 if result.outcome is engine.Outcome.SUCCEEDED else 1


if __name__ == "__main__":
    sys.exit(main())
