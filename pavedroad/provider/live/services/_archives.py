"""Archives of a program as zip files: the same content gives the same bytes, whenever it is packed."""

from __future__ import annotations

import io
import tarfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pavedroad.provider.live.contract import Refused
from pavedroad.provider.live.plain import map_in, text_in
from pavedroad.provider.values import ARCHIVE, SIGNATURE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pavedroad.provider.live.plain import Plains

_ZIPS: Final = (".zip", ".jar")
_TARS: Final = (".tar", ".tgz", ".tar.gz")
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_PLAIN_MODE: Final = 0o644
_RUNNABLE_MODE: Final = 0o755
_RUNNABLE: Final = 0o111
_FILE: Final = "file://"
_OWN: Final = ".pulumi"

_Member = tuple[str, bytes, bool]


def zipped(archive: Plains) -> bytes:
    """The zip file of an archive; one that is a zip file already stays as it is.

    Raises:
        Refused: There is no such file or folder.
    """
    path = _path(archive)
    try:
        if path is not None and path.name.endswith(_ZIPS):
            return path.read_bytes()
        members = sorted(_members(archive))
    except OSError as error:
        raise Refused(
            "AssetNotFound", f"{error.filename}: {error.strerror}; build the archive first"
        ) from error
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content, runnable in members:
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (_RUNNABLE_MODE if runnable else _PLAIN_MODE) << 16
            opened.writestr(entry, content)
    return buffer.getvalue()


def _path(asset: Plains) -> Path | None:
    path, uri = text_in(asset, "path"), text_in(asset, "uri")
    if uri:
        if not uri.startswith(_FILE):
            raise Refused("AssetNotFound", f"{uri}: no connection is opened for an asset; use a local path")
        path = uri.removeprefix(_FILE)
    return Path(path) if path else None


def _members(archive: Plains) -> Iterator[_Member]:
    path = _path(archive)
    if path is None:
        inner = map_in(archive, "assets")
        for name in inner:
            yield from _member(name, map_in(inner, name))
    elif path.name.endswith(_ZIPS):
        with zipfile.ZipFile(path) as opened:
            for entry in opened.infolist():
                if not entry.is_dir():
                    runnable = bool(entry.external_attr >> 16 & _RUNNABLE)
                    yield entry.filename, opened.read(entry), runnable
    elif path.name.endswith(_TARS):
        with tarfile.open(path) as opened:
            for entry in opened:
                content = opened.extractfile(entry)
                if content is not None:
                    yield entry.name, content.read(), bool(entry.mode & _RUNNABLE)
    else:
        yield from _folder(path)


def _member(name: str, asset: Plains) -> Iterator[_Member]:
    path = _path(asset)
    if asset.get(SIGNATURE) == ARCHIVE:
        for deeper, content, runnable in _members(asset):
            yield f"{name}/{deeper}", content, runnable
    elif path is not None:
        yield name, path.read_bytes(), bool(path.stat().st_mode & _RUNNABLE)
    else:
        yield name, text_in(asset, "text").encode(), False


def _folder(root: Path) -> Iterator[_Member]:
    if not root.is_dir():
        raise FileNotFoundError(2, "there is no such folder or archive", str(root))
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root)
        if path.is_file() and _OWN not in name.parts:
            yield name.as_posix(), path.read_bytes(), bool(path.stat().st_mode & _RUNNABLE)
