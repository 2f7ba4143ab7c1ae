"""The state of a stack on disk: a version 3 deployment, as `pulumi stack export` writes it.

Written atomically, secrets encrypted in Pulumi's passphrase format.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, cast

from pavedroad.engine import values
from pavedroad.engine.passphrase import Crypter, passphrase_from, read_passphrase
from pavedroad.engine.request import EngineError
from pavedroad.engine.state import State

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from pavedroad.engine.values import Wire

VERSION: Final = 3
_MAKER: Final = "pavedroad"
_PRIVATE: Final = 0o600
_OWN_PASSPHRASE: Final = "passphrase"  # noqa: S105 - the name of a file
CIPHERTEXT: Final = "ciphertext"

# Field of State to key of the deployment, for what is written as it is; empty values are left out.
_PLAIN: Final = {
    "custom": "custom",
    "delete": "delete",
    "id": "id",
    "type": "type",
    "parent": "parent",
    "protect": "protect",
    "external": "external",
    "dependencies": "dependencies",
    "init_errors": "initErrors",
    "provider": "provider",
    "property_dependencies": "propertyDependencies",
    "pending_replacement": "pendingReplacement",
    "additional_secret_outputs": "additionalSecretOutputs",
    "import_id": "importID",
    "retain_on_delete": "retainOnDelete",
    "deleted_with": "deletedWith",
    "created": "created",
    "modified": "modified",
    "ignore_changes": "ignoreChanges",
    "replace_on_changes": "replaceOnChanges",
    "hide_diffs": "hideDiff",
}


@dataclass(frozen=True, kw_only=True)
class Pending:
    """An operation that was begun and not ended: creating, updating, deleting, reading, importing."""

    type: str
    state: State


@dataclass(kw_only=True)
class Loaded:
    """What a state file holds."""

    resources: list[State] = field(default_factory=list[State])
    pending: list[Pending] = field(default_factory=list[Pending])
    salt: str = ""


class Vault:
    """Encrypts and decrypts the secrets of a state; the key is derived only when there is one."""

    def __init__(self, folder: Path, salt: str, where: str) -> None:
        """Secrets under a salt that is known, or under a new one when it is empty."""
        self._folder = folder
        self._where = where
        self._crypter: Crypter | None = None
        self.salt = salt

    def _open(self) -> Crypter:
        if self._crypter is None and self.salt:
            self._crypter = self._reopen()
        elif self._crypter is None:
            given = passphrase_from(os.environ)
            self._crypter = Crypter.new(self._own_passphrase() if given is None else given)
            self.salt = self._crypter.state
        return self._crypter

    def _reopen(self) -> Crypter:
        """The crypter of a state that has secrets: under the given passphrase, or under the folder's own."""
        given, own = passphrase_from(os.environ), self._folder / _OWN_PASSPHRASE
        if given is not None:
            try:
                return Crypter.open(given, self.salt, self._where)
            except EngineError:
                if not own.exists():
                    raise
        if not own.exists():
            raise EngineError(
                f"{self._where} holds secrets, and there is neither PULUMI_CONFIG_PASSPHRASE nor {own}. "
                "Set the passphrase that they were encrypted with."
            )
        return Crypter.open(self._own_passphrase(), self.salt, self._where)

    def _own_passphrase(self) -> str:
        path = self._folder / _OWN_PASSPHRASE
        if not path.exists():
            self._make_own_passphrase(path)
        return read_passphrase(path, f"the passphrase of {self._where}")

    def _make_own_passphrase(self, path: Path) -> None:
        """Made whole or not at all, and never over another run's: what is encrypted must stay readable."""
        temporary = path.with_name(f"{path.name}.{os.getpid()}")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            _write_private(temporary, secrets.token_urlsafe(32))
            with contextlib.suppress(FileExistsError):
                path.hardlink_to(temporary)
        except OSError as error:
            raise EngineError(
                f"{self._where}: the passphrase for its secrets cannot be kept in {path} "
                f"({error.strerror or error}). Mend the folder, or set PULUMI_CONFIG_PASSPHRASE."
            ) from error
        finally:
            temporary.unlink(missing_ok=True)

    def seal(self, value: Wire) -> Wire:
        """The value with every secret encrypted."""

        def special(signature: str, item: dict[str, Wire]) -> Wire:
            if signature == values.SECRET:
                text = json.dumps(item.get("value"), separators=(",", ":"))
                return {values.SIGNATURE: signature, CIPHERTEXT: self._open().encrypt(text)}
            return {key: values.rewrite(entry, special) for key, entry in item.items()}

        return values.rewrite(value, special)

    def unseal(self, value: Wire) -> Wire:
        """The value with every secret decrypted.

        Raises:
            EngineError: A secret cannot be decrypted.
        """

        def special(signature: str, item: dict[str, Wire]) -> Wire:
            sealed = item.get(CIPHERTEXT)
            if signature == values.SECRET and isinstance(sealed, str):
                try:
                    text = self._open().decrypt(sealed)
                except ValueError as error:
                    raise EngineError(f"{self._where}: a secret in it is {error}.") from error
                return {values.SIGNATURE: signature, "value": self._parsed(text)}
            if signature == values.SECRET and isinstance(item.get("plaintext"), str):
                return {values.SIGNATURE: signature, "value": self._parsed(str(item["plaintext"]))}
            return {key: values.rewrite(entry, special) for key, entry in item.items()}

        return values.rewrite(value, special)

    def _parsed(self, text: str) -> Wire:
        try:
            return cast("Wire", json.loads(text))
        except ValueError:
            # Without the text, and without the error that would quote it.
            raise EngineError(f"{self._where}: a secret in it is not valid JSON.") from None


class StateFile:
    """One stack's state on disk."""

    def __init__(self, path: Path, *, project: str, stack: str) -> None:
        """Name the file; nothing is read yet."""
        self.path = path
        self._project = project
        self._stack = stack
        self._any_stack = False
        self.vault = Vault(path.parent, "", str(path))

    def load(self, *, any_stack: bool = False) -> Loaded:
        """Read the state; a missing file is an empty one.

        Args:
            any_stack: Whether the state may be of another stack; then nothing is decrypted, secrets are
                masked, and the file must exist.

        Raises:
            EngineError: The file is damaged, of another kind or of another stack; it is left untouched.
        """
        try:
            text = self.path.read_text(encoding="utf-8")
        except FileNotFoundError as error:
            if any_stack:
                raise EngineError(f"state file {self.path}: there is no such file.") from error
            return Loaded()
        except (OSError, UnicodeDecodeError) as error:
            raise self._refused(f"it cannot be read: {error}") from error
        try:
            data = cast("Wire", json.loads(text))
        except ValueError as error:
            raise self._refused(f"it is not valid JSON ({error})") from error
        self._any_stack = any_stack
        return self._parse(data)

    def _parse(self, data: Wire) -> Loaded:
        deployment = data.get("deployment") if isinstance(data, dict) else None
        if not (isinstance(data, dict) and isinstance(deployment, dict) and data.get("version") == VERSION):
            raise self._refused("it is no Pulumi deployment of version 3")
        provider = deployment.get("secrets_providers")
        state = provider.get("state") if isinstance(provider, dict) else None
        salt = state.get("salt") if isinstance(state, dict) else None
        if isinstance(provider, dict) and provider.get("type") not in {"passphrase", None, ""}:
            raise self._refused(f"its secrets are kept by '{provider['type']}', known is 'passphrase'")
        self.vault = Vault(self.path.parent, salt if isinstance(salt, str) else "", str(self.path))
        resources = deployment.get("resources") or []
        pending = deployment.get("pending_operations") or []
        try:
            return Loaded(
                resources=[self._read(raw) for raw in cast("list[Wire]", resources)],
                pending=[self._read_pending(raw) for raw in cast("list[Wire]", pending)],
                salt=self.vault.salt,
            )
        except (TypeError, KeyError, AttributeError) as error:
            raise self._refused(f"a resource in it is malformed ({error!r})") from error

    def _read_pending(self, raw: Wire) -> Pending:
        entry = cast("dict[str, Wire]", raw)
        return Pending(type=str(entry["type"]), state=self._read(entry["resource"]))

    def _read(self, raw: Wire) -> State:
        entry = cast("dict[str, Wire]", raw)
        urn = cast("str", entry["urn"])
        if not self._any_stack and not urn.startswith(f"urn:pulumi:{self._stack}::{self._project}::"):
            raise self._refused(f"it holds {urn}, wanted stack '{self._stack}' of '{self._project}'")
        state = State(urn=urn, type=str(entry["type"]), custom=bool(entry.get("custom")))
        for name, key in _PLAIN.items():
            value = entry.get(key)
            if value is not None:
                setattr(state, name, tuple(value) if isinstance(value, list) else value)
        state.inputs = self._read_props(entry.get("inputs"))
        state.outputs = self._read_props(entry.get("outputs"))
        limits = entry.get("customTimeouts")
        if isinstance(limits, dict):
            state.custom_timeouts = {k: float(v) for k, v in limits.items() if isinstance(v, (int, float))}
        return state

    def _read_props(self, raw: Wire) -> values.Props:
        props = cast("values.Props", raw or {})
        if self._any_stack:
            return values.masked_props(props)
        return {key: self.vault.unseal(item) for key, item in props.items()}

    def _refused(self, why: str) -> EngineError:
        backup = self.path.with_name(f"{self.path.name}.bak")
        hint = (
            f"The last complete state is {backup.name} beside it: copy that over it and refresh."
            if backup.exists()
            else "Put a whole state of this stack in its place, or name another file with --state."
        )
        return EngineError(f"state file {self.path}: {why}.\nIt was left untouched. {hint}")

    def back_up(self) -> None:
        """Keep a copy of the state as it is now.

        Raises:
            EngineError: It cannot be written; the copy before is as it was.
        """
        with contextlib.suppress(FileNotFoundError):
            self._put(self.path.with_name(f"{self.path.name}.bak"), self.path.read_text(encoding="utf-8"))

    def encode(self, state: State) -> str:
        """The JSON of one resource, secrets encrypted."""
        return json.dumps(to_json(state, self.vault), separators=(",", ":"), ensure_ascii=False)

    def text(self, resources: Iterable[str], pending: Iterable[tuple[str, str]]) -> str:
        """The whole file.

        Args:
            resources: The encoded resources, dependencies first.
            pending: Type and encoded resource of each operation under way.
        """
        operations = ",\n".join(f'{{"resource":{text},"type":"{type_}"}}' for type_, text in pending)
        listed = ",\n".join(resources)
        return (
            f'{{"version":{VERSION},"deployment":{{"manifest":{json.dumps(_manifest())},\n'
            f"{self._secrets_provider()}"
            f'"resources":[\n{listed}\n],\n'
            f'"pending_operations":[{operations}],"metadata":{{}}}}}}\n'
        )

    def replace(self, text: str) -> None:
        """Put a text in the file's place, atomically.

        Raises:
            EngineError: It cannot be written; the file is as it was.
        """
        self._put(self.path, text)

    def _put(self, path: Path, text: str) -> None:
        temporary = path.with_name(f"{path.name}.new")
        try:
            _write_private(temporary, text)
            temporary.replace(path)
        except OSError as error:
            with contextlib.suppress(OSError):
                temporary.unlink()  # it would keep what room is left
            raise EngineError(
                f"state file {self.path}: {path.name} cannot be written ({error.strerror or error}).\n"
                "It was left as it was. Mend that and run the same command again: it looks into what was "
                "under way."
            ) from error

    def _secrets_provider(self) -> str:
        if not self.vault.salt:
            return ""
        provider = {"type": "passphrase", "state": {"salt": self.vault.salt}}
        return f'"secrets_providers":{json.dumps(provider)},\n'


def _write_private(path: Path, text: str) -> None:
    """A file that only its owner may read, on the disk when this returns."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _PRIVATE)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def to_json(state: State, vault: Vault | None) -> dict[str, Wire]:
    """One resource as a deployment holds it; without a vault its secrets stay in clear text."""
    entry: dict[str, Wire] = {"urn": state.urn}
    for name, key in _PLAIN.items():
        value = cast("Wire | tuple[str, ...]", getattr(state, name))
        if value or name == "custom":
            entry[key] = list(value) if isinstance(value, tuple) else value
    for key, props in (("inputs", state.inputs), ("outputs", state.outputs)):
        if props:
            entry[key] = _plaintext(dict(props)) if vault is None else vault.seal(dict(props))
    if state.custom_timeouts:
        entry["customTimeouts"] = dict(state.custom_timeouts)
    return entry


def exported(file: StateFile, *, show_secrets: bool) -> dict[str, Wire]:
    """The deployment in a state file; secrets stay encrypted, or stand as `plaintext`, as Pulumi has it."""
    loaded = file.load()
    vault = None if show_secrets else file.vault
    resources: list[Wire] = [to_json(state, vault) for state in loaded.resources]
    pending: list[Wire] = [
        {"type": entry.type, "resource": to_json(entry.state, vault)} for entry in loaded.pending
    ]
    deployment: dict[str, Wire] = {
        "manifest": dict(_manifest()),
        "resources": resources,
        "pending_operations": pending,
        "metadata": {},
    }
    if file.vault.salt and not show_secrets:
        deployment["secrets_providers"] = {"type": "passphrase", "state": {"salt": file.vault.salt}}
    return {"version": VERSION, "deployment": deployment}


def _plaintext(value: Wire) -> Wire:
    def special(signature: str, item: dict[str, Wire]) -> Wire:
        if signature == values.SECRET:
            text = json.dumps(item.get("value"), separators=(",", ":"))
            return {values.SIGNATURE: signature, "plaintext": text}
        return {key: values.rewrite(entry, special) for key, entry in item.items()}

    return values.rewrite(value, special)


def _manifest() -> Mapping[str, str]:
    # Pulumi checks that the magic is the hash of the version, and no more.
    return {
        "time": now(),
        "magic": hashlib.sha256(_MAKER.encode()).hexdigest(),
        "version": _MAKER,
    }


def now() -> str:
    """This moment as a deployment writes it."""
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")
