"""The plugin's process: serve on loopback, tell the port, end with the engine."""

from __future__ import annotations

import os
import signal
import sys
import threading
from concurrent import futures
from pathlib import Path
from typing import TYPE_CHECKING, Final

import grpc
from pulumi.runtime.proto import provider_pb2_grpc

from pavedroad.provider.live.clients import EndpointError, from_variable
from pavedroad.provider.reports import Reporter
from pavedroad.provider.servicer import Provider
from pavedroad.provider.store import MemoryStore, RecordError

if TYPE_CHECKING:
    from types import FrameType

    from pavedroad.provider.store import Store

# The SDK's own limit for one message.
MESSAGE_BYTES: Final = 400 * 1024 * 1024
THREADS: Final = 16
RECORD_VARIABLE: Final = "PAVEDROAD_RECORD"
"""Environment variable with the absolute path of the durable record; without it nothing is kept."""

CLOUD_VARIABLE: Final = "PAVEDROAD_CLOUD"
"""Environment variable with the local cloud's address; `planned` when it does not run yet; without it every
type is recorded."""

_PARENT_CHECK_SECONDS: Final = 1.0
_GRACE_SECONDS: Final = 0.2


def start(provider: Provider) -> tuple[grpc.Server, int]:
    """Serve a provider on a free loopback port; the server and the port."""
    server = grpc.server(
        futures.ThreadPoolExecutor(THREADS, thread_name_prefix="provider"),
        options=[
            ("grpc.max_receive_message_length", MESSAGE_BYTES),
            ("grpc.max_send_message_length", MESSAGE_BYTES),
            ("grpc.so_reuseport", 0),
        ],
    )
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(provider, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return server, port


def _store() -> Store:
    """The record that the environment names, else one that ends with the process."""
    path = os.environ.get(RECORD_VARIABLE)
    if not path:
        return MemoryStore()
    from pavedroad.provider.record_file import RecordFile  # noqa: PLC0415 - previews need no SQLite (40 ms)

    return RecordFile(Path(path))


def serve() -> None:
    """Serve until asked to stop, or until the process that started this one is gone."""
    stop = threading.Event()

    def ask(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, ask)
    signal.signal(signal.SIGINT, ask)
    parent = os.getppid()
    try:
        store, cloud = _store(), from_variable(os.environ.get(CLOUD_VARIABLE))
    except (RecordError, EndpointError) as error:
        sys.exit(f"pulumi-resource-aws: {error}")
    server, port = start(
        Provider(
            predicted=os.environ.get("PAVEDROAD_UNKNOWN_OUTPUTS") != "1",
            stop=stop.set,
            store=store,
            cloud=cloud,
            report=Reporter(sys.argv[1] if len(sys.argv) > 1 else "").warn,
        )
    )
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    # A killed engine cannot say goodbye: the process is then given another parent.
    while not stop.wait(_PARENT_CHECK_SECONDS) and os.getppid() == parent:
        pass
    server.stop(_GRACE_SECONDS).wait()
