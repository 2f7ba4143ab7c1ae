"""Archives on disk: built when their sources changed, found again when not.

Beside the archives of one name lies an index with the fingerprint of the sources it was built from. The
fingerprint is over contents, not over times: a checkout that changes only times builds nothing, and an edit
within one clock tick is never missed. An archive that was touched since it was written is built anew.
"""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

import pulumi

from components._packaging import distributions
from components._packaging.archive import (
    HASH_DIGITS,
    PackagingError,
    digest,
    size_warning,
    write_atomically,
    zip_bytes,
)
from components._packaging.sources import snapshot, trace

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PROJECT_ROOT: Final = Path(__file__).resolve().parents[2]
"""Found from this package's place, so that the working directory does not matter."""

LAYER: Final = "company"
LAYER_REQUIREMENTS: Final = f"lambdas/layers/{LAYER}/requirements.txt"

_FUNCTION_NAME: Final = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_OWN_SOURCES: Final = {path.name: path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py"))}


def function_archive(function: str, *, root: Path = PROJECT_ROOT) -> Path:
    """The archive of the function whose package is `lambdas/<function>/`.

    Args:
        function: Package name, for example `accept_orders`.
        root: The project's folder.

    Returns:
        `build/functions/<function>-<first twelve digits of its content hash>.zip`.

    Raises:
        PackagingError: No such function, an import that cannot work in Lambda, or too large.
    """
    tree = snapshot(root, function) if _FUNCTION_NAME.fullmatch(function) else {}
    if f"lambdas/{function}/handler.py" not in tree:
        raise PackagingError(
            f"function {function!r}: lambdas/{function}/handler.py does not exist; allowed: "
            f"{', '.join(sorted(path.parent.name for path in root.glob('lambdas/*/handler.py')))}"
        )
    pins = _requirements(root)

    def entries() -> dict[str, bytes]:
        return {path: tree[path] for path in trace(function, tree, _layer_modules(pins))}

    fingerprint = digest({**_OWN_SOURCES, **tree, LAYER_REQUIREMENTS: pins.encode()})
    return _archive(root / "build" / "functions", function, fingerprint, entries)


def layer_archive(*, root: Path = PROJECT_ROOT) -> Path:
    """The archive of the company layer: Powertools and what it needs, under `python/`.

    Returns:
        `build/layers/company-<first twelve digits of its content hash>.zip`.

    Raises:
        PackagingError: A distribution is missing, in another version, changed, native or too large.
    """
    requirements = _requirements(root)
    found = {pin.name: distributions.installed(pin) for pin in distributions.read_pins(requirements)}

    def entries() -> dict[str, bytes]:
        return {
            name: data for one in found.values() for name, data in distributions.layer_entries(one).items()
        }

    records = {name: distributions.record_of(one).encode() for name, one in found.items()}
    fingerprint = digest({**_OWN_SOURCES, **records, LAYER_REQUIREMENTS: requirements.encode()})
    return _archive(root / "build" / "layers", LAYER, fingerprint, entries)


def _archive(folder: Path, name: str, fingerprint: str, entries: Callable[[], Mapping[str, bytes]]) -> Path:
    """The archive of `name` for `fingerprint`: the one on disk, or a new one of `entries()`."""
    index = folder / f"{name}.json"
    known = _read_index(index, fingerprint)
    if known is not None:
        path, warning = known
    else:
        content = entries()
        data = zip_bytes(content)
        parts = {part: len(value) for part, value in content.items()}
        warning = size_warning(f"archive of {name}", parts, len(data))
        path = folder / f"{name}-{hashlib.sha256(data).hexdigest()[:HASH_DIGITS]}.zip"
        write_atomically(path, data)
        record = {"fingerprint": fingerprint, "archive": path.name, "seal": _seal(path), "warning": warning}
        write_atomically(index, json.dumps(record).encode())
    if warning is not None:
        pulumi.log.warn(warning)
    return path


def _read_index(index: Path, fingerprint: str) -> tuple[Path, str | None] | None:
    """Archive and warning of an earlier build from the same sources, if it is still whole."""
    try:
        record = cast("dict[str, str | None]", json.loads(index.read_bytes()))
        path = index.with_name(str(record["archive"]))
        if record["fingerprint"] != fingerprint or record["seal"] != _seal(path):
            return None
        return path, record["warning"]
    except (OSError, ValueError, TypeError, KeyError):
        return None  # no index, no archive, or one that a crash or an editor damaged: build again


def _seal(path: Path) -> str:
    """Size and time of an archive: enough to see that somebody touched it, without hashing megabytes."""
    status = path.stat()
    return f"{status.st_size}:{status.st_mtime_ns}"


def _requirements(root: Path) -> str:
    return (root / LAYER_REQUIREMENTS).read_text(encoding="utf-8")


def _layer_modules(requirements: str) -> set[str]:
    pins = distributions.read_pins(requirements)
    return {top for pin in pins for top in distributions.top_level_modules(distributions.installed(pin))}
