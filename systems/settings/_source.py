"""Where configuration comes from: the running stack (pulumi.Config) or the files of a project.

The only module that reads pulumi.Config. Both sources give the same `Source`, so what is checked in a test of
the files is what the program sees. Encrypted values are found by the `secure:` marks in the stack's file.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import pulumi
import yaml
from pulumi.runtime.config import CONFIG, get_config_env, is_config_secret

from systems.settings._problem import Problem, shown
from systems.settings._tree import Path as SettingPath
from systems.settings._tree import Tree, Value, as_tree, as_value, leaves

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

NAMESPACE: Final = "pavedroad"
PROJECT_FILE: Final = "Pulumi.yaml"
PLACEHOLDER: Final = "[secret]"
"""What stands for a value that could not be decrypted."""
TEXT_KEYS: Final = frozenset({"environment", "tier", "inherits", "debug_until"})
"""Keys of our namespace whose value is a text; all others are maps."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """The configuration of one stack as it was written.

    Attributes:
        project: Name of the Pulumi project.
        stack: Name of the stack.
        directory: Folder that holds Pulumi.yaml.
        own: Values under `pavedroad:` without `base` and `inherits`, by key.
        base: Value of `pavedroad:base`.
        inherits: Value of `pavedroad:inherits`.
        aws: Values under `aws:`.
        encrypted: Paths of encrypted values under `pavedroad:`.
        aws_encrypted: Keys of encrypted values under `aws:`.
        problems: What could not be read.
    """

    project: str
    stack: str
    directory: Path
    own: Tree
    base: Tree = field(default_factory=dict[str, Value])
    inherits: str | None = None
    aws: Tree = field(default_factory=dict[str, Value])
    encrypted: frozenset[SettingPath] = frozenset()
    aws_encrypted: frozenset[str] = frozenset()
    problems: tuple[Problem, ...] = ()


def stack_file(stack: str) -> str:
    """Name of a stack's configuration file."""
    return f"Pulumi.{stack}.yaml"


def running_stack(directory: Path) -> Source:
    """The configuration that the engine handed to this program.

    Args:
        directory: Folder that holds Pulumi.yaml.
    """
    # pulumi.Config reads single keys; unknown ones are only found in the whole bag.
    keys = sorted({*CONFIG.get(), *get_config_env()})
    stack = pulumi.get_stack()
    values: dict[str, Value] = {}
    problems: list[Problem] = []
    for full_key in keys:
        namespace, _, key = full_key.partition(":")
        text = pulumi.Config(namespace).get(key) if namespace in {NAMESPACE, "aws"} else None
        if text is not None:
            values[full_key] = _parsed(full_key, text)
    own = _file_config(directory / stack_file(stack), problems)
    marks = _marked(own)
    for full_key in filter(is_config_secret, values):
        namespace, _, key = full_key.partition(":")
        if not any(mark[:2] == (namespace, key) for mark in marks):
            # Secret, but not by a mark in the file (it came from elsewhere): all of it is.
            marks |= {(namespace, *path) for path, _ in leaves({key: values[full_key]})}
    return _source(
        project=pulumi.get_project(),
        stack=stack,
        directory=directory,
        values=values,
        marks=marks,
        own=own,
        problems=problems,
    )


def stack_in_files(directory: Path, stack: str) -> Source:
    """The configuration that the files of a project give to a stack, as the Pulumi CLI reads them.

    Encrypted values stand as the text that stands for them: nothing is decrypted here.

    Args:
        directory: Folder that holds Pulumi.yaml.
        stack: Name of the stack.
    """
    problems: list[Problem] = []
    project = _read_yaml(directory / PROJECT_FILE, problems)
    name = project.get("name")
    project_name = name if isinstance(name, str) else NAMESPACE
    values: dict[str, Value] = {}
    declared = project.get("config")
    for key, declaration in (declared if isinstance(declared, dict) else {}).items():
        full_key = key if ":" in key else f"{project_name}:{key}"
        given = (
            declaration.get("value", declaration.get("default"))
            if isinstance(declaration, dict)
            else declaration
        )
        if given is not None:
            values[full_key] = given
    own = _file_config(directory / stack_file(stack), problems)
    for key, value in own.items():
        values[key if ":" in key else f"{project_name}:{key}"] = _masked(value)
    return _source(
        project=project_name,
        stack=stack,
        directory=directory,
        values=values,
        marks=_marked(own),
        own=own,
        problems=problems,
    )


def parent_values(directory: Path, parent: str, problems: list[Problem]) -> tuple[Tree, str | None]:
    """Values under `pavedroad:` in another environment's file, and what that one inherits in turn.

    Args:
        directory: Folder that holds the file.
        parent: Name of the other environment's stack.
        problems: What could not be read is added here.
    """
    path = directory / stack_file(parent)
    if not path.is_file():
        known = ", ".join(sorted(p.name[7:-5] for p in directory.glob("Pulumi.*.yaml"))) or "none"
        problems.append(
            Problem(
                path="pavedroad:inherits",
                text=f"pavedroad:inherits: there is no {path.name}; environments with a file: {known}",
            )
        )
        return {}, None
    config = _file_config(path, problems)
    problems.extend(
        Problem(
            path=shown(mark[1:]),
            text=f"{shown(mark[1:])}: encrypted for stack {parent}, whose key is not at hand here; "
            "set the value in the own file",
            origin=path.name,
        )
        for mark in sorted(_marked(config))
        if mark[0] == NAMESPACE
    )
    values = {
        key.partition(":")[2]: value for key, value in config.items() if key.startswith(f"{NAMESPACE}:")
    }
    chained = values.pop("inherits", None)
    return values, chained if isinstance(chained, str) else None


def _source(
    *,
    project: str,
    stack: str,
    directory: Path,
    values: Mapping[str, Value],
    marks: set[SettingPath],
    own: Tree,
    problems: list[Problem],
) -> Source:
    ours = {k.partition(":")[2]: v for k, v in values.items() if k.startswith(f"{NAMESPACE}:")}
    aws = {k.partition(":")[2]: v for k, v in values.items() if k.startswith("aws:")}
    base, inherits = ours.pop("base", {}), ours.pop("inherits", None)
    if not isinstance(base, dict) or f"{NAMESPACE}:base" in own:
        origin = stack_file(stack) if f"{NAMESPACE}:base" in own else PROJECT_FILE
        text = (
            f"pavedroad:base: allowed only in {PROJECT_FILE}, as a map: `pavedroad:base: {{value: {{...}}}}`"
        )
        problems.append(Problem(path="pavedroad:base", text=text, origin=origin))
    if inherits is not None and not isinstance(inherits, str):
        text = f"pavedroad:inherits: got {inherits!r}, allowed the name of one other stack"
        problems.append(Problem(path="pavedroad:inherits", text=text, origin=stack_file(stack)))
    return Source(
        project=project,
        stack=stack,
        directory=directory,
        own=ours,
        base=base if isinstance(base, dict) else {},
        inherits=inherits if isinstance(inherits, str) else None,
        aws=aws,
        encrypted=frozenset(mark[1:] for mark in marks if mark[0] == NAMESPACE),
        aws_encrypted=frozenset(mark[1] for mark in marks if mark[0] == "aws"),
        problems=tuple(problems),
    )


def _parsed(full_key: str, text: str) -> Value:
    """A config text as a value: maps and lists arrive as JSON, all else is text."""
    key = full_key.partition(":")[2]
    if key in TEXT_KEYS or not text.lstrip().startswith(("{", "[")):
        return text
    try:
        return as_value(json.loads(text))
    except ValueError:
        return text


def _read_yaml(path: Path, problems: list[Problem]) -> Tree:
    """A YAML file as a tree; unreadable files are problems."""
    try:
        loaded: object = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        reason = str(error).splitlines()[0]
        problems.append(Problem(path=path.name, text=f"{path.name} cannot be read: {reason}"))
        return {}
    tree = {} if loaded is None else as_tree(loaded)
    if tree is None:
        problems.append(Problem(path=path.name, text=f"{path.name}: the file must hold a map"))
    return tree or {}


def _file_config(path: Path, problems: list[Problem]) -> Tree:
    """The `config:` map of a stack file; a file that is not there has none."""
    if not path.is_file():
        return {}
    config = _read_yaml(path, problems).get("config")
    if config is None:
        return {}
    if not isinstance(config, dict):
        problems.append(Problem(path=path.name, text=f"{path.name}: `config` must be a map"))
        return {}
    return config


def _marked(config: Tree) -> set[SettingPath]:
    """Namespace and path of each value that is marked `secure:`."""
    return {
        (*full_key.split(":", 1), *path[:-1])
        for full_key, value in config.items()
        if isinstance(value, dict)
        for path, _ in leaves(value)
        if path[-1] == "secure"
    }


def _masked(value: Value) -> Value:
    """The value with every `secure:` mark replaced by a text that stands for what it hides."""
    if isinstance(value, dict):
        if set(value) == {"secure"}:
            return PLACEHOLDER
        return {key: _masked(item) for key, item in value.items()}
    return value
