"""The company layer: pinned, verified file by file, pure Python, without noise."""

from __future__ import annotations

import base64
import hashlib
import importlib.metadata
import re
import shutil
import sys
import zipfile
from typing import TYPE_CHECKING

import pytest

from components._packaging import PackagingError, build, content_hash, layer_archive
from components._packaging.distributions import (
    Pin,
    installed,
    layer_entries,
    read_pins,
    record_of,
    top_level_modules,
)

if TYPE_CHECKING:
    from pathlib import Path

PINS = (build.PROJECT_ROOT / build.LAYER_REQUIREMENTS).read_text()
DISTRIBUTIONS = ("aws-lambda-powertools", "jmespath", "typing-extensions")


def pinned_blocks(requirements: str) -> dict[str, str]:
    """Name to version and hashes, as a requirements file states them."""
    blocks = re.findall(
        r"^([a-z0-9.-]+)==(\S+)[^\n]*\n((?: +--hash=\S+[^\n]*\n)+)", requirements, re.MULTILINE
    )
    return {
        name: f"{version} {sorted(re.findall(r'sha256:[0-9a-f]{64}', hashes))}"
        for name, version, hashes in blocks
    }


def test_the_layers_pins_are_those_of_the_lock() -> None:
    lock = pinned_blocks((build.PROJECT_ROOT / "requirements.lock").read_text())
    layer = pinned_blocks(PINS)

    assert set(layer) == set(DISTRIBUTIONS)
    assert layer == {name: lock[name] for name in layer}
    assert all("sha256:" in pinned for pinned in layer.values())


def test_the_pins_cover_what_powertools_needs_and_no_extra() -> None:
    needed = set(DISTRIBUTIONS)
    for name in DISTRIBUTIONS:
        for requirement in importlib.metadata.distribution(name).requires or []:
            if "extra ==" not in requirement:
                assert re.split(r"[ <>=!~;\[]", requirement)[0].lower() in needed, requirement


def test_the_layer_holds_the_distributions_under_python_and_nothing_else() -> None:
    with zipfile.ZipFile(layer_archive()) as bundle:
        held = bundle.namelist()

    assert "python/aws_lambda_powertools/logging/logger.py" in held
    assert "python/jmespath/parser.py" in held
    assert "python/typing_extensions.py" in held
    assert {name.split("/")[1].split("-")[0] for name in held} == {
        "aws_lambda_powertools",
        "jmespath",
        "typing_extensions.py",
        "typing_extensions",
    }
    assert all(name.startswith("python/") for name in held)
    assert held == sorted(held)


def test_the_layer_keeps_metadata_and_licences_and_leaves_the_noise_out() -> None:
    with zipfile.ZipFile(layer_archive()) as bundle:
        held = bundle.namelist()
        metadata = [name for name in held if ".dist-info/" in name]

    assert len([name for name in metadata if name.endswith("/METADATA")]) == 3
    assert len([name for name in metadata if "LICENSE" in name.upper()]) == 3
    assert len(metadata) == 6
    assert not [name for name in held if re.search(r"\.(pyc|so|pyd|dylib|js|css)$|__pycache__|/bin/", name)]


def empty_project(root: Path, requirements: str = PINS) -> Path:
    path = root / build.LAYER_REQUIREMENTS
    path.parent.mkdir(parents=True)
    path.write_text(requirements)
    return root


def test_the_layer_names_its_content_and_is_built_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = empty_project(tmp_path)
    made = layer_archive(root=root)
    monkeypatch.setattr(build, "zip_bytes", lambda _: pytest.fail("built again"))

    assert layer_archive(root=root) == made
    assert made == root / "build" / "layers" / f"company-{content_hash(made)[:12]}.zip"


def test_the_layer_is_the_same_in_another_folder(tmp_path: Path) -> None:
    elsewhere = layer_archive(root=empty_project(tmp_path))

    assert elsewhere.read_bytes() == layer_archive().read_bytes()
    assert elsewhere.name == layer_archive().name


def test_pins_are_read_with_comments_hashes_and_markers() -> None:
    text = "# why\nAbc-d.e==1.2.3 ; python_version < '4' \\\n    --hash=sha256:00\nx==2\n"

    assert read_pins(text) == [Pin("Abc-d.e", "1.2.3"), Pin("x", "2")]


def test_a_missing_or_other_version_is_refused_by_name() -> None:
    with pytest.raises(PackagingError, match="company layer: no-such-thing is not installed; reinstall"):
        installed(Pin("no-such-thing", "1.0"))
    with pytest.raises(PackagingError, match=r"jmespath: got .*, pinned 0\.0\.1; reinstall"):
        installed(Pin("jmespath", "0.0.1"))


class Site:
    """A folder of installed packages with one small distribution."""

    def __init__(self, folder: Path, files: dict[str, bytes]) -> None:
        self.folder = folder
        self.info = folder / "sample-1.0.dist-info"
        self.info.mkdir(parents=True)
        lines = []
        for name, content in {
            **files,
            "sample-1.0.dist-info/METADATA": b"Name: sample\nVersion: 1.0\n",
        }.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            value = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
            lines.append(f"{name},sha256={value},{len(content)}")
        lines.append("sample-1.0.dist-info/RECORD,,")
        lines.append("../../bin/sample,sha256=abc,3")
        lines.append("sample/__pycache__/core.cpython-311.pyc,,")
        (self.info / "RECORD").write_text("\n".join(lines) + "\n")

    def distribution(self) -> importlib.metadata.Distribution:
        return importlib.metadata.Distribution.at(self.info)


FILES = {
    "sample/__init__.py": b"",
    "sample/core.py": b"x = 1\n",
    "sample-1.0.dist-info/INSTALLER": b"uv",
    "sample-1.0.dist-info/WHEEL": b"Root-Is-Purelib: true",
    "sample-1.0.dist-info/direct_url.json": b"{}",
    "sample-1.0.dist-info/licenses/LICENSE": b"free",
}


def test_the_shipped_files_are_verified_code_metadata_and_licence(tmp_path: Path) -> None:
    entries = layer_entries(Site(tmp_path, FILES).distribution())

    assert sorted(entries) == [
        "python/sample-1.0.dist-info/METADATA",
        "python/sample-1.0.dist-info/licenses/LICENSE",
        "python/sample/__init__.py",
        "python/sample/core.py",
    ]
    assert top_level_modules(Site(tmp_path / "more", FILES).distribution()) == {"sample"}


def test_a_file_that_differs_from_its_record_is_refused(tmp_path: Path) -> None:
    site = Site(tmp_path, FILES)
    (tmp_path / "sample/core.py").write_bytes(b"x = 2\n")

    with pytest.raises(PackagingError, match=r"sample/core.py differs from its record \(sha256="):
        layer_entries(site.distribution())


def test_a_file_without_recorded_hash_is_refused(tmp_path: Path) -> None:
    site = Site(tmp_path, FILES)
    record = site.info / "RECORD"
    record.write_text(re.sub(r"sample/core.py,[^,]*,", "sample/core.py,,", record.read_text()))

    with pytest.raises(PackagingError, match=r"sample/core.py differs from its record \(no hash\)"):
        layer_entries(site.distribution())


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    site = Site(tmp_path, FILES)
    (tmp_path / "sample/core.py").unlink()

    with pytest.raises(PackagingError, match=r"sample/core.py cannot be read"):
        layer_entries(site.distribution())


def test_a_distribution_without_record_is_refused(tmp_path: Path) -> None:
    site = Site(tmp_path, FILES)
    (site.info / "RECORD").unlink()

    with pytest.raises(PackagingError, match="has no RECORD"):
        record_of(site.distribution())


@pytest.mark.parametrize(
    "name", ["sample/_fast.cpython-312-x86_64-linux-gnu.so", "sample/lib.so.1", "sample/x.pyd"]
)
def test_a_native_library_is_refused(tmp_path: Path, name: str) -> None:
    site = Site(tmp_path, {**FILES, name: b"\x7fELF"})

    with pytest.raises(PackagingError, match="native library"):
        layer_entries(site.distribution())


def test_a_changed_installation_builds_the_layer_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The installed files follow the pins: another RECORD means another fingerprint, and a new check."""
    site = tmp_path / "site"
    Site(site, FILES)
    root = empty_project(tmp_path / "project", "sample==1.0\n")
    monkeypatch.setattr(sys, "path", [str(site), *sys.path])
    before = layer_archive(root=root)

    shutil.rmtree(site)
    Site(site, {**FILES, "sample/core.py": b"x = 3\n"})
    importlib.invalidate_caches()
    after = layer_archive(root=root)

    assert before != after
    with zipfile.ZipFile(after) as bundle:
        assert bundle.read("python/sample/core.py") == b"x = 3\n"
