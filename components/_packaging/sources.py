"""Which source files a function needs: its own package and what that imports, read from the syntax tree.

Pure over a snapshot of the sources in memory. Imports under `if TYPE_CHECKING:` do not count, because they do
not run. A module that neither the archive, the runtime nor the company layer provides is refused here, where
that costs a second, and not by the first invocation.
"""

from __future__ import annotations

import ast
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from components._packaging.archive import PackagingError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

RUNTIME_MODULES: Final = frozenset({"boto3", "botocore"})
"""What the Python runtimes of Lambda bring along, beside the standard library."""

ROOMS: Final = ("lambdas", "guardrails")
"""Our packages that may go into an archive."""

_NOT_SHIPPED: Final = frozenset({"tests", "__pycache__"})


def snapshot(root: Path, function: str) -> dict[str, bytes]:
    """Every source that could go into the archive of `function`, by path under `root`, with LF endings."""
    folders = [root / "lambdas" / function, root / "lambdas" / "shared", root / "guardrails"]
    files = [root / "lambdas" / "__init__.py", *(path for folder in folders for path in folder.rglob("*.py"))]
    return {
        name: path.read_bytes().replace(b"\r\n", b"\n")
        for path in files
        if _is_shipped(name := path.relative_to(root).as_posix()) and path.is_file()
    }


def trace(function: str, tree: Mapping[str, bytes], layer_modules: Collection[str]) -> list[str]:
    """The paths in `tree` that the archive of `function` holds, sorted.

    Args:
        function: Package name under `lambdas/`.
        tree: The sources, as `snapshot` reads them.
        layer_modules: Top-level modules that the company layer provides.

    Raises:
        PackagingError: An import that cannot work in Lambda, or a source that cannot be parsed.
    """
    needed = _Trace(function, tree, frozenset(layer_modules))
    for path in sorted(tree):
        if path.startswith(f"lambdas/{function}/"):
            needed.add(path)
    return sorted(needed.paths)


@dataclass(frozen=True)
class _Import:
    """One imported name: the module, the attribute or submodule taken from it, and where."""

    module: str
    name: str | None
    line: int


@dataclass
class _Trace:
    """The files found so far; every file is read once."""

    function: str
    tree: Mapping[str, bytes]
    layer_modules: frozenset[str]
    paths: set[str] = field(default_factory=set[str])

    def add(self, path: str) -> None:
        """Take the file at `path`, the packages above it, and all that it imports."""
        if path in self.paths:
            return
        self.paths.add(path)
        for package in _packages_above(path):
            if package in self.tree:
                self.add(package)
        for found in _imports(path, self.tree[path]):
            self._follow(found, path)

    def _follow(self, found: _Import, path: str) -> None:
        top = found.module.partition(".")[0]
        if top in ROOMS:
            self._add_own(found, path)
        elif top not in sys.stdlib_module_names | RUNTIME_MODULES | self.layer_modules:
            raise PackagingError(
                f"{path}:{found.line}: imports {found.module}, which is neither in the Lambda runtime "
                f"(standard library, {', '.join(sorted(RUNTIME_MODULES))}) nor in the company layer "
                f"({', '.join(sorted(self.layer_modules))}); use one of these, or pin its distribution in "
                f"lambdas/layers/company/requirements.txt"
            )

    def _add_own(self, found: _Import, path: str) -> None:
        whole = f"{found.module}.{found.name}" if found.name else found.module
        target = _file_of(whole, self.tree) or self._file_with(found)
        if target is None:
            raise PackagingError(
                f"{path}:{found.line}: imports {whole}, which the archive of {self.function} cannot hold; "
                f"allowed are existing modules of lambdas.{self.function}, lambdas.shared and guardrails: "
                f"move shared code to lambdas/shared"
            )
        self.add(target)

    def _file_with(self, found: _Import) -> str | None:
        """The file of the module that `found` takes a name from."""
        file = _file_of(found.module, self.tree)
        if file is None or found.name is None or not file.endswith("/__init__.py"):
            return file
        # A package that does not even mention the name was meant to hold a module that is not there.
        return file if found.name.encode() in self.tree[file] else None


def _is_shipped(name: str) -> bool:
    *folders, file = name.split("/")
    return _NOT_SHIPPED.isdisjoint(folders) and not file.startswith("test_") and file != "conftest.py"


def _packages_above(path: str) -> Iterator[str]:
    folders = path.split("/")[:-1]
    for depth in range(1, len(folders) + 1):
        yield "/".join((*folders[:depth], "__init__.py"))


def _file_of(module: str, tree: Mapping[str, bytes]) -> str | None:
    stem = module.replace(".", "/")
    return next((path for path in (f"{stem}.py", f"{stem}/__init__.py") if path in tree), None)


def _imports(path: str, source: bytes) -> Iterator[_Import]:
    try:
        module = ast.parse(source, filename=path)
    except SyntaxError as error:
        raise PackagingError(
            f"{path}:{error.lineno}: cannot be parsed: {error.msg}; mend the source"
        ) from error
    for node in _running_nodes(module):
        if isinstance(node, ast.Import):
            yield from (_Import(alias.name, None, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(node, path)
            for alias in node.names:
                yield _Import(base, None if alias.name == "*" else alias.name, node.lineno)


def _running_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """All nodes that can run: the body of `if TYPE_CHECKING:` cannot."""
    yield node
    children = node.orelse if isinstance(node, ast.If) and _is_type_checking(node.test) else None
    for child in ast.iter_child_nodes(node) if children is None else children:
        yield from _running_nodes(child)


def _is_type_checking(test: ast.expr) -> bool:
    name = test.attr if isinstance(test, ast.Attribute) else test.id if isinstance(test, ast.Name) else ""
    return name == "TYPE_CHECKING"


def _absolute(node: ast.ImportFrom, path: str) -> str:
    """The absolute name of the module that a `from` statement in the file at `path` takes names from."""
    if not node.level:
        return node.module or ""
    package = path.split("/")[: -node.level]
    return ".".join((*package, *([node.module] if node.module else [])))
