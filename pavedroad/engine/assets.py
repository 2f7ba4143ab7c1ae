"""Hashes of assets and archives, as Pulumi computes them: content and names, no times and no modes."""

from __future__ import annotations

import hashlib
import os
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from pavedroad.engine.values import ARCHIVE, ASSET, SIGNATURE, Props, Wire, rewrite

if TYPE_CHECKING:
    from collections.abc import Iterator

_TAR_MODE: Final = 0o600
_BLOCK: Final = 512
_ARCHIVE_SUFFIXES: Final = (".zip", ".tar", ".tgz", ".tar.gz", ".jar")
_SKIPPED: Final = ".pulumi"
"""A folder that Pulumi never packs: its own."""


class AssetError(Exception):
    """An asset cannot be read; the text says which and why."""


class _Sink(Protocol):
    def update(self, data: bytes, /) -> None: ...


def with_hashes(props: Props, root: Path) -> Props:
    """The properties with the hash of every asset and archive in them.

    Args:
        props: The properties.
        root: The folder that relative paths start from.

    Raises:
        AssetError: A file is missing or unreadable.
    """

    def special(signature: str, item: dict[str, Wire]) -> Wire:
        if signature not in {ASSET, ARCHIVE}:
            return {key: rewrite(entry, special) for key, entry in item.items()}
        hashed = dict(item)
        inner = item.get("assets")
        if isinstance(inner, dict):
            hashed["assets"] = {key: rewrite(entry, special) for key, entry in inner.items()}
        return {**hashed, "hash": _hash(signature, item, root)}

    try:
        return {key: rewrite(item, special) for key, item in props.items()}
    except OSError as error:
        raise AssetError(f"asset {error.filename}: {error.strerror}. Build it first.") from error


def _hash(signature: str, item: dict[str, Wire], root: Path) -> str:
    digest = hashlib.sha256()
    if signature == ASSET:
        _feed(digest, item, root)
        return digest.hexdigest()
    path = item.get("path")
    if isinstance(path, str) and path.endswith(_ARCHIVE_SUFFIXES):
        _feed(digest, item, root)
        return digest.hexdigest()
    for name, asset in sorted(_members(item, root)):
        content = _Buffer()
        _feed(content, asset, root)
        info = tarfile.TarInfo(name)
        info.mode, info.size = _TAR_MODE, len(content.data)
        digest.update(tar_header(info))
        digest.update(content.data + b"\0" * (-len(content.data) % _BLOCK))
    digest.update(b"\0" * (2 * _BLOCK))
    return digest.hexdigest()


def tar_header(info: tarfile.TarInfo) -> bytes:
    """A header as Go's writer makes it, which also fills the numbers of the device."""
    raw = bytearray(info.tobuf(tarfile.USTAR_FORMAT, "utf-8", "surrogateescape"))
    raw[329:337] = raw[337:345] = b"0000000\0"
    raw[148:156] = b" " * 8
    raw[148:156] = f"{sum(raw[:_BLOCK]):06o}\0 ".encode()
    return bytes(raw)


class _Buffer:
    def __init__(self) -> None:
        self.data = b""

    def update(self, data: bytes, /) -> None:
        self.data += data


def _feed(sink: _Sink, item: dict[str, Wire], root: Path) -> None:
    text, path = item.get("text"), item.get("path")
    if isinstance(path, str):
        sink.update((root / path).read_bytes())
    elif isinstance(text, str):
        sink.update(text.encode())
    else:
        uri = item.get("uri")
        if not (isinstance(uri, str) and uri.startswith("file://")):
            raise AssetError(f"asset {uri}: this engine opens no connection; use a local path.")
        sink.update(Path(uri.removeprefix("file://")).read_bytes())


def _members(item: dict[str, Wire], root: Path) -> Iterator[tuple[str, dict[str, Wire]]]:
    path, inner = item.get("path"), item.get("assets")
    if isinstance(path, str):
        base = root / path
        if not base.is_dir():
            raise AssetError(f"archive {base}: there is no such folder or archive. Build it first.")
        for folder, folders, files in os.walk(base):
            folders[:] = [name for name in folders if name != _SKIPPED]
            for name in files:
                full = Path(folder) / name
                yield full.relative_to(base).as_posix(), {"path": str(full)}
    elif isinstance(inner, dict):
        for name, member in inner.items():
            if not isinstance(member, dict):
                continue
            if member.get(SIGNATURE) == ARCHIVE:
                for deeper, asset in _members(member, root):
                    yield f"{name}/{deeper}", asset
            else:
                yield name, member
