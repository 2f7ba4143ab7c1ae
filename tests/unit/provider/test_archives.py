"""Archives of a program as zip files."""

from __future__ import annotations

import io
import os
import tarfile
import zipfile
from typing import TYPE_CHECKING

import pytest

from pavedroad.provider.live.contract import Refused
from pavedroad.provider.live.services._archives import zipped
from pavedroad.provider.values import ARCHIVE, ASSET, SIGNATURE

if TYPE_CHECKING:
    from pathlib import Path

    from pavedroad.provider.live.plain import Plain, Plains


def _asset(**more: Plain) -> Plains:
    return {SIGNATURE: ASSET, **more}


def _archive(**more: Plain) -> Plains:
    return {SIGNATURE: ARCHIVE, **more}


def _content(packed: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(packed)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "code"
    (root / "inner").mkdir(parents=True)
    (root / ".pulumi").mkdir()
    (root / ".pulumi" / "own").write_text("never packed", encoding="utf-8")
    (root / "app.py").write_text("A = 1\n", encoding="utf-8")
    (root / "inner" / "run.sh").write_text("true\n", encoding="utf-8")
    (root / "inner" / "run.sh").chmod(0o750)
    return root


def test_a_folder_is_packed_with_its_modes(folder: Path) -> None:
    packed = zipped(_archive(path=str(folder)))

    assert _content(packed) == {"app.py": b"A = 1\n", "inner/run.sh": b"true\n"}
    with zipfile.ZipFile(io.BytesIO(packed)) as opened:
        modes = {entry.filename: entry.external_attr >> 16 for entry in opened.infolist()}
    assert modes == {"app.py": 0o644, "inner/run.sh": 0o755}


def test_the_same_content_gives_the_same_bytes(folder: Path) -> None:
    first = zipped(_archive(path=str(folder)))
    os.utime(folder / "app.py", (1, 1))
    texts = _archive(
        assets={"inner": _archive(path=str(folder / "inner")), "app.py": _asset(path=str(folder / "app.py"))}
    )

    assert zipped(_archive(path=str(folder))) == first
    assert zipped(texts) == first


def test_assets_of_every_kind_are_members(folder: Path, tmp_path: Path) -> None:
    packed = tmp_path / "more.tar.gz"
    with tarfile.open(packed, "w:gz") as opened:
        opened.add(folder / "app.py", "deep/app.py")
    other = tmp_path / "other.zip"
    other.write_bytes(zipped(_archive(assets={"z.txt": _asset(text="z")})))
    archive = _archive(
        assets={
            "text.txt": _asset(text="words"),
            "empty.txt": _asset(text=""),
            "file.py": _asset(uri=f"file://{folder / 'app.py'}"),
            "tar": _archive(path=str(packed)),
            "zip": _archive(path=str(other)),
        }
    )

    assert _content(zipped(archive)) == {
        "empty.txt": b"",
        "file.py": b"A = 1\n",
        "tar/deep/app.py": b"A = 1\n",
        "text.txt": b"words",
        "zip/z.txt": b"z",
    }


def test_a_zip_file_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "code.zip"
    path.write_bytes(b"PK whatever it is")

    assert zipped(_archive(path=str(path))) == b"PK whatever it is"


@pytest.mark.parametrize("name", ["nothing.zip", "nothing"])
def test_what_is_not_there_is_refused_by_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(Refused, match=rf"{name}: .*build the archive first"):
        zipped(_archive(path=str(tmp_path / name)))


def test_no_connection_is_opened_for_an_asset() -> None:
    with pytest.raises(Refused, match="use a local path"):
        zipped(_archive(assets={"a": _asset(uri="https://a.example/code.py")}))
