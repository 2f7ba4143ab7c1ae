"""A preview reads no AWS credentials and talks to nobody but itself."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from typing import TYPE_CHECKING, Final

import pytest

from tests.support.program import MARKER, PACK, ROOT, start
from tests.support.program_sockets import PeerWatch

if TYPE_CHECKING:
    from pathlib import Path

GUARD: Final = ROOT / "tests" / "program" / "guard"
POISON: Final = {
    "AWS_ACCESS_KEY_ID": "AKIAPOISONPOISONPOIS",
    "AWS_SECRET_ACCESS_KEY": "poison",
    "AWS_SESSION_TOKEN": "poison",
    "AWS_ENDPOINT_URL": "http://192.0.2.1:4566",
    "AWS_PROFILE": "poison",
}


@pytest.fixture
def guarded(tmp_path: Path) -> dict[str, str]:
    """An environment with credentials that nobody may read, watched by the guard in every Python process."""
    folder = tmp_path / ".aws"
    folder.mkdir()
    for name in ("credentials", "config"):
        (folder / name).write_text(
            "[default]\naws_access_key_id = poison\n[profile poison]\n", encoding="utf-8"
        )
    return {
        **POISON,
        "HOME": str(tmp_path),
        "PYTHONPATH": str(GUARD),
        "PAVEDROAD_TEST_NOTES": str(tmp_path / "notes"),
    }


def notes(guarded: dict[str, str]) -> list[str]:
    with open(guarded["PAVEDROAD_TEST_NOTES"], encoding="utf-8") as file:  # noqa: PTH123 - a path in a variable
        return file.read().splitlines()


@pytest.mark.parametrize("mode", [(), ("--unknown-outputs",)], ids=["predicted", "unknown"])
def test_a_preview_reads_no_credentials_and_connects_to_loopback_only(
    guarded: dict[str, str], mode: tuple[str, ...]
) -> None:
    started = start("preview", "--stack", "dev", "--policy-pack", str(PACK), *mode, env=guarded)
    with PeerWatch(started.marker) as watch:
        found = started.finish()

    assert found.exit_code == 0, found.stderr or found.stdout[-2000:]
    watched = [note for note in notes(guarded) if note.endswith("is watched")]
    assert len(watched) >= 4, "command, program, provider and pack are each watched"
    assert [note for note in notes(guarded) if note not in watched] == []
    assert watch.peers, "the watch saw not even the run's own connections"
    assert watch.strangers == set()


@pytest.mark.parametrize(
    "offence",
    [
        "open(os.path.expanduser('~/.aws/credentials'))",
        "os.environ.get('AWS_SECRET_ACCESS_KEY')",
        "os.getenv('AWS_ACCESS_KEY_ID')",
        "'AWS_SESSION_TOKEN' in os.environ",
        "socket.create_connection(('192.0.2.1', 80), 0.1)",
        "socket.getaddrinfo('example.com', 80)",
        "__import__('botocore.session').session.Session().get_credentials()",
    ],
)
def test_the_guard_catches_what_it_is_there_for(guarded: dict[str, str], offence: str) -> None:
    code = f"import os, socket\n{offence}\n"

    ended = subprocess.run(  # noqa: S603 - this interpreter with a line of our own
        [sys.executable, "-c", code],
        env={**os.environ, **guarded},
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode != 0
    assert "refused by the test" in ended.stderr
    assert len(notes(guarded)) >= 2


def test_the_watch_sees_the_peers_of_a_marked_process(tmp_path: Path) -> None:
    server = socket.create_server(("127.0.0.1", 0))
    port = server.getsockname()[1]
    code = f"import socket; s = socket.create_connection(('127.0.0.1', {port})); input()"
    process = subprocess.Popen(  # noqa: S603 - as above
        [sys.executable, "-c", code],
        env={**os.environ, MARKER: tmp_path.name},
        stdin=subprocess.PIPE,
        cwd=tmp_path,
    )
    connection, _ = server.accept()
    with PeerWatch(tmp_path.name) as watch:
        while not watch.peers:
            assert process.poll() is None
    process.communicate(b"\n")
    connection.close()
    server.close()

    assert watch.peers == {"127.0.0.1"}
    assert watch.strangers == set()
