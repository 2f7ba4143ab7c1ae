"""The local cloud as a process: started, found again, stopped, and never left behind."""

from __future__ import annotations

import os
import shutil
import signal
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest
from botocore.exceptions import ClientError

from pavedroad.cloud import emulator, health, launching
from pavedroad.cloud.emulator import recorded, running, start, stop, throw_away
from pavedroad.cloud.errors import CloudError
from pavedroad.cloud.instance import write_record
from pavedroad.cloud.places import Places
from pavedroad.cloud.processes import alive
from tests.support.cloud import Cloud
from tests.support.cloud_functions import deploy
from tests.support.cloud_processes import (
    environment_of,
    eventually,
    first_line,
    group,
    listening,
    naming,
    script,
)

if TYPE_CHECKING:
    from collections.abc import Generator

    from mypy_boto3_sts import STSClient

    from pavedroad.cloud.instance import Running

ACCOUNT = "000000000000"
OTHER = "111122223333"
REGION = "eu-west-1"


@pytest.fixture
def folder(tmp_path: Path) -> Generator[Path]:
    """A folder for a cloud that ends with the test."""
    path = tmp_path / "cloud"
    yield path
    stop(path)


def begin(folder: Path, *, persistent: bool = False, port: int | None = None) -> Running:
    return start(folder, account=ACCOUNT, region=REGION, persistent=persistent, port=port)


def gone(found: Running) -> bool:
    return not group(found.pid)


def queues(found: Running, account: str = ACCOUNT, region: str = REGION) -> list[str]:
    listed = Cloud(running=found).client("sqs", account, region).list_queues().get("QueueUrls", [])
    return [url.rpartition("/")[2] for url in listed]


def make_queue(found: Running, name: str) -> None:
    Cloud(running=found).client("sqs").create_queue(QueueName=name)


def test_accounts_and_regions_are_apart(cloud: Cloud) -> None:
    make_queue(cloud.running, "apart")

    assert "apart" in queues(cloud.running)
    assert "apart" not in queues(cloud.running, OTHER)
    assert "apart" not in queues(cloud.running, region="us-east-1")


def test_rights_are_enforced(cloud: Cloud) -> None:
    stranger = cast("STSClient", cloud.client_with_keys("sts", "AKIAIOSFODNN7EXAMPLE", "wrong"))

    with pytest.raises(ClientError, match="InvalidClientTokenId"):
        stranger.get_caller_identity()


def test_a_reset_forgets_everything(cloud: Cloud) -> None:
    make_queue(cloud.running, "forgotten")

    cloud.reset()

    assert queues(cloud.running) == []


def test_its_environment_is_built_from_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "leak")
    monkeypatch.setenv("FOO", "leak")

    found = begin(folder)
    names = environment_of(found.pid)

    assert "leak" not in names.values()
    assert set(names) == {
        *("PATH", "HOME", "TMPDIR", "LANG", "DOCKER_HOST"),
        *("BIND_HOST", "GATEWAY_PORT", "AUTH", "LOG_LEVEL", "IOT_MTLS_ENABLED", "SFTP_ENABLED"),
        *("MINISTACK_ACCOUNT_ID", "MINISTACK_REGION", "MINISTACK_EDITION", "STATE_DIR", "S3_DATA_DIR"),
        *("SFN_WAIT_SCALE", "LAMBDA_ASYNC_RETRY_BASE_SECONDS", "LAMBDA_ASYNC_RETRY_MAX_SECONDS"),
    }
    assert all(str(folder) in names[name] for name in ("HOME", "TMPDIR", "STATE_DIR", "S3_DATA_DIR"))


def test_only_loopback_is_listened_on(cloud: Cloud) -> None:
    assert listening(group(cloud.running.pid)) == {f"0100007F:{cloud.running.port:04X}"}


def test_it_outlives_the_command_that_started_it_and_leaves_only_its_log(folder: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from pavedroad.cloud.emulator import start\n"
        f"print(start(Path(sys.argv[1]), account={ACCOUNT!r}, region={REGION!r}).pid, flush=True)"
    )
    with script(code, str(folder)) as command:
        pid = int(first_line(command))
    found = running(folder)

    assert found is not None
    assert (found.pid, command.returncode) == (pid, 0)
    assert os.getsid(pid) == pid
    assert Places(folder=folder).record.stat().st_mode & 0o777 == 0o600
    assert stop(folder) == found
    assert running(folder) is None
    eventually(lambda: gone(found), "its processes have ended")
    assert {path.name for path in folder.iterdir()} == {"cloud.log", "cloud.lock"}


def test_a_second_start_finds_the_first_and_refuses_to_be_another(folder: Path) -> None:
    with ThreadPoolExecutor(2) as pool:
        one, other = pool.map(begin, [folder, folder])

    assert one == other == begin(folder, port=one.port) == running(folder)
    with pytest.raises(CloudError, match=r"persistent no \(asked: yes\)\nStop it first"):
        begin(folder, persistent=True)
    with pytest.raises(CloudError, match=rf"account {ACCOUNT} \(asked: {OTHER}\), region {REGION}"):
        start(folder, account=OTHER, region="us-east-1")


def test_each_start_from_empty_has_a_new_instance(folder: Path) -> None:
    first = begin(folder)
    make_queue(first, "orders")
    stop(folder)

    second = begin(folder)

    assert second.instance_id != first.instance_id
    assert queues(second) == []


def test_a_persistent_one_keeps_its_content_and_instance_unless_it_is_killed(folder: Path) -> None:
    first = begin(folder, persistent=True)
    make_queue(first, "kept")
    Cloud(running=first).client("s3").create_bucket(
        Bucket="kept-objects", CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    Cloud(running=first).client("s3").put_object(Bucket="kept-objects", Key="a", Body=b"1")
    stop(folder)

    second = begin(folder, persistent=True)
    body = Cloud(running=second).client("s3").get_object(Bucket="kept-objects", Key="a")["Body"].read()
    assert (second.instance_id, queues(second), body) == (first.instance_id, ["kept"], b"1")

    make_queue(second, "lost")
    os.killpg(second.pid, signal.SIGKILL)
    third = begin(folder, persistent=True)
    assert third.instance_id not in {second.instance_id, ""}
    assert "lost" not in queues(third)

    stop(folder, forget=True)
    assert not Places(folder=folder).data.exists()


def test_a_throw_away_one_is_gone_with_all_it_held() -> None:
    with throw_away(account=OTHER, region="us-east-1") as found:
        home = found.log.parent
        assert (found.account, found.region) == (OTHER, "us-east-1")
        assert running(home) == found
        with pytest.raises(CloudError, match=r"runs in .* already"), throw_away(home):
            pass

    assert gone(found)
    eventually(lambda: not home.exists(), "its folder is removed")


@pytest.mark.parametrize("hold", ["throw_away", "start"])
def test_it_ends_when_its_parent_is_killed(folder: Path, hold: str) -> None:
    """A throw-away one at any time; a lasting one as long as its start is not complete."""
    code = f"""
import sys, time
from pathlib import Path
from pavedroad.cloud import launching
from pavedroad.cloud.emulator import start, throw_away
folder = Path(sys.argv[1])
if {hold!r} == "throw_away":
    with throw_away() as found:
        print(found.pid, found.log.parent, flush=True)
        time.sleep(600)
def hang(launched):
    print(launched.running.pid, folder / "tmp", flush=True)
    time.sleep(600)
launching._await_ready = hang
start(folder, account="{ACCOUNT}", region="{REGION}")
"""
    with script(code, str(folder)) as parent:
        pid, litter = first_line(parent).split(" ", 1)
        home = Path(litter)
        assert group(int(pid))

        parent.kill()

    eventually(lambda: not group(int(pid)), "the cloud has ended")
    eventually(lambda: not home.exists() or not any(folder.glob("tmp/*")), "its files are removed")
    eventually(lambda: not naming(litter), "its guardian has ended")


def test_no_function_outlives_it_when_it_is_killed(folder: Path) -> None:
    found = begin(folder)
    made = Cloud(running=found)
    sleeper = deploy(made, "import time\ndef handle(event, context):\n    time.sleep(600)\n")
    made.client("lambda").invoke(FunctionName=sleeper.name, InvocationType="Event", Payload=b"{}")
    eventually(lambda: len(group(found.pid)) > 1, "the function runs")

    os.kill(found.pid, signal.SIGKILL)

    eventually(lambda: gone(found), "the function has ended")
    eventually(lambda: not list((folder / "tmp").iterdir()), "its temporary files are removed")


def test_it_ends_when_its_record_is_gone(folder: Path) -> None:
    found = begin(folder)

    # It may be writing: a file of its own that is gone before its turn is no fault.
    shutil.rmtree(folder, ignore_errors=True)

    eventually(lambda: gone(found), "what nobody can find again has ended")


def test_one_that_does_not_answer_is_replaced(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_TIMEOUT_SECONDS", 0.2)
    monkeypatch.setattr(emulator, "_ANSWER_SECONDS", 0.1)
    monkeypatch.setattr(emulator, "TERM_GRACE_SECONDS", 0.1)
    first = begin(folder)
    os.kill(first.pid, signal.SIGSTOP)
    assert running(folder) is None
    assert recorded(folder) == first

    monkeypatch.setattr(health, "_TIMEOUT_SECONDS", 2.0)
    second = begin(folder)

    assert second.pid != first.pid
    eventually(lambda: gone(first), "the first has ended")


def test_a_process_of_somebody_else_with_the_recorded_id_is_left_alone(folder: Path, cloud: Cloud) -> None:
    places = Places(folder=folder)
    folder.mkdir()
    with script("import time; print(flush=True); time.sleep(600)") as other:
        first_line(other)
        write_record(places, replace(cloud.running, pid=other.pid))

        assert running(folder) is None
        assert stop(folder) is None
        write_record(places, replace(cloud.running, pid=other.pid))
        mine = begin(folder)

        assert other.poll() is None
        other.kill()
    assert alive(mine.pid, mine.birth)


def test_a_port_that_is_taken_meanwhile_is_not_insisted_on(
    folder: Path, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = launching._free_port()
    offered = iter([cloud.running.port, free])
    monkeypatch.setattr(launching, "_free_port", lambda: next(offered))

    assert begin(folder).port == free
    stop(folder)
    with pytest.raises(
        CloudError, match=rf"port {cloud.running.port} of 127.0.0.1 is taken\nLeave --port out"
    ):
        begin(folder, port=cloud.running.port)


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("import sys; print('no room left'); sys.exit(3)", "ended with exit code 3.*no room left"),
        ("import time; print('still busy', flush=True); time.sleep(600)", "does not answer.*still busy"),
    ],
)
def test_a_start_that_fails_shows_the_log_and_leaves_nothing(
    folder: Path, code: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launching, "READY_SECONDS", 1.0)
    monkeypatch.setattr(launching, "_command", lambda *_: [launching.sys.executable, "-c", code, str(folder)])

    with pytest.raises(CloudError, match=f"(?s){told}"):
        begin(folder)

    assert not Places(folder=folder).record.exists()
    eventually(lambda: not naming(str(folder)), "its process has ended")


def test_another_cloud_on_the_recorded_port_is_not_taken_for_ours(folder: Path, cloud: Cloud) -> None:
    folder.mkdir()
    write_record(Places(folder=folder), replace(cloud.running, instance_id="0" * 32))

    assert running(folder) is None

    Places(folder=folder).record.unlink()  # else the stop at the end would end the cloud of all tests


def test_no_proxy_stands_between(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")

    assert health.look(cloud.running.port, cloud.running.instance_id) is health.Health.WELL
