"""Deterministic zip files: what goes in, how large it may be, and how it reaches the disk."""

from __future__ import annotations

import hashlib
import io
import secrets
import zipfile
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

UNZIPPED_LIMIT_BYTES: Final = 250 * 1024 * 1024
"""Lambda quota "Deployment package (.zip file archive) size", unzipped, layers included."""

DIRECT_UPLOAD_BYTES: Final = 50 * 1024 * 1024
"""The same quota for a direct upload; a larger archive has to travel through S3."""

HASH_DIGITS: Final = 12
"""Digits of the content hash in an archive's name."""

_EPOCH: Final = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip entry can hold
_FILE_MODE: Final = 0o100644
_UNIX: Final = 3
_LARGEST_SHOWN: Final = 5


class PackagingError(ValueError):
    """An archive cannot be built; the message says what, where, and how to mend it."""


def zip_bytes(entries: Mapping[str, bytes]) -> bytes:
    """The zip file of `entries` (name to content): sorted, with fixed times and modes.

    The entries are stored, not deflated: the output of deflate differs between zlib versions and builds, and
    with it the hash of equal sources. Code is small enough that the size does not matter.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as bundle:
        for name in sorted(entries):
            info = zipfile.ZipInfo(name, _EPOCH)
            info.create_system = _UNIX
            info.external_attr = _FILE_MODE << 16
            bundle.writestr(info, entries[name], zipfile.ZIP_STORED)
    return buffer.getvalue()


def size_warning(label: str, parts: Mapping[str, int], zipped_bytes: int) -> str | None:
    """What to tell the user about the size of an archive, or None when it is small enough.

    Args:
        label: Whose archive it is, for the message.
        parts: Unzipped size of every entry in bytes.
        zipped_bytes: Size of the zip file.

    Raises:
        PackagingError: The unzipped parts are above Lambda's quota.
    """
    unzipped = sum(parts.values())
    largest = sorted(parts.items(), key=lambda part: (-part[1], part[0]))[:_LARGEST_SHOWN]
    detail = ", ".join(f"{name} {_megabytes(size)}" for name, size in largest)
    if unzipped > UNZIPPED_LIMIT_BYTES:
        raise PackagingError(
            f"{label}: got {_megabytes(unzipped)} unzipped, allowed {_megabytes(UNZIPPED_LIMIT_BYTES)}; "
            f"largest parts: {detail}; leave files out or move data to a bucket or a container image"
        )
    if zipped_bytes > DIRECT_UPLOAD_BYTES:
        return (
            f"{label}: {_megabytes(zipped_bytes)} zipped is above the {_megabytes(DIRECT_UPLOAD_BYTES)} of a "
            f"direct upload; it goes through the artifact bucket; largest parts: {detail}"
        )
    return None


def write_atomically(path: Path, content: bytes) -> None:
    """Write `content` to `path` so that a reader sees either nothing or all of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    try:
        temporary.write_bytes(content)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def content_hash(path: Path) -> str:
    """SHA-256 of the file at `path`, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def digest(parts: Mapping[str, bytes]) -> str:
    """One SHA-256 over names and contents, independent of their order."""
    total = hashlib.sha256()
    for name in sorted(parts):
        total.update(f"{len(name.encode())}:{name}:{len(parts[name])}:".encode())
        total.update(parts[name])
    return total.hexdigest()


def _megabytes(size: int) -> str:
    return f"{size / 1024 / 1024:.1f} MB"
