"""The emulator's environment is built from what is asked, and from nothing else."""

from __future__ import annotations

from pathlib import Path

from pavedroad.cloud.environment import Setup, build, folders

RUN = Path("/project/.pavedroad/cloud/tmp/1")


def setup(*, data: Path | None = None, waits: float = 1) -> Setup:
    return Setup(
        account="111122223333",
        region="eu-west-1",
        port=4567,
        instance_id="abc",
        run=RUN,
        data=data,
        waits=waits,
    )


def test_main_account_region_port_and_instance_are_handed_over() -> None:
    found = build(setup())

    assert found["MINISTACK_ACCOUNT_ID"] == "111122223333"
    assert found["MINISTACK_REGION"] == "eu-west-1"
    assert found["GATEWAY_PORT"] == "4567"
    assert found["MINISTACK_EDITION"] == "abc"
    assert (found["AUTH"], found["BIND_HOST"]) == ("true", "127.0.0.1")


def test_what_is_thrown_away_lies_in_the_folder_of_the_run() -> None:
    found = build(setup())

    assert "PERSIST_STATE" not in found
    assert folders(found) == [RUN / "home", RUN / "tmp", RUN / "state", RUN / "s3"]


def test_what_is_kept_lies_outside_of_it() -> None:
    found = build(setup(data=Path("/data")))

    assert (found["PERSIST_STATE"], found["S3_PERSIST"]) == ("1", "1")
    assert folders(found) == [RUN / "home", RUN / "tmp", Path("/data/state"), Path("/data/s3")]


def test_waits_are_scaled_but_attempts_are_never_made_without_a_pause() -> None:
    half, none = build(setup(waits=0.5)), build(setup(waits=0))

    assert half["SFN_WAIT_SCALE"] == "0.5"
    assert half["LAMBDA_ASYNC_RETRY_BASE_SECONDS"] == "0.5"
    assert half["LAMBDA_ASYNC_RETRY_MAX_SECONDS"] == "15"
    assert none["SFN_WAIT_SCALE"] == "0"
    assert none["LAMBDA_ASYNC_RETRY_BASE_SECONDS"] == none["LAMBDA_ASYNC_RETRY_MAX_SECONDS"] == "0.05"
