"""Processes are known by their id and their birth, and end when told to."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from pavedroad.cloud import processes
from pavedroad.cloud.processes import alive, birth, end, group_memory
from tests.support.cloud_processes import eventually, group

if TYPE_CHECKING:
    from collections.abc import Generator

STUBBORN = "trap '' TERM; sleep 600 & echo; while :; do wait; done"


@pytest.fixture
def child(request: pytest.FixtureRequest) -> Generator[subprocess.Popen[str]]:
    """A process that leads a group of its own and is ready."""
    code = getattr(request, "param", "echo; exec sleep 600")
    with subprocess.Popen(  # noqa: S603 - a constant script
        ["/bin/sh", "-c", code], stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process
        process.kill()


@pytest.fixture(params=["proc", "ps"])
def source(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways to ask the system."""
    if request.param == "ps":
        monkeypatch.setattr(processes, "_has_proc", lambda: False)
    return str(request.param)


@pytest.mark.usefixtures("source")
def test_a_process_is_alive_until_it_ends_even_if_it_is_not_buried(child: subprocess.Popen[str]) -> None:
    born = birth(child.pid)
    assert alive(child.pid, born)
    assert not alive(child.pid, f"{born}0")

    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)

    assert birth(child.pid) == ""
    assert not alive(child.pid, born)


def test_nothing_is_alive_without_a_birth(child: subprocess.Popen[str]) -> None:
    assert not alive(child.pid, "")


@pytest.mark.usefixtures("source")
def test_memory_of_a_group_is_counted(child: subprocess.Popen[str]) -> None:
    count, size = group_memory(child.pid)

    assert count == 1
    assert 50_000 < size < 50_000_000


def test_a_process_that_obeys_ends_when_asked(child: subprocess.Popen[str]) -> None:
    assert end(child.pid, birth(child.pid), grace_seconds=10)
    assert group_memory(child.pid)[0] == 0


@pytest.mark.parametrize("child", [STUBBORN], indirect=True)
def test_one_that_does_not_is_killed_with_its_group(child: subprocess.Popen[str]) -> None:
    assert group_memory(child.pid)[0] == 2

    assert not end(child.pid, birth(child.pid), grace_seconds=0.1)

    assert birth(child.pid) == ""
    eventually(lambda: not group(child.pid), "the rest of the group has ended")


def test_another_process_with_the_same_id_is_left_alone(child: subprocess.Popen[str]) -> None:
    end(child.pid, "the birth of an older one", grace_seconds=0.1)

    assert child.poll() is None
