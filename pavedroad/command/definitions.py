"""Python code that defines resources which were imported, to be added to the program.

What a secret holds is never written: the code asks the stack's configuration for it.
"""

from __future__ import annotations

import json
import keyword
import re
import unicodedata
from typing import TYPE_CHECKING, Final

from pavedroad.command.display.shapes import as_list, as_mapping
from pavedroad.command.sdk_names import Property, constructor, python_name
from pavedroad.engine.events import SECRET_MASK
from pavedroad.engine.state import STACK_TYPE, is_default_provider, provider_urn, urn_name, urn_type
from pavedroad.engine.values import ARCHIVE, ASSET, SIGNATURE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pavedroad.command.sdk_names import Constructor
    from pavedroad.engine.events import Json, StepState

_WIDTH: Final = 100
_INDENT: Final = "    "
_PLAIN: Final = Property(python="")
_FILES: Final = {
    ASSET: {"path": "FileAsset", "uri": "RemoteAsset"},
    ARCHIVE: {"path": "FileArchive", "uri": "RemoteArchive"},
}


def definitions(resources: Sequence[StepState], names: Mapping[str, str]) -> str:
    """The code, imports first.

    Args:
        resources: The resources, as events show them: with masks for secrets.
        names: URN to the name that the program has for it; others get one made from their logical names.
    """
    makers = [constructor(resource.type) for resource in resources]
    taken = {"pulumi", "config", *(maker.alias for maker in makers)}
    variables = {urn: _variable(name, set()) for urn, name in names.items()}
    taken |= set(variables.values())
    for resource in resources:
        if resource.urn not in names:
            variables[resource.urn] = _variable(urn_name(resource.urn), taken)
            taken.add(variables[resource.urn])
    blocks = [
        "\n".join(_definition(resource, maker, variables))
        for resource, maker in zip(resources, makers, strict=True)
    ]
    text = "\n\n".join(blocks)
    head = ["import pulumi", *sorted({_import(maker) for maker in makers})]
    needs = ["config = pulumi.Config()"] if "config.require_secret(" in text else []
    return "\n".join([*head, "", *needs, *([""] if needs else []), text, ""])


def _import(maker: Constructor) -> str:
    return f"import {maker.package} as {maker.alias}"


def _definition(resource: StepState, maker: Constructor, variables: Mapping[str, str]) -> Iterable[str]:
    name = urn_name(resource.urn)
    yield f"{variables[resource.urn]} = {maker.call}("
    yield f"{_INDENT}{_text(name)},"
    for wire, value in resource.inputs.items():
        found = maker.property(wire)
        yield from _lines(f"{found.python}=", value, found, f"{name}-{wire}", 1)
    options = _options(resource, variables)
    if options:
        yield f"{_INDENT}opts=pulumi.ResourceOptions({', '.join(options)}),"
    yield ")"


def _options(resource: StepState, variables: Mapping[str, str]) -> list[str]:
    options: list[str] = []
    parent = resource.parent
    if parent and urn_type(parent) != STACK_TYPE:
        options.append(f"parent={variables.get(parent) or _variable(urn_name(parent), set())}")
    provider = provider_urn(resource.provider)
    if provider and not is_default_provider(provider):
        options.append(f"provider={variables.get(provider) or _variable(urn_name(provider), set())}")
    if resource.protect:
        options.append("protect=True")
    return options


def _lines(lead: str, value: Json, known: Property, path: str, depth: int) -> Iterable[str]:
    """A value as the lines of an argument or an item, each ending in a comma."""
    indent = _INDENT * depth
    if value == SECRET_MASK:
        yield f"{indent}{lead}config.require_secret({_text(path)}),  # secret: its value is not shown"
        return
    inline = _inline(value, known)
    members, items = as_mapping(value), as_list(value)
    fits = len(indent) + len(lead) + len(inline) < _WIDTH and not _is_secret(value)
    if fits or not (members or items) or _is_file(value):
        yield f"{indent}{lead}{inline},{_remark(value)}"
    elif members:
        yield f"{indent}{lead}{{"
        for wire, item in members.items():
            key, below = _member(wire, known)
            yield from _lines(f"{_text(key)}: ", item, below, f"{path}-{wire}", depth + 1)
        yield f"{indent}}},"
    else:
        yield f"{indent}{lead}["
        for number, item in enumerate(items or ()):
            yield from _lines("", item, known, f"{path}-{number}", depth + 1)
        yield f"{indent}],"


def _inline(value: Json, known: Property) -> str:
    if isinstance(value, str):
        return _text(value)
    if value is None or isinstance(value, int | float):
        # The wire knows only floats.
        return repr(int(value) if isinstance(value, float) and value.is_integer() else value)
    members = as_mapping(value)
    if members is not None and _is_file(members):
        return _file(members)
    if members is not None:
        pairs = ((*_member(wire, known), item) for wire, item in members.items())
        return "{" + ", ".join(f"{_text(key)}: {_inline(item, below)}" for key, below, item in pairs) + "}"
    return "[" + ", ".join(_inline(item, known) for item in as_list(value) or ()) + "]"


def _member(wire: str, known: Property) -> tuple[str, Property]:
    # The keys of a map are the program's own; those of an object have names in Python.
    found = (known.fields or {}).get(wire)
    return (found.python, found) if found else (wire, known if known.fields is None else _PLAIN)


def _is_secret(value: Json) -> bool:
    members, items = as_mapping(value), as_list(value)
    inner = members.values() if members is not None else items or ()
    return value == SECRET_MASK or any(_is_secret(item) for item in inner)


def _is_file(value: Json) -> bool:
    return (as_mapping(value) or {}).get(SIGNATURE) in (ASSET, ARCHIVE)


def _file(members: Mapping[str, Json]) -> str:
    for key, made in _FILES[str(members[SIGNATURE])].items():
        if members.get(key):
            return f"pulumi.{made}({_text(str(members[key]))})"
    return "None"


def _remark(value: Json) -> str:
    unknown = _is_file(value) and _file(as_mapping(value) or {}) == "None"
    return "  # its content is not known here: name the file" if unknown else ""


def _variable(name: str, taken: set[str]) -> str:
    words = re.sub(r"\W+", "_", python_name(name), flags=re.ASCII).strip("_") or "resource"
    plain = f"_{words}" if words[0].isdigit() else words
    plain = f"{plain}_" if keyword.iskeyword(plain) else plain
    found, number = plain, 2
    while found in taken:
        found, number = f"{plain}_{number}", number + 1
    return found


def _text(text: str) -> str:
    """A Python literal; whatever a terminal would not show as it is, is spelt out."""
    quoted = json.dumps(text, ensure_ascii=False)
    if '"' in text and "'" not in text:
        # A document in a string is read more easily so.
        inner = quoted[1:-1].replace('\\"', '"')
        quoted = f"'{inner}'"
    return "".join(_escaped(char) if _is_unseen(char) else char for char in quoted)


def _is_unseen(char: str) -> bool:
    return char != " " and unicodedata.category(char)[0] in "CZ"


def _escaped(char: str) -> str:
    return f"\\U{ord(char):08x}" if ord(char) > 0xFFFF else f"\\u{ord(char):04x}"  # noqa: PLR2004 - one \u
