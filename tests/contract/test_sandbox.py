"""What holds for all corrections of the local cloud and all live types."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from typing import Final

import pytest

from pavedroad.cloud.corrections import CORRECTIONS
from pavedroad.provider import sdk
from pavedroad.provider.live.table import MODULES, SERVICES
from pavedroad.provider.predict.tables import ROWS

ROOT: Final = Path(__file__).resolve().parents[2]
FOLDER: Final = ROOT / "pavedroad" / "cloud" / "corrections"
NAMES: Final = sorted(
    path.stem
    for path in FOLDER.glob("*.py")
    if re.search(r"^def install\(", path.read_text(encoding="utf-8"), re.MULTILINE)
)


def test_every_correction_is_installed_once() -> None:
    installed = [getattr(each, "__name__", "").rpartition(".")[2] for each in CORRECTIONS]

    assert sorted(installed) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_correction_says_what_it_mends_and_is_on_the_page(name: str) -> None:
    module = import_module(f"pavedroad.cloud.corrections.{name}")
    page = (ROOT / "docs" / "sandbox.md").read_text(encoding="utf-8")

    assert len((module.__doc__ or "").splitlines()) > 2, "AWS, the emulator, and what is done"
    assert re.search(rf"^\| `{name}` \|", page, re.MULTILINE), f"docs/sandbox.md has no row for {name}"


@pytest.mark.parametrize("module", sorted(SERVICES))
def test_a_service_module_serves_the_types_that_the_table_names(module: str) -> None:
    types = import_module(f"pavedroad.provider.live.services.{module}").TYPES

    assert set(types) == set(SERVICES[module])


def test_live_types_are_types_of_the_sdk_with_a_prediction() -> None:
    assert sdk.tokens() >= set(MODULES)
    assert set(ROWS) >= set(MODULES)


def test_the_page_of_live_types_names_them_all() -> None:
    page = (ROOT / "docs" / "live-types.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(\w+)` \| ([^|]+) \|", page, re.MULTILINE))
    told = {f"{service}:{name}" for service, names in rows.items() for name in re.findall(r"\w+", names)}

    assert told == {f"{token.split(':')[1].partition('/')[0]}:{token.split(':')[2]}" for token in MODULES}
