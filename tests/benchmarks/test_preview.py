"""How long a preview takes, from the command line to its end; figures for a reader, no limits."""

from __future__ import annotations

import os
import statistics

import pytest

from tests.support.program import preview

ROUNDS = int(os.environ.get("PAVEDROAD_ROUNDS", "1"))


@pytest.mark.parametrize("stack", ["dev", "prod", "sandbox"])
def test_second_preview_of_an_environment(stack: str, capsys: pytest.CaptureFixture[str]) -> None:
    preview(stack=stack)  # builds the archives, fills the caches

    runs = [preview(stack=stack) for _ in range(ROUNDS)]

    assert [run.exit_code for run in runs] == [0] * ROUNDS
    seconds = sorted(run.seconds for run in runs)
    resources = runs[0].document["changeSummary"]["create"]
    policies = runs[0].document["policyPacks"][0]["enabled"]
    engine = statistics.median(run.document["duration"] / 1e9 for run in runs)
    with capsys.disabled():
        print(
            f"\npreview of {stack}: {resources} resources, {policies} policies: "
            f"median {statistics.median(seconds):.2f} s, best {seconds[0]:.2f} s, worst {seconds[-1]:.2f} s "
            f"of {ROUNDS} runs; inside the engine {engine:.2f} s"
        )
