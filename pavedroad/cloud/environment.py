"""The environment of the emulator, built from nothing.

Every function inherits it, and a stray AWS variable would decide who is root: nothing of ours may leak.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

HOST: Final = "127.0.0.1"
_SHORTEST_RETRY_SECONDS: Final = 0.05


@dataclass(frozen=True, kw_only=True)
class Setup:
    """How one run of the emulator is set up.

    Attributes:
        account: Account of every request that is not signed.
        region: Region of every request that is not signed.
        port: Port on loopback.
        instance_id: What the health address answers as its edition, so that a cloud can be told from another.
        run: Folder of this run: temporary files, and the content unless it is persistent.
        data: Folder of the content that outlives the run; None to forget it.
        waits: Factor on what the cloud waits between attempts and in state machines; 0 hardly waits.
        log_level: Least level of the log; the emulator is silent at WARNING unless something fails.
    """

    account: str
    region: str
    port: int
    instance_id: str
    run: Path
    data: Path | None = None
    waits: float = 1
    log_level: str = "WARNING"


def build(setup: Setup) -> dict[str, str]:
    """The whole environment."""
    content = setup.data or setup.run
    return {
        # The interpreter first: what a function starts as `python` is the one it runs on.
        "PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin",
        "HOME": str(setup.run / "home"),
        "TMPDIR": str(setup.run / "tmp"),
        "LANG": "C.UTF-8",
        "BIND_HOST": HOST,
        "GATEWAY_PORT": str(setup.port),
        "AUTH": "true",
        "LOG_LEVEL": setup.log_level,
        "MINISTACK_ACCOUNT_ID": setup.account,
        "MINISTACK_REGION": setup.region,
        "MINISTACK_EDITION": setup.instance_id,
        "STATE_DIR": str(content / "state"),
        "S3_DATA_DIR": str(content / "s3"),
        **({"PERSIST_STATE": "1", "S3_PERSIST": "1"} if setup.data else {}),
        "SFN_WAIT_SCALE": f"{setup.waits:g}",
        "LAMBDA_ASYNC_RETRY_BASE_SECONDS": f"{max(setup.waits, _SHORTEST_RETRY_SECONDS):g}",
        "LAMBDA_ASYNC_RETRY_MAX_SECONDS": f"{max(30 * setup.waits, _SHORTEST_RETRY_SECONDS):g}",
        # Both would listen beside the gateway, the first on all addresses.
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        # A daemon that happens to run must not be asked: the emulator sweeps its containers there.
        "DOCKER_HOST": f"unix://{setup.run / 'no-docker.sock'}",
    }


def folders(environment: dict[str, str]) -> list[Path]:
    """The folders that it names and that have to be there."""
    return [Path(environment[name]) for name in ("HOME", "TMPDIR", "STATE_DIR", "S3_DATA_DIR")]
