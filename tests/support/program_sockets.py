"""With whom the processes of a run talk, as the kernel sees it: no Python hook sees what gRPC does."""

from __future__ import annotations

import ipaddress
import struct
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from tests.support.program import marked

if TYPE_CHECKING:
    from types import TracebackType

TABLES: Final = ("tcp", "tcp6", "udp", "udp6")
_INTERVAL_SECONDS: Final = 0.02


class PeerWatch:
    """Samples the connections of a run while it lasts; a context manager.

    Attributes:
        peers: Every remote address seen; a run keeps its connections to its end, so sampling finds them.
    """

    def __init__(self, marker: str) -> None:
        self.peers: set[str] = set()
        self._marker = marker
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()

    @property
    def strangers(self) -> set[str]:
        """The peers that are not this machine."""
        return {peer for peer in self.peers if not _is_loopback(peer)}

    def _sample(self) -> None:
        while not self._ended.wait(_INTERVAL_SECONDS):
            inodes = {inode for pid, _ in marked(self._marker) for inode in _sockets(pid)}
            for table in TABLES:
                self.peers.update(peer for inode, peer in _connections(table) if inode in inodes)


def _sockets(pid: int) -> set[str]:
    found: set[str] = set()
    try:
        for entry in Path(f"/proc/{pid}/fd").iterdir():
            target = str(entry.readlink())
            if target.startswith("socket:["):
                found.add(target[len("socket:[") : -1])
    except OSError:
        pass  # ended meanwhile
    return found


def _connections(table: str) -> list[tuple[str, str]]:
    rows = Path(f"/proc/net/{table}").read_text(encoding="ascii").splitlines()[1:]
    found: list[tuple[str, str]] = []
    for row in rows:
        columns = row.split()
        peer = _address(columns[2].partition(":")[0])
        if not peer.is_unspecified:
            found.append((columns[9], str(peer)))
    return found


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    # The kernel prints each 32-bit word in the order of the machine.
    words = [int(text[i : i + 8], 16) for i in range(0, len(text), 8)]
    return ipaddress.ip_address(struct.pack(f"={len(words)}I", *words))


def _is_loopback(peer: str) -> bool:
    address = ipaddress.ip_address(peer)
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback
