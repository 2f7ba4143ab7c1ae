"""From a merged tree to validated settings, or to problems that name path, value, allowed and file."""

from __future__ import annotations

import functools
import json
from typing import TYPE_CHECKING, Final

from pydantic import ValidationError

from systems._model import CONFLICTS, Conflict, SettingsModel
from systems.settings._problem import Problem, did_you_mean, shown
from systems.settings._schema import LOADER_KEYS, allowed_at, keys_at
from systems.settings._tree import Path, Tree, find, origin_of, without
from systems.settings.model import EnvironmentSettings

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from pydantic_core import ErrorDetails

    from systems.settings._tree import Layer

UNKNOWN_KEY: Final = "extra_forbidden"
MISSING: Final = "missing"
HIDDEN: Final = "an encrypted value"


def validate(
    tree: Tree, layers: Sequence[Layer], encrypted: Collection[Path]
) -> tuple[EnvironmentSettings, list[Problem]]:
    """Settings of the tree and everything that is wrong with it.

    When fields are bad, the settings are those of the tree without them, so that the rules across the other
    fields are still decided; rules that touch a bad field are not.

    Args:
        tree: Merged configuration under `pavedroad:`.
        layers: What the tree was merged from, for the origin of a value.
        encrypted: Paths whose values must not be shown.
    """
    settings, errors = _parse(tree)
    problems = [_field_problem(tree, layers, encrypted, error) for error in errors if _is_field(error)]
    # Pydantic leaves a model's own rules out while one of its fields is bad: ask again without the bad ones.
    bad: list[Path] = []
    remaining = tree
    while fields := [error for error in errors if _is_field(error)]:
        paths = [_node(error)[: -1 if error["type"] == MISSING else None] for error in fields]
        bad.extend(paths)
        remaining = functools.reduce(without, paths, remaining)
        settings, errors = _parse(remaining)
    problems.extend(_conflict_problems(errors, bad, layers))
    if settings is None:
        # What contradicts itself falls back to the defaults, so that the caller can go on looking.
        settings = _parse(functools.reduce(without, map(_node, errors), remaining))[0]
    return settings or EnvironmentSettings(), problems


def _is_field(error: ErrorDetails) -> bool:
    return error["type"] != CONFLICTS


def _parse(tree: Tree) -> tuple[EnvironmentSettings | None, list[ErrorDetails]]:
    # JSON mode: lists become tuples under strict types, which they do not in Python mode.
    try:
        return EnvironmentSettings.model_validate_json(json.dumps(tree)), []
    except ValidationError as error:
        return None, error.errors(include_url=False)


def _node(error: ErrorDetails) -> Path:
    """Path of the key that is to blame: pydantic adds the position in a list behind it."""
    parts: list[str] = []
    for part in error["loc"]:
        if isinstance(part, int):
            break
        parts.append(part)
    return tuple(parts)


def _field_problem(
    tree: Tree, layers: Sequence[Layer], encrypted: Collection[Path], error: ErrorDetails
) -> Problem:
    path = _node(error)
    origin = origin_of(layers, path)
    if error["type"] == UNKNOWN_KEY:
        parent = path[:-1]
        kind = "system" if parent == ("systems",) else "setting"
        known = {*keys_at(parent), *(() if parent else LOADER_KEYS)}
        text = f"unknown {kind} `{shown(path)}`; {did_you_mean(path[-1], known)}"
        return Problem(path=shown(path), text=text, origin=origin)
    got = f"got {HIDDEN if path in encrypted else json.dumps(find(tree, path)[1])}"
    text = f"{shown(path)}: {'missing' if error['type'] == MISSING else got}, allowed {allowed_at(path)}"
    return Problem(path=shown(path), text=text, origin=origin)


def _conflict_problems(
    errors: list[ErrorDetails], bad: Collection[Path], layers: Sequence[Layer]
) -> Iterator[Problem]:
    for error in errors:
        model = _node(error)
        for conflict in error.get("ctx", {}).get(CONFLICTS, ()):
            if isinstance(conflict, Conflict) and not any((*model, f) in bad for f in conflict.fields):
                yield conflict_problem(model, conflict, layers)


def conflict_problem(model: Path, conflict: Conflict, layers: Sequence[Layer]) -> Problem:
    """A conflict as a problem, with the files of the fields that were written by hand.

    Args:
        model: Path of the model that the fields belong to.
        conflict: What does not go together.
        layers: What the settings were merged from.
    """
    origins = {
        origin_of(layers, (*model, field)) for field in conflict.fields if _written(layers, model, field)
    }
    blamed = (*model, conflict.fields[0])
    prefix = shown(model) if model else ""
    text = f"{prefix}: {conflict.text}" if prefix else conflict.text
    return Problem(path=shown(blamed), text=text, origin=", ".join(sorted(origins)))


def _written(layers: Sequence[Layer], model: Path, field: str) -> bool:
    return any(find(layer.values, (*model, field))[0] for layer in layers)


def warnings_of(settings: SettingsModel, layers: Sequence[Layer], path: Path = ()) -> Iterator[str]:
    """Warnings of these settings and of all settings inside them."""
    for conflict in settings.warnings():
        yield str(conflict_problem(path, conflict, layers))
    for name in type(settings).model_fields:
        value: object = getattr(settings, name)
        if isinstance(value, SettingsModel):
            yield from warnings_of(value, layers, (*path, name))
