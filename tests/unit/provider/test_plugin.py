"""The executable: port first, loopback only, ends on request and with its parent."""

from __future__ import annotations

import os
import select
import shutil
import signal
import subprocess
import sys
from concurrent import futures
from pathlib import Path
from typing import TYPE_CHECKING

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, provider_pb2, provider_pb2_grpc

from pavedroad.provider.reports import Reporter
from tests.support.provider import QUEUE, struct, urn

if TYPE_CHECKING:
    from collections.abc import Iterator

PLUGIN = Path(__file__).parents[3] / "pavedroad" / "provider" / "plugin" / "pulumi-resource-aws"
ROLE = "aws:iam/role:Role"
END_SECONDS = 10


@pytest.fixture
def environment() -> dict[str, str]:
    return {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "HOME": "/nonexistent"}


@pytest.fixture
def process(environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(  # noqa: S603 - our own executable
        [PLUGIN, "127.0.0.1:1"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as running:
        yield running
        running.kill()


def stub(process: subprocess.Popen[str]) -> provider_pb2_grpc.ResourceProviderStub:
    assert process.stdout is not None
    return provider_pb2_grpc.ResourceProviderStub(
        grpc.insecure_channel(f"127.0.0.1:{int(process.stdout.readline())}")
    )


def test_the_first_line_is_the_port_and_the_service_answers(process: subprocess.Popen[str]) -> None:
    service = stub(process)

    assert service.GetPluginInfo(empty_pb2.Empty()).version == "7.51.1"
    shaken = service.Handshake(provider_pb2.ProviderHandshakeRequest())
    assert (shaken.accept_secrets, shaken.accept_outputs) == (True, True)
    checked = service.Check(provider_pb2.CheckRequest(urn=urn(QUEUE, "q"), news=struct({}), randomSeed=b"s"))
    assert checked.inputs["name"].startswith("q-")


def test_cancel_ends_the_process(process: subprocess.Popen[str]) -> None:
    stub(process).Cancel(empty_pb2.Empty())

    assert process.wait(END_SECONDS) == 0


def test_a_termination_signal_ends_the_process(process: subprocess.Popen[str]) -> None:
    stub(process)
    process.send_signal(signal.SIGTERM)

    assert process.wait(END_SECONDS) == 0


def test_the_process_ends_when_its_parent_is_killed(environment: dict[str, str], tmp_path: Path) -> None:
    """A shell starts the plugin and is killed; the plugin closes its end of a pipe when it is gone."""
    read, write = os.pipe()
    with subprocess.Popen(  # noqa: S603 - our own executable
        ["/bin/sh", "-c", f"'{PLUGIN}' 127.0.0.1:1 & wait"],
        stdout=subprocess.PIPE,
        pass_fds=(write,),
        text=True,
        env=environment,
        cwd=tmp_path,
    ) as parent:
        os.close(write)
        assert parent.stdout is not None
        assert int(parent.stdout.readline()) > 0
        parent.kill()
        parent.wait(END_SECONDS)

        ended, _, _ = select.select([read], [], [], END_SECONDS)
        assert ended
        assert os.read(read, 1) == b""
    os.close(read)


def test_unknown_outputs_are_asked_for_by_the_environment(environment: dict[str, str]) -> None:
    with subprocess.Popen(  # noqa: S603 - our own executable
        [PLUGIN, "127.0.0.1:1"],
        stdout=subprocess.PIPE,
        text=True,
        env={**environment, "PAVEDROAD_UNKNOWN_OUTPUTS": "1"},
    ) as running:
        made = stub(running).Create(
            provider_pb2.CreateRequest(urn=urn(QUEUE, "q"), properties=struct({"name": "q"}), preview=True)
        )
        running.terminate()

    assert made.id == ""


def test_a_python_without_the_sdk_is_told_what_to_do(tmp_path: Path) -> None:
    """A copy outside the project has no environment to fall back to."""
    copy = tmp_path / "a" / "b" / "c" / PLUGIN.name
    copy.parent.mkdir(parents=True)
    shutil.copy(PLUGIN, copy)

    done = subprocess.run(  # noqa: S603 - our own executable
        [sys.executable, "-S", "-E", "-I", copy],
        capture_output=True,
        text=True,
        check=False,
        env={},
        cwd=tmp_path,
    )

    assert done.returncode == 1
    assert done.stdout == ""
    assert "cannot import pulumi and pulumi_aws" in done.stderr
    assert "make setup" in done.stderr


def test_the_record_is_named_by_the_environment(environment: dict[str, str], tmp_path: Path) -> None:
    """What one process made, the next one finds."""
    named = {**environment, "PAVEDROAD_RECORD": str(tmp_path / "record")}
    request = provider_pb2.ReadRequest(id="shop-dev-role", urn=urn(ROLE, "r"))
    found: list[str] = []
    for _ in range(2):
        with subprocess.Popen(  # noqa: S603 - our own executable
            [PLUGIN, "127.0.0.1:1"], stdout=subprocess.PIPE, text=True, env=named
        ) as running:
            service = stub(running)
            found.append(service.Read(request).id)
            service.Create(
                provider_pb2.CreateRequest(
                    urn=urn(ROLE, "r"), properties=struct({"name": "shop-dev-role", "assumeRolePolicy": "{}"})
                )
            )
            running.kill()

    assert found == ["", "shop-dev-role"]


def test_a_relative_record_is_refused_at_the_start(environment: dict[str, str]) -> None:
    done = subprocess.run(  # noqa: S603 - our own executable
        [PLUGIN, "127.0.0.1:1"],
        capture_output=True,
        text=True,
        check=False,
        env={**environment, "PAVEDROAD_RECORD": "record"},
    )

    assert done.returncode == 1
    assert done.stdout == ""
    assert "PAVEDROAD_RECORD: got 'record', allowed an absolute path" in done.stderr


class Engine(engine_pb2_grpc.EngineServicer):
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []

    def Log(self, request: engine_pb2.LogRequest, context: grpc.ServicerContext) -> empty_pb2.Empty:  # noqa: N802 - the protocol's name
        del context
        self.told.append((request.urn, request.message))
        return empty_pb2.Empty()


def test_warnings_go_to_the_engine() -> None:
    engine = Engine()
    server = grpc.server(futures.ThreadPoolExecutor(1))
    engine_pb2_grpc.add_EngineServicer_to_server(engine, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        Reporter(f"127.0.0.1:{port}").warn("urn:q", "moved")
    finally:
        server.stop(None).wait()

    assert engine.told == [("urn:q", "moved")]


def test_a_warning_without_an_engine_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    Reporter("").warn("urn:q", "moved")
    Reporter("127.0.0.1:1").warn("urn:r", "lost")

    assert capsys.readouterr().err == "warning: urn:q: moved\nwarning: urn:r: lost\n"
