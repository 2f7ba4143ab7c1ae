"""Which cloud a verb works in, and when the stack's state does not fit it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pavedroad.cloud import emulator
from pavedroad.command import local_cloud
from pavedroad.command.failure import CommandError
from pavedroad.command.request import RunOptions
from pavedroad.engine.request import RunRequest

if TYPE_CHECKING:
    from collections.abc import Mapping

QUEUE = "aws:sqs/queue:Queue"


@dataclass(frozen=True)
class Found:
    """What the verb needs to know of a running cloud."""

    endpoint: str = "http://127.0.0.1:4566"
    instance_id: str = "first"


@dataclass
class Clouds:
    """Stands in for the process manager: what runs, and how often one was started."""

    running: Found | None = None
    started: int = 0
    account: str = ""
    region: str = ""


@pytest.fixture
def clouds(monkeypatch: pytest.MonkeyPatch) -> Clouds:
    known = Clouds()

    def start(_folder: Path, *, account: str, region: str) -> Found:
        known.started += 1
        known.account, known.region = account, region
        known.running = known.running or Found()
        return known.running

    monkeypatch.setattr(emulator, "running", lambda _folder: known.running)
    monkeypatch.setattr(emulator, "start", start)
    return known


@pytest.fixture
def request_(tmp_path: Path) -> RunRequest:
    (tmp_path / "Pulumi.yaml").write_text("name: shop\nruntime: python\n", encoding="utf-8")
    (tmp_path / "Pulumi.dev.yaml").write_text(
        'config:\n  aws:region: eu-north-1\n  aws:allowedAccountIds: ["111122223333"]\n', encoding="utf-8"
    )
    return RunRequest(project_dir=tmp_path, stack="dev", state_file=tmp_path / "state.json")


def holds(monkeypatch: pytest.MonkeyPatch, *resources: tuple[str, str]) -> None:
    """Let the state hold resources: type and kind."""
    listed = [{"type": token, "outputs": {"__kind": kind}} for token, kind in resources]

    def exported(_request: RunRequest) -> Mapping[str, object]:
        return {"deployment": {"resources": listed}}

    monkeypatch.setattr("pavedroad.engine.export_state", exported)


def test_a_change_starts_the_cloud_at_the_stacks_account_and_region(
    clouds: Clouds, request_: RunRequest
) -> None:
    joined = local_cloud.joined(request_, RunOptions())

    assert (clouds.started, clouds.account, clouds.region) == (1, "111122223333", "eu-north-1")
    assert joined.request.provider_environment[local_cloud.CLOUD] == "http://127.0.0.1:4566"
    assert not joined.anew


def test_a_cloud_that_runs_is_used_as_it_is(clouds: Clouds, request_: RunRequest) -> None:
    clouds.running = Found("http://127.0.0.1:5000", "other")

    joined = local_cloud.joined(request_, RunOptions())

    assert clouds.started == 0
    assert joined.request.provider_environment[local_cloud.CLOUD] == "http://127.0.0.1:5000"


def test_a_look_starts_nothing(clouds: Clouds, request_: RunRequest) -> None:
    asked = local_cloud.planned(request_, RunOptions())

    assert clouds.started == 0
    assert asked.provider_environment[local_cloud.CLOUD] == local_cloud.PLANNED


@pytest.mark.parametrize("options", [RunOptions(no_cloud=True), RunOptions(provider_path=Path("mine"))])
def test_without_a_cloud_the_provider_is_told_of_none(
    clouds: Clouds, request_: RunRequest, options: RunOptions
) -> None:
    assert local_cloud.CLOUD not in local_cloud.planned(request_, options).provider_environment
    assert local_cloud.CLOUD not in local_cloud.joined(request_, options).request.provider_environment
    assert clouds.started == 0


def test_a_stack_in_the_cloud_is_not_worked_on_without_it(
    clouds: Clouds, request_: RunRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    holds(monkeypatch, (QUEUE, "live"))

    with pytest.raises(CommandError, match="1 resources in the local cloud, which --no-cloud does not reach"):
        local_cloud.joined(request_, RunOptions(no_cloud=True))
    assert clouds.started == 0


def test_a_stack_made_without_the_cloud_is_not_worked_on_in_it(
    clouds: Clouds, request_: RunRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    holds(monkeypatch, (QUEUE, "recorded"))

    with pytest.raises(CommandError, match="was made without the local cloud"):
        local_cloud.joined(request_, RunOptions())
    assert clouds.started == 0


def test_types_that_are_always_recorded_stand_beside_live_ones(
    clouds: Clouds, request_: RunRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    holds(monkeypatch, ("aws:signer/signingProfile:SigningProfile", "recorded"))

    assert local_cloud.joined(request_, RunOptions()).instance == "first"
    assert clouds.started == 1


def test_a_cloud_that_began_anew_is_noticed_until_it_is_remembered(
    clouds: Clouds, request_: RunRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    local_cloud.joined(request_, RunOptions()).remember()
    holds(monkeypatch, (QUEUE, "live"))
    assert not local_cloud.joined(request_, RunOptions()).anew

    clouds.running = replace(Found(), instance_id="second")
    found = local_cloud.joined(request_, RunOptions())
    assert found.anew

    found.remember()
    assert not local_cloud.joined(request_, RunOptions()).anew


def test_a_stack_without_live_resources_has_nothing_to_read_anew(
    clouds: Clouds, request_: RunRequest
) -> None:
    clouds.running = Found(instance_id="second")

    assert not local_cloud.joined(request_, RunOptions()).anew
