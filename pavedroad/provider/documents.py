"""The data source `aws:iam/getPolicyDocument`: IAM documents in the official provider's exact form.

Facts of that form: one value is written bare, several as a list in descending order; condition values keep
their order; several principals of a type are joined; only the pair `*`, `*` is written as `"*"`; `&{…}`
becomes `${…}`; later documents replace statements of the same Sid; keys stand in a fixed order; `<`, `>` and
`&` are escaped.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias
from zlib import crc32

from pavedroad.provider.values import entries, items, text

if TYPE_CHECKING:
    from collections.abc import Callable

    from pavedroad.provider.values import Properties, Value

Json: TypeAlias = "str | bool | int | float | list[Json] | dict[str, Json] | None"

_CURRENT: Final = "2012-10-17"
_LEGACY: Final = "2008-10-17"
_ORDER: Final = (
    "Sid",
    "Effect",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Principal",
    "NotPrincipal",
    "Condition",
)
_ESCAPES: Final = (("&", "\\u0026"), ("<", "\\u003c"), (">", "\\u003e"))


class DocumentError(Exception):
    """The arguments make no document; the text says why."""


@dataclass
class _Document:
    version: str = ""
    identity: str = ""
    statements: list[dict[str, Json]] = field(default_factory=list[dict[str, Json]])

    def merge(self, other: _Document) -> None:
        """Take over another document's id, newer version and statements."""
        self.identity = other.identity or self.identity
        self.version = max(self.version, other.version)
        for statement in other.statements:
            sid = statement.get("Sid")
            place = next(
                (at for at, known in enumerate(self.statements) if sid and known.get("Sid") == sid), None
            )
            if place is None:
                self.statements.append(statement)
            else:
                self.statements[place] = statement

    def json(self) -> dict[str, Json]:
        """The document with its keys in order and nothing empty."""
        parts: dict[str, Json] = {
            "Version": self.version,
            "Id": self.identity,
            "Statement": [*self.statements],
        }
        return {key: value for key, value in parts.items() if value}


def policy_document(arguments: Properties) -> Properties:
    """The result of the data source for known arguments.

    Raises:
        DocumentError: Two statements share a Sid, a source is no JSON, or the old language has a variable.
    """
    version = text(arguments.get("version")) or _CURRENT
    merged = _Document()
    sids: set[str] = set()
    for index, source in enumerate(_sources(arguments, "sourceJson", "sourcePolicyDocuments")):
        document = _parse(source, f"sourcePolicyDocuments[{index}]")
        _unique(document, sids, f"sourcePolicyDocuments[{index}]")
        merged.merge(document)
    own = _Document(
        version,
        text(arguments.get("policyId")) or "",
        [_statement(statement, version) for statement in items(arguments.get("statements"))],
    )
    _unique(own, set(), "statements")
    merged.merge(own)
    for index, source in enumerate(_sources(arguments, "overrideJson", "overridePolicyDocuments")):
        merged.merge(_parse(source, f"overridePolicyDocuments[{index}]"))
    pretty = _dump(merged.json(), 2)
    return {
        **arguments,
        "version": version,
        "json": pretty,
        "minifiedJson": _dump(merged.json(), None),
        "id": str(crc32(pretty.encode())),
    }


def _sources(arguments: Properties, single: str, several: str) -> list[str]:
    found = [text(arguments.get(single)), *(text(item) for item in items(arguments.get(several)))]
    return [source for source in found if source]


def _unique(document: _Document, sids: set[str], place: str) -> None:
    for statement in document.statements:
        sid = statement.get("Sid")
        if isinstance(sid, str) and sid in sids:
            raise DocumentError(
                f"{place}: the Sid {sid!r} is there twice; remove it or give each statement its own"
            )
        if isinstance(sid, str):
            sids.add(sid)


def _parse(source: str, place: str) -> _Document:
    try:
        parsed: Json = json.loads(source)
    except ValueError as error:
        raise DocumentError(f"{place}: got text that is no JSON ({error}); give a policy document") from error
    if not isinstance(parsed, dict):
        raise DocumentError(f"{place}: got JSON that is no object; give a policy document")
    given = parsed.get("Statement")
    statements = given if isinstance(given, list) else [given]
    return _Document(
        str(parsed.get("Version", "")),
        str(parsed.get("Id", "")),
        [_ordered(statement) for statement in statements if isinstance(statement, dict)],
    )


def _ordered(statement: dict[str, Json]) -> dict[str, Json]:
    return {key: statement[key] for key in _ORDER if statement.get(key)}


def _statement(value: Value, version: str) -> dict[str, Json]:
    given = dict(entries(value))

    def variables(item: str) -> str:
        if version == _LEGACY and "&{" in item:
            raise DocumentError(
                f"statements: '&{{' has no meaning in version {_LEGACY}; use version {_CURRENT}"
            )
        return item.replace("&{", "${")

    return _ordered(
        {
            "Sid": text(given.get("sid")) or "",
            "Effect": text(given.get("effect")) or "Allow",
            "Action": _json(_strings(given.get("actions"), str)),
            "NotAction": _json(_strings(given.get("notActions"), str)),
            "Resource": _json(_strings(given.get("resources"), variables)),
            "NotResource": _json(_strings(given.get("notResources"), variables)),
            "Principal": _principals(given.get("principals"), variables),
            "NotPrincipal": _principals(given.get("notPrincipals"), variables),
            "Condition": _conditions(given.get("conditions"), variables),
        }
    )


def _texts(value: Value) -> list[str]:
    return [found for item in items(value) if (found := text(item)) is not None]


def _strings(value: Value, change: Callable[[str], str]) -> str | list[str]:
    found = sorted({change(item) for item in _texts(value)}, reverse=True)
    return found[0] if len(found) == 1 else found


def _json(found: str | list[str]) -> Json:
    return found if isinstance(found, str) else [*found]


def _principals(value: Value, change: Callable[[str], str]) -> Json:
    joined: dict[str, list[str]] = {}
    for principal in items(value):
        block = dict(entries(principal))
        kind = text(block.get("type")) or ""
        found = _strings(block.get("identifiers"), change)
        joined.setdefault(kind, []).extend([found] if isinstance(found, str) else found)
    if joined == {"*": ["*"]}:
        return "*"
    return {kind: found[0] if len(found) == 1 else [*found] for kind, found in sorted(joined.items())}


def _conditions(value: Value, change: Callable[[str], str]) -> Json:
    joined: dict[str, dict[str, list[str]]] = {}
    for condition in items(value):
        block = dict(entries(condition))
        test, variable = text(block.get("test")) or "", text(block.get("variable")) or ""
        values = [change(item) for item in _texts(block.get("values"))]
        joined.setdefault(test, {}).setdefault(variable, []).extend(values)
    return {
        test: {key: found[0] if len(found) == 1 else [*found] for key, found in sorted(variables.items())}
        for test, variables in sorted(joined.items())
    }


def _dump(document: Json, indent: int | None) -> str:
    separators = (",", ": ") if indent else (",", ":")
    written = json.dumps(document, indent=indent, separators=separators, ensure_ascii=False)
    for character, escape in _ESCAPES:
        written = written.replace(character, escape)
    return written
