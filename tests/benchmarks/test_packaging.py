"""How long packaging takes, cold and warm; prints figures, asserts only that there is an archive."""

from __future__ import annotations

import shutil
from time import perf_counter
from typing import TYPE_CHECKING

from components._packaging import build, function_archive, layer_archive

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FUNCTIONS = sorted(path.parent.name for path in build.PROJECT_ROOT.glob("lambdas/*/handler.py"))


def copy_of_the_project(folder: Path) -> Path:
    for room in ("lambdas", "guardrails"):
        shutil.copytree(
            build.PROJECT_ROOT / room, folder / room, ignore=shutil.ignore_patterns("__pycache__")
        )
    return folder


def milliseconds(work: Callable[[], Path]) -> tuple[float, Path]:
    start = perf_counter()
    made = work()
    return (perf_counter() - start) * 1000, made


def test_functions(tmp_path: Path) -> None:
    root = copy_of_the_project(tmp_path)

    for function in FUNCTIONS:
        cold, made = milliseconds(lambda name=function: function_archive(name, root=root))
        warm, again = milliseconds(lambda name=function: function_archive(name, root=root))
        print(f"{function:14} {made.stat().st_size:8,} bytes, cold {cold:6.1f} ms, warm {warm:5.2f} ms")
        assert made == again


def test_the_layer(tmp_path: Path) -> None:
    root = copy_of_the_project(tmp_path)

    cold, made = milliseconds(lambda: layer_archive(root=root))
    warm, again = milliseconds(lambda: layer_archive(root=root))
    print(f"company layer  {made.stat().st_size:8,} bytes, cold {cold:6.1f} ms, warm {warm:5.2f} ms")
    assert made == again
