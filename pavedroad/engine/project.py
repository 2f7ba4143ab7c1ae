"""Reads a Pulumi project and the configuration of one stack.

Pulumi.yaml gives the project's values and defaults, Pulumi.<stack>.yaml overrides them key by key. Encrypted
values are decrypted when the passphrase is there; else a placeholder stands for them, marked as a secret, so
that a preview needs no passphrase. Left out: hosted environments (`environment:`) and runtimes but Python.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, cast

from pavedroad.engine.config_types import check_type
from pavedroad.engine.passphrase import Crypter, passphrase_from
from pavedroad.engine.request import EngineError
from pavedroad.engine.yaml_file import load_mapping

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pavedroad.engine.yaml_file import Yaml

PLACEHOLDER: Final = "[secret]"
_DECLARATION_KEYS: Final = frozenset({"type", "description", "items", "default", "value", "secret"})


@dataclass(frozen=True, kw_only=True)
class ConfigValue:
    """One value as the program gets it: text, or the JSON of an object; `secret` when any part of it is."""

    text: str
    secret: bool = False


@dataclass(frozen=True, kw_only=True)
class Project:
    """What Pulumi.yaml says.

    Attributes:
        root: Folder of Pulumi.yaml.
        name: Project name.
        main: The program: a folder with __main__.py, or a file.
        virtualenv: The program's virtual environment, or None for the one this process runs in.
        plugin_dirs: Folders of provider plugins by package name.
    """

    root: Path
    name: str
    main: Path
    virtualenv: Path | None
    plugin_dirs: Mapping[str, Path]
    declarations: Mapping[str, Yaml]

    @property
    def python(self) -> str:
        """The interpreter of the program."""
        return sys.executable if self.virtualenv is None else str(self.virtualenv / "bin" / "python")


@dataclass(frozen=True, kw_only=True)
class StackConfig:
    """The configuration of one stack, by full key (`namespace:name`).

    Attributes:
        values: All values.
        placeholders: Keys that hold a placeholder, because their secrets could not be decrypted.
        crypter: The stack's crypter when its file has a salt and the passphrase is there.
    """

    values: Mapping[str, ConfigValue]
    placeholders: tuple[str, ...] = ()
    crypter: Crypter | None = field(default=None, repr=False)

    def package(self, name: str) -> dict[str, ConfigValue]:
        """The values of one namespace, by bare name."""
        prefix = f"{name}:"
        return {key.removeprefix(prefix): val for key, val in self.values.items() if key.startswith(prefix)}

    def texts(self) -> dict[str, str]:
        """All values in clear text, as the program gets them."""
        return {key: value.text for key, value in self.values.items()}

    def secret_keys(self) -> list[str]:
        """The keys whose value is or holds a secret."""
        return sorted(key for key, value in self.values.items() if value.secret)


def load_project(root: Path) -> Project:
    """Read Pulumi.yaml.

    Raises:
        EngineError: It is missing, malformed, or asks for what this engine does not have.
    """
    root = root.resolve()
    path = root / "Pulumi.yaml"
    data = load_mapping(path, missing=f"no Pulumi.yaml in {root}: name the project's folder with --cwd.")
    name = data.get("name")
    if not isinstance(name, str) or not name:
        raise EngineError(f"{path}: name: got {name!r}, wanted the project's name.")
    runtime, options = _runtime(path, data)
    if runtime != "python":
        raise EngineError(f"{path}: runtime: got {runtime!r}, this engine runs only 'python'.")
    main = data.get("main")
    return Project(
        root=root,
        name=name,
        main=(root / main).resolve() if isinstance(main, str) else root,
        virtualenv=_virtualenv(path, options),
        plugin_dirs=_plugin_dirs(path, data),
        declarations=_mapping(path, "config", data.get("config")),
    )


def load_config(project: Project, stack: str) -> StackConfig:
    """The configuration of one stack.

    Raises:
        EngineError: The stack has no file, a value is missing, malformed or of the wrong type, or the
            passphrase is wrong.
    """
    path = project.root / f"Pulumi.{stack}.yaml"
    known = sorted(p.name[len("Pulumi.") : -len(".yaml")] for p in project.root.glob("Pulumi.*.yaml"))
    listed = ", ".join(known) or "none"
    missing = f"stack '{stack}' has no configuration file {path.name} in {project.root}. Stacks: {listed}."
    data = load_mapping(path, missing=missing)
    if data.get("environment"):
        raise EngineError(f"{path}: environment: hosted environments are not supported by this engine.")
    reader = _Reader(path, _crypter(path, data))
    values: dict[str, ConfigValue] = {}
    placeholders: list[str] = []
    for key, raw in _mapping(path, "config", data.get("config")).items():
        full = key if ":" in key else f"{project.name}:{key}"
        values[full], hidden = reader.value(full, raw)
        if hidden:
            placeholders.append(full)
    _apply_project(project, stack, values)
    return StackConfig(values=values, placeholders=tuple(placeholders), crypter=reader.crypter)


def _crypter(path: Path, data: Mapping[str, Yaml]) -> Crypter | None:
    salt = data.get("encryptionsalt")
    passphrase = passphrase_from(os.environ)
    if not isinstance(salt, str) or passphrase is None:
        return None
    # The derivation takes half a second, so it waits until there is something to decrypt.
    secure = '"secure"' in json.dumps(data.get("config"))
    return Crypter.open(passphrase, salt, str(path)) if secure else None


class _Reader:
    """Turns the YAML of a value into text, decrypting what is marked `secure`."""

    def __init__(self, path: Path, crypter: Crypter | None) -> None:
        self.path = path
        self.crypter = crypter

    def value(self, key: str, raw: Yaml) -> tuple[ConfigValue, bool]:
        found: list[bool] = []
        clear = self._clear(key, raw, found)
        return ConfigValue(text=_text(clear), secret=bool(found)), not all(found)

    def _clear(self, key: str, raw: Yaml, found: list[bool]) -> Yaml:
        if isinstance(raw, dict):
            secure = raw.get("secure")
            if set(raw) == {"secure"} and isinstance(secure, str):
                found.append(self.crypter is not None)
                return PLACEHOLDER if self.crypter is None else self._decrypt(key, secure, self.crypter)
            return {name: self._clear(key, item, found) for name, item in raw.items()}
        return [self._clear(key, item, found) for item in raw] if isinstance(raw, list) else raw

    def _decrypt(self, key: str, secure: str, crypter: Crypter) -> str:
        try:
            return crypter.decrypt(secure)
        except ValueError as error:
            raise EngineError(
                f"{self.path}: {key}: the encrypted value is {error}. Set it again with "
                f"`pulumi config set --secret {key}`."
            ) from error


def _apply_project(project: Project, stack: str, values: dict[str, ConfigValue]) -> None:
    path = project.root / "Pulumi.yaml"
    for key, raw in project.declarations.items():
        full = key if ":" in key else f"{project.name}:{key}"
        declaration = raw if isinstance(raw, dict) else {"value": raw}
        unknown = sorted(set(declaration) - _DECLARATION_KEYS)
        if unknown:
            raise EngineError(
                f"{path}: config.{key}: got {', '.join(unknown)}, allowed are "
                f"{', '.join(sorted(_DECLARATION_KEYS))}; put an object under `value:`."
            )
        own = full.startswith(f"{project.name}:")
        if not own and ({"default", "type"} & set(declaration)):
            raise EngineError(
                f"{path}: config.{key}: only keys of the project may have a type or a default; use `value:`."
            )
        default = declaration.get("value", declaration.get("default"))
        if full not in values and default is not None:
            values[full] = ConfigValue(text=_text(default))
        type_ = declaration.get("type")
        if not isinstance(type_, str):
            continue
        if full not in values:
            raise EngineError(
                f"stack '{stack}' is missing the configuration value '{full}' ({type_}). "
                f"Set it in Pulumi.{stack}.yaml, or give it a default in Pulumi.yaml."
            )
        check_type(f"Pulumi.{stack}.yaml: {full}", type_, values[full].text)


def _text(value: Yaml) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or value is None:
        return json.dumps(value) if value is not None else ""
    if isinstance(value, (int, float)):
        return str(value)
    return json.dumps(value, separators=(",", ":"), sort_keys=True, ensure_ascii=False)


def _runtime(path: Path, data: Mapping[str, Yaml]) -> tuple[str, Mapping[str, Yaml]]:
    runtime = data.get("runtime")
    if isinstance(runtime, dict):
        return str(runtime.get("name")), _mapping(path, "runtime.options", runtime.get("options"))
    return str(runtime), {}


def _virtualenv(path: Path, options: Mapping[str, Yaml]) -> Path | None:
    named = options.get("virtualenv")
    if not isinstance(named, str) or not named:
        return None
    folder = path.parent / named
    if not (folder / "bin" / "python").exists():
        raise EngineError(
            f"{path}: runtime.options.virtualenv: there is no environment in {folder}. "
            "Create it (make setup), or remove the option to use the current one."
        )
    return folder


def _plugin_dirs(path: Path, data: Mapping[str, Yaml]) -> dict[str, Path]:
    found: dict[str, Path] = {}
    plugins = _mapping(path, "plugins", data.get("plugins"))
    providers = plugins.get("providers")
    for entry in providers if isinstance(providers, list) else []:
        fields = _mapping(path, "plugins.providers", entry)
        name, folder = fields.get("name"), fields.get("path")
        if not isinstance(name, str) or not isinstance(folder, str):
            raise EngineError(f"{path}: plugins.providers: each entry needs a name and a path.")
        found[name] = (path.parent / folder).resolve()
    for name, source in _mapping(path, "packages", data.get("packages")).items():
        if isinstance(source, str) and source.startswith((".", "/")):
            found[name] = (path.parent / source).resolve()
    return found


def _mapping(path: Path, where: str, value: Yaml) -> dict[str, Yaml]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise EngineError(f"{path}: {where}: got {type(value).__name__}, wanted a mapping.")
    return cast("dict[str, Yaml]", value)
