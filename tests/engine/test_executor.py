"""The process that runs a program: what it costs must grow with the program, not with its square."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pavedroad import engine
from tests.support.engine import PROVIDER, Observed, write_project
from tests.support.engine_crash import request

if TYPE_CHECKING:
    from pathlib import Path

COUNT = 300
PROGRAM = """
import asyncio
from pathlib import Path

import pulumi_aws as aws

Path("waits").touch()
the_real_one = asyncio.wait


async def counted(waited, **options):
    with Path("waits").open("a") as file:
        file.write(f"{{len(waited)}}\\n")
    return await the_real_one(waited, **options)


asyncio.wait = counted
for number in range({count}):
    aws.sqs.Queue(f"queue-{{number}}")
"""


def test_outputs_are_not_waited_for_anew_at_every_answer(tmp_path: Path) -> None:
    """Each time the SDK waits for outputs it looks through all: it may do so a few times, not hundreds."""
    write_project(tmp_path, PROGRAM.format(count=COUNT))
    observed = Observed()

    result = engine.preview(request(tmp_path, PROVIDER), observed.take)

    assert result.outcome is engine.Outcome.SUCCEEDED, observed.diagnostics
    waits = (tmp_path / "waits").read_text().splitlines()
    assert len(waits) < COUNT / 10
