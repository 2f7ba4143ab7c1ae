"""What each setting means: the docstrings below the fields of the settings models, read from their sources.

Pydantic can collect them by itself, but does so when a class is made, and tokenising the sources then costs
every preview half a second. Only pages and schemas show them, so they are read when one is made.
"""

from __future__ import annotations

import ast
import functools
import inspect
import itertools
import textwrap
from typing import TYPE_CHECKING

from systems._model import SettingsModel
from systems.settings._tree import Tree, as_tree

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def described(schema: Tree, root: type[SettingsModel]) -> Tree:
    """The schema of `root` with the meaning of every field beside it."""
    models = {model.__name__: model for model in _models(SettingsModel)}
    definitions: Tree = {
        name: _with_meanings(as_tree(node) or {}, models[name]) if name in models else node
        for name, node in (as_tree(schema.get("$defs")) or {}).items()
    }
    return {**_with_meanings(schema, root), "$defs": definitions}


def _models(base: type[SettingsModel]) -> Iterator[type[SettingsModel]]:
    for model in base.__subclasses__():
        yield model
        yield from _models(model)


def _with_meanings(node: Tree, model: type[SettingsModel]) -> Tree:
    texts = meanings(model)
    fields: Tree = {
        name: {**(as_tree(field) or {}), "description": texts[name]} if name in texts else field
        for name, field in (as_tree(node.get("properties")) or {}).items()
    }
    return {**node, "properties": fields} if fields else node


@functools.cache
def meanings(model: type[SettingsModel]) -> Mapping[str, str]:
    """The docstring of each field of a model, inherited fields included."""
    found: dict[str, str] = {}
    for owner in reversed(model.__mro__):
        if issubclass(owner, SettingsModel):
            found |= _own_meanings(owner)
    return found


def _own_meanings(model: type[SettingsModel]) -> dict[str, str]:
    (tree,) = ast.parse(textwrap.dedent(inspect.getsource(model))).body
    body = tree.body if isinstance(tree, ast.ClassDef) else []
    found: dict[str, str] = {}
    for field, text in itertools.pairwise(body):
        if not (isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)):
            continue
        if (
            isinstance(text, ast.Expr)
            and isinstance(text.value, ast.Constant)
            and isinstance(text.value.value, str)
        ):
            found[field.target.id] = inspect.cleandoc(text.value.value)
    return found
