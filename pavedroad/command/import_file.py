"""Which resources an import is about: those of a file in Pulumi's bulk form, or the one that is named."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from pavedroad.command.display.shapes import as_list, as_mapping
from pavedroad.command.failure import CommandError
from pavedroad.engine.importing import Import
from pavedroad.engine.state import STACK_TYPE, make_urn

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pavedroad.engine.events import Json

_KNOWN: Final = ("type", "name", "id", "parent", "provider", "logicalName", "version")
_FORM: Final = (
    'Wanted is {"nameTable": {"NAME": "URN"}, "resources": [{"type": "aws:sqs/queue:Queue", '
    '"name": "orders", "id": "..."}]}; parent and provider of a resource are names.'
)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is to be imported.

    Attributes:
        imports: The resources.
        names: URN to the name that the program has, or will have, for it.
    """

    imports: tuple[Import, ...]
    names: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(kw_only=True)
class _File:
    path: Path
    project: str
    stack: str
    table: dict[str, str]
    entries: dict[str, dict[str, str]]
    urns: dict[str, str] = field(default_factory=dict[str, str])

    def refused(self, why: str) -> CommandError:
        return CommandError(f"--file: {self.path}: {why}", remedy=_FORM)

    def urn_of(self, name: str, whose: str) -> str:
        """The URN that a name means; that of a resource of the file is made from those of its parents."""
        if name in self.table:
            return self.table[name]
        if name not in self.entries:
            raise self.refused(f"the parent {name!r} of {whose!r} is neither in nameTable nor a resource")
        if name not in self.urns:
            self.urns[name] = ""
            entry = self.entries[name]
            parent = entry.get("parent", "")
            self.urns[name] = make_urn(
                stack=self.stack,
                project=self.project,
                parent=self.urn_of(parent, name) if parent else "",
                type_=entry["type"],
                name=entry.get("logicalName", name),
            )
        if not self.urns[name]:
            raise self.refused(f"{name!r} is its own ancestor")
        return self.urns[name]

    def provider_of(self, name: str) -> str:
        provider = self.entries[name].get("provider", "")
        if provider and provider not in self.table:
            raise self.refused(f"the provider {provider!r} of {name!r} is not in nameTable")
        return self.table.get(provider, "")


def read_file(path: Path, *, project: str, stack: str, protect: bool) -> Wanted:
    """The resources of a file.

    Args:
        path: The file.
        project: Project that their URNs name.
        stack: Stack that their URNs name.
        protect: Whether they are to be protected.

    Raises:
        CommandError: It cannot be read, or is not of Pulumi's form.
    """
    file = _File(path=path, project=project, stack=stack, table={}, entries={})
    document = _read(file)
    for name, urn in (as_mapping(document.get("nameTable", {})) or {}).items():
        file.table[name] = _text(file, urn, f"nameTable, {name}")
    for number, raw in enumerate(as_list(document.get("resources")) or (), 1):
        entry = _entry(file, raw, number)
        name = entry.get("name") or entry["logicalName"]
        if name in file.entries or name in file.table:
            raise file.refused(f"resource {number}: the name {name!r} stands for another resource already")
        file.entries[name] = entry
    if not file.entries:
        raise file.refused("it names no resources")
    imports = tuple(
        Import(
            type=entry["type"],
            name=entry.get("logicalName", name),
            id=entry["id"],
            parent=file.urn_of(entry["parent"], name) if entry.get("parent") else "",
            provider=file.provider_of(name),
            protect=protect,
            version=entry.get("version", ""),
        )
        for name, entry in file.entries.items()
    )
    names = {urn: name for name, urn in file.table.items()}
    return Wanted(imports=imports, names=names | {file.urn_of(name, name): name for name in file.entries})


def one_resource(type_: str, name: str, id_: str, *, parent: str, provider: str, protect: bool) -> Wanted:
    """The resource of the command line; parent and provider are URNs, `NAME=URN` also tells a name for it."""
    names: dict[str, str] = {}
    urns = [_named(option, given, names) for option, given in (("parent", parent), ("provider", provider))]
    found = Import(type=type_, name=name, id=id_, parent=urns[0], provider=urns[1], protect=protect)
    return Wanted(imports=(found,), names=names)


def _named(option: str, given: str, names: dict[str, str]) -> str:
    name, separator, urn = given.partition("=")
    if not separator:
        name, urn = "", given
    if urn and not urn.startswith("urn:pulumi:"):
        raise CommandError(
            f"--{option}: got {given!r}, which is no URN",
            remedy="Give URN or NAME=URN; `pavedroad state export` shows the URNs of the stack.",
        )
    if name and urn.split("::")[2:3] != [STACK_TYPE]:
        names[urn] = name
    return urn


def _read(file: _File) -> Mapping[str, Json]:
    try:
        text = file.path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text in UTF-8"
        raise CommandError(
            f"--file: {file.path} cannot be read: {reason}", remedy="Name another file."
        ) from error
    try:
        document = as_mapping(json.loads(text))
    except ValueError as error:
        raise file.refused(f"it is not valid JSON ({error})") from error
    if document is None:
        raise file.refused("it holds no object")
    return document


def _entry(file: _File, raw: Json, number: int) -> dict[str, str]:
    given = as_mapping(raw)
    if given is None:
        raise file.refused(f"resource {number} is no object")
    unknown = sorted(set(given) - set(_KNOWN))
    if unknown:
        raise file.refused(f"resource {number}: got {', '.join(unknown)}; known are {', '.join(_KNOWN)}")
    entry = {key: _text(file, value, f"resource {number}, {key}") for key, value in given.items()}
    for key in ("type", "id"):
        if not entry.get(key):
            raise file.refused(f"resource {number} has no {key}")
    if not (entry.get("name") or entry.get("logicalName")):
        raise file.refused(f"resource {number} has no name")
    return entry


def _text(file: _File, value: Json, where: str) -> str:
    if not isinstance(value, str):
        raise file.refused(f"{where}: got {json.dumps(value)}, wanted a text")
    return value
