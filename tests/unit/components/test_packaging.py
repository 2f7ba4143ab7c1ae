"""Archives: what goes in, the same bytes everywhere, honest refusals, and no work when nothing changed."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components._packaging import (
    PackagingError,
    archive,
    build,
    content_hash,
    function_archive,
    layer_archive,
)
from components._packaging.archive import size_warning, write_atomically, zip_bytes
from components._packaging.sources import snapshot, trace

LAYER_MODULES = {"aws_lambda_powertools"}

HANDLER = (
    "from lambdas.check.logic import decide\n\n\ndef handle(event, context):\n    return decide(event)\n"
)

SOURCES = {
    "lambdas/__init__.py": "",
    "lambdas/check/__init__.py": "",
    "lambdas/check/handler.py": HANDLER,
    "lambdas/check/logic.py": "import json\n\nfrom lambdas.shared import rules\n\n\ndecide = rules.decide\n",
    "lambdas/other/__init__.py": "",
    "lambdas/other/handler.py": "def handle(event, context):\n    return event\n",
    "lambdas/shared/__init__.py": "",
    "lambdas/shared/rules.py": "from guardrails.verdict import decide\n",
    "lambdas/shared/unused.py": "import unknown_distribution\n",
    "guardrails/__init__.py": "",
    "guardrails/verdict.py": "def decide(event):\n    return event\n",
    "guardrails/unused.py": "",
}

SHIPPED = [
    "guardrails/__init__.py",
    "guardrails/verdict.py",
    "lambdas/__init__.py",
    "lambdas/check/__init__.py",
    "lambdas/check/handler.py",
    "lambdas/check/logic.py",
    "lambdas/shared/__init__.py",
    "lambdas/shared/rules.py",
]


def project(root: Path, **changes: str) -> Path:
    """A small project under `root`; `changes` add sources (`check__logic` = lambdas/check/logic.py)."""
    extra = {f"lambdas/{name.replace('__', '/')}.py": text for name, text in changes.items()}
    for name, text in {**SOURCES, **extra}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    requirements = root / build.LAYER_REQUIREMENTS
    requirements.parent.mkdir(parents=True)
    requirements.write_text((build.PROJECT_ROOT / build.LAYER_REQUIREMENTS).read_text())
    return root


def names(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as bundle:
        return bundle.namelist()


def trace_of(logic: str, **more: str) -> list[str]:
    sources = {**SOURCES, "lambdas/check/logic.py": logic}
    tree = {name: text.encode() for name, text in sources.items() if "/other/" not in name}
    tree.update({f"lambdas/{name.replace('__', '/')}.py": text.encode() for name, text in more.items()})
    return trace("check", tree, LAYER_MODULES)


def test_an_archive_holds_the_function_and_exactly_what_it_imports(tmp_path: Path) -> None:
    made = function_archive("check", root=project(tmp_path))

    assert names(made) == SHIPPED
    with zipfile.ZipFile(made) as bundle:
        assert bundle.read("lambdas/check/handler.py").decode() == HANDLER


def test_tests_bytecode_and_other_files_stay_out(tmp_path: Path) -> None:
    root = project(
        tmp_path,
        check__test_logic="import pytest\n",
        check__tests__test_more="import pytest\n",
        check__conftest="import pytest\n",
    )
    cached = root / "lambdas/check/__pycache__/logic.cpython-312.pyc"
    cached.parent.mkdir()
    cached.write_bytes(b"\0")
    (root / "lambdas/check/README.md").write_text("read me")

    assert names(function_archive("check", root=root)) == SHIPPED


def test_every_entry_has_the_fixed_time_mode_and_method(tmp_path: Path) -> None:
    made = function_archive("check", root=project(tmp_path))

    with zipfile.ZipFile(made) as bundle:
        entries = bundle.infolist()
    assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
    assert {entry.external_attr >> 16 for entry in entries} == {0o100644}
    assert {entry.create_system for entry in entries} == {3}
    assert {entry.compress_type for entry in entries} == {zipfile.ZIP_STORED}


def test_the_name_carries_the_content_hash(tmp_path: Path) -> None:
    made = function_archive("check", root=project(tmp_path))

    digest = hashlib.sha256(made.read_bytes()).hexdigest()
    assert content_hash(made) == digest
    assert made == tmp_path / "build" / "functions" / f"check-{digest[:12]}.zip"


def test_equal_sources_give_equal_bytes_whatever_time_umask_folder_and_line_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = project(tmp_path / "first")
    second = project(tmp_path / "second")
    for path in second.rglob("*.py"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
        os.utime(path, (1_000_000_000, 1_000_000_000))
        path.chmod(0o600)
    monkeypatch.chdir(second)
    before = os.umask(0o077)
    try:
        made = function_archive("check", root=second)
    finally:
        os.umask(before)
    monkeypatch.chdir(tmp_path)

    assert made.read_bytes() == function_archive("check", root=first).read_bytes()
    assert made.name == function_archive("check", root=first).name


@given(st.dictionaries(st.from_regex(r"[a-z]{1,8}\.py", fullmatch=True), st.binary(max_size=50), max_size=6))
def test_the_order_of_entries_does_not_matter_and_contents_survive(entries: dict[str, bytes]) -> None:
    turned = dict(reversed(entries.items()))

    assert zip_bytes(turned) == zip_bytes(entries)
    assert archive.digest(turned) == archive.digest(entries)


def test_a_digest_tells_names_from_contents() -> None:
    assert archive.digest({"a": b"bc"}) != archive.digest({"ab": b"c"})
    assert archive.digest({"a": b"", "b": b"x"}) != archive.digest({"a": b"x", "b": b""})


def test_an_unchanged_project_builds_nothing_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = project(tmp_path)
    made = function_archive("check", root=root)
    os.utime(root / "lambdas/check/logic.py", (1, 1))
    monkeypatch.setattr(build, "zip_bytes", lambda _: pytest.fail("built again"))

    assert function_archive("check", root=root) == made


def test_a_changed_source_builds_anew_even_with_equal_size_and_time(tmp_path: Path) -> None:
    root = project(tmp_path)
    before = function_archive("check", root=root)
    source = root / "guardrails/verdict.py"
    status = source.stat()
    source.write_text(source.read_text().replace("return event", "return Event"))
    os.utime(source, ns=(status.st_atime_ns, status.st_mtime_ns))

    after = function_archive("check", root=root)

    assert after != before
    assert before.exists()


def test_a_change_that_the_function_does_not_import_keeps_its_archive(tmp_path: Path) -> None:
    root = project(tmp_path)
    before = function_archive("check", root=root)
    (root / "lambdas/shared/unused.py").write_text("import json\n")

    assert function_archive("check", root=root) == before


@pytest.mark.parametrize("damage", ["truncated", "removed", "index", "odd index"])
def test_a_damaged_build_folder_is_mended(tmp_path: Path, damage: str) -> None:
    root = project(tmp_path)
    made = function_archive("check", root=root)
    whole = made.read_bytes()
    index = made.with_name("check.json")
    if damage == "truncated":
        made.write_bytes(whole[:100])
    elif damage == "removed":
        made.unlink()
    else:
        index.write_text("{" if damage == "index" else "[1]")

    assert function_archive("check", root=root).read_bytes() == whole


def test_a_failed_write_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: Path, __: Path) -> Path:
        raise OSError("no space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="no space"):
        write_atomically(tmp_path / "a.zip", b"x")

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("function", ["missing", "shared", "../other", "Check", "", "check/"])
def test_an_unknown_function_is_refused_with_the_known_ones(tmp_path: Path, function: str) -> None:
    with pytest.raises(PackagingError, match=r"handler.py does not exist; allowed: check, other"):
        function_archive(function, root=project(tmp_path))


@pytest.mark.parametrize(
    "statement",
    [
        "import boto3",
        "from botocore.config import Config",
        "import xml.etree.ElementTree",
        "import aws_lambda_powertools.metrics",
        "from .handler import handle",
        "from . import handler",
        "from ..shared import rules",
        "from lambdas.shared.rules import anything",
        "from lambdas.shared.rules import *",
        "import lambdas.shared.rules",
    ],
)
def test_what_the_runtime_the_layer_or_the_archive_has_may_be_imported(statement: str) -> None:
    assert "lambdas/check/logic.py" in trace_of(f"{statement}\n")


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("import requests", "lambdas/check/logic.py:2: imports requests"),
        ("from requests.auth import Auth", "lambdas/check/logic.py:2: imports requests.auth"),
        ("def late():\n    import pydantic", "lambdas/check/logic.py:3: imports pydantic"),
        ("import pulumi", "imports pulumi"),
        ("from components import x", "imports components"),
        ("from lambdas.other import handler", "imports lambdas.other.handler"),
        ("import lambdas.shared.nothing", "imports lambdas.shared.nothing"),
        ("from guardrails.nothing import x", "imports guardrails.nothing.x"),
        ("from lambdas.shared import nothing", "imports lambdas.shared.nothing"),
        ("from . import nothing", "imports lambdas.check.nothing"),
    ],
)
def test_any_other_import_is_refused_with_file_line_and_module(statement: str, named: str) -> None:
    with pytest.raises(PackagingError) as caught:
        trace_of(f"import json\n{statement}\n")

    assert named in str(caught.value)


@pytest.mark.parametrize(
    "block",
    [
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import requests\n",
        "import typing\nif typing.TYPE_CHECKING:\n    import requests\n",
    ],
)
def test_imports_for_the_type_checker_do_not_count(block: str) -> None:
    assert trace_of(block)


def test_the_other_branch_of_a_type_check_counts() -> None:
    with pytest.raises(PackagingError, match="requests"):
        trace_of(
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    pass\nelse:\n    import requests\n"
        )


def test_modules_that_import_each_other_are_taken_once() -> None:
    traced = trace_of(
        "from lambdas.shared import a\n",
        shared__a="from lambdas.shared import b\n",
        shared__b="from lambdas.shared import a\n",
    )

    assert [name for name in traced if name.startswith("lambdas/shared/")] == [
        "lambdas/shared/__init__.py",
        "lambdas/shared/a.py",
        "lambdas/shared/b.py",
    ]


def test_a_source_that_cannot_be_parsed_is_refused_with_its_line() -> None:
    with pytest.raises(PackagingError, match=r"lambdas/check/logic.py:2: cannot be parsed"):
        trace_of("import json\ndef broken(\n")


def test_the_snapshot_reads_lf(tmp_path: Path) -> None:
    root = project(tmp_path)
    (root / "lambdas/check/logic.py").write_bytes(b"a = 1\r\nb = 2\r\n")

    assert snapshot(root, "check")["lambdas/check/logic.py"] == b"a = 1\nb = 2\n"


MEBIBYTE = 1024 * 1024


def test_250_mebibytes_unzipped_are_the_limit() -> None:
    parts = {"model.bin": 200 * MEBIBYTE, **{f"part-{n}": n * MEBIBYTE for n in range(1, 10)}}

    assert size_warning("archive of check", {**parts, "rest": 5 * MEBIBYTE}, MEBIBYTE) is None
    with pytest.raises(PackagingError) as caught:
        size_warning("archive of check", {**parts, "rest": 5 * MEBIBYTE + 1}, MEBIBYTE)

    said = str(caught.value)
    assert "archive of check: got 250.0 MB unzipped, allowed 250.0 MB" in said
    assert (
        "largest parts: model.bin 200.0 MB, part-9 9.0 MB, part-8 8.0 MB, part-7 7.0 MB, part-6 6.0 MB;"
        in said
    )


def test_above_50_mebibytes_zipped_there_is_a_warning_with_size_and_parts() -> None:
    parts = {"data": 51 * MEBIBYTE}

    assert size_warning("archive of check", parts, 50 * MEBIBYTE) is None
    said = size_warning("archive of check", parts, 50 * MEBIBYTE + 1)
    assert said is not None
    assert "50.0 MB zipped" in said
    assert "data 51.0 MB" in said


def test_the_warning_is_shown_on_every_build_warm_or_cold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[str] = []
    monkeypatch.setattr(archive, "DIRECT_UPLOAD_BYTES", 100)
    monkeypatch.setattr("pulumi.log.warn", shown.append)
    root = project(tmp_path)

    function_archive("check", root=root)
    function_archive("check", root=root)

    assert len(shown) == 2
    assert shown[0] == shown[1]
    assert shown[0].startswith("archive of check: ")


RUN_ARCHIVE = """
import importlib, json, sys, zipfile
code, layer, function = sys.argv[1:]
sys.path[:0] = [code, layer + "/python"]
module = importlib.import_module(f"lambdas.{function}.handler")
import aws_lambda_powertools
print(json.dumps([module.__file__, aws_lambda_powertools.__file__, callable(module.handle)]))
"""


@pytest.mark.parametrize(
    "function", ["submit_orders", "accept_orders", "check_order", "charge_order", "fulfil_orders"]
)
def test_a_function_runs_from_its_archive_and_the_layer_alone(tmp_path: Path, function: str) -> None:
    """Isolated: neither the repository nor the working directory is on the path, only the SDK's folder."""
    code, layer = function_archive(function), layer_archive()

    done = subprocess.run(  # noqa: S603 - our own interpreter on our own archive
        [sys.executable, "-I", "-B", "-c", RUN_ARCHIVE, str(code), str(layer), function],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    module, powertools, callable_ = json.loads(done.stdout)
    assert module.startswith(str(code))
    assert powertools.startswith(str(layer))
    assert callable_
    assert not any(re.search(r"(^|/)tests?(/|_)|\.pyc$", name) for name in names(code))
