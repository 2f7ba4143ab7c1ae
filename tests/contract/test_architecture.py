"""The laws of the house: which room imports which, how long a file may be, what no file names."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).resolve().parents[2]
LIMIT: Final = 400
MAIN_LIMIT: Final = 60
GENERATED: Final = frozenset(
    {"requirements.lock", "LICENSE", "docs/settings.schema.json", "docs/guardrails.md"}
)
RECORDED: Final = "tests/engine/cases/"
"""Programs and results of the engine's oracle, kept as they were recorded."""

_COMMAND: Final = frozenset(
    {
        "pavedroad",
        "pavedroad.command",
        "pavedroad.command.rules",
        "pavedroad.command.settings",
        "pavedroad.command.verdicts",
    }
)
ALLOWED: Final = {
    "__main__": {"systems", "systems.settings", "components"},
    "systems": {"systems", "systems.settings", "components", "guardrails"},
    "systems.settings": {"systems", "systems.settings", "components", "guardrails"},
    "components": {"components", "guardrails"},
    "guardrails": {"guardrails"},
    "policies": {"policies", "guardrails"},
    "demos": {"demos", "pavedroad.command", "pavedroad.engine", "pavedroad.cloud"},
    "lambdas": {"lambdas"},
    "pavedroad": {"pavedroad"},
    "pavedroad.__main__": {"pavedroad.command"},
    "pavedroad.command": {*_COMMAND, "pavedroad.engine", "pavedroad.provider", "pavedroad.cloud"},
    "pavedroad.engine": {"pavedroad", "pavedroad.engine"},
    "pavedroad.provider": {"pavedroad", "pavedroad.provider"},
    "pavedroad.cloud": {"pavedroad", "pavedroad.cloud"},
    # Some verbs tell about rooms of the program.
    "pavedroad.command.rules": {*_COMMAND, "policies", "guardrails"},
    "pavedroad.command.settings": {*_COMMAND, "systems.settings"},
    "pavedroad.command.verdicts": {*_COMMAND, "pavedroad.engine", "policies", "guardrails"},
}
"""Room: the rooms it may import. A module belongs to the room with the longest name that fits it."""

# Split, so that this file does not name what it looks for.
FORBIDDEN: Final = tuple(
    re.compile(pattern)
    for pattern in (
        "/" + r"work/",
        "/" + r"home/[a-z]",
        "/" + r"root/",
        "/" + r"Users/",
        "files" + r"\.pythonhosted\.org",
        "pypi" + r"\.org",
        "artifact" + r"ory",
        "npmjs" + r"\.",
    )
)


def tracked() -> list[Path]:
    """Files under version control and new ones that are not ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],  # noqa: S607 - the git of the developer
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout.decode()
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def modules() -> list[Path]:
    return [path for path in tracked() if path.suffix == ".py" and room_of(name_of(path))]


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room_of(module: str) -> str:
    """The room a module belongs to; empty for foreign packages and tests."""
    return max((room for room in ALLOWED if f"{module}.".startswith(f"{room}.")), key=len, default="")


def imports(path: Path) -> Iterator[str]:
    package = name_of(path) if path.name == "__init__.py" else name_of(path).rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            module = ".".join((*base, *filter(None, [node.module])))
            # `from pavedroad import engine` names a module in its list.
            yield from (f"{module}.{alias.name}" for alias in node.names)


def is_allowed(module: str, imported: str) -> bool:
    room = room_of(imported)
    return not room or room in ALLOWED[room_of(module)]


def test_imports_point_one_way() -> None:
    wrong = [
        f"{name_of(path)} imports {imported}"
        for path in modules()
        for imported in imports(path)
        if not is_allowed(name_of(path), imported)
    ]

    assert wrong == []


@pytest.mark.parametrize(
    ("module", "imported", "allowed"),
    [
        ("__main__", "systems.settings", True),
        ("__main__", "policies.kit", False),
        ("systems.orders", "components.messaging", True),
        ("components.messaging.queue", "systems.orders", False),
        ("guardrails.functions", "components._naming", False),
        ("guardrails.functions", "json", True),
        ("policies.rules.iam", "guardrails.iam", True),
        ("policies.rules.iam", "components._iam", False),
        ("lambdas.accept_orders.handler", "lambdas.shared.order", True),
        ("lambdas.accept_orders.handler", "guardrails.verdict", False),
        ("pavedroad.engine.run", "pavedroad.provider.plugin", False),
        ("pavedroad.engine.run", "pavedroad.command.failure", False),
        ("pavedroad.provider.plan", "pavedroad.engine.events", False),
        ("pavedroad.command.preview", "pavedroad.engine.events", True),
        ("pavedroad.command.preview", "policies.kit", False),
        ("pavedroad.command.rules", "policies.kit.catalogue", True),
        ("pavedroad.command.settings", "systems.settings.schema_json", True),
        ("pavedroad.command.verdicts", "policies.kit.verdicts", True),
        ("pavedroad.command.check", "pavedroad.command.verdicts", True),
        ("pavedroad.command.check", "policies.kit.verdicts", False),
        ("pavedroad.command.settings", "systems.foundation", False),
    ],
)
def test_the_law_itself_tells_right_from_wrong(module: str, imported: str, *, allowed: bool) -> None:
    assert is_allowed(module, imported) is allowed


def test_files_stay_short() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in tracked()
        if path.suffix in {".py", ".md", ".toml", ".yaml", ".json", ""}
        and str(path.relative_to(ROOT)) not in GENERATED
        and not str(path.relative_to(ROOT)).startswith(RECORDED)
        and (lines := len(path.read_bytes().splitlines())) >= LIMIT
    }

    assert long == {}


def test_the_program_stays_short() -> None:
    assert len((ROOT / "__main__.py").read_text(encoding="utf-8").splitlines()) <= MAIN_LIMIT


def test_every_file_that_defines_tests_is_collected() -> None:
    stray = [
        str(path.relative_to(ROOT))
        for path in tracked()
        if path.suffix == ".py"
        and ROOT / "tests" in path.parents
        and not path.name.startswith("test_")
        and any(
            (isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"))
            or (isinstance(node, ast.ClassDef) and node.name.startswith("Test"))
            for node in ast.parse(path.read_text(encoding="utf-8")).body
        )
    ]

    assert stray == []


def test_no_file_names_a_machine_path_or_a_registry_host() -> None:
    named: list[str] = []
    for path in tracked():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # an archive kept as a fixture
        named.extend(
            f"{path.relative_to(ROOT)}: {found[0]}"
            for pattern in FORBIDDEN
            if (found := pattern.search(text))
        )

    assert named == []
