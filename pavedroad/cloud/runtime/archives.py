"""Unpacked code, layers and the AWS SDK: the folders that a Python function imports from.

Folders are named by the content they hold, made once and shared by all environments of a function, as AWS's
read-only /var/task and /opt are; compiled modules are kept beside the sources. They lie in the emulator's
temporary folder and go with it.
"""

from __future__ import annotations

import hashlib
import importlib.util
import io
import shutil
import subprocess
import sys
import tempfile
import threading
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

SDK_PACKAGES: Final = ("boto3", "botocore", "s3transfer", "jmespath", "urllib3", "dateutil", "six")
"""What AWS's Python runtime ships beside the standard library."""

_MODE_SHIFT: Final = 16  # the Unix mode is the upper half of an entry's external attributes
_lock = threading.Lock()


class ArchiveError(Exception):
    """An archive cannot be unpacked."""


def _root() -> Path:
    return Path(tempfile.gettempdir()) / "pavedroad-functions"


def unpacked(archives: Sequence[bytes], *, kind: str) -> Path:
    """The folder that holds these archives, a later one over an earlier one.

    Args:
        archives: Zip files in order; none makes an empty folder.
        kind: `code` or `layers`, part of the folder's name.

    Raises:
        ArchiveError: One is no zip file, or an entry would leave the folder.
    """
    digest = hashlib.sha256()
    for archive in archives:
        digest.update(hashlib.sha256(archive).digest())
    folder = _root() / kind / digest.hexdigest()[:32]
    with _lock:
        if not folder.is_dir():
            making = folder.with_suffix(".making")
            shutil.rmtree(making, ignore_errors=True)
            making.mkdir(parents=True)
            for archive in archives:
                _unpack(archive, making)
            _compile(making, folder)
            making.rename(folder)
    return folder


def _compile(making: Path, folder: Path) -> None:
    """Compile once what else each of several environments that begin together would compile for itself.

    What does not compile fails when it is imported, as on AWS.
    """
    renamed = ("-s", str(making), "-p", str(folder))  # what stack traces show
    command = [sys.executable, "-I", "-S", "-m", "compileall", "-q", "-q", *renamed, str(making)]
    subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603 - our own interpreter


def _unpack(archive: bytes, folder: Path) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as opened:
            for entry in opened.infolist():
                target = folder / entry.filename
                if not target.resolve().is_relative_to(folder.resolve()):
                    raise ArchiveError(f"entry {entry.filename!r} of an archive leads out of its folder")
                opened.extract(entry, folder)
                mode = (entry.external_attr >> _MODE_SHIFT) & 0o777
                if mode and not entry.is_dir():
                    target.chmod(mode)
    except zipfile.BadZipFile as error:
        raise ArchiveError(f"an archive of {len(archive)} bytes is no zip file: {error}") from error


def sdk_folder() -> Path:
    """A folder with links to the packages of AWS's runtime and to nothing else."""
    folder = _root() / "runtime"
    with _lock:
        if not folder.is_dir():
            folder.mkdir(parents=True)
            for package in SDK_PACKAGES:
                found = importlib.util.find_spec(package)
                if found is None or found.origin is None:
                    raise ArchiveError(f"{package} is not installed: run `make setup`")
                origin = Path(found.origin)
                source = origin.parent if origin.name == "__init__.py" else origin
                (folder / source.name).symlink_to(source)
    return folder
