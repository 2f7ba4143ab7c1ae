"""The settings' JSON schema: what is allowed at a path, in words, and the schema of an environment's file."""

from __future__ import annotations

import functools
import json
from typing import TYPE_CHECKING, Final, cast

from systems._model import FORM, STAND_IN
from systems.settings._descriptions import described
from systems.settings._source import NAMESPACE
from systems.settings._tree import Path, Tree, Value, as_tree
from systems.settings.model import EnvironmentSettings

if TYPE_CHECKING:
    from collections.abc import Collection

LOADER_KEYS: Final[Tree] = {
    "inherits": {
        "type": "string",
        "description": "One other environment whose file this one builds on; it may not inherit in turn.",
    }
}
"""Keys that only the loader reads, never the program."""

TYPE_WORDS: Final = {
    "boolean": "true or false",
    "integer": "a whole number",
    "string": "a text",
    "object": "a map",
    "null": "null",
}


@functools.cache
def model_schema() -> Tree:
    """JSON schema of everything under `pavedroad:`, without the meaning of its settings."""
    return as_tree(EnvironmentSettings.model_json_schema()) or {}


def described_schema() -> Tree:
    """The same with the meaning of every setting, for pages and editors."""
    return described(model_schema(), EnvironmentSettings)


def node_at(path: Path) -> Tree | None:
    """Schema of the setting at this path, references resolved; None when there is no such setting."""
    node = model_schema()
    for key in path:
        found = as_tree(_properties(node).get(key))
        if found is None:
            return None
        node = deref(found)
    return node


def keys_at(path: Path) -> Collection[str]:
    """Names of the settings inside the map at this path."""
    node = node_at(path)
    return () if node is None else _properties(node).keys()


def allowed_at(path: Path) -> str:
    """What may stand at this path, in words."""
    node = node_at(path)
    return "nothing" if node is None else allowed(node)


def deref(node: Tree, root: Tree | None = None) -> Tree:
    """The node, or what it refers to in `root`; of a node that may be null, what it is otherwise."""
    options = [option for option in alternatives(node) if option.get("type") != "null"]
    inner = options[0] if len(options) == 1 and "anyOf" in node else node
    reference = inner.get("$ref")
    if isinstance(reference, str):
        definitions = as_tree((root or model_schema()).get("$defs")) or {}
        return as_tree(definitions[reference.rpartition("/")[2]]) or {}
    return node


def mark(node: Tree, name: str) -> Value:
    """A mark of ours on this node or on one of its forms; None when there is none."""
    return next((form[name] for form in (node, *alternatives(node)) if name in form), None)


def alternatives(node: Tree) -> list[Tree]:
    """The forms that a node may take; the node itself when it has one form only."""
    options = node.get("anyOf")
    return [tree for tree in map(as_tree, options) if tree] if isinstance(options, list) else [node]


def allowed(node: Tree) -> str:
    """What a schema node allows, in words."""
    words = [_words(option) for option in alternatives(node) if option.get("type") != "null"]
    optional = any(option.get("type") == "null" for option in alternatives(node))
    return " or ".join([*words, "null"] if optional else words)


def _words(node: Tree) -> str:
    properties = _properties(deref(node))
    if properties:
        return f"a map of {', '.join(properties)}"
    choices = node.get("enum")
    if isinstance(choices, list):
        return ", ".join(str(choice) for choice in choices)
    kind, least, most = node.get("type"), node.get("minimum"), node.get("maximum")
    if kind == "array":
        items = as_tree(node.get("items")) or {}
        count = node.get("minItems")
        return f"a list of {_words(items)}{f', at least {count}' if count else ''}"
    if least is not None:
        return f"{least} or more" if most is None else f"{least} to {most}"
    form = node.get(FORM)
    if isinstance(form, str):
        return form
    return TYPE_WORDS.get(kind, str(kind)) if isinstance(kind, str) else "nothing"


def _properties(node: Tree) -> Tree:
    return as_tree(node.get("properties")) or {}


def schema() -> Tree:
    """JSON schema of an environment's file `Pulumi.<stack>.yaml`, for editors."""
    model = described_schema()
    keys = {**_properties(model), **LOADER_KEYS}
    known = "|".join(sorted(keys))
    definitions = {
        name: _with_secure(as_tree(definition) or {})
        for name, definition in (as_tree(model.get("$defs")) or {}).items()
    }
    secure: Tree = {
        "type": "object",
        "description": "A value encrypted by `pulumi config set --secret`.",
        "properties": {"secure": {"type": "string"}},
        "required": ["secure"],
        "additionalProperties": False,
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "pavedroad environment",
        "description": "Pulumi.<stack>.yaml: what differs in this environment.",
        "type": "object",
        "properties": {
            "config": {
                "type": "object",
                "properties": {f"{NAMESPACE}:{key}": value for key, value in keys.items()},
                # Unknown keys of our own namespace are mistakes; other namespaces belong to the providers.
                "patternProperties": {f"^{NAMESPACE}:(?!({known})$)": False},
            },
            "encryptionsalt": {"type": "string"},
            "secretsprovider": {"type": "string"},
            "encryptedkey": {"type": "string"},
        },
        "$defs": {**definitions, "Secure": secure},
    }


def _with_secure(model: Tree) -> Tree:
    """The model with `secure:` marks allowed where a value may be encrypted."""
    properties: Tree = {}
    for name, value in _properties(model).items():
        node = as_tree(value) or {}
        if mark(node, STAND_IN):
            options: list[Value] = [*alternatives(node), {"$ref": "#/$defs/Secure"}]
            properties[name] = cast("Value", {**node, "anyOf": options})
        else:
            properties[name] = node
    return {**model, "properties": properties}


def schema_json() -> str:
    """The schema as the text of docs/settings.schema.json."""
    return json.dumps(schema(), indent=2, sort_keys=True, ensure_ascii=False)
