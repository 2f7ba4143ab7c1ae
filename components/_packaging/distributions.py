"""The company layer's content, taken from the installed distributions after checking every file.

The pins in `lambdas/layers/company/requirements.txt` say which versions; the installer has checked their
hashes, each distribution's RECORD says what it installed, and a file that differs from its record is refused.
So the layer needs no download and equals what the tests run with.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import importlib.metadata
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from components._packaging.archive import PackagingError

if TYPE_CHECKING:
    from collections.abc import Iterator

PREFIX: Final = "python/"
"""Where Lambda looks for Python modules in a layer, after it is unpacked to /opt."""

MEND: Final = "reinstall what requirements.lock pins: make clean, then make preview"

# The metadata that licences ask for stays; the rest records this machine or serves installers.
_METADATA_KEPT: Final = re.compile(r"\.dist-info/(METADATA|licenses/.+|LICEN[CS]E[^/]*|NOTICE[^/]*)$")
# Files for browsers: 1.7 MB that only the Swagger page of an API resolver reads, which no function serves.
_LEFT_OUT: Final = re.compile(
    r"(^|/)__pycache__/|\.pyc$|/swagger_ui/[^/]+\.(js|css)$|(^|/)tests/|/py\.typed$"
)
_NATIVE: Final = re.compile(r"\.(so(\.\d+)*|pyd|dylib|dll)$")
_VERSION: Final = re.compile(r"^Version: (\S+)$", re.MULTILINE)
_PIN: Final = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;\\]+)", re.MULTILINE)


@dataclass(frozen=True)
class Pin:
    """A distribution at exactly one version."""

    name: str
    version: str


def read_pins(requirements: str) -> list[Pin]:
    """The pinned distributions of a requirements file, in its order."""
    return [Pin(found["name"], found["version"]) for found in _PIN.finditer(requirements)]


def installed(pin: Pin) -> importlib.metadata.Distribution:
    """The installed distribution that `pin` names.

    Raises:
        PackagingError: It is not installed, or in another version.
    """
    try:
        found = importlib.metadata.distribution(pin.name)
    except importlib.metadata.PackageNotFoundError as error:
        raise PackagingError(f"company layer: {pin.name} is not installed; {MEND}") from error
    # Read by hand: the property parses the whole description as a mail message, milliseconds a distribution.
    version = _VERSION.search(found.read_text("METADATA") or "")
    if version is None or version[1] != pin.version:
        got = version[1] if version else "an unknown version"
        raise PackagingError(f"company layer: {pin.name}: got {got}, pinned {pin.version}; {MEND}")
    return found


def record_of(distribution: importlib.metadata.Distribution) -> str:
    """The distribution's list of installed files with their hashes.

    Raises:
        PackagingError: It has none, so nothing can be checked.
    """
    record = distribution.read_text("RECORD")
    if not record:
        raise PackagingError(f"company layer: {distribution.name} has no RECORD; {MEND}")
    return record


def layer_entries(distribution: importlib.metadata.Distribution) -> dict[str, bytes]:
    """What the layer holds of `distribution`, by the name in the archive.

    Raises:
        PackagingError: A native library, a missing file, or one that differs from the record.
    """
    entries: dict[str, bytes] = {}
    for name, expected in _shipped_files(distribution):
        path = Path(str(distribution.locate_file(name)))
        try:
            content = path.read_bytes()
        except OSError as error:
            raise PackagingError(
                f"company layer: {distribution.name}: {name} cannot be read ({error.strerror}); {MEND}"
            ) from error
        if _record_hash(content) != expected:
            raise PackagingError(
                f"company layer: {distribution.name}: {name} differs from its record "
                f"({expected or 'no hash'}); {MEND}"
            )
        entries[PREFIX + name] = content
    return entries


def top_level_modules(distribution: importlib.metadata.Distribution) -> set[str]:
    """The modules that can be imported by name once the layer is attached."""
    tops = (name.split("/")[0] for name, _ in _shipped_files(distribution) if name.endswith(".py"))
    return {top.removesuffix(".py") for top in tops}


def _shipped_files(distribution: importlib.metadata.Distribution) -> Iterator[tuple[str, str]]:
    """Name and recorded hash of every file that belongs in the layer."""
    for name, expected, _ in csv.reader(record_of(distribution).splitlines()):
        if _NATIVE.search(name):
            raise PackagingError(
                f"company layer: {distribution.name} holds the native library {name}; the layer is pure "
                f"Python so that it serves every architecture: pin a pure distribution or use an image"
            )
        # A path that leaves the folder is a console script; functions have no console.
        if name.startswith(("../", "/")) or _LEFT_OUT.search(name):
            continue
        if ".dist-info/" in name and not _METADATA_KEPT.search(name):
            continue
        yield name, expected


def _record_hash(content: bytes) -> str:
    value = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    return f"sha256={value}"
