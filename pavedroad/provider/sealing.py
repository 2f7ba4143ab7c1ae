"""Secret values in the record: encrypted, with a key of the record's own that lies beside it.

AES-256-GCM with a fresh nonce a value. The key's file has mode 0600 and is made once, whole or not at all.
Whoever has both files can read the secrets: it is the same trust as in the sandbox's passphrase file. What it
prevents is that a secret is seen, searched, mailed or backed up with the record.
"""

from __future__ import annotations

import base64
import json
import os
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Final, TypeAlias

from pavedroad.provider.store import RecordError
from pavedroad.provider.values import SECRET, SIGNATURE, Properties, Secret, Unknown, Value

if TYPE_CHECKING:
    from pathlib import Path

    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

Json: TypeAlias = "bool | float | str | list[Json] | dict[str, Json] | None"

_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_TEXT: Final = "ciphertext"


class Seal:
    """Seals and opens the secrets of one record."""

    def __init__(self, path: Path) -> None:
        """Name the key's file; it is made when the first secret is sealed."""
        self._path = path

    def seal(self, value: Value) -> Json:
        """A value as JSON without a secret in clear."""
        if isinstance(value, Secret):
            nonce = os.urandom(_NONCE_BYTES)
            plain = json.dumps(self.seal(value.value)).encode()
            sealed = nonce + self._cipher.encrypt(nonce, plain, None)
            return {SIGNATURE: SECRET, _TEXT: base64.b64encode(sealed).decode()}
        if isinstance(value, Unknown):
            return value.value
        if isinstance(value, list):
            return [self.seal(item) for item in value]
        if isinstance(value, dict):
            return {key: self.seal(item) for key, item in value.items()}
        return value

    def open(self, value: Json) -> Value:
        """The value of its sealed form.

        Raises:
            RecordError: The key is not the one that the value was sealed with.
        """
        if isinstance(value, list):
            return [self.open(item) for item in value]
        if not isinstance(value, dict):
            return value
        sealed = value.get(_TEXT)
        if value.get(SIGNATURE) == SECRET and isinstance(sealed, str):
            return Secret(self.open(self._opened(sealed)))
        return self.open_all(value)

    def open_all(self, values: dict[str, Json]) -> Properties:
        """All values of a map."""
        return {key: self.open(item) for key, item in values.items()}

    def _opened(self, sealed: str) -> Json:
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - few records hold secrets

        raw = base64.b64decode(sealed)
        try:
            return json.loads(self._cipher.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], None))
        except InvalidTag as error:
            raise RecordError(
                f"{self._path}: this key does not open the secrets of the record beside it; "
                "bring the record's own key back, or move both away and run `pavedroad refresh`"
            ) from error

    @cached_property
    def _cipher(self) -> AESGCM:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - 90 ms

        if not self._path.exists():
            self._make()
        key = self._path.read_bytes()
        if len(key) != _KEY_BYTES:
            raise RecordError(
                f"{self._path}: got {len(key)} bytes, a key has {_KEY_BYTES}; bring the record's own key back"
            )
        return AESGCM(key)

    def _make(self) -> None:
        # Written whole under another name, then linked: a kill leaves no half key, a race has one winner.
        draft = self._path.with_name(f"{self._path.name}.{os.urandom(6).hex()}.new")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.write(descriptor, os.urandom(_KEY_BYTES))
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        with suppress(FileExistsError):
            os.link(draft, self._path)
        draft.unlink()
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
