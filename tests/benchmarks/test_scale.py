"""How previews and updates grow with their resources, with and without a pack: 7, 400, in `make bench` 2,000.

Figures for a reader, no limits. Beside them stands what the parts cost by themselves: the SDK needs about
2.2 ms a resource in one process (mocks), its policy server about 4.8 ms a resource for a pack of thirty
policies.
"""

from __future__ import annotations

import os
import resource
import time
from typing import TYPE_CHECKING, Final

import pytest

from pavedroad import engine
from pavedroad.engine.events import ResourcePreEvent, ResOutputsEvent
from pavedroad.engine.request import Outcome, PolicyPack, RunRequest
from tests.support.program import PACK, tiny_project
from tests.support.running_stack import PLUGIN

if TYPE_CHECKING:
    from pathlib import Path

    from pavedroad.engine.events import EngineEvent

SDK_MILLISECONDS: Final = 2.2
ANALYZE_MILLISECONDS: Final = 4.8
COUNTS: Final = [int(count) for count in os.environ.get("PAVEDROAD_RESOURCES", "7 400").split()]
PROGRAM: Final = """
import pulumi_aws as aws

for number in range({count}):
    aws.sqs.Queue(f"queue-{{number}}", visibility_timeout_seconds=30)
"""

pytestmark = pytest.mark.allow_hosts(["127.0.0.1", "::1"])


@pytest.mark.parametrize("packs", [(), (PACK,)], ids=["no pack", "standards"])
@pytest.mark.parametrize("count", COUNTS)
def test_preview_of_many(
    tmp_path: Path, count: int, packs: tuple[Path, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    project = tiny_project(tmp_path, PROGRAM.format(count=count))
    request = RunRequest(
        project_dir=project,
        stack="dev",
        provider_dirs={"aws": PLUGIN},
        policy_packs=tuple(PolicyPack(path=pack) for pack in packs),
    )
    first: list[float] = []
    last = 0.0

    def see(event: EngineEvent) -> None:
        nonlocal last
        if isinstance(event, ResourcePreEvent) and not first:
            first.append(time.perf_counter())
        if isinstance(event, ResOutputsEvent):
            last = time.perf_counter()

    begun = time.perf_counter()
    result = engine.preview(request, see)
    ended = time.perf_counter()

    assert result.outcome is Outcome.SUCCEEDED
    assert result.resource_changes["create"] == count + 1
    alone = count * (SDK_MILLISECONDS + (ANALYZE_MILLISECONDS if packs else 0)) / 1000
    megabytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    with capsys.disabled():
        print(
            f"\n{count:5} resources, {'standards' if packs else 'no pack':9}: {ended - begun:6.2f} s = start "
            f"{first[0] - begun:.2f} + resources {last - first[0]:.2f} + end {ended - last:.2f}; "
            f"{(last - first[0]) / count * 1000:.1f} ms a resource; SDK's own work alone {alone:.2f} s; "
            f"largest process so far {megabytes:.0f} MB"
        )


@pytest.mark.parametrize("count", COUNTS)
def test_update_of_many(tmp_path: Path, count: int, capsys: pytest.CaptureFixture[str]) -> None:
    request = RunRequest(
        project_dir=tiny_project(tmp_path, PROGRAM.format(count=count)),
        stack="dev",
        provider_dirs={"aws": PLUGIN},
    )
    told: list[str] = []

    for verb, step in ((engine.up, "create"), (engine.up, "same"), (engine.destroy, "delete")):
        begun = time.perf_counter()
        result = verb(request, lambda _event: None)
        seconds = time.perf_counter() - begun
        assert result.resource_changes[step] == count + 1
        told.append(f"{step} {seconds:.2f} s = {seconds / count * 1000:.1f} ms a resource")

    with capsys.disabled():
        print(f"\n{count:5} resources, kept in the record alone: {', '.join(told)}")
