"""Variants of the cases' provider that do what no recording shows, and a project on one of them."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pavedroad import engine
from tests.support.engine import PROVIDER, Observed, write_project
from tests.support.engine_record import HEAD, STATE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Operation = Callable[[engine.RunRequest, Callable[[engine.EngineEvent], None]], engine.RunResult]

_CREATED = "        if r.preview and os.environ.get("
_UPDATED = '        s["arn"] = plain(r.olds).get("arn", "")\n'
_READ = "    def Read(self, r, c):\n"
_UNREADY = """
def unready(c, id_, s):
    from google.protobuf import any_pb2
    from pulumi.runtime.proto import status_pb2
    made = p.ErrorResourceInitFailed(id=id_, properties=s, reasons=["not ready in time"])
    detail = any_pb2.Any()
    detail.Pack(made)
    status = status_pb2.Status(code=2, message="1 error occurred", details=[detail])
    c.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
    c.abort(grpc.StatusCode.UNKNOWN, status.message)


class Provider(g"""


def _varied(folder: Path, *changes: tuple[str, str]) -> Path:
    text = (PROVIDER / "pulumi-resource-aws").read_text()
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    folder.mkdir()
    path = folder / "pulumi-resource-aws"
    path.write_text(text)
    path.chmod(0o755)
    return folder


def unready_provider(folder: Path) -> Path:
    """What it makes or changes with the tag `unready` exists, and does not become ready."""
    wanted = 'not r.preview and plain({0}).get("tags", {{}}).get("unready")'
    return _varied(
        folder,
        ("\nclass Provider(g", _UNREADY),
        (
            _CREATED,
            f'        if {wanted.format("r.properties")}: unready(c, f"{{name}}-{{h}}", s)\n{_CREATED}',
        ),
        (_UPDATED, f"{_UPDATED}        if {wanted.format('r.news')}: unready(c, r.id, s)\n"),
    )


def unreadable_provider(folder: Path) -> Path:
    """What is called `bad` cannot be read while there is a file `unreadable` beside the provider."""
    refuse = (
        '        mark = os.path.join(os.path.dirname(__file__), "unreadable")\n'
        '        if r.urn.endswith("::bad") and os.path.exists(mark):\n'
        '            c.abort(grpc.StatusCode.INTERNAL, "read refused")\n'
    )
    return _varied(folder, (_READ, _READ + refuse))


class VariedStack:
    """A project on a variant of the cases' provider."""

    def __init__(self, root: Path, provider: Path) -> None:
        self.root = root
        write_project(root, HEAD)
        self.request = engine.RunRequest(project_dir=root, stack="dev", provider_dirs={"aws": provider})

    def run(self, operation: Operation, program: str = "", **options: Any) -> Observed:  # noqa: ANN401 - fields of the request
        """Do an operation; what was observed."""
        (self.root / "__main__.py").write_text(HEAD + program)
        observed = Observed()
        observed.result = operation(replace(self.request, **options), observed.take)
        observed.ok = observed.result.outcome is engine.Outcome.SUCCEEDED
        return observed

    @property
    def deployment(self) -> dict[str, Any]:
        """What the state file holds."""
        return json.loads((self.root / STATE).read_text())["deployment"]

    @property
    def resources(self) -> dict[str, dict[str, Any]]:
        """Its resources by name."""
        return {each["urn"].rpartition("::")[2]: each for each in self.deployment["resources"]}

    @property
    def pending(self) -> list[tuple[str, str]]:
        """Type and name of what was left under way."""
        found = self.deployment["pending_operations"]
        return [(entry["type"], entry["resource"]["urn"].rpartition("::")[2]) for entry in found]

    def leave(self, type_: str, name: str, **changes: object) -> None:
        """Leave an operation as a killed run does."""
        document = json.loads((self.root / STATE).read_text())
        resource = {**self.resources[name], **changes}
        document["deployment"]["pending_operations"] = [{"type": type_, "resource": resource}]
        (self.root / STATE).write_text(json.dumps(document))


def messages(observed: Observed, severity: str) -> str:
    """What was told, of one severity."""
    return "\n".join(message for kind, _, message in observed.diagnostics if kind == severity)
